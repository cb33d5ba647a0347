import type { Flat, Scope } from '../../flatten.ts';
import type { Graph, GraphNode } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { WIDEST } from './tuples.ts';

/** More lanes than this make no group: two registers of one-byte lanes for each of its values are plenty. */
const MOST_LANES = 128;
/** Lanes that fill a vector register, at least of bytes. */
const FULL = 16;

/** Instances of the same structure, one a lane. */
export type Group = readonly Scope[];

/**
 * Groups of instances, from the scope tree. Members of one type under one parent form a group, and so do the children of the members of a
 * group. Something that has state and enough lanes inside is no member: it is looked into instead.
 */
export function findGroups(flat: Flat): Group[] {
  const shapes = new Structures(flat);
  const groups: Group[] = [];

  /** Blocks of lanes: one a member of the group on top, or a single one if those fill registers by themselves. */
  const join = (blocks: readonly Group[]): void => {
    const members = blocks.flat();
    if (members.length > MOST_LANES) {
      if (blocks.length > 1) for (const b of blocks) join([b]);
      else members.forEach(visit);
      return;
    }
    if (members.length > 1) groups.push(members);
    const type = members[0]!;
    for (const same of classes(type.children.map((c, i) => ({ type: shapes.of(c), item: i })))) join(blocks.map((b) => same.flatMap((i) => b.map((m) => m.children[i]!))));
  };

  const visit = (scope: Scope): void => {
    for (const same of classes(scope.children.map((item) => ({ type: shapes.of(item), item })))) {
      const { lanes, registers } = shapes.inside(same[0]!);
      if (same.length < 2 || (registers && lanes >= FULL)) same.forEach(visit);
      else join(same.length >= FULL ? [same] : same.map((s) => [s]));
    }
  };
  visit(flat.scope);
  return groups;
}

function classes<T>(list: readonly { readonly type: number; readonly item: T }[]): T[][] {
  const found = new Map<number, T[]>();
  for (const { type, item } of list) {
    const same = found.get(type);
    if (same === undefined) found.set(type, [item]);
    else same.push(item);
  }
  return [...found.values()];
}

interface Inside {
  /** Instances that the largest group would have. */
  readonly lanes: number;
  readonly registers: boolean;
}

/** Numbers for structures: the same for scopes that agree in the names and shapes of all that is in them. */
class Structures {
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<Scope, number>();
  readonly #inside: Inside[] = [];
  constructor(private readonly flat: Flat) {}

  of(scope: Scope): number {
    let type = this.#known.get(scope);
    if (type !== undefined) return type;
    const children = scope.children.map((c) => this.of(c));
    const names = scope.names.map(({ name, node }) => {
      const { kind, width, lanes } = this.flat.nodes[node]!;
      return `${name}:${kind === 'reg' ? 'r' : ''}${width}x${lanes}`;
    });
    const key = `${scope.of}|${names.join()}|${scope.memories.length}|${children.join()}`;
    type = this.#numbers.get(key);
    if (type === undefined) {
      type = this.#numbers.size;
      this.#numbers.set(key, type);
      let lanes = 1;
      for (const same of classes(children.map((item) => ({ type: item, item })))) lanes = Math.max(lanes, same.length * this.#inside[same[0]!]!.lanes);
      const registers = scope.names.some(({ node }) => this.flat.nodes[node]!.kind === 'reg') || children.some((c) => this.#inside[c]!.registers);
      this.#inside[type] = { lanes, registers };
    }
    this.#known.set(scope, type);
    return type;
  }

  inside(scope: Scope): Inside {
    return this.#inside[this.of(scope)]!;
  }
}

/** What a group has in each of its lanes under one name. */
export interface Seeds {
  /** Registers that can become one. */
  readonly registers: NodeId[][];
  readonly values: NodeId[][];
}

/** The lanes of everything that has a name in a group. */
export function seedsOf(groups: readonly Group[], graph: Graph): Seeds {
  const seeds: Seeds = { registers: [], values: [] };
  const taken = new Set<NodeId>();
  for (const group of groups) {
    group[0]!.names.forEach((_, i) => {
      const ids = group.map((m) => graph.image[m.names[i]!.node]!);
      if (ids.some((id) => id === -1)) return;
      if (ids.every((id, k) => likeRegister(graph.nodes[ids[0]!]!, graph.nodes[id]!) && !taken.has(id) && ids.indexOf(id) === k)) {
        for (const id of ids) taken.add(id);
        seeds.registers.push(ids);
      } else seeds.values.push(ids);
    });
  }
  return seeds;
}

/** May two registers be lanes of one? */
function likeRegister(a: GraphNode, b: GraphNode): boolean {
  return (
    a.kind === 'reg' && b.kind === 'reg' && a.lanes === 1 && b.lanes === 1 &&
    a.width <= WIDEST && a.width === b.width && a.domain === b.domain && a.resets === b.resets && a.synchroniser === b.synchroniser
  ); // prettier-ignore
}
