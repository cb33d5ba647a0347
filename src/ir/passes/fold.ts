import { Bits } from '../../bits/index.ts';
import type { Graph, GraphNode } from '../graph.ts';
import type { NodeId, OpNode } from '../netlist.ts';
import { operators, type OpName } from '../operators/index.ts';
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
  return trivial[node.op]?.(node, make) ?? make.add(node);
}

const constant = (value: bigint, { width, lanes, origin }: OpNode, make: Maker): NodeId => make.add({ kind: 'const', value, width, lanes, id: make.nodes.length, origin });

const isConstant = ({ args }: OpNode, i: number, value: bigint, make: Maker): boolean => {
  const arg = make.nodes[args[i]!]!;
  return arg.kind === 'const' && arg.value === value;
};
const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

/** What a constant or equal arguments leave of an operator; undefined: nothing simpler. */
type Rule = (node: OpNode, make: Maker) => NodeId | undefined;

/** `neutral` leaves the other argument, `absorbing` is the result whatever the other is; equal arguments are the result themselves. */
const bitwise =
  (neutral: (bits: number) => bigint, absorbing: (bits: number) => bigint): Rule =>
  (node, make) => {
    const bits = bitsOf(node);
    for (const i of [0, 1]) {
      if (isConstant(node, i, absorbing(bits), make)) return absorbing(bits) === 0n ? constant(0n, node, make) : node.args[i];
      if (isConstant(node, i, neutral(bits), make)) return node.args[1 - i];
    }
    return node.args[0] === node.args[1] ? node.args[0] : undefined;
  };

const withoutZero: Rule = (node, make) => {
  for (const i of [0, 1]) if (isConstant(node, i, 0n, make)) return node.args[1 - i];
  return undefined;
};
const equalIsZero: Rule = (node, make) => (node.args[0] === node.args[1] ? constant(0n, node, make) : undefined);

const trivial: { readonly [name in OpName]?: Rule } = {
  mux: (node, make) => {
    if (node.args[1] === node.args[2] || isConstant(node, 0, ones(node.lanes), make)) return node.args[1];
    return isConstant(node, 0, 0n, make) ? node.args[2] : undefined;
  },
  and: bitwise(ones, () => 0n),
  or: bitwise(() => 0n, ones),
  xor: (node, make) => equalIsZero(node, make) ?? withoutZero(node, make),
  add: withoutZero,
  sub: (node, make) => equalIsZero(node, make) ?? (isConstant(node, 1, 0n, make) ? node.args[0] : undefined),
};
