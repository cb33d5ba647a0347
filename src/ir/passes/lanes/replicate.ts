import type { Flat } from '../../flatten.ts';
import type { Graph } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { build } from './build.ts';
import { choose } from './choose.ts';
import { findGroups, seedsOf } from './groups.ts';
import { normalise } from './normalise.ts';
import { argsOf, inOrder, seenFrom } from './order.ts';
import { computes, needs, Tuples, WIDEST } from './tuples.ts';

export interface ReplicateOptions {
  /** Makes Vecs also where they cost more than they save. */
  readonly always?: boolean;
}

/**
 * Turns instances that do the same side by side into Vecs: their registers become one register with a lane for each, and what they compute
 * becomes operators on all lanes. The meaning stays; nodes of the flat design that became lanes have a `lane` node as their image.
 */
export function replicate(graph: Graph, flat: Flat, { always = false }: ReplicateOptions = {}): Graph {
  const normal = normalise(graph);
  const groups = findGroups(flat);
  if (groups.length === 0) return graph;
  const { registers, values } = seedsOf(groups, normal.graph);
  const seeds = sorted([...packs(normal.graph), ...values, ...registers.map((ids) => ids.map((id) => normal.graph.next.get(id)!))], normal.graph);
  const forbidden = new Set<string>();
  for (;;) {
    const tuples = new Tuples(normal.graph, normal.cyclic, forbidden);
    for (const ids of registers) tuples.register(ids);
    for (const ids of seeds) tuples.find(ids);
    if (loops(tuples, forbidden)) continue;
    if (!always) choose(tuples);
    return build(tuples);
  }
}

/** Vecs that are made of separate values. */
function packs(graph: Graph): (readonly NodeId[])[] {
  return graph.nodes.flatMap((n) => (n.kind === 'op' && n.op === 'pack' && n.width <= WIDEST ? [n.args] : []));
}

/** Nearest to state first, so that what is computed on the way is computed for those who need it first. */
function sorted(seeds: readonly (readonly NodeId[])[], graph: Graph): (readonly NodeId[])[] {
  const level = new Int32Array(graph.nodes.length);
  for (const step of inOrder(graph.nodes.length, seenFrom(graph), (id) => argsOf(graph.nodes[id]!))) {
    if (typeof step !== 'number') continue;
    for (const a of argsOf(graph.nodes[step]!)) level[step] = Math.max(level[step]!, level[a]! + 1);
  }
  return seeds
    .filter((ids) => ids.every((id) => graph.nodes[id]!.lanes === 1 && graph.nodes[id]!.width === graph.nodes[ids[0]!]!.width) && graph.nodes[ids[0]!]!.width <= WIDEST)
    .map((ids) => ({ ids, level: ids.reduce((most, id) => Math.max(most, level[id]!), 0) }))
    .sort((a, b) => a.level - b.level)
    .map(({ ids }) => ids);
}

/** Forbids the tuples that depend on themselves, since one of their lanes needs another; says whether there were any. */
function loops(tuples: Tuples, forbidden: Set<string>): boolean {
  let found = false;
  const count = tuples.graph.nodes.length;
  for (const step of inOrder(count + tuples.list.length, seenFrom(tuples.graph).concat(tuples.list.map((_, t) => count + t)), (id) => needs(tuples, id))) {
    if (typeof step === 'number') continue;
    for (const id of step) {
      if (id < count || !computes(tuples.list[id - count]!.form)) continue;
      forbidden.add(Tuples.key(tuples.list[id - count]!.ids));
      found = true;
    }
  }
  return found;
}
