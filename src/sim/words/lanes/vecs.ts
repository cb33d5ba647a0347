import type { GraphNode } from '../../../ir/graph.ts';
import type { OpName } from '../../../ir/operators/index.ts';
import type { Word } from '../../../ir/words.ts';
import type { LaneLowering, ScalarWords } from './lower.ts';
import { sizeOf } from './simd.ts';
import type { LaneWords } from './words.ts';

type Op = GraphNode & { readonly kind: 'op' };
type Row = (lowering: LaneLowering, node: Op, of: LaneWords, scalar: ScalarWords) => Word | undefined;

/** Operators that make a Vec other than lane by lane. Undefined: has to be put together from words. */
export const VEC_ROWS: Partial<Record<OpName, Row>> = {
  splat: (_, { args: [a], width }, of, scalar) => of.uniform(scalar.range(a!, 0, 0, width)),

  pack: (lowering, { id, args }, of) => {
    if (!lowering.has(id)) return undefined;
    return of.permuted(
      args.map((a) => {
        const { vec, lane } = lowering.laneOf(a)!;
        return { ...lowering.lanes(vec), lane };
      }),
    );
  },

  unbits: (_, { args: [a], width, lanes }, of, scalar) => {
    const bits = width * lanes;
    const word = (k: number): Word => scalar.range(a!, 0, 32 * k, Math.min(32, bits - 32 * k));
    if (width === 1) return of.flags(Array.from({ length: Math.ceil(lanes / 32) }, (__, k) => word(k)));
    if (width !== 8 && width !== 16 && width !== 32) return undefined;
    const size = sizeOf(width);
    return of.number(size, of.wholeWords(Array.from({ length: Math.ceil(bits / 32) }, (__, k) => word(k))), width);
  },

  gather: (lowering, { id, args: [vec, index] }, of) => {
    if (!lowering.has(id)) return undefined;
    const from = lowering.lanes(vec!);
    return of.gather(from.of, from.value, lowering.lanes(index!).value);
  },

  insert: (lowering, { id, args: [vec, index, value], width }, of, scalar) => {
    if (!lowering.has(id)) return undefined;
    const at = lowering.node(index!);
    const low = scalar.range(index!, 0, 0, Math.min(32, at.width));
    const rest = Array.from({ length: Math.ceil(at.width / 32) - 1 }, (_, k) => scalar.range(index!, 0, 32 * (k + 1), 32));
    return of.insert(lowering.lanes(vec!).value, low, rest, scalar.range(value!, 0, 0, width));
  },
};
