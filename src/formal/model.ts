import { fail, Origin } from '../diag/index.ts';
import type { Design } from '../hdl/elaborate.ts';
import { exportVerilog } from '../export/index.ts';
import { flatten, pathNames } from '../ir/flatten.ts';
import type { Check, Module, Node, NodeId, OpNode, Statement } from '../ir/netlist.ts';
import { bitsOf, type Shape } from '../ir/shape.ts';

/** Something that a proof is about. Its `bad` is a wire of the model that is 1 in a cycle at whose end the check would fail (or the cover be hit). */
export interface Goal {
  readonly bad: string;
  /** Wire that is 1 where the check is made at all; absent: in every cycle. */
  readonly active?: string;
  readonly check: Check;
  /** Instance that it is in, and its number, as simulations count checks. */
  readonly path: string;
  readonly index: number;
}

/** Two registers, or two words of memories, that are thought to be always equal. */
export interface Lemma {
  readonly bad: string;
  readonly name: string;
}

/** A variable of the model, by its dotted path in the design. */
export interface Variable {
  readonly path: string;
  readonly verilog: string;
  readonly node: NodeId;
  readonly bits: number;
}

/**
 * A design as the prover sees it: one clock, no reset, and wires instead of checks.
 *
 * Yosys could read the asserts themselves, but it samples those of an `always @(posedge clk)` into registers, which moves failures by a
 * cycle, and several clocks cost it two steps a tick and a register for every input. So the netlist is rewritten before it is exported: the
 * tick and the reset of a domain are inputs like others, and a register keeps its value while its clock does not tick.
 */
export interface FormalModel {
  readonly design: Design;
  readonly top: string;
  readonly verilog: string;
  /** Asserts and covers, in the order in which a simulation looks at them. */
  readonly goals: readonly Goal[];
  readonly assumptions: readonly Goal[];
  readonly lemmas: readonly Lemma[];
  /** Wires that must be 0 in every cycle, whatever the designer assumes. */
  readonly never: readonly string[];
  readonly inputs: readonly Variable[];
  readonly registers: readonly Variable[];
  readonly memories: readonly { readonly path: string; readonly verilog: string; readonly memory: number }[];
  /** Inputs that say which clocks tick, and which domains are in reset; by domain. Absent: every clock ticks, nothing is in reset. */
  readonly ticks: readonly string[] | undefined;
  readonly resets: readonly string[] | undefined;
}

export interface ModelOptions {
  /** May a reset come in any cycle? */
  readonly resets: 'off' | 'free';
  readonly twins?: Readonly<Record<string, string>>;
  /** Pairs of registers, and of memories, of the flat design. */
  readonly lemmas?: { readonly registers: readonly (readonly [NodeId, NodeId])[]; readonly memories: readonly (readonly [number, number])[] };
}

/** Words of a memory that are worth a lemma each. */
const LEMMA_WORDS = 64;

const bit: Shape = { width: 1, lanes: 1 };

/** Nodes and statements of the model, growing behind those of the design. */
class Rewriter {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, NodeId>();
  readonly outputs = new Map<string, NodeId>();

  constructor(readonly design: Design) {
    const names = pathNames(design.flat);
    for (const node of design.flat.nodes) {
      const { name: _, ...rest } = node;
      // Only what a counterexample speaks of keeps its name; everything else is free to be folded.
      if (node.kind === 'reg') this.nodes.push({ ...(rest as typeof node), name: names.get(node.id)!, domain: 0, resets: false });
      else if (node.kind === 'wire') this.nodes.push({ kind: 'wire', id: node.id, width: node.width, lanes: node.lanes, origin: node.origin });
      else this.nodes.push(rest);
    }
    for (const [name, id] of design.flat.inputs) this.inputs.set(name, id);
  }

  #add(node: object, shape: Shape): NodeId {
    const id = this.nodes.length;
    this.nodes.push({ width: shape.width, lanes: shape.lanes, origin: Origin.unknown, ...node, id } as Node);
    return id;
  }

  constant(value: bigint, shape: Shape = bit): NodeId {
    return this.#add({ kind: 'const', value }, shape);
  }
  op(op: OpNode['op'], args: readonly NodeId[], shape: Shape = bit): NodeId {
    return this.#add({ kind: 'op', op, args, attrs: [] }, shape);
  }
  and(args: readonly NodeId[]): NodeId {
    return args.reduce((a, b) => this.op('and', [a, b]));
  }
  not(arg: NodeId): NodeId {
    return this.op('not', [arg]);
  }
  wire(): NodeId {
    return this.#add({ kind: 'wire' }, bit);
  }
  input(name: string): NodeId {
    const id = this.#add({ kind: 'input', name }, bit);
    this.inputs.set(name, id);
    return id;
  }
  output(name: string, value: NodeId): Statement {
    const id = this.#add({ kind: 'wire', name }, bit);
    this.outputs.set(name, id);
    return assign(id, value);
  }
  read(memory: number, address: NodeId): NodeId {
    return this.#add({ kind: 'read', memory, args: [address] }, { width: this.design.flat.memories[memory]!.width, lanes: 1 });
  }
  /** 1 where two values of one shape differ. */
  differ(a: NodeId, b: NodeId): NodeId {
    const shape = this.nodes[a]!;
    const whole = (id: NodeId): NodeId => (shape.lanes === 1 ? id : this.op('bits', [id], { width: bitsOf(shape), lanes: 1 }));
    return this.op('ne', [whole(a), whole(b)]);
  }
}

const assign = (target: NodeId, value: NodeId): Statement => ({ kind: 'assign', target, value, origin: Origin.unknown });
const when = (condition: NodeId, body: Statement[]): Statement => ({ kind: 'when', arms: [{ condition, body, origin: Origin.unknown }], origin: Origin.unknown });

/** Rewrites a design for the prover and exports it. Errors: `no-verilog` for a model without a twin, `model-clocks` for one beside several clocks. */
export function formalModel(design: Design, options: ModelOptions): FormalModel {
  const { flat } = design;
  const several = flat.domains.length > 1;
  const [model] = flat.models;
  if (several && model !== undefined) {
    fail('model-clocks', `${flat.name} has ${flat.domains.length} clocks and the model ${model.path}, whose Verilog cannot be made to miss a tick`, {
      where: [model.origin],
      hint: 'prove the part with the clocks and the part with the model each by itself',
    });
  }
  const r = new Rewriter(design);
  const ticks = several ? flat.domains.map((d) => r.input(`tick.${d}`)) : undefined;
  const resets = options.resets === 'free' ? flat.domains.map((d) => r.input(`reset.${d}`)) : undefined;
  const body: Statement[] = [];
  for (const node of flat.nodes) {
    if (node.kind !== 'reset') continue;
    const { id, width, lanes, origin } = node;
    if (resets === undefined) r.nodes[id] = { kind: 'const', value: 0n, id, width, lanes, origin };
    else {
      r.nodes[id] = { kind: 'wire', id, width, lanes, origin };
      body.push(assign(id, resets[node.domain]!));
    }
  }

  // ---- checks: in their place a wire learns the condition, and one that it is asked for
  const zero = r.constant(0n);
  const one = r.constant(1n);
  const checks: { check: Check; path: string; condition: NodeId; active: NodeId; always: boolean }[] = [];
  const place = (statements: readonly Statement[], outermost: boolean): Statement[] =>
    statements.flatMap((s): Statement[] => {
      switch (s.kind) {
        case 'assign':
          return [s];
        case 'write':
          return [ticks === undefined ? { ...s, domain: 0 } : when(ticks[s.domain]!, [{ ...s, domain: 0 }])];
        case 'check': {
          const [condition, active] = [r.wire(), r.wire()];
          body.push(assign(condition, one), assign(active, zero));
          checks.push({ check: s, path: flat.checkPaths.get(s)!, condition, active, always: outermost });
          return [assign(condition, s.condition), assign(active, one)];
        }
        case 'when':
          return [{ ...s, arms: s.arms.map((arm) => ({ ...arm, body: place(arm.body, false) })) }];
      }
    });
  const placed = place(flat.body, true);
  body.push(...placed);

  // ---- what a clock edge does: the last assignment wins
  for (const node of flat.nodes) {
    if (node.kind !== 'reg') continue;
    if (resets !== undefined && node.resets) body.push(when(resets[node.domain]!, [assign(node.id, r.constant(node.initial, node))]));
    if (ticks !== undefined) body.push(when(r.not(ticks[node.domain]!), [assign(node.id, node.id)]));
  }

  const goals = checks.map(({ check, path, condition, active, always }, index) => {
    const live = r.and([active, ...(ticks === undefined ? [] : [ticks[check.domain]!]), ...(resets === undefined ? [] : [r.not(resets[check.domain]!)])]);
    const failing = check.check === 'cover' ? condition : r.not(condition);
    const [bad, reached] = [`bad.${index}`, `active.${index}`];
    body.push(r.output(bad, r.and([live, failing])));
    const guarded = check.check === 'assert' && !always;
    if (guarded) body.push(r.output(reached, live));
    return { check, path, index, bad, ...(guarded && { active: reached }) };
  });
  const never: string[] = [];
  if (ticks !== undefined) {
    body.push(r.output('idle', r.not(ticks.reduce((a, b) => r.op('or', [a, b])))));
    never.push('idle');
  }
  const pairs = (options.lemmas?.registers ?? []).map(([a, b]) => ({ name: flat.nodes[a]!.name!, differs: r.differ(a, b) }));
  for (const [a, b] of options.lemmas?.memories ?? []) {
    const { depth, name } = flat.memories[a]!;
    const width = Math.max(1, Math.ceil(Math.log2(depth)));
    const words = Array.from({ length: depth <= LEMMA_WORDS ? depth : 0 }, (_, i) => r.constant(BigInt(i), { width, lanes: 1 }));
    words.forEach((address, i) => pairs.push({ name: `${name}[${i}]`, differs: r.differ(r.read(a, address), r.read(b, address)) }));
  }
  const lemmas = pairs.map(({ name, differs }, i) => {
    body.push(r.output(`differ.${i}`, differs));
    return { bad: `differ.${i}`, name };
  });

  // ---- Verilog
  const module: Module = {
    kind: 'module',
    name: flat.name,
    nodes: r.nodes,
    inputs: r.inputs,
    outputs: r.outputs,
    body,
    memories: flat.memories.map((m) => ({ ...m, name: m.path })),
    instances: flat.models.map((m) => ({ name: m.path, of: m.model, inputs: m.inputs, outputs: m.outputs, domains: [0], origin: m.origin })),
    domains: ['clk'],
    origin: design.top.origin,
  };
  const { top, text, ports, paths, resets: wired } = exportVerilog(
    // Nodes have their numbers from before, and none of the new ones is on a cycle.
    { top: module, flat: flatten(module), cyclicNodes: design.cyclicNodes, warnings: [] },
    { models: 'required', locations: false, twins: options.twins ?? {} },
  );
  const port = (name: string): string => ports.get(name)!;
  const variable = (path: string, verilog: string | undefined, node: NodeId): Variable[] => (verilog === undefined ? [] : [{ path, verilog, node, bits: bitsOf(flat.nodes[node]!) }]);
  const located = <G extends { readonly bad: string; readonly active?: string }>(g: G): G => ({ ...g, bad: port(g.bad), ...(g.active !== undefined && { active: port(g.active) }) });
  // The twins of models have a reset of their own.
  const reset = wired.get('clk');
  return {
    design,
    top,
    verilog: text,
    goals: goals.filter(({ check }) => check.check !== 'assume').map(located),
    assumptions: goals.filter(({ check }) => check.check === 'assume').map(located),
    lemmas: lemmas.map(located),
    never: [...never.map(port), ...(reset !== undefined && resets === undefined ? [reset] : [])],
    inputs: [...flat.inputs].flatMap(([name, id]) => variable(name, ports.get(name), id)),
    registers: flat.nodes.flatMap((n) => (n.kind === 'reg' ? variable(r.nodes[n.id]!.name!, paths.get(r.nodes[n.id]!.name!), n.id) : [])),
    memories: flat.memories.map(({ path, id }) => ({ path, verilog: paths.get(path)!, memory: id })),
    ticks: ticks && flat.domains.map((d) => port(`tick.${d}`)),
    resets: resets && (reset === undefined ? flat.domains.map((d) => port(`reset.${d}`)) : fail('model-reset', `${flat.name} has a model, whose Verilog has a reset of its own`, { where: [model?.origin], hint: "prove it with resets: 'off'" })),
  };
}
