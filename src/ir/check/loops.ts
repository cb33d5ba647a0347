import type { Problem } from '../../diag/index.ts';
import { pathNames, type Flat } from '../flatten.ts';
import type { Module, Node, NodeId } from '../netlist.ts';
import { operators } from '../operators/index.ts';
import { bitsOf } from '../shape.ts';
import { components, dependencies, driversOf, type Driver } from '../visit.ts';
import { pathsOf } from './paths.ts';

/**
 * Combinational loops, bit by bit. Nodes that only seem to form a loop (bit 3 of a wire made from its bit 2) are legal; engines find
 * them in `cyclicNodes`. Most designs have none of either, which their module types tell by themselves; otherwise the design is searched.
 */
export function findLoops(top: Module, flat: Flat): { problems: Problem[]; cyclicNodes: ReadonlySet<NodeId> } {
  if (!pathsOf(top).cyclic) return { problems: [], cyclicNodes: new Set() };
  const drivers = driversOf(flat.body);
  const deps = flat.nodes.map((n) => dependencies(n, drivers));
  const groups = components(flat.nodes.length, (id) => deps[id]!).filter((c) => c.length > 1 || deps[c[0]!]!.includes(c[0]!));
  const cyclicNodes = new Set(groups.flat());
  const problems: Problem[] = [];
  let names: Map<NodeId, string> | undefined;
  for (const group of groups) {
    const path = bitLoop(flat, drivers, new Set(group));
    if (path !== undefined) problems.push(describe(flat, path, (names ??= pathNames(flat))));
  }
  return { problems, cyclicNodes };
}

interface Bit {
  readonly node: NodeId;
  readonly bit: number;
}

/** Bits that a bit depends on in the same cycle. */
function bitDependencies(node: Node, bit: number, drivers: ReadonlyMap<NodeId, readonly Driver[]>, flat: Flat): Bit[] {
  const range = (id: NodeId, lo: number, hi: number): Bit[] => Array.from({ length: hi - lo + 1 }, (_, i) => ({ node: id, bit: lo + i }));
  const whole = (id: NodeId): Bit[] => range(id, 0, bitsOf(flat.nodes[id]!) - 1);
  if (node.kind === 'op') {
    const shapes = node.args.map((a) => flat.nodes[a]!);
    return operators[node.op].depends(bit, shapes, node.attrs).flatMap(({ arg, lo, hi }) => range(node.args[arg]!, lo, hi));
  }
  if (node.kind === 'read') return whole(node.args[0]);
  if (node.kind !== 'wire') return [];
  return (drivers.get(node.id) ?? []).flatMap(({ value, lane, conditions }) => {
    const control = conditions.map((c) => ({ node: c, bit: 0 }));
    if (lane === undefined) return [{ node: value, bit }, ...control];
    const laneNode = flat.nodes[lane]!;
    if (laneNode.kind === 'const' && Number(laneNode.value) !== Math.floor(bit / node.width)) return [];
    return [{ node: value, bit: bit % node.width }, ...whole(lane), ...control];
  });
}

/** A cycle of bits within a group of nodes, or undefined if there is none. */
function bitLoop(flat: Flat, drivers: ReadonlyMap<NodeId, readonly Driver[]>, group: ReadonlySet<NodeId>): Bit[] | undefined {
  const key = ({ node, bit }: Bit): string => `${node}.${bit}`;
  const state = new Map<string, 'open' | 'done'>();
  for (const start of group) {
    for (let b = 0; b < bitsOf(flat.nodes[start]!); b++) {
      if (state.has(`${start}.${b}`)) continue;
      const path: { at: Bit; next: Bit[] }[] = [];
      const enter = (at: Bit): void => {
        state.set(key(at), 'open');
        path.push({ at, next: bitDependencies(flat.nodes[at.node]!, at.bit, drivers, flat).filter((d) => group.has(d.node)) });
      };
      enter({ node: start, bit: b });
      while (path.length > 0) {
        const frame = path[path.length - 1]!;
        const to = frame.next.pop();
        if (to === undefined) {
          state.set(key(frame.at), 'done');
          path.pop();
        } else if (state.get(key(to)) === 'open') {
          const from = path.findIndex((f) => key(f.at) === key(to));
          return path.slice(from).map((f) => f.at);
        } else if (!state.has(key(to))) enter(to);
      }
    }
  }
  return undefined;
}

function describe(flat: Flat, path: readonly Bit[], names: ReadonlyMap<NodeId, string>): Problem {
  // A value depends on what follows it in the path; people read the other way, from cause to effect, and begin with something they named.
  const forward = [...path].reverse();
  const first = Math.max(0, forward.findIndex(({ node }) => names.has(node)));
  const steps = [...forward.slice(first), ...forward.slice(0, first + 1)].map(({ node, bit }) => {
    const n = flat.nodes[node]!;
    const name = names.get(node) ?? (n.kind === 'op' ? n.op : n.kind === 'read' ? `read of ${flat.memories[n.memory]!.path}` : n.kind);
    const index = bitsOf(n) === 1 ? '' : n.lanes > 1 ? `[${Math.floor(bit / n.width)}][${bit % n.width}]` : `[${bit}]`;
    return `${name}${index} (${n.origin.toString()})`;
  });
  return {
    code: 'comb-loop',
    message: `combinational loop: ${steps.join(' -> ')}`,
    where: [flat.nodes[forward[first]!.node]!.origin],
    hint: 'break it with a register',
  };
}
