import { roots, type Graph } from '../graph.ts';
import type { NodeId } from '../netlist.ts';
import { rewrite } from './rewrite.ts';

/** Drops what neither the design nor anybody who looks at it by name can reach. */
export function removeDead(graph: Graph): Graph {
  const alive = new Uint8Array(graph.nodes.length);
  const work: NodeId[] = [...roots(graph), ...graph.image].filter((id) => id !== -1);
  graph.nodes.forEach((n) => {
    if (n.kind === 'input') work.push(n.id);
  });
  while (work.length > 0) {
    const id = work.pop()!;
    if (alive[id] === 1) continue;
    alive[id] = 1;
    const node = graph.nodes[id]!;
    if (node.kind === 'op' || node.kind === 'read') work.push(...node.args);
  }
  return rewrite(graph, (node, make) => make.add(node), (id) => alive[id] === 1);
}
