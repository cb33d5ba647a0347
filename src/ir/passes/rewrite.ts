import type { Graph, GraphNode } from '../graph.ts';
import type { NodeId } from '../netlist.ts';
import { eachComponent } from '../visit.ts';

/** Adds nodes to the graph that is being made. */
export interface Maker {
  readonly nodes: readonly GraphNode[];
  add(node: GraphNode): NodeId;
}

const argsOf = (node: GraphNode): readonly NodeId[] => (node.kind === 'op' || node.kind === 'read' ? node.args : NONE);
const NONE: readonly NodeId[] = [];

/** A node with another number and with arguments that have other numbers: itself if nothing changes. */
function renumbered(node: GraphNode, map: Int32Array, id: NodeId): GraphNode {
  if (node.kind === 'op') {
    const args = mapped(node.args, map);
    return args === node.args && node.id === id ? node : { ...node, args, id };
  }
  if (node.kind === 'read') return { ...node, args: [map[node.args[0]]!], id };
  return node.id === id ? node : { ...node, id };
}

function mapped(args: readonly NodeId[], map: Int32Array): readonly NodeId[] {
  for (let i = 0; i < args.length; i++) if (map[args[i]!] !== args[i]) return args.map((a) => map[a]!);
  return args;
}

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
      nodes.push(node.id === id ? node : { ...node, id });
      return id;
    },
  };
  const argsAt = (id: NodeId): readonly NodeId[] => argsOf(graph.nodes[id]!);
  eachComponent(graph.nodes.length, argsAt, (group) => {
    const first = graph.nodes[group[0]!]!;
    if (group.length === 1 && !argsOf(first).includes(first.id)) {
      // Most nodes stay what they are: they have the number that they will get.
      if (keep(first.id)) map[first.id] = visit(renumbered(first, map, nodes.length), make);
      return;
    }
    const kept = group.filter(keep);
    for (const id of kept) map[id] = make.add(graph.nodes[id]!);
    for (const id of kept) nodes[map[id]!] = renumbered(graph.nodes[id]!, map, map[id]!);
  });
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
