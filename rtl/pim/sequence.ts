import { bit, PIM_INSTRUCTIONS, PIM_JUMPS, PIM_WORDS, uint, vec, type Hardware, type PimConfig, type Signal } from '../../src/index.ts';

export interface SequenceInputs {
  /** A trigger executes the instruction that `word` holds. */
  readonly step: Signal<1>;
  readonly start: Signal<1>;
  /** Words of a burst, to the instruction memory. */
  readonly load: Signal<1>;
  readonly loadIndex: Signal<5>;
  readonly loadData: Signal<32, number>;
}

/**
 * The instruction memory, its counter and a counter for each JUMP. What the next trigger will execute is found in the cycle after each change, through up
 * to {@link PIM_JUMPS} JUMPs, and the counters as they are then wait beside it: a program that is loaded over another one is followed from where
 * the counter stood, not from where the old one went.
 */
export function sequence(hw: Hardware, { words }: PimConfig, { step, start, load, loadIndex, loadData }: SequenceInputs) {
  const counts = vec<number, ReturnType<typeof uint<16>>>(PIM_WORDS, uint(16));
  const memory = hw.reg('CRF', vec<number, ReturnType<typeof uint<32>>>(PIM_WORDS, uint(32)), { reset: 0 });
  const counter = hw.reg('CRF_counter', uint(6), { reset: 0 });
  const jumped = hw.reg('CRF_jumped', counts, { reset: 0 });
  const next = {
    counter: hw.reg('nextCounter', uint(6), { reset: 0 }),
    jumped: hw.reg('nextJumped', counts, { reset: 0 }),
    word: hw.reg('nextWord', uint(32), { reset: 0 }),
    endless: hw.reg('tooManyJumps', bit, { reset: 0 }),
  };
  const stale = hw.reg('stale', bit, { reset: 1 });
  // With other bits it is no instruction at all, and found out when it is to be executed.
  const isJump = (word: Signal, at: Signal<6>): Signal<1> => word.slice<number, number>(31, 28).eq(PIM_INSTRUCTIONS.JUMP.code).and(word.slice<number, number>(22, 16).eq(0)).and(at.bit(5).not());

  hw.when(stale, () => {
    let at: Signal<6> = counter;
    let done: Signal<16, number> = jumped;
    for (let i = 0; i < PIM_JUMPS; i++) {
      const word = memory.at(at.trunc(5));
      const jump = isJump(word, at);
      const place = at.trunc(5);
      const so = done.at(place);
      const again = so.lt(word.trunc(16));
      const target = word.slice<27, 23>(27, 23).zext(6);
      at = jump.mux<6, 1, 6, 1>(again.mux<6, 1, 6, 1>(target, at.add(1)), at);
      done = jump.mux(done.insert(place, again.mux<16, 1, 16, 1>(so.add(1), 0)), done);
    }
    const word = at.bit(5).mux(hw.lit(32, 0), memory.at(at.trunc(5)));
    hw.assign(next, { counter: at, jumped: done, word, endless: isJump(word, at) });
  });
  hw.when(start, () => {
    counter.next(0);
    jumped.next(0);
  }).elsewhen(step, () => {
    counter.next(next.counter.add(1));
    jumped.next(next.jumped);
  });
  stale.next(start.or(step).or(load));
  hw.when(load, () => {
    const at = (i: number): Signal => (words === 1 ? loadIndex : loadIndex.trunc<number>(5 - Math.log2(words)).cat(hw.lit<number>(Math.log2(words), i)));
    for (let i = 0; i < words; i++) memory.nextAt(at(i), loadData.at(i));
  });
  return { word: next.word, counter: next.counter, endless: next.endless, stale };
}

