import { fail, Origin, suggest } from '../diag/index.ts';
import type { Instance as InstanceNode, Module, NodeId } from '../ir/netlist.ts';
import { visitStatements } from '../ir/visit.ts';
import { Wire } from './assign.ts';
import type { Hardware } from './hardware.ts';
import type { Members, Outside, Interface } from './interface.ts';
import type { Definition, Interfaces, ModuleDefinition } from './module.ts';
import { Signal } from './signal.ts';
import { leafName, type Fields, type Type } from './types.ts';
import { assignAll, mapLeaves, type AnyCarrier, type FitFields, type SignalOf, type SourceOf, type WireOf } from './values.ts';

// Read off the ports alone: a definition is invariant in its parameters, so that it matches no wider one.
type InOf<D> = D extends { readonly ports: { readonly in?: infer I extends Fields } } ? I : never;
type OutOf<D> = D extends { readonly ports: { readonly out?: infer O extends Fields } } ? O : never;
type IoOf<D> = D extends { readonly ports: { readonly io?: infer B extends Interfaces } } ? B : Record<never, never>;

/** Inputs to connect when an instance is placed; the others are set through `in`. */
export type Connections<D> = { readonly [K in keyof InOf<D>]?: SourceOf<InOf<D>[K]> };
export type FitConnections<D, V> = FitFields<InOf<D>, V>;

/** A placed module: `in` to drive, `out` to read, `io` to connect. */
export interface InstanceOf<D> {
  readonly in: { readonly [K in keyof InOf<D>]: WireOf<InOf<D>[K]> };
  readonly out: { readonly [K in keyof OutOf<D>]: SignalOf<OutOf<D>[K]> };
  readonly io: { readonly [K in keyof IoOf<D>]: IoOf<D>[K] extends Interface<infer M extends Members> ? Outside<M> : never };
}

/** Is there anything in a module that a clock moves? */
function usesClock(module: Module): boolean {
  let clocked = module.nodes.some((n) => n.kind === 'reg' || n.kind === 'reset') || module.instances.some(({ of }) => of.kind === 'model' || usesClock(of));
  visitStatements(module.body, (s) => {
    if (s.kind === 'write' || s.kind === 'check') clocked = true;
  });
  return clocked;
}

export function instantiate<D extends Definition>(hw: Hardware, name: string, definition: D, connections: Connections<D>, domains: Readonly<Record<string, string>>): InstanceOf<D> {
  const origin = Origin.here();
  const { builder } = hw;
  const of = definition.kind === 'module' ? definition.make() : definition.node;
  builder.claim(name, origin);
  if (builder.domains.length === 0 && (of.kind === 'model' || usesClock(of))) builder.clocked(`instance "${name}" of ${definition.name}`, origin);
  const index = builder.instances.length;
  const inputs = new Map<string, NodeId>();
  const outputs = new Map<string, NodeId>();
  const ports = (definition as ModuleDefinition).ports as { in?: Fields; out?: Fields; io?: Interfaces };

  const driven = (port: string, type: Type): AnyCarrier =>
    mapLeaves(type, (leaf, lanes, path) => {
      const leafed = leafName(port, path);
      const id = builder.wire(`${name}.${leafed}`, { width: leaf.width, lanes }, origin, leaf.view, { feeds: { instance: index, port: leafed } });
      inputs.set(leafed, id);
      return new Wire(builder, id);
    });
  const read = (port: string, type: Type): AnyCarrier =>
    mapLeaves(type, (leaf, lanes, path) => {
      const leafed = leafName(port, path);
      const id = builder.add({ kind: 'port', instance: index, port: leafed, width: leaf.width, lanes, origin, ...(leaf.view && { view: leaf.view }) });
      outputs.set(leafed, id);
      return new Signal(builder, id);
    });

  const ins = Object.fromEntries(Object.entries(ports.in ?? {}).map(([k, t]) => [k, driven(k, t)]));
  const outs = Object.fromEntries(Object.entries(ports.out ?? {}).map(([k, t]) => [k, read(k, t)]));
  const io = Object.fromEntries(
    Object.entries(ports.io ?? {}).map(([end, { members }]) => [
      end,
      Object.fromEntries(Object.entries(members).map(([k, { direction, type }]) => [k, (direction === 'in' ? driven : read)(leafName(end, [k]), type)])),
    ]),
  );
  for (const given of Object.keys(domains)) {
    if (!definition.domains.includes(given)) fail('unknown-domain', `${definition.name} has no clock domain "${given}"`, { where: [origin], hint: suggest(given, definition.domains) });
  }
  const instance: InstanceNode = {
    name,
    of,
    inputs,
    outputs,
    // A domain that is not given: the current one for the default domain, otherwise the one of the same name.
    domains: definition.domains.map((d, i) => (domains[d] !== undefined ? hw.domainId(domains[d]) : i === 0 ? builder.domain : hw.domainId(d))),
    origin,
  };
  builder.instances.push(instance);
  for (const [port, value] of Object.entries(connections)) {
    const target = ins[port];
    if (target === undefined) {
      builder.report('unknown-port', `${definition.name} has no input "${port}"`, [origin], suggest(port, Object.keys(ins)));
      continue;
    }
    assignAll(target, value as AnyCarrier);
  }
  return { in: ins, out: outs, io } as unknown as InstanceOf<D>;
}

