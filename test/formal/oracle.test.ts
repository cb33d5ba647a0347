import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elaborate, module, prove, uint, type ModuleDefinition, type Signal } from '../../src/index.ts';
import { seedOf } from '../cosim/helpers.ts';
import { explore } from './explore.ts';
import { needProver } from './helpers.ts';

const SEED = seedOf(7);
const CIRCUITS = Number(process.env['WORDLINE_PROOF_CIRCUITS'] ?? 6);

const choices = fc.array(fc.nat(999), { minLength: 60, maxLength: 60 });

/** A design of at most five bits of state and two of inputs, with an assumption, asserts and covers of values that may come or not. */
function design(numbers: readonly number[]): ModuleDefinition {
  let at = 0;
  const next = (n: number): number => numbers[at++ % numbers.length]! % n;
  return module('Small', { in: { x: uint(1), y: uint(1) } }, ({ x, y }, hw) => {
    const a = hw.reg('a', uint(3), { reset: next(8) });
    const b = hw.reg('b', uint(2), { reset: next(4) });
    const pool = (): Signal<3> => [a, b.zext(3), x.zext(3), y.cat(x).zext(3), hw.lit(3, next(8))][next(5)]!;
    const value = (depth: number): Signal<3> => {
      const p = depth === 0 ? pool() : value(depth - 1);
      const q = pool();
      return [() => p.add(q), () => p.xor(q), () => p.and(q), () => p.sub(q), () => p.eq(q).mux(q, p), () => p.min(q)][next(6)]!();
    };
    hw.when(x.or(a.bit(next(3))), () => a.next(value(2))).otherwise(() => hw.when(y, () => a.next(value(1))));
    hw.when(a.ne(next(8)), () => b.next(value(2).trunc(2)));
    hw.assume(x.and(y).not().or(a.bit(next(3))), 'seldom both');
    hw.assert(a.cat(b).ne(next(32)), 'p');
    hw.when(b.eq(next(4)), () => hw.assert(a.ne(next(8)), 'q'));
    hw.cover(a.cat(b).eq(next(32)), 'r');
    hw.cover(a.cat(b).eq(next(32)), 's');
    return {};
  }) as unknown as ModuleDefinition;
}

describe('the prover and a search of all states', () => {
  it(`agree on ${CIRCUITS} random designs: whether a check can fail or be hit, and when first (seed ${SEED})`, async (context) => {
    needProver(context);
    const [found, never] = [new Set<number>(), new Set<number>()];
    for (const [n, numbers] of fc.sample(choices, { seed: SEED, numRuns: CIRCUITS }).entries()) {
      const definition = design(numbers);
      const { first } = explore(definition);
      const checks = [...elaborate(definition).flat.checkPaths.keys()];
      const report = await prove(definition, { depth: 34 });
      for (const p of report.properties) {
        const cycle = first.get(checks.findIndex((c) => c.message === p.message));
        const hidden = p.reason !== undefined;
        expect([n, p.message, p.cycle, hidden || p.status], `design ${n} of seed ${SEED}: ${JSON.stringify(numbers)}`).toEqual([
          n,
          p.message,
          cycle,
          hidden || (cycle === undefined ? (p.kind === 'assert' ? 'proved' : 'unreachable') : p.kind === 'assert' ? 'failed' : 'covered'),
        ]);
        (cycle === undefined ? never : found).add(n);
      }
    }
    // Both answers were put to the test.
    expect(found.size).toBeGreaterThan(CIRCUITS / 3);
    expect(never.size).toBeGreaterThan(CIRCUITS / 3);
  }, 300_000);
});
