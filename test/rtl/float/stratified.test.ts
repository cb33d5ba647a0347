import { expect, it } from 'vitest';
import { floatBench, floatOperations } from '../../../bench/float.ts';

/** First operands this far apart, so that all signs and exponents with changing fractions are among them; each with all second ones. */
const APART = 397;

it.each(floatOperations)('binary16 %s: more than ten million pairs, evenly over all of them', (operation) => {
  const { pairs, wrong } = floatBench(operation, APART, () => undefined);
  expect(wrong).toBe(0);
  expect(pairs).toBeGreaterThan(10_000_000);
});
