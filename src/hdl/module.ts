import { fail, Origin, suggest, WordlineError, type Problem } from '../diag/index.ts';
import type { Model, ModelBehaviour, Module, PortType } from '../ir/netlist.ts';
import { sameShape } from '../ir/shape.ts';
import { checkModule } from '../ir/check/module.ts';
import { Wire } from './assign.ts';
import { Builder } from './builder.ts';
import { Hardware } from './hardware.ts';
import type { Directed, Inside, Interface, Members } from './interface.ts';
import { Signal } from './signal.ts';
import { leafName, leavesOf, type Fields, type Type } from './types.ts';
import { assignAll, mapLeaves, type AnyCarrier, type FitFields, type SignalOf, type SourceOf } from './values.ts';

export interface Interfaces {
  readonly [name: string]: Interface;
}

/** Ports of a module. `io` holds interface ends. `domains` names the clock domains, the default one first (default: `clk`). */
export interface Ports<I extends Fields = Fields, O extends Fields = Fields, B extends Interfaces = Interfaces> {
  readonly in?: I;
  readonly out?: O;
  readonly io?: B;
  readonly domains?: readonly string[];
}

type InsideOf<B extends Interfaces> = { readonly [K in keyof B]: B[K] extends Interface<infer M extends Members> ? Inside<M> : never };
export type Inputs<I extends Fields, B extends Interfaces> = { readonly [K in keyof I]: SignalOf<I[K]> } & InsideOf<B>;
export type Outputs<O extends Fields> = { readonly [K in keyof O]: SourceOf<O[K]> };

const problemsByModule = new WeakMap<Module, readonly Problem[]>();

/** @internal Mistakes and warnings of one module alone. */
export const problemsOf = (module: Module): readonly Problem[] => problemsByModule.get(module) ?? [];

/** A module type. The hardware is made once, when it is first needed. */
export class ModuleDefinition<I extends Fields = Fields, O extends Fields = Fields, B extends Interfaces = Interfaces> {
  readonly kind = 'module';
  readonly origin = Origin.here();
  #made: Module | undefined;
  #building = false;

  constructor(
    readonly name: string,
    readonly ports: Ports<I, O, B>,
    readonly build: (inputs: Inputs<I, B>, hw: Hardware) => Outputs<O>,
  ) {}

  get domains(): readonly string[] {
    return this.ports.domains ?? ['clk'];
  }

  /** @internal The netlist of this module; its problems are kept for `elaborate`. */
  make(): Module {
    if (this.#made !== undefined) return this.#made;
    if (this.#building) throw new WordlineError({ code: 'recursive-module', message: `module ${this.name} contains itself`, where: [this.origin] });
    this.#building = true;
    try {
      this.#made = this.#make();
    } finally {
      this.#building = false;
    }
    return this.#made;
  }

  #make(): Module {
    const { origin } = this;
    const builder = new Builder(this.name, this.domains, origin);
    const hw = new Hardware(builder);
    const inputOf = (name: string, type: Type): AnyCarrier =>
      mapLeaves(type, (leaf, lanes, path) => {
        const leafed = leafName(name, path);
        const id = builder.add({ kind: 'input', width: leaf.width, lanes, name: leafed, origin, ...(leaf.view && { view: leaf.view }) });
        builder.inputs.set(leafed, id);
        return new Signal(builder, id);
      });
    const outputOf = (name: string, type: Type): AnyCarrier =>
      mapLeaves(type, (leaf, lanes, path) => {
        const leafed = leafName(name, path);
        const id = builder.wire(leafed, { width: leaf.width, lanes }, origin, leaf.view);
        builder.outputs.set(leafed, id);
        return new Wire(builder, id);
      });
    const inputs: Record<string, unknown> = {};
    for (const [name, type] of Object.entries(this.ports.in ?? {})) inputs[name] = inputOf(name, type);
    for (const [name, { members }] of Object.entries(this.ports.io ?? {})) {
      inputs[name] = Object.fromEntries(
        Object.entries(members).map(([k, { direction, type }]: [string, Directed]) => [k, (direction === 'in' ? inputOf : outputOf)(leafName(name, [k]), type)]),
      );
    }
    const results = this.#built(builder, () => this.build(inputs as Inputs<I, B>, hw)) as Record<string, AnyCarrier>;
    const declared: Fields = this.ports.out ?? {};
    for (const [name, type] of Object.entries(declared)) {
      const value = results[name];
      if (value === undefined) builder.report('undriven', `output "${name}" of module ${this.name} gets no value`, [origin], 'return it from the build function');
      else if (!isOutputItself(builder, name, type, value)) assignAll(outputOf(name, type), value, origin);
    }
    for (const name of Object.keys(results)) {
      if (!Object.hasOwn(declared, name)) builder.report('unknown-port', `module ${this.name} has no output "${name}"`, [origin], suggest(name, Object.keys(declared)));
    }
    builder.close();
    const module: Module = {
      kind: 'module',
      name: this.name,
      nodes: builder.nodes,
      inputs: builder.inputs,
      outputs: builder.outputs,
      body: builder.body,
      memories: builder.memories,
      instances: builder.instances,
      domains: builder.domains,
      origin,
    };
    // A module with mistakes in it would only produce more of them below.
    problemsByModule.set(module, builder.problems.length > 0 ? builder.problems : checkModule(module));
    return module;
  }

  /** Runs the designer's code; a mistake that ends it does not hide those found before. */
  #built(builder: Builder, build: () => unknown): object {
    try {
      return (build() as object | undefined) ?? {};
    } catch (error) {
      if (error instanceof WordlineError && builder.problems.length > 0) throw new WordlineError([...builder.problems, ...error.problems]);
      throw error;
    }
  }
}

/** A register or wire that has the very name and shape of an output is that output: it needs no second name. */
function isOutputItself(builder: Builder, name: string, type: Type, value: AnyCarrier): boolean {
  if (!(value instanceof Signal) || value.builder !== builder) return false;
  const node = builder.node(value.id);
  const [leaf, ...more] = leavesOf(type);
  if (more.length > 0 || leaf!.path.length > 0 || node.name !== name || (node.kind !== 'reg' && node.kind !== 'wire') || !sameShape(node, leaf!.shape)) return false;
  builder.outputs.set(name, value.id);
  return true;
}

/**
 * Describes a type of hardware. `build` gets the input signals and the toolbox, and returns the values of the outputs.
 * ```ts
 * const Counter = module('Counter', { in: { enable: bit }, out: { value: uint(8) } }, ({ enable }, hw) => {
 *   const value = hw.reg('count', uint(8), { reset: 0 });
 *   hw.when(enable, () => value.next(value.add(1)));
 *   return { value };
 * });
 * ```
 */
export function module<
  const I extends Fields = Record<never, never>,
  const O extends Fields = Record<never, never>,
  const B extends Interfaces = Record<never, never>,
  R extends Outputs<O> = Outputs<O>,
>(name: string, ports: Ports<I, O, B>, build: (inputs: Inputs<I, B>, hw: Hardware) => R & FitFields<O, R>): ModuleDefinition<I, O, B> {
  return new ModuleDefinition(name, ports, build);
}

/**
 * A family of modules with parameters. The same parameters give the same module type, which is what lets instances share code.
 * ```ts
 * const Fifo = parametric((p: { depth: number; width: number }) => module(`Fifo${p.depth}x${p.width}`, ...));
 * hw.instance('queue', Fifo({ depth: 8, width: 32 }));
 * ```
 */
export function parametric<P extends object, D extends Definition>(make: (parameters: P) => D): (parameters: P) => D {
  const made = new Map<string, D>();
  return (parameters) => {
    const key = keyOf(parameters);
    let definition = made.get(key);
    if (definition === undefined) made.set(key, (definition = make(parameters)));
    return definition;
  };
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** Text that is the same for equal parameters and no others: plain data by value, in any order of keys, everything else by identity. */
function keyOf(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'symbol') fail('bad-parameter', `${String(value)} cannot be a parameter of a module`, { where: [Origin.here()] });
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (value instanceof Map) return `Map${keyOf([...(value as Map<unknown, unknown>)])}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof value === 'object' && (prototype === Object.prototype || prototype === null)) {
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${keyOf(v)}`)
      .join()}}`;
  }
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = ++lastIdentity));
  return `#${identity}`;
}

/** Behaviour in TypeScript behind typed ports; see `Model` in the netlist. */
export class ModelDefinition<I extends Fields = Fields, O extends Fields = Fields> {
  readonly kind = 'model';
  readonly domains: readonly string[] = ['clk'];
  readonly node: Model;

  constructor(
    readonly name: string,
    readonly ports: { readonly in: I; readonly out: O; readonly fire?: string; readonly verilog?: string },
    create: () => ModelBehaviour,
  ) {
    const ofFields = (fields: Fields): Map<string, PortType> =>
      new Map(Object.entries(fields).flatMap(([port, type]) => leavesOf(type).map(({ path, shape, view }) => [leafName(port, path), { ...shape, ...(view && { view }) }] as const)));
    const inputs = ofFields(ports.in);
    const { fire, verilog } = ports;
    const gate = fire === undefined ? undefined : inputs.get(fire);
    if (fire !== undefined && (gate?.width !== 1 || gate.lanes !== 1)) {
      throw new WordlineError({ code: 'bad-fire', message: `model ${name}: "fire" must name a one-bit input, not "${fire}"`, where: [Origin.here()] });
    }
    this.node = {
      kind: 'model',
      name,
      inputs,
      outputs: ofFields(ports.out),
      create,
      origin: Origin.here(),
      ...(fire !== undefined && { fire }),
      ...(verilog !== undefined && { verilog }),
    };
  }
}

/**
 * A block whose behaviour is TypeScript, such as a cell array. It acts at the clock edge only: it sees the settled inputs of the cycle that
 * ends and sets the outputs of the next. With `fire` it is called only at edges where that input is 1.
 */
export function model<const I extends Fields, const O extends Fields>(
  name: string,
  ports: { readonly in: I; readonly out: O; readonly fire?: string; readonly verilog?: string },
  create: () => ModelBehaviour,
): ModelDefinition<I, O> {
  return new ModelDefinition(name, ports, create);
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any definition, whatever its ports: the port types are invariant
export type Definition = ModuleDefinition<any, any, any> | ModelDefinition<any, any>;
