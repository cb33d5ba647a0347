import { describe, expect, it } from 'vitest';
import { clog2, indexWidth } from '../../src/bits/index.ts';
import { lowestIndex, maskOf, popcount, powerOf, signed } from '../../src/bits/math.ts';
import { problemOf } from './problem.ts';

describe('integers under Bits', () => {
  it('clog2 is the least k with 2^k >= n', () => {
    for (let n = 1; n <= 5000; n++) {
      const k = clog2(n);
      expect(2 ** k >= n && (k === 0 || 2 ** (k - 1) < n)).toBe(true);
      expect(indexWidth(n)).toBe(n === 1 ? 1 : k);
    }
    expect([clog2(2 ** 52), clog2(2 ** 52 + 1), clog2(Number.MAX_SAFE_INTEGER)]).toEqual([52, 53, 53]);
  });

  it.each([0, -1, 1.5, NaN, 2 ** 60])('clog2(%s) is an error', (n) => {
    expect(problemOf(() => clog2(n))).toMatchObject({ code: 'value-range', message: `clog2 of ${n}: needs an integer of at least 1` });
  });

  it('masks and powers agree whether kept or not', () => {
    for (const w of [1, 2, 64, 65, 4095, 4096, 4097, 100_000]) {
      expect(powerOf(w)).toBe(2n ** BigInt(w));
      expect(maskOf(w)).toBe(2n ** BigInt(w) - 1n);
      expect(maskOf(w)).toBe(maskOf(w));
      expect([signed(maskOf(w), w), signed(powerOf(w - 1), w), signed(powerOf(w - 1) - 1n, w)]).toEqual([-1n, -powerOf(w - 1), powerOf(w - 1) - 1n]);
    }
  });

  it('counts and finds ones on both sides of every word', () => {
    for (const i of [0, 1, 30, 31, 32, 33, 63, 64, 1023, 1024, 1025, 2048, 5000]) {
      expect(lowestIndex(1n << BigInt(i))).toBe(i);
      expect(lowestIndex((1n << BigInt(i)) | (1n << 6000n))).toBe(i);
      expect(popcount((1n << BigInt(i)) - 1n)).toBe(i);
      expect(popcount(0xfedcba9876543210n << BigInt(i))).toBe(32);
    }
    expect([lowestIndex(0n), popcount(0n)]).toEqual([0, 0]);
  });
});
