import { Origin } from '../diag/index.ts';
import { Wire } from './assign.ts';
import { Signal, type AnySignal } from './signal.ts';
import type { Type } from './types.ts';
import { assignAll, firstSignal, type SignalOf, type WireOf } from './values.ts';

/** A signal of an interface with its direction, seen from the side that the interface is defined for. */
export interface Directed<D extends 'in' | 'out' = 'in' | 'out', T extends Type = Type> {
  readonly direction: D;
  readonly type: T;
}
export const out = <T extends Type>(type: T): Directed<'out', T> => ({ direction: 'out', type });
export const inp = <T extends Type>(type: T): Directed<'in', T> => ({ direction: 'in', type });

export interface Members {
  readonly [name: string]: Directed;
}

/** A named set of signals in both directions, such as a bus or a stream. */
export interface Interface<M extends Members = Members> {
  readonly kind: 'interface';
  readonly name: string;
  readonly members: M;
}

/**
 * ```ts
 * const Stream = interfaceOf('Stream', { valid: out(bit), data: out(uint(8)), ready: inp(bit) });
 * ```
 */
export function interfaceOf<const M extends Members>(name: string, members: M): Interface<M> {
  return { kind: 'interface', name, members };
}

export type Flip<M extends Members> = { readonly [K in keyof M]: M[K] extends Directed<infer D, infer T> ? Directed<D extends 'in' ? 'out' : 'in', T> : never };

/** The other side of an interface: what goes out comes in. */
export function flip<M extends Members>({ name, members }: Interface<M>): Interface<Flip<M>> {
  const flipped = Object.fromEntries(
    Object.entries(members).map(([k, { direction, type }]) => [k, { direction: direction === 'in' ? 'out' : 'in', type }]),
  );
  return { kind: 'interface', name, members: flipped as unknown as Flip<M> };
}

/** Inside a module: outgoing members are wires to drive, incoming ones are signals to read. */
export type Inside<M extends Members> = { readonly [K in keyof M]: M[K] extends Directed<infer D, infer T> ? (D extends 'out' ? WireOf<T> : SignalOf<T>) : never };
/** Outside, on an instance: the other way round. */
export type Outside<M extends Members> = Inside<Flip<M>>;

/** One end of an interface, of a port or of an instance. */
export interface End {
  readonly [name: string]: unknown;
}

const isWire = (value: unknown): boolean => value instanceof Wire || (typeof value === 'object' && value !== null && !(value instanceof Signal) && Object.values(value).some(isWire));

/** Connects two ends member by member: of each pair one side drives and the other is driven. */
export function connect(a: End, b: End): void {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) {
    const [x, y] = [a[name], b[name]];
    const any = firstSignal(a) ?? firstSignal(b);
    if (x === undefined || y === undefined) {
      any?.builder.report('interface-mismatch', `connect: only one side has "${name}"`, [Origin.here()]);
      continue;
    }
    if (isWire(x) === isWire(y)) {
      any?.builder.report('interface-mismatch', `connect: ${isWire(x) ? 'nobody drives' : 'both sides drive'} "${name}"`, [Origin.here()], 'flip one of the interfaces');
      continue;
    }
    const [target, source] = isWire(x) ? [x, y] : [y, x];
    assignAll(target as AnySignal, source as AnySignal);
  }
}
