import { describe, expect, it } from 'vitest';
import { BFLOAT16, BINARY16, BINARY32 } from '../../../rtl/lib/index.ts';
import { allOf, disagreements, some } from './many.ts';
import { corners, mixture } from './operands.ts';
import { codec } from './oracle.ts';
import { units } from './units.ts';

/** `WORDLINE_FLOAT=full`: 20 million operands for each operation and format, minutes. */
const FULL = process.env['WORDLINE_FLOAT'] === 'full';
const formats = { binary16: BINARY16, binary32: BINARY32, bfloat16: BFLOAT16 };

describe.each(Object.entries(formats))('%s', (_, format) => {
  it.each(Object.entries(units))('%s: corners and mixed operands, results and flags', (__, { operands, unit, expected }) => {
    const c = codec(format);
    const seed = 20240607;
    const lists = Array.from({ length: operands }, (___, i) => corners(format).filter((____, k) => i < 2 || k % 9 === 0));
    const few = disagreements(unit(format), ['y', 'flags'], allOf(lists), expected(c));
    expect(few.wrong).toEqual([]);
    const many = disagreements(unit(format), ['y', 'flags'], some(FULL ? 20_000_000 : 100_000, mixture(format, seed)), expected(c));
    expect(many.wrong, `seed ${seed}`).toEqual([]);
  }, FULL ? 1_200_000 : undefined);
});
