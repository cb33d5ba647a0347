import { bit, indexWidth, module, parametric, sint, uint, vec } from '../../src/index.ts';
import { AdcBank, type AdcParameters } from './adc.ts';
import { CellArray, planesOf, type ArrayParameters } from './array.ts';

export interface SliceParameters {
  readonly array: ArrayParameters;
  readonly adc: AdcParameters;
}

/** One slice of the weights: its cell array and its ADCs. */
export const Slice = parametric(({ array: p, adc: q }: SliceParameters) =>
  module(
    'Slice',
    {
      in: {
        write: bit,
        row: uint(indexWidth(p.rows)),
        writeTurn: uint(indexWidth(q.turns)),
        levels: vec(p.written * (p.differential ? 2 : 1), uint(p.cellBits)),
        wordlines: vec(planesOf(p), uint(p.rows)),
        sample: bit,
        capture: bit,
        turn: uint(indexWidth(q.turns)),
        pass: uint(indexWidth(q.passes)),
      },
      out: { codes: vec(q.adcs, q.codes.low < 0 ? sint(q.codeBits) : uint(q.codeBits)) },
    },
    ({ write, row, writeTurn, levels, wordlines, sample, capture, turn, pass }, hw) => {
      const array = hw.instance('array', CellArray(p), { fire: sample.or(write), sample, write, wordlines, row, turn: writeTurn, levels });
      const adc = hw.instance('adc', AdcBank(q), { held: array.out.held, capture, turn, pass });
      return { codes: adc.out.codes };
    },
  ),
);
