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
export function dependencies(node: Node, drivers: ReadonlyMap<NodeId, readonly Driver[]>): readonly NodeId[] {
  if (node.kind === 'op' || node.kind === 'read') return node.args;
  const list = node.kind === 'wire' ? drivers.get(node.id) : undefined;
  if (list === undefined) return NONE;
  const all = new Set<NodeId>();
  for (const { value, lane, conditions } of list) {
    all.add(value);
    if (lane !== undefined) all.add(lane);
    for (const c of conditions) all.add(c);
  }
  return [...all];
}

const NONE: readonly NodeId[] = [];

/**
 * Strongly connected components of the combinational dependencies, in an order in which each comes after what it depends on (Tarjan's
 * algorithm without recursion, since chains are as long as designs are deep).
 */
export function components(count: number, next: (id: NodeId) => readonly NodeId[]): NodeId[][] {
  const result: NodeId[][] = [];
  eachComponent(count, next, (group) => result.push([...group]));
  return result;
}

/** The same one by one; the list is good only during the call. */
export function eachComponent(count: number, next: (id: NodeId) => readonly NodeId[], visit: (group: readonly NodeId[]) => void): void {
  if (inOrder(count, next)) {
    const alone = [0];
    for (let id = 0; id < count; id++) {
      alone[0] = id;
      visit(alone);
    }
    return;
  }
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: NodeId[] = [];
  const group: NodeId[] = [];
  // The path from the root: at each node of it, what it depends on and how much of that has been seen.
  const path = new Int32Array(count);
  const seen = new Int32Array(count);
  const nexts: (readonly NodeId[])[] = [];
  let counter = 0;
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    let depth = 0;
    let entered = root;
    while (depth > 0 || entered !== -1) {
      if (entered !== -1) {
        index[entered] = low[entered] = counter++;
        stack.push(entered);
        onStack[entered] = 1;
        path[depth] = entered;
        seen[depth] = 0;
        nexts[depth] = next(entered);
        depth++;
        entered = -1;
      }
      const id = path[depth - 1]!;
      const after = nexts[depth - 1]!;
      let at = seen[depth - 1]!;
      while (at < after.length && entered === -1) {
        const to = after[at++]!;
        if (index[to] === -1) entered = to;
        else if (onStack[to] === 1) low[id] = Math.min(low[id]!, index[to]!);
      }
      seen[depth - 1] = at;
      if (entered !== -1) continue;
      depth--;
      if (depth > 0) low[path[depth - 1]!] = Math.min(low[path[depth - 1]!]!, low[id]!);
      if (low[id] !== index[id]) continue;
      // What is above a first node of a component on the stack is the rest of it.
      group.length = 0;
      for (let last = -1; last !== id; ) {
        last = stack.pop()!;
        onStack[last] = 0;
        group.push(last);
      }
      visit(group);
    }
  }
}

/** Does everything stand behind what it depends on already? Then nothing is on a cycle. */
function inOrder(count: number, next: (id: NodeId) => readonly NodeId[]): boolean {
  for (let id = 0; id < count; id++) for (const a of next(id)) if (a >= id) return false;
  return true;
}
