import type { Problem } from '../../diag/index.ts';
import { pathNames, type Flat } from '../flatten.ts';
import type { DomainId, MemoryId, NodeId, RegNode } from '../netlist.ts';
import { operators } from '../operators/index.ts';
import { components, dependencies, driversOf, visitStatements } from '../visit.ts';

/** For each node, the clock domains whose state it depends on, with one source of each. */
export function clockSources(flat: Flat, deps: readonly (readonly NodeId[])[]): Map<DomainId, NodeId>[] {
  const writers = memoryWriters(flat);
  const sources: Map<DomainId, NodeId>[] = flat.nodes.map(() => new Map<DomainId, NodeId>());
  for (const group of components(flat.nodes.length, (id) => deps[id]!)) {
    const all = new Map<DomainId, NodeId>();
    for (const id of group) {
      const node = flat.nodes[id]!;
      if (node.kind === 'reg' || node.kind === 'reset') all.set(node.domain, id);
      if (node.kind === 'port') all.set(flat.models[node.instance]!.domain, id);
      if (node.kind === 'read') for (const d of writers.get(node.memory) ?? []) all.set(d, id);
      for (const d of deps[id]!) for (const [domain, source] of sources[d]!) if (!all.has(domain)) all.set(domain, source);
    }
    for (const id of group) sources[id] = all;
  }
  return sources;
}

/** The domains that write each memory. */
function memoryWriters(flat: Flat): Map<MemoryId, Set<DomainId>> {
  const writers = new Map<MemoryId, Set<DomainId>>();
  visitStatements(flat.body, (s) => {
    if (s.kind === 'write') writers.set(s.memory, (writers.get(s.memory) ?? new Set()).add(s.domain));
  });
  return writers;
}

/**
 * Clock crossings: state of one domain that reaches state of another through logic. Only a register that says it is a synchroniser may
 * do that, and only straight from a register, so that no glitch of logic in between is caught.
 */
export function findCrossings(flat: Flat): Problem[] {
  if (flat.domains.length < 2) return [];
  const names = pathNames(flat);
  const drivers = driversOf(flat.body);
  const deps = flat.nodes.map((n) => dependencies(n, drivers));
  const writers = memoryWriters(flat);
  const sources = clockSources(flat, deps);

  const problems = new Map<string, Problem>();
  const check = (values: readonly NodeId[], domain: DomainId, what: string, origin: Problem['where']): void => {
    for (const value of values) {
      for (const [from, source] of sources[value]!) {
        if (from === domain) continue;
        const node = flat.nodes[source]!;
        const name = names.get(source) ?? (node.kind === 'read' ? flat.memories[node.memory]!.path : node.kind);
        problems.set(`${what}:${name}:${from}`, {
          code: 'clock-crossing',
          message: `${what} of clock domain "${flat.domains[domain]!}" samples "${name}" of domain "${flat.domains[from]!}" without a synchroniser`,
          where: [...(origin ?? []), node.origin],
          hint: 'pass it through a register with { synchroniser: true } and a second one behind it, or through an asynchronous FIFO',
        });
      }
    }
  };
  const straight = (id: NodeId): boolean => {
    const node = flat.nodes[id]!;
    if (node.kind === 'op') return operators[node.op].grain === 'move' && node.args.every(straight);
    // A memory's word is as steady as its address: the reading side of an asynchronous FIFO.
    if (node.kind === 'read') return [...sources[node.args[0]]!.keys()].every((d) => !(writers.get(node.memory)?.has(d) ?? false));
    return node.kind !== 'wire' || (deps[id]!.length === 1 && straight(deps[id]![0]!));
  };

  visitStatements(flat.body, (s, conditions) => {
    if (s.kind === 'assign') {
      const target = flat.nodes[s.target]!;
      if (target.kind !== 'reg') return;
      const reg: RegNode = target;
      const what = `register "${names.get(reg.id) ?? '?'}"`;
      if (!reg.synchroniser || !straight(s.value)) check([s.value], reg.domain, what, [s.origin]);
      check([...conditions, ...(s.lane === undefined ? [] : [s.lane])], reg.domain, what, [s.origin]);
    } else if (s.kind === 'write') check([s.address, s.data, ...conditions], s.domain, `memory "${flat.memories[s.memory]!.path}"`, [s.origin]);
    else if (s.kind === 'check') check([s.condition, ...conditions], s.domain, `${s.check} "${s.message}"`, [s.origin]);
  });
  for (const m of flat.models) check([...m.inputs.values()], m.domain, `model "${m.path}"`, [m.origin]);
  return [...problems.values()];
}
