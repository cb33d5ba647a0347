import { bit, flip, module, parametric, uint, type Hardware, type Signal } from '../../src/index.ts';
import { inDomain, type Clocking } from './clocking.ts';
import { checkParameters, optional, whole } from './parameters.ts';
import { moves, stream, type QueueView, type StreamEnds } from './stream.ts';
import { STAGES, stages, synchronise } from './synchroniser.ts';

export interface WordParameters {
  /** Bits of a word. */
  readonly width: number;
  /** Registers that request and acknowledge pass, at least 2; default 2. */
  readonly stages?: number;
}

/** The hardware of `WordSynchroniser` over two clockings; `path` is the level that asks and answers, latest change first. */
export function wordSynchroniser(hw: Hardware, { width, stages: length = STAGES }: WordParameters, { from, to }: StreamEnds, source: Clocking, target: Clocking): QueueView & { readonly path: readonly Signal[] } {
  const { asked, word } = source(() => ({ asked: hw.reg('asked', bit, { reset: 0 }), word: hw.reg('word', uint(width)) }));
  const { taken, shown, front } = target(() => ({
    taken: hw.reg('taken', bit, { reset: 0 }),
    shown: hw.reg('shown', bit, { reset: 0 }),
    // No synchroniser but a word that has been stable since before its request came through one.
    front: hw.reg('front', uint(width), { synchroniser: true }),
  }));
  const request = synchronise(hw, target, 'request', asked, length);
  const answer = synchronise(hw, source, 'answer', taken, length);

  from.ready.set(answer.at(-1)!.eq(asked));
  source(() => {
    hw.when(moves(from), () => {
      asked.next(asked.not());
      word.next(from.data);
    });
    hw.cover(moves(from), 'a word is sent');
  });
  to.valid.set(shown);
  to.data.set(front);
  const load = request.at(-1)!.ne(taken).and(shown.not().or(to.ready));
  target(() => {
    hw.when(load, () => {
      front.next(word);
      taken.next(request.at(-1)!);
      shown.next(1);
    }).elsewhen(to.ready, () => shown.next(0));
    hw.cover(moves(to), 'a word arrives');
  });
  return {
    push: moves(from),
    pop: moves(to),
    count: shown.zext(2).add(asked.ne(taken).zext(2)),
    word: (ahead) => ahead.eq(0).and(shown).mux(front, word),
    path: [asked, ...request, taken, ...answer],
  };
}

/**
 * Words from the domain `source` to the domain `target`, one at a time: the word stands still while a change of level asks for it to be
 * taken, and the next one is accepted when the answer is back, after about `stages` edges of each clock. For few words; `AsyncFifo` moves
 * one per cycle. Both domains must be reset together.
 */
export const WordSynchroniser = parametric((p: WordParameters) => {
  checkParameters('WordSynchroniser', p, { width: whole(1), stages: optional(stages) });
  return module(`WordSynchroniser${p.width}s${p.stages ?? STAGES}`, { domains: ['source', 'target'], io: { from: flip(stream(p.width)), to: stream(p.width) } }, (ends, hw) => {
    wordSynchroniser(hw, p, ends, inDomain(hw, 'source'), inDomain(hw, 'target'));
    return {};
  });
});
