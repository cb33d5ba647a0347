import { describe, expect } from 'vitest';
import { bit, enumeration, model, module, sint, uint, vec, type WordlineError } from '../../src/index.ts';
import { expectProblems, onEveryEngine } from '../hdl/helpers.ts';

const State = enumeration('State', ['IDLE', 'BUSY']);

const Child = module('Child', { in: { busy: bit, level: sint(8) }, out: { n: uint(8) } }, ({ busy, level }, hw) => {
  const n = hw.reg('n', uint(8), { reset: 0 });
  const state = hw.reg('state', State, { reset: State.IDLE });
  hw.when(busy, () => state.next(State.BUSY)).otherwise(() => state.next(State.IDLE));
  hw.when(state.eq(State.BUSY), () => {
    n.next(n.add(1));
    hw.assert(n.lt(4).and(level.geS(-3)), 'at most four', { state, wide: n.zext(40).shl(30), both: hw.vec([n, level]) });
    hw.cover(n.eq(2), 'two');
  });
  hw.assume(level.ltS(100), 'level is low');
  hw.cover(busy, 'busy');
  return { n };
});
const Top = module('Top', { in: { busy: bit, level: sint(8) }, out: { n: uint(8) } }, ({ busy, level }, hw) => ({ n: hw.instance('child', Child, { busy, level }).out.n }));

describe('assertions', () => {
  onEveryEngine('stop just before the edge, and say where, when and with which values', (start) => {
    const sim = start(Top, { clocks: { clk: { period: 500 } } });
    sim.in.level = -2;
    sim.in.busy = 1;
    expectProblems(
      () => sim.step(20),
      [
        'assert-failed',
        'assert "at most four" failed in Top.child at 3000 ps (cycle 5): state = BUSY (1), wide = 0x100000000, both = [4, 254], child.n = 4, child.level = -2',
        "assert(n.lt(4).and(level.geS(-3)), 'at most four'",
      ],
    );
    expect([sim.out.n, sim.cycle(), sim.time]).toEqual([4, 5, 2500]);
    // It still does not hold, and time still does not pass.
    expect(() => sim.step()).toThrow('at 3000 ps (cycle 5)');
    sim.in.busy = 0;
    sim.reset();
    sim.step(3);
    expect([sim.out.n, sim.cycle()]).toEqual([0, 9]);
  });

  onEveryEngine('are silent in reset, outside their when, and when switched off', (start) => {
    const sim = start(Top);
    sim.in.level = -4;
    sim.step(3);
    sim.in.busy = 1;
    sim.setReset(true);
    sim.step(10);
    sim.setReset(false);
    sim.step();
    expect(() => sim.step()).toThrow('child.level = -4');
    const off = start(Top, { checks: false });
    off.in.busy = 1;
    off.step(20);
    expect(off.out.n).toBe(19);
    expect(off.covers()).toEqual([
      { message: 'two', path: 'child', hits: 1 },
      { message: 'busy', path: 'child', hits: 20 },
    ]);
  });

  onEveryEngine('tell a broken promise of the testbench from one of the design', (start) => {
    const sim = start(Top);
    sim.in.level = 101;
    expectProblems(() => sim.step(), ['assume-failed', 'assume "level is low" failed in Top.child at 1000 ps (cycle 0): child.level = 101', "assume(level.ltS(100), 'level is low'"]);
  });

  onEveryEngine('count covers in every instance by itself, and keep the counts in snapshots', (start) => {
    const Two = module('Two', { in: { a: bit, b: bit } }, ({ a, b }, hw) => {
      hw.instance('x', Child, { busy: a, level: 0 });
      hw.instance('y', Child, { busy: b, level: 0 });
      hw.cover(a.and(b), 'both');
      return {};
    });
    const sim = start(Two);
    for (let n = 0; n < 6; n++) {
      Object.assign(sim.in, { a: n & 1, b: Number(n === 3) });
      sim.step();
    }
    const hits = () => Object.fromEntries(sim.covers().map(({ path, message, hits: h }) => [`${path}:${message}`, h]));
    const before = hits();
    expect(before).toEqual({ ':both': 1, 'x:two': 0, 'x:busy': 3, 'y:two': 0, 'y:busy': 1 });
    const snapshot = sim.snapshot();
    sim.in.a = 1;
    sim.step(2);
    expect(hits()['x:busy']).toBe(5);
    sim.restore(snapshot);
    expect(hits()).toEqual(before);
  });
});

describe('testbench failures', () => {
  const Counter = module('Counter', { in: { by: sint(8) }, out: { n: sint(8), lanes: vec(2, uint(8)), wide: uint(40) } }, ({ by }, hw) => {
    const n = hw.reg('n', sint(8));
    n.next(n.add(by));
    return { n, lanes: hw.vec([n, n.not()]) as never, wide: n.zext(40) };
  });

  onEveryEngine('expect shows both values as people read them', (start) => {
    const sim = start(Counter);
    sim.in.by = -3;
    sim.step();
    sim.expect('n', -3);
    sim.expect('n', 253);
    expectProblems(() => sim.expect('n', 4), ['expect-failed', 'n is -3, expected 4 at 1000 ps (cycle 1)', "expect('n', 4)"]);
    expectProblems(() => sim.expect('wide', 1n, 'the sum'), ['expect-failed', 'the sum: wide is 0xfd, expected 0x1 at 1000 ps (cycle 1)', "expect('wide'"]);
    expectProblems(() => sim.expect('lanes', 1n), ['expect-failed', 'lanes is [253, 2], expected [1, 0] at 1000 ps (cycle 1)', "expect('lanes'"]);
    sim.expect('lanes', [253, 2]);
    sim.expect('lanes', [-3, 2n]);
    expectProblems(() => sim.expect('lanes', [1, 0]), ['expect-failed', 'lanes is [253, 2], expected [1, 0] at 1000 ps (cycle 1)', "expect('lanes', [1"]);
    expectProblems(() => sim.expect('lanes', [1]), ['bad-value', 'signal "lanes" has 2 lanes, not 1', "expect('lanes', [1])"]);
    expectProblems(() => sim.expect('lanes', [1, 256]), ['value-range', '256 does not fit signal "lanes" of 8 bits', "expect('lanes', [1, 256])"]);
    const [problem] = expectProblems(() => sim.expect('m', 1), ['unknown-signal', 'there is no signal "m"', "expect('m'"]);
    expect(problem!.hint).toContain('"n"');
    expectProblems(() => sim.expect('n', 256), ['value-range', '256 does not fit signal "n" of 8 bits', "expect('n', 256)"]);
  });

  onEveryEngine('until says what it waited for', (start) => {
    const sim = start(Counter);
    sim.in.by = 2;
    expect(sim.until(() => sim.out.n === 10)).toBe(5);
    expect(sim.until(() => true)).toBe(0);
    expectProblems(() => sim.until(() => sim.out.n === 11, { limit: 7, message: 'n to be odd' }), ['timeout', 'n to be odd: not reached within 7 cycles (now cycle 12, 12000 ps)', 'until(']);
    expectProblems(() => sim.until(() => false, { limit: 0 }), ['timeout', 'a condition: not reached within 0 cycles (now cycle 12, 12000 ps)', 'until(']);
  });

  onEveryEngine('an error in a model passes through, with its own place', (start) => {
    const Bad = model('Bad', { in: { x: bit }, out: {} }, () => ({
      clock: () => {
        throw new RangeError('inside the model');
      },
    }));
    const sim = start(
      module('M', { in: { x: bit } }, ({ x }, hw) => {
        hw.instance('bad', Bad, { x });
        return {};
      }),
    );
    expect(() => sim.step()).toThrow(RangeError);
    expect((): WordlineError => sim.peek('bad.y') as never).toThrow('there is no signal "bad.y"');
  });
});
