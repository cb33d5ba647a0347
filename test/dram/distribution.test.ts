import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Distribution } from '../../src/dram/distribution.ts';
import { seedOf } from '../cosim/helpers.ts';

const distribution = (values: readonly number[]): Distribution => {
  const all = new Distribution();
  for (const v of values) all.add(v);
  return all;
};
const lists = fc.array(fc.oneof(fc.nat(20), fc.nat(100_000)), { minLength: 1, maxLength: 300 });

it('has the numbers of the sorted list', () => {
  fc.assert(
    fc.property(lists, (values) => {
      const { count, total, mean, p50, p90, p99, max } = distribution(values).numbers;
      const sorted = values.toSorted((a, b) => a - b);
      const sum = values.reduce((a, b) => a + b, 0);
      expect([count, total, mean, max]).toEqual([values.length, sum, sum / values.length, sorted.at(-1)]);
      for (const [percent, p] of [[50, p50], [90, p90], [99, p99]] as const) {
        // So many of a hundred do not exceed it, and fewer do not exceed any lower value.
        expect(100 * sorted.filter((v) => v <= p).length).toBeGreaterThanOrEqual(percent * count);
        expect(100 * sorted.filter((v) => v < p).length).toBeLessThan(percent * count);
        expect(sorted).toContain(p);
      }
    }),
    { seed: seedOf(61) },
  );
});

it('of several is that of all their values', () => {
  fc.assert(
    fc.property(lists, lists, (a, b) => {
      const parts = [distribution(a), distribution(b)] as const;
      expect(Distribution.of(...parts).numbers).toEqual(distribution([...a, ...b]).numbers);
      expect(parts[0].numbers).toEqual(distribution(a).numbers);
    }),
    { seed: seedOf(62) },
  );
});

it('of nothing is zero', () => {
  expect(new Distribution().numbers).toEqual({ count: 0, total: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 });
});
