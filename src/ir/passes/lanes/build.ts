import type { Graph, GraphNode } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { moved, renamed, withArgs } from './normalise.ts';
import { inOrder, seenFrom } from './order.ts';
import { Pool } from './pool.ts';
import { asNode, needs, type Tuples } from './tuples.ts';

/** The graph in which tuples are nodes. */
export function build(tuples: Tuples): Graph {
  const { graph, list, owner, lane } = tuples;
  const count = graph.nodes.length;
  const pool = new Pool();
  /** New node of a scalar, or of a tuple after them. */
  const map = new Int32Array(count + list.length).fill(-1);
  const at = (id: number): NodeId => map[id]!;

  const scalar = (id: NodeId): NodeId => {
    const own = owner[id]!;
    if (own !== -1) return pool.op('lane', [at(count + own)], [lane[id]!]);
    const node = graph.nodes[id]!;
    if (node.kind === 'op' && node.op === 'pack' && !tuples.cyclic(id)) {
      const t = tuples.get(node.args);
      if (t !== undefined) return at(count + t);
    }
    return moved(pool, node, at);
  };

  const vector = (t: number): NodeId => {
    const { ids, form } = list[t]!;
    const first = graph.nodes[ids[0]!]!;
    const lanes = ids.length;
    switch (form.kind) {
      case 'register':
        return pool.add(joined(ids.map((id) => graph.nodes[id] as GraphNode & { kind: 'reg' })));
      case 'constant':
        return pool.constant(packed(ids.map((id) => (graph.nodes[id] as GraphNode & { kind: 'const' }).value), first.width), { width: first.width, lanes });
      case 'uniform':
        return pool.op('splat', [at(ids[0]!)], [lanes]);
      case 'op':
        return pool.op(form.op, form.columns.map((c) => at(count + c)), form.attrs, first.origin);
      case 'gather': {
        const table = form.bits ? pool.op('unbits', [at(form.table)], [graph.nodes[form.table]!.width]) : at(form.table);
        return pool.op('gather', [table, at(count + form.index)], [], first.origin);
      }
      case 'slices': {
        const { stride, lo, source } = form;
        const wide = pool.op('unbits', [pool.op('slice', [at(source)], [lo, stride * lanes])], [lanes]);
        return pool.op('slice', [wide], [0, first.width], first.origin);
      }
      case 'pack':
        return pool.op('pack', ids.map(at), [], first.origin);
    }
  };

  const seen = [...seenFrom(graph)];
  for (const [, next] of graph.next) seen.push(next);
  for (const [t, { form }] of list.entries()) if (form.kind === 'register') seen.push(asNode(tuples, t), asNode(tuples, tuples.nextOf(t)));
  for (const step of inOrder(count + list.length, seen, (id) => needs(tuples, id))) {
    if (typeof step === 'number') {
      map[step] = step < count ? scalar(step) : vector(step - count);
      continue;
    }
    for (const id of step) map[id] = pool.add(graph.nodes[id]!);
    for (const id of step) pool.patch(at(id), withArgs(graph.nodes[id]!, at));
  }

  const next = new Map<NodeId, NodeId>();
  for (const [reg, value] of graph.next) {
    const own = owner[reg]!;
    if (own === -1) next.set(at(reg), at(value));
    else if (lane[reg] === 0) next.set(at(count + own), at(count + tuples.nextOf(own)));
  }
  return { ...renamed(graph, pool.nodes, at), next };
}

/** Lane 0 in the low bits. */
const packed = (lanes: readonly bigint[], width: number): bigint => lanes.reduceRight((all, one) => (all << BigInt(width)) | one, 0n);

/** One register for many. */
function joined(regs: readonly (GraphNode & { kind: 'reg' })[]): GraphNode {
  const [first] = regs as [GraphNode & { kind: 'reg' }];
  return { ...first, lanes: regs.length, initial: packed(regs.map((r) => r.initial), first.width) };
}
