import type { Graph, GraphNode } from '../graph.ts';
import type { NodeId } from '../netlist.ts';
import { components } from '../visit.ts';

/** Adds nodes to the graph that is being made. */
export interface Maker {
  readonly nodes: readonly GraphNode[];
  add(node: GraphNode): NodeId;
}

const argsOf = (node: GraphNode): readonly NodeId[] => (node.kind === 'op' || node.kind === 'read' ? node.args : []);

const withArgs = (node: GraphNode, args: readonly NodeId[]): GraphNode => {
  if (node.kind === 'op') return { ...node, args };
  if (node.kind === 'read') return { ...node, args: [args[0]!] };
  return node;
};

/**
 * Makes a new graph node by node, arguments first. `visit` gets each node with its new arguments and says which new node stands for it.
 * Nodes on a cycle keep their place as they are, since each of them is needed before it is known. `keep` leaves nodes out.
 */
export function rewrite(graph: Graph, visit: (node: GraphNode, make: Maker) => NodeId, keep: (id: NodeId) => boolean = () => true): Graph {
  const nodes: GraphNode[] = [];
  const map = new Int32Array(graph.nodes.length).fill(-1);
  const make: Maker = {
    nodes,
    add(node) {
      const id = nodes.length;
      nodes.push({ ...node, id });
      return id;
    },
  };
  for (const group of components(graph.nodes.length, (id) => argsOf(graph.nodes[id]!))) {
    const first = graph.nodes[group[0]!]!;
    if (group.length === 1 && !argsOf(first).includes(first.id)) {
      if (keep(first.id)) map[first.id] = visit(withArgs(first, argsOf(first).map((a) => map[a]!)), make);
      continue;
    }
    const kept = group.filter(keep);
    for (const id of kept) map[id] = make.add(graph.nodes[id]!);
    for (const id of kept) nodes[map[id]!] = { ...withArgs(graph.nodes[id]!, argsOf(graph.nodes[id]!).map((a) => map[a]!)), id: map[id]! };
  }
  const at = (id: NodeId): NodeId => map[id]!;
  const values = (m: ReadonlyMap<string, NodeId>): Map<string, NodeId> => new Map([...m].map(([k, v]) => [k, at(v)]));
  return {
    ...graph,
    nodes,
    next: new Map([...graph.next].map(([reg, next]) => [at(reg), at(next)])),
    writes: graph.writes.map((w) => ({ ...w, enable: at(w.enable), address: at(w.address), data: at(w.data) })),
    checks: graph.checks.map((c) => ({ ...c, active: at(c.active), condition: at(c.condition) })),
    models: graph.models.map((m) => ({ ...m, inputs: values(m.inputs), outputs: values(m.outputs) })),
    image: graph.image.map((id) => (id === -1 ? -1 : at(id))),
  };
}
