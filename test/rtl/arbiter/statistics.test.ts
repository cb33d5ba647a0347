import { describe, expect, it } from 'vitest';
import { POLICIES, simulate } from '../../../src/index.ts';
import { Arbiter, Phase, policyOf } from '../../../rtl/controller/arbiter/index.ts';
import { traffic } from './traffic.ts';

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const turns = [...POLICIES.values()].filter((p) => p.partition !== true);

describe('statistics', () => {
  it.each(turns.map((p) => [p.name, p] as const))('%s: counters say what the ports show', (_, policy) => {
    const { seen, totals } = traffic(policy, 6000, 5);
    const { switches, ...counted } = totals;
    const { switches: made, ...watched } = seen;
    expect(counted).toEqual(watched);
    expect([sum(switches.toPim), sum(switches.toHost)]).toEqual([made.toPim, made.toHost]);
    expect(made.toPim).toBeGreaterThan(2);
  });

  it('reasons are told apart: idle, and each term by its place', () => {
    const sim = simulate(Arbiter({ policy: 'round-robin-time' }));
    Object.assign(sim.in, { hostQuiet: 1, rowsClosed: 1, inPim: 1, pimQuiet: 1, inHost: 1, pimCount: 1 });
    sim.step();
    expect([...sim.out.switchesToPim].slice(0, 2)).toEqual([1, 0]);
    sim.until(() => sim.out.phase === Phase.PIM, { limit: 10 });
    Object.assign(sim.in, { hostReads: 1, pimServed: 1 });
    sim.until(() => sim.out.phase === Phase.FINISH, { limit: 3000 });
    expect([...sim.out.switchesToHost].slice(0, 2)).toEqual([0, 1]);
    expect(sim.out.phaseCycles[Phase.PIM]).toBe(policyOf('round-robin-time').conditions.maxSlice + 1);
  });
});

it('conditions are taken with load, and not without', () => {
  const length = (load: number): number => {
    const sim = simulate(Arbiter({ policy: 'round-robin-time' }));
    Object.assign(sim.in, { hostReads: 1, pimCount: 1, hostServed: 1, maxSlice: 50, load });
    return sim.until(() => sim.out.phase === Phase.DRAIN, { limit: 5000 });
  };
  expect([length(1), length(0)]).toEqual([51, 2001]);
});

it('with partition nothing is handed over, and both may go', () => {
  const sim = simulate(Arbiter({ policy: 'bank-partition' }));
  for (let i = 0; i < 64; i++) {
    Object.assign(sim.in, { hostReads: i & 1, pimCount: (i >> 1) & 1, hostServed: (i >> 2) & 1, pimServed: (i >> 3) & 1, hostOlder: (i >> 4) & 1, hostQuiet: (i >> 5) & 1 });
    const { phase, hostGo, pimGo, leave, closeRows } = sim.out;
    expect([phase, hostGo, pimGo, leave, closeRows]).toEqual([Phase.HOST, 1, 1, 0, 0]);
    sim.step();
  }
});

it('a policy that nobody has is an error with the nearest name', () => {
  expect(() => Arbiter({ policy: 'fr-fcfs' })).toThrow(/there is no policy "fr-fcfs" \[pim-policy\]\n {2}hint: did you mean .*"fr-fcfs-cap"/);
});
