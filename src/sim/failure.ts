import type { Flat, FlatCheck } from '../ir/flatten.ts';
import type { Check, NodeId } from '../ir/netlist.ts';
import { dependencies, driversOf } from '../ir/visit.ts';
import { fromBits } from './ports.ts';
import type { Engine } from './engine.ts';
import type { Names } from './names.ts';

/** A value as people want to read it: the name of an enumeration, a number with its sign, a long value in hexadecimal. */
export function show(flat: Flat, node: NodeId, value: bigint): string {
  const { width, lanes, view } = flat.nodes[node]!;
  if (lanes > 1) return `[${Array.from({ length: lanes }, (_, i) => fromBits(width, view?.signed === true, BigInt.asUintN(width, value >> BigInt(i * width)))).join(', ')}]`;
  const name = view?.enum?.values.get(Number(value));
  if (name !== undefined) return `${name} (${value})`;
  if (width > 32) return `0x${value.toString(16)}`;
  return String(fromBits(width, view?.signed === true, value));
}

const MOST = 8;

/** The named signals that a check looks at, nearest first, with their values. */
export function involved(flat: Flat, names: Names, engine: Engine, check: Check | FlatCheck): string[] {
  const shown = new Map<string, NodeId>(check.values.map((v) => [v.name, v.node]));
  const nameOf = new Map<NodeId, string>();
  for (const [path, { node }] of names.signals) if (!nameOf.has(node)) nameOf.set(node, path);
  const drivers = driversOf(flat.body);
  const given = new Set(shown.values());
  const seen = new Set<NodeId>();
  let front: NodeId[] = [check.condition];
  while (front.length > 0 && shown.size < MOST) {
    const next: NodeId[] = [];
    for (const id of front) {
      if (seen.has(id)) continue;
      seen.add(id);
      const name = nameOf.get(id);
      // What the designer shows already has the designer's name.
      if (name !== undefined && !given.has(id) && shown.size < MOST) shown.set(name, id);
      // Behind a name stands its own story; only nameless logic is looked through.
      if (name === undefined) next.push(...dependencies(flat.nodes[id]!, drivers));
    }
    front = next;
  }
  return [...shown].map(([name, node]) => `${name} = ${show(flat, node, engine.peek(node))}`);
}
