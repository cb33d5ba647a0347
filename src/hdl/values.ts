import { fail, Origin, suggest } from '../diag/index.ts';
import { Reg, Wire } from './assign.ts';
import type { Builder } from './builder.ts';
import { Signal, type AnySignal, type Operand } from './signal.ts';
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

/** What can be assigned to a type: signals, literals, or an object of them for a bundle. */
export type SourceOf<T extends Type, N extends number = 1> =
  T extends BitsType<infer W>
    ? Signal<W, N> | Signal<W> | (number extends W ? AnySignal : Signal<number, N>) | number | bigint
    : T extends VecType<infer M, infer E>
      ? SourceOf<E, M>
      : T extends BundleType<infer F>
        ? { readonly [P in keyof F]: SourceOf<F[P], N> }
        : never;

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

/** Walks target and source together and assigns leaf by leaf. */
export function assignAll(target: AnyCarrier, source: AnyCarrier | Operand): void {
  if (target instanceof Signal) {
    const value = source as Operand;
    if (target instanceof Reg) target.next(value as number);
    else if (target instanceof Wire) target.set(value as number);
    else target.builder.report('not-assignable', `${target.toString()} is read-only`, [Origin.here()], 'only wires, registers and inputs of instances can be assigned');
    return;
  }
  const fields = source as { readonly [name: string]: AnyCarrier };
  for (const name of Object.keys(fields)) {
    if (!(name in target)) fail('unknown-field', `a bundle with fields ${Object.keys(target).join(', ')} has no "${name}"`, { where: [Origin.here()], hint: suggest(name, Object.keys(target)) });
  }
  for (const [name, t] of Object.entries(target)) {
    const value = fields[name];
    if (value === undefined) fail('missing-field', `no value for field "${name}" of a bundle`, { where: [Origin.here()] });
    assignAll(t, value);
  }
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

/** The part of a bundle literal that belongs to a leaf. */
export function literalAt(value: unknown, path: readonly string[]): unknown {
  let v = value;
  for (const name of path) v = (v as Record<string, unknown> | undefined)?.[name] ?? 0;
  return v;
}

export type FieldsOf<T> = T extends BundleType<infer F extends Fields> ? F : never;
