import type { Node, NodeId } from '../../ir/netlist.ts';
import { operators } from '../../ir/operators/index.ts';
import { bitsOf } from '../../ir/shape.ts';
import { components } from '../../ir/visit.ts';
import type { Driven } from './drivers.ts';

/** Bits [lo, lo + length) of a node. */
export interface Piece {
  readonly node: NodeId;
  readonly lo: number;
  readonly length: number;
}

/** Ranges of argument bits, per argument, that a piece depends on. */
export type Needs = readonly boolean[][];

/** For each argument (of a wire: its driver), which of its bits a piece depends on. */
export function needsOf({ nodes, driver }: Driven, { node: id, lo, length }: Piece): Needs {
  const node = nodes[id]!;
  const args = node.kind === 'op' || node.kind === 'read' ? node.args : [driver.get(id)!];
  const shapes = args.map((a) => nodes[a]!);
  const needs = shapes.map((s) => new Array<boolean>(bitsOf(s)).fill(node.kind === 'read'));
  if (node.kind === 'wire') needs[0]!.fill(true, lo, lo + length);
  if (node.kind === 'op') {
    for (let bit = lo; bit < lo + length; bit++) {
      for (const d of operators[node.op].depends(bit, shapes, node.attrs)) needs[d.arg]!.fill(true, d.lo, d.hi + 1);
    }
  }
  return needs;
}

/** Where the bits of a piece come from, low ones first, if it only moves bits; no `arg`: zeros. */
export function copiedFrom({ nodes }: Driven, { node: id, lo, length }: Piece): { readonly arg: number | undefined; readonly lo: number; length: number }[] | undefined {
  const node = nodes[id]!;
  if (node.kind === 'wire') return [{ arg: 0, lo, length }];
  if (node.kind !== 'op' || operators[node.op].grain !== 'move') return undefined;
  const shapes = node.args.map((a) => nodes[a]!);
  const runs: { arg: number | undefined; lo: number; length: number }[] = [];
  for (let bit = lo; bit < lo + length; bit++) {
    const [from] = operators[node.op].depends(bit, shapes, node.attrs);
    const last = runs.at(-1);
    if (last !== undefined && last.arg === from?.arg && (from === undefined || last.lo + last.length === from.lo)) last.length++;
    else runs.push({ arg: from?.arg, lo: from?.lo ?? 0, length: 1 });
  }
  return runs;
}

const byLane = (node: Node): number => node.width;
const byBit = (): number => 1;

/**
 * Cuts nodes that form a cycle (though their bits do not) into pieces that form none, in an order in which each comes after what it needs.
 * Lanes are tried first if they are wanted; bits always do.
 */
export function cutCycle(driven: Driven, group: readonly NodeId[], into: 'lanes' | 'bits'): Piece[] {
  const inGroup = new Set(group);
  for (const size of into === 'lanes' ? [byLane, byBit] : [byBit]) {
    const pieces: Piece[] = [];
    const first = new Map<NodeId, number>();
    for (const id of group) {
      const node = driven.nodes[id]!;
      first.set(id, pieces.length);
      for (let lo = 0; lo < bitsOf(node); lo += size(node)) pieces.push({ node: id, lo, length: size(node) });
    }
    const next = pieces.map((piece) => {
      const node = driven.nodes[piece.node]!;
      const args = node.kind === 'op' || node.kind === 'read' ? node.args : [driven.driver.get(node.id)!];
      const needs = needsOf(driven, piece);
      const found = new Set<number>();
      args.forEach((a, k) => {
        if (!inGroup.has(a)) return;
        const length = size(driven.nodes[a]!);
        needs[k]!.forEach((needed, bit) => needed && found.add(first.get(a)! + Math.floor(bit / length)));
      });
      return [...found];
    });
    const order = components(pieces.length, (i) => next[i]!);
    if (order.every((c) => c.length === 1 && !next[c[0]!]!.includes(c[0]!))) return order.map(([i]) => pieces[i!]!);
  }
  throw new Error('a loop of bits went through the checks');
}
