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
  const args = node.args.map((a) => make.nodes[a]!);
  if (args.every((a): a is Constant => a.kind === 'const')) {
    const values = args.map((a) => Bits.unchecked(bitsOf(a), a.value));
    const value = operators[node.op].value(values, args, node.attrs).value;
    return make.add({ kind: 'const', value, width: node.width, lanes: node.lanes, id: 0, origin: node.origin });
  }
  return simplify(node, args, make) ?? make.add(node);
}

/** `arg` = which argument is the same as the whole. */
function simplify(node: OpNode, args: readonly GraphNode[], make: Maker): NodeId | undefined {
  const valueOf = (i: number): bigint | undefined => (args[i]?.kind === 'const' ? args[i].value : undefined);
  const ones = (1n << BigInt(bitsOf(node))) - 1n;
  const same = node.args[0] === node.args[1];
  const zero = (): NodeId => make.add({ kind: 'const', value: 0n, width: node.width, lanes: node.lanes, id: 0, origin: node.origin });
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
