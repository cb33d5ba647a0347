import type { Graph, GraphNode } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import type { OpName } from '../../operators/index.ts';
import { elementwise } from './moves.ts';
import { argsOf } from './order.ts';

/** Bits of a lane that still fit a lane of a vector register with others beside it. */
export const WIDEST = 32;

/** Bits of a value that become lanes of a table. */
const MOST_BITS = 128;

export type TupleId = number;

/** How the lanes of a tuple are made together. */
export type Form =
  /** The same node in every lane. */
  | { readonly kind: 'uniform' }
  | { readonly kind: 'constant' }
  /** Registers that become one. */
  | { readonly kind: 'register' }
  /** One operator on all lanes; the columns are the tuples of its arguments. */
  | { readonly kind: 'op'; readonly op: OpName; readonly attrs: readonly number[]; readonly columns: readonly TupleId[] }
  /** Each lane picks from one table: a Vec, or the bits of a value. */
  | { readonly kind: 'gather'; readonly table: NodeId; readonly bits: boolean; readonly index: TupleId }
  /** Lanes of one value, `stride` bits from one to the next. */
  | { readonly kind: 'slices'; readonly source: NodeId; readonly lo: number; readonly stride: number }
  /** Anything: lane after lane is put in. */
  | { readonly kind: 'pack' };

export interface Tuple {
  /** Scalar nodes, lane 0 first. */
  readonly ids: readonly NodeId[];
  form: Form;
}

/** Forms that compute: what they hold need not be computed lane by lane. */
export const computes = (form: Form): boolean => form.kind === 'op' || form.kind === 'gather';

/**
 * Scalars side by side. From the seeds, tuples of arguments are found until nothing new turns up. The first tuple that computes a scalar
 * owns it: later ones that hold nothing but such lanes take them from there.
 */
export class Tuples {
  readonly list: Tuple[] = [];
  readonly #known = new Map<string, TupleId>();
  /** Of a scalar: the tuple that computes it, and its lane there; -1: none does. */
  readonly owner: Int32Array;
  readonly lane: Int32Array;

  constructor(
    readonly graph: Graph,
    readonly cyclic: (id: NodeId) => boolean,
    /** Tuples, by their key, that must not compute: what they hold depends on itself lane by lane. */
    private readonly forbidden: ReadonlySet<string>,
  ) {
    this.owner = new Int32Array(graph.nodes.length).fill(-1);
    this.lane = new Int32Array(graph.nodes.length);
  }

  static key(ids: readonly NodeId[]): string {
    return ids.join();
  }

  /** Makes one register of many. */
  register(ids: readonly NodeId[]): TupleId {
    return this.#own(this.#add(ids, { kind: 'register' }));
  }

  /** The tuple with everything that it is made of. */
  find(ids: readonly NodeId[]): TupleId {
    const work: TupleId[] = [];
    const column = (of: readonly NodeId[]): TupleId => {
      const key = Tuples.key(of);
      let t = this.#known.get(key);
      if (t === undefined) work.push((t = this.#add(of, { kind: 'pack' }, key)));
      return t;
    };
    const first = column(ids);
    while (work.length > 0) {
      const t = work.pop()!;
      const tuple = this.list[t]!;
      tuple.form = this.#classify(tuple.ids, column);
      if (computes(tuple.form)) this.#own(t);
    }
    return first;
  }

  get(ids: readonly NodeId[]): TupleId | undefined {
    return this.#known.get(Tuples.key(ids));
  }

  /** The tuple of the next values of a tuple of registers. */
  nextOf(t: TupleId): TupleId {
    return this.get(this.list[t]!.ids.map((r) => this.graph.next.get(r)!))!;
  }

  /** Gives up what does not compute on all lanes after all: its lanes are computed one by one. */
  keep(active: readonly boolean[]): void {
    const drop = (t: TupleId): void => {
      const tuple = this.list[t]!;
      tuple.form = { kind: 'pack' };
      for (const id of tuple.ids) if (this.owner[id] === t) this.owner[id] = -1;
    };
    this.list.forEach(({ form }, t) => {
      if (computes(form) && !active[t]!) drop(t);
    });
    // Registers whose next values come one by one stay apart, each with its own branches, unless those are lanes that only move.
    this.list.forEach(({ ids, form }, t) => {
      if (form.kind !== 'register') return;
      const next = this.list[this.nextOf(t)]!;
      if (next.form.kind === 'pack' && 2 * next.ids.filter((id) => this.owner[id] === -1).length > ids.length) drop(t);
    });
  }

  #add(ids: readonly NodeId[], form: Form, key = Tuples.key(ids)): TupleId {
    const t = this.list.length;
    this.list.push({ ids, form });
    this.#known.set(key, t);
    return t;
  }

  #own(t: TupleId): TupleId {
    this.list[t]!.ids.forEach((id, i) => {
      if (this.owner[id] !== -1) return;
      this.owner[id] = t;
      this.lane[id] = i;
    });
    return t;
  }

  #classify(ids: readonly NodeId[], column: (ids: readonly NodeId[]) => TupleId): Form {
    const { nodes } = this.graph;
    const members = ids.map((id) => nodes[id]!);
    const first = members[0]!;
    if (ids.every((id) => id === ids[0])) return { kind: 'uniform' };
    if (members.every((n) => n.kind === 'const')) return { kind: 'constant' };
    if (first.kind !== 'op' || this.forbidden.has(Tuples.key(ids)) || ids.every((id) => this.owner[id] !== -1) || ids.some(this.cyclic)) return { kind: 'pack' };
    if (!members.every((n): n is typeof first => n.kind === 'op' && n.op === first.op)) return { kind: 'pack' };
    const args = (k: number): NodeId[] => members.map((n) => argsOf(n)[k]!);
    const source = first.args[0]!;
    const sameSource = members.every((n) => argsOf(n)[0] === source);

    if (first.op === 'slice' && sameSource) return stridedSlices(members, nodes[source]!) ?? { kind: 'pack' };
    if (sameSource && (first.op === 'bitAt' || first.op === 'at')) {
      if (nodes[first.args[1]!]!.width > WIDEST || nodes[source]!.width > (first.op === 'at' ? WIDEST : MOST_BITS)) return { kind: 'pack' };
      return { kind: 'gather', table: source, bits: first.op === 'bitAt', index: column(args(1)) };
    }
    const alike = elementwise.has(first.op) && members.every((n) => sameAttrs(n, first) && fits(n, first, nodes));
    if (!alike) return { kind: 'pack' };
    return { kind: 'op', op: first.op, attrs: first.attrs, columns: first.args.map((_, k) => column(args(k))) };
  }
}

type OpNode = GraphNode & { readonly kind: 'op' };

const sameAttrs = (n: GraphNode, first: OpNode): boolean => n.kind === 'op' && n.attrs.length === first.attrs.length && n.attrs.every((a, i) => a === first.attrs[i]);

/** Can it be a lane of the same operator as `first`? */
function fits(n: OpNode, first: OpNode, nodes: readonly GraphNode[]): boolean {
  if (n.lanes !== 1 || n.width > WIDEST || n.args.length !== first.args.length) return false;
  return n.args.every((a, k) => nodes[a]!.lanes === 1 && nodes[a]!.width <= WIDEST && nodes[a]!.width === nodes[first.args[k]!]!.width);
}

function stridedSlices(members: readonly OpNode[], source: GraphNode): Form | undefined {
  const lo = members[0]!.attrs[0]!;
  const stride = members[1]!.attrs[0]! - lo;
  const { width } = members[0]!;
  if (source.lanes !== 1 || width > WIDEST || stride < width || stride > WIDEST || lo + stride * members.length > source.width) return undefined;
  return members.every((n, i) => n.attrs[0] === lo + i * stride && n.width === width) ? { kind: 'slices', source: source.id, lo, stride } : undefined;
}

/** Number of a tuple among nodes and tuples, which follow them. */
export const asNode = (tuples: Tuples, t: TupleId): number => tuples.graph.nodes.length + t;

/** What a node, or a tuple, needs to be known before it. */
export function needs(tuples: Tuples, id: number): readonly number[] {
  const { graph, list, owner, cyclic } = tuples;
  const base = graph.nodes.length;
  if (id < base) {
    const own = owner[id]!;
    if (own !== -1) return [base + own];
    const node = graph.nodes[id]!;
    if (node.kind === 'op' && node.op === 'pack' && !cyclic(id)) {
      const t = tuples.get(node.args);
      if (t !== undefined) return [base + t];
    }
    return argsOf(node);
  }
  const { ids, form } = list[id - base]!;
  switch (form.kind) {
    case 'register':
    case 'constant':
      return [];
    case 'uniform':
      return [ids[0]!];
    case 'op':
      return form.columns.map((c) => base + c);
    case 'gather':
      return [form.table, base + form.index];
    case 'slices':
      return [form.source];
    case 'pack':
      return ids;
  }
}
