import { indexWidth } from '../bits/index.ts';
import { fail, Origin } from '../diag/index.ts';
import type { EnumView, Shape, View } from '../ir/shape.ts';

/** Types of ports, registers and wires. They describe shape and reading; they hold no value. */

export interface BitsType<W extends number = number> {
  readonly kind: 'bits';
  readonly width: W;
  readonly view?: View;
}
export interface VecType<N extends number = number, T extends ElementType = ElementType> {
  readonly kind: 'vec';
  readonly lanes: N;
  readonly element: T;
}
export interface BundleType<F extends Fields = Fields> {
  readonly kind: 'bundle';
  readonly fields: F;
}
/** What a Vec may hold. A Vec of bundles is kept as a bundle of Vecs, so that each field stays one array in the hardware. */
export type ElementType = BitsType | BundleType;
export type Type = BitsType | VecType | BundleType;
export interface Fields {
  readonly [name: string]: Type;
}

function checkWidth(width: number): void {
  if (!Number.isInteger(width) || width < 1) fail('bad-width', `a width must be a whole number of at least 1, not ${width}`, { where: [Origin.here()] });
}

/** Unsigned number of `width` bits. */
export function uint<const W extends number>(width: W): BitsType<W> {
  checkWidth(width);
  return { kind: 'bits', width };
}

/**
 * Two's-complement number of `width` bits: testbenches and waves read it with its sign. Operators on signals stay explicit about
 * signedness (`ltS`, `sra`, `sext`, `mulS`).
 */
export function sint<const W extends number>(width: W): BitsType<W> {
  checkWidth(width);
  return { kind: 'bits', width, view: { signed: true } };
}

export const bit: BitsType<1> = uint(1);

/** `lanes` elements of the same type, kept as one array through every engine. */
export function vec<const N extends number, T extends ElementType>(lanes: N, element: T): VecType<N, T> {
  if (!Number.isInteger(lanes) || lanes < 1) fail('bad-lanes', `a Vec needs a whole number of lanes of at least 1, not ${lanes}`, { where: [Origin.here()] });
  if (holdsVec(element)) fail('nested-vec', 'a Vec inside a Vec is not supported', { where: [Origin.here()], hint: 'flatten it to one Vec or use a memory' });
  return { kind: 'vec', lanes, element };
}

const holdsVec = (type: Type): boolean => type.kind === 'vec' || (type.kind === 'bundle' && Object.values(type.fields).some(holdsVec));

/** A record of named fields. */
export function bundle<const F extends Fields>(fields: F): BundleType<F> {
  return { kind: 'bundle', fields };
}

export type EnumType<K extends string = string> = BitsType & { readonly view: { readonly enum: EnumView } } & { readonly [name in K]: number } & { readonly names: readonly K[] };
/** Keys that an enumeration has beside its members. */
const OWN_KEYS = ['kind', 'width', 'view', 'names'];

/**
 * A named set of states, numbered from 0 in the order given (or as stated). The constants are plain numbers: `State.IDLE`.
 * ```ts
 * const State = enumeration('State', ['IDLE', 'BUSY', 'DONE']);
 * ```
 */
export function enumeration<const K extends string>(name: string, members: readonly K[] | Readonly<Record<K, number>>, width?: number): EnumType<K> {
  const entries: [K, number][] = Array.isArray(members)
    ? (members as readonly K[]).map((k, i) => [k, i])
    : (Object.entries(members as Record<K, number>) as [K, number][]);
  const where = [Origin.here()];
  if (entries.length === 0) fail('empty-enum', `enumeration "${name}" has no members`, { where });
  const largest = Math.max(...entries.map(([, v]) => v));
  const w = width ?? indexWidth(largest + 1);
  const values = new Map<number, string>();
  for (const [k, v] of entries) {
    if (!Number.isInteger(v) || v < 0 || v >= 2 ** w) fail('enum-value', `${name}.${k} = ${v} does not fit ${w} bit${w === 1 ? '' : 's'}`, { where });
    if (values.has(v)) fail('enum-value', `${name}.${k} and ${name}.${values.get(v)!} are both ${v}`, { where });
    if (OWN_KEYS.includes(k)) fail('enum-name', `"${k}" cannot be a member of an enumeration`, { where });
    values.set(v, k);
  }
  const type: BitsType & { names: K[] } = { kind: 'bits', width: w, view: { enum: { name, values } }, names: entries.map(([k]) => k) };
  return Object.freeze(Object.assign(type, Object.fromEntries(entries))) as unknown as EnumType<K>;
}

/** Total number of bits of any type. */
export function bitsIn(type: Type): number {
  return leavesOf(type).reduce((sum, { shape }) => sum + shape.width * shape.lanes, 0);
}

export interface Leaf {
  /** Field names from the outside in; empty for a type that is no bundle. */
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly view?: View;
}

/** The single signals a type consists of. */
export function leavesOf(type: Type, lanes = 1, path: readonly string[] = []): Leaf[] {
  if (type.kind === 'bits') return [{ path, shape: { width: type.width, lanes }, ...(type.view && { view: type.view }) }];
  if (type.kind === 'bundle') return Object.entries(type.fields).flatMap(([name, t]) => leavesOf(t, lanes, [...path, name]));
  return leavesOf(type.element, type.lanes, path);
}

/** Name of a leaf under the name of the whole: `req` + [`addr`] = `req_addr`. */
export const leafName = (name: string, path: readonly string[]): string => [name, ...path].join('_');
