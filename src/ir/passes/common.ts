import { Chains, mix } from '../chains.ts';
import type { Graph, GraphNode } from '../graph.ts';
import type { OpNode } from '../netlist.ts';
import { opNames, operators, type OpName } from '../operators/index.ts';
import { sameNumbers } from '../shape.ts';
import { rewrite } from './rewrite.ts';

const NUMBERS = Object.fromEntries(opNames.map((name, i) => [name, i])) as Readonly<Record<OpName, number>>;

/** Makes equal expressions one node. */
export function shareCommon(graph: Graph): Graph {
  const chains = new Chains();
  return rewrite(graph, (node, make) => {
    const hash = hashOf(node);
    if (hash === undefined) return make.add(node);
    for (let id = chains.first(hash); id !== -1; id = chains.next(id)) if (isEqual(make.nodes[id]!, node)) return id;
    const id = make.add(node);
    chains.add(hash, id);
    return id;
  });
}

/** The same for nodes that are equal; undefined for what equals nothing else, such as registers. */
function hashOf(node: GraphNode): number | undefined {
  switch (node.kind) {
    case 'op':
      return hashOfOp(node);
    case 'const':
      return mix(mix(Number(BigInt.asUintN(32, node.value)), node.width), node.lanes);
    case 'read':
      return mix(mix(-1, node.memory), node.args[0]);
    case 'reset':
      return mix(-2, node.domain);
    case 'input':
    case 'reg':
    case 'port':
      return undefined;
  }
}

function hashOfOp({ op, args, attrs }: OpNode): number {
  let hash = NUMBERS[op];
  // Arguments that commute are added up, so that their order does not matter.
  if (operators[op].commutes === true) return mix(hash, mix(0, args[0]!) + mix(0, args[1]!));
  for (let i = 0; i < args.length; i++) hash = mix(hash, args[i]!);
  for (let i = 0; i < attrs.length; i++) hash = mix(hash, attrs[i]!);
  return hash;
}

function isEqual(a: GraphNode, b: GraphNode): boolean {
  if (a.kind === 'op') return b.kind === 'op' && a.op === b.op && sameNumbers(a.attrs, b.attrs) && (sameNumbers(a.args, b.args) || (operators[a.op].commutes === true && a.args[0] === b.args[1] && a.args[1] === b.args[0]));
  if (a.kind === 'const') return b.kind === 'const' && a.value === b.value && a.width === b.width && a.lanes === b.lanes;
  if (a.kind === 'read') return b.kind === 'read' && a.memory === b.memory && a.args[0] === b.args[0];
  return a.kind === 'reset' && b.kind === 'reset' && a.domain === b.domain;
}
