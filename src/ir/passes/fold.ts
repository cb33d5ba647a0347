import { Bits } from '../../bits/index.ts';
import type { Graph, GraphNode } from '../graph.ts';
import type { NodeId, OpNode } from '../netlist.ts';
import { operators } from '../operators/index.ts';
import { bitsOf } from '../shape.ts';
import { rewrite, type Maker } from './rewrite.ts';

/** Replaces operators on constants by their value, and operators that a constant makes trivial by what is left of them. */
export function foldConstants(graph: Graph): Graph {
  return rewrite(graph, (node, make) => (node.kind === 'op' ? foldOp(node, make) : make.add(node)));
}

type Constant = Extract<GraphNode, { kind: 'const' }>;

function foldOp(node: OpNode, make: Maker): NodeId {
  const { args } = node;
  let constants = 0;
  for (let i = 0; i < args.length; i++) if (make.nodes[args[i]!]!.kind === 'const') constants++;
  if (constants === args.length) {
    const known = args.map((a) => make.nodes[a] as Constant);
    const values = known.map((a) => Bits.unchecked(bitsOf(a), a.value));
    return constant(operators[node.op].value(values, known, node.attrs).value, node, make);
  }
  // Without a constant, and without an argument that stands there twice, nothing is trivial.
  if (constants === 0 && args[0] !== args[1] && args[1] !== args[2]) return make.add(node);
  return simplify(node, make) ?? make.add(node);
}

const constant = (value: bigint, { width, lanes, origin }: OpNode, make: Maker): NodeId => make.add({ kind: 'const', value, width, lanes, id: make.nodes.length, origin });

/** What an operator with a constant, or with equal arguments, comes to; undefined: nothing simpler. */
function simplify(node: OpNode, make: Maker): NodeId | undefined {
  const args = node.args.map((a) => make.nodes[a]!);
  const valueOf = (i: number): bigint | undefined => (args[i]?.kind === 'const' ? args[i].value : undefined);
  const ones = (1n << BigInt(bitsOf(node))) - 1n;
  const same = node.args[0] === node.args[1];
  const zero = (): NodeId => constant(0n, node, make);
  switch (node.op) {
    case 'mux': {
      if (node.args[1] === node.args[2]) return node.args[1];
      const s = valueOf(0);
      if (s === 0n) return node.args[2];
      return s === (1n << BigInt(node.lanes)) - 1n ? node.args[1] : undefined;
    }
    case 'and':
      for (const i of [0, 1]) {
        if (valueOf(i) === 0n) return zero();
        if (valueOf(i) === ones) return node.args[1 - i];
      }
      return same ? node.args[0] : undefined;
    case 'or':
      for (const i of [0, 1]) {
        if (valueOf(i) === ones) return node.args[i];
        if (valueOf(i) === 0n) return node.args[1 - i];
      }
      return same ? node.args[0] : undefined;
    case 'xor':
    case 'add':
      if (node.op === 'xor' && same) return zero();
      for (const i of [0, 1]) if (valueOf(i) === 0n) return node.args[1 - i];
      return undefined;
    case 'sub':
      return same ? zero() : valueOf(1) === 0n ? node.args[0] : undefined;
    default:
      return undefined;
  }
}
