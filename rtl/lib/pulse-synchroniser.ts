import { bit, module, parametric, type Hardware, type Signal } from '../../src/index.ts';
import { inDomain, type Clocking } from './clocking.ts';
import { checkParameters, optional } from './parameters.ts';
import { STAGES, stages, synchronise } from './synchroniser.ts';

export interface PulseParameters {
  /** Registers on the way, at least 2; default 2. */
  readonly stages?: number;
}

/** The hardware of `PulseSynchroniser` over two clockings; `path` is the level on its way, latest change first. */
export function pulseSynchroniser(hw: Hardware, { stages: length = STAGES }: PulseParameters, pulse: Signal<1>, source: Clocking, target: Clocking): { readonly output: Signal<1>; readonly path: readonly Signal[] } {
  const level = source(() => {
    const reg = hw.reg('level', bit, { reset: 0 });
    hw.when(pulse, () => reg.next(reg.not()));
    return reg;
  });
  const seen = synchronise(hw, target, 'seen', level, length);
  const before = target(() => {
    const reg = hw.reg('before', bit, { reset: 0 });
    reg.next(seen.at(-1)!);
    return reg;
  });
  const output = before.ne(seen.at(-1)!);
  target(() => hw.cover(output, 'a pulse arrives'));
  return { output, path: [level, ...seen, before] };
}

/**
 * A pulse of one cycle in domain `source` becomes one of one cycle in domain `target`: it changes a level, and changes of the level are seen
 * there. Pulses must be further apart than a period of `target`, or two become none; where that is not known, send a word
 * through `WordSynchroniser`. Both domains must be reset together.
 */
export const PulseSynchroniser = parametric((p: PulseParameters) => {
  checkParameters('PulseSynchroniser', p, { stages: optional(stages) });
  return module(`PulseSynchroniser${p.stages ?? STAGES}`, { domains: ['source', 'target'], in: { pulse: bit }, out: { output: bit } }, ({ pulse }, hw) => ({
    output: pulseSynchroniser(hw, p, pulse, inDomain(hw, 'source'), inDomain(hw, 'target')).output,
  }));
});
