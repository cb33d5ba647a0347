import type { Walk } from '../words/walk.ts';
import { VECTOR_BYTES } from '../words/graph.ts';
import type { Addresses } from './emit.ts';
import { BlockType, Code, Op, Type, ValueType, Vector, type Func } from './encode.ts';

/**
 * Cells: one set of functions for all instances of a module type. Their addresses are those of the first cell; parameters say how far away the
 * cell in question is.
 *
 * A cell whose inputs are those of the cycle before, and which did not change then, will not change now: it is idle, and is passed over. Whether
 * an edge changes anything is looked at once in a while, so that a busy cell loses nothing.
 */
export const BASE = 0;
export const MEMORY = 1;
export const MODEL = 2;
export const CELL_PARAMETERS = 3;
const RECORD = 3;

/** Where a kernel keeps what it knows of the activity of cells. */
export interface Activity {
  /** Counts cycles. */
  readonly clock: number;
  /** Set when a cell writes a memory or calls a model. */
  readonly disturbed: number;
  /** Room for a copy of a cell. */
  readonly scratch: number;
}

/** A record of a cell: is it idle? Then its inputs when it became so. */
export const RECORD_BYTES = VECTOR_BYTES;

export interface CellCode {
  readonly walk: Walk;
  readonly at: Addresses;
  readonly activity: Activity;
  /** Cycles between two looks at whether a cell is idle, a power of two. */
  readonly look: number;
  /** Slot and address at which the first cell begins, and its bytes; the inputs come first. */
  readonly firstSlot: number;
  readonly region: number;
  readonly bytes: number;
  readonly inputBytes: number;
  readonly cells: readonly { readonly base: number; readonly memory: number; readonly model: number; readonly record: number }[];
}

/** One edge of a cell. `first`, `count`: its functions; the one before this function compares memory. */
export function stepCell({ activity, look, region, bytes, inputBytes }: CellCode, first: number, count: number): Func {
  const code = new Code();
  const compare = first + count;
  const work = (): void => {
    for (let i = 0; i < count; i++) code.get(BASE).get(MEMORY).get(MODEL).call(first + i);
  };
  const own = (): Code => code.get(BASE).constant(region).op(Op.i32Add);
  const kept = (): Code => code.get(RECORD).constant(RECORD_BYTES).op(Op.i32Add);

  code.get(RECORD).load(0).op(Op.if, BlockType.empty);
  own();
  kept().constant(inputBytes).call(compare).op(Op.if, BlockType.empty, Op.return, Op.end);
  code.get(RECORD).constant(0).store(0).op(Op.end);

  // Each cell in its turn.
  code.constant(0).load(activity.clock).get(RECORD).constant(4).op(Op.i32ShrU, Op.i32Add).constant(look - 1).op(Op.i32And, Op.i32Eqz, Op.if, BlockType.empty);
  code.constant(activity.scratch);
  own().copy(bytes);
  code.constant(0).constant(0).store(activity.disturbed);
  work();
  code.constant(activity.scratch);
  own().constant(bytes).call(compare);
  code.constant(0).load(activity.disturbed).op(Op.i32Eqz, Op.i32And, Op.if, BlockType.empty);
  code.get(RECORD).constant(1).store(0);
  kept();
  own().copy(inputBytes).op(Op.end, Op.return, Op.end);
  work();
  return { type: Type.step, locals: [], code };
}

/** Are two stretches of memory (addresses, and their length, a multiple of 16) alike? */
export function same(): Func {
  const code = new Code();
  const [a, b, left, differences] = [0, 1, 2, 3];
  code.op(Op.block, BlockType.empty, Op.loop, BlockType.empty);
  code.get(left).op(Op.i32Eqz, Op.brIf).unsigned(1);
  code.get(left).constant(VECTOR_BYTES).op(Op.i32Sub).set(left);
  code.get(differences).get(a).get(left).op(Op.i32Add).vectorLoad(0).get(b).get(left).op(Op.i32Add).vectorLoad(0).vector(Vector.xor).vector(Vector.anyTrue);
  code.op(Op.i32Or).set(differences).op(Op.br).unsigned(0).op(Op.end, Op.end);
  code.get(differences).op(Op.i32Eqz);
  return { type: Type.same, locals: [ValueType.i32], code };
}
