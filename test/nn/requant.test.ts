import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeScale, requantise } from '../../src/nn/index.ts';
import { problem } from './helpers.ts';

const exact = (accumulator: number, multiplier: number, shift: number): number => {
  const y = (BigInt(accumulator) * BigInt(multiplier) + (1n << BigInt(shift - 1))) >> BigInt(shift);
  return Number(y < 0n ? 0n : y > 255n ? 255n : y);
};

describe('requantisation', () => {
  it('is the stated integer operation for every int32, multiplier and shift', () => {
    const int32 = fc.oneof(fc.integer(), fc.integer({ min: -70000, max: 70000 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, -1, 1));
    fc.assert(
      fc.property(int32, fc.integer({ min: 0, max: 2 ** 15 - 1 }), fc.integer({ min: 1, max: 31 }), (accumulator, multiplier, shift) => {
        expect(requantise(accumulator, multiplier, shift)).toBe(exact(accumulator, multiplier, shift));
      }),
      { numRuns: 5000 },
    );
  });

  it('rounds halves up', () => {
    expect([1, 3, 5, -1, -3].map((a) => requantise(a, 1, 1))).toEqual([1, 2, 3, 0, 0]);
  });

  it('encodes a scale to within half a step of 15 bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -17, max: 16000, noNaN: true }), (scale) => {
        const { multiplier, shift } = encodeScale(scale);
        expect(multiplier).toBeLessThan(2 ** 15);
        expect(Math.abs(multiplier / 2 ** shift - scale) / scale).toBeLessThanOrEqual(2 ** -15 * (scale >= 8192 ? 2 : 1));
      }),
    );
    expect(encodeScale(1)).toEqual({ multiplier: 2 ** 14, shift: 14 });
    expect(encodeScale(1 / 300)).toEqual({ multiplier: 27962, shift: 23 });
    expect(encodeScale(1e-12)).toEqual({ multiplier: 0, shift: 31 });
  });

  it.each([0, -1, NaN, Infinity, 2 ** 14])('refuses a scale of %s', (scale) => {
    expect(problem(() => encodeScale(scale))).toBe(`quantise-scale: a scale of ${scale} cannot be written as a 15-bit multiplier and a right shift`);
  });
});
