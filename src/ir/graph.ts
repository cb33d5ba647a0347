import { Origin } from '../diag/index.ts';
import type { Flat, FlatMemory, FlatModel } from './flatten.ts';
import type { Check, DomainId, Node, NodeId, Statement, WireNode } from './netlist.ts';
import type { OpName } from './operators/index.ts';
import type { Shape } from './shape.ts';

/** A node of the graph: no wires, since every wire has become the expression that drives it. */
export type GraphNode = Exclude<Node, WireNode>;

export interface GraphWrite {
  readonly memory: number;
  readonly enable: NodeId;
  readonly address: NodeId;
  readonly data: NodeId;
  readonly domain: DomainId;
}

export interface GraphCheck {
  readonly source: Check;
  readonly path: string;
  /** Is the check being made (the conditions around it)? */
  readonly active: NodeId;
  readonly condition: NodeId;
}

/**
 * A design as expressions: the form that passes and compiled engines work on. The next value of a register is a tree of multiplexers that
 * mirrors the `when`s, with the register itself where it keeps its value; engines turn such arms back into branches.
 */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Register to next value; the register itself if it is never assigned. */
  readonly next: ReadonlyMap<NodeId, NodeId>;
  readonly writes: readonly GraphWrite[];
  readonly checks: readonly GraphCheck[];
  readonly memories: readonly FlatMemory[];
  readonly models: readonly (FlatModel & { readonly inputs: ReadonlyMap<string, NodeId> })[];
  readonly domains: readonly string[];
  /** Node of the flat design to node of this graph; -1 for what nobody can see any more. */
  readonly image: Int32Array;
}

/** What targets have been assigned so far. */
interface Environment {
  get(target: NodeId): NodeId | undefined;
  set(target: NodeId, value: NodeId): void;
}

/** Outside all arms. */
class Outermost implements Environment {
  readonly #values: Int32Array;
  constructor(targets: number) {
    this.#values = new Int32Array(targets).fill(-1);
  }

  get(target: NodeId): NodeId | undefined {
    const value = this.#values[target]!;
    return value === -1 ? undefined : value;
  }
  set(target: NodeId, value: NodeId): void {
    this.#values[target] = value;
  }
}

/** In an arm, and in what is around it. A copy for each arm would cost the square of the design. */
class Arm implements Environment {
  readonly own = new Map<NodeId, NodeId>();
  constructor(readonly outer: Environment) {}

  get(target: NodeId): NodeId | undefined {
    return this.own.get(target) ?? this.outer.get(target);
  }
  set(target: NodeId, value: NodeId): void {
    this.own.set(target, value);
  }
}

/** Turns statements into expressions. */
export function resolve(flat: Flat): Graph {
  const nodes: Node[] = [...flat.nodes];
  const writes: GraphWrite[] = [];
  const checks: GraphCheck[] = [];

  const op = (name: OpName, args: readonly NodeId[], shape: Shape, attrs: readonly number[] = []): NodeId => {
    const id = nodes.length;
    nodes.push({ kind: 'op', op: name, args, attrs, width: shape.width, lanes: shape.lanes, id, origin: Origin.unknown });
    return id;
  };
  const constant = (value: bigint, { width, lanes }: Shape): NodeId => {
    const id = nodes.length;
    nodes.push({ kind: 'const', value, width, lanes, id, origin: Origin.unknown });
    return id;
  };
  const bit: Shape = { width: 1, lanes: 1 };
  const and = (a: NodeId | undefined, b: NodeId): NodeId => (a === undefined ? b : op('and', [a, b], bit));

  const idle = (target: NodeId): NodeId => {
    const node = flat.nodes[target]!;
    return node.kind === 'reg' ? target : constant(0n, node);
  };

  /** Runs a statement list symbolically. `path` is the condition under which it runs; absent: always. */
  const run = (body: readonly Statement[], env: Environment, path: NodeId | undefined): void => {
    for (const s of body) {
      switch (s.kind) {
        case 'assign': {
          const target = flat.nodes[s.target]!;
          const value = s.lane === undefined ? s.value : op('insert', [env.get(s.target) ?? idle(s.target), s.lane, s.value], target);
          env.set(s.target, value);
          break;
        }
        case 'write':
          writes.push({ memory: s.memory, enable: path ?? constant(1n, bit), address: s.address, data: s.data, domain: s.domain });
          break;
        case 'check':
          checks.push({ source: s, path: flat.checkPaths.get(s) ?? '', active: path ?? constant(1n, bit), condition: s.condition });
          break;
        case 'when': {
          const arms = s.arms.map(() => new Arm(env));
          let reached = path;
          s.arms.forEach(({ condition, body: inner }, i) => {
            run(inner, arms[i]!, condition === undefined ? reached : and(reached, condition));
            if (condition !== undefined) reached = and(reached, op('not', [condition], bit));
          });
          merge(s.arms.map((a) => a.condition), arms, env);
          break;
        }
      }
    }
  };

  const merge = (conditions: readonly (NodeId | undefined)[], arms: readonly Arm[], env: Environment): void => {
    const changed = new Set<NodeId>();
    for (const arm of arms) for (const [target, value] of arm.own) if (env.get(target) !== value) changed.add(target);
    for (const target of changed) {
      const shape = flat.nodes[target]!;
      const before = env.get(target) ?? idle(target);
      let value = before;
      for (let i = arms.length - 1; i >= 0; i--) {
        const inArm = arms[i]!.get(target) ?? before;
        const condition = conditions[i];
        if (condition === undefined) value = inArm;
        else if (inArm !== value) {
          const select = shape.lanes === 1 ? condition : op('splat', [condition], { width: 1, lanes: shape.lanes }, [shape.lanes]);
          value = op('mux', [select, inArm, value], shape);
        }
      }
      env.set(target, value);
    }
  };

  const env = new Outermost(flat.nodes.length);
  run(flat.body, env, undefined);

  // Wires become their drivers; chains of wires are followed to the end. A wire on a cycle of nodes ends at an operator all the same,
  // since a cycle of nothing but wires is a loop of bits.
  const wireCount = flat.nodes.length;
  const ends = new Int32Array(wireCount).fill(-1);
  const end = (id: NodeId): NodeId => {
    if (nodes[id]!.kind !== 'wire') return id;
    let at = ends[id]!;
    if (at !== -1) return at;
    at = id;
    for (let hops = 0; nodes[at]!.kind === 'wire'; hops++) {
      const driver = env.get(at);
      at = driver === undefined || hops > wireCount ? constant(0n, nodes[at]!) : driver;
    }
    ends[id] = at;
    return at;
  };
  // Wires that nothing drives become constants, which are nodes too: these must be there before nodes are counted.
  for (let id = 0; id < nodes.length; id++) {
    const node = nodes[id]!;
    if (node.kind === 'op' || node.kind === 'read') node.args.forEach(end);
  }

  // Close the numbering over the holes that the wires leave.
  const renumber = new Int32Array(nodes.length).fill(-1);
  let count = 0;
  for (let id = 0; id < nodes.length; id++) if (nodes[id]!.kind !== 'wire') renumber[id] = count++;
  const at = (id: NodeId): NodeId => renumber[end(id)]!;
  const graphNodes: GraphNode[] = [];
  for (const node of nodes) {
    const id = graphNodes.length;
    if (node.kind === 'op') graphNodes.push({ ...node, id, args: node.args.map(at) });
    else if (node.kind === 'read') graphNodes.push({ ...node, id, args: [at(node.args[0])] });
    else if (node.kind !== 'wire') graphNodes.push({ ...node, id });
  }
  const next = new Map<NodeId, NodeId>();
  const image = new Int32Array(flat.nodes.length);
  for (const { kind, id } of flat.nodes) {
    if (kind === 'reg') next.set(renumber[id]!, at(env.get(id) ?? id));
    image[id] = at(id);
  }
  return {
    nodes: graphNodes,
    next,
    writes: writes.map((w) => ({ ...w, enable: at(w.enable), address: at(w.address), data: at(w.data) })),
    checks: checks.map((c) => ({ ...c, active: at(c.active), condition: at(c.condition) })),
    memories: flat.memories,
    models: flat.models.map((m) => ({ ...m, inputs: mapValues(m.inputs, at), outputs: mapValues(m.outputs, at) })),
    domains: flat.domains,
    image,
  };
}

const mapValues = (map: ReadonlyMap<string, NodeId>, f: (id: NodeId) => NodeId): Map<string, NodeId> => new Map([...map].map(([k, v]) => [k, f(v)]));

/** Nodes whose values the design itself needs. */
export function roots(graph: Graph): NodeId[] {
  return [
    ...graph.next.keys(),
    ...graph.next.values(),
    ...graph.writes.flatMap((w) => [w.enable, w.address, w.data]),
    ...graph.checks.flatMap((c) => [c.active, c.condition]),
    ...graph.models.flatMap((m) => [...m.inputs.values(), ...m.outputs.values()]),
  ];
}
