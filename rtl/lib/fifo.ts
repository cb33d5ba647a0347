import { flip, indexWidth, module, parametric, uint, vec, type Hardware } from '../../src/index.ts';
import { addModulo, countWidth, increment } from './modular.ts';
import { checkParameters, whole } from './parameters.ts';
import { moves, stream, type QueueView, type StreamEnds } from './stream.ts';

export interface FifoParameters {
  /** Words it holds, at least 1. */
  readonly depth: number;
  /** Bits of a word. */
  readonly width: number;
}

export const fifoPorts = ({ depth, width }: FifoParameters) => ({ io: { from: flip(stream(width)), to: stream(width) }, out: { count: uint(countWidth(depth)) } });

/** The hardware of `Fifo`, between streams of any module. */
export function fifo(hw: Hardware, { depth, width }: FifoParameters, { from, to }: StreamEnds): QueueView {
  const slots = hw.reg('slots', vec(depth, uint(width)));
  const head = hw.reg('head', uint(indexWidth(depth)), { reset: 0 });
  const tail = hw.reg('tail', uint(indexWidth(depth)), { reset: 0 });
  const count = hw.reg('count', uint(countWidth(depth)), { reset: 0 });
  from.ready.set(count.ne(depth));
  to.valid.set(count.ne(0));
  to.data.set(slots.at(head));

  const push = hw.name('push', moves(from));
  const pop = hw.name('pop', moves(to));
  hw.when(push, () => {
    slots.nextAt(tail, from.data);
    tail.next(increment(tail, depth));
  });
  hw.when(pop, () => head.next(increment(head, depth)));
  hw.when(push.and(pop.not()), () => count.next(count.add(1))).elsewhen(pop.and(push.not()), () => count.next(count.sub(1)));

  hw.assert(count.le(depth), 'no more words than the depth');
  hw.assert(head.zext(tail.width + 1).lt(depth), 'the head is a slot');
  hw.assert(addModulo(head, count, depth).eq(tail), 'the words stand between head and tail');
  hw.cover(count.eq(depth), 'full');
  if (depth > 1) hw.cover(push.and(pop), 'a word comes as another goes');
  return { push, pop, count, word: (ahead) => slots.at(addModulo(head, ahead, depth)) };
}

/**
 * Synchronous FIFO in registers, first-word fall-through: a word can leave in the cycle after the one it came in. `ready` depends on registers
 * alone, so that a full queue takes no word in the cycle in which one leaves: a word per cycle needs a depth of 2. `count` words are in it.
 */
export const Fifo = parametric((p: FifoParameters) => {
  checkParameters('Fifo', p, { depth: whole(1), width: whole(1) });
  return module(`Fifo${p.depth}x${p.width}`, fifoPorts(p), (ends, hw) => ({ count: fifo(hw, p, ends).count }));
});
