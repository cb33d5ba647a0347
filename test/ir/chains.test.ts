import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Chains, mix } from '../../src/ir/chains.ts';

const walk = (chains: Chains, hash: number): number[] => {
  const ids: number[] = [];
  for (let id = chains.first(hash); id !== -1; id = chains.next(id)) ids.push(id);
  return ids;
};

it('finds everything that was added under a hash, however far apart the numbers and however few the hashes', () => {
  const things = fc.uniqueArray(fc.tuple(fc.nat(100_000), fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer())), { selector: ([id]) => id, maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(things, (list) => {
      const chains = new Chains();
      const byHash = new Map<number, number[]>();
      for (const [id, hash] of list) {
        chains.add(hash, id);
        byHash.set(hash, [...(byHash.get(hash) ?? []), id]);
      }
      for (const [hash, ids] of byHash) expect(walk(chains, hash)).toEqual(expect.arrayContaining(ids));
    }),
    { numRuns: 20 },
  );
});

it('spreads small numbers over the buckets', () => {
  const chains = new Chains();
  for (let id = 0; id < 4096; id++) chains.add(mix(mix(0, id % 64), id >> 6), id);
  const lengths = Array.from({ length: 4096 }, (_, i) => walk(chains, mix(mix(0, i % 64), i >> 6)).length);
  expect(Math.max(...lengths)).toBeLessThan(16);
});
