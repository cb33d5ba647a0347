import type { MemoryId, Module, NodeId, Statement } from '../ir/netlist.ts';
import { visitStatements } from '../ir/visit.ts';

/** What a module's outputs, and the instances in it, can be told by. The rest is there for checks and for waves. */
export interface Live {
  readonly nodes: ReadonlySet<NodeId>;
  readonly memories: ReadonlySet<MemoryId>;
}

/**
 * Mutants of what only an assert looks at would say nothing of the hardware: they are mutants of the test.
 *
 * @param outputs Those of its outputs that somebody reads.
 */
function liveParts(module: Module, outputs: ReadonlySet<string>): Live {
  const sources = new Map<NodeId, NodeId[]>();
  const ofMemory = new Map<MemoryId, NodeId[]>();
  const note = <K>(map: Map<K, NodeId[]>, key: K, ids: readonly NodeId[]): void => void map.set(key, [...(map.get(key) ?? []), ...ids]);
  visitStatements(module.body, (s, conditions) => {
    if (s.kind === 'assign') note(sources, s.target, [s.value, ...(s.lane === undefined ? [] : [s.lane]), ...conditions]);
    else if (s.kind === 'write') note(ofMemory, s.memory, [s.address, s.data, ...conditions]);
  });
  const nodes = new Set<NodeId>();
  const memories = new Set<MemoryId>();
  const waiting: NodeId[] = [...[...outputs].map((name) => module.outputs.get(name)!), ...module.instances.flatMap((i) => [...i.inputs.values()])];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (nodes.has(id)) continue;
    nodes.add(id);
    const node = module.nodes[id]!;
    if (node.kind === 'op') waiting.push(...node.args);
    else if (node.kind === 'read') {
      waiting.push(...node.args);
      if (!memories.has(node.memory)) waiting.push(...(ofMemory.get(node.memory) ?? []));
      memories.add(node.memory);
    }
    waiting.push(...(sources.get(id) ?? []));
  }
  return { nodes, memories };
}

/** The module types of a design, those that contain others first, and what is live in each: for its instances together. */
export function liveTypes(top: Module): Map<Module, Live> {
  const order: Module[] = [];
  const seen = new Set<Module>();
  const visit = (module: Module): void => {
    if (seen.has(module)) return;
    seen.add(module);
    for (const { of } of module.instances) if (of.kind === 'module') visit(of);
    order.unshift(module);
  };
  visit(top);
  const read = new Map<Module, Set<string>>(order.map((m) => [m, new Set(m === top ? m.outputs.keys() : [])]));
  const found = new Map<Module, Live>();
  for (const module of order) {
    const live = liveParts(module, read.get(module)!);
    found.set(module, live);
    for (const { of, outputs } of module.instances) {
      if (of.kind === 'module') for (const [name, id] of outputs) if (live.nodes.has(id)) read.get(of)!.add(name);
    }
  }
  return found;
}

/** Does a statement, or one inside it, do something that is live? */
export function isLive(s: Statement, live: Live): boolean {
  switch (s.kind) {
    case 'assign':
      return live.nodes.has(s.target);
    case 'write':
      return live.memories.has(s.memory);
    case 'check':
      return false;
    case 'when':
      return s.arms.some((arm) => arm.body.some((inner) => isLive(inner, live)));
  }
}
