import { roots, type Graph } from '../graph.ts';
import type { NodeId } from '../netlist.ts';
import { rewrite } from './rewrite.ts';

/** Drops what neither the design nor anybody who looks at it by name can reach. */
export function removeDead(graph: Graph): Graph {
  const alive = new Uint8Array(graph.nodes.length);
  const work: NodeId[] = [];
  const keep = (id: NodeId): void => {
    if (id === -1 || alive[id] === 1) return;
    alive[id] = 1;
    work.push(id);
  };
  roots(graph).forEach(keep);
  graph.image.forEach(keep);
  for (const { id, kind } of graph.nodes) if (kind === 'input') keep(id);
  while (work.length > 0) {
    const node = graph.nodes[work.pop()!]!;
    if (node.kind === 'op' || node.kind === 'read') node.args.forEach(keep);
  }
  return rewrite(graph, (node, make) => make.add(node), (id) => alive[id] === 1);
}
