import type { CatWidth } from '../bits/index.ts';
import { fail, knownKeys, Origin, suggest } from '../diag/index.ts';
import type { When } from '../ir/netlist.ts';
import { Reg, Wire } from './assign.ts';
import type { Builder } from './builder.ts';
import { instantiate, type Connections, type FitConnections, type InstanceOf } from './instance.ts';
import { connect, type End } from './interface.ts';
import { Memory } from './memory.ts';
import type { Definition } from './module.ts';
import { Signal, type AnySignal, type Operand } from './signal.ts';
import { leafName, type BitsType, type Type } from './types.ts';
import { assignAll, checkLiteral, literalAt, mapLeaves, packLiteral, type AnyCarrier, type Carrier, type FitFor, type LiteralOf, type RegOf, type SourceFor, type WireOf } from './values.ts';

export interface RegOptions<T extends Type> {
  /** Value that the domain's reset loads, and before the first edge. Without it the register is not reset and starts at `initial`. */
  readonly reset?: LiteralOf<T>;
  /** Value before the first edge of a register without reset (default 0). */
  readonly initial?: LiteralOf<T>;
  /** This register is meant to sample another clock domain: the first stage of a synchroniser. */
  readonly synchroniser?: boolean;
}

export interface WireOptions<T extends Type> {
  /** Value where no statement drives the wire. */
  readonly default?: LiteralOf<T>;
}

/** Continues a `when`. */
export interface Chain {
  elsewhen(condition: Signal<1> | Signal, body: () => void): Chain;
  otherwise(body: () => void): void;
}

/** Continues a `switch`. */
export interface Cases {
  /** Values that select the body; several for one body as an array. */
  case(value: number | bigint | readonly (number | bigint)[], body: () => void): Cases;
  default(body: () => void): void;
}

/** What a module is written with. */
export class Hardware {
  /** Conditions of the enclosing arms; made into signals only if somebody asks. */
  #path: (() => Signal)[] = [];

  constructor(/** @internal */ readonly builder: Builder) {}

  // ---- storage --------------------------------------------------------------------------------------------------------------------

  reg<T extends Type>(name: string, type: T, options: RegOptions<T> = {}): RegOf<T> {
    knownKeys(`register "${name}"`, options, ['reset', 'initial', 'synchroniser']);
    const origin = Origin.here();
    const { builder } = this;
    const resets = options.reset !== undefined;
    const initial: unknown = options.reset ?? options.initial ?? 0;
    if (resets && options.initial !== undefined) builder.report('bad-literal', `register "${name}" has a reset value, which is also its initial value`, [origin], 'remove `initial`');
    checkLiteral(type, initial, builder, origin);
    return mapLeaves(type, (leaf, lanes, path) => {
      const id = builder.add({
        kind: 'reg',
        domain: builder.domain,
        initial: packLiteral(leaf, lanes, literalAt(initial, path), builder, origin),
        resets,
        synchroniser: options.synchroniser ?? false,
        width: leaf.width,
        lanes,
        name: leafName(name, path),
        origin,
        ...(leaf.view && { view: leaf.view }),
      });
      return new Reg(builder, id);
    }) as Carrier<T, 'reg'>;
  }

  wire<T extends Type>(name: string, type: T, options: WireOptions<T> = {}): WireOf<T> {
    knownKeys(`wire "${name}"`, options, ['default']);
    const origin = Origin.here();
    const { builder } = this;
    if (options.default !== undefined) checkLiteral(type, options.default, builder, origin);
    return mapLeaves(type, (leaf, lanes, path) => {
      const id = builder.wire(leafName(name, path), { width: leaf.width, lanes }, origin, leaf.view);
      if (options.default !== undefined) {
        const value = packLiteral(leaf, lanes, literalAt(options.default, path), builder, origin);
        builder.statement({ kind: 'assign', target: id, value: builder.constant(value, { width: leaf.width, lanes }, origin), origin });
      }
      return new Wire(builder, id);
    }) as Carrier<T, 'wire'>;
  }

  /** A memory of `depth` words. */
  mem<W extends number>(name: string, depth: number, type: BitsType<W>, options: { readonly initial?: readonly (number | bigint)[] } = {}): Memory<W> {
    knownKeys(`memory "${name}"`, options, ['initial']);
    const origin = Origin.here();
    const { builder } = this;
    if (!Number.isInteger(depth) || depth < 1) fail('bad-depth', `memory "${name}": a depth must be a whole number of at least 1, not ${depth}`, { where: [origin] });
    const words = options.initial ?? [];
    if (words.length > depth) builder.report('bad-literal', `memory "${name}": ${words.length} initial words for ${depth} addresses`, [origin]);
    builder.claim(name, origin);
    const node = {
      id: builder.memories.length,
      name,
      depth,
      width: type.width,
      initial: words.map((w) => packLiteral(type, 1, w, builder, origin)),
      origin,
    };
    builder.memories.push(node);
    return new Memory(this, node, type.width);
  }

  // ---- values ---------------------------------------------------------------------------------------------------------------------

  /** A constant of a type. */
  lit<W extends number>(type: BitsType<W> | W, value: number | bigint): Signal<W> {
    const width = typeof type === 'number' ? type : type.width;
    return new Signal(this.builder, this.builder.literal(value, { width, lanes: 1 }));
  }

  /** A Vec of separate signals, lane 0 first. */
  vec<W extends number>(lanes: readonly Signal<W>[]): Signal<W, number> {
    const origin = Origin.here();
    if (lanes.length === 0) fail('bad-lanes', 'a Vec needs at least one lane', { where: [origin] });
    return new Signal(this.builder, this.builder.op('pack', lanes.map((s) => this.builder.own(s, origin)), [], origin));
  }

  /** The numbers 0, 1, ... n-1 as the lanes of a Vec. */
  lanes<const N extends number, const W extends number>(n: N, width: W): Signal<W, N> {
    const origin = Origin.here();
    if (n > 2 ** width) this.builder.report('value-range', `lanes: ${n - 1} does not fit ${width} bit${width === 1 ? '' : 's'}`, [origin]);
    let all = 0n;
    for (let i = n - 1; i >= 0; i--) all = (all << BigInt(width)) | BigInt.asUintN(width, BigInt(i));
    return new Signal(this.builder, this.builder.constant(all, { width, lanes: n }, origin));
  }

  /** `{high, ..., low}` */
  cat<W extends number, const L extends readonly Signal[]>(first: Signal<W>, ...lower: L): Signal<CatWidth<W, L>>;
  cat(...parts: readonly Signal[]): Signal;
  cat(...parts: readonly Signal[]): Signal {
    const [first, ...rest] = parts;
    if (first === undefined) fail('empty-cat', 'cat needs at least one part', { where: [Origin.here()] });
    return first.cat(...rest);
  }

  /** Gives a signal a name for waves, testbenches and messages. */
  name<S extends AnySignal>(name: string, signal: S): S {
    const origin = Origin.here();
    const { builder } = this;
    const value = builder.own(signal, origin);
    const id = builder.wire(name, builder.shape(value), origin, builder.node(value).view, { label: true });
    // The name holds always, also when it is given inside a `when`.
    builder.body.push({ kind: 'assign', target: id, value, origin });
    return new Signal(builder, id) as S;
  }

  /** Assigns registers, wires or whole bundles of them. */
  assign<T extends AnyCarrier, V extends SourceFor<T>>(target: T, value: V & FitFor<T, V>): void {
    assignAll(target, value as AnyCarrier | Operand);
  }

  /** Connects two interface ends. */
  connect(a: End, b: End): void {
    connect(a, b);
  }

  // ---- conditions -----------------------------------------------------------------------------------------------------------------

  when(condition: Signal<1> | Signal, body: () => void): Chain {
    const origin = Origin.here();
    const { builder } = this;
    const statement: When = { kind: 'when', arms: [], origin };
    builder.statement(statement);
    const before: Signal[] = [];
    const arm = (c: Signal | undefined, run: () => void): void => {
      const at = Origin.here();
      const id = c === undefined ? undefined : builder.condition(c, 'when', at);
      const refused = [...before];
      const own = id === undefined ? undefined : new Signal(builder, id);
      if (own !== undefined) before.push(own);
      this.#path.push(() => refused.reduce<Signal>((all, r) => all.and(r.not()), own ?? this.lit(1, 1)));
      try {
        builder.arm(statement, id, at, run);
      } finally {
        this.#path.pop();
      }
    };
    const follow = (what: string): void => {
      const at = Origin.here();
      if (statement.arms.at(-1)?.condition === undefined) builder.report('after-otherwise', `${what} after otherwise`, [at]);
      else if (!builder.isLast(statement)) builder.report('late-arm', `${what} does not directly follow its when`, [at, origin], 'statements in between would take effect before it, and not after as they read');
    };
    arm(condition, body);
    const chain: Chain = {
      elsewhen(c, run) {
        follow('elsewhen');
        arm(c, run);
        return chain;
      },
      otherwise(run) {
        follow('otherwise');
        arm(undefined, run);
      },
    };
    return chain;
  }

  switch<W extends number>(value: Signal<W>): Cases {
    let chain: Chain | undefined;
    const seen = new Map<bigint, Origin>();
    let defaulted = false;
    const cases: Cases = {
      case: (match, body) => {
        const origin = Origin.here();
        const list = Array.isArray(match) ? (match as readonly (number | bigint)[]) : [match as number | bigint];
        for (const m of list) {
          const key = Number.isInteger(m) || typeof m === 'bigint' ? BigInt.asUintN(value.width, BigInt(m)) : undefined;
          const before = key === undefined ? undefined : seen.get(key);
          if (before !== undefined) this.builder.report('duplicate-case', `case ${m} stands twice`, [origin, before]);
          if (key !== undefined) seen.set(key, origin);
        }
        if (defaulted) {
          this.builder.report('after-otherwise', 'case after default', [origin]);
          return cases;
        }
        if (list.length === 0) this.builder.report('empty-case', 'a case without a value', [origin]);
        const condition = list.map((m): Signal => value.eq(m)).reduce<Signal | undefined>((a, b) => a?.or(b) ?? b, undefined) ?? this.lit(1, 0);
        chain = chain === undefined ? this.when(condition, body) : chain.elsewhen(condition, body);
        return cases;
      },
      default: (body) => {
        if (defaulted) this.builder.report('after-otherwise', 'default stands twice', [Origin.here()]);
        else if (chain === undefined) body();
        else chain.otherwise(body);
        defaulted = true;
      },
    };
    return cases;
  }

  /** The condition under which the statement being written takes effect. @internal */
  path(): Signal {
    return this.#path.reduce<Signal | undefined>((all, make) => (all === undefined ? make() : all.and(make())), undefined) ?? this.lit(1, 1);
  }

  // ---- structure ------------------------------------------------------------------------------------------------------------------

  /** Places a module or model. Connect its inputs here or later through `in`. */
  instance<D extends Definition, C extends Connections<D> = Record<never, never>>(
    name: string,
    definition: D,
    inputs?: C & FitConnections<D, C>,
    options: { readonly domains?: Readonly<Record<string, string>> } = {},
  ): InstanceOf<D> {
    knownKeys(`instance "${name}"`, options, ['domains']);
    return instantiate<D>(this, name, definition, inputs ?? {}, options.domains ?? {});
  }

  /** Writes registers, memories and checks of another clock domain of this module. */
  in<T>(domain: string, body: () => T): T {
    return this.builder.inDomain(this.domainId(domain), body);
  }

  /** 1 while the domain (default: the current one) is in reset. */
  reset(domain?: string): Signal<1> {
    const origin = Origin.here();
    const id = domain === undefined ? this.builder.domain : this.domainId(domain);
    this.builder.clocked('reset()', origin);
    return new Signal(this.builder, this.builder.add({ kind: 'reset', domain: id, width: 1, lanes: 1, origin }));
  }

  /** @internal */
  domainId(name: string): number {
    const id = this.builder.domains.indexOf(name);
    if (id < 0) fail('unknown-domain', `module ${this.builder.moduleName} has no clock domain "${name}"`, { where: [Origin.here()], hint: suggest(name, this.builder.domains) });
    return id;
  }

  // ---- properties -----------------------------------------------------------------------------------------------------------------

  /** Must be 1 at every clock edge outside reset (and under the enclosing `when`s). */
  assert(condition: Signal<1> | Signal, message: string, values: Readonly<Record<string, AnySignal>> = {}): void {
    this.#check('assert', condition, message, values);
  }
  /** The environment promises this; a testbench that breaks the promise hears of it. */
  assume(condition: Signal<1> | Signal, message: string, values: Readonly<Record<string, AnySignal>> = {}): void {
    this.#check('assume', condition, message, values);
  }
  /** Counts the clock edges at which this is 1. */
  cover(condition: Signal<1> | Signal, message: string): void {
    this.#check('cover', condition, message, {});
  }

  #check(check: 'assert' | 'assume' | 'cover', condition: AnySignal, message: string, values: Readonly<Record<string, AnySignal>>): void {
    const origin = Origin.here();
    const { builder } = this;
    builder.statement({
      kind: 'check',
      check,
      condition: builder.condition(condition, check, origin),
      message,
      values: Object.entries(values).map(([name, s]) => ({ name, node: builder.own(s, origin) })),
      domain: builder.domain,
      origin,
    });
  }
}
