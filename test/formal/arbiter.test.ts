import { describe, expect, it } from 'vitest';
import { POLICIES, prove } from '../../src/index.ts';
import { ArbiterSystem } from '../../rtl/controller/arbiter/index.ts';
import { proveEach } from './arbiter.ts';
import { needProver } from './helpers.ts';

describe('the arbiter, proved for all time', () => {
  proveEach(['paper', 'mem-first', 'pim-first']);

  it('with the numbers that are the default, queues of 64 and commands within 8 cycles', { timeout: 450_000 }, async (context) => {
    needProver(context);
    const { properties } = await prove(ArbiterSystem({ policy: POLICIES.get('paper')!, entries: 64, latency: 8 }), { depth: 1, k: 1, timeout: 400 });
    expect(properties.filter((p) => p.kind === 'assert' && p.status !== 'proved').map((p) => [p.message, p.status])).toEqual([]);
  });

  it('whatever conditions are loaded, at any time', { timeout: 450_000 }, async (context) => {
    needProver(context);
    const { properties } = await prove(ArbiterSystem({ policy: 'paper', loads: true }), { depth: 1, k: 1, timeout: 400 });
    const asserts = properties.filter((p) => p.kind === 'assert');
    expect(asserts.length).toBeGreaterThan(30);
    expect(asserts.filter((p) => p.status !== 'proved').map((p) => [p.message, p.status])).toEqual([]);
  });
});
