import type { Module, Node, NodeId, OpNode, Statement, When } from '../ir/netlist.ts';
import type { Shape } from '../ir/shape.ts';
import type { Origin } from '../diag/index.ts';
import type { OpName } from '../ir/operators/index.ts';

/** Modules are values: each of these makes another one. New nodes come last, so that all others keep their numbers. */

/** An operator node means something else, of the same shape. */
export function withOp(module: Module, { id }: OpNode, change: { readonly op?: OpName; readonly args?: readonly NodeId[]; readonly attrs?: readonly number[] }): Module {
  return { ...module, nodes: module.nodes.with(id, { ...(module.nodes[id] as OpNode), ...change }) };
}

export function withNode(module: Module, node: Node): Module {
  return { ...module, nodes: module.nodes.with(node.id, node) };
}

/** A constant more, and its number. */
export function withConstant(module: Module, value: bigint, { width, lanes }: Shape, origin: Origin): readonly [Module, NodeId] {
  const id = module.nodes.length;
  return [{ ...module, nodes: [...module.nodes, { kind: 'const', id, value, width, lanes, origin }] }, id];
}

/** An operator more, and its number. */
export function withNewOp(module: Module, op: OpName, args: readonly NodeId[], { width, lanes }: Shape, origin: Origin): readonly [Module, NodeId] {
  const id = module.nodes.length;
  return [{ ...module, nodes: [...module.nodes, { kind: 'op', id, op, args, attrs: [], width, lanes, origin }] }, id];
}

/** Another statement in the place of one; none: it is dropped. */
export function withStatement(module: Module, old: Statement, now: Statement | undefined): Module {
  return { ...module, body: replaced(module.body, old, now) };
}

function replaced(body: readonly Statement[], old: Statement, now: Statement | undefined): Statement[] {
  return body.flatMap((s): Statement[] => {
    if (s === old) return now === undefined ? [] : [now];
    return s.kind === 'when' ? [{ ...s, arms: s.arms.map((arm) => ({ ...arm, body: replaced(arm.body, old, now) })) }] : [s];
  });
}

/** Another condition of an arm. */
export function withCondition(module: Module, when: When, arm: number, condition: NodeId): Module {
  return withStatement(module, when, { ...when, arms: when.arms.map((a, i) => (i === arm ? { ...a, condition } : a)) });
}
