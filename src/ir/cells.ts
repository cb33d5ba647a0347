import { fail } from '../diag/index.ts';
import { flatten, type Flat } from './flatten.ts';
import { resolve, type Graph, type GraphNode } from './graph.ts';
import type { DomainId, Instance, Model, Module, NodeId } from './netlist.ts';
import { optimise } from './passes/index.ts';
import { replicate } from './passes/lanes/index.ts';

/**
 * Large modules that stand in a design several times: each is optimised once, and engines run one piece of code for all of its instances
 * ("cells"). Small ones are dissolved into their surroundings, where they become lanes of Vecs.
 */
export interface CellType {
  /** The module by itself; its inputs are `input` nodes. */
  readonly graph: Graph;
  /** The domain of the design that clocks the cells. */
  readonly domain: DomainId;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly path: string;
  /** Node k of the module's graph is node `first + k` of the design's. Inputs have no nodes there: see `drivers`. */
  readonly first: NodeId;
  /** Input node of the module's graph to what drives it in the design's. */
  readonly drivers: ReadonlyMap<NodeId, NodeId>;
  /** Numbers of the first memory and the first model, in the design. */
  readonly memory: number;
  readonly model: number;
}

export interface Celled {
  readonly graph: Graph;
  readonly types: readonly CellType[];
}

export interface CellOptions {
  /** Operators from which on a module is worth functions of its own. */
  readonly operators: number;
  /** Part of them that outputs may need: these are worked out where the outputs are used, too. */
  readonly forOutputs: number;
}

interface Made {
  readonly flat: Flat;
  readonly graph: Graph;
}

/** Vecs are made of instances first, since folding makes some of them unlike the others. */
const finished = (flat: Flat, raw = resolve(flat)): Graph => optimise(replicate(raw, flat));

/** The optimised graph of a design, with the cells that were found in it. */
export function withCells(top: Module, flat: Flat, { operators, forOutputs }: CellOptions): Celled {
  const made = new Map<Module, Made>();
  const make = (module: Module): Made => {
    let known = made.get(module);
    if (known === undefined) {
      const own = flatten(module);
      made.set(module, (known = { flat: own, graph: resolve(own) }));
    }
    return known;
  };
  const chosen = choose(top, (m) => {
    if (operatorsIn(m) < operators) return false;
    const { flat: own, graph } = make(m);
    const all = graph.nodes.filter((n) => n.kind === 'op').length;
    return all >= operators && operatorsBehind(graph, [...own.outputs.values()].map((id) => graph.image[id]!)) <= forOutputs * all;
  });
  if (chosen.size === 0) return { graph: finished(flat), types: [] };
  const vectors = new Map([...chosen].map((m) => [m, { flat: make(m).flat, graph: finished(make(m).flat, make(m).graph) }] as const));
  return expand(top, flat, vectors);
}

/** Operators of a module and all below it, before they are optimised. */
const counts = new WeakMap<Module, number>();
function operatorsIn(module: Module): number {
  let count = counts.get(module);
  if (count === undefined) {
    count = module.nodes.filter((n) => n.kind === 'op').length;
    for (const { of } of module.instances) if (of.kind === 'module') count += operatorsIn(of);
    counts.set(module, count);
  }
  return count;
}

/** Operators between state and inputs and some nodes. */
function operatorsBehind({ nodes }: Graph, roots: readonly NodeId[]): number {
  const seen = new Set(roots);
  let count = 0;
  for (const id of seen) {
    const node = nodes[id]!;
    if (node.kind === 'op') count++;
    if (node.kind === 'op' || node.kind === 'read') for (const a of node.args) seen.add(a);
  }
  return count;
}

/** From the top down: module types of which there are several instances. What is inside one of them is not looked at again. */
function choose(top: Module, isLarge: (module: Module) => boolean): ReadonlySet<Module> {
  const chosen = new Set<Module>();
  let level: Module[] = [top];
  while (level.length > 0) {
    const below = level.flatMap((m) => m.instances.flatMap(({ of }) => (of.kind === 'module' ? [of] : [])));
    const number = new Map<Module, number>();
    for (const m of below) number.set(m, (number.get(m) ?? 0) + 1);
    for (const [m, n] of number) if (n > 1 && m.domains.length === 1 && isLarge(m)) chosen.add(m);
    level = below.filter((m) => !chosen.has(m));
  }
  return chosen;
}

/** A cell while the parts are put together. */
interface Placed extends Made {
  readonly module: Module;
  readonly path: string;
  readonly domain: DomainId;
  /** Of the surroundings: what feeds it, and the nodes that stand for its outputs. */
  readonly inputs: ReadonlyMap<string, NodeId>;
  readonly outputs: ReadonlyMap<string, NodeId>;
}

function expand(top: Module, flat: Flat, chosen: ReadonlyMap<Module, Made>): Celled {
  const stands = new Map<Model, Module>();
  const outside = surroundings(top, chosen, stands);
  const outerFlat = flatten(outside);
  const outer = finished(outerFlat);

  // ---- nodes: the surroundings, then each cell ----
  const placed: (Placed & { readonly first: NodeId })[] = [];
  let size = outer.nodes.length;
  for (const { model, path, domain, inputs, outputs } of outer.models) {
    const module = stands.get(model);
    if (module === undefined) continue;
    const made = chosen.get(module)!;
    placed.push({ ...made, module, path, domain, inputs, outputs, first: size });
    size += made.graph.nodes.length;
  }
  /** Node of the surroundings that stands for an output: of which cell, and which node there. */
  const standsFor = new Map<NodeId, { readonly cell: (typeof placed)[number]; readonly node: NodeId }>();
  const inputNames = new Map([...chosen].map(([m, { flat: own, graph }]) => [m, new Map([...own.inputs].map(([port, id]) => [graph.image[id]!, port]))]));
  for (const cell of placed) {
    for (const [port, id] of cell.outputs) standsFor.set(id, { cell, node: cell.graph.image[cell.flat.outputs.get(port)!]! });
  }
  const inCell = (cell: (typeof placed)[number], id: NodeId): NodeId => {
    const input = inputNames.get(cell.module)!.get(id);
    return input === undefined ? cell.first + id : outsideCells(cell.inputs.get(input)!);
  };
  const outsideCells = (id: NodeId): NodeId => {
    const output = standsFor.get(id);
    return output === undefined ? id : inCell(output.cell, output.node);
  };

  const order = new Order(flat);
  const nodes: GraphNode[] = [];
  const add = (node: GraphNode, at: (id: NodeId) => NodeId, shift: { readonly domain?: DomainId; readonly memory: (m: number) => number; readonly model: (m: number) => number }): void => {
    const id = nodes.length;
    if (node.kind === 'op') nodes.push({ ...node, id, args: node.args.map(at) });
    else if (node.kind === 'read') nodes.push({ ...node, id, args: [at(node.args[0])], memory: shift.memory(node.memory) });
    else if (node.kind === 'reg' || node.kind === 'reset') nodes.push({ ...node, id, domain: shift.domain ?? node.domain });
    else if (node.kind === 'port') nodes.push({ ...node, id, instance: shift.model(node.instance) });
    else nodes.push({ ...node, id });
  };
  /** What nobody refers to: nodes that stand for something else. */
  const nothing = (node: GraphNode): void => void nodes.push({ kind: 'const', value: 0n, id: nodes.length, width: node.width, lanes: node.lanes, origin: node.origin });

  const outerMemory = (m: number): number => order.memory(outer.memories[m]!.path);
  const outerModel = (m: number): number => order.model(outer.models[m]!.path);
  for (const node of outer.nodes) {
    if (standsFor.has(node.id)) nothing(node);
    else add(node, outsideCells, { memory: outerMemory, model: outerModel });
  }
  for (const cell of placed) {
    const shift = { domain: cell.domain, memory: (m: number) => order.memory(below(cell.path, cell.graph.memories[m]!.path)), model: (m: number) => order.model(below(cell.path, cell.graph.models[m]!.path)) };
    for (const node of cell.graph.nodes) {
      if (node.kind === 'input') nothing(node);
      else add(node, (id) => inCell(cell, id), shift);
    }
  }

  // ---- what the nodes are for ----
  type Part = { readonly of: Graph; readonly at: (id: NodeId) => NodeId; readonly path: string; readonly domain?: DomainId; readonly memory: (m: number) => number };
  const parts: Part[] = [
    { of: outer, at: outsideCells, path: '', memory: outerMemory },
    ...placed.map((cell): Part => ({ of: cell.graph, at: (id) => inCell(cell, id), path: cell.path, domain: cell.domain, memory: (m) => order.memory(below(cell.path, cell.graph.memories[m]!.path)) })),
  ];
  const next = new Map<NodeId, NodeId>();
  for (const { of, at } of parts) for (const [reg, value] of of.next) next.set(at(reg), at(value));
  const writes = parts.flatMap(({ of, at, domain, memory }) =>
    of.writes.map((w) => ({ memory: memory(w.memory), enable: at(w.enable), address: at(w.address), data: at(w.data), domain: domain ?? w.domain })),
  );
  const checks = order.checks(
    parts.flatMap(({ of, at, path, domain }) =>
      of.checks.map((c) => ({ source: { ...c.source, domain: domain ?? c.source.domain }, path: below(path, c.path), active: at(c.active), condition: at(c.condition) })),
    ),
  );
  const models = parts
    .flatMap(({ of, at, path, domain }) =>
      of.models
        .filter((m) => !stands.has(m.model))
        .map((m) => ({ ...m, path: below(path, m.path), domain: domain ?? m.domain, inputs: mapValues(m.inputs, at), outputs: mapValues(m.outputs, at) })),
    )
    .sort((a, b) => order.model(a.path) - order.model(b.path));

  const image = new Int32Array(flat.nodes.length).fill(-1);
  const cellAt = new Map(placed.map((c) => [c.path, c]));
  let [whole, part] = [0, 0];
  const number = (module: Module, path: string): void => {
    for (const node of module.nodes) {
      const dissolved = node.kind === 'port' && module.instances[node.instance]!.of.kind === 'module';
      const isCell = dissolved && cellAt.has(below(path, module.instances[node.instance]!.name));
      if (node.kind === 'input' && path !== '') continue;
      // The output of a cell is a node of the surroundings only while they are by themselves.
      if (!dissolved) image[whole++] = seen(outer.image[part++]!);
      else if (isCell) part++;
    }
    for (const { of, name } of module.instances) {
      if (of.kind === 'model') continue;
      const cell = cellAt.get(below(path, name));
      if (cell === undefined) number(of, below(path, name));
      else for (const n of cell.flat.nodes) if (n.kind !== 'input') image[whole++] = cell.graph.image[n.id] === -1 ? -1 : inCell(cell, cell.graph.image[n.id]!);
    }
  };
  const seen = (id: NodeId): NodeId => (id === -1 ? -1 : outsideCells(id));
  number(top, '');
  if (whole !== flat.nodes.length) fail('broken-pass', `cells cover ${whole} of ${flat.nodes.length} nodes`);

  const types: CellType[] = [];
  for (const [module, { graph }] of chosen) {
    for (const domain of new Set(placed.filter((c) => c.module === module).map((c) => c.domain))) {
      const cells = placed
        .filter((c) => c.module === module && c.domain === domain)
        .map((c): Cell => ({
          path: c.path,
          first: c.first,
          drivers: new Map([...c.flat.inputs].map(([port, id]) => [graph.image[id]!, outsideCells(c.inputs.get(port)!)])),
          memory: graph.memories.length === 0 ? 0 : order.memory(below(c.path, graph.memories[0]!.path)),
          model: graph.models.length === 0 ? 0 : order.model(below(c.path, graph.models[0]!.path)),
        }));
      types.push({ graph, domain, cells });
    }
  }
  return { graph: { nodes, next, writes, checks, memories: flat.memories, models, domains: flat.domains, image }, types };
}

/** The design with models in the place of cells, which have the same ports. */
function surroundings(top: Module, chosen: ReadonlyMap<Module, unknown>, stands: Map<Model, Module>): Module {
  const outside = new Map<Module, Module>();
  const model = new Map<Module, Model>();
  const standIn = (module: Module): Model => {
    let known = model.get(module);
    if (known === undefined) {
      const ports = (names: ReadonlyMap<string, NodeId>) => new Map([...names].map(([port, id]) => [port, module.nodes[id]!]));
      known = { kind: 'model', name: module.name, inputs: ports(module.inputs), outputs: ports(module.outputs), create: () => fail('broken-pass', `${module.name} is no model`), origin: module.origin };
      model.set(module, known);
      stands.set(known, module);
    }
    return known;
  };
  const replace = (module: Module): Module => {
    let known = outside.get(module);
    if (known === undefined) {
      const instances = module.instances.map((i): Instance => (i.of.kind === 'model' ? i : { ...i, of: chosen.has(i.of) ? standIn(i.of) : replace(i.of) }));
      outside.set(module, (known = instances.every((i, k) => i.of === module.instances[k]!.of) ? module : { ...module, instances }));
    }
    return known;
  };
  return replace(top);
}

/** The order in which a design lists memories, models and checks. */
class Order {
  readonly #memories: ReadonlyMap<string, number>;
  readonly #models: ReadonlyMap<string, number>;
  readonly #scopes = new Map<string, number>();

  constructor(flat: Flat) {
    this.#memories = new Map(flat.memories.map((m, i) => [m.path, i]));
    this.#models = new Map(flat.models.map((m, i) => [m.path, i]));
    const walk = (scope: Flat['scope'], path: string): void => {
      this.#scopes.set(path, this.#scopes.size);
      for (const child of scope.children) walk(child, below(path, child.name));
    };
    walk(flat.scope, '');
  }
  memory(path: string): number {
    return this.#memories.get(path)!;
  }
  model(path: string): number {
    return this.#models.get(path)!;
  }
  /** Instance by instance; within one they are in order already. */
  checks<C extends { readonly path: string }>(checks: readonly C[]): C[] {
    return [...checks].sort((a, b) => this.#scopes.get(a.path)! - this.#scopes.get(b.path)!);
  }
}

const mapValues = (map: ReadonlyMap<string, NodeId>, f: (id: NodeId) => NodeId): Map<string, NodeId> => new Map([...map].map(([k, v]) => [k, f(v)]));
const below = (path: string, name: string): string => (path === '' ? name : name === '' ? path : `${path}.${name}`);
