import type { Location } from '../diag/index.ts';
import { elaborate } from '../hdl/elaborate.ts';
import { ModuleDefinition, type Definition, type Interfaces } from '../hdl/module.ts';
import type { Fields } from '../hdl/types.ts';
import type { Module } from '../ir/netlist.ts';
import { liveTypes } from './live.ts';
import { changesOf, type Change, type MutationKind } from './changes.ts';

/** A module, whatever its ports. */
export type AnyModule = Extract<Definition, { readonly kind: 'module' }>;

/** What was changed, and where it was written. */
export interface Mutation {
  /** Its number among all mutants of the design, from 0: the same whenever the design is the same. */
  readonly index: number;
  /** The module type in which it is; all instances of that type have it. */
  readonly module: string;
  readonly kind: MutationKind;
  /** A sentence: `count < 3 became count <= 3`. */
  readonly what: string;
  readonly where?: Location;
}

/** A module of which the netlist is known already. */
class Changed<I extends Fields, O extends Fields, B extends Interfaces> extends ModuleDefinition<I, O, B> {
  constructor(
    of: ModuleDefinition<I, O, B>,
    private readonly netlist: Module,
  ) {
    super(of.name, of.ports, of.build);
  }

  override make(): Module {
    return this.netlist;
  }
}

/** The same hardware with one module type exchanged, wherever it is an instance. */
function exchange(top: Module, old: Module, now: () => Module): Module {
  const made = new Map<Module, Module>();
  const visit = (module: Module): Module => {
    if (module === old) return now();
    const before = made.get(module);
    if (before !== undefined) return before;
    const instances = module.instances.map((i) => (i.of.kind === 'module' ? { ...i, of: visit(i.of) } : i));
    const after = instances.some((i, k) => i.of !== module.instances[k]!.of) ? { ...module, instances } : module;
    made.set(module, after);
    return after;
  };
  return visit(top);
}

/** A design with one small mistake. {@link Mutant.apply} puts it into any design that the changed module is a part of. */
export class Mutant {
  readonly #old: Module | undefined;
  readonly #change: Change | undefined;
  #now: Module | undefined;
  readonly #applied = new WeakMap<object, object>();

  constructor(
    /** Absent in the original, which every test must pass. */
    readonly mutation: Mutation | undefined,
    old?: Module,
    change?: Change,
  ) {
    this.#old = old;
    this.#change = change;
  }

  /**
   * The same module with the mistake in it: the module that is mutated, or a larger one, such as a bench of hardware around it. Made once. A
   * module that does not contain the changed one comes back as it is.
   */
  apply<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>): ModuleDefinition<I, O, B> {
    const [old, change] = [this.#old, this.#change];
    if (old === undefined || change === undefined) return definition;
    const before = this.#applied.get(definition);
    if (before !== undefined) return before as ModuleDefinition<I, O, B>;
    const top = definition.make();
    const netlist = exchange(top, old, () => (this.#now ??= change.apply()));
    const after = netlist === top ? definition : new Changed(definition, netlist);
    this.#applied.set(definition, after);
    return after;
  }
}

export interface MutantOptions {
  /** Also the modules below it (default), or the module alone. */
  readonly below?: boolean;
  /** Only in these module types, by name. */
  readonly modules?: readonly string[];
}

/**
 * All mutants of a design, each with one small mistake that could have been made in its source. What only asserts, covers and waves look at
 * is left alone. In the order of module types, nodes and statements, so that numbers mean the same in every run.
 */
export function mutants(definition: AnyModule, { below = true, modules }: MutantOptions = {}): Mutant[] {
  const { top } = elaborate(definition);
  let index = 0;
  return [...liveTypes(top)]
    .filter(([module]) => (below || module === top) && (modules === undefined || modules.includes(module.name)))
    .flatMap(([module, live]) =>
      changesOf(module, live).map((change) => {
        const where = change.origin.location;
        return new Mutant({ index: index++, module: module.name, kind: change.kind, what: change.what, ...(where !== undefined && { where }) }, module, change);
      }),
    );
}
