import type { BitsType, BundleType, Fields, Type, VecType } from '../hdl/types.ts';
import { leafName } from '../hdl/types.ts';
import type { Directed, Interface, Members } from '../hdl/interface.ts';
import type { Interfaces } from '../hdl/module.ts';
import { fail, Origin, suggest } from '../diag/index.ts';
import type { NodeId } from '../ir/netlist.ts';
import type { EnumView } from '../ir/shape.ts';
import type { Engine } from './engine.ts';

type UpTo32 = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31 | 32;

/** What a testbench reads and writes: numbers up to 32 bits, bigints above, arrays for a Vec, objects for a bundle. */
export type ValueOf<T extends Type> =
  T extends BitsType<infer W>
    ? number extends W
      ? T extends { readonly view: { readonly enum: EnumView } }
        ? number
        : number | bigint
      : W extends UpTo32
        ? number
        : bigint
    : T extends VecType<number, infer E>
      ? E extends BundleType<infer F>
        ? { readonly [K in keyof F]: readonly ValueOf<F[K]>[] }
        : readonly ValueOf<E>[]
      : T extends BundleType<infer F>
        ? { readonly [K in keyof F]: ValueOf<F[K]> }
        : never;

/** The same where a testbench may write: a field of a bundle by itself, a Vec as a whole. */
export type WritableOf<T extends Type> = T extends BundleType<infer F> ? { -readonly [K in keyof F]: WritableOf<F[K]> } : T extends VecType<number, infer E> ? (E extends BundleType<infer F> ? { -readonly [K in keyof F]: readonly ValueOf<F[K]>[] } : ValueOf<T>) : ValueOf<T>;

export type InputPorts<I extends Fields> = { -readonly [K in keyof I]: WritableOf<I[K]> };
export type OutputPorts<O extends Fields> = { readonly [K in keyof O]: ValueOf<O[K]> };
export type InterfacePorts<B extends Interfaces> = {
  readonly [K in keyof B]: B[K] extends Interface<infer M extends Members>
    ? { -readonly [P in keyof M as M[P] extends Directed<'in'> ? P : never]: M[P] extends Directed<'in', infer T> ? WritableOf<T> : never } & {
        readonly [P in keyof M as M[P] extends Directed<'out'> ? P : never]: M[P] extends Directed<'out', infer T> ? ValueOf<T> : never;
      }
    : never;
};

export type AnyValue = number | bigint | readonly AnyValue[] | { readonly [name: string]: AnyValue };

/** Reads and writes one leaf of a port. */
interface Leaf {
  get(): AnyValue;
  set(value: AnyValue): void;
}

function rangeError(what: string, width: number, value: unknown): never {
  fail('value-range', `${String(value)} does not fit ${what} of ${width} bit${width === 1 ? '' : 's'}`, { where: [Origin.here()] });
}

/** A value checked against its width, as unsigned bits; `what` is `port "x"`, for messages. */
export function toBits(what: string, width: number, value: unknown): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) rangeError(what, width, value);
  const v = BigInt(value);
  if (v >= 1n << BigInt(width) || v < -(1n << BigInt(width - 1))) rangeError(what, width, value);
  return BigInt.asUintN(width, v);
}

/** An array with a value for each lane, lane 0 in the low bits. */
export function lanesToBits(what: string, width: number, lanes: number, values: ArrayLike<unknown>): bigint {
  if (values.length !== lanes) fail('bad-value', `${what} has ${lanes} lane${lanes === 1 ? '' : 's'}, not ${values.length}`, { where: [Origin.here()] });
  let all = 0n;
  for (let i = lanes - 1; i >= 0; i--) all = (all << BigInt(width)) | toBits(what, width, values[i]);
  return all;
}

/** Unsigned bits as people read them. */
export function fromBits(width: number, signed: boolean, value: bigint): number | bigint {
  const v = signed ? BigInt.asIntN(width, value) : value;
  return width <= 32 ? Number(v) : v;
}

/** Between numbers as people write them and unsigned ones of up to 32 bits. */
function narrow(what: string, width: number, signed: boolean): { readonly read: (v: number) => number; readonly write: (value: unknown) => number } {
  const [low, high, modulus] = [-(2 ** (width - 1)), 2 ** width - 1, 2 ** width];
  return {
    read: (v) => (signed && v >= modulus / 2 ? v - modulus : v),
    write: (value) => {
      const v = typeof value === 'number' ? value : Number(toBits(what, width, value));
      if (!Number.isInteger(v) || v < low || v > high) rangeError(what, width, value);
      return v < 0 ? v + modulus : v;
    },
  };
}

/** `lanes` of a Vec, which may be one; undefined for a plain value. Values of up to 32 bits are kept free of bigints. */
function leafOf(engine: Engine, name: string, node: NodeId, type: BitsType, lanes: number | undefined): Leaf {
  const { width } = type;
  const signed = type.view?.signed === true;
  const what = `port "${name}"`;
  if (lanes === undefined) {
    if (width > 32) return { get: () => fromBits(width, signed, engine.peek(node)), set: (value) => engine.poke(node, toBits(what, width, value)) };
    const { read, write } = narrow(what, width, signed);
    return { get: () => read(engine.peekNumber(node)), set: (value) => engine.pokeNumber(node, write(value)) };
  }
  const listOf = (value: AnyValue): ArrayLike<unknown> => {
    if (!(Array.isArray(value) || ArrayBuffer.isView(value))) fail('bad-value', `${what} has ${lanes} lanes: give it an array`, { where: [Origin.here()] });
    const list = value as ArrayLike<unknown>;
    if (list.length !== lanes) fail('bad-value', `${what} has ${lanes} lanes, not ${list.length}`, { where: [Origin.here()] });
    return list;
  };
  // Arrays that are read are frozen: writing to one element would change nothing but this copy.
  if (width <= 32) {
    const { read, write } = narrow(what, width, signed);
    return {
      get: () => Object.freeze(engine.peekLanes(node).map(read)),
      // Everything is checked before anything is written.
      set: (value) => engine.pokeLanes(node, Array.from(listOf(value), write)),
    };
  }
  return {
    get: () => {
      const all = engine.peek(node);
      return Object.freeze(Array.from({ length: lanes }, (_, i) => fromBits(width, signed, BigInt.asUintN(width, all >> BigInt(i * width)))));
    },
    set: (value) => {
      engine.poke(node, lanesToBits(what, width, lanes, listOf(value)));
    },
  };
}

function leafTree(engine: Engine, type: Type, name: string, nodeOf: (leafed: string) => NodeId, check: () => void, lanes?: number): Leaf {
  if (type.kind === 'bits') return leafOf(engine, name, nodeOf(name), type, lanes);
  if (type.kind === 'vec') return leafTree(engine, type.element, name, nodeOf, check, type.lanes);
  const fields = Object.fromEntries(Object.entries(type.fields).map(([f, t]) => [f, leafTree(engine, t, leafName(name, [f]), nodeOf, check, lanes)]));
  const view = Object.freeze(Object.defineProperties({}, Object.fromEntries(Object.entries(fields).map(([f, leaf]) => [f, { get: () => leaf.get(), set: (v: AnyValue) => (check(), leaf.set(v)), enumerable: true }])))) as AnyValue;
  return {
    get: () => view,
    set: (value) => {
      for (const [f, v] of Object.entries(value as object) as [string, AnyValue][]) {
        const leaf = fields[f];
        if (leaf === undefined) fail('unknown-field', `port "${name}" has no field "${f}"`, { where: [Origin.here()], hint: suggest(f, Object.keys(fields)) });
        leaf.set(v);
      }
    },
  };
}

/** An object with a concrete property per port; a misspelt one is an error and not a new property. */
export function portObject(engine: Engine, what: string, types: Readonly<Record<string, Type>>, prefix: string, nodeOf: (leafed: string) => NodeId, writable: (name: string) => boolean): object {
  const properties: PropertyDescriptorMap = {};
  for (const [name, type] of Object.entries(types)) {
    const check = (): void => {
      if (!writable(name)) fail('read-only', `${what} "${name}" is an output: a testbench can only read it`, { where: [Origin.here()] });
    };
    const leaf = leafTree(engine, type, leafName(prefix === '' ? name : prefix, prefix === '' ? [] : [name]), nodeOf, check);
    properties[name] = {
      enumerable: true,
      get: () => leaf.get(),
      set: (value: AnyValue) => {
        check();
        leaf.set(value);
      },
    };
  }
  // A proxy only on the path of mistakes: properties that exist are found before it is asked.
  const guard = new Proxy(Object.create(null) as object, {
    get: (_, name) => (typeof name === 'symbol' || name === 'then' || name === 'toJSON' ? undefined : unknownPort(what, name, Object.keys(types))),
    set: (_, name) => unknownPort(what, String(name), Object.keys(types)),
  });
  return Object.defineProperties(Object.create(guard) as object, properties);
}

function unknownPort(what: string, name: string, valid: readonly string[]): never {
  fail('unknown-port', `there is no ${what} "${name}"`, { where: [Origin.here()], hint: suggest(name, valid) });
}
