import { f16round } from '@petamoriken/float16';
import { describe, expect, it } from 'vitest';
import {
  BFLOAT16, BINARY16, BINARY32, FloatCompare, FloatConvert, FloatExtreme, FloatRelu, FloatToInteger, IntegerToFloat, type ExtremeOperation, type FloatFormat,
} from '../../../rtl/lib/index.ts';
import { add, decode, multiply, nearest, type Exact } from './exact.ts';
import { allOf, disagreements, some } from './many.ts';
import { corners, mixture, random } from './operands.ts';
import { before, codec, flagsOf, type Codec } from './oracle.ts';

const MINI: FloatFormat = { exponent: 4, fraction: 3 };
const [half, bfloat, single, mini] = [BINARY16, BFLOAT16, BINARY32, MINI].map(codec) as [Codec, Codec, Codec, Codec];
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const bits16 = range(2 ** 16);
const every32 = (seed: number, cases: number) => {
  const next = random(seed);
  const special = corners(BINARY32);
  // Half of them where other formats have their limits.
  return some(cases, ([a], i) => {
    const field = next() % 2 === 0 ? next() % 256 : 88 + (next() % 80);
    a![i] = next() % 16 === 0 ? special[next() % special.length]! : ((next() & 1) << 31) | (field << 23) | (next() >>> 9) & (next() % 4 === 0 ? 0x7ff000 : -1);
  });
};

describe('the oracle', () => {
  it('rounds to binary16 as the float16 package does', () => {
    const next = random(5);
    const buffer = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 300_000; i++) {
      const exponent = 1023 - 28 + (next() % 48);
      const coarse = i % 2 === 0;
      buffer.setUint32(0, (((next() & 1) << 31) | (exponent << 20) | (next() >>> 12)) & (coarse ? ~0xff : -1));
      buffer.setUint32(4, coarse ? 0 : next());
      const x = buffer.getFloat64(0);
      const y = half.value(half.bits(x));
      if (!Object.is(y, f16round(x))) expect({ x, y }).toEqual({ x, y: f16round(x) });
    }
    for (const b of bits16) if (!Number.isNaN(half.value(b)) && half.bits(half.value(b)) !== b) expect(half.bits(half.value(b))).toBe(b);
  });

  it('agrees with exact arithmetic', () => {
    for (const c of [half, bfloat, single, mini]) {
      const put = mixture(c.format, 77);
      const operands = [new Int32Array(1), new Int32Array(1), new Int32Array(1)];
      for (let i = 0; i < 3000; i++) {
        put(operands, 0);
        const [a, b, z] = operands.map((o) => o[0]! >>> 0) as [number, number, number];
        const exact = [a, b, z].map((v) => decode(c.format, BigInt(v)));
        if (exact.some((v) => typeof v === 'string')) continue;
        const [x, y, w] = exact as [Exact, Exact, Exact];
        const [u, v, t] = [c.value(a), c.value(b), c.value(z)];
        const negative = (n: number): boolean => Object.is(n, -0) || n < 0;
        for (const [odd, sum] of [[before.add(u, v), add(x, y)], [before.multiply(u, v), multiply(x, y)], [before.fused(u, v, t), add(multiply(x, y), w)]] as const) {
          const { bits, flags } = nearest(c.format, sum, negative(odd));
          const got = c.bits(odd);
          const want = (flags.overflow ? 4 : 0) | (flags.underflow ? 2 : 0) | (flags.inexact ? 1 : 0);
          expect([BigInt(got), flagsOf(c, [a, b, z], odd, got)], `${a} ${b} ${z}`).toEqual([bits, want]);
        }
      }
    }
  });
});

describe('conversions', () => {
  const convert = (from: Codec, to: Codec, fill: Parameters<typeof disagreements>[2]) =>
    disagreements(FloatConvert({ from: from.format, to: to.format }), ['y', 'flags'], fill, ([a]) => {
      const x = from.value(a!);
      const y = to.bits(x);
      return [y, flagsOf({ ...to, signalling: from.signalling, value: to.value }, [a!], x, y) & (Number.isNaN(x) && !from.signalling(a!) ? 0 : 15)];
    }).wrong;
  it('of every binary16 number to binary32, bfloat16 and 8 bits', () => {
    for (const to of [single, bfloat, mini]) expect(convert(half, to, allOf([bits16]))).toEqual([]);
  });
  it('of every bfloat16 number to binary32, binary16 and 8 bits', () => {
    for (const to of [single, half, mini]) expect(convert(bfloat, to, allOf([bits16]))).toEqual([]);
  });
  it('of every number of 8 bits', () => {
    for (const to of [single, half, bfloat]) expect(convert(mini, to, allOf([range(256)]))).toEqual([]);
  });
  it('of binary32 numbers to binary16, bfloat16 and 8 bits', () => {
    for (const to of [half, bfloat, mini]) {
      expect(convert(single, to, allOf([corners(BINARY32)]))).toEqual([]);
      expect(convert(single, to, every32(11, 1_000_000)), 'seed 11').toEqual([]);
    }
  });
});

describe('integers', () => {
  const widths = [2, 8, 13, 32];
  const limits = (width: number, signed: boolean): [number, number] => (signed ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1]);
  /** Nearest, ties to even, for numbers below 2^52. */
  const even = (x: number): number => (Math.abs(x) >= 2 ** 52 ? x : x < 0 ? -(-x + 2 ** 52 - 2 ** 52) : x + 2 ** 52 - 2 ** 52);

  it.each([true, false])('to binary16, binary32 and 8 bits (signed: %s)', (signed) => {
    for (const c of [half, single, mini]) {
      for (const width of widths) {
        const next = random(width);
        const fill = width <= 16 ? allOf([range(2 ** width)]) : some(50_000, ([a], i) => (a![i] = (next() >>> next() % width) & (width === 32 ? -1 : 2 ** width - 1)));
        const { wrong } = disagreements(IntegerToFloat({ format: c.format, width, signed }), ['y', 'flags'], fill, ([a]) => {
          const x = signed && a! >= 2 ** (width - 1) ? a! - 2 ** width : a!;
          const y = c.bits(x);
          return [y, flagsOf(c, [], x, y)];
        });
        expect(wrong, `${width} bits`).toEqual([]);
      }
    }
  });

  it.each([true, false])('from binary16, binary32 and 8 bits, rounded to even or towards zero (signed: %s)', (signed) => {
    for (const c of [half, single, mini]) {
      for (const rounding of ['even', 'zero'] as const) {
        for (const width of widths) {
          const [least, most] = limits(width, signed);
          const fill = c.width === 32 ? every32(width, 50_000) : allOf([range(2 ** c.width)]);
          const { wrong } = disagreements(FloatToInteger({ format: c.format, width, signed, rounding }), ['y', 'invalid', 'inexact'], fill, ([a]) => {
            const x = c.value(a!);
            if (Number.isNaN(x)) return [0, 1, 0];
            const whole = rounding === 'even' ? even(x) : Math.trunc(x);
            const fitting = Math.min(Math.max(whole, least), most);
            const y = fitting < 0 ? fitting + 2 ** width : fitting + 0;
            return fitting === whole ? [y, 0, whole === x ? 0 : 1] : [y, 1, 0];
          });
          expect(wrong, `${width} bits, ${rounding}`).toEqual([]);
        }
      }
    }
  });
});

describe('comparisons', () => {
  const pairs = (c: Codec) => [allOf([corners(c.format), corners(c.format)]), c.width === 8 ? allOf([range(256), range(256)]) : some(300_000, mixture(c.format, 3))];
  it('say less, less or equal, equal, unordered, as JavaScript does', () => {
    for (const c of [half, bfloat, single, mini]) {
      for (const fill of pairs(c)) {
        const { wrong } = disagreements(FloatCompare({ format: c.format }), ['lt', 'le', 'eq', 'unordered', 'invalid'], fill, ([a, b]) => {
          const [x, y] = [c.value(a!), c.value(b!)];
          return [x < y, x <= y, x === y, Number.isNaN(x) || Number.isNaN(y), c.signalling(a!) || c.signalling(b!)].map(Number);
        });
        expect(wrong).toEqual([]);
      }
    }
  });

  it.each<[ExtremeOperation, (x: number, y: number) => number]>([
    ['maximum', Math.max],
    ['minimum', Math.min],
    ['maximumNumber', (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y))],
    ['minimumNumber', (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y))],
  ])('%s', (operation, expected) => {
    for (const c of [half, bfloat, single, mini]) {
      for (const fill of pairs(c)) {
        const { wrong } = disagreements(FloatExtreme({ format: c.format, operation }), ['y', 'invalid'], fill, ([a, b]) => [c.bits(expected(c.value(a!), c.value(b!))), Number(c.signalling(a!) || c.signalling(b!))]);
        expect(wrong).toEqual([]);
      }
    }
  });

  it('ReLU looks at the sign bit alone', () => {
    const { wrong } = disagreements(FloatRelu({ format: BINARY16 }), ['y'], allOf([bits16]), ([a]) => [a! >= 0x8000 ? 0 : a!]);
    expect(wrong).toEqual([]);
  });
});
