import { roots, type Graph, type GraphNode } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { components } from '../../visit.ts';

const none: readonly NodeId[] = [];
export const argsOf = (node: GraphNode): readonly NodeId[] => (node.kind === 'op' || node.kind === 'read' ? node.args : none);

/** Everything somebody may look at or needs. */
export function seenFrom(graph: Graph): NodeId[] {
  const seen = roots(graph);
  for (const n of graph.nodes) if (n.kind === 'input') seen.push(n.id);
  for (const id of graph.image) if (id !== -1) seen.push(id);
  return seen;
}

/** What can be reached, arguments before what uses them; nodes that lie on a cycle stand together, as one step. */
export type Order = readonly (NodeId | readonly NodeId[])[];

/** Walks depth first without recursion. Cycles are rare: only when one is met they are looked for in full. */
export function inOrder(count: number, from: readonly NodeId[], next: (id: NodeId) => readonly NodeId[]): Order {
  const order: NodeId[] = [];
  // 0 not seen, 1 on the way down, 2 done.
  const state = new Uint8Array(count);
  const stack: NodeId[] = [];
  for (const root of from) {
    if (state[root] !== 0) continue;
    stack.push(root);
    while (stack.length > 0) {
      const id = stack[stack.length - 1]!;
      if (state[id] !== 0) {
        stack.pop();
        if (state[id] === 1) order.push(id);
        state[id] = 2;
        continue;
      }
      state[id] = 1;
      for (const a of next(id)) {
        if (state[a] === 0) stack.push(a);
        else if (state[a] === 1) return withCycles(count, from, next);
      }
    }
  }
  return order;
}

function withCycles(count: number, from: readonly NodeId[], next: (id: NodeId) => readonly NodeId[]): Order {
  const reached = new Uint8Array(count);
  const work = [...from];
  while (work.length > 0) {
    const id = work.pop()!;
    if (reached[id] === 1) continue;
    reached[id] = 1;
    work.push(...next(id));
  }
  return components(count, (id) => (reached[id] === 1 ? next(id) : []))
    .filter((group) => reached[group[0]!] === 1)
    .map((group) => (group.length > 1 || next(group[0]!).includes(group[0]!) ? group : group[0]!));
}
