import { describe, expect, it } from 'vitest';
import { policiesWith, starvedBy, type Policy } from '../../../src/index.ts';
import type { ArbiterTurns } from '../../../rtl/controller/arbiter/index.ts';
import { mistaken } from '../../property/arbiter-runs.ts';
import { combinations, Explorer, type Inputs } from './explorer.ts';

const BITS = [0, 1];
const set = policiesWith({ cap: 1, batch: 2, conditions: { hostLow: 0, hostHigh: 1, pimLow: 0, pimHigh: 1, minRows: 1, maxSlice: 3 } });
const policies = [...set.values()].filter((p) => p.partition !== true);

/** Inputs that a policy looks at are tried, others stay 0. */
function inputsOf({ toPim, toHost }: Policy): Inputs[] {
  const seen = (name: string) => ([...toPim, ...toHost].some((t) => t.all.some((c) => c.observation === name)) ? BITS : [0]);
  return combinations({ hostComes: BITS, pimComes: BITS, act: BITS, lands: BITS, refresh: BITS, writes: seen('hostWrites'), hit: seen('hostHit'), newRow: seen('pimNewRow'), choice: [1] });
}

/** Nobody comes, and what may be done is done at once. */
const DILIGENT: Inputs = { act: 1, lands: 1, choice: 1 };

/** All states that can be reached, what fails on the way, and the state that follows each when everybody is diligent. */
function explore(policy: Policy, turns?: ReturnType<typeof ArbiterTurns>) {
  const explorer = new Explorer(policy, 1, 2, turns);
  const tried = inputsOf(policy);
  const after = new Map<string, string>();
  const empty = new Set<string>();
  const failures = new Set<string>();
  const seen = new Set([explorer.state()]);
  const open = [{ key: explorer.state(), state: explorer.save() }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    explorer.restore(at.state);
    if (explorer.peek('hostWaiting') + explorer.peek('pimWaiting') === 0) empty.add(at.key);
    const diligent = explorer.step(DILIGENT);
    if ('state' in diligent) after.set(at.key, diligent.state);
    for (const inputs of tried) {
      explorer.restore(at.state);
      const next = explorer.step(inputs);
      if ('failed' in next) {
        if (!next.assumed) failures.add(next.failed);
      } else if (!seen.has(next.state)) {
        seen.add(next.state);
        open.push({ key: next.state, state: explorer.save() });
      }
    }
  }
  return { states: seen, failures, after, empty };
}

describe('every state and every input', () => {
  it.each(policies.map((p) => [p.name, p] as const))('%s: no assert fails, and from every state what waits is served', (_, policy) => {
    const { states, failures, after, empty } = explore(policy);
    expect([...failures]).toEqual([]);
    expect(states.size).toBeGreaterThan(300);
    const bound = 60;
    for (const state of states) {
      let at: string | undefined = state;
      let steps = 0;
      for (; at !== undefined && !empty.has(at) && steps <= bound; steps++) at = after.get(at);
      expect(at, `no way on from ${state}`).toBeDefined();
      expect(steps).toBeLessThanOrEqual(bound);
    }
  });
});

it('a mistake is found in that way too', () => {
  const policy = set.get('round-robin-requests')!;
  expect([...explore(policy, mistaken(policy, 'does not wait for rows', 2)).failures]).toContain('the mode is entered without rows open or data under way');
});

/** The cycle in which the one request comes. */
const COMES = 40;

/** Requests of one class always, one of the other: after a while the same state comes again, and what happened in between happens for ever. */
function loop(policy: Policy, starved: 'host' | 'pim'): { readonly served: number; readonly own: number; readonly waiting: number } {
  const explorer = new Explorer(policy, 2, 4);
  const other = starved === 'host' ? 'pim' : 'host';
  const seen = new Map<string, { served: number; own: number }>();
  const count = { served: 0, own: 0 };
  for (let cycle = 0; cycle < 2000; cycle++) {
    // Before the one request comes the other class has the memory, and what repeats then does not count.
    const before = cycle > COMES ? seen.get(explorer.state()) : undefined;
    if (before !== undefined) return { served: count.served - before.served, own: count.own - before.own, waiting: explorer.peek(`${starved}Waiting`) };
    if (cycle > COMES) seen.set(explorer.state(), { ...count });
    const base = { act: 1, lands: 1, [`${other}Comes`]: 1, [`${starved}Comes`]: cycle === COMES ? 1 : 0 };
    const start = explorer.save();
    const next = [0, 1, 2].map((choice) => {
      explorer.restore(start);
      return explorer.step({ ...base, choice });
    });
    const choice = next.findIndex((found) => 'state' in found);
    expect(choice).toBeGreaterThanOrEqual(0);
    explorer.restore(start);
    Object.assign(explorer.sim.in, { ...base, choice });
    count.served += explorer.peek(`${other}Served`);
    count.own += explorer.peek(`${starved}Served`);
    explorer.step({ ...base, choice });
  }
  throw new Error('no state came twice');
}

describe('who may wait for ever', () => {
  const cases = policies.flatMap((p) => (['host', 'pim'] as const).map((who) => [p.name, who, p] as const));
  it.each(cases)('%s, %s', (_, who, policy) => {
    const { served, own, waiting } = loop(policy, who);
    expect(served).toBeGreaterThan(0);
    // The one request that came waits in the whole loop, or has been served before.
    expect([own, waiting]).toEqual([0, starvedBy(policy).includes(who) ? 1 : 0]);
  });
});
