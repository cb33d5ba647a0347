import fc from 'fast-check';
import { model, module, uint, vec, type AnySignal, type Hardware, type Memory, type ModuleDefinition, type Reg, type Signal, type Wire } from '../../src/index.ts';
import { opNames, type OpName } from '../../src/ir/operators/index.ts';

/**
 * A circuit as a list of steps, each of a few numbers that pick an operation and its operands from what there is by then. Any list makes a
 * legal circuit, so fast-check can shrink one to the few steps that matter.
 */
export interface Step {
  readonly what: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly size: number;
}

export interface Recipe {
  readonly domains: number;
  readonly inputs: readonly number[];
  readonly vecs: readonly { readonly lanes: number; readonly width: number }[];
  readonly steps: readonly Step[];
  readonly child: readonly Step[];
  readonly stimulus: number;
}

const WIDTHS = [1, 1, 2, 3, 5, 8, 13, 16, 31, 32, 33, 48, 63, 64, 65, 96, 100, 128, 160, 200];
const width = fc.constantFrom(...WIDTHS);
const step: fc.Arbitrary<Step> = fc.record({ what: fc.nat(255), a: fc.nat(999), b: fc.nat(999), c: fc.nat(999), size: fc.nat(999) });

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  domains: fc.integer({ min: 1, max: 3 }),
  inputs: fc.array(width, { minLength: 1, maxLength: 4 }),
  vecs: fc.array(fc.record({ lanes: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 2, max: 9 }) }, fc.constantFrom(16, 17, 35)), width: fc.constantFrom(1, 4, 7, 16, 32, 40) }), { maxLength: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
  child: fc.array(step, { maxLength: 16, size: 'max' }),
  stimulus: fc.integer({ min: 1, max: 0x7fffffff }),
});

/** A signal with the clock domain whose state it depends on; undefined: none. */
interface Pooled {
  readonly signal: AnySignal;
  readonly domain: number | undefined;
  /** Directly a register: what a synchroniser may sample. */
  readonly straight: boolean;
}

const unary: readonly OpName[] = ['not', 'neg', 'reduceAnd', 'reduceOr', 'reduceXor', 'count', 'firstOne', 'reverse'];
const binary: readonly OpName[] = ['and', 'or', 'xor', 'add', 'sub', 'addWide', 'subWide', 'subSat', 'eq', 'ne', 'lt', 'le', 'ltS', 'leS', 'min', 'max', 'minS', 'maxS'];
/** Operators that the steps below produce: together with the two lists above this must be the whole table (a test says so). */
export const special: readonly OpName[] = [
  'mux', 'mul', 'mulS', 'shl', 'shr', 'sra', 'bitAt', 'oneHot', 'cat', 'slice', 'zext', 'sext', 'splat', 'pack', 'lane', 'at', 'gather', 'insert', 'bits', 'unbits',
  'foldAnd', 'foldOr', 'foldXor', 'foldAdd', 'foldMin', 'foldMax', 'argMin',
]; // prettier-ignore
export const covered: readonly OpName[] = [...unary, ...binary, ...special];
export const allOperators = opNames;

const MAX_WIDTH = 220;

class Maker {
  readonly pool: Pooled[] = [];
  readonly regs: { reg: Reg<number, number>; domain: number }[] = [];
  readonly wires: { wire: Wire<number, number>; domain: number | undefined }[] = [];
  readonly memories: { memory: Memory; domain: number }[] = [];
  #count = 0;

  constructor(
    private readonly hw: Hardware,
    private readonly domains: readonly string[],
    private readonly child: ((hw: Hardware, domain: number) => { inputs: AnySignal[]; outputs: AnySignal[] }) | undefined,
  ) {}

  add(signal: AnySignal, domain: number | undefined, straight = false): void {
    this.pool.push({ signal, domain, straight });
  }

  /** Some signal that may be used with state of `domain`. */
  pick(n: number, domain: number | undefined, want: (s: AnySignal) => boolean = () => true): Pooled | undefined {
    const fitting = this.pool.filter((p) => (p.domain === undefined || domain === undefined || p.domain === domain) && want(p.signal));
    // Later signals are likelier, so that circuits get deep.
    return fitting.length === 0 ? undefined : fitting[fitting.length - 1 - (n % fitting.length)];
  }

  one(n: number, domain: number | undefined): Pooled {
    return this.pick(n, domain, (s) => s.lanes === 1)!;
  }

  /** Makes a signal exactly so wide. */
  fit(signal: AnySignal, width: number, signed = false): AnySignal {
    if (signal.width === width) return signal;
    if (signal.width > width) return signal.trunc(width);
    return signed ? signal.sext(width) : signal.zext(width);
  }

  step({ what, a, b, c, size }: Step, body = true): void {
    const { hw } = this;
    const domain = b % this.domains.length;
    const first = this.pick(a, domain)!;
    const x = first.signal;
    const both = (p: Pooled, ...others: (Pooled | undefined)[]): number | undefined => [p, ...others].find((q) => q?.domain !== undefined)?.domain;
    const same = (n: number): Pooled => {
      const other = this.pick(n, first.domain ?? domain, (s) => s.lanes === x.lanes)!;
      return { ...other, signal: this.fit(other.signal, x.width, size % 2 === 1) };
    };
    const scalarOf = (n: number): Pooled => this.one(n, first.domain ?? domain);
    const w = WIDTHS[size % WIDTHS.length]!;
    const name = (kind: string): string => `${kind}${this.#count++}`;
    const kind = what % 40;
    if (kind < 4) {
      const op = unary[b % unary.length] as 'not';
      this.add(x[op](), first.domain);
    } else if (kind < 12) {
      const op = binary[b % binary.length] as 'add';
      const y = same(c);
      this.add((x as Signal)[op](y.signal as Signal), both(first, y));
    } else if (kind === 12) {
      const y = same(c);
      if (x.width + y.signal.width <= MAX_WIDTH) this.add(size % 2 === 0 ? x.mul(y.signal) : x.mulS(y.signal), both(first, y));
    } else if (kind === 13 || kind === 14) {
      const amount = this.pick(c, first.domain ?? domain, (s) => s.lanes === x.lanes)!;
      const by = this.fit(amount.signal, 1 + (size % (c % 7 === 0 ? 40 : 9)));
      this.add(x[(['shl', 'shr', 'sra', 'bit'] as const)[b % 4]!](by), both(first, amount));
    } else if (kind === 15) {
      this.add(x[(['shl', 'shr', 'sra'] as const)[b % 3]!](size % (x.width + 3)), first.domain);
    } else if (kind === 16 || kind === 17) {
      const lo = b % x.width;
      this.add(x.slice(lo + (c % (x.width - lo)), lo), first.domain);
    } else if (kind === 18) {
      const y = this.pick(c, first.domain ?? domain, (s) => s.lanes === x.lanes)!;
      if (x.width + y.signal.width <= MAX_WIDTH) this.add(x.cat(y.signal), both(first, y));
    } else if (kind === 19 && c % 6 === 0) {
      this.add(hw.reset(this.domains[domain]), domain);
    } else if (kind === 19) {
      this.add(this.fit(x, w, b % 2 === 1), first.domain);
    } else if (kind === 20) {
      this.add(this.fit(x, 1 + (size % 8)).oneHot(1 + (c % 150)), first.domain);
    } else if (kind === 21 || kind === 22) {
      const select = this.pick(b, first.domain ?? domain, (s) => s.lanes === 1 || s.lanes === x.lanes) as Pooled & { signal: Signal };
      const y = same(c);
      this.add(select.signal.bit(size % select.signal.width).mux(x, y.signal as never), both(first, select, y));
    } else if (kind === 23) {
      const [s, t, u] = [scalarOf(a), scalarOf(b), scalarOf(c)];
      const d = both(s, t, u);
      if ([s, t, u].every((p) => p.domain === undefined || p.domain === d)) this.add(hw.vec([s, t, u].map((p) => this.fit(p.signal, w) as Signal)), d);
    } else if (kind === 24) {
      if (x.lanes === 1 && x.width * (2 + (size % 4)) <= MAX_WIDTH) this.add(x.splat(2 + (size % 4)), first.domain);
      else if (x.lanes > 1) this.add(x.bits(), first.domain);
    } else if (kind === 25) {
      if (x.lanes === 1 && x.width % 4 === 0) this.add(x.unbits(4), first.domain);
      else if (x.lanes > 1) this.add(x.at(size % x.lanes), first.domain);
    } else if (kind === 26 || kind === 27) {
      const v = this.pick(a, domain, (s) => s.lanes > 1);
      if (v === undefined) return;
      const index = this.one(b, v.domain ?? domain);
      const i = this.fit(index.signal, 1 + (size % 5)) as Signal;
      const d = both(v, index);
      if (c % 3 === 0) this.add(v.signal.at(i), d);
      else if (c % 3 === 1) {
        const value = this.one(c, d ?? domain);
        this.add(v.signal.insert(i, this.fit(value.signal, v.signal.width) as Signal), both(v, index, value));
      } else {
        const many = this.pick(b, d ?? domain, (s) => s.lanes > 1)!;
        this.add(v.signal.gather(this.fit(many.signal, 1 + (size % 4))), both(v, many));
      }
    } else if (kind === 28) {
      const v = this.pick(a, domain, (s) => s.lanes > 1);
      if (v === undefined) return;
      const fold = (['foldAnd', 'foldOr', 'foldXor', 'foldAdd', 'foldMin', 'foldMax'] as const)[b % 6]!;
      this.add(v.signal[fold](), v.domain);
      const valid = this.pick(c, v.domain ?? domain, (s) => s.lanes === v.signal.lanes)!;
      this.add(v.signal.argMin(valid.signal.bit(size % valid.signal.width)), both(v, valid));
    } else if (kind < 32) {
      hw.in(this.domains[domain]!, () => {
        const lanes = c % 4 === 0 ? (b % 5 === 0 ? 15 + (size % 7) : 2 + (size % 7)) : 1;
        const shape = lanes === 1 ? Math.min(w, MAX_WIDTH) : 1 + (size % 40);
        const options = a % 3 === 0 ? {} : { reset: b % 2 };
        const reg: Reg<number, number> = hw.reg(name('r'), vec(lanes, uint(shape)), options);
        this.regs.push({ reg, domain });
        this.add(reg, domain, true);
      });
    } else if (kind === 32 && c % 4 === 1) {
      // Nodes that seem to form a loop, and bits or lanes that do not.
      const seed = this.one(a, domain).signal;
      if (size % 2 === 0) {
        const lanes = 2 + (size % 5);
        const wire: Wire<number, number> = hw.wire(name('w'), vec(lanes, uint<number>(5)));
        wire.setAt(0, this.fit(seed, 5) as Signal);
        for (let i = 1; i < lanes; i++) wire.setAt(i, wire.at(i - 1).add(this.fit(this.one(b + i, domain).signal, 5) as Signal));
        this.add(wire, domain);
      } else {
        const wire: Wire = hw.wire(name('w'), uint<number>(4));
        const x = this.fit(this.one(b, domain).signal, 4) as Signal;
        const ripple = (i: number): Signal => wire.bit(i - 1).mux(x.bit(i), seed.bit(size % seed.width) as Signal);
        wire.set(ripple(3).cat(ripple(2), ripple(1), x.bit(0)));
        this.add(wire, domain);
      }
    } else if (kind === 32) {
      const wire = hw.wire(name('w'), vec(c % 3 === 0 ? 3 : 1, uint(1 + (size % 50))), { default: 0 }) as Wire<number, number>;
      this.wires.push({ wire, domain });
      // What is assigned to it comes later; whoever reads it then depends on that domain.
      if (body) this.assign({ what, a, b, c, size }, wire, domain);
      this.add(wire, domain);
    } else if (kind < 35) {
      if (this.regs.length === 0) return;
      const { reg, domain: d } = this.regs[a % this.regs.length]!;
      hw.in(this.domains[d]!, () => this.assign({ what, a, b, c, size }, reg, d));
    } else if (kind === 35) {
      hw.in(this.domains[domain]!, () => {
        const memory = hw.mem(name('m'), 2 + (size % 20), uint(w), { initial: [b % 2, c % 2] });
        this.memories.push({ memory, domain });
      });
    } else if (kind === 36 || kind === 37) {
      if (this.memories.length === 0) return;
      const { memory, domain: d } = this.memories[a % this.memories.length]!;
      const address = this.fit(this.one(b, d).signal, memory.addressWidth) as Signal;
      hw.in(this.domains[d]!, () => {
        if (c % 3 === 0) this.add(memory.read(address), d);
        else if (c % 3 === 1) {
          const enable = this.one(c, d).signal.bit(0) as Signal;
          this.add(memory.readSync(name('q'), address, { during: size % 2 === 0 ? 'old' : 'new', ...(size % 3 === 0 && { enable }) }), d);
        } else {
          const data = this.fit(this.one(c, d).signal, memory.width) as Signal;
          const write = (): void => memory.write(address, data);
          if (size % 2 === 0) write();
          else hw.when(this.one(size, d).signal.bit(0) as Signal, write);
        }
      });
    } else if (kind === 38) {
      // A synchroniser: straight from a register of another domain.
      const source = this.pick(a, undefined, (s) => s.lanes === 1 && this.pool.some((p) => p.signal === s && p.straight && p.domain !== domain));
      if (source === undefined) return;
      hw.in(this.domains[domain]!, () => {
        const reg = hw.reg(name('s'), uint(source.signal.width), { reset: 0, synchroniser: true });
        reg.next(source.signal as Signal);
        this.add(reg, domain, true);
      });
    } else if (this.child !== undefined) {
      hw.in(this.domains[domain]!, () => {
        const { inputs, outputs } = this.child!(hw, domain);
        inputs.forEach((input, i) => (input as Wire<number, number>).set(this.fit(this.one(a + i, domain).signal, input.width)));
        for (const o of outputs) this.add(o, domain, false);
      });
    }
  }

  /** Assigns a target under one of several shapes of conditions. */
  assign({ a, b, c, size }: Step, target: Reg<number, number> | Wire<number, number>, domain: number): void {
    const { hw } = this;
    const usable = (s: AnySignal): boolean => s !== target;
    const value = (n: number): Signal<number, number> => {
      const p = this.pick(n, domain, (s) => usable(s) && s.lanes === target.lanes) ?? this.pick(n, domain, (s) => usable(s) && s.lanes === 1)!;
      return this.fit(p.signal, target.width, n % 2 === 1);
    };
    const lane = (n: number): Signal => this.fit(this.pick(n, domain, (s) => usable(s) && s.lanes === 1)!.signal, target.width) as Signal;
    const cond = (n: number): Signal => this.pick(n, domain, (s) => usable(s) && s.lanes === 1)!.signal.bit(0) as Signal;
    const give = (n: number): void => {
      if (target.lanes > 1 && n % 2 === 0) {
        const index = n % 4 === 0 ? n % target.lanes : (this.fit(this.pick(n, domain, (s) => usable(s) && s.lanes === 1)!.signal, 1 + (n % 4)) as Signal);
        if ('nextAt' in target) target.nextAt(index, lane(n));
        else target.setAt(index, lane(n));
      } else if ('next' in target) target.next(value(n));
      else target.set(value(n));
    };
    const shape = size % 5;
    if (shape === 0) hw.when(cond(a), () => give(b));
    else if (shape === 1) hw.when(cond(a), () => give(b)).otherwise(() => give(c));
    else if (shape === 2) {
      hw.when(cond(a), () => {
        give(a);
        hw.when(cond(b), () => give(b)).elsewhen(cond(c), () => give(c));
      }).elsewhen(cond(c), () => give(a + 1));
    } else if (shape === 3) {
      const s = this.pick(a, domain, (x) => usable(x) && x.lanes === 1)!.signal;
      const two = this.fit(s, 2) as Signal;
      hw.switch(two)
        .case(0, () => give(a))
        .case([1, 3], () => give(b))
        .default(() => give(c));
    } else {
      hw.when(cond(a), () => hw.when(cond(b), () => give(c)));
      hw.when(cond(c), () => give(a));
    }
  }
}

/** Behaviour with state: it adds up what it is given. */
const accumulator = model('Accumulator', { in: { go: uint(1), x: uint(40), lanes: vec(3, uint(9)) }, out: { sum: uint(40), last: vec(3, uint(9)) }, fire: 'go' }, () => {
  let sum = 0n;
  return {
    clock(io) {
      sum = BigInt.asUintN(40, sum + io.in['x']!.getBig() + BigInt(io.in['lanes']!.get(1)));
      io.out['sum']!.setBig(sum);
      for (let i = 0; i < 3; i++) io.out['last']!.set(io.in['lanes']!.get(2 - i), i);
    },
    reset(io) {
      sum = 0n;
      io.out['sum']!.setBig(0n);
    },
    save: () => sum,
    restore(state) {
      sum = state as bigint;
    },
  };
});

const domainNames = ['clk', 'fast', 'slow'];

/** The circuit of a recipe. Names say nothing; every node is compared anyway. */
export function circuit(recipe: Recipe): ModuleDefinition {
  const child = module('Child', { in: { x: uint(17), y: uint(64) }, out: { p: uint(17), q: uint(64) } }, ({ x, y }, hw) => {
    const m = new Maker(hw, ['clk'], undefined);
    m.add(x, 0);
    m.add(y, 0);
    const r = hw.reg('own', uint(17), { reset: 3 });
    r.next(x.add(r));
    m.add(r, 0, true);
    for (const s of recipe.child) m.step(s);
    const last = m.one(0, 0).signal;
    return { p: r.xor(m.fit(last, 17) as Signal<17>), q: m.fit(last, 64) as Signal<64> };
  });
  const domains = domainNames.slice(0, recipe.domains);
  const inputs = {
    ...Object.fromEntries(recipe.inputs.map((w, i) => [`in${i}`, uint(w)])),
    ...Object.fromEntries(recipe.vecs.map(({ lanes, width: w }, i) => [`vin${i}`, vec(lanes, uint(w))])),
  };
  let children = 0;
  return module('Random', { in: inputs, domains }, (ins, hw) => {
    const m = new Maker(hw, domains, (h) => {
      if (children++ % 3 === 2) {
        const u = h.instance(`acc${children}`, accumulator);
        return { inputs: [u.in.go, u.in.x], outputs: (u.in.lanes.set(h.lanes(3, 9)), [u.out.sum, u.out.last as AnySignal]) };
      }
      const u = h.instance(`child${children}`, child);
      return { inputs: [u.in.x, u.in.y], outputs: [(u.out as Record<string, AnySignal>)['p']!, (u.out as Record<string, AnySignal>)['q']!] };
    });
    for (const s of Object.values(ins)) m.add(s as AnySignal, undefined);
    m.add(hw.lit(8, 0x5a), undefined);
    for (const s of recipe.steps) m.step(s);
    const last = m.pool.at(-1)!;
    hw.in(domains[last.domain ?? 0]!, () => hw.cover(last.signal.bits().reduceXor(), 'odd'));
    return {};
  }) as unknown as ModuleDefinition;
}
