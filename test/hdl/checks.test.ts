import { describe, expect, it } from 'vitest';
import { bit, bundle, elaborate, enumeration, flip, formatProblem, inp, interfaceOf, model, module, out, simulate, uint, vec, WordlineError, type Hardware, type Reg, type Signal, type Wire } from '../../src/index.ts';
import { expectMistakes, expectProblems, onEveryEngine, problemsOf, textsOf } from './helpers.ts';

// Where the editor would already object, a test has to look away: `loose` forgets what the type says of the width.
const loose = (x: Signal<number, number>): Signal => x as Signal;
const b8 = { in: { a: uint(8), b: uint(8) } };

describe('collecting', () => {
  it('throws all mistakes of all modules together, each with its place', () => {
    const Child = module('Child', { in: { x: uint(4) }, out: { y: uint(4) } }, ({ x }, hw) => {
      hw.reg('unusedless', uint(4)).next(300);
      return { y: x };
    });
    const M = module('M', { ...b8, out: { y: uint(8) } }, ({ a, b }, hw) => {
      const child = hw.instance('child', Child, { x: loose(a) });
      const y = a.add(loose(b.cat(b)));
      const z = a.slice(8, 0);
      return { y: y.and(loose(z)).xor(child.out.y.zext(8)) };
    });
    const problems = expectMistakes(
      M,
      ['width-mismatch', 'input "x" of instance "child": 8 bits assigned to 4 bits', "instance('child'", "module('M'"],
      ['width-mismatch', 'add: widths differ: 8 and 16', 'add(loose(b.cat(b)))'],
      ['bad-slice', 'slice: bits 8 to 0 of a 8-bit value', 'slice(8, 0)'],
      ['width-mismatch', 'and: widths differ: 8 and 9', 'and(loose(z))'],
      ['value-range', '300 does not fit 4 bits: the range is -8 to 15', 'next(300)'],
    );
    expect(new WordlineError(problems).message.split('\n')).toHaveLength(5 + 1 + 3);
  });

  it('does not lose what was found before code that throws', () => {
    const M = module('M', b8, ({ a }, hw) => {
      a.slice(9, 9);
      hw.in('fast', () => undefined);
      return {};
    });
    expectMistakes(M, ['bad-slice', 'slice: bits 9 to 9 of a 8-bit value', 'slice('], ['unknown-domain', 'module M has no clock domain "fast"', "in('fast'"]);
    const Broken = module('Broken', b8, () => {
      throw new TypeError('of the designer');
    });
    expect(() => elaborate(Broken)).toThrow(TypeError);
  });

  it('prints places, further places and hints', () => {
    const M = module('M', b8, ({ a }, hw) => {
      const w = hw.wire('w', uint(8));
      w.set(a);
      w.set(a);
      return {};
    });
    const [problem] = problemsOf(() => elaborate(M));
    expect(formatProblem(problem!)).toMatch(/^\/.*checks\.test\.ts:\d+:9: wire "w" has more than one driver \[multiple-drivers\]\n {2}and \/.*checks\.test\.ts:\d+:9\n {2}hint: the later one/);
    expect(formatProblem({ code: 'c', message: 'm', where: [...problem!.where!, ...problem!.where!] }).split('\n')).toHaveLength(2);
  });
});

describe('widths and values', () => {
  it('compares widths and lanes where the type did not know them', () => {
    const M = module('M', { in: { a: uint(8), b: uint(9), v: vec(4, uint(8)), u: vec(3, uint(8)) }, out: { y: uint(8), z: vec(4, uint(8)) } }, ({ a, b, v, u }, hw) => {
      const r = hw.reg('r', uint(8));
      const w = hw.wire('w', uint(8), { default: 0 });
      const m = hw.mem('m', 5, uint(8));
      r.next(loose(b));
      w.set(loose(v));
      m.write(loose(b), loose(b));
      a.eq(loose(b));
      a.cat(a).trunc(20);
      a.zext(7);
      loose(v).add(loose(u));
      a.mux(a, a);
      hw.when(a, () => undefined);
      hw.assert(a, 'odd');
      hw.vec([a, loose(b)]);
      v.any();
      v.insert(loose(v), a);
      return { y: loose(b), z: loose(u) as never };
    });
    expectMistakes(
      M,
      ['width-mismatch', 'register "r": 9 bits assigned to 8 bits', 'next(loose(b))', 'module('],
      ['width-mismatch', 'wire "w": 4 x 8 bits assigned to 8 bits', 'set(loose(v))', 'module('],
      ['width-mismatch', 'address of memory m: 9 bits assigned to 3 bits', 'write(', 'module('],
      ['width-mismatch', 'memory m: 9 bits assigned to 8 bits', 'write(', 'module('],
      ['width-mismatch', 'eq: widths differ: 8 and 9', 'eq('],
      ['width-mismatch', 'trunc: 16 bits to 20', 'trunc(20)'],
      ['width-mismatch', 'zext: cannot extend 8 bits to 7', 'zext(7)'],
      ['width-mismatch', 'add: lanes differ: 4 and 3', 'add('],
      ['width-mismatch', /^mux: /, 'mux('],
      ['width-mismatch', 'when: the condition is 8 bits instead of 1 bit', 'when('],
      ['width-mismatch', 'assert: the condition is 8 bits instead of 1 bit', 'assert('],
      ['width-mismatch', 'pack: lanes of different shapes: 8 bits, 9 bits', 'vec('],
      ['width-mismatch', 'any: lanes of 8 bits where 1 bit is needed', 'any('],
      ['width-mismatch', /^insert: the index is 4 x 8 bits/, 'insert('],
      ['width-mismatch', 'output "y": 9 bits assigned to 8 bits', "module('M'", "module('M'"],
      ['width-mismatch', 'output "z": 3 x 8 bits assigned to 4 x 8 bits', "module('M'", "module('M'"],
    );
  });

  it('refuses literals that do not fit, and positions that are not there', () => {
    const M = module('M', { in: { a: uint(8), v: vec(4, uint(8)) } }, ({ a, v }, hw) => {
      const r = hw.reg('r', uint(4), { reset: 16 });
      const rv = hw.reg('rv', vec(4, uint(4)), { reset: [1, 2, 3] });
      a.add(256);
      a.eq(-129);
      a.add(1.5);
      hw.lit(3, 8);
      hw.lanes(5, 2);
      a.bit(8);
      v.at(4);
      rv.nextAt(4, 0);
      rv.nextAt(v as never, 0);
      a.shl(-1);
      a.repeat(0);
      hw.mem('m', 2, uint(2), { initial: [1, 2, 3] });
      hw.mem('n', 2, uint(2), { initial: [4] });
      hw.reg('both', bit, { reset: 0, initial: 0 });
      r.next(r);
      return {};
    });
    expectMistakes(
      M,
      ['value-range', '16 does not fit 4 bits: the range is -8 to 15', "reg('r'"],
      ['bad-literal', '3 values for 4 lanes', "reg('rv'"],
      ['value-range', '256 does not fit 8 bits: the range is -128 to 255', 'add(256)'],
      ['value-range', '-129 does not fit 8 bits: the range is -128 to 255', 'eq(-129)'],
      ['value-range', '1.5 is not an integer', 'add(1.5)'],
      ['value-range', '8 does not fit 3 bits: the range is -4 to 7', 'lit(3, 8)'],
      ['value-range', 'lanes: 4 does not fit 2 bits', 'lanes('],
      ['bad-slice', 'slice: bits 8 to 8 of a 8-bit value', 'bit(8)'],
      ['bad-lane', 'lane 4 of a Vec of 4', 'at(4)'],
      ['bad-lane', 'lane 4 of a Vec of 4', 'nextAt(4'],
      ['width-mismatch', 'register "rv": the number of a lane is 4 x 8 bits where one value is needed', 'nextAt(v'],
      ['bad-shift', 'shl by -1', 'shl('],
      ['bad-count', 'repeat: 0 times', 'repeat('],
      ['bad-literal', 'memory "m": 3 initial words for 2 addresses', "mem('m'"],
      ['value-range', '4 does not fit 2 bits: the range is -2 to 3', "mem('n'"],
      ['bad-literal', 'register "both" has a reset value, which is also its initial value', "reg('both'"],
    );
  });

  it('says that a signal has no value when JavaScript asks for one', () => {
    const M = module('M', b8, ({ a, b }) => {
      expectProblems(() => (a as never as number) + 1, ['signal-as-value', 'a (8 bits) has no value while the hardware is being described', 'a as never']);
      expectProblems(() => (a as never as number) < (b as never as number), ['signal-as-value', /^a \(8 bits\) has no value/, 'a as never']);
      expect(`${a.toString()}`).toBe('a (8 bits)');
      return {};
    });
    elaborate(M);
  });

  it('refuses types that cannot be', () => {
    const nested = bundle({ v: vec(2, bit) });
    expectProblems(() => uint(0), ['bad-width', 'a width must be a whole number of at least 1, not 0', 'uint(0)']);
    expectProblems(() => vec(0, bit), ['bad-lanes', 'a Vec needs a whole number of lanes of at least 1, not 0', 'vec(0']);
    expectProblems(() => vec(2, nested), ['nested-vec', 'a Vec inside a Vec is not supported', 'vec(2, nested)']);
    expectProblems(() => enumeration('E', []), ['empty-enum', 'enumeration "E" has no members', 'enumeration(']);
    expectProblems(() => enumeration('E', { A: 4 }, 2), ['enum-value', 'E.A = 4 does not fit 2 bits', 'enumeration(']);
    expectProblems(() => enumeration('E', { A: 1, B: 1 }), ['enum-value', 'E.B and E.A are both 1', 'enumeration(']);
    expectProblems(() => enumeration('E', ['width']), ['enum-name', '"width" cannot be a member of an enumeration', 'enumeration(']);
  });
});

describe('drivers', () => {
  it('names both places of two drivers', () => {
    const M = module('M', { in: { c: bit, a: uint(8), i: uint(2) }, out: { y: uint(8) } }, ({ c, a, i }, hw) => {
      const w = hw.wire('w', uint(8), { default: 1 });
      const r = hw.reg('r', uint(8));
      const v = hw.reg('v', vec(4, uint(8)));
      w.set(a);
      hw.when(c, () => {
        r.next(a);
        r.next(1);
      });
      v.nextAt(0, a);
      v.nextAt(1, a);
      v.nextAt(0, 3);
      v.nextAt(i, 4);
      return { y: w.add(r).add(v.at(0)) };
    });
    expectMistakes(
      M,
      ['multiple-drivers', 'wire "w" has more than one driver', 'set(a)', "wire('w'"],
      ['multiple-drivers', 'register "r" has more than one driver', 'next(1)', 'next(a)'],
      ['multiple-drivers', 'register "v" lane 0 has more than one driver', 'nextAt(0, 3)', 'nextAt(0, a)'],
    );
  });

  it('counts what a branch before it assigned as a driver of what comes after', () => {
    const M = module('M', { in: { c: bit, a: uint(8) }, out: { y: uint(8) } }, ({ c, a }, hw) => {
      const w = hw.wire('w', uint(8));
      const v = hw.wire('v', vec(2, uint(8)), { default: 0 });
      hw.when(c, () => {
        w.set(a);
        v.setAt(0, 1);
      });
      w.set(3);
      v.setAt(0, 2);
      return { y: w.add(v.at(0)) };
    });
    expectMistakes(
      M,
      ['multiple-drivers', 'wire "w" has more than one driver', 'set(3)', 'set(a)'],
      ['multiple-drivers', 'wire "v" lane 0 has more than one driver', 'setAt(0, 2)', 'setAt(0, 1)'],
    );
  });

  it('sees an input of an instance that is connected twice', () => {
    const Child = module('Child', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }) => ({ y: x }));
    const M = module('M', { ...b8, out: { y: uint(8) } }, ({ a, b }, hw) => {
      const child = hw.instance('child', Child, { x: a });
      child.in.x.set(b);
      return { y: child.out.y };
    });
    expectMistakes(M, ['multiple-drivers', 'input "x" of instance "child" has more than one driver', 'set(b)', "instance('child'"]);
  });

  it('finds what is never driven, and what is driven on some paths or lanes only', () => {
    const Child = module('Child', { in: { x: uint(8), z: bit }, out: { y: uint(8) } }, ({ x, z }) => ({ y: z.mux(x, 0) }));
    const M = module('M', { in: { c: bit, d: bit, a: uint(8), i: uint(2) }, out: { y: uint(8), z: uint(8) } }, ({ c, d, a, i }, hw) => {
      const never = hw.wire('never', uint(8));
      const some = hw.wire('some', uint(8));
      const arms = hw.wire('arms', uint(8));
      const full = hw.wire('full', uint(8));
      const lanes = hw.wire('lanes', vec(4, uint(8)));
      const dynamic = hw.wire('dynamic', vec(4, uint(8)));
      const child = hw.instance('child', Child, { x: a });
      hw.when(c, () => some.set(a));
      hw.when(c, () => arms.set(a)).elsewhen(d, () => arms.set(1));
      hw.when(c, () => full.set(a)).otherwise(() => hw.when(d, () => full.set(1)).otherwise(() => full.set(2)));
      lanes.setAt(0, a);
      lanes.setAt(2, a);
      dynamic.setAt(i, a);
      const sum = [never, some, arms, full, lanes.foldAdd(), dynamic.foldAdd(), child.out.y].reduce<Signal>((x, y) => x.add(y), a);
      return { y: sum } as never;
    });
    expectMistakes(M, ['undriven', 'output "z" of module M gets no value', "module('M'"]);
    const N = module('N', { in: { c: bit, d: bit, a: uint(8), i: uint(2) }, out: { y: uint(8) } }, (inputs, hw) => M.build(inputs, hw));
    expectMistakes(
      N,
      ['undriven', 'wire "never" is never driven', "wire('never'"],
      ['undriven', 'wire "some" is not driven on every path', "wire('some'"],
      ['undriven', 'wire "arms" is not driven on every path', "wire('arms'"],
      ['undriven', 'wire "lanes" is not driven on every path in lanes 1, 3', "wire('lanes'"],
      ['undriven', 'wire "dynamic" is not driven on every path', "wire('dynamic'"],
      ['undriven', 'input "z" of instance "child" is never driven', "instance('child'"],
    );
  });

  it('warns of what nobody uses, and says so without stopping', () => {
    const M = module('M', { in: { a: uint(8), spare: bit }, out: { y: uint(8) } }, ({ a }, hw) => {
      hw.reg('lonely', uint(8)).next(a);
      const w = hw.wire('w', uint(8));
      w.set(a);
      hw.name('looked_at', a.add(1));
      return { y: a };
    });
    const { warnings } = elaborate(M);
    expect(warnings.map((p) => [p.code, p.severity, p.message])).toEqual([
      ['unused', 'warning', 'input "spare" of module M is never used'],
      ['unused', 'warning', 'register "lonely" of module M is never used'],
      ['unused', 'warning', 'wire "w" of module M is never used'],
    ]);
    expect(textsOf(warnings[1]!)[0]).toMatch(/^reg\('lonely'/);
    expect(formatProblem(warnings[1]!)).toContain(': warning: register "lonely"');
  });

  it('lets nobody assign what is read-only', () => {
    const M = module('M', { in: { a: uint(8) }, out: { y: uint(8) } }, ({ a }, hw) => {
      hw.assign(a, 3);
      expect(() => (a as unknown as Reg<8>).next(3)).toThrow(TypeError);
      return { y: a };
    });
    expectMistakes(M, ['not-assignable', 'a (8 bits) is read-only', 'assign(a, 3)']);
  });
});

describe('loops', () => {
  const head = { in: { a: uint(4), c: bit }, out: { y: uint(4) } };

  it('prints a loop as a path of bits from cause to effect', () => {
    const M = module('M', head, ({ a }, hw) => {
      const w = hw.wire('w', uint(4));
      const v = hw.name('v', w.xor(a));
      w.set(v.slice(2, 0).cat(v.bit(3)));
      return { y: w };
    });
    const [problem] = expectMistakes(M, ['comb-loop', /^combinational loop: /, '']);
    const steps = problem!.message.replace('combinational loop: ', '').split(' -> ');
    expect(steps[0]).toBe(steps.at(-1));
    expect(steps.map((s) => s.replace(/ \(.*:(\d+):(\d+)\)$/, '')).filter((s) => /^[wv]/.test(s))).toHaveLength(9);
    for (const s of steps) expect(s).toMatch(/^(w|v|xor|cat|slice)(\[\d\])? \(\/.*checks\.test\.ts:\d+:\d+\)$/);
  });

  it('finds a loop through the condition of a when, through a dynamic lane and through itself', () => {
    const Condition = module('Condition', head, ({ a }, hw) => {
      const w = hw.wire('w', uint(4), { default: 0 });
      hw.when(w.eq(a), () => w.set(1));
      return { y: w };
    });
    expectMistakes(Condition, ['comb-loop', /w\[\d\] .* -> eq .* -> w\[\d\]/, '']);
    const Later = module('Later', head, ({ a, c }, hw) => {
      const w = hw.wire('w', uint(4));
      hw.when(w.bit(0), () => undefined).elsewhen(c, () => w.set(a)).otherwise(() => w.set(1));
      return { y: w };
    });
    expect(() => elaborate(Later)).toThrow('is not driven on every path');
    const Lane = module('Lane', { in: { i: uint(2) }, out: { y: uint(4) } }, ({ i }, hw) => {
      const v = hw.wire('v', vec(4, uint(4)), { default: 0 });
      v.setAt(i, v.at(0));
      return { y: v.at(1) };
    });
    expectMistakes(Lane, ['comb-loop', /v\[0\]\[\d\]/, '']);
    const Itself = module('Itself', head, ({ a }, hw) => {
      const w = hw.wire('w', uint(4));
      w.set(w);
      return { y: w.and(a) };
    });
    expectMistakes(Itself, ['comb-loop', /^combinational loop: w\[\d\] \(.*\) -> w\[\d\] \(.*\)$/, "wire('w'"]);
  });

  it('finds loops through instances and asynchronous reads', () => {
    const Inverter = module('Inverter', { in: { x: bit }, out: { y: bit } }, ({ x }) => ({ y: x.not() }));
    const Ring = module('Ring', { out: { y: bit } }, (_, hw) => {
      const [a, b] = [hw.instance('a', Inverter), hw.instance('b', Inverter)];
      a.in.x.set(b.out.y);
      b.in.x.set(a.out.y);
      return { y: a.out.y };
    });
    expectMistakes(Ring, ['comb-loop', /a\.y .* -> b\.x .* -> not .* -> b\.y .* -> a\.x .* -> not .* -> a\.y /, '']);
    const Chase = module('Chase', { out: { y: uint(4) } }, (_, hw) => {
      const next = hw.mem('next', 16, uint(4));
      const w = hw.wire('w', uint(4));
      w.set(next.read(w));
      return { y: w };
    });
    expectMistakes(Chase, ['comb-loop', /w\[\d\] .* -> read of next\[\d\] .* -> w\[\d\]/, '']);
  });

  onEveryEngine('lets nodes loop where no bit does, and computes them', (start) => {
    const Shift = module('Shift', { in: { a: bit }, out: { y: uint(40) } }, ({ a }, hw) => {
      const w = hw.wire('w', uint(40));
      w.set(w.slice(38, 0).not().cat(a));
      return { y: w };
    });
    const sim = start(Shift);
    const pattern = (n: number): bigint => BigInt(`0b${Array.from({ length: 40 }, (_, i) => (i + n) % 2).join('')}`);
    expect(sim.out.y).toBe(pattern(1));
    sim.in.a = 1;
    expect(sim.out.y).toBe(pattern(0));

    const Ripple = module('Ripple', { in: { x: vec(8, uint(16)) }, out: { sums: vec(8, uint(16)) } }, ({ x }, hw) => {
      const sums = hw.wire('sums', vec(8, uint(16)));
      sums.setAt(0, x.at(0));
      for (let i = 1; i < 8; i++) sums.setAt(i, sums.at(i - 1).add(x.at(i)));
      return { sums };
    });
    const ripple = start(Ripple);
    ripple.in.x = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(ripple.out.sums).toEqual([1, 3, 6, 10, 15, 21, 28, 36]);

    // A request that goes down one chain of instances and a grant that comes back up another.
    const Cell = module('Cell', { in: { up: bit, down: bit }, out: { upOut: bit, downOut: bit } }, ({ up, down }) => ({ upOut: up.not(), downOut: down.xor(up) }));
    const Chain = module('Chain', { in: { a: bit }, out: { y: bit } }, ({ a }, hw) => {
      const first = hw.instance('first', Cell, { up: a });
      const second = hw.instance('second', Cell, { up: first.out.upOut, down: a });
      first.in.down.set(second.out.downOut);
      return { y: first.out.downOut };
    });
    const chain = start(Chain);
    for (const a of [0, 1]) {
      chain.in.a = a;
      expect(chain.out.y).toBe(a ^ (1 - a) ^ a);
    }
  });
});

describe('clocks', () => {
  const two = { domains: ['fast', 'slow'] } as const;

  it('finds state of one domain that reaches another without a synchroniser', () => {
    const Sampler = model('Sampler', { in: { x: bit }, out: { y: bit } }, () => ({ clock: () => undefined }));
    const M = module('M', { ...two, in: { x: bit }, out: { y: bit } }, ({ x }, hw) => {
      const f = hw.reg('f', bit);
      f.next(x);
      const m = hw.mem('m', 4, bit);
      const s = hw.in('slow', () => hw.reg('s', bit));
      const logic = f.and(x);
      s.next(logic);
      hw.in('slow', () => {
        m.write(0, f);
        hw.assert(f, 'f is up');
        hw.instance('sampler', Sampler, { x: f });
        const held = hw.reg('held', bit);
        hw.when(f, () => held.next(x));
        const sync = hw.reg('sync', bit, { synchroniser: true });
        sync.next(f.not());
        const sure = hw.reg('sure', bit);
        sure.next(hw.reset('fast'));
      });
      return { y: s };
    });
    const problems = expectMistakes(
      M,
      ['clock-crossing', 'register "s" of clock domain "slow" samples "f" of domain "fast" without a synchroniser', 'next(logic)', "reg('f'"],
      ['clock-crossing', 'memory "m" of clock domain "slow" samples "f" of domain "fast" without a synchroniser', 'write(0, f)', "reg('f'"],
      ['clock-crossing', 'assert "f is up" of clock domain "slow" samples "f" of domain "fast" without a synchroniser', 'assert(', "reg('f'"],
      ['clock-crossing', 'register "held" of clock domain "slow" samples "f" of domain "fast" without a synchroniser', 'next(x)', "reg('f'"],
      ['clock-crossing', 'register "sync" of clock domain "slow" samples "f" of domain "fast" without a synchroniser', 'next(f.not())', "reg('f'"],
      ['clock-crossing', 'register "sure" of clock domain "slow" samples "reset" of domain "fast" without a synchroniser', 'next(hw.reset(', "reset('fast')"],
      ['clock-crossing', 'model "sampler" of clock domain "slow" samples "f" of domain "fast" without a synchroniser', "instance('sampler'", "reg('f'"],
    );
    expect(problems[0]!.hint).toContain('synchroniser: true');
  });

  it('accepts two stages straight from a register, through ports and moved bits, and the reading side of a FIFO', () => {
    const Sync = module('Sync', { domains: ['clk'], in: { d: uint(4) }, out: { q: uint(4) } }, ({ d }, hw) => {
      const first = hw.reg('first', uint(4), { synchroniser: true });
      const second = hw.reg('second', uint(4));
      first.next(d);
      second.next(first);
      return { q: second };
    });
    const M = module('M', { ...two, in: { x: uint(8) }, out: { y: uint(4), z: uint(8) } }, ({ x }, hw) => {
      const f = hw.reg('f', uint(8));
      f.next(x);
      const m = hw.mem('m', 4, uint(8));
      m.write(f.trunc(2), x);
      const sync = hw.instance('sync', Sync, { d: f.slice(5, 2) }, { domains: { clk: 'slow' } });
      const z = hw.in('slow', () => {
        const at = hw.reg('at', uint(2));
        at.next(at.add(1));
        const word = hw.reg('word', uint(8), { synchroniser: true });
        word.next(m.read(at));
        return word;
      });
      return { y: sync.out.q, z };
    });
    expect(elaborate(M).warnings).toEqual([]);
  });

  it('does not accept a word whose address comes from the side that writes', () => {
    const M = module('M', { ...two, in: { x: uint(8) }, out: { z: uint(8) } }, ({ x }, hw) => {
      const f = hw.reg('f', uint(2));
      f.next(f.add(1));
      const m = hw.mem('m', 4, uint(8));
      m.write(f, x);
      const word = hw.in('slow', () => hw.reg('word', uint(8), { synchroniser: true }));
      word.next(m.read(f));
      return { z: word };
    });
    expectMistakes(M, ['clock-crossing', /^register "word" of clock domain "slow" samples/, 'next(m.read(f))', 'read(f)']);
  });

  it('wants a clock for everything that keeps something', () => {
    const Clocked = module('Clocked', { out: { y: bit } }, (_, hw) => ({ y: hw.reg('r', bit) }));
    const Plain = module('Plain', { in: { x: bit }, out: { y: bit } }, ({ x }) => ({ y: x.not() }));
    const Box = model('Box', { in: { x: bit }, out: {} }, () => ({ clock: () => undefined }));
    const M = module('M', { domains: [], in: { x: bit }, out: { y: bit } }, ({ x }, hw) => {
      hw.reg('r', bit).next(x);
      hw.mem('m', 2, bit).write(x, x);
      hw.cover(x, 'x is up');
      const clocked = hw.instance('clocked', Clocked);
      hw.instance('box', Box, { x });
      const plain = hw.instance('plain', Plain, { x });
      hw.reset();
      return { y: plain.out.y.and(clocked.out.y) };
    });
    const where = 'in module M, which has no clock domain';
    expectMistakes(
      M,
      ['no-clock', `register "r" ${where}`, "reg('r'"],
      ['no-clock', `a write of memory "m" ${where}`, 'write('],
      ['no-clock', `cover "x is up" ${where}`, 'cover('],
      ['no-clock', `instance "clocked" of Clocked ${where}`, "instance('clocked'"],
      ['no-clock', `instance "box" of Box ${where}`, "instance('box'"],
      ['no-clock', `reset() ${where}`, 'reset()'],
    );
    const sim = simulate(module('N', { domains: [], in: { x: bit }, out: { y: bit } }, ({ x }, hw) => ({ y: hw.instance('plain', Plain, { x }).out.y })));
    expect(sim.out.y).toBe(1);
    expectProblems(() => sim.step(), ['no-clock', 'module N has no clock', 'step()']);
  });

  it('knows its domains', () => {
    const M = module('M', two, (_, hw) => {
      hw.in('slwo', () => undefined);
      return {};
    });
    const [problem] = expectMistakes(M, ['unknown-domain', 'module M has no clock domain "slwo"', "in('slwo'"]);
    expect(problem!.hint).toBe('did you mean "slow"?');
    const Inner = module('Inner', { domains: ['a', 'b'] }, () => ({}));
    expectMistakes(
      module('N', two, (_, hw) => {
        hw.instance('i', Inner, {}, { domains: { c: 'fast' } });
        return {};
      }),
      ['unknown-domain', 'Inner has no clock domain "c"', 'instance('],
    );
    expectMistakes(
      module('O', two, (_, hw) => {
        hw.instance('i', Inner);
        return {};
      }),
      ['unknown-domain', 'module O has no clock domain "b"', 'instance('],
    );
    expectMistakes(module('Twice', { domains: ['a', 'a'] }, () => ({})), ['duplicate-name', '"a" is the name of a clock domain or its reset in module Twice', 'module', 'module'], ['duplicate-name', '"rst_a" is the name of a clock domain or its reset in module Twice', 'module', 'module']);
  });
});

describe('names', () => {
  it('wants every name once, and names that every tool can read', () => {
    const Child = module('Child', { domains: [] }, () => ({}));
    const pair = bundle({ lo: bit, hi: bit });
    const M = module('M', { in: { a: bit, p: pair, clk: bit } }, ({ a }, hw) => {
      hw.reg('a', bit);
      hw.reg('p_lo', bit);
      hw.mem('m', 2, bit);
      hw.instance('m', Child);
      hw.name('2nd', a);
      hw.reg('x.y', bit);
      hw.reg('', bit);
      return {};
    });
    expectMistakes(
      M,
      ['duplicate-name', '"clk" is the name of a clock domain or its reset in module M', 'module(', 'module('],
      ['duplicate-name', '"a" names two things in module M', "reg('a'", 'module('],
      ['duplicate-name', '"p_lo" names two things in module M', "reg('p_lo'", 'module('],
      ['duplicate-name', '"m" names two things in module M', "instance('m'", "mem('m'"],
      ['bad-name', '"2nd" is not a name: letters, digits and underscores, not starting with a digit', "name('2nd'"],
      ['bad-name', '"x.y" is not a name: letters, digits and underscores, not starting with a digit', "reg('x.y'"],
      ['bad-name', '"" is not a name: letters, digits and underscores, not starting with a digit', "reg(''"],
    );
    expectMistakes(module('my module', {}, () => ({})), ['bad-name', '"my module" is not a name of a module: letters, digits and underscores, not starting with a digit', 'module(']);
  });

  it('lets a register be the output of its own name, and nothing else', () => {
    const M = module('M', { in: { a: uint(8) }, out: { value: uint(8) } }, ({ a }, hw) => {
      const value = hw.reg('value', uint(8), { reset: 3 });
      value.next(value.add(a));
      return { value };
    });
    const sim = simulate(M);
    sim.in.a = 2;
    sim.step(2);
    expect([sim.out.value, sim.peek('value'), sim.signals]).toEqual([7, 7, ['a', 'value']]);
    const Other = module('Other', { in: { a: uint(8) }, out: { value: uint(8) } }, ({ a }, hw) => {
      const value = hw.reg('value', uint(8));
      return { value: value.add(a) };
    });
    expectMistakes(Other, ['duplicate-name', '"value" names two things in module Other', 'module(', "reg('value'"]);
    expectMistakes(module('Through', { in: { a: bit }, out: { a: bit } }, ({ a }) => ({ a })), ['duplicate-name', '"a" names two things in module Through', 'module', 'module']);
  });
});

describe('structure', () => {
  it('refuses signals of another module, wherever they are used', () => {
    let other: Signal<1> | undefined;
    let vecs: Signal<8, 4> | undefined;
    const Other = module('Other', { in: { a: bit, v: vec(4, uint(8)) } }, ({ a, v }) => {
      other = a;
      vecs = v;
      return {};
    });
    const M = module('M', { in: { b: bit }, out: { y: bit } }, ({ b }, hw) => {
      hw.instance('i', Other, { a: b, v: 0 });
      const [a, v] = [other!, vecs!];
      b.and(a);
      b.cat(a);
      b.shl(a);
      b.mux(a, 0);
      hw.lit(8, 0).splat(4).gather(v);
      hw.when(a, () => undefined);
      hw.assert(a, 'a');
      hw.assert(b, 'b', { a });
      hw.vec([b, a]);
      hw.name('n', a);
      const m = hw.mem('m', 2, bit);
      m.write(a, a);
      m.read(a);
      const r = hw.reg('r', vec(4, uint(8)));
      r.next(v);
      r.nextAt(a, 0);
      return { y: a };
    });
    const a = 'a of module Other used in module M';
    const v = 'v of module Other used in module M';
    const problems = expectMistakes(
      M,
      ['foreign-signal', a, 'and('],
      ['foreign-signal', a, 'cat('],
      ['foreign-signal', a, 'shl('],
      ['foreign-signal', a, 'mux('],
      ['foreign-signal', v, 'gather('],
      ['foreign-signal', a, 'when('],
      ['foreign-signal', a, 'assert(a,'],
      ['foreign-signal', a, 'assert(b,'],
      ['foreign-signal', a, 'vec('],
      ['foreign-signal', a, 'name('],
      ['foreign-signal', a, 'write('],
      ['foreign-signal', a, 'write('],
      ['foreign-signal', a, 'read('],
      ['foreign-signal', v, 'next('],
      ['foreign-signal', a, 'nextAt('],
      ['foreign-signal', a, 'module('],
    );
    expect(problems[0]!.hint).toBe('pass it through a port');
  });

  it('refuses hardware that is added after the module is finished', () => {
    let late: Hardware | undefined;
    let wire: Wire<8> | undefined;
    const M = module('M', { out: { y: uint(8) } }, (_, hw) => {
      late = hw;
      wire = hw.wire('w', uint(8), { default: 0 });
      return { y: wire };
    });
    elaborate(M);
    const message = 'module M is finished: hardware cannot be added to it any more';
    expectProblems(() => late!.reg('r', bit), ['module-closed', message, "reg('r'"]);
    expectProblems(() => wire!.set(wire!), ['module-closed', message, 'set(']);
    expectProblems(() => wire!.add(1), ['module-closed', message, 'add(']);
  });

  it('keeps the arms of a when together', () => {
    const M = module('M', { in: { a: bit, b: bit }, out: { y: uint(2) } }, ({ a, b }, hw) => {
      const y = hw.wire('w', uint(2), { default: 0 });
      const chain = hw.when(a, () => y.set(1));
      hw.name('harmless', a.and(b));
      chain.elsewhen(b, () => y.set(2));
      const z = hw.reg('z', bit);
      z.next(a);
      chain.elsewhen(b, () => y.set(3));
      chain.otherwise(() => undefined);
      return { y };
    });
    expectMistakes(M, ['late-arm', 'elsewhen does not directly follow its when', 'elsewhen(b, () => y.set(3))', 'when(a'], ['late-arm', 'otherwise does not directly follow its when', 'otherwise(', 'when(a']);
    const N = module('N', { in: { a: bit, s: uint(2) } }, ({ a, s }, hw) => {
      const chain = hw.when(a, () => undefined);
      chain.otherwise(() => undefined);
      chain.elsewhen(a, () => undefined);
      chain.otherwise(() => undefined);
      const cases = hw.switch(s).case([1, 2], () => undefined);
      cases.case(-2, () => undefined);
      cases.case(4, () => undefined);
      cases.case([], () => undefined);
      cases.default(() => undefined);
      cases.case(3, () => undefined);
      cases.default(() => undefined);
      return {};
    });
    expectMistakes(
      N,
      ['after-otherwise', 'elsewhen after otherwise', 'elsewhen('],
      ['duplicate-case', 'case -2 stands twice', 'case(-2', 'case([1, 2]'],
      ['value-range', '4 does not fit 2 bits: the range is -2 to 3', 'case(4'],
      ['empty-case', 'a case without a value', 'case([]'],
      ['after-otherwise', 'case after default', 'case(3'],
      ['after-otherwise', 'default stands twice', 'default('],
    );
  });

  it('refuses a module inside itself', () => {
    const A: ReturnType<typeof make> = make();
    function make() {
      return module('A', { in: { x: bit } }, ({ x }, hw: Hardware): Record<never, never> => {
        hw.instance('b', B as never, { x } as never);
        return {};
      });
    }
    const B = module('B', { in: { x: bit } }, ({ x }, hw): Record<never, never> => {
      hw.instance('a', A, { x });
      return {};
    });
    expectMistakes(A, ['recursive-module', 'module A contains itself', "module('A'"]);
  });

  it('knows the ports and fields of what it connects', () => {
    const pair = bundle({ lo: uint(4), hi: uint(4) });
    const Child = module('Child', { in: { valid: bit, p: pair }, out: { y: uint(4) } }, ({ valid, p }) => ({ y: valid.mux(p.lo, p.hi) }));
    const M = module('M', { in: { a: uint(4) }, out: { y: uint(4), p: pair } }, ({ a }, hw) => {
      const child = hw.instance('child', Child, { vald: 1, valid: 1, p: { lo: a, hi: 0 } } as never);
      const p = hw.reg('p_reg', pair, { reset: { lo: 1, high: 1 } as never });
      hw.assign(p, { lo: a } as never);
      hw.assign(p, { lo: a, hi: 0, middle: 1 } as never);
      hw.assign(p, a as never);
      return { y: child.out.y, p, more: a };
    });
    const problems = expectMistakes(
      M,
      ['unknown-port', 'Child has no input "vald"', "instance('child'"],
      ['unknown-field', 'a bundle with fields lo, hi has no "high"', "reg('p_reg'"],
      ['missing-field', 'no value for field "hi" of a bundle', 'assign('],
      ['unknown-field', 'a bundle with fields lo, hi has no "middle"', 'assign('],
      ['missing-field', 'a (4 bits) where a bundle with fields lo, hi is needed', 'assign('],
      ['unknown-port', 'module M has no output "more"', 'module('],
    );
    expect(problems.map((p) => p.hint).slice(0, 2)).toEqual(['did you mean "valid"?', 'did you mean "hi"?']);
  });

  it('refuses interface ends that do not fit', () => {
    const Stream = interfaceOf('Stream', { valid: out(bit), data: out(uint(8)), ready: inp(bit) });
    const Short = interfaceOf('Short', { valid: out(bit) });
    const Wide = interfaceOf('Wide', { valid: out(bit), data: out(uint(9)), ready: inp(bit) });
    const make = (name: string, tx: typeof Stream) =>
      module(name, { io: { tx } }, (ends) => {
        const { valid, data, ready } = ends.tx;
        valid.set(ready);
        data.set(0);
        return {};
      });
    const Sink = module('Sink', { io: { rx: flip(Stream) } }, ({ rx }) => {
      rx.ready.set(rx.valid.and(rx.data.bit(0)).or(1));
      return {};
    });
    const M = module('M', { io: { short: flip(Short) } }, ({ short }, hw) => {
      const [a, b] = [hw.instance('a', make('A', Stream)), hw.instance('b', make('B', Stream))];
      const sink = hw.instance('sink', Sink);
      const wide = hw.instance('wide', make('Wide', Wide as never));
      hw.connect(a.io.tx, b.io.tx);
      hw.connect(short, sink.io.rx);
      hw.connect(sink.io.rx, wide.io.tx);
      return {};
    });
    expectMistakes(
      M,
      ['interface-mismatch', 'connect: both sides drive "valid"', 'connect(a'],
      ['interface-mismatch', 'connect: both sides drive "data"', 'connect(a'],
      ['interface-mismatch', 'connect: nobody drives "ready"', 'connect(a'],
      ['interface-mismatch', 'connect: only one side has "data"', 'connect(short'],
      ['interface-mismatch', 'connect: only one side has "ready"', 'connect(short'],
      ['width-mismatch', 'input "rx_data" of instance "sink": 9 bits assigned to 8 bits', 'connect(sink', "instance('wide'"],
    );
  });

  it('checks memories and models when they are declared', () => {
    expectMistakes(
      module('M', {}, (_, hw) => {
        hw.mem('m', 0, bit);
        return {};
      }),
      ['bad-depth', 'memory "m": a depth must be a whole number of at least 1, not 0', "mem('m'"],
    );
    const two = module('Two', { domains: ['a', 'b'], in: { x: bit } }, ({ x }, hw) => {
      const m = hw.mem('m', 2, bit);
      m.write(x, x);
      hw.in('b', () => m.readSync('q', x, { during: 'new' }));
      return {};
    });
    expectMistakes(two, ['read-during-write', 'a read of memory "m" cannot return the new word of a write in another clock domain', 'readSync(', 'write(']);
    expectProblems(() => model('Bad', { in: { go: uint(2) }, out: {}, fire: 'go' }, () => ({ clock: () => undefined })), ['bad-fire', 'model Bad: "fire" must name a one-bit input, not "go"', 'model(']);
    expectMistakes(
      module('Cat', {}, (_, hw) => {
        hw.cat();
        return {};
      }),
      ['empty-cat', 'cat needs at least one part', 'cat('],
    );
    expectMistakes(
      module('Vecs', {}, (_, hw) => {
        hw.vec([]);
        return {};
      }),
      ['bad-lanes', 'a Vec needs at least one lane', 'vec('],
    );
  });
});
