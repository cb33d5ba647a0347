import { module, parametric, uint, type Hardware, type Reg, type Signal } from '../../src/index.ts';
import type { Clocking } from './clocking.ts';
import { checkParameters, optional, whole } from './parameters.ts';

/** Synchroniser stages where nothing else is asked for. */
export const STAGES = 2;
export const stages = whole(2);

/**
 * Takes `source`, which must come straight from a register of another domain, through a chain of registers. Of a value of several bits all
 * but one must be stable when it changes (Gray code). Returns the stages, first to last; the last may be used.
 */
export function synchronise(hw: Hardware, clocking: Clocking, name: string, source: Signal, length: number): Signal[] {
  return clocking(() => {
    const chain: Reg[] = Array.from({ length }, (_, i) => hw.reg(`${name}${i + 1}`, uint(source.width), { reset: 0, synchroniser: i === 0 }));
    chain.forEach((stage, i) => stage.next(i === 0 ? source : chain[i - 1]!));
    return chain;
  });
}

export interface SynchroniserParameters {
  /** Bits, of which at most one may change at a time; default 1. */
  readonly width?: number;
  /** Registers in a row, at least 2; default 2. */
  readonly stages?: number;
}

/**
 * Brings a level from another clock domain into this one, `stages` edges later. `input` must come straight from a register there. With more
 * than one bit it is for codes of which one bit changes at a time; words go through `WordSynchroniser`.
 */
export const BitSynchroniser = parametric((p: SynchroniserParameters) => {
  checkParameters('BitSynchroniser', p, { width: optional(whole(1)), stages: optional(stages) });
  const { width = 1, stages: length = STAGES } = p;
  return module(`BitSynchroniser${length}x${width}`, { in: { input: uint(width) }, out: { output: uint(width) } }, ({ input }, hw) => {
    const chain = synchronise(hw, (body) => body(), 'stage', input, length);
    hw.cover(chain.at(-1)!.ne(chain.at(-2)!), 'a change arrives');
    return { output: chain.at(-1)! };
  });
});
