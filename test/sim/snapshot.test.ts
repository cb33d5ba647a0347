import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { model, module, simulate, uint, vec, type EngineName } from '../../src/index.ts';
import { expectProblems, onEveryEngine } from '../hdl/helpers.ts';

/** A bit of everything that can remember something. */
const Tally = model('Tally', { in: { x: uint(8) }, out: { total: uint(16) } }, () => {
  let seen: number[] = [];
  return {
    clock: ({ in: i, out: o }) => {
      seen.push(i['x']!.get());
      o['total']!.set(seen.reduce((a, b) => a + b, 0));
    },
    save: () => seen,
    restore: (state) => (seen = state as number[]),
  };
});
const M = module('M', { domains: ['clk', 'other'], in: { x: uint(8), wide: uint(70) }, out: { a: uint(8), acc: uint(70), word: uint(8), total: uint(16), lanes: vec(4, uint(8)), b: uint(8) } }, ({ x, wide }, hw) => {
  const a = hw.reg('a', uint(8), { reset: 5 });
  const acc = hw.reg('acc', uint(70));
  const lanes = hw.reg('lanes', vec(4, uint(8)));
  const m = hw.mem('m', 16, uint(8));
  a.next(a.xor(x));
  acc.next(acc.add(wide));
  lanes.nextAt(x.trunc(2), a);
  m.write(x.trunc(4), a);
  hw.cover(x.bit(0), 'odd');
  const b = hw.in('other', () => {
    const n = hw.reg('b', uint(8), { reset: 0 });
    n.next(n.add(x));
    return n;
  });
  return { a, acc, word: m.read(x.slice(7, 4)), total: hw.instance('tally', Tally, { x }).out.total, lanes, b };
});
const clocks = { clk: { period: 700 }, other: { period: 1100 } };

const drive = (sim: ReturnType<typeof start>, xs: readonly number[]): unknown[] =>
  xs.map((x) => {
    sim.in.x = x;
    sim.in.wide = BigInt(x) << 62n;
    if (x % 16 === 3) sim.setReset(x > 100, 'other');
    sim.step(1 + (x % 3));
    return [sim.time, sim.cycle('other'), { ...sim.out }, sim.covers()];
  });
const start = (engine: EngineName) => simulate(M, { engine, clocks });

describe('snapshot and restore', () => {
  onEveryEngine('are the identity, whatever lies between, in this simulation and in another one', (_, engine) => {
    const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 });
    fc.assert(
      fc.property(bytes, bytes, bytes, (before, between, after) => {
        const sim = start(engine);
        drive(sim, before);
        const snapshot = sim.snapshot();
        const expected = drive(sim, after);
        sim.restore(snapshot);
        drive(sim, between);
        sim.restore(snapshot);
        expect(drive(sim, after)).toEqual(expected);
        const other = start(engine);
        drive(other, between);
        other.restore(snapshot);
        expect(drive(other, after)).toEqual(expected);
      }),
      { numRuns: 25, seed: 20231109 },
    );
  });

  it('belong to one module and one engine', () => {
    const snapshot = start('js').snapshot();
    expectProblems(() => start('interp').restore(snapshot), ['foreign-snapshot', 'a snapshot of M on engine js in a simulation of M on engine interp', 'restore(']);
    const Other = module('Other', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }) => ({ y: x }));
    expectProblems(() => simulate(Other, { engine: 'js' }).restore(snapshot), ['foreign-snapshot', 'a snapshot of M on engine js in a simulation of Other on engine js', 'restore(']);
  });

  it('do not take a trace back in time', () => {
    const sim = simulate(M, { record: true });
    const snapshot = sim.snapshot();
    sim.step(2);
    expectProblems(() => sim.restore(snapshot), ['trace-backwards', 'a simulation that is being traced cannot go back in time', 'restore(']);
    sim.traceOff();
    sim.restore(snapshot);
    expect(sim.time).toBe(0);
  });
});
