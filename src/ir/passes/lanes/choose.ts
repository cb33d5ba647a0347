import { roots } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { EXTRACT, gatherCost, INSERT, laneBytes, registers, scalarCost, SPLAT, vectorCost } from './cost.ts';
import { argsOf } from './order.ts';
import { asNode, computes, needs, type TupleId, type Tuples } from './tuples.ts';

/** A part must save this much more than it costs: one by one, lanes can also be skipped when nobody needs them. */
const MARGIN = 1.25;

/**
 * Keeps the tuples that pay. A tuple is weighed against its lanes one by one as things stand around it, and given up if that is cheaper;
 * then its neighbours are weighed again. What is left hangs together in parts; a part that does not pay as a whole is given up too.
 */
export function choose(tuples: Tuples): void {
  const { graph, list, owner } = tuples;
  const { nodes } = graph;
  const count = nodes.length;
  const active = list.map(({ form }) => computes(form));
  const isPack = (t: TupleId): boolean => list[t]!.form.kind === 'pack' || (computes(list[t]!.form) && !active[t]);

  // Who needs what, so far: only what the design needs, and not who looks at it.
  const users: TupleId[][] = list.map(() => []);
  const takenOut = new Set<NodeId>();
  const seen = new Uint8Array(count + list.length);
  const work: number[] = [...roots(graph)];
  const take = (id: NodeId): void => void (owner[id] !== -1 && takenOut.add(id));
  for (const m of graph.models) for (const id of m.inputs.values()) take(id);
  for (const w of graph.writes) [w.enable, w.address, w.data].forEach(take);
  for (const c of graph.checks) [c.active, c.condition].forEach(take);
  for (const [reg, value] of graph.next) {
    if (owner[reg] === -1) take(value);
    else if (tuples.lane[reg] === 0) work.push(asNode(tuples, tuples.nextOf(owner[reg]!)));
  }
  while (work.length > 0) {
    const id = work.pop()!;
    if (seen[id] === 1) continue;
    seen[id] = 1;
    const of = needs(tuples, id);
    for (const a of of) work.push(a);
    if (id >= count) {
      for (const a of of) if (a >= count) users[a - count]!.push(id - count);
      if (list[id - count]!.form.kind === 'pack') for (const a of of) if (owner[a] !== -1) users[owner[a]!]!.push(id - count);
    } else if (owner[id] === -1) for (const a of argsOf(nodes[id]!)) if (!packed(tuples, id)) take(a);
  }
  const own = list.map(({ ids }, t) => ids.reduce((n, id) => n + (owner[id] === t ? 1 : 0), 0));
  const outs = new Int32Array(list.length);
  for (const id of takenOut) outs[owner[id]!]!++;

  const isNeeded = (t: TupleId): boolean => seen[count + t] === 1;
  const vectorUsers = (t: TupleId): number => users[t]!.reduce((n, u) => n + (active[u]! || !computes(list[u]!.form) ? 1 : 0), 0);

  /** Putting the lanes of a tuple together that nothing computes. */
  const packCost = (t: TupleId): number => {
    const { ids } = list[t]!;
    const { width } = nodes[ids[0]!]!;
    const perRegister = 16 / laneBytes(width);
    let sum = 0;
    for (let first = 0; first < ids.length; first += perRegister) {
      const sources = new Set<number>();
      for (let i = first; i < Math.min(ids.length, first + perRegister); i++) {
        const own = owner[ids[i]!]!;
        if (own === -1 || (computes(list[own]!.form) && !active[own])) sum += nodes[ids[i]!]!.kind === 'const' ? 0 : INSERT;
        else sources.add(own * 1024 + Math.floor(tuples.lane[ids[i]!]! / perRegister));
      }
      sum += Math.max(sources.size > 0 ? 1 : 0, sources.size - 1);
    }
    return sum;
  };

  /** Instructions on all lanes at once, without what it takes to get the arguments into lanes. */
  const asVector = (t: TupleId): number => {
    const { ids, form } = list[t]!;
    const first = nodes[ids[0]!]!;
    if (form.kind === 'op') return vectorCost(form.op, first, argsOf(first).map((a) => nodes[a]!), ids.length, list[form.columns.at(-1)!]!.form.kind === 'uniform');
    if (form.kind !== 'gather') return 0;
    const table = nodes[form.table]!;
    return gatherCost(first.width, form.bits ? table.width : table.lanes, ids.length) + (form.bits ? 2 * registers(1, table.width) : 0);
  };
  /** What the lanes cost one by one that nothing else computes. */
  const asScalars = (t: TupleId): number => {
    const { ids, form } = list[t]!;
    const first = nodes[ids[0]!]!;
    if (form.kind === 'gather') return own[t]! * 3;
    if (form.kind !== 'op') return 0;
    // One condition for all lanes makes a branch.
    const branch = form.op === 'mux' && list[form.columns[0]!]!.form.kind === 'uniform';
    return branch ? own[t]! : own[t]! * scalarCost(form.op, first.width, argsOf(first).length);
  };
  const columnsOf = (t: TupleId): readonly TupleId[] => {
    const { form } = list[t]!;
    return form.kind === 'op' ? form.columns : form.kind === 'gather' ? [form.index] : [];
  };
  const gatheringCost = (t: TupleId): number => columnsOf(t).reduce((sum, c) => sum + (isPack(c) ? packCost(c) / Math.max(1, vectorUsers(c)) : list[c]!.form.kind === 'slices' ? slicesCost(c) : list[c]!.form.kind === 'uniform' ? SPLAT : 0), 0);
  const slicesCost = (t: TupleId): number => {
    const { form, ids } = list[t]!;
    if (form.kind !== 'slices') return 0;
    return form.stride % 8 === 0 && form.lo % 8 === 0 ? registers(form.stride, ids.length) : form.stride === 1 ? 3 * registers(1, ids.length) : 2 * ids.length;
  };

  const pays = (t: TupleId): boolean => {
    const { ids } = list[t]!;
    const vector = asVector(t) + gatheringCost(t) + outs[t]! * EXTRACT;
    let scalar = asScalars(t) + (vectorUsers(t) > 0 ? ids.length * INSERT : 0);
    for (const c of columnsOf(t)) if (active[c]!) scalar += (list[c]!.ids.length - outs[c]!) * EXTRACT;
    return vector < scalar;
  };

  const waiting = list.flatMap((_, t) => (active[t]! && isNeeded(t) ? [t] : []));
  const giveUp = (t: TupleId): void => {
    active[t] = false;
    for (const c of columnsOf(t)) {
      if (active[c]!) {
        outs[c] = list[c]!.ids.length;
        waiting.push(c);
      }
    }
    for (const u of users[t]!) if (active[u]!) waiting.push(u);
  };
  while (waiting.length > 0) {
    const t = waiting.pop()!;
    if (active[t]! && !pays(t)) giveUp(t);
  }

  // Parts that hang together.
  const part = list.map((_, t) => t);
  const rootOf = (t: TupleId): TupleId => {
    let r = t;
    while (part[r] !== r) r = part[r] = part[part[r]!]!;
    return r;
  };
  list.forEach((_, t) => {
    if (active[t]!) for (const c of columnsOf(t)) if (active[c]! || list[c]!.form.kind === 'register') part[rootOf(c)] = rootOf(t);
  });
  const balance = new Map<TupleId, number>();
  list.forEach((_, t) => {
    if (!active[t]! || !isNeeded(t)) return;
    const r = rootOf(t);
    balance.set(r, (balance.get(r) ?? 0) + asScalars(t) - MARGIN * (asVector(t) + gatheringCost(t) + outs[t]! * EXTRACT));
  });
  list.forEach((_, t) => {
    if (active[t]! && (balance.get(rootOf(t)) ?? 0) <= 0) active[t] = false;
  });
  tuples.keep(active);
}

/** Is the node a Vec of which the tuple is known? */
function packed(tuples: Tuples, id: NodeId): boolean {
  const node = tuples.graph.nodes[id]!;
  return node.kind === 'op' && node.op === 'pack' && tuples.get(node.args) !== undefined;
}
