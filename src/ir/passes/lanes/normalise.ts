import type { Graph, GraphNode } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { argsOf, inOrder, seenFrom } from './order.ts';
import { Pool } from './pool.ts';

export interface Normal {
  readonly graph: Graph;
  /** Lies on a cycle of nodes (never of bits). */
  readonly cyclic: (id: NodeId) => boolean;
}

/**
 * The graph with equal expressions made one, moves of bits and lanes followed to where they come from, and nothing that nobody sees. What
 * constants make trivial is left: it may be trivial in one instance and not in the next, which would hide that they are alike.
 */
export function normalise(graph: Graph): Normal {
  const pool = new Pool();
  const map = new Int32Array(graph.nodes.length).fill(-1);
  const cyclic = new Set<NodeId>();
  const at = (id: NodeId): NodeId => map[id]!;
  for (const step of inOrder(graph.nodes.length, seenFrom(graph), (id) => argsOf(graph.nodes[id]!))) {
    if (typeof step === 'number') {
      map[step] = moved(pool, graph.nodes[step]!, at);
      continue;
    }
    for (const id of step) cyclic.add((map[id] = pool.add(graph.nodes[id]!)));
    for (const id of step) pool.patch(at(id), withArgs(graph.nodes[id]!, at));
  }
  return { graph: renamed(graph, pool.nodes, at), cyclic: (id) => cyclic.has(id) };
}

/** The node in the pool, with its arguments renamed. */
export function moved(pool: Pool, node: GraphNode, at: (id: NodeId) => NodeId): NodeId {
  switch (node.kind) {
    case 'op':
      return pool.op(node.op, node.args.map(at), node.attrs, node.origin, node);
    case 'read':
      return pool.read(node, at(node.args[0]));
    case 'reset':
      return pool.reset(node);
    case 'const':
      return pool.constant(node.value, node, node.origin);
    case 'input':
    case 'reg':
    case 'port':
      return pool.add(node);
  }
}

export const withArgs = (node: GraphNode, at: (id: NodeId) => NodeId): GraphNode => {
  if (node.kind === 'op') return { ...node, args: node.args.map(at) };
  return node.kind === 'read' ? { ...node, args: [at(node.args[0])] } : node;
};

/** The graph with other nodes; `at` gives the new id of an old one. */
export function renamed(graph: Graph, nodes: readonly GraphNode[], at: (id: NodeId) => NodeId): Graph {
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
