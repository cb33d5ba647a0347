import { describe, expect, it } from 'vitest';
import { bit, bundle, module, simulate, sint, uint, vec } from '../../src/index.ts';
import { expectProblems, onEveryEngine } from '../hdl/helpers.ts';

const Pair = bundle({ lo: uint(4), hi: sint(40) });
const M = module('M', { in: { one: bit, s: sint(8), full: uint(32), wide: uint(64), v: vec(3, sint(4)), p: Pair }, out: { y: sint(8), z: uint(32), w: uint(64), vv: vec(3, sint(4)), pp: Pair, b: bit } }, ({ one, s, full, wide, v, p }) => ({ y: s, z: full, w: wide, vv: v, pp: p, b: one }));

describe('ports', () => {
  onEveryEngine('take what fits, negative or not, and show it with its sign', (start) => {
    const sim = start(M);
    sim.in.s = -128;
    expect([sim.in.s, sim.out.y]).toEqual([-128, -128]);
    sim.in.s = 255;
    expect(sim.out.y).toBe(-1);
    sim.in.full = 2 ** 32 - 1;
    expect(sim.out.z).toBe(2 ** 32 - 1);
    sim.in.full = -1;
    expect(sim.out.z).toBe(2 ** 32 - 1);
    sim.in.wide = -1n;
    expect(sim.out.w).toBe(2n ** 64n - 1n);
    sim.in.v = [-8, 7, 15];
    expect(sim.out.vv).toEqual([-8, 7, -1]);
    sim.in.p = { lo: 9, hi: -2n };
    expect({ ...sim.out.pp }).toEqual({ lo: 9, hi: -2n });
    Object.assign(sim.in, { one: true, full: 7n });
    expect([sim.out.b, sim.out.z]).toEqual([1, 7]);
  });

  it('refuse what does not fit', () => {
    const sim = simulate(M);
    const set = (values: object): unknown => Object.assign(sim.in, values);
    expectProblems(() => (sim.in.s = 256), ['value-range', '256 does not fit port "s" of 8 bits', 's = 256']);
    expectProblems(() => (sim.in.s = -129), ['value-range', '-129 does not fit port "s" of 8 bits', 's = -129']);
    expectProblems(() => (sim.in.one = 2), ['value-range', '2 does not fit port "one" of 1 bit', 'one = 2']);
    expectProblems(() => (sim.in.full = 0.5), ['value-range', '0.5 does not fit port "full" of 32 bits', 'full = 0.5']);
    expectProblems(() => (sim.in.wide = 1n << 64n), ['value-range', '18446744073709551616 does not fit port "wide" of 64 bits', 'wide = ']);
    expectProblems(() => set({ s: '1' }), ['value-range', '1 does not fit port "s" of 8 bits', '']);
    expectProblems(() => set({ s: undefined }), ['value-range', 'undefined does not fit port "s" of 8 bits', '']);
    expectProblems(() => (sim.in.v = [0, 0, 16]), ['value-range', '16 does not fit port "v" of 4 bits', 'v = [']);
    const [typo] = expectProblems(() => set({ p: { lo: 1, high: 2n } }), ['unknown-field', 'port "p" has no field "high"', '']);
    expect(typo!.hint).toBe('did you mean "hi"?');
  });

  it('are known by name', () => {
    const sim = simulate(M);
    const [a] = expectProblems(() => Object.assign(sim.in, { ful: 1 }), ['unknown-port', 'there is no input "ful"', '']);
    expect(a!.hint).toBe('did you mean "full"?');
    expectProblems(() => (sim.out as unknown as Record<string, unknown>)['full_'], ['unknown-port', 'there is no output "full_"', '']);
    expectProblems(() => Object.assign(sim.out, { z: 1 }), ['read-only', 'output "z" is an output: a testbench can only read it', '']);
    expectProblems(() => Object.assign(sim.out.pp, { lo: 1 }), ['read-only', 'output "pp" is an output: a testbench can only read it', '']);
    expect(Object.keys(sim.in)).toEqual(['one', 's', 'full', 'wide', 'v', 'p']);
    expect(JSON.stringify(sim.in.v)).toBe('[0,0,0]');
  });

  onEveryEngine('can be looked at by path', (start) => {
    const Inner = module('Inner', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }, hw) => {
      const r = hw.reg('r', sint(8));
      r.next(x);
      hw.name('sum', x.add(r));
      return { y: r };
    });
    const Outer = module('Outer', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }, hw) => ({ y: hw.instance('inner', Inner, { x: x.add(1) }).out.y }));
    const sim = start(Outer);
    sim.in.x = 254;
    sim.step();
    expect(sim.signals).toEqual(['x', 'y', 'inner.x', 'inner.r', 'inner.sum', 'inner.y']);
    expect(sim.signals.map((s) => sim.peek(s))).toEqual([254, 255, 255, -1, 254, 255]);
    const handle = sim.signal('inner.r');
    expect([handle.path, handle.width, handle.get(), handle.getBig()]).toEqual(['inner.r', 8, -1, 255n]);
    const [problem] = expectProblems(() => sim.peek('iner.r'), ['unknown-signal', 'there is no signal "iner.r"', "peek('iner.r')"]);
    expect(problem!.hint).toMatch(/^did you mean "inner.r"/);
  });
});
