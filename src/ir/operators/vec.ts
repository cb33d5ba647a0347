import { Bits } from '../../bits/index.ts';
import { bitsOf, describeShape, type Shape } from '../shape.ts';
import { join, wordCount, wordWidth, type Lowered, type Operand, type VecOperand, type Word, type Words } from '../words.ts';
import { laneOf, type Dependence, type Operator } from './operator.ts';
import { selectWord } from './shift.ts';
import { guarded, isLane, laneAt, laneText, reach, zeros, type VerilogOperand, type VerilogRow } from './verilog.ts';

/** Operators between lanes of a Vec. All indices count lanes from 0; beyond the last lane one reads zero and writes nothing. */

const indexWidth = (n: number): number => Math.max(1, Math.ceil(Math.log2(n)));
const everything = (args: readonly Shape[]): Dependence[] => args.map((s, arg) => ({ arg, lo: 0, hi: bitsOf(s) - 1 }));
const wholeLane = ({ width }: Shape, arg: number, lane: number): Dependence => ({ arg, lo: lane * width, hi: lane * width + width - 1 });
const scalarOnly = (s: Shape, what: string): string | undefined =>
  s.lanes === 1 ? undefined : `${what} is ${describeShape(s)} where one value is needed`;
const forward = (a: Operand): Lowered => ({ range: (lo, length) => a.range(lo, length) });

const joinLanes = (lanes: readonly Bits[]): Bits => {
  const [top, ...rest] = [...lanes].reverse();
  return rest.length === 0 ? top! : top!.cat(...rest);
};
const indexOf = (index: Bits, lanes: number): number | undefined => (index.value < BigInt(lanes) ? Number(index.value) : undefined);

/** Is `index` exactly `i`? */
function isIndex(g: Words, index: Operand, i: number): Word {
  if (index.width < 32 && i >= 2 ** index.width) return g.constant(0);
  let is = g.eq(index.word(0), g.constant(i));
  for (let k = 1; k < wordCount(index.width); k++) is = g.and(is, g.not(g.nonzero(index.word(k)), 1));
  return is;
}

/** The lane that a signal names. */
function pickLane(g: Words, v: VecOperand, index: Operand): Lowered {
  const load = v.load;
  if (load !== undefined && index.width < 31 && g.constantOf(index.word(0)) === undefined) {
    const low = index.word(0);
    if (2 ** index.width <= v.lanes) return { word: (k) => load(low, k) };
    // Clamped first, so that the load itself never leaves the array.
    const inside = g.ltu(low, g.constant(v.lanes));
    const safe = g.mux(inside, low, g.constant(0));
    return { word: (k) => g.mux(inside, load(safe, k), g.constant(0)) };
  }
  return {
    word: (k) => {
      const width = wordWidth(v.width, k);
      return g.trunc(selectWord(g, Array.from({ length: v.lanes }, (_, i) => v.lane(i).word(k)), index), width);
    },
  };
}

/** Combines all lanes in a balanced tree. */
function tree<T>(items: readonly T[], combine: (a: T, b: T) => T): T {
  let level = [...items];
  while (level.length > 1) {
    const next: T[] = [];
    for (let i = 0; i < level.length; i += 2) next.push(i + 1 < level.length ? combine(level[i]!, level[i + 1]!) : level[i]!);
    level = next;
  }
  return level[0]!;
}

const perValue = (text: VerilogRow['text']): VerilogRow => ({ of: 'value', text });
const forLanes = (lanes: number, from = 0): string => `for (i = ${from}; i < ${lanes}; i = i + 1)`;
const shapeName = ({ lanes, width }: VerilogOperand): string => `${lanes}x${width}`;

/** `step` puts the lane `x` into the result so far. */
const foldRow = (
  value: (a: Bits, b: Bits) => Bits,
  words: (g: Words, a: readonly Word[], b: readonly Word[], width: number) => Word[],
  name: string,
  step: (result: string, x: string) => string,
): Operator => ({
  verilog: perValue(([v], { width }, _, scope) =>
    v!.lanes === 1
      ? v!
      : scope.call(`${name}_${shapeName(v!)}`, width, [v!], (result, [x]) => [
          `${result} = ${x}${width === 1 ? '[0]' : `[${width - 1}:0]`};`,
          `${forLanes(v!.lanes, 1)} ${step(result, `${x}${laneAt('i', width)}`)}`,
        ]),
  ),
  grain: 'whole',
  shape: ([v]) => ({ width: v!.width, lanes: 1 }),
  depends: (_, args) => everything(args),
  value: ([v], [s]) => tree(Array.from({ length: s!.lanes }, (_, i) => laneOf(v!, s!, i)), value),
  words: (g, [v], _, __, width) => {
    let made: readonly Word[] | undefined;
    const make = () =>
      tree(Array.from({ length: v!.lanes }, (_, i) => Array.from({ length: wordCount(width) }, (_, k) => v!.lane(i).word(k))), (a, b) => words(g, a, b, width));
    return { word: (k) => (made ??= make())[k]! };
  },
});

function lessThan(g: Words, a: readonly Word[], b: readonly Word[]): Word {
  let lt = g.ltu(a[0]!, b[0]!);
  for (let k = 1; k < a.length; k++) lt = g.or(g.ltu(a[k]!, b[k]!), g.and(g.eq(a[k]!, b[k]!), lt));
  return lt;
}

function sum(g: Words, a: readonly Word[], b: readonly Word[], width: number): Word[] {
  let carry: Word | undefined;
  return a.map((x, k) => {
    const w = wordWidth(width, k);
    const first = g.add(x, b[k]!, w);
    const all = carry === undefined ? first : g.add(first, carry, w);
    const over = g.ltu(first, x);
    carry = carry === undefined ? over : g.or(over, g.ltu(all, carry));
    return all;
  });
}

export const vecs = {
  /** One value in every lane: splat[lanes]. */
  splat: {
    verilog: perValue(([a], _, [lanes]) => (lanes === 1 ? a! : `{${lanes!}{${a!.bare}}}`)),
    grain: 'move',
    shape: ([s], [lanes]) => scalarOnly(s!, 'the value') ?? { width: s!.width, lanes: lanes! },
    depends: (bit, [s]) => [{ arg: 0, lo: bit % s!.width, hi: bit % s!.width }],
    value: ([a], _, [lanes]) => a!.repeat(lanes!),
    words: (_, [a]) => forward(a!.lane(0)),
  },
  /** A Vec of separate values, lane 0 first. */
  pack: {
    verilog: perValue((args) => (args.length === 1 ? args[0]! : `{${[...args].reverse().map((a) => a.bare).join(', ')}}`)),
    grain: 'move',
    shape: (args) =>
      args.some((s) => s.lanes !== 1 || s.width !== args[0]!.width)
        ? `lanes of different shapes: ${args.map(describeShape).join(', ')}`
        : { width: args[0]!.width, lanes: args.length },
    depends: (bit, [s]) => [{ arg: Math.floor(bit / s!.width), lo: bit % s!.width, hi: bit % s!.width }],
    value: (args) => joinLanes(args),
    words: (_, args, __, lane) => forward(args[lane]!.lane(0)),
  },
  /** One lane: lane[i]. */
  lane: {
    verilog: perValue(([v], { width }, [i]) => v!.part(i! * width, width)),
    grain: 'move',
    shape: ([s], [i]) => (i! >= s!.lanes ? `lane ${i!} of a Vec of ${s!.lanes}` : { width: s!.width, lanes: 1 }),
    depends: (bit, [s], [i]) => [{ arg: 0, lo: i! * s!.width + bit, hi: i! * s!.width + bit }],
    value: ([a], [s], [i]) => laneOf(a!, s!, i!),
    words: (_, [a], [i]) => forward(a!.lane(i!)),
  },
  /** The lane that a signal names: at(vec, index). */
  at: {
    verilog: perValue(([v, index], { width }) => guarded(index!, v!.lanes, width, (i) => (v!.lanes === 1 ? v!.name : laneText(v!, i)))),
    grain: 'whole',
    shape: ([s, i]) => scalarOnly(i!, 'the index') ?? { width: s!.width, lanes: 1 },
    depends: (_, args) => everything(args),
    value: ([v, index], [s]) => {
      const i = indexOf(index!, s!.lanes);
      return i === undefined ? Bits.zero(s!.width) : laneOf(v!, s!, i);
    },
    words: (g, [v, index]) => pickLane(g, v!, index!.lane(0)),
  },
  /** Each lane of the result is the lane that the index lane names: gather(vec, indices). */
  gather: {
    verilog: perValue(([v, indices], { width, lanes }, _, scope) =>
      scope.call(`gather_${shapeName(v!)}_${shapeName(indices!)}`, width * lanes, [v!, indices!], (result, [x, is]) => {
        const index = lanes * indices!.width === 1 ? is! : `${is}${laneAt('i', indices!.width)}`;
        const target = lanes * width === 1 ? result : `${result}${laneAt('i', width)}`;
        // Lane by lane, since a part select beyond the end would read x.
        return [`${result} = ${zeros(width * lanes)};`, `${forLanes(lanes)}`, `  for (j = 0; j < ${reach(indices!.width, v!.lanes)}; j = j + 1) if (${isLane(index, indices!.width, 'j')}) ${target} = ${v!.lanes * width === 1 ? x : `${x}${laneAt('j', width)}`};`];
      }),
    ),
    grain: 'whole',
    shape: ([s, i]) => ({ width: s!.width, lanes: i!.lanes }),
    depends: (bit, [s, i]) => [{ arg: 0, lo: 0, hi: bitsOf(s!) - 1 }, wholeLane(i!, 1, Math.floor(bit / s!.width))],
    value: ([v, indices], [s, is]) =>
      joinLanes(
        Array.from({ length: is!.lanes }, (_, l) => {
          const i = indexOf(laneOf(indices!, is!, l), s!.lanes);
          return i === undefined ? Bits.zero(s!.width) : laneOf(v!, s!, i);
        }),
      ),
    words: (g, [v, indices], _, lane) => pickLane(g, v!, indices!.lane(lane)),
  },
  /** The Vec with one lane replaced: insert(vec, index, value). */
  insert: {
    verilog: perValue(([v, index, value], { width, lanes }, _, scope) =>
      scope.call(`insert_${shapeName(v!)}_${index!.width}`, width * lanes, [v!, index!, value!], (result, [x, at, y]) => [
        `${result} = ${x};`,
        `${forLanes(reach(index!.width, lanes))} if (${isLane(at!, index!.width, 'i')}) ${lanes * width === 1 ? result : `${result}${laneAt('i', width)}`} = ${y};`,
      ]),
    ),
    grain: 'whole',
    shape: ([s, i, x]) =>
      scalarOnly(i!, 'the index') ??
      scalarOnly(x!, 'the value') ??
      (x!.width === s!.width ? s! : `widths differ: ${s!.width} and ${x!.width}`),
    depends: (bit, [s, i]) => [
      { arg: 0, lo: bit, hi: bit },
      { arg: 1, lo: 0, hi: i!.width - 1 },
      { arg: 2, lo: bit % s!.width, hi: bit % s!.width },
    ],
    value: ([v, index, x], [s]) => {
      const at = indexOf(index!, s!.lanes);
      return joinLanes(Array.from({ length: s!.lanes }, (_, i) => (i === at ? x! : laneOf(v!, s!, i))));
    },
    words: (g, [v, index, x], _, lane) => {
      const mine = isIndex(g, index!.lane(0), lane);
      // With a constant index only one side is asked for: the other may depend on this very lane.
      const known = g.constantOf(mine);
      if (known !== undefined) return forward(known === 1 ? x!.lane(0) : v!.lane(lane));
      return { word: (k) => g.mux(mine, x!.lane(0).word(k), v!.lane(lane).word(k)) };
    },
  },
  /** All lanes as one number, lane 0 in the low bits. */
  bits: {
    verilog: perValue(([v]) => v!),
    grain: 'move',
    shape: ([s]) => ({ width: bitsOf(s!), lanes: 1 }),
    depends: (bit) => [{ arg: 0, lo: bit, hi: bit }],
    value: ([a]) => a!,
    words: (g, [a]) => ({
      range: (lo, length) => {
        const pieces: { word: Word; width: number }[] = [];
        for (let i = Math.floor(lo / a!.width); i < a!.lanes && i * a!.width < lo + length; i++) {
          const base = i * a!.width;
          const from = Math.max(lo, base);
          const to = Math.min(lo + length, base + a!.width);
          pieces.push({ word: a!.lane(i).range(from - base, to - from), width: to - from });
        }
        return join(g, pieces);
      },
    }),
  },
  /** A number cut into lanes: unbits[lanes]. */
  unbits: {
    verilog: perValue(([v]) => v!),
    grain: 'move',
    shape: ([s], [lanes]) =>
      scalarOnly(s!, 'the value') ?? (s!.width % lanes! === 0 ? { width: s!.width / lanes!, lanes: lanes! } : `${s!.width} bits do not divide into ${lanes!} lanes`),
    depends: (bit) => [{ arg: 0, lo: bit, hi: bit }],
    value: ([a]) => a!,
    words: (_, [a], __, lane, width) => ({ range: (lo, length) => a!.lane(0).range(lane * width + lo, length) }),
  },
  foldAnd: foldRow((a, b) => a.and(b), (g, a, b) => a.map((x, k) => g.and(x, b[k]!)), 'fold_and', (r, x) => `${r} = ${r} & ${x};`),
  foldOr: foldRow((a, b) => a.or(b), (g, a, b) => a.map((x, k) => g.or(x, b[k]!)), 'fold_or', (r, x) => `${r} = ${r} | ${x};`),
  foldXor: foldRow((a, b) => a.xor(b), (g, a, b) => a.map((x, k) => g.xor(x, b[k]!)), 'fold_xor', (r, x) => `${r} = ${r} ^ ${x};`),
  /** Sum of the lanes, wrapping at their width. */
  foldAdd: foldRow((a, b) => a.add(b), sum, 'fold_add', (r, x) => `${r} = ${r} + ${x};`),
  foldMin: foldRow((a, b) => a.min(b), (g, a, b) => a.map((x, k) => g.mux(lessThan(g, a, b), x, b[k]!)), 'fold_min', (r, x) => `if (${x} < ${r}) ${r} = ${x};`),
  foldMax: foldRow((a, b) => a.max(b), (g, a, b) => a.map((x, k) => g.mux(lessThan(g, a, b), b[k]!, x)), 'fold_max', (r, x) => `if (${x} > ${r}) ${r} = ${x};`),
  /** Number of the lane with the least key among those whose valid bit is set; the lowest such lane, 0 if none: argMin(valid, keys). */
  argMin: {
    verilog: perValue(([valid, keys], { width }, _, scope) =>
      keys!.lanes === 1
        ? zeros(width)
        : // Keys get one bit more, so that the least so far can begin above all of them.
          scope.call(
            `arg_min_${shapeName(keys!)}`,
            width,
            [valid!, keys!],
            (result, [v, k], least) => [
              `${result} = ${zeros(width)};`,
              `${least} = {${keys!.width + 1}{1'b1}};`,
              `${forLanes(keys!.lanes)} if (${v}[i] && {1'b0, ${k}${laneAt('i', keys!.width)}} < ${least}) begin`,
              `  ${least} = {1'b0, ${k}${laneAt('i', keys!.width)}};`,
              `  ${result} = i[${width - 1}:0];`,
              'end',
            ],
            keys!.width + 1,
          ),
    ),
    grain: 'whole',
    shape: ([valid, keys]) =>
      valid!.width !== 1 || valid!.lanes !== keys!.lanes
        ? `valid is ${describeShape(valid!)} beside keys of ${describeShape(keys!)}`
        : { width: indexWidth(keys!.lanes), lanes: 1 },
    depends: (_, args) => everything(args),
    value: ([valid, keys], [, s], _) => {
      let best = 0;
      let key: bigint | undefined;
      for (let i = 0; i < s!.lanes; i++) {
        if (valid!.bit(i).value === 0n) continue;
        const k = laneOf(keys!, s!, i).value;
        if (key === undefined || k < key) [best, key] = [i, k];
      }
      return Bits.of(indexWidth(s!.lanes), best);
    },
    words: (g, [valid, keys], _, __, width) => ({
      word: () => {
        const items = Array.from({ length: keys!.lanes }, (_, i) => ({
          valid: valid!.lane(i).word(0),
          key: Array.from({ length: wordCount(keys!.width) }, (_, k) => keys!.lane(i).word(k)),
          index: g.constant(i),
        }));
        const best = tree(items, (a, b) => {
          const right = g.and(b.valid, g.or(g.not(a.valid, 1), lessThan(g, b.key, a.key)));
          return {
            valid: g.or(a.valid, b.valid),
            key: a.key.map((x, k) => g.mux(right, b.key[k]!, x)),
            index: g.mux(right, b.index, a.index),
          };
        });
        return g.trunc(g.mux(best.valid, best.index, g.constant(0)), width);
      },
    }),
  },
} satisfies Record<string, Operator>;
