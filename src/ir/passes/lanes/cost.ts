import { wordCount } from '../../words.ts';
import type { GraphNode } from '../../graph.ts';
import type { OpName } from '../../operators/index.ts';

/**
 * What operators cost, in instructions of a WebAssembly engine: one value at a time, and on the 16 bytes of a vector register. Not exact,
 * but enough to tell what is worth while: the alternatives differ by factors. `a lane` marks what WebAssembly has no vector instruction
 * for, so that lanes are taken out one by one.
 *
 * | operator            | one value                   | a vector register                                   |
 * |---------------------|-----------------------------|-----------------------------------------------------|
 * | and, or, compare    | 1                           | 1                                                   |
 * | add, sub            | 2: the carry is masked      | 2                                                   |
 * | slice, sext         | 2 shifts, or shift and mask | 2                                                   |
 * | mux                 | 3 as a mask                 | 1: bitselect                                        |
 * | shift by a signal   | 3: amounts may be too large | 3 a lane; 3 if the amount is the same in all of them |
 */
interface Cost {
  readonly scalar: number;
  readonly vector: number;
  readonly perLane?: true;
}

const one: Cost = { scalar: 1, vector: 1 };
const two: Cost = { scalar: 2, vector: 2 };
const laneByLane: Cost = { scalar: 3, vector: 3, perLane: true };

const costs: Partial<Record<OpName, Cost>> = {
  and: one, or: one, xor: one, not: one, eq: one, ne: one, lt: one, le: one, ltS: { scalar: 3, vector: 3 }, leS: { scalar: 3, vector: 3 },
  add: two, sub: two, neg: two, addWide: one, subWide: two, subSat: { scalar: 4, vector: 1 },
  min: { scalar: 4, vector: 1 }, max: { scalar: 4, vector: 1 }, minS: { scalar: 6, vector: 5 }, maxS: { scalar: 6, vector: 5 },
  mux: { scalar: 3, vector: 1 }, mul: { scalar: 1, vector: 2 }, mulS: { scalar: 5, vector: 6 },
  slice: two, cat: two, zext: { scalar: 0, vector: 0 }, sext: two, reverse: { scalar: 12, vector: 12 },
  reduceAnd: one, reduceOr: one, reduceXor: { scalar: 4, vector: 6 }, count: { scalar: 1, vector: 3 },
  oneHot: { scalar: 3, vector: 4 }, shl: laneByLane, shr: laneByLane, sra: laneByLane, bitAt: laneByLane, firstOne: laneByLane, at: { scalar: 3, vector: 3 },
}; // prettier-ignore

const shifts: ReadonlySet<OpName> = new Set<OpName>(['shl', 'shr', 'sra']);
const of = (op: OpName): Cost => costs[op] ?? laneByLane;

/** Bytes of a lane. */
export const laneBytes = (width: number): number => (width <= 8 ? 1 : width <= 16 ? 2 : 4);
/** Vector registers of a value. */
export const registers = (width: number, lanes: number): number => Math.ceil((lanes * laneBytes(width)) / 16);

/** One value, `pieces` of it where it is put together. */
export const scalarCost = (op: OpName, width: number, pieces: number): number => of(op).scalar * wordCount(width) * (op === 'cat' ? pieces - 1 : 1);

/** All lanes; `oneAmount`: the last argument is the same in all of them. Arguments of other lane sizes are widened or narrowed first. */
export function vectorCost(op: OpName, node: GraphNode, args: readonly GraphNode[], lanes: number, oneAmount: boolean): number {
  const widest = args.reduce((w, a) => Math.max(w, a.width), node.width);
  const regs = registers(widest, lanes);
  const { vector, perLane } = of(op);
  let sum = perLane === true && !(oneAmount && shifts.has(op)) ? vector * lanes : vector * regs * (op === 'cat' ? args.length - 1 : 1);
  for (const { width } of args) if (laneBytes(width) !== laneBytes(widest)) sum += regs;
  return laneBytes(node.width) === laneBytes(widest) ? sum : sum + regs;
}

/** Lanes picked from a table of `entries`: byte shuffles for each register of the table, put together. */
export function gatherCost(width: number, entries: number, lanes: number): number {
  const bytes = laneBytes(width);
  return registers(width, lanes) * (2 * registers(width, entries) + (bytes === 1 ? 0 : 3));
}

/** A value put into a lane, or taken out of one. */
export const INSERT = 1;
export const EXTRACT = 1;
/** One value put into all lanes. */
export const SPLAT = 1;
