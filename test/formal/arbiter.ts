import { expect, it } from 'vitest';
import { prove, starvedBy, waitBound, type Policy } from '../../src/index.ts';
import { ArbiterSystem } from '../../rtl/controller/arbiter/index.ts';
import { TURNS } from '../rtl/arbiter/numbers.ts';
import { needProver } from './helpers.ts';

const LATENCY = 2;
const ENTRIES = 2;

/** A policy is proved in all runs, with the bound that its data give; where they give none, a class is seen to wait. */
export function proveEach(names: readonly string[]): void {
  for (const policy of TURNS.filter((p) => names.includes(p.name)))
    it(policy.name, { timeout: 450_000 }, async (context) => {
      needProver(context);
      const { properties } = await prove(ArbiterSystem({ policy, turnBits: 4, entries: ENTRIES, latency: LATENCY }), { depth: 30, k: 1, timeout: 400 });
      expect(properties.filter((p) => p.status !== 'proved' && p.status !== 'covered').map((p) => [p.message, p.status, p.reason])).toEqual([]);
      const messages = properties.map((p) => p.message);
      expect(messages).toEqual(expect.arrayContaining(expected(policy)));
    });
}

const expected = (policy: Policy): string[] =>
  (['host', 'pim'] as const).map((who) => {
    const bound = waitBound(policy, who, { entries: ENTRIES, latency: LATENCY });
    return starvedBy(policy).includes(who) ? `${who} waits for as long as ${8 * (LATENCY + 1)} cycles and may wait for ever` : `${who} waits for no more than ${bound!} cycles without being served`;
  });
