import { describe, expect, it } from 'vitest';
import type { FloatFormat } from '../../../rtl/lib/index.ts';
import { allOf, disagreements } from './many.ts';
import { codec } from './oracle.ts';
import { units } from './units.ts';

const MINI: FloatFormat = { exponent: 4, fraction: 3 };
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('all operands of a format of 8 bits (4 exponent, 3 fraction)', () => {
  const c = codec(MINI);
  it.each(Object.entries(units))('%s', (__, { operands, unit, expected }) => {
    const { cases, wrong } = disagreements(unit(MINI), ['y', 'flags'], allOf(range(operands).map(() => range(256))), expected(c));
    expect(wrong).toEqual([]);
    expect(cases).toBe(256 ** operands);
  });
});
