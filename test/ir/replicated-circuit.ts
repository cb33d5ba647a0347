import fc from 'fast-check';
import { bit, module, parametric, uint, vec, type AnySignal, type Hardware, type ModuleDefinition, type Signal } from '../../src/index.ts';

/** One operation of a member, by numbers that pick it and its operands. */
interface Step {
  readonly what: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A design of instances side by side: what a member does, how many there are at each level, and what feeds them. */
export interface Rows {
  readonly lanes: number;
  /** Members of each member; 0: none. */
  readonly inner: number;
  readonly steps: readonly Step[];
  readonly innerSteps: readonly Step[];
  /** How each port of a member is fed. */
  readonly feeds: readonly number[];
  readonly memory: boolean;
  readonly vec: boolean;
  readonly stimulus: number;
}

const step: fc.Arbitrary<Step> = fc.record({ what: fc.nat(255), a: fc.nat(99), b: fc.nat(99), c: fc.nat(99) });
export const rows: fc.Arbitrary<Rows> = fc.record({
  lanes: fc.oneof(fc.integer({ min: 2, max: 9 }), fc.constantFrom(16, 17, 32)),
  inner: fc.constantFrom(0, 0, 1, 2, 3),
  steps: fc.array(step, { minLength: 1, maxLength: 14, size: 'max' }),
  innerSteps: fc.array(step, { maxLength: 6, size: 'max' }),
  feeds: fc.array(fc.nat(99), { minLength: 4, maxLength: 4 }),
  memory: fc.boolean(),
  vec: fc.boolean(),
  stimulus: fc.integer({ min: 1, max: 0x7fffffff }),
});

const ports = { in: { en: bit, x: uint(8), y: uint(8), wide: uint(40), table: vec(6, uint(8)) }, out: { p: uint(8), q: bit, r: uint(16) } } as const;
type Member = ModuleDefinition<(typeof ports)['in'], (typeof ports)['out']>;

/** Extends or cuts. */
const fit = (s: Signal, width: number): Signal => (s.width === width ? s : s.width > width ? s.trunc(width) : s.zext(width));

/** Operations with registers, holds and all that members may have inside. */
function body(hw: Hardware, pool: Signal[], table: AnySignal, steps: readonly Step[]): void {
  const one = (n: number): Signal => pool[pool.length - 1 - (n % pool.length)]!;
  steps.forEach(({ what, a, b, c }, i) => {
    const x = one(a);
    const y = fit(one(b), x.width);
    const condition = one(c).bit(c % one(c).width);
    const kind = what % 16;
    if (kind < 4) pool.push((x[(['add', 'sub', 'and', 'xor', 'or', 'min', 'eq', 'lt', 'ltS', 'subSat'] as const)[what % 10]!] as (o: Signal) => Signal).call(x, y));
    else if (kind < 6) pool.push(condition.mux(x, y));
    else if (kind === 6) pool.push(x.slice(b % x.width, Math.min(b % x.width, c % x.width)));
    else if (kind === 7 && a % 3 === 0) {
      // Nodes on a cycle, and bits that are not.
      const wire = hw.wire(`w${i}`, uint<number>(4));
      const [from, over] = [fit(x, 4), fit(y, 4)];
      const ripple = (k: number): Signal => wire.bit(k - 1).mux(from.bit(k), over.bit(k)) as Signal;
      wire.set(ripple(3).cat(ripple(2), ripple(1), from.bit(0)));
      pool.push(wire);
    } else if (kind === 7 && x.width + y.width <= 48) pool.push(x.cat(y));
    else if (kind === 8) pool.push(fit(x, 5).shr(fit(y, 3)), x.shl(fit(one(c), 3)));
    else if (kind === 9) pool.push(x.bit(fit(one(b), 3)), x.reduceOr(), x.not());
    else if (kind === 10) pool.push(table.at(fit(x, 3)));
    else if (kind === 11 && x.width <= 16) pool.push(x.mul(fit(y, 8)), fit(x, 3).oneHot(7));
    else {
      const reg = hw.reg(`r${i}`, uint<number>(x.width), what % 3 === 0 ? {} : { reset: BigInt(b) % 2n ** BigInt(Math.min(x.width, 40)) });
      if (kind < 14) hw.when(condition, () => reg.next(x.add(reg))).elsewhen(one(c + 1).bit(0), () => reg.next(y));
      else reg.next(condition.mux(y, x));
      pool.push(reg);
    }
  });
}

const Inner = parametric((r: Rows) =>
  module('Inner', { in: { x: uint(8), table: vec(6, uint(8)) }, out: { y: uint(8) } }, ({ x, table }, hw) => {
    const pool: Signal[] = [x];
    body(hw, pool, table, r.innerSteps);
    return { y: fit(pool.at(-1)!, 8) as Signal<8> };
  }),
);

const MemberOf: (r: Rows) => Member = parametric((r: Rows): Member =>
  module('Member', ports, ({ en, x, y, wide, table }, hw) => {
    const pool: Signal[] = [en, x, y, wide.slice<number, number>(39, 7), wide];
    let from: Signal<8> = x;
    // One after the other through their outputs, or side by side.
    for (let i = 0; i < r.inner; i++) {
      const out = hw.instance(`inner${i}`, Inner(r), { x: r.feeds[0]! % 2 === 0 ? from : y, table }).out.y;
      pool.push((from = out));
    }
    if (r.memory) {
      const memory = hw.mem('memory', 5, uint(8));
      hw.when(en, () => memory.write(y.slice(2, 0), x));
      pool.push(memory.read(x.slice(2, 0)));
    }
    if (r.vec) {
      const own = hw.reg('own', vec(3, uint(8)), { reset: 0 });
      hw.when(en, () => own.nextAt(x.slice(1, 0), y));
      pool.push(own.at(y.slice(1, 0)), own.foldAdd());
    }
    body(hw, pool, table, r.steps);
    return { p: fit(pool.at(-1)!, 8) as Signal<8>, q: pool.at(-1)!.reduceXor(), r: fit(pool.at(-2)!, 16) as Signal<16> };
  }),
);

/** The design of a recipe: members fed alike, each from its own part of something, or one by the other. */
export function rowsOf(r: Rows): ModuleDefinition {
  const Of = MemberOf(r);
  return module('Rows', { in: { all: uint(8), bus: uint(32 * 40), many: vec(32, uint(8)), pick: uint(5), table: vec(6, uint(8)) }, out: { s: uint(16), at: uint(8), low: bit } }, ({ all, bus, many, pick, table }, hw) => {
    const members = Array.from({ length: r.lanes }, (_, i) => hw.instance(`member${i}`, Of));
    const [f0, f1, f2, f3] = r.feeds as [number, number, number, number];
    const last = r.lanes - 1;
    members.forEach((m, i) => {
      const before = members[i - 1]?.out;
      const byte = bus.slice<number, number>(8 * i + 7, 8 * i) as Signal<8>;
      const from = 11 * ((i * i) % 13);
      const apart = bus.slice<number, number>(from + 7, from) as Signal<8>;
      const parts: Signal<8>[] = [all, byte, hw.lit(8, i), many.at(i), many.at(last - i), before?.p ?? all, many.at(pick).xor(i), all.add(i), apart];
      const bits: Signal<1>[] = [all.bit(0), bus.bit(i), hw.lit(1, i % 2), pick.eq(i), pick.oneHot(32).bit(i), before?.q ?? hw.lit(1, 1), hw.reset()];
      hw.assign(m.in, {
        en: bits[f0 % bits.length]!,
        x: parts[f1 % parts.length]!,
        y: parts[f2 % parts.length]!,
        wide: (f3 % 2 === 0 ? bus.slice<number, number>(40 * i + 39, 40 * i) : bus.slice<number, number>(39, 0)) as Signal<40>,
        table: f3 % 3 === 0 ? hw.vec(many.toArray().slice(i % 8, (i % 8) + 6)) as Signal<8, 6> : table,
      });
    });
    const outs = members.map((m) => m.out);
    const p = hw.vec(outs.map((o) => o.p));
    const sum = hw.reg('sum', uint(16), { reset: 0 });
    sum.next(sum.xor(hw.vec(outs.map((o) => o.r)).foldXor()).add(hw.cat(...[...outs].reverse().map((o) => o.q)).zext(64).trunc(16)));
    const log = hw.mem('log', 16, uint<number>(8 * r.lanes));
    hw.when(outs[last]!.q, () => log.write(pick.slice(3, 0), p.bits()));
    hw.assert(outs[0]!.p.add(1).ne(outs[0]!.p), 'arithmetic');
    return { s: sum, at: p.at(pick), low: log.read(pick.slice(3, 0)).bit(0) };
  }) as unknown as ModuleDefinition;
}
