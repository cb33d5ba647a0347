import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bit, compareVcd, elaborate, model, module, readVcd, uint, vec, type ModuleDefinition } from '../../src/index.ts';
import { cosim, cosimAll, describeDifference, randomStimulus, type StimulusCycle } from '../../src/export/index.ts';
import { need } from './helpers.ts';

/** Corners that random circuits do not reach, each with random stimulus in Icarus. */
function agrees(title: string, definition: ModuleDefinition, stimulus?: StimulusCycle[]): void {
  it(title, (context) => {
    need(context, 'icarus');
    const design = elaborate(definition);
    expect(cosim(design, stimulus ?? randomStimulus(design, { cycles: 200, seed: 11 }), { engine: ['interp', 'js', 'wasm'], unread: true }).signals).toBeGreaterThan(0);
  });
}

describe('corners in Icarus', () => {
  agrees(
    'amounts and indices of a hundred bits',
    module('Wide', { in: { x: uint(70), by: uint(100), v: vec(5, uint(9)) }, out: { l: uint(70), r: uint(70), a: uint(70), b: bit, o: uint(130), e: uint(9), g: vec(5, uint(9)) } }, ({ x, by, v }) => ({
      l: x.shl(by),
      r: x.shr(by),
      a: x.sra(by),
      b: x.bit(by),
      o: by.oneHot(130),
      e: v.at(by),
      g: v.insert(by, x.trunc(9)),
    })) as unknown as ModuleDefinition,
  );
  agrees(
    'addresses of memories that wrap',
    module('Wraps', { in: { a: uint(4), b: uint(4), x: uint(8) }, out: { y: uint(8) } }, ({ a, b, x }, hw) => {
      const store = hw.mem('store', 16, uint(8));
      hw.when(x.bit(0), () => store.write(a.add(b), x)).otherwise(() => store.write(a.sub(3), x));
      return { y: store.read(a.add(b)).xor(store.read(b.sub(a))) };
    }) as unknown as ModuleDefinition,
  );
  agrees(
    'values of one bit',
    module('Ones', { in: { x: bit, y: bit, i: uint(3) }, out: { a: bit, b: bit, c: uint(2), d: uint(2), e: bit, f: bit, g: bit, h: uint(4), k: bit } }, ({ x, y, i }) => ({
      a: x.add(y),
      b: x.sra(i),
      c: x.mulS(y),
      d: x.subWide(y),
      e: x.bit(i),
      f: x.firstOne().or(x.count()).or(x.reverse()),
      g: x.ltS(y).xor(x.minS(y)).xor(x.neg()),
      h: x.sext(4),
      k: x.subSat(y),
    })) as unknown as ModuleDefinition,
  );
  agrees(
    'a Vec of one lane',
    module('Lane', { in: { v: vec(1, uint(5)), i: uint(2), x: uint(5) }, out: { a: uint(5), b: vec(1, uint(5)), c: uint(5), d: vec(3, uint(5)), e: bit } }, ({ v, i, x }, hw) => {
      const r = hw.reg('r', vec(1, uint(5)), { reset: 7 });
      r.nextAt(i, x);
      return { a: v.at(i), b: v.insert(i, x), c: v.foldAdd().xor(r.at(0)), d: v.gather(hw.vec([i, i, hw.lit(2, 0)])) as never, e: v.argMin(hw.vec([x.bit(0)]) as never) };
    }) as unknown as ModuleDefinition,
  );
  agrees(
    'memories of one word, of an odd depth, and two writes to one address',
    module('Memories', { in: { a: uint(3), b: uint(3), x: uint(8), on: bit }, out: { one: uint(8), five: uint(8), const: uint(8), q: uint(8) } }, ({ a, b, x, on }, hw) => {
      const one = hw.mem('one_', 1, uint(8), { initial: [3] });
      const five = hw.mem('five_', 5, uint(8), { initial: [1, 2, 3, 4, 5] });
      one.write(a.bit(0), x);
      five.write(a, x);
      hw.when(on, () => five.write(b, x.not()));
      five.write(6, 0xee);
      return { one: one.read(a.bit(1)), five: five.read(b), const: five.read(7).or(five.read(4)), q: five.readSync('q_', b, { during: 'new' }) };
    }) as unknown as ModuleDefinition,
  );
  agrees(
    'wires that depend only on what never changes',
    module('Still', { out: { a: uint(8), b: uint(8), c: uint(4) } }, (_, hw) => {
      const held = hw.reg('held', uint(8), { initial: 0x5a });
      const w = hw.wire('w', uint(8), { default: 1 });
      hw.when(held.bit(1), () => w.set(held.add(1)));
      return { a: w, b: hw.lit(8, 9), c: held.count() };
    }),
    [{}, { reset: ['clk'] }, {}],
  );
  agrees(
    'lanes of a wire driven under conditions',
    module('Lanes', { in: { c: bit, d: bit, i: uint(3), x: uint(6) }, out: { w: vec(4, uint(6)) } }, ({ c, d, i, x }, hw) => {
      const w = hw.wire('w', vec(4, uint(6)), { default: 9 });
      w.setAt(1, x);
      hw.when(c, () => {
        w.setAt(i, x.not());
        hw.when(d, () => w.setAt(0, 1)).otherwise(() => w.set(2));
      }).elsewhen(d, () => w.setAt(3, x.add(1)));
      return { w };
    }) as unknown as ModuleDefinition,
  );

  const ripple = module('Ripple', { in: { a: uint(8), b: uint(8) }, out: { sum: uint(8), lanes: vec(4, uint(5)), t: uint(8) } }, ({ a, b }, hw) => {
    const carry = hw.wire('carry', vec(9, bit));
    carry.setAt(0, 0);
    for (let i = 0; i < 8; i++) carry.setAt(i + 1, a.bit(i).and(b.bit(i)).or(carry.at(i).and(a.bit(i).xor(b.bit(i)))));
    const chain = hw.wire('chain', vec(4, uint(5)));
    chain.setAt(0, a.trunc(5));
    for (let i = 1; i < 4; i++) chain.setAt(i, chain.at(i - 1).add(b.trunc(5)));
    const t = hw.wire('t', uint(8));
    t.set(t.add(b).slice(6, 0).cat(a.bit(0)));
    return { sum: a.xor(b).xor(carry.bits().trunc(8)), lanes: chain, t };
  });
  agrees('a ripple of lanes and of bits that is no loop', ripple as unknown as ModuleDefinition);
  const Adder = module('Adder', { in: { x: uint(8), k: uint(8) }, out: { y: uint(8) } }, ({ x, k }) => ({ y: x.add(k) }));
  agrees(
    'a ripple through another module',
    module('Around', { in: { a: bit, k: uint(8) }, out: { y: uint(8) } }, ({ a, k }, hw) => {
      const adder = hw.instance('adder', Adder, { k });
      hw.assign(adder.in.x, adder.out.y.slice(6, 0).cat(a));
      return { y: adder.out.y };
    }) as unknown as ModuleDefinition,
  );

  const Count = module('Count', { out: { n: uint(8), reset: bit } }, (_, hw) => {
    const n = hw.reg('n', uint(8), { reset: 0 });
    n.next(n.add(1));
    return { n, reset: hw.reset() };
  });
  agrees(
    'one module in two clock domains',
    module('Domains', { domains: ['slow', 'fast'], out: { a: uint(8), b: uint(8), c: bit } }, (_, hw) => {
      const a = hw.instance('first', Count);
      const b = hw.instance('second', Count, {}, { domains: { clk: 'fast' } });
      return { a: a.out.n, b: b.out.n, c: a.out.reset };
    }),
  );
  agrees(
    'names that are keywords, and names that Verilog gives to other things',
    module('begin', { in: { reg: uint(4), output: uint(4), add_0: uint(4) }, out: { wire: uint(4), logic: uint(4), first_one_4: uint(2) } }, (p, hw) => {
      const endmodule = hw.reg('endmodule', uint(4), { reset: 1 });
      endmodule.next(p.reg.add(p.output));
      const sum = endmodule.add(p.add_0);
      return { wire: sum.xor(sum.shl(1)), logic: endmodule, first_one_4: sum.firstOne() };
    }) as unknown as ModuleDefinition,
  );
});

describe('cosim', () => {
  const Acc = model('Acc', { in: { x: uint(8) }, out: { sum: uint(8) }, verilog: 'module Acc (input clk, input rst, input [7:0] x, output reg [7:0] sum);\n  initial sum = 0;\n  always @(posedge clk) if (!rst) sum <= sum + x + (x == 77);\nendmodule' }, () => ({
    clock: (io) => io.out['sum']!.set(io.out['sum']!.get() + io.in['x']!.get()),
  }));
  const Top = module('Top', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }, hw) => ({ y: hw.instance('acc', Acc, { x }).out.sum }));

  it('names the first signal and cycle that differ', (context) => {
    need(context, 'icarus');
    const stimulus = [{ in: { x: 1 } }, { in: { x: 77 } }, { in: { x: 0 } }, {}];
    expect(() => cosim(Top, stimulus)).toThrow(/cycle 2: y is 4e in js and 4f in icarus, and 1 more signal differs there \[cosim-differs\]\n {2}hint: the option `vcd`/);
    expect(cosim(Top, [{ in: { x: 1 } }, { in: { x: 2 } }, {}])).toMatchObject({ cycles: 3, memories: 0 });
  });

  it('a twin given from outside goes before the model\'s own', (context) => {
    need(context, 'icarus');
    const other = 'module Acc (input clk, input rst, input [7:0] x, output reg [7:0] sum);\n  initial sum = 0;\n  always @(posedge clk) if (!rst) sum <= sum + x;\nendmodule';
    expect(cosim(Top, [{ in: { x: 77 } }, {}, {}], { twins: { Acc: other } }).cycles).toBe(3);
  });

  it('says of each of many designs whether it differs', (context) => {
    need(context, 'icarus');
    const design = elaborate(Top);
    const [good, bad] = cosimAll([{ design, stimulus: [{ in: { x: 3 } }, {}] }, { design, stimulus: [{ in: { x: 77 } }, {}] }]);
    expect(good!.difference).toBeUndefined();
    expect(describeDifference(bad!.difference!)).toBe('cycle 1: y is 4d in js and 4e in icarus, and 1 more signal differs there');
  });

  it('writes the waves of both sides, which agree at every moment', (context) => {
    need(context, 'icarus');
    const folder = mkdtempSync(join(tmpdir(), 'wordline-waves-'));
    try {
      const { names } = cosim(Top, [{ in: { x: 5 } }, { in: { x: 6 } }, { in: { x: 7 } }, {}], { vcd: folder });
      const { shared, samples, difference } = compareVcd(join(folder, 'ours.vcd'), join(folder, 'theirs.vcd'), { names });
      expect({ difference, samples, shared }).toMatchInlineSnapshot(`
        {
          "difference": undefined,
          "samples": 7,
          "shared": [
            "Top.clk",
            "Top.rst",
            "Top.x",
            "Top.y",
            "Top.acc.x",
            "Top.acc.sum",
          ],
        }
      `);
      expect(readdirSync(folder).sort()).toEqual(['ours.vcd', 'theirs.vcd']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('writes one wave of both sides where they differ', (context) => {
    need(context, 'icarus');
    const folder = mkdtempSync(join(tmpdir(), 'wordline-waves-'));
    try {
      expect(() => cosim(Top, [{ in: { x: 5 } }, { in: { x: 77 } }, { in: { x: 7 } }, {}], { vcd: folder })).toThrow(/waves of both sides are in .*both\.vcd/);
      const both = readVcd(join(folder, 'both.vcd'));
      const at = (path: string, time: number): unknown => both.signals.find((s) => s.path === `Top.${path}`)!.changes.filter(([t]) => t <= time).at(-1)?.[1];
      expect([1999, 2000].map((t) => ['ours.y', 'theirs.y', 'differs.y', 'different', 'differs.x'].map((path) => at(path, t)))).toEqual([
        [5, 5, 0, 0, 0],
        [82, 83, 1, 1, 0],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('wrong stimulus is an error that says so', () => {
    expect(() => cosim(Top, [{ in: { z: 1 } }])).toThrow(/there is no input "z" \[unknown-port\]/);
    expect(() => cosim(Top, [{ reset: ['clock'] }])).toThrow(/there is no clock domain "clock" \[unknown-domain\]/);
    expect(() => cosim(Top, [{ in: { x: [1, 2] } }])).toThrow(/port "x" has 1 lane, not 2 \[bad-value\]/);
    expect(() => cosim(Top, [{ in: { x: 256 } }])).toThrow(/256/);
  });
});
