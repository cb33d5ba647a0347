import type { Node, NodeId, Statement } from './netlist.ts';

/** Calls `visit` on every statement, outer before inner, with the conditions of the arms around it. */
export function visitStatements(
  body: readonly Statement[],
  visit: (s: Statement, conditions: readonly NodeId[]) => void,
  conditions: readonly NodeId[] = [],
): void {
  for (const s of body) {
    visit(s, conditions);
    if (s.kind !== 'when') continue;
    const tried: NodeId[] = [];
    for (const arm of s.arms) {
      // An arm is reached only when the conditions before it were 0: it depends on them too.
      const own = arm.condition === undefined ? [] : [arm.condition];
      visitStatements(arm.body, visit, [...conditions, ...tried, ...own]);
      tried.push(...own);
    }
  }
}

/** What drives the wires: each assignment with the conditions it depends on. */
export interface Driver {
  readonly value: NodeId;
  readonly lane: NodeId | undefined;
  readonly conditions: readonly NodeId[];
}

export function driversOf(body: readonly Statement[]): Map<NodeId, Driver[]> {
  const drivers = new Map<NodeId, Driver[]>();
  visitStatements(body, (s, conditions) => {
    if (s.kind !== 'assign') return;
    const list = drivers.get(s.target);
    const driver = { value: s.value, lane: s.lane, conditions };
    if (list === undefined) drivers.set(s.target, [driver]);
    else list.push(driver);
  });
  return drivers;
}

/** Nodes whose value in this cycle a node's value depends on. */
export function dependencies(node: Node, drivers: ReadonlyMap<NodeId, readonly Driver[]>): NodeId[] {
  if (node.kind === 'op' || node.kind === 'read') return [...node.args];
  if (node.kind !== 'wire') return [];
  const all = new Set<NodeId>();
  for (const { value, lane, conditions } of drivers.get(node.id) ?? []) {
    all.add(value);
    if (lane !== undefined) all.add(lane);
    for (const c of conditions) all.add(c);
  }
  return [...all];
}

/**
 * Strongly connected components of the combinational dependencies, in an order in which each comes after what it depends on (Tarjan's
 * algorithm without recursion, since chains are as long as designs are deep).
 */
export function components(count: number, next: (id: NodeId) => readonly NodeId[]): NodeId[][] {
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: NodeId[] = [];
  const result: NodeId[][] = [];
  let counter = 0;
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    const work: { id: NodeId; next: readonly NodeId[]; at: number }[] = [];
    const enter = (id: NodeId): void => {
      index[id] = low[id] = counter++;
      stack.push(id);
      onStack[id] = 1;
      work.push({ id, next: next(id), at: 0 });
    };
    enter(root);
    while (work.length > 0) {
      const frame = work[work.length - 1]!;
      if (frame.at < frame.next.length) {
        const to = frame.next[frame.at++]!;
        if (index[to] === -1) enter(to);
        else if (onStack[to] === 1) low[frame.id] = Math.min(low[frame.id]!, index[to]!);
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent !== undefined) low[parent.id] = Math.min(low[parent.id]!, low[frame.id]!);
      if (low[frame.id] === index[frame.id]) {
        const component: NodeId[] = [];
        let id: NodeId;
        do {
          id = stack.pop()!;
          onStack[id] = 0;
          component.push(id);
        } while (id !== frame.id);
        result.push(component);
      }
    }
  }
  return result;
}
