import { fail } from '../../diag/index.ts';
import type { Graph } from '../graph.ts';
import { operators } from '../operators/index.ts';
import { sameShape, describeShape } from '../shape.ts';
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
  for (const [i, node] of nodes.entries()) {
    if (node.id !== i) return `node ${i} thinks it is ${node.id}`;
    const args = node.kind === 'op' || node.kind === 'read' ? node.args : [];
    const lost = args.find((a) => !exists(a));
    if (lost !== undefined) return `node ${i} refers to node ${lost}, which does not exist`;
    if (node.kind !== 'op') continue;
    const shape = operators[node.op].shape(args.map((a) => nodes[a]!), node.attrs);
    if (typeof shape === 'string') return `node ${i} (${node.op}): ${shape}`;
    if (!sameShape(shape, node)) return `node ${i} (${node.op}) is ${describeShape(node)} and should be ${describeShape(shape)}`;
  }
  for (const [reg, next] of graph.next) {
    if (!exists(reg) || !exists(next)) return `register ${reg} or its next value ${next} does not exist`;
    if (!sameShape(nodes[reg]!, nodes[next]!)) return `register ${reg} gets a value of another shape`;
  }
  const others = [
    ...graph.writes.flatMap((w) => [w.enable, w.address, w.data]),
    ...graph.checks.flatMap((c) => [c.active, c.condition]),
    ...graph.models.flatMap((m) => [...m.inputs.values(), ...m.outputs.values()]),
    ...[...graph.image].filter((id) => id !== -1),
  ];
  const lost = others.find((id) => !exists(id));
  return lost === undefined ? undefined : `something refers to node ${lost}, which does not exist`;
}
