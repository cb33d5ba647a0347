import { bit, uint, type Hardware, type Signal } from '../../../src/index.ts';
import type { QueueView } from '../stream.ts';

/**
 * Follows one word through a queue. `mark` chooses it: nothing is known of when it is 1, and so what holds for this word holds for all. It is
 * counted from its arrival how many words are before it; when there are none, it is the one that leaves. In between, the place that it should
 * have holds it, which makes the property inductive.
 */
export function follow(hw: Hardware, { push, pop, count, word }: QueueView, mark: Signal<1>, arriving: Signal, leaving: Signal): void {
  const following = hw.reg('following', bit, { reset: 0 });
  const followed = hw.reg('followed', uint(arriving.width));
  const ahead = hw.reg('wordsAhead', uint(count.width), { reset: 0 });
  const leaves = following.and(pop).and(ahead.eq(0));
  hw.when(following.not(), () => {
    hw.when(push.and(mark), () => {
      following.next(1);
      followed.next(arriving);
      ahead.next(count.sub(pop.zext(count.width)));
    });
  }).elsewhen(pop, () => {
    hw.when(ahead.eq(0), () => following.next(0)).otherwise(() => ahead.next(ahead.sub(1)));
  });
  hw.assert(leaves.not().or(leaving.eq(followed)), 'the word leaves as it came, in its turn');
  hw.assert(following.not().or(ahead.lt(count)), 'the word is in the queue until it leaves');
  hw.assert(following.not().or(word(ahead).eq(followed)), 'the word stands in its place');
  hw.assert(pop.not().or(count.ne(0)), 'nothing leaves an empty queue');
  hw.cover(leaves, 'the word leaves');
}
