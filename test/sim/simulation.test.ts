import { describe, expect } from 'vitest';
import { bit, bundle, elaborate, enumeration, flip, inp, interfaceOf, model, module, out, sint, uint, vec, type Hardware, type Signal } from '../../src/index.ts';
import { expectProblems, onEveryEngine } from '../hdl/helpers.ts';

describe('when and switch', () => {
  const M = module('M', { in: { a: bit, b: bit, c: bit }, out: { y: uint(4), r: uint(4) } }, ({ a, b, c }, hw) => {
    const y = hw.wire('w', uint(4), { default: 15 });
    const r = hw.reg('r_reg', uint(4), { reset: 9 });
    hw.when(a, () => {
      y.set(1);
      hw.when(b, () => y.set(2)).elsewhen(c, () => y.set(3));
      r.next(1);
    })
      .elsewhen(b, () => {
        y.set(4);
        hw.when(c, () => r.next(2)).otherwise(() => r.next(3));
      })
      .otherwise(() => hw.when(c, () => y.set(5)));
    hw.when(c, () => r.next(r.add(1)));
    return { y, r };
  });
  const expected = (a: number, b: number, c: number): [number, number | undefined] => {
    const y = a ? (b ? 2 : c ? 3 : 1) : b ? 4 : c ? 5 : 15;
    return [y, c ? -1 : a ? 1 : b ? 3 : undefined];
  };

  onEveryEngine('last assignment wins, inner overrides outer, registers keep', (start) => {
    const sim = start(M);
    let r = 9;
    for (let n = 0; n < 40; n++) {
      const [a, b, c] = [(n * 5) & 1, (n >> 1) & 1, (n >> 2) & 1] as const;
      Object.assign(sim.in, { a, b, c });
      const [y, next] = expected(a, b, c);
      expect([sim.out.y, sim.out.r]).toEqual([y, r]);
      sim.step();
      r = next === undefined ? r : next === -1 ? (r + 1) & 15 : next;
    }
  });

  onEveryEngine('a switch takes the case, several values for one body, or the default; a state machine in an enumeration', (start) => {
    const State = enumeration('State', ['IDLE', 'LOAD', 'RUN', 'DONE']);
    const Fsm = module('Fsm', { in: { go: bit, op: uint(3) }, out: { state: State, kind: uint(2) } }, ({ go, op }, hw) => {
      const state = hw.reg('state', State, { reset: State.IDLE });
      const kind = hw.wire('kind', uint(2));
      hw.switch(op)
        .case([1, 3, 5, 7], () => kind.set(1))
        .case(0n, () => kind.set(2))
        .default(() => kind.set(3));
      hw.switch(state)
        .case(State.IDLE, () => hw.when(go, () => state.next(State.LOAD)))
        .case(State.LOAD, () => state.next(State.RUN))
        .case(State.RUN, () => state.next(State.DONE));
      return { state, kind };
    });
    const sim = start(Fsm);
    const seen: number[] = [];
    for (let n = 0; n < 6; n++) {
      sim.in.go = n === 1 ? 1 : 0;
      sim.in.op = n;
      expect(sim.out.kind).toBe(n % 2 === 1 ? 1 : n === 0 ? 2 : 3);
      seen.push(sim.out.state);
      sim.step();
    }
    expect(seen).toEqual([State.IDLE, State.IDLE, State.LOAD, State.RUN, State.DONE, State.DONE]);
    expect(() => sim.expect('state', State.IDLE, 'after go')).toThrow('after go: state is DONE (3), expected IDLE (0) at 6000 ps (cycle 6)');
  });
});

describe('bundles', () => {
  const Pair = bundle({ lo: uint(8), hi: uint(40) });
  const Outer = bundle({ valid: bit, pair: Pair, lanes: vec(3, uint(4)) });
  const M = module('M', { in: { load: bit, x: Outer, q: vec(2, Pair) }, out: { y: Outer, words: vec(2, Pair), first: Pair } }, ({ load, x, q }, hw) => {
    const r = hw.reg('r', Outer, { reset: { pair: { hi: 5, lo: 1 }, lanes: [1, 2, 3] } });
    const rq = hw.reg('rq', vec(2, Pair), { reset: [{ lo: 7 }, { hi: 9n }] });
    hw.when(load, () => {
      hw.assign(r, x);
      hw.assign(rq, q);
    });
    const w = hw.wire('w', Pair);
    hw.assign(w, { lo: rq.lo.at(0), hi: rq.hi.at(0) });
    return { y: r, words: rq, first: w };
  });

  onEveryEngine('nest, hold Vecs, and are Vecs of their fields when a Vec holds them', (start) => {
    const sim = start(M);
    const read = () => ({ y: { ...sim.out.y, pair: { ...sim.out.y.pair } }, q: { ...sim.out.words }, first: { ...sim.out.first } });
    expect(read()).toEqual({ y: { valid: 0, pair: { lo: 1, hi: 5n }, lanes: [1, 2, 3] }, q: { lo: [7, 0], hi: [0n, 9n] }, first: { lo: 7, hi: 0n } });
    sim.in.x = { valid: 1, pair: { lo: 200, hi: 1n << 39n }, lanes: [4, 5, 6] };
    sim.in.q = { lo: [1, 2], hi: [3n, 4n] };
    sim.step();
    expect(sim.out.y.valid).toBe(0);
    sim.in.load = 1;
    sim.in.x.pair.lo = 201;
    sim.step();
    expect(read()).toEqual({ y: { valid: 1, pair: { lo: 201, hi: 1n << 39n }, lanes: [4, 5, 6] }, q: { lo: [1, 2], hi: [3n, 4n] }, first: { lo: 1, hi: 3n } });
    expect(sim.peek('r_pair_hi')).toBe(1n << 39n);
  });
});

describe('registers and clocks', () => {
  const Counters = module('Counters', { in: { d: uint(8) }, out: { kept: uint(8), reset: uint(8), plain: sint(8) } }, ({ d }, hw) => {
    const kept = hw.reg('kept_reg', uint(8), { initial: 7 });
    const withReset = hw.reg('with_reset', uint(8), { reset: 3 });
    const plain = hw.reg('plain_reg', sint(8));
    kept.next(kept.add(d));
    withReset.next(withReset.add(1));
    hw.when(hw.reset().not(), () => plain.next(plain.sub(d)));
    return { kept, reset: withReset, plain };
  });

  onEveryEngine('with and without reset; reset counts from now on; setReset by hand', (start) => {
    const sim = start(Counters);
    const read = () => [sim.out.kept, sim.out.reset, sim.out.plain, sim.cycle()];
    sim.in.d = 2;
    expect(read()).toEqual([7, 3, 0, 0]);
    sim.step(3);
    expect(read()).toEqual([13, 6, -6, 3]);
    sim.reset();
    expect(read()).toEqual([15, 3, -6, 4]);
    sim.reset(2);
    expect(read()).toEqual([19, 3, -6, 6]);
    sim.setReset(true);
    sim.step(2);
    sim.setReset(false, 'clk');
    expect(read()).toEqual([23, 3, -6, 8]);
    sim.step();
    expect(read()).toEqual([25, 4, -8, 9]);
    expect(sim.time).toBe(9000);
  });

  const Two = module('Two', { domains: ['fast', 'slow'], out: { f: uint(8), s: uint(8), seen: uint(8) } }, (_, hw) => {
    const f = hw.reg('f_reg', uint(8));
    f.next(f.add(1));
    const [s, seen] = hw.in('slow', () => {
      const count = hw.reg('s_reg', uint(8), { reset: 0 });
      count.next(count.add(1));
      const sample = hw.reg('seen_reg', uint(8), { synchroniser: true });
      sample.next(f);
      return [count, sample] as const;
    });
    return { f, s, seen };
  });

  onEveryEngine('tick as their periods say, and at edges together sample old values', (start) => {
    const sim = start(Two, { clocks: { fast: { period: 300 }, slow: { period: 700, phase: 200 } } });
    const log: number[][] = [];
    for (let n = 0; n < 12; n++) {
      sim.step();
      log.push([sim.time, sim.out.f, sim.out.s, sim.out.seen]);
    }
    // slow: 900, 1600, 2300, 3000; at 900 and 3000 both tick.
    expect(log).toEqual([
      [300, 1, 0, 0],
      [600, 2, 0, 0],
      [900, 3, 1, 2],
      [1200, 4, 1, 2],
      [1500, 5, 1, 2],
      [1800, 6, 2, 5],
      [2100, 7, 2, 5],
      [2400, 8, 3, 7],
      [2700, 9, 3, 7],
      [3000, 10, 4, 9],
      [3300, 11, 4, 9],
      [3600, 12, 4, 9],
    ]);
    sim.step(2, 'slow');
    expect([sim.time, sim.cycle('slow'), sim.cycle('fast'), sim.out.s]).toEqual([4400, 6, 14, 6]);
    sim.reset(1, 'slow');
    expect([sim.time, sim.out.s, sim.out.f, sim.cycle('slow')]).toEqual([5100, 0, 17, 7]);
    sim.reset(2);
    expect([sim.cycle('slow'), sim.out.s]).toEqual([9, 0]);
  });

  onEveryEngine('tick one by one if a testbench says which, and every such edge is in the wave', (start) => {
    const sim = start(Two, { clocks: { fast: { period: 300 }, slow: { period: 700, phase: 200 } }, record: '{*.fast,*.slow}' });
    const log: number[][] = [];
    for (const [first, ...others] of [['slow'], ['slow'], ['fast'], ['fast', 'slow'], ['fast']] as const) {
      sim.tick(first, ...others);
      log.push([sim.time, sim.cycle('fast'), sim.cycle('slow'), sim.out.f, sim.out.s, sim.out.seen]);
    }
    expect(log).toEqual([
      [900, 0, 1, 0, 1, 0],
      [1600, 0, 2, 0, 2, 0],
      [1900, 1, 2, 1, 2, 0],
      [2300, 2, 3, 2, 3, 1],
      [2600, 3, 3, 3, 3, 1],
    ]);
    const rises = sim.recording().signals.map(({ path, changes }) => [path, changes.filter(([, v]) => v === 1).map(([t]) => t)]);
    expect(rises).toEqual([['Two.fast', [1900, 2300, 2600]], ['Two.slow', [900, 1600, 2300]]]);
    sim.step();
    expect([sim.time, sim.cycle('fast'), sim.cycle('slow')]).toEqual([2900, 4, 3]);
    expectProblems(() => sim.tick('quick'), ['unknown-domain', 'there is no clock domain "quick"', "tick('quick')"]);
  });

  onEveryEngine('give instances the domain they are placed in, or the one that is named', (start) => {
    const Counter = module('Counter', { out: { n: uint(8) } }, (_, hw) => {
      const n = hw.reg('n', uint(8));
      n.next(n.add(1));
      return { n };
    });
    const Pair = module('Pair', { domains: ['a', 'b'], out: { x: uint(8), y: uint(8) } }, (_, hw) => ({
      x: hw.instance('x_counter', Counter).out.n,
      y: hw.in('b', () => hw.instance('y_counter', Counter).out.n),
    }));
    const Top = module('Top', { domains: ['fast', 'slow'], out: { x: uint(8), y: uint(8), z: uint(8) } }, (_, hw) => {
      const pair = hw.instance('pair', Pair, {}, { domains: { a: 'slow', b: 'fast' } });
      const z = hw.instance('z_counter', Counter, {}, { domains: { clk: 'slow' } });
      return { x: pair.out.x, y: pair.out.y, z: z.out.n };
    });
    const sim = start(Top, { clocks: { slow: { period: 3000 } } });
    sim.step(7);
    expect([sim.out.x, sim.out.y, sim.out.z]).toEqual([2, 7, 2]);
    expect(sim.peek('pair.x_counter.n')).toBe(2);
  });

  onEveryEngine('checks clocks, counts and engines', (start) => {
    const sim = start(Counters);
    expectProblems(() => sim.step(1.5), ['bad-count', '1.5 is not a number of clock edges', 'step(1.5)']);
    expectProblems(() => sim.step(-1), ['bad-count', '-1 is not a number of clock edges', 'step(-1)']);
    expectProblems(() => sim.step(1, 'clock'), ['unknown-domain', 'there is no clock domain "clock"', "step(1, 'clock')"]);
    expectProblems(() => start(Counters, { clocks: { clk: { period: 1 } } }), ['bad-clock', 'clock "clk": a period is a whole number of picoseconds of at least 2, not 1', '']);
    expectProblems(() => start(Counters, { clocks: { clk: { phase: -1000 } } }), ['bad-clock', 'clock "clk": a phase is a whole number of picoseconds above minus one period, not -1000', '']);
    expectProblems(() => start(Counters, { clocks: { clik: {} } }), ['unknown-domain', 'Counters has no clock domain "clik"', '']);
    sim.step(0);
    expect(sim.time).toBe(0);
  });
});

describe('memories', () => {
  const M = module(
    'M',
    { in: { we: bit, wa: uint(3), wd: uint(40), ra: uint(3), en: bit, twice: bit }, out: { now: uint(40), old: uint(40), fresh: uint(40), held: uint(40) } },
    ({ we, wa, wd, ra, en, twice }, hw) => {
      const m = hw.mem('m', 5, uint(40), { initial: [10, 11, 12] });
      // Reads that return new words see writes wherever those stand.
      const fresh = m.readSync('fresh_reg', ra, { during: 'new' });
      hw.when(we, () => {
        m.write(wa, wd);
        hw.when(twice, () => m.write(wa, wd.add(1)));
      });
      return { now: m.read(ra), old: m.readSync('old_reg', ra), fresh, held: m.readSync('held_reg', ra, { enable: en }) };
    },
  );

  onEveryEngine('read old or new words, obey the later of two writes, read zero beyond the end', (start) => {
    const sim = start(M);
    const words = [10n, 11n, 12n, 0n, 0n];
    let held = 0n;
    for (let n = 0; n < 200; n++) {
      const [we, wa, ra, en, twice] = [(n * 7) & 1, (n * 3) % 8, (n * 5 + (n >> 3)) % 8, (n >> 1) & 1, (n >> 2) & 1] as const;
      const wd = BigInt(n) * 0x1234567n + (1n << 39n);
      Object.assign(sim.in, { we, wa, wd, ra, en, twice });
      const before = words[ra] ?? 0n;
      expect(sim.out.now).toBe(before);
      if (we && wa < 5) words[wa] = BigInt.asUintN(40, wd + BigInt(twice));
      if (en) held = before;
      sim.step();
      expect([sim.out.old, sim.out.fresh, sim.out.held]).toEqual([before, words[ra] ?? 0n, held]);
    }
    const memory = sim.memory('m');
    expect(Array.from({ length: memory.depth }, (_, i) => memory.read(i))).toEqual(words);
    memory.write(4, 99);
    sim.in.ra = 4;
    expect(sim.out.now).toBe(99n);
    expectProblems(() => memory.read(5), ['bad-address', 'address 5 of memory "m" with 5 words', 'read(5)']);
    expectProblems(() => memory.write(0, -1n << 40n), ['value-range', `${-1n << 40n} does not fit memory "m" of 40 bits`, 'write(0']);
    expectProblems(() => sim.memory('n'), ['unknown-memory', 'there is no memory "n"', "memory('n')"]);
  });

  onEveryEngine('of one word, and of wide words', (start) => {
    const One = module('One', { in: { a: bit, d: uint(200), we: bit }, out: { q: uint(200) } }, ({ a, d, we }, hw) => {
      const m = hw.mem('m', 1, uint(200));
      hw.when(we, () => m.write(a, d));
      return { q: m.read(a) };
    });
    const sim = start(One);
    const big = (1n << 199n) | 5n;
    Object.assign(sim.in, { a: 0, d: big, we: 1 });
    sim.step();
    expect(sim.out.q).toBe(big);
    sim.in.a = 1;
    sim.in.d = 1n;
    sim.step();
    expect(sim.out.q).toBe(0n);
    sim.in.a = 0;
    expect(sim.out.q).toBe(big);
  });
});

describe('Vec', () => {
  const M = module(
    'M',
    { in: { v: vec(5, uint(12)), i: uint(3), x: uint(12), valid: vec(5, bit), order: vec(3, uint(3)) }, out: { at: uint(12), inserted: vec(5, uint(12)), gathered: vec(3, uint(12)), least: uint(3), folds: vec(6, uint(12)), flags: uint(2), picked: vec(5, uint(12)), r: vec(5, uint(12)) } },
    ({ v, i, x, valid, order }, hw) => {
      const r = hw.reg('r', vec(5, uint(12)), { reset: 1 });
      r.nextAt(i, x);
      hw.when(x.bit(0), () => r.nextAt(2, 7));
      return {
        at: v.at(i),
        inserted: v.insert(i, x),
        gathered: v.gather(order),
        least: v.argMin(valid),
        folds: hw.vec([v.foldAdd(), v.foldMin(), v.foldMax(), v.foldAnd(), v.foldOr(), v.foldXor()]) as Signal<12, 6>,
        flags: valid.any().cat(valid.all()),
        picked: valid.mux(v, x),
        r,
      };
    },
  );

  onEveryEngine('reads, writes, gathers, folds and finds the least', (start) => {
    const sim = start(M);
    let r = [1, 1, 1, 1, 1];
    for (let n = 0; n < 64; n++) {
      const v = Array.from({ length: 5 }, (_, k) => (n * 331 + k * 1237 * (n + 1)) % 4096);
      const [i, x] = [n % 8, (n * 97) % 4096];
      const valid = Array.from({ length: 5 }, (_, k) => (n >> k) & 1);
      const order = [n % 8, (n >> 1) % 8, 4 - (n % 5)];
      Object.assign(sim.in, { v, i, x, valid, order });
      expect(sim.out.at).toBe(v[i] ?? 0);
      expect(sim.out.inserted).toEqual(v.map((y, k) => (k === i ? x : y)));
      expect(sim.out.gathered).toEqual(order.map((k) => v[k] ?? 0));
      const candidates = v.map((y, k) => ({ y, k })).filter(({ k }) => valid[k] === 1);
      expect(sim.out.least).toBe(candidates.sort((a, b) => a.y - b.y || a.k - b.k)[0]?.k ?? 0);
      const fold = (f: (a: number, b: number) => number) => v.reduce(f);
      expect(sim.out.folds).toEqual([fold((a, b) => (a + b) & 4095), Math.min(...v), Math.max(...v), fold((a, b) => a & b), fold((a, b) => a | b), fold((a, b) => a ^ b)]);
      expect(sim.out.flags).toBe((valid.includes(1) ? 2 : 0) + (valid.includes(0) ? 0 : 1));
      expect(sim.out.picked).toEqual(v.map((y, k) => (valid[k] === 1 ? y : x)));
      expect(sim.out.r).toEqual(r);
      sim.step();
      r = r.map((y, k) => (k === 2 && x % 2 === 1 ? 7 : k === i ? x : y));
    }
    expect(() => ((sim.out.r as number[])[0] = 1)).toThrow(TypeError);
    expectProblems(() => (sim.in.v = [1]), ['bad-value', 'port "v" has 5 lanes, not 1', 'v = [1]']);
    expectProblems(() => ((sim.in as Record<string, unknown>)['v'] = 1), ['bad-value', 'port "v" has 5 lanes: give it an array', '']);
  });
});

describe('wide and signed values', () => {
  for (const width of [70, 200]) {
    onEveryEngine(`${width} bits wrap, compare, shift and multiply`, (start) => {
      const M = module('Wide', { in: { a: uint(width), b: sint(width), n: uint(8) }, out: { sum: uint(width), less: bit, shifted: uint(width), product: uint(2 * width), back: sint(width), count: uint(9) } }, ({ a, b, n }, hw: Hardware) => {
        const acc = hw.reg('acc', sint(width));
        acc.next(b);
        return { sum: a.add(b), less: a.ltS(b), shifted: a.shl(n.zext(width)), product: a.mul(b), back: acc, count: a.count().zext(9) } as never;
      });
      const sim = start(M);
      const all = (1n << BigInt(width)) - 1n;
      const values = [0n, 1n, all, all >> 1n, (1n << 64n) - 1n, 0x123456789abcdef0fedcba9n & all];
      for (const a of values) {
        for (const b of values) {
          const n = Number(b & 255n);
          Object.assign(sim.in, { a, b, n });
          sim.step();
          const s = (x: bigint): bigint => BigInt.asIntN(width, x);
          expect([sim.out.sum, sim.out.less, sim.out.shifted, sim.out.product, sim.out.back, sim.out.count]).toEqual([(a + b) & all, s(a) < s(b) ? 1 : 0, (a << BigInt(n)) & all, a * b, s(b), a.toString(2).split('1').length - 1]);
        }
      }
      sim.in.b = -5n;
      sim.step();
      expect(sim.out.back).toBe(-5n);
      expect(sim.peek('acc')).toBe(-5n);
    });
  }
});

describe('models', () => {
  /** Adds what it sees while `go` is 1. */
  const Adder = model('Adder', { in: { go: bit, x: uint(40), lanes: vec(2, uint(8)) }, out: { sum: uint(40), calls: uint(8), most: vec(2, uint(8)) }, fire: 'go' }, () => {
    let calls = 0;
    return {
      clock({ in: i, out: o }) {
        o['sum']!.setBig(o['sum']!.getBig() + i['x']!.getBig());
        o['calls']!.set(++calls);
        for (const lane of [0, 1]) o['most']!.set(Math.max(o['most']!.get(lane), i['lanes']!.get(lane)), lane);
      },
      reset({ out: o }) {
        calls = 0;
        o['sum']!.setBig(0n);
        o['calls']!.set(0);
      },
      save: () => ({ calls }),
      restore: (state) => ({ calls } = state as { calls: number }),
    };
  });
  const M = module('M', { in: { go: bit, x: uint(40) }, out: { sum: uint(40), second: uint(40), calls: uint(8), before: uint(40), most: vec(2, uint(8)) } }, ({ go, x }, hw) => {
    const first = hw.instance('adder1', Adder, { go, x, lanes: hw.vec([x.trunc(8), x.slice(15, 8)]) as Signal<8, 2> });
    // Fed by a model: like any register, it sees the value from before the edge.
    const second = hw.instance('adder2', Adder, { go: 1, x: first.out.sum, lanes: 0 });
    const before = hw.reg('before_reg', uint(40));
    before.next(first.out.sum);
    return { sum: first.out.sum, second: second.out.sum, calls: first.out.calls, before, most: first.out.most };
  });

  onEveryEngine('fire, reset, and act like registers', (start) => {
    const sim = start(M);
    let [sum, second, calls, before] = [0n, 0n, 0, 0n];
    for (let n = 0; n < 30; n++) {
      const go = n % 3 === 0 ? 0 : 1;
      const x = BigInt(n) << 33n | BigInt(n);
      Object.assign(sim.in, { go, x });
      sim.step();
      [sum, second, calls, before] = [BigInt.asUintN(40, sum + (go ? x : 0n)), BigInt.asUintN(40, second + sum), calls + go, sum];
      expect([sim.out.sum, sim.out.second, sim.out.calls, sim.out.before]).toEqual([sum, second, calls, before]);
    }
    expect(sim.out.most).toEqual([29, 0]);
    sim.reset();
    expect([sim.out.sum, sim.out.calls]).toEqual([0n, 0]);
    sim.step();
    expect(sim.out.calls).toBe(1);
    expect(sim.peek('adder1.calls')).toBe(1);
  });

  onEveryEngine('are restored with what they keep', (start) => {
    const sim = start(M);
    Object.assign(sim.in, { go: 1, x: 3n });
    sim.step(4);
    const snapshot = sim.snapshot();
    sim.step(3);
    const [sum, calls, second] = [sim.out.sum, sim.out.calls, sim.out.second];
    sim.restore(snapshot);
    expect([sim.out.sum, sim.out.calls]).toEqual([12n, 4]);
    sim.step(3);
    expect([sim.out.sum, sim.out.calls, sim.out.second]).toEqual([sum, calls, second]);
    const other = start(M);
    other.restore(snapshot);
    Object.assign(other.in, { go: 1, x: 3n });
    other.step(3);
    expect([other.out.sum, other.out.calls, other.time]).toEqual([sum, calls, 7000]);
  });

  onEveryEngine('refuse to read a wide port as a number', (start) => {
    const Wrong = model('Wrong', { in: { x: uint(33) }, out: { y: uint(33) } }, () => ({ clock: ({ in: i, out: o }) => o['y']!.set(i['x']!.get()) }));
    const sim = start(module('W', { in: { x: uint(33) }, out: { y: uint(33) } }, ({ x }, hw) => ({ y: hw.instance('wrong', Wrong, { x }).out.y })));
    expectProblems(() => sim.step(), ['value-range', 'a port of 33 bits is wider than a number', 'get()']);
  });
});

describe('interfaces', () => {
  onEveryEngine('carry a stream between instances, with backpressure', (start) => {
    const Stream = interfaceOf('Stream', { valid: out(bit), data: out(bundle({ last: bit, byte: uint(8) })), ready: inp(bit) });
    const Source = module('Source', { io: { tx: Stream } }, ({ tx }, hw) => {
      const n = hw.reg('n', uint(8));
      hw.when(tx.ready, () => n.next(n.add(1)));
      tx.valid.set(1);
      hw.assign(tx.data, { last: n.eq(5), byte: n });
      return {};
    });
    const Sink = module('Sink', { in: { go: bit }, out: { sum: uint(8), lasts: uint(8) }, io: { rx: flip(Stream) } }, ({ go, rx }, hw) => {
      const [sum, lasts] = [hw.reg('sum', uint(8)), hw.reg('lasts', uint(8))];
      rx.ready.set(go);
      hw.when(go.and(rx.valid), () => {
        sum.next(sum.add(rx.data.byte));
        lasts.next(lasts.add(rx.data.last.zext(8)));
      });
      return { sum, lasts };
    });
    const Through = module('Through', { io: { a: flip(Stream), b: Stream } }, ({ a, b }, hw) => {
      hw.connect(a, b);
      return {};
    });
    const Top = module('Top', { in: { go: bit }, out: { sum: uint(8), lasts: uint(8) } }, ({ go }, hw) => {
      const [source, through, sink] = [hw.instance('source', Source), hw.instance('through', Through), hw.instance('sink', Sink, { go })];
      hw.connect(source.io.tx, through.io.a);
      hw.connect(sink.io.rx, through.io.b);
      return sink.out;
    });
    const sim = start(Top);
    let sum = 0;
    for (let n = 0, sent = 0; n < 20; n++) {
      sim.in.go = n % 3 === 1 ? 0 : 1;
      if (sim.in.go === 1) sum += sent++;
      sim.step();
      expect(sim.out.sum).toBe(sum & 255);
    }
    expect(sim.out.lasts).toBe(1);
    const source = start(Source);
    source.io.tx.ready = 1;
    source.step(5);
    expect([source.io.tx.valid, source.io.tx.data.byte, source.io.tx.data.last]).toEqual([1, 5, 1]);
    expectProblems(() => ((source.io.tx as { valid: number }).valid = 0), ['read-only', 'signal of tx "valid" is an output: a testbench can only read it', '']);
    expectProblems(() => ((source.io.tx.data as { byte: number }).byte = 0), ['read-only', 'signal of tx "data" is an output: a testbench can only read it', '']);
  });
});

describe('several simulations at once', () => {
  onEveryEngine('know nothing of each other', (start) => {
    const Counter = module('Counter', { in: { by: uint(8) }, out: { n: uint(8) } }, ({ by }, hw) => {
      const n = hw.reg('n', uint(8));
      const m = hw.mem('m', 2, uint(8));
      m.write(0, n);
      n.next(n.add(by));
      return { n };
    });
    const [a, b] = [start(Counter), start(Counter, { clocks: { clk: { period: 10 } } })];
    a.in.by = 1;
    b.in.by = 2;
    a.step(3);
    b.step(5);
    a.memory('m').write(1, 77);
    expect([a.out.n, b.out.n, a.time, b.time, a.cycle(), b.cycle()]).toEqual([3, 10, 3000, 50, 3, 5]);
    expect([a.memory('m').read(0), b.memory('m').read(0), b.memory('m').read(1)]).toEqual([2n, 8n, 0n]);
    expect(elaborate(Counter)).toBe(elaborate(Counter));
  });
});
