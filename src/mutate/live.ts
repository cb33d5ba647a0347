import type { MemoryId, Module, NodeId, Statement } from '../ir/netlist.ts';
import { visitStatements } from '../ir/visit.ts';

/** What a module's outputs, and the instances in it, can be told by. The rest is there for checks and for waves. */
export interface Live {
  readonly nodes: ReadonlySet<NodeId>;
  readonly memories: ReadonlySet<MemoryId>;
}

/** Mutants of what only an assert looks at would say nothing of the hardware: they are mutants of the test. */
export function liveParts(module: Module): Live {
  const sources = new Map<NodeId, NodeId[]>();
  const ofMemory = new Map<MemoryId, NodeId[]>();
  const note = <K>(map: Map<K, NodeId[]>, key: K, ids: readonly NodeId[]): void => void map.set(key, [...(map.get(key) ?? []), ...ids]);
  visitStatements(module.body, (s, conditions) => {
    if (s.kind === 'assign') note(sources, s.target, [s.value, ...(s.lane === undefined ? [] : [s.lane]), ...conditions]);
    else if (s.kind === 'write') note(ofMemory, s.memory, [s.address, s.data, ...conditions]);
  });
  const nodes = new Set<NodeId>();
  const memories = new Set<MemoryId>();
  const waiting: NodeId[] = [...module.outputs.values(), ...module.instances.flatMap((i) => [...i.inputs.values()])];
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
