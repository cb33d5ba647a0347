import type { Origin } from '../diag/index.ts';
import type { Flat, Scope } from '../ir/flatten.ts';
import type { DomainId, Model, Module, NodeId, Statement } from '../ir/netlist.ts';

/** A named signal of an instance. */
export interface PlacedSignal {
  readonly name: string;
  /** Node of the flat design. */
  readonly node: NodeId;
  /** The type's own declaration. */
  readonly origin: Origin;
  /** Is it the register itself, and not a port that leads to one? */
  readonly register: boolean;
}

/** An instance of a module type, or a model. */
export interface Placed {
  readonly path: string;
  readonly of: Module | Model;
  readonly signals: readonly PlacedSignal[];
  /** Statements in numbers of the flat design; index i is `body[i]` of the type. */
  readonly body: readonly Statement[];
  /** The clock of whatever has none of its own. */
  readonly domain: DomainId;
}

/** All instances, in the order in which `flatten` put them: an instance before those in it, and its models at the end. */
export function placedInstances(top: Module, flat: Flat): Placed[] {
  const all: Placed[] = [];
  let taken = 0;
  const walk = (module: Module, scope: Scope, path: string, domains: readonly DomainId[], outer: DomainId): void => {
    const body = flat.body.slice(taken, (taken += module.body.length));
    const domain = domains[0] ?? outer;
    const declared = new Map(module.nodes.filter((n) => n.name !== undefined && !(n.kind === 'wire' && n.feeds !== undefined)).map((n) => [n.name!, n]));
    const signals = scope.names.map(({ name, node }): PlacedSignal => ({ name, node, origin: declared.get(name)!.origin, register: declared.get(name)!.kind === 'reg' }));
    all.push({ path, of: module, signals, body, domain });
    const models: Placed[] = [];
    const scopes = new Map(scope.children.map((s) => [s.name, s]));
    for (const { name, of, domains: inner, origin } of module.instances) {
      const child = scopes.get(name)!;
      const childDomains = inner.map((d) => domains[d]!);
      if (of.kind === 'module') walk(of, child, `${path}.${name}`, childDomains, domain);
      else models.push({ path: `${path}.${name}`, of, signals: child.names.map((n) => ({ name: n.name, node: n.node, origin, register: false })), body: [], domain: childDomains[0]! });
    }
    all.push(...models);
  };
  walk(top, flat.scope, flat.name, flat.domains.map((_, i) => i), 0);
  return all;
}
