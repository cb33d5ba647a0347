import type { GraphNode } from '../../../ir/graph.ts';
import type { OpName } from '../../../ir/operators/index.ts';
import { join, type Lowered, type Word } from '../../../ir/words.ts';
import type { WordGraph } from '../graph.ts';
import type { LaneLowering } from './lower.ts';
import { laneOp, sizeOf, type LaneOp, type SimdOp } from './simd.ts';

type Op = GraphNode & { readonly kind: 'op' };
type Row = (lowering: LaneLowering, node: Op, g: WordGraph) => Lowered | undefined;

/** Made once, when first asked for. */
const word = (make: () => Word): Lowered => {
  let made: Word | undefined;
  return { word: () => (made ??= make()) };
};

interface Fold {
  /** Of bits, given as flags and the number of lanes. */
  readonly bits: (g: WordGraph, flags: readonly Word[], lanes: number) => Word;
  readonly op: (size: 1 | 2 | 4) => SimdOp;
  /** Changes nothing. */
  readonly neutral: number;
}

const any = (g: WordGraph, flags: readonly Word[]): Word => g.nonzero(flags.reduce((a, b) => g.or(a, b)));
const all = (g: WordGraph, flags: readonly Word[], lanes: number): Word =>
  flags.map((f, k) => g.eq(f, g.constant(lanes - 32 * k >= 32 ? 0xffffffff : 2 ** (lanes - 32 * k) - 1))).reduce((a, b) => g.and(a, b));
const odd = (g: WordGraph, flags: readonly Word[]): Word => g.parity(flags.reduce((a, b) => g.xor(a, b)));
const inLanes = (op: LaneOp) => (size: 1 | 2 | 4) => laneOp(size, op);

const fold =
  ({ bits, op, neutral }: Fold): Row =>
  (lowering, { args: [vec], width }, g) =>
    word(() => {
      const { of, value } = lowering.lanes(vec!);
      if (width === 1) return bits(g, of.flagsOf(value), of.lanes);
      const size = sizeOf(width);
      return of.parts.reduce(size, of.numberOf(value, size), width, neutral, (a, b) => g.simd(op(size), [a, b]));
    });

/** Operators that make words of a Vec. Undefined: lane by lane. */
export const REDUCTIONS: Partial<Record<OpName, Row>> = {
  bits: (lowering, { args: [vec], width }, g) => {
    const { width: lane } = lowering.node(vec!);
    if (lane !== 1 && lane !== 8 && lane !== 16 && lane !== 32) return undefined;
    const whole = (k: number): Word => {
      const { of, value } = lowering.lanes(vec!);
      if (lane === 1) return of.flagsOf(value)[k]!;
      return of.parts.extract(4, of.numberOf(value, sizeOf(lane))[k >> 2]!, k % 4, 32);
    };
    return {
      range: (lo, length) => {
        const [k, from] = [Math.floor(lo / 32), lo % 32];
        const low = Math.min(32 - from, length);
        const first = { word: g.trunc(g.shr(g.trunc(whole(k), Math.min(32, width - 32 * k)), from), low), width: low };
        return low === length ? first.word : join(g, [first, { word: g.trunc(whole(k + 1), length - low), width: length - low }]);
      },
    };
  },
  foldAnd: fold({ bits: all, op: () => 'v128.and', neutral: 0xffffffff }),
  foldOr: fold({ bits: any, op: () => 'v128.or', neutral: 0 }),
  foldXor: fold({ bits: odd, op: () => 'v128.xor', neutral: 0 }),
  foldAdd: fold({ bits: odd, op: inLanes('add'), neutral: 0 }),
  foldMin: fold({ bits: all, op: inLanes('min_u'), neutral: 0xffffffff }),
  foldMax: fold({ bits: any, op: inLanes('max_u'), neutral: 0 }),

  /** The least key of the valid lanes; then the first of the valid lanes that have it. */
  argMin: (lowering, { args: [valid, keys], width }, g) =>
    word(() => {
      const { of, value } = lowering.lanes(keys!);
      const isValid = lowering.lanes(valid!).value;
      const bits = of.widthOf(value);
      const size = sizeOf(bits);
      const candidates = of.mux(isValid, value, of.constant(2 ** bits - 1));
      const least = of.parts.reduce(size, of.numberOf(candidates, size), bits, 0xffffffff, (a, b) => g.simd(laneOp(size, 'min_u'), [a, b]));
      const flags = of.flagsOf(of.and(isValid, of.eq(value, of.uniform(least))));
      const first = flags.reduceRight((rest, f, k) => g.mux(g.nonzero(f), g.add(g.ctz(f), g.constant(32 * k), 32), rest), g.constant(0));
      return g.trunc(first, width);
    }),
};
