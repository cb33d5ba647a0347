import { expect, it } from 'vitest';
import { mutate } from '../../../src/index.ts';
import { Subject, test1Asserts, test3Random, test4Slice } from './arbiter-mutants.ts';

const SEED = Math.floor(Math.random() * 2 ** 32);

/** All of them, with the slow tests and with proofs for who is left: `npm run -s bench -- mutation`. */
it(`a sample of the arbiter's mutants is noticed, seed ${SEED}`, async () => {
  const { results } = await mutate(Subject, { tests: { asserts: test1Asserts, random: test3Random, slice: test4Slice }, limit: 20, seed: SEED, equivalence: false });
  const left = results.filter((r) => r.status !== 'killed').map((r) => r.what);
  // About 30 of 640 are left by these tests, most of them equivalent; more than 6 of 20 would be one sample in ten thousand.
  expect(left.length, `seed ${SEED}: ${left.join('; ')}`).toBeLessThanOrEqual(6);
});
