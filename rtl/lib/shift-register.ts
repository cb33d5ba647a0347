import { bit, module, parametric, uint, vec } from '../../src/index.ts';
import { checkParameters, whole } from './parameters.ts';

export interface ShiftParameters {
  /** Words, at least 1. */
  readonly length: number;
  /** Bits of a word. */
  readonly width: number;
}

/** The last `length` inputs of cycles with `enable`: `words[0]` is the latest, `output` the one that came first. All 0 at reset. */
export const ShiftRegister = parametric((p: ShiftParameters) => {
  checkParameters('ShiftRegister', p, { length: whole(1), width: whole(1) });
  const { length, width } = p;
  return module(`ShiftRegister${length}x${width}`, { in: { enable: bit, input: uint(width) }, out: { words: vec(length, uint(width)), output: uint(width) } }, ({ enable, input }, hw) => {
    const words = hw.reg('words', vec(length, uint(width)), { reset: 0 });
    hw.when(enable, () => words.next(hw.vec([input, ...words.toArray().slice(0, -1)])));
    return { words, output: words.at(length - 1) };
  });
});
