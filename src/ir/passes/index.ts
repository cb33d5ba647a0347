import { fail } from '../../diag/index.ts';
import { Chains, mix } from '../chains.ts';
import type { Graph, GraphNode } from '../graph.ts';
import type { NodeId, OpNode } from '../netlist.ts';
import { operators } from '../operators/index.ts';
import { describeShape, sameNumbers, sameShape } from '../shape.ts';
import { shareCommon } from './common.ts';
import { removeDead } from './dead.ts';
import { foldConstants } from './fold.ts';

export interface Pass {
  readonly label: string;
  readonly run: (graph: Graph) => Graph;
}

/** What is done to a design before it is compiled, in this order. */
export const passes: readonly Pass[] = [
  { label: 'fold constants', run: foldConstants },
  { label: 'share common subexpressions', run: shareCommon },
  { label: 'remove dead code', run: removeDead },
];

/** Runs the passes; after each the graph is checked, so that a broken pass is named and not what stumbles over it later. */
export function optimise(graph: Graph, list: readonly Pass[] = passes): Graph {
  let result = graph;
  for (const { label, run } of list) {
    result = run(result);
    const problem = invariantBroken(result);
    if (problem !== undefined) fail('broken-pass', `pass "${label}" broke the netlist: ${problem}`);
  }
  return result;
}

/** What is wrong with a graph, or undefined: references that lead nowhere, shapes that do not fit. */
export function invariantBroken(graph: Graph): string | undefined {
  const { nodes } = graph;
  const exists = (id: number): boolean => Number.isInteger(id) && id >= 0 && id < nodes.length;
  const alike = new Chains();
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (node.id !== i) return `node ${i} thinks it is ${node.id}`;
    if (node.kind !== 'op' && node.kind !== 'read') continue;
    const { args } = node;
    for (let k = 0; k < args.length; k++) if (!exists(args[k]!)) return `node ${i} refers to node ${args[k]!}, which does not exist`;
    if (node.kind === 'read') continue;
    // Most shapes have been seen before: the table is asked once for each.
    const hash = hashOfShapes(node, nodes);
    if (isKnown(alike, hash, node, nodes)) continue;
    const shape = operators[node.op].shape(args.map((a) => nodes[a]!), node.attrs);
    if (typeof shape === 'string') return `node ${i} (${node.op}): ${shape}`;
    if (!sameShape(shape, node)) return `node ${i} (${node.op}) is ${describeShape(node)} and should be ${describeShape(shape)}`;
    alike.add(hash, i);
  }
  for (const [reg, next] of graph.next) {
    if (!exists(reg) || !exists(next)) return `register ${reg} or its next value ${next} does not exist`;
    if (!sameShape(nodes[reg]!, nodes[next]!)) return `register ${reg} gets a value of another shape`;
  }
  const others = [...graph.writes.flatMap((w) => [w.enable, w.address, w.data]), ...graph.checks.flatMap((c) => [c.active, c.condition]), ...graph.models.flatMap((m) => [...m.inputs.values(), ...m.outputs.values()])];
  const lost = others.find((id) => !exists(id)) ?? graph.image.find((id) => id !== -1 && !exists(id));
  return lost === undefined ? undefined : `something refers to node ${lost}, which does not exist`;
}

function hashOfShapes({ op, args, attrs }: OpNode, nodes: readonly GraphNode[]): number {
  let hash = op.charCodeAt(0) + 256 * op.charCodeAt(op.length - 1);
  for (let i = 0; i < attrs.length; i++) hash = mix(hash, attrs[i]!);
  for (let i = 0; i < args.length; i++) hash = mix(hash, nodes[args[i]!]!.width + 65536 * nodes[args[i]!]!.lanes);
  return hash;
}

/** Is there a node, found right before, with the same operator, the same shape, and arguments of the same shapes? */
function isKnown(alike: Chains, hash: number, node: OpNode, nodes: readonly GraphNode[]): boolean {
  for (let id = alike.first(hash); id !== -1; id = alike.next(id)) {
    const other = nodes[id] as OpNode;
    if (other.op === node.op && sameShape(other, node) && sameNumbers(other.attrs, node.attrs) && sameShapes(other.args, node.args, nodes)) return true;
  }
  return false;
}

function sameShapes(a: readonly NodeId[], b: readonly NodeId[], nodes: readonly GraphNode[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameShape(nodes[a[i]!]!, nodes[b[i]!]!)) return false;
  return true;
}
