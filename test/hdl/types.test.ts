import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  Bits,
  bit,
  bundle,
  elaborate,
  enumeration,
  flip,
  inp,
  interfaceOf,
  model,
  module,
  out,
  parametric,
  simulate,
  sint,
  uint,
  vec,
  type Hardware,
  type Memory,
  type Reg,
  type Signal,
  type Wire,
} from '../../src/index.ts';

// What the editor says. The wrong lines are only type-checked: `never` runs nothing.
const never = (_: () => void): void => undefined;
declare const hw: Hardware;
declare const s8: Signal<8>;
declare const s9: Signal<9>;
declare const s1: Signal<1>;
declare const any: Signal;
declare const v4x8: Signal<8, 4>;
declare const v4x1: Signal<1, 4>;
declare const v3x8: Signal<8, 3>;
declare const r8: Reg<8>;
declare const w8: Wire<8>;
declare const rv: Reg<8, 4>;
declare const m8: Memory<8>;

describe('operators', () => {
  it('refuses two widths that cannot meet', () =>
    never(() => {
      expectTypeOf(s8.add(s8)).toEqualTypeOf<Signal<8>>();
      // @ts-expect-error 9 bits where 8 are needed
      s8.add(s9);
      // @ts-expect-error the same for comparisons
      s8.eq(s9);
      // @ts-expect-error the same for mux
      s1.mux(s8, s9);
      // @ts-expect-error a string is no operand
      s8.add('1');
    }));

  it('takes literals, and widths that are only known later', () =>
    never(() => {
      expectTypeOf(s8.add(1)).toEqualTypeOf<Signal<8>>();
      expectTypeOf(s8.add(1n)).toEqualTypeOf<Signal<8>>();
      expectTypeOf(s8.add(any)).toEqualTypeOf<Signal<8>>();
      expectTypeOf(any.add(s8)).toEqualTypeOf<Signal>();
      expectTypeOf(s1.mux(s8, 0)).toEqualTypeOf<Signal<8>>();
      expectTypeOf(s1.mux(0, s8)).toEqualTypeOf<Signal<8>>();
      // @ts-expect-error two literals have no width
      s1.mux(0, 1);
    }));

  it('computes widths', () =>
    never(() => {
      expectTypeOf(s8.cat(s9, s1)).toEqualTypeOf<Signal<18>>();
      expectTypeOf(hw.cat(s8, s9)).toEqualTypeOf<Signal<17>>();
      expectTypeOf(hw.cat(...([s8, s8] as Signal[])).width).toEqualTypeOf<number>();
      expectTypeOf(s8.slice(6, 2)).toEqualTypeOf<Signal<5>>();
      expectTypeOf(s8.bit(3)).toEqualTypeOf<Signal<1>>();
      expectTypeOf(s8.mul(s9)).toEqualTypeOf<Signal<17>>();
      expectTypeOf(s8.mulS(any)).toEqualTypeOf<Signal>();
      expectTypeOf(s8.addWide(s8)).toEqualTypeOf<Signal<9>>();
      expectTypeOf(s8.subWide(1)).toEqualTypeOf<Signal<9>>();
      expectTypeOf(s8.zext(12)).toEqualTypeOf<Signal<12>>();
      expectTypeOf(s8.sext(12).trunc(3)).toEqualTypeOf<Signal<3>>();
      expectTypeOf(s8.count()).toEqualTypeOf<Signal<4>>();
      expectTypeOf(s8.firstOne()).toEqualTypeOf<Signal<3>>();
      expectTypeOf(s8.oneHot(256)).toEqualTypeOf<Signal<256>>();
      expectTypeOf(s8.lt(s8)).toEqualTypeOf<Signal<1>>();
      expectTypeOf(s8.reduceOr()).toEqualTypeOf<Signal<1>>();
    }));

  it('keeps lanes apart', () =>
    never(() => {
      expectTypeOf(v4x8.add(v4x8)).toEqualTypeOf<Signal<8, 4>>();
      expectTypeOf(v4x8.add(s8)).toEqualTypeOf<Signal<8, 4>>();
      expectTypeOf(v4x8.add(1)).toEqualTypeOf<Signal<8, 4>>();
      // @ts-expect-error 3 lanes beside 4
      v4x8.add(v3x8);
      // @ts-expect-error a Vec beside one value
      s8.add(v4x8);
      expectTypeOf(v4x8.at(0)).toEqualTypeOf<Signal<8>>();
      expectTypeOf(v4x8.at(any)).toEqualTypeOf<Signal<8>>();
      expectTypeOf(v4x8.argMin(v4x1)).toEqualTypeOf<Signal<2>>();
      expectTypeOf(v4x8.foldAdd()).toEqualTypeOf<Signal<8>>();
      expectTypeOf(v4x8.bits()).toEqualTypeOf<Signal<32>>();
      expectTypeOf(s8.splat(5)).toEqualTypeOf<Signal<8, 5>>();
      expectTypeOf(hw.lanes(5, 3)).toEqualTypeOf<Signal<3, 5>>();
      expectTypeOf(s1.mux(v4x8, 0)).toEqualTypeOf<Signal<8, 4>>();
      // @ts-expect-error one valid bit a lane
      v4x8.argMin(s1);
    }));
});

describe('assignments', () => {
  it('checks the width of what a register, wire or memory gets', () =>
    never(() => {
      r8.next(s8);
      r8.next(255);
      r8.next(any);
      // @ts-expect-error 9 bits
      r8.next(s9);
      w8.set(s8);
      // @ts-expect-error 9 bits
      w8.set(s9);
      // @ts-expect-error a Vec for one value
      w8.set(v4x8);
      rv.next(s8);
      rv.nextAt(1, s8);
      // @ts-expect-error 9 bits for a lane
      rv.nextAt(1, s9);
      m8.write(0, s8);
      // @ts-expect-error 9 bits
      m8.write(0, s9);
      // @ts-expect-error a plain signal cannot be assigned
      void s8.next;
    }));

  it('checks hw.assign field by field', () =>
    never(() => {
      const target = { a: r8, b: { c: w8 } };
      hw.assign(target, { a: s8, b: { c: 3 } });
      hw.assign(r8, s8);
      // @ts-expect-error 9 bits
      hw.assign(r8, s9);
      // @ts-expect-error 9 bits in b.c
      hw.assign(target, { a: s8, b: { c: s9 } });
      // @ts-expect-error b is missing
      hw.assign(target, { a: s8 });
    }));

  it('checks the outputs of a module', () =>
    never(() => {
      const outs = { out: { y: uint(8) } };
      module('A', outs, () => ({ y: s8 }));
      module('A', outs, () => ({ y: 8 }));
      module('A', outs, () => ({ y: 8n }));
      module('A', outs, () => ({ y: any }));
      module('A', outs, () => ({ y: r8 }));
      module('A', outs, () => {
        const w = w8;
        return { y: w };
      });
      // @ts-expect-error 9 bits for 8
      module('A', outs, () => ({ y: s9 }));
      // @ts-expect-error the output is missing
      module('A', outs, () => ({}));
      // @ts-expect-error a Vec for one value
      module('A', outs, () => ({ y: v4x8 }));
      const pair = bundle({ lo: uint(8), hi: uint(9) });
      const more = { in: { a: uint(8) }, out: { p: pair, v: vec(4, uint(8)), q: vec(4, pair) } };
      module('B', more, ({ a }) => ({ p: { lo: a, hi: 0 }, v: v4x8, q: { lo: a, hi: s9 } }));
      // @ts-expect-error the fields of p are the wrong way round
      module('B', more, ({ a }) => ({ p: { lo: s9, hi: a }, v: v4x8, q: { lo: a, hi: s9 } }));
      // @ts-expect-error three lanes
      module('B', more, ({ a }) => ({ p: { lo: a, hi: 0 }, v: v3x8, q: { lo: a, hi: s9 } }));
      // @ts-expect-error hi of q is 8 bits
      module('B', more, ({ a }) => ({ p: { lo: a, hi: 0 }, v: v4x8, q: { lo: a, hi: a } }));
      module('C', { in: { a: uint(8) } }, () => ({}));
    }));
});

const Pair = bundle({ lo: uint(8), hi: uint(40) });
const State = enumeration('State', ['IDLE', 'BUSY']);
const Ports = module(
  'Ports',
  { in: { small: uint(32), wide: uint(33), signed: sint(8), lanes: vec(2, uint(8)), pair: Pair, pairs: vec(2, Pair) }, out: { y: uint(8), z: uint(33), state: State, both: Pair } },
  ({ small, wide, pair }, h) => {
    const state = h.reg('state', State, { reset: State.BUSY });
    return { y: small.trunc(8), z: wide, state, both: pair };
  },
);

describe('ports of simulations and instances', () => {
  it('gives numbers up to 32 bits and bigints above', () => {
    const sim = simulate(Ports);
    expectTypeOf(sim.in.small).toEqualTypeOf<number>();
    expectTypeOf(sim.in.wide).toEqualTypeOf<bigint>();
    expectTypeOf(sim.in.signed).toEqualTypeOf<number>();
    expectTypeOf(sim.in.lanes).toEqualTypeOf<readonly number[]>();
    expectTypeOf(sim.in.pair).toEqualTypeOf<{ lo: number; hi: bigint }>();
    expectTypeOf(sim.in.pairs.hi).toEqualTypeOf<readonly bigint[]>();
    expectTypeOf(sim.out.y).toEqualTypeOf<number>();
    expectTypeOf(sim.out.z).toEqualTypeOf<bigint>();
    expectTypeOf(sim.out.state).toEqualTypeOf<number>();
    sim.in.small = 7;
    sim.in.wide = 1n << 32n;
    sim.in.pair = { lo: 1, hi: 2n };
    sim.in.pair.lo = 3;
    sim.in.pairs = { lo: [1, 2], hi: [3n, 4n] };
    expect([sim.out.y, sim.out.z, sim.out.state, sim.out.both.lo, sim.out.both.hi]).toEqual([7, 1n << 32n, State.BUSY, 3, 2n]);
    expect(sim.in.pairs.hi).toEqual([3n, 4n]);
    never(() => {
      // @ts-expect-error no such port
      sim.in.smal = 1;
      // @ts-expect-error outputs are for reading
      sim.out.y = 1;
      // @ts-expect-error also inside a bundle
      sim.out.both.lo = 1;
      // @ts-expect-error a bigint is needed
      sim.in.wide = 1;
      // @ts-expect-error no such output
      void sim.out.yy;
    });
  });

  it('knows the ports of an instance', () => {
    const Stream = interfaceOf('Stream', { valid: out(bit), data: out(uint(8)), ready: inp(bit) });
    const Source = module('Source', { in: { go: bit }, out: { n: uint(5) }, io: { tx: Stream } }, ({ go, tx }, h) => {
      expectTypeOf(go).toEqualTypeOf<Signal<1>>();
      expectTypeOf(tx.valid).toEqualTypeOf<Wire<1>>();
      expectTypeOf(tx.data).toEqualTypeOf<Wire<8>>();
      expectTypeOf(tx.ready).toEqualTypeOf<Signal<1>>();
      tx.valid.set(go);
      tx.data.set(h.name('accepted', tx.ready).mux(1, h.lit(8, 2)));
      return { n: 3 };
    });
    const Sink = module('Sink', { io: { rx: flip(Stream) } }, ({ rx }, h) => {
      expectTypeOf(rx.valid).toEqualTypeOf<Signal<1>>();
      expectTypeOf(rx.ready).toEqualTypeOf<Wire<1>>();
      h.name('data', rx.data);
      rx.ready.set(rx.valid);
      return {};
    });
    const Ram = model('Ram', { in: { a: uint(4) }, out: { d: uint(16) } }, () => ({ clock: ({ in: i, out: o }) => o.d!.set(i.a!.get()) }));
    const Top = module('Top', { in: { go: bit }, out: { n: uint(5), d: uint(16) } }, ({ go }, h) => {
      const source = h.instance('source', Source, { go });
      const sink = h.instance('sink', Sink);
      const ram = h.instance('ram', Ram);
      ram.in.a.set(3);
      expectTypeOf(source.in.go).toEqualTypeOf<Wire<1>>();
      expectTypeOf(source.out.n).toEqualTypeOf<Signal<5>>();
      expectTypeOf(source.io.tx.valid).toEqualTypeOf<Signal<1>>();
      expectTypeOf(source.io.tx.ready).toEqualTypeOf<Wire<1>>();
      expectTypeOf(ram.out.d).toEqualTypeOf<Signal<16>>();
      h.connect(source.io.tx, sink.io.rx);
      never(() => {
        // @ts-expect-error 5 bits for 1
        h.instance('other', Source, { go: source.out.n });
        // @ts-expect-error no such input
        h.instance('other', Source, { gone: go });
        // @ts-expect-error no such output
        void source.out.m;
      });
      return { n: source.out.n, d: ram.out.d };
    });
    expect(elaborate(Top).flat.nodes.length).toBeGreaterThan(0);
  });

  it('splits an interface port of a simulation into what is driven and what is read', () => {
    const Bus = interfaceOf('Bus', { addr: inp(uint(8)), data: out(uint(40)) });
    const Echo = module('Echo', { io: { bus: Bus } }, ({ bus }) => {
      bus.data.set(bus.addr.zext(40));
      return {};
    });
    const sim = simulate(Echo);
    sim.io.bus.addr = 9;
    expectTypeOf(sim.io.bus.addr).toEqualTypeOf<number>();
    expectTypeOf(sim.io.bus.data).toEqualTypeOf<bigint>();
    expect(sim.io.bus.data).toBe(9n);
    never(() => {
      // @ts-expect-error the module drives it
      sim.io.bus.data = 1n;
    });
  });
});

describe('families', () => {
  const Delay = parametric((p: { width: number; stages: number }) =>
    module(`Delay${p.width}x${p.stages}`, { in: { d: uint(p.width) }, out: { q: uint(p.width) } }, ({ d }, h) => {
      expectTypeOf(d).toEqualTypeOf<Signal>();
      let q: Signal = d;
      for (let i = 0; i < p.stages; i++) {
        const r = h.reg(`r${i}`, uint(p.width));
        r.next(q);
        q = r;
      }
      return { q };
    }),
  );

  it('falls back to number, and checks when it is elaborated', () => {
    expect(Delay({ width: 8, stages: 2 })).toBe(Delay({ width: 8, stages: 2 }));
    expect(Delay({ width: 8, stages: 2 })).not.toBe(Delay({ width: 9, stages: 2 }));
    const sim = simulate(Delay({ width: 8, stages: 2 }));
    expectTypeOf(sim.in.d).toEqualTypeOf<number | bigint>();
    sim.in.d = 5;
    sim.step(2);
    expect(sim.out.q).toBe(5);
    const Wrong = module('Wrong', { in: { a: uint(9) }, out: { q: uint(9) } }, ({ a }, h) => ({ q: h.instance('delay', Delay({ width: 8, stages: 1 }), { d: a }).out.q }));
    expect(() => simulate(Wrong)).toThrow('9 bits assigned to 8 bits');
  });

  it('tells parameters apart by what they are', () => {
    const Any = parametric((p: object) => module('Any', {}, () => (void p, {})));
    const f = (): number => 1;
    const same: [object, object][] = [
      [{ a: 1, b: [2, { c: 3n }] }, { b: [2, { c: 3n }], a: 1 }],
      [{ f }, { f }],
      [{ t: uint(8) }, { t: uint(8) }],
      [{ t: enumeration('E', ['A', 'B']) }, { t: enumeration('E', ['A', 'B']) }],
    ];
    const different: [object, object][] = [
      [{ a: 5n }, { a: '5n' }],
      [{ a: 5n }, { a: 5 }],
      [{ f }, { f: (): number => 1 }],
      [{ f }, {}],
      [{ a: undefined }, {}],
      [{ a: NaN }, { a: null }],
      [{ t: enumeration('E', ['A', 'B']) }, { t: enumeration('E', ['A', 'C']) }],
      [{ m: Any({}) }, { m: Any({ other: 1 }) }],
    ];
    for (const [x, y] of same) expect(Any(x), JSON.stringify(Object.keys(x))).toBe(Any(y));
    for (const [x, y] of different) expect(Any(x), JSON.stringify(Object.keys(x))).not.toBe(Any(y));
    expect(() => Any({ s: Symbol('s') })).toThrow('Symbol(s) cannot be a parameter of a module');
  });

  it('has generic helpers over signals and over values', () => {
    const twice = <W extends number>(x: Signal<W>): Signal<W> => x.add(x);
    const choose = <W extends number, N extends number>(c: Signal<1>, x: Signal<W, N>, y: Signal<W, N>): Signal<W, N> => c.mux(x.max(y), y);
    const load = <W extends number>(r: Reg<W>, x: Signal<W>): void => r.next(x);
    never(() => {
      expectTypeOf(twice(s8)).toEqualTypeOf<Signal<8>>();
      expectTypeOf(twice(any)).toEqualTypeOf<Signal>();
      expectTypeOf(choose(s1, v4x8, v4x8)).toEqualTypeOf<Signal<8, 4>>();
      load(r8, s8);
    });
    expect(Bits.of(8, 3).shl(1).toNumber()).toBe(6);
  });

  it('types constants of enumerations', () => {
    expectTypeOf(State.IDLE).toEqualTypeOf<number>();
    expect([State.IDLE, State.BUSY, State.width]).toEqual([0, 1, 1]);
    // @ts-expect-error no such member
    expect(State.DONE).toBeUndefined();
  });
});
