import { Origin, suggest } from '../diag/index.ts';
import { record, Reg, Wire } from './assign.ts';
import type { Builder } from './builder.ts';
import { Signal, type AnySignal, type Fit, type Operand } from './signal.ts';
import type { BitsType, BundleType, Fields, Type, VecType } from './types.ts';

/** The signals of a type: one for plain bits or a Vec of them, an object of them for a bundle (a Vec of bundles: of Vecs). */
export type SignalOf<T extends Type> = Carrier<T, 'signal'>;
export type RegOf<T extends Type> = Carrier<T, 'reg'>;
export type WireOf<T extends Type> = Carrier<T, 'wire'>;

type Kind = 'signal' | 'reg' | 'wire';
type One<K extends Kind, W extends number, N extends number> = K extends 'signal' ? Signal<W, N> : K extends 'reg' ? Reg<W, N> : Wire<W, N>;
export type Carrier<T extends Type, K extends Kind, N extends number = 1> =
  T extends BitsType<infer W>
    ? One<K, W, N>
    : T extends VecType<infer M, infer E>
      ? Carrier<E, K, M>
      : T extends BundleType<infer F>
        ? { readonly [P in keyof F]: Carrier<F[P], K, N> }
        : never;

/** What can be assigned to a type: a signal or literal, or an object of them for a bundle. Whether widths fit, `FitType` says. */
export type SourceOf<T extends Type> =
  T extends BitsType ? Operand : T extends VecType<number, infer E> ? SourceOf<E> : T extends BundleType<infer F> ? { readonly [P in keyof F]: SourceOf<F[P]> } : never;

/** `unknown` where a source V fits type T, and otherwise a type that nothing has: use as `V & FitType<T, V>`. */
export type FitType<T extends Type, V, N extends number = 1> =
  T extends BitsType<infer W>
    ? Fit<W, N, V>
    : T extends VecType<infer M, infer E>
      ? FitType<E, V, M>
      : T extends BundleType<infer F>
        ? { readonly [P in keyof F]: P extends keyof V ? FitType<F[P], V[P], N> : unknown }
        : unknown;
/** The same for all fields, of which some may be missing. */
export type FitFields<F extends Fields, V> = { readonly [K in keyof V]: K extends keyof F ? FitType<F[K], V[K]> : unknown };

/** The same for a target that is there already. */
export type SourceFor<T> = T extends AnySignal ? Operand : { readonly [P in keyof T]: SourceFor<T[P]> };
export type FitFor<T, V> = T extends AnySignal ? Fit<T['width'], T['lanes'], V> : { readonly [P in keyof T]: P extends keyof V ? FitFor<T[P], V[P]> : unknown };

/** Constant of a type, as reset value: a number for bits (every lane of a Vec gets it), an array for a Vec, an object for a bundle. */
export type LiteralOf<T extends Type> =
  T extends BitsType ? number | bigint : T extends VecType<number, infer E> ? LiteralOf<E> | readonly LiteralOf<E>[] : T extends BundleType<infer F> ? { readonly [P in keyof F]?: LiteralOf<F[P]> } : never;

/** A carrier without its type: a signal, or an object of them. */
export type AnyCarrier = AnySignal | { readonly [name: string]: AnyCarrier };

/** Builds the carrier of a type from one made per leaf. */
export function mapLeaves(type: Type, make: (leaf: BitsType, lanes: number, path: readonly string[]) => AnySignal, lanes = 1, path: readonly string[] = []): AnyCarrier {
  if (type.kind === 'bits') return make(type, lanes, path);
  if (type.kind === 'vec') return mapLeaves(type.element, make, type.lanes, path);
  return Object.fromEntries(Object.entries(type.fields).map(([name, t]) => [name, mapLeaves(t, make, lanes, [...path, name])]));
}

/** Walks target and source together and assigns leaf by leaf. `origin` is where that was asked for. */
export function assignAll(target: AnyCarrier, source: AnyCarrier | Operand, origin = Origin.here()): void {
  if (target instanceof Signal) {
    const value = source as Operand;
    if (target instanceof Reg || target instanceof Wire) record(target, value, undefined, origin);
    else target.builder.report('not-assignable', `${target.toString()} is read-only`, [origin], 'only wires, registers and inputs of instances can be assigned');
    return;
  }
  const builder = firstSignal(target)?.builder;
  if (source instanceof Signal || typeof source !== 'object' || source === null) {
    builder?.report('missing-field', `${source instanceof Signal ? source.toString() : String(source)} where a bundle with fields ${Object.keys(target).join(', ')} is needed`, [origin]);
    return;
  }
  for (const name of Object.keys(source)) {
    if (!Object.hasOwn(target, name)) builder?.report('unknown-field', `a bundle with fields ${Object.keys(target).join(', ')} has no "${name}"`, [origin], suggest(name, Object.keys(target)));
  }
  for (const [name, t] of Object.entries(target)) {
    const value = source[name];
    if (value === undefined) builder?.report('missing-field', `no value for field "${name}" of a bundle`, [origin]);
    else assignAll(t, value, origin);
  }
}

/** Any signal of a carrier. */
export function firstSignal(value: unknown): AnySignal | undefined {
  if (value instanceof Signal) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const v of Object.values(value)) {
    const s = firstSignal(v);
    if (s !== undefined) return s;
  }
  return undefined;
}

/** Packs a literal of one leaf type. */
export function packLiteral(type: BitsType, lanes: number, value: unknown, builder: Builder, origin: Origin): bigint {
  const one = (v: unknown): bigint => {
    if (typeof v !== 'number' && typeof v !== 'bigint') {
      builder.report('bad-literal', `${String(v)} where a number is needed`, [origin]);
      return 0n;
    }
    const id = builder.literal(v, { width: type.width, lanes: 1 }, origin);
    const node = builder.node(id);
    return node.kind === 'const' ? node.value : 0n;
  };
  const list = Array.isArray(value) ? (value as unknown[]) : Array.from({ length: lanes }, () => value);
  if (list.length !== lanes) builder.report('bad-literal', `${list.length} values for ${lanes} lanes`, [origin]);
  return list.reduceRight<bigint>((all, v) => (all << BigInt(type.width)) | one(v), 0n);
}

/** The part of a bundle literal that belongs to a leaf; of an array of them, the array of the parts. Fields left out are 0. */
export function literalAt(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return path.length === 0 ? value : value.map((v) => literalAt(v, path));
  const [name, ...rest] = path;
  if (name === undefined) return value;
  return literalAt(typeof value === 'object' && value !== null ? ((value as Record<string, unknown>)[name] ?? 0) : 0, rest);
}

/** Reports what a literal says that its type does not have. */
export function checkLiteral(type: Type, value: unknown, builder: Builder, origin: Origin): void {
  if (type.kind === 'vec') return (Array.isArray(value) ? (value as unknown[]) : [value]).forEach((v) => checkLiteral(type.element, v, builder, origin));
  if (type.kind === 'bits' || value === 0) return;
  const names = Object.keys(type.fields);
  if (typeof value !== 'object' || value === null) return builder.report('bad-literal', `${String(value)} where a bundle with fields ${names.join(', ')} is needed`, [origin]);
  for (const [name, v] of Object.entries(value)) {
    const field = type.fields[name];
    if (field !== undefined) checkLiteral(field, v, builder, origin);
    else builder.report('unknown-field', `a bundle with fields ${names.join(', ')} has no "${name}"`, [origin], suggest(name, names));
  }
}
