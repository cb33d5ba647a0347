import type { Origin } from '../diag/index.ts';
import type { Check, DomainId, Memory, Model, Module, Node, NodeId, Statement } from './netlist.ts';
import type { View } from './shape.ts';

/** A name in the hierarchy: one node may have several. */
export interface ScopeName {
  readonly name: string;
  readonly node: NodeId;
  readonly kind: 'input' | 'output' | 'reg' | 'wire';
  readonly view?: View;
}

export interface Scope {
  readonly name: string;
  readonly of: string;
  readonly names: readonly ScopeName[];
  readonly memories: readonly { readonly name: string; readonly memory: number }[];
  readonly children: readonly Scope[];
}

export interface FlatModel {
  /** Dotted path below the top. */
  readonly path: string;
  readonly model: Model;
  readonly inputs: ReadonlyMap<string, NodeId>;
  readonly outputs: ReadonlyMap<string, NodeId>;
  readonly domain: DomainId;
  /** Where it was placed. */
  readonly origin: Origin;
}

export interface FlatMemory extends Memory {
  readonly path: string;
}

export type FlatCheck = Check & { readonly path: string };

/**
 * A whole design as one netlist: instances dissolved, names kept in `scope`. An input of an instance is the parent's wire that feeds
 * it, an output is the child's wire; only models leave `port` nodes.
 */
export interface Flat {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly body: readonly Statement[];
  readonly memories: readonly FlatMemory[];
  readonly models: readonly FlatModel[];
  readonly domains: readonly string[];
  readonly inputs: ReadonlyMap<string, NodeId>;
  readonly outputs: ReadonlyMap<string, NodeId>;
  readonly scope: Scope;
  /** Instance path of each check, in the order of `visitStatements`. */
  readonly checkPaths: ReadonlyMap<Check, string>;
}

interface Placed {
  readonly module: Module;
  readonly path: string;
  /** Local node to flat node. */
  readonly map: Int32Array;
  readonly memories: readonly number[];
  readonly domains: readonly DomainId[];
  readonly children: readonly Placed[];
}

export function flatten(top: Module): Flat {
  const nodes: Node[] = [];
  const memories: FlatMemory[] = [];
  const models: FlatModel[] = [];
  const body: Statement[] = [];
  const checkPaths = new Map<Check, string>();

  /** First walk: give every node its number. Inputs come from above, ports from below. */
  const place = (module: Module, path: string, domains: readonly DomainId[], inputs: ReadonlyMap<string, NodeId> | undefined): Placed => {
    const map = new Int32Array(module.nodes.length).fill(-1);
    if (inputs !== undefined) for (const [name, id] of module.inputs) map[id] = inputs.get(name)!;
    for (const node of module.nodes) if (isOwn(module, node, inputs === undefined)) map[node.id] = nodes.push(node) - 1;
    const firstMemory = memories.length;
    for (const m of module.memories) memories.push({ ...m, id: memories.length, path: below(path, m.name) });
    const children: Placed[] = [];
    module.instances.forEach((instance) => {
      const { of } = instance;
      const childPath = below(path, instance.name);
      const feed = new Map([...instance.inputs].map(([port, id]) => [port, map[id]!]));
      const childDomains = instance.domains.map((d) => domains[d]!);
      if (of.kind === 'model') {
        const outputs = new Map([...instance.outputs].map(([port, id]) => [port, map[id]!]));
        models.push({ path: childPath, model: of, inputs: feed, outputs, domain: childDomains[0]!, origin: instance.origin });
        return;
      }
      const child = place(of, childPath, childDomains, feed);
      children.push(child);
      for (const [port, id] of instance.outputs) map[id] = child.map[of.outputs.get(port)!]!;
    });
    return { module, path, map, memories: module.memories.map((_, i) => firstMemory + i), domains, children };
  };

  const root = place(top, '', top.domains.map((_, i) => i), undefined);
  const modelIndex = new Map(models.map((m, i) => [m.path, i]));

  /** Second walk: translate references. */
  const translate = ({ module, path, map, memories: memoryMap, domains, children }: Placed): void => {
    const at = (id: NodeId): NodeId => map[id]!;
    const translated = (node: Node, id: NodeId): Node => {
      switch (node.kind) {
        case 'op':
          return { ...node, id, args: node.args.map(at) };
        case 'read':
          return { ...node, id, memory: memoryMap[node.memory]!, args: [at(node.args[0])] };
        case 'reg':
        case 'reset':
          return { ...node, id, domain: domains[node.domain]! };
        case 'port':
          return { ...node, id, instance: modelIndex.get(below(path, module.instances[node.instance]!.name))! };
        case 'const':
        case 'input':
        case 'wire':
          return { ...node, id };
      }
    };
    for (const node of module.nodes) if (isOwn(module, node, path === '')) nodes[at(node.id)] = translated(node, at(node.id));
    const statement = (s: Statement): Statement => {
      switch (s.kind) {
        case 'assign':
          return { ...s, target: at(s.target), value: at(s.value), ...(s.lane !== undefined && { lane: at(s.lane) }) };
        case 'write':
          return { ...s, memory: memoryMap[s.memory]!, address: at(s.address), data: at(s.data), domain: domains[s.domain]! };
        case 'check': {
          const check = { ...s, condition: at(s.condition), values: s.values.map((v) => ({ name: v.name, node: at(v.node) })), domain: domains[s.domain]! };
          checkPaths.set(check, path);
          return check;
        }
        case 'when':
          return { ...s, arms: s.arms.map((arm) => ({ ...arm, condition: arm.condition === undefined ? undefined : at(arm.condition), body: arm.body.map(statement) })) };
      }
    };
    for (const s of module.body) body.push(statement(s));
    children.forEach(translate);
  };
  translate(root);

  const scopeOf = ({ module, map, path, memories: memoryMap, children }: Placed, name: string): Scope => {
    const outputs = new Set(module.outputs.values());
    const names = module.nodes
      .filter((n) => n.name !== undefined && !(n.kind === 'wire' && n.feeds !== undefined))
      .map((n): ScopeName => ({ name: n.name!, node: map[n.id]!, kind: n.kind === 'input' ? 'input' : outputs.has(n.id) ? 'output' : n.kind === 'reg' ? 'reg' : 'wire', ...(n.view && { view: n.view }) }));
    const childScopes = children.map((c) => scopeOf(c, c.path.slice(c.path.lastIndexOf('.') + 1)));
    // A model is a scope too: its ports are what there is to see of it.
    module.instances.forEach((instance) => {
      if (instance.of.kind !== 'model') return;
      const flat = models[modelIndex.get(below(path, instance.name))!]!;
      const port = (kind: 'input' | 'output') => ([port, node]: [string, NodeId]): ScopeName => {
        const { view } = nodes[node]!;
        return { name: port, node, kind, ...(view && { view }) };
      };
      childScopes.push({ name: instance.name, of: instance.of.name, names: [...[...flat.inputs].map(port('input')), ...[...flat.outputs].map(port('output'))], memories: [], children: [] });
    });
    return { name, of: module.name, names, memories: module.memories.map((m, i) => ({ name: m.name, memory: memoryMap[i]! })), children: childScopes };
  };

  return {
    name: top.name,
    nodes,
    body,
    memories,
    models,
    domains: top.domains,
    inputs: new Map([...top.inputs].map(([name, id]) => [name, root.map[id]!])),
    outputs: new Map([...top.outputs].map(([name, id]) => [name, root.map[id]!])),
    scope: scopeOf(root, top.name),
    checkPaths,
  };
}

/** Does a node of a module become one of the flat design? An output of an instance is a node of the instance, an input one of what is around it. */
function isOwn(module: Module, node: Node, isTop: boolean): boolean {
  if (node.kind === 'port') return module.instances[node.instance]!.of.kind === 'model';
  return isTop || node.kind !== 'input';
}

/** The dotted path below the top by which a node is called; the shortest if it has several. */
export function pathNames({ scope }: Flat): Map<NodeId, string> {
  const names = new Map<NodeId, string>();
  const walk = (s: Scope, prefix: string): void => {
    for (const { name, node } of s.names) if (!names.has(node)) names.set(node, prefix + name);
    for (const child of s.children) walk(child, `${prefix}${child.name}.`);
  };
  walk(scope, '');
  return names;
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
