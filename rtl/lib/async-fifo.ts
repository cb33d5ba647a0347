import { bit, clog2, flip, module, parametric, uint, type Hardware, type Reg, type Signal } from '../../src/index.ts';
import { inDomain, type Clocking } from './clocking.ts';
import { fromGray, toGray } from './gray.ts';
import { countWidth } from './modular.ts';
import { also, checkParameters, optional, whole } from './parameters.ts';
import { moves, stream, type QueueView, type StreamEnds } from './stream.ts';
import { STAGES, stages, synchronise } from './synchroniser.ts';

export interface AsyncFifoParameters {
  /** Words of its memory: a power of two of at least 2. One more may stand at the output. */
  readonly depth: number;
  /** Bits of a word. */
  readonly width: number;
  /** Registers that a pointer passes on its way to the other domain, at least 2; default 2. */
  readonly stages?: number;
}

/** One side of the queue: its pointer, which counts modulo twice the depth, in binary and in Gray code. */
interface Side {
  readonly pointer: Reg;
  readonly gray: Reg;
}

/** The hardware of `AsyncFifo` over the clockings of its two sides, and the pointers on their way, from the oldest view of the head to the tail. */
export function asyncFifo(hw: Hardware, p: AsyncFifoParameters, { from, to }: StreamEnds, write: Clocking, read: Clocking): QueueView & { readonly pointers: readonly Signal[]; readonly writeCount: Signal; readonly readCount: Signal } {
  const { depth, width, stages: length = STAGES } = p;
  const bits = clog2(depth);
  const memory = hw.mem('memory', depth, uint(width));
  const side = (name: string): Side => ({ pointer: hw.reg(name, uint(bits + 1), { reset: 0 }), gray: hw.reg(`${name}Gray`, uint(bits + 1), { reset: 0 }) });
  const tail = write(() => side('tail'));
  const head = read(() => side('head'));
  const seenTail = synchronise(hw, read, 'seenTail', tail.gray, length);
  const seenHead = synchronise(hw, write, 'seenHead', head.gray, length);
  const advance = ({ pointer, gray }: Side): void => {
    const next = pointer.add(1);
    pointer.next(next);
    gray.next(toGray(next));
  };

  // In Gray code, half the circle apart means that the two high bits differ and the others do not.
  const [headHere, tailHere] = [seenHead.at(-1)!, seenTail.at(-1)!];
  from.ready.set(tail.gray.xor(headHere).ne(3 * 2 ** (bits - 1)));
  const writeCount = tail.pointer.sub(fromGray(headHere));
  write(() => {
    hw.when(moves(from), () => {
      memory.write(tail.pointer.trunc(bits), from.data);
      advance(tail);
    });
    hw.assert(tail.gray.eq(toGray(tail.pointer)), 'the Gray code of the tail is that of its pointer');
    hw.assert(from.ready.eq(writeCount.ne(depth)), 'not ready means full');
    hw.cover(from.ready.not(), 'full');
  });

  const { shown, front } = read(() => ({
    shown: hw.reg('shown', bit, { reset: 0 }),
    // No synchroniser but a word that has been stable since before its pointer came through one.
    front: hw.reg('front', uint(width), { synchroniser: true }),
  }));
  to.valid.set(shown);
  to.data.set(front);
  const readCount = fromGray(tailHere).sub(head.pointer);
  const waiting = head.gray.ne(tailHere);
  const load = waiting.and(shown.not().or(to.ready));
  read(() => {
    hw.when(load, () => {
      front.next(memory.read(head.pointer.trunc(bits)));
      shown.next(1);
      advance(head);
    }).elsewhen(to.ready, () => shown.next(0));
    hw.assert(head.gray.eq(toGray(head.pointer)), 'the Gray code of the head is that of its pointer');
    hw.assert(waiting.eq(readCount.ne(0)), 'nothing waiting means empty');
    hw.cover(waiting.not().and(shown), 'the last word');
  });

  const wide = countWidth(depth + 1);
  const plus = (count: Signal): Signal => count.zext(wide).add(shown.zext(wide));
  return {
    push: moves(from),
    pop: moves(to),
    count: plus(tail.pointer.sub(head.pointer)),
    word: (ahead) => ahead.eq(0).and(shown).mux(front, memory.read(head.pointer.add(ahead.trunc(bits + 1)).sub(shown.zext(bits + 1)).trunc(bits))),
    pointers: [...seenHead.toReversed().map(fromGray), head.pointer, ...seenTail.toReversed().map(fromGray), tail.pointer],
    writeCount,
    readCount: plus(readCount),
  };
}

/**
 * FIFO from the clock domain `write` to the domain `read`, after C. E. Cummings, "Simulation and Synthesis Techniques for Asynchronous FIFO
 * Design" (SNUG 2002): Gray-coded pointers, each passed to the other side through `stages` registers. A side sees the other one late, and so
 * never too few words in a memory it writes or too many in one it reads: `writeCount` words at most, without the one at the output, and
 * `readCount` words at least, with it. Both domains must be reset together.
 */
export const AsyncFifo = parametric((p: AsyncFifoParameters) => {
  checkParameters('AsyncFifo', p, { depth: also(whole(2), 'that is a power of two', (v) => 2 ** clog2(v) === v), width: whole(1), stages: optional(stages) });
  const { depth, width, stages: length = STAGES } = p;
  return module(
    `AsyncFifo${depth}x${width}s${length}`,
    { domains: ['write', 'read'], io: { from: flip(stream(width)), to: stream(width) }, out: { writeCount: uint(countWidth(depth)), readCount: uint(countWidth(depth + 1)) } },
    (ends, hw) => {
      const { writeCount, readCount } = asyncFifo(hw, p, ends, inDomain(hw, 'write'), inDomain(hw, 'read'));
      return { writeCount, readCount };
    },
  );
});
