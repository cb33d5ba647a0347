import { bit, indexWidth, module, parametric, uint, type Hardware } from '../../src/index.ts';
import { fifoPorts, type FifoParameters } from './fifo.ts';
import { addModulo, countWidth, increment } from './modular.ts';
import { checkParameters, whole } from './parameters.ts';
import { moves, type QueueView, type StreamEnds } from './stream.ts';

/** The hardware of `MemoryFifo`, between streams of any module. */
export function memoryFifo(hw: Hardware, { depth, width }: FifoParameters, { from, to }: StreamEnds): QueueView {
  // The word that stands in the read register of the memory is the last one.
  const words = depth - 1;
  const memory = hw.mem('memory', words, uint(width));
  const head = hw.reg('head', uint(indexWidth(words)), { reset: 0 });
  const tail = hw.reg('tail', uint(indexWidth(words)), { reset: 0 });
  const stored = hw.reg('stored', uint(countWidth(words)), { reset: 0 });
  const shown = hw.reg('shown', bit, { reset: 0 });

  const load = hw.name('load', stored.ne(0).and(shown.not().or(to.ready)));
  const front = memory.readSync('front', head, { enable: load });
  from.ready.set(stored.ne(words));
  to.valid.set(shown);
  to.data.set(front);

  const push = hw.name('push', moves(from));
  const pop = hw.name('pop', moves(to));
  hw.when(push, () => {
    memory.write(tail, from.data);
    tail.next(increment(tail, words));
  });
  hw.when(load, () => {
    head.next(increment(head, words));
    shown.next(1);
  }).elsewhen(pop, () => shown.next(0));
  hw.when(push.and(load.not()), () => stored.next(stored.add(1))).elsewhen(load.and(push.not()), () => stored.next(stored.sub(1)));
  const total = countWidth(depth);
  const count = stored.zext(total).add(shown.zext(total));

  hw.assert(stored.le(words), 'no more words than the memory has');
  hw.assert(head.zext(tail.width + 1).lt(words), 'the head is an address');
  hw.assert(addModulo(head, stored, words).eq(tail), 'the words stand between head and tail');
  hw.assert(push.and(load).and(head.eq(tail)).not(), 'no word is read and written in one cycle');
  hw.cover(count.eq(depth), 'full');
  if (words > 1) hw.cover(push.and(load), 'a word comes as another goes');
  return { push, pop, count, word: (ahead) => ahead.eq(0).and(shown).mux(front, memory.read(addModulo(head, ahead.sub(shown.zext(ahead.width)).trunc(head.width), words))) };
}

/**
 * Synchronous FIFO in a memory with a registered read port, for depths that are too great for registers: one word stands in the read register,
 * the others in the memory. A word can leave in the second cycle after the one it came in; one word per cycle needs a depth of 3. All outputs
 * come from registers. The memory is never read and written at one address in one cycle, so that any kind will do.
 */
export const MemoryFifo = parametric((p: FifoParameters) => {
  checkParameters('MemoryFifo', p, { depth: whole(2), width: whole(1) });
  return module(`MemoryFifo${p.depth}x${p.width}`, fifoPorts(p), (ends, hw) => ({ count: memoryFifo(hw, p, ends).count }));
});
