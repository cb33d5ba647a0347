import type { Flat } from '../../flatten.ts';
import type { Graph } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { build } from './build.ts';
import { choose } from './choose.ts';
import { findGroups, seedsOf } from './groups.ts';
import { normalise } from './normalise.ts';
import { argsOf, inOrder, seenFrom } from './order.ts';
import { computes, needs, Tuples, WIDEST } from './tuples.ts';

/** How often tuples that depend on themselves are cut before a design is left as it is. */
const ROUNDS = 8;

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
  const level = levels(normal.graph);
  const nexts = registers.map((ids) => ids.map((id) => normal.graph.next.get(id)!));
  let seeds = sorted([...packs(normal.graph), ...values, ...nexts], normal.graph, level);
  const forbidden = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const tuples = new Tuples(normal.graph, normal.cyclic, forbidden);
    for (const ids of registers) tuples.register(ids);
    for (const ids of seeds) tuples.find(ids);
    let looping = loops(tuples);
    if (looping.length === 0 && !always) {
      choose(tuples);
      // What is given up takes its arguments from wherever they are computed, which may be elsewhere than where it took them before.
      looping = loops(tuples);
    }
    if (looping.length === 0) return build(tuples);
    for (const ids of looping) forbidden.add(Tuples.key(ids));
    const before = new Set(seeds.map((ids) => Tuples.key(ids)));
    seeds = sorted([...seeds, ...looping.filter((ids) => before.has(Tuples.key(ids))).flatMap((ids) => alike(ids, level))], normal.graph, level);
  }
  return graph;
}

/** What is as far from state, so that none of it can need another: a tree of adders, say, falls apart into its levels. */
function alike(ids: readonly NodeId[], level: Int32Array): NodeId[][] {
  const found = new Map<number, NodeId[]>();
  for (const id of ids) {
    const same = found.get(level[id]!);
    if (same === undefined) found.set(level[id]!, [id]);
    else same.push(id);
  }
  return [...found.values()].filter((same) => same.length > 1 && same.length < ids.length);
}

/** Vecs that are made of separate values. */
function packs(graph: Graph): (readonly NodeId[])[] {
  return graph.nodes.flatMap((n) => (n.kind === 'op' && n.op === 'pack' && n.width <= WIDEST ? [n.args] : []));
}

/** Operators between a node and state or inputs. */
function levels(graph: Graph): Int32Array {
  const level = new Int32Array(graph.nodes.length);
  for (const step of inOrder(graph.nodes.length, seenFrom(graph), (id) => argsOf(graph.nodes[id]!))) {
    if (typeof step !== 'number') continue;
    for (const a of argsOf(graph.nodes[step]!)) level[step] = Math.max(level[step]!, level[a]! + 1);
  }
  return level;
}

/** Nearest to state first, so that what is computed on the way is computed for those who need it first. */
function sorted(seeds: readonly (readonly NodeId[])[], { nodes }: Graph, level: Int32Array): (readonly NodeId[])[] {
  return seeds
    .filter((ids) => ids.every((id) => nodes[id]!.lanes === 1 && nodes[id]!.width === nodes[ids[0]!]!.width) && nodes[ids[0]!]!.width <= WIDEST)
    .map((ids) => ({ ids, level: ids.reduce((most, id) => Math.max(most, level[id]!), 0) }))
    .sort((a, b) => a.level - b.level)
    .map(({ ids }) => ids);
}

/** Tuples that depend on themselves, since one of their lanes needs another. */
function loops(tuples: Tuples): (readonly NodeId[])[] {
  const count = tuples.graph.nodes.length;
  const all = seenFrom(tuples.graph).concat(tuples.list.map((_, t) => count + t));
  return inOrder(count + tuples.list.length, all, (id) => needs(tuples, id)).flatMap((step) => {
    if (typeof step === 'number') return [];
    return step.flatMap((id) => (id >= count && computes(tuples.list[id - count]!.form) ? [tuples.list[id - count]!.ids] : []));
  });
}
