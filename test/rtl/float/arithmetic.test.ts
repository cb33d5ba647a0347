import { describe, expect, it } from 'vitest';
import { BFLOAT16, BINARY16, BINARY32, FloatAdd, FloatMultiply, FloatMultiplyAdd, FloatSubtract, type FloatFormat } from '../../../rtl/lib/index.ts';
import type { Definition } from '../../../src/index.ts';
import { allOf, disagreements, some, type Expected } from './many.ts';
import { corners, mixture } from './operands.ts';
import { before, codec, flagsOf, type Codec } from './oracle.ts';

const FULL = process.env['WORDLINE_FLOAT'] === 'full';
const MINI: FloatFormat = { exponent: 4, fraction: 3 };
const formats = { binary16: BINARY16, binary32: BINARY32, bfloat16: BFLOAT16 };
const codecs = new Map<FloatFormat, Codec>([...Object.values(formats), MINI].map((f) => [f, codec(f)]));

type Exactly = (...values: readonly number[]) => number;
const once =
  (c: Codec, exactly: Exactly): Expected =>
  (operands) => {
    const exact = exactly(...operands.map(c.value));
    const y = c.bits(exact);
    return [y, flagsOf(c, operands, exact, y)];
  };
/** The product rounded, then the sum. */
const twice =
  (c: Codec): Expected =>
  ([a, b, z]) => {
    const [product, raised] = once(c, before.multiply)([a!, b!]) as [number, number];
    const [y, more] = once(c, before.add)([product, z!]) as [number, number];
    return [y, raised | more];
  };

const units: Record<string, { operands: number; unit: (format: FloatFormat) => Definition; expected: (c: Codec) => Expected }> = {
  add: { operands: 2, unit: (format) => FloatAdd({ format }), expected: (c) => once(c, before.add) },
  subtract: { operands: 2, unit: (format) => FloatSubtract({ format }), expected: (c) => once(c, ((x: number, y: number) => before.add(x, -y))) },
  multiply: { operands: 2, unit: (format) => FloatMultiply({ format }), expected: (c) => once(c, before.multiply) },
  'multiply-add': { operands: 3, unit: (format) => FloatMultiplyAdd({ format }), expected: twice },
  'fused multiply-add': {
    operands: 3,
    unit: (format) => FloatMultiplyAdd({ format, fused: true }),
    expected: (c) => {
      const plain = once(c, before.fused);
      // Infinity times zero is invalid also beside a quiet NaN.
      return (operands) => {
        const [y, flags] = plain(operands) as [number, number];
        return [y, Number.isNaN(c.value(operands[0]!) * c.value(operands[1]!)) && ![0, 1].some((i) => Number.isNaN(c.value(operands[i]!))) ? 8 : flags];
      };
    },
  },
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe.each(Object.entries(formats))('%s', (_, format) => {
  it.each(Object.entries(units))('%s: corners and mixed operands, results and flags', (__, { operands, unit, expected }) => {
    const c = codecs.get(format)!;
    const seed = 20240607;
    const lists = range(operands).map((i) => corners(format).filter((___, k) => i < 2 || k % 9 === 0));
    const few = disagreements(unit(format), ['y', 'flags'], allOf(lists), expected(c));
    expect(few.wrong).toEqual([]);
    const many = disagreements(unit(format), ['y', 'flags'], some(FULL ? 20_000_000 : 100_000, mixture(format, seed)), expected(c));
    expect(many.wrong, `seed ${seed}`).toEqual([]);
  });
});

describe('all operands of a format of 8 bits (4 exponent, 3 fraction)', () => {
  const c = codecs.get(MINI)!;
  it.each(Object.entries(units))('%s', (__, { operands, unit, expected }) => {
    const { cases, wrong } = disagreements(unit(MINI), ['y', 'flags'], allOf(range(operands).map(() => range(256))), expected(c));
    expect(wrong).toEqual([]);
    expect(cases).toBe(256 ** operands);
  });
});
