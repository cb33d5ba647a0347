import { expect, it } from 'vitest';
import { mutate } from '../../../src/index.ts';
import { RoundRobinArbiter } from '../../../rtl/lib/index.ts';
import { testAsserts } from './round-robin-mutants.ts';

it('the asserts of the round-robin arbiter notice every mistake but those that leave it fair', async () => {
  const { results, killed } = await mutate(RoundRobinArbiter({ n: 4, checks: true }), { tests: testAsserts, seed: 1, equivalence: false });
  // Whoever was served last before the first request, and whom a grant that nobody asked for is counted for: any answer is fair.
  expect(results.filter((r) => r.status !== 'killed').map((r) => `${r.status}: ${r.what}`)).toEqual([
    'survived: last begins with 2 instead of 3',
    'survived: (requests != 0) & accept became accept',
  ]);
  expect(killed).toBe(results.length - 2);
});
