import { describe, expect, it } from 'vitest';
import { bit, coverageTotals, engineNames, enumeration, module, simulate, uint, vec, type CoverageReport, type ModuleCoverage } from '../../src/index.ts';

const moduleOf = (report: CoverageReport, name: string): ModuleCoverage => report.modules.find((m) => m.name === name)!;
const arms = (m: ModuleCoverage): Record<string, readonly number[]>[] => m.branches.map((b) => Object.fromEntries([['reached', b.reached], ...b.arms.map((a) => [a.label, a.taken] as const)]));

const Phase = enumeration('Phase', ['IDLE', 'RUN', 'DONE']);
const Stage = module('Stage', { in: { go: bit }, out: { phase: Phase } }, ({ go }, hw) => {
  const phase = hw.reg('phase', Phase, { reset: Phase.IDLE });
  hw.switch(phase)
    .case(Phase.IDLE, () => {
      hw.when(go, () => phase.next(Phase.RUN));
    })
    .case(Phase.RUN, () => phase.next(Phase.DONE))
    .case(Phase.DONE, () => phase.next(Phase.IDLE));
  return { phase };
});

describe.each(engineNames)('on the engine %s', (engine) => {
  it('arms are counted for each instance, an implied else too, and none where the cases leave nothing over', () => {
    const Two = module('Two', { in: { a: bit, b: bit } }, ({ a, b }, hw) => {
      hw.instance('first', Stage, { go: a });
      hw.instance('second', Stage, { go: b });
      return {};
    });
    const sim = simulate(Two, { engine, coverage: true });
    sim.in.a = 1;
    sim.step(7);
    sim.in.a = 0;
    sim.reset(3);
    sim.step(2);
    const report = sim.coverage();
    const stage = moduleOf(report, 'Stage');
    expect(report.clocks).toEqual([{ name: 'clk', edges: 9 }]);
    expect(stage.instances).toEqual(['Two.first', 'Two.second']);
    // first: IDLE RUN DONE IDLE RUN DONE IDLE, (reset), IDLE IDLE; second: always IDLE.
    expect(arms(stage)).toEqual([
      { reached: [9, 9], 'arm 1': [5, 9], 'arm 2': [2, 0], 'arm 3': [2, 0] },
      { reached: [5, 9], 'arm 1': [3, 0], 'implied else': [2, 9] },
    ]);
    expect(stage.enums).toMatchObject([
      {
        register: 'phase',
        of: 'Phase',
        states: ['IDLE', 'RUN', 'DONE', '(other)'],
        cycles: [
          [5, 2, 2, 0],
          [9, 0, 0, 0],
        ],
      },
    ]);
    // The step from RUN to IDLE that the reset made is no transition.
    expect(stage.enums[0]!.transitions[0]).toEqual([
      [0, 2, 0, 0],
      [0, 0, 2, 0],
      [2, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    // The type is covered if one of its instances is.
    expect(coverageTotals(report).modules.find((m) => m.name === 'Stage')!.tallies).toMatchObject({ branches: { reached: 5, goals: 5 }, states: { reached: 3, goals: 3 } });
  });

  it('bits rise and fall at clock edges, from the value that they have at the first one', () => {
    const Toggles = module('Toggles', { in: { x: uint(4) }, out: { y: uint(4) } }, ({ x }, hw) => {
      const held = hw.reg('held', uint(4), { reset: 5 });
      const many = hw.reg('many', vec(3, uint(2)), { initial: 1 });
      const wide = hw.reg('wide', uint(70), { initial: 1n << 69n });
      wide.next(wide.shr(33));
      held.next(x);
      many.nextAt(x.slice(1, 0), 2);
      hw.name('never', hw.lit(3, 4));
      return { y: x.xor(15) };
    });
    const sim = simulate(Toggles, { engine, coverage: { kinds: ['toggle'] } });
    for (const x of [0b1001, 0b1000, 0b1010, 0b1000]) {
      sim.in.x = 0b0110; // Between edges: nobody sees it.
      sim.in.x = x;
      sim.step();
    }
    const toggles = Object.fromEntries(moduleOf(sim.coverage(), 'Toggles').toggles.map((t) => [t.signal, [BigInt(`0x${t.rose[0]!}`), BigInt(`0x${t.fell[0]!}`), t.constant[0]]]));
    expect(toggles).toEqual({
      // 1001 1000 1010 1000
      x: [0b0010n, 0b0011n, false],
      y: [0b0011n, 0b0010n, false],
      // 0101 1001 1000 1010
      held: [0b1010n, 0b0101n, false],
      // [1 1 1], lane 1, lane 0 and lane 2 become 2 one after the other; the last write is seen by nobody.
      many: [0b101010n, 0b010101n, false],
      // 1 << 69, 1 << 36, 1 << 3, 0
      wide: [(1n << 36n) | (1n << 3n), (1n << 69n) | (1n << 36n) | (1n << 3n), false],
      never: [0n, 0n, true],
    });
  });

  it('checks are counted when they are looked at, covers when they hold', () => {
    const Checks = module('Checks', { in: { on: bit, x: uint(3) } }, ({ on, x }, hw) => {
      hw.when(on, () => {
        hw.cover(x.eq(2), 'two');
        hw.assert(x.ne(7), 'not seven');
      });
      hw.assume(x.ne(6), 'not six');
      return {};
    });
    const sim = simulate(Checks, { engine, coverage: { kinds: ['check'] } });
    [0, 2, 2, 5].forEach((x, i) => {
      sim.in.x = x;
      sim.in.on = i === 2 ? 0 : 1;
      sim.step();
    });
    const report = sim.coverage();
    expect(report.modules[0]!.checks.map(({ check, message, evaluated, hits }) => ({ check, message, evaluated, hits }))).toEqual([
      { check: 'cover', message: 'two', evaluated: [3], hits: [1] },
      { check: 'assert', message: 'not seven', evaluated: [3], hits: undefined },
      { check: 'assume', message: 'not six', evaluated: [4], hits: undefined },
    ]);
    expect(sim.covers()).toEqual([{ message: 'two', path: '', hits: 1 }]);
    expect(report.modules[0]).toMatchObject({ branches: [], lines: [], toggles: [], enums: [] });
    // The edge at which an assertion fails does not happen, and counts nowhere.
    sim.in.on = 1;
    sim.in.x = 7;
    expect(() => sim.step()).toThrow(/not seven/);
    expect(sim.coverage().clocks).toEqual([{ name: 'clk', edges: 4 }]);
  });

  it('each clock counts for what belongs to it', () => {
    const Clocks = module('Clocks', { in: { x: bit }, out: { y: bit }, domains: ['clk', 'slow'] }, ({ x }, hw) => {
      const a = hw.reg('a', bit);
      hw.when(x, () => a.next(1));
      const b = hw.in('slow', () => hw.reg('b', bit));
      // One `when` with state of both: each statement is counted at the edges of its own.
      hw.when(x.not(), () => {
        a.next(0);
        hw.in('slow', () => hw.assert(b.eq(0), 'still'));
      });
      hw.in('slow', () => hw.when(x, () => b.next(0)));
      return { y: x };
    });
    const sim = simulate(Clocks, { engine, coverage: true, clocks: { clk: { period: 1000 }, slow: { period: 3000 } } });
    sim.step(9);
    const report = sim.coverage();
    expect(report.clocks).toEqual([
      { name: 'clk', edges: 9 },
      { name: 'slow', edges: 3 },
    ]);
    const [m] = report.modules;
    expect(arms(m!).map((b) => b['reached'])).toEqual([[9], [9], [3]]);
    expect(arms(m!).map((b) => b['arm 1'])).toEqual([[0], [9], [0]]);
    expect(m!.checks[0]!.evaluated).toEqual([3]);
  });

  it('enumerations with values far apart, and lanes of them', () => {
    const Far = enumeration('Far', { A: 1, B: 0x8000, C: 0x4000 });
    const Sparse = module('Sparse', { in: { x: uint(16) } }, ({ x }, hw) => {
      const far = hw.reg('far', Far, { initial: Far.A });
      const lanes = hw.reg('lanes', vec(2, Phase));
      far.next(x);
      lanes.nextAt(0, x.trunc(2));
      return {};
    });
    const sim = simulate(Sparse, { engine, coverage: { kinds: ['enum'] } });
    for (const x of [0x8000, 0x8000, 7, 9, 1]) {
      sim.in.x = x;
      sim.step();
    }
    sim.step();
    const { enums } = sim.coverage().modules[0]!;
    expect(enums.map((e) => [e.register, e.states, e.cycles[0]])).toEqual([
      ['far', ['A', 'B', 'C', '(other)'], [2, 2, 0, 2]],
      ['lanes[0]', ['IDLE', 'RUN', 'DONE', '(other)'], [3, 2, 0, 1]],
      ['lanes[1]', ['IDLE', 'RUN', 'DONE', '(other)'], [6, 0, 0, 0]],
    ]);
    expect(enums[0]!.transitions[0]).toEqual([
      [0, 1, 0, 0],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
      [1, 0, 0, 0],
    ]);
  });

  it('goes back with a snapshot', () => {
    const One = module('One', { in: { go: bit } }, ({ go }, hw) => {
      hw.instance('stage', Stage, { go });
      return {};
    });
    const sim = simulate(One, { engine, coverage: true });
    sim.in.go = 1;
    sim.step(2);
    const before = sim.coverage();
    const snapshot = sim.snapshot();
    sim.step(4);
    expect(sim.coverage()).not.toEqual(before);
    sim.restore(snapshot);
    expect(sim.coverage()).toEqual(before);
    expect(() => simulate(One, { engine }).restore(snapshot)).toThrow(/other coverage.*\[foreign-snapshot\]/);
  });
});
