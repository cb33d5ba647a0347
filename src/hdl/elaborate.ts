import { fail, Origin, WordlineError, type Problem } from '../diag/index.ts';
import { findCrossings } from '../ir/check/crossing.ts';
import { findLoops } from '../ir/check/loops.ts';
import { flatten, type Flat } from '../ir/flatten.ts';
import type { Module, NodeId } from '../ir/netlist.ts';
import type { Fields } from './types.ts';
import { ModuleDefinition, problemsOf, type Interfaces } from './module.ts';

/** A checked design: what simulators and exporters take. */
export interface Design {
  readonly top: Module;
  readonly flat: Flat;
  /** Nodes that lie on a cycle of nodes (never of bits). */
  readonly cyclicNodes: ReadonlySet<NodeId>;
  readonly warnings: readonly Problem[];
}

const designs = new WeakMap<Module, Design>();

/** Builds the hardware of a module and everything below it, and checks it. All mistakes are thrown together as one `WordlineError`. */
export function elaborate<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>): Design {
  const given: unknown = definition;
  if (!(given instanceof ModuleDefinition)) {
    const hint = typeof given === 'function' ? 'a family of modules must be called with its parameters first' : undefined;
    fail('no-module', `${typeof given === 'function' ? 'a function' : String(given)} where a module definition is needed`, { where: [Origin.here()], ...(hint !== undefined && { hint }) });
  }
  const top = definition.make();
  const before = designs.get(top);
  if (before !== undefined) return before;
  const all = new Set<Module>();
  const collect = (m: Module): void => {
    if (all.has(m)) return;
    all.add(m);
    for (const { of } of m.instances) if (of.kind === 'module') collect(of);
  };
  collect(top);
  const problems = [...all].flatMap((m) => problemsOf(m));
  const isError = (p: Problem): boolean => p.severity !== 'warning';
  if (problems.some(isError)) throw new WordlineError(problems.filter(isError));
  const flat = flatten(top);
  const { problems: loops, cyclicNodes } = findLoops(top, flat);
  const whole = [...loops, ...findCrossings(flat)];
  if (whole.length > 0) throw new WordlineError(whole);
  const design: Design = { top, flat, cyclicNodes, warnings: problems };
  designs.set(top, design);
  return design;
}
