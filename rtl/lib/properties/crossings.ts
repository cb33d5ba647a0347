import { bit, clog2, flip, module, parametric, uint, type Signal } from '../../../src/index.ts';
import { asyncFifo, type AsyncFifoParameters } from '../async-fifo.ts';
import { onTick } from '../clocking.ts';
import { countWidth } from '../modular.ts';
import { pulseSynchroniser, type PulseParameters } from '../pulse-synchroniser.ts';
import { stream } from '../stream.ts';
import { STAGES } from '../synchroniser.ts';
import { wordSynchroniser, type WordParameters } from '../word-synchroniser.ts';
import { follow } from './follow.ts';

/**
 * The blocks between two clock domains, in one domain with two free ticks: every order of edges of two clocks of any periods, together or
 * apart, is one of ticks. A stage of a synchroniser takes the old or the new value as the ticks fall.
 */
const ticks = { writeTick: bit, readTick: bit, mark: bit };

/** How often neighbours of a path differ: levels that are still on their way. */
function changes(path: readonly Signal[]): Signal {
  const [first, ...others] = path.slice(1).map((x, i) => x.ne(path[i]!));
  return first!.cat(...others).count();
}

/** `AsyncFifo` and one of its words. */
export const AsyncFifoProperties = parametric((p: AsyncFifoParameters) => {
  const { depth, width, stages = STAGES } = p;
  return module(
    `AsyncFifoProperties${depth}x${width}s${stages}`,
    { in: ticks, io: { from: flip(stream(width)), to: stream(width) }, out: { writeCount: uint(clog2(depth) + 1), readCount: uint(countWidth(depth + 1)) } },
    ({ writeTick, readTick, mark, ...ends }, hw) => {
      const { pointers, writeCount, readCount, ...queue } = asyncFifo(hw, p, ends, onTick(hw, writeTick), onTick(hw, readTick));
      follow(hw, { ...queue, push: queue.push.and(writeTick), pop: queue.pop.and(readTick) }, mark, ends.from.data, ends.to.data);
      // Older views of a pointer lie behind newer ones, the head behind what it knows of the tail, and the tail not more than the depth ahead
      // of what it knows of the head.
      const distances = pointers.map((x) => x.sub(pointers[0]!));
      distances.slice(1).forEach((d, i) => hw.assert(distances[i]!.le(d), `the pointers are in order (${i})`));
      hw.assert(distances.at(-1)!.le(depth), 'the pointers are within the depth');
      hw.assert(queue.count.le(depth + 1), 'no more words than there are places');
      hw.assert(readCount.le(queue.count), 'the reader knows of no more words than there are');
      hw.cover(queue.count.eq(depth + 1), 'every place is taken');
      return { writeCount, readCount };
    },
  );
});

/** `WordSynchroniser` and one of its words. */
export const WordSynchroniserProperties = parametric((p: WordParameters) =>
  module(`WordSynchroniserProperties${p.width}s${p.stages ?? STAGES}`, { in: ticks, io: { from: flip(stream(p.width)), to: stream(p.width) } }, ({ writeTick, readTick, mark, ...ends }, hw) => {
    const { path, ...queue } = wordSynchroniser(hw, p, ends, onTick(hw, writeTick), onTick(hw, readTick));
    follow(hw, { ...queue, push: queue.push.and(writeTick), pop: queue.pop.and(readTick) }, mark, ends.from.data, ends.to.data);
    hw.assert(changes(path).le(1), 'one request or answer is on its way');
    return {};
  }),
);

/** `PulseSynchroniser` with pulses that are a target's edge apart: as many arrive as were sent. */
export const PulseSynchroniserProperties = parametric((p: PulseParameters) =>
  module(`PulseSynchroniserProperties${p.stages ?? STAGES}`, { in: { sourceTick: bit, targetTick: bit, pulse: bit }, out: { output: bit } }, ({ sourceTick, targetTick, pulse }, hw) => {
    const { output, path } = pulseSynchroniser(hw, p, pulse, onTick(hw, sourceTick), onTick(hw, targetTick));
    const sent = pulse.and(sourceTick);
    const arrives = output.and(targetTick);
    hw.assume(sent.not().or(path[0]!.eq(path[1]!)).or(targetTick), 'an edge of the target falls between two pulses');
    const flying = hw.reg('flying', uint(countWidth(path.length - 1)), { reset: 0 });
    flying.next(flying.add(sent.zext(flying.width)).sub(arrives.zext(flying.width)));
    hw.assert(flying.eq(changes(path)), 'every pulse that was sent and has not arrived is on its way');
    hw.assert(arrives.not().or(flying.ne(0)), 'none arrives that was not sent');
    hw.cover(flying.ge(2), 'two pulses are on their way');
    return { output };
  }),
);
