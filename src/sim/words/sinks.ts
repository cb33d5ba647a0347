import type { Graph, GraphNode } from '../../ir/graph.ts';
import type { NodeId } from '../../ir/netlist.ts';
import { indexWidth } from '../../bits/index.ts';
import type { Word } from '../../ir/words.ts';
import type { CellLayout, Layout } from '../layout.ts';
import type { WordGraph } from './graph.ts';
import type { LaneSize } from './lanes/simd.ts';
import { Lowering } from './lower.ts';

/** What a kernel does with values. */
export type Sink =
  /** Leaves the kernel before anything has changed, with code `index + 1`. */
  | { readonly kind: 'check'; readonly index: number; readonly violated: Word }
  | { readonly kind: 'cover'; readonly index: number; readonly hit: Word }
  /** A word of the state. */
  | { readonly kind: 'slot'; readonly slot: number; readonly value: Word }
  /** A word of the picture that an observer looks at. */
  | { readonly kind: 'out'; readonly slot: number; readonly value: Word }
  /** The lane `index` of a register Vec, which is one; `packed`: bytes of a lane. */
  | { readonly kind: 'lane'; readonly region: NodeId; readonly first: number; readonly stride: number; readonly lanes: number; readonly packed?: LaneSize | undefined; readonly index: Word; readonly values: readonly Word[] }
  /** 16 bytes of a packed register Vec. */
  | { readonly kind: 'vector'; readonly region: NodeId; readonly byte: number; readonly value: Word }
  | { readonly kind: 'memory'; readonly memory: number; readonly address: Word; readonly values: readonly Word[] }
  /** Calls a model, which then writes its outputs: these slots. */
  | { readonly kind: 'model'; readonly model: number; readonly writes: readonly number[] };

/** Sinks under a condition: the branches of `when`, put together again for all registers that share them. */
export interface Block {
  readonly items: (Sink | Branch)[];
}
export interface Branch {
  readonly kind: 'branch';
  readonly condition: Word;
  readonly then: Block;
  readonly otherwise: Block;
}

export const rootsOf = (s: Sink): readonly Word[] => {
  switch (s.kind) {
    case 'check':
      return [s.violated];
    case 'cover':
      return [s.hit];
    case 'slot':
    case 'out':
    case 'vector':
      return [s.value];
    case 'lane':
      return [s.index, ...s.values];
    case 'memory':
      return [s.address, ...s.values];
    case 'model':
      return [];
  }
};

export interface KernelPlan {
  readonly checks: Block;
  /** Registers that are read and written word by word. */
  readonly registers: Block;
  /** What must wait until everything has been read: memories, Vecs with dynamic lanes, models. */
  readonly late: Block;
}

/** What a kernel knows of the resets of all domains: all are 0, all are 1, or it has to look. */
export type Resets = 'off' | 'on' | 'mixed';

export interface KernelOptions {
  /** The domains that tick. */
  readonly domains: ReadonlySet<number>;
  /** Which domains are in reset. The kernel that runs most of the time knows that none is. */
  readonly resets: Resets;
  readonly checks: boolean;
  /** Cells have code of their own: here their inputs are put into place, and what is in them is left alone. */
  readonly cells?: readonly CellLayout[];
}

const block = (): Block => ({ items: [] });

/** What happens at a clock edge of some domains, as sinks in a tree of conditions. */
export function clockEdge(graph: Graph, layout: Layout, g: WordGraph, { domains, resets, checks, cells = [] }: KernelOptions): KernelPlan {
  const lowering = new Lowering(graph, layout, g, resets);
  const plan: KernelPlan = { checks: block(), registers: block(), late: block() };
  const inReset = (domain: number): Word => (resets === 'mixed' ? g.slot(layout.resets[domain]!, 1) : g.constant(resets === 'on' ? 1 : 0));
  const running = (domain: number): Word => g.not(inReset(domain), 1);

  const { ownRegister, ownMemory, ownModel } = outsideOf(cells);

  const covers: Sink[] = [];
  graph.checks.forEach((check, index) => {
    const { domain, check: kind } = check.source;
    if (!domains.has(domain) || (!checks && kind !== 'cover') || resets === 'on') return;
    const active = g.and(lowering.word(check.active, 0, 0), running(domain));
    const condition = lowering.word(check.condition, 0, 0);
    if (kind === 'cover') covers.push({ kind: 'cover', index, hit: g.and(active, condition) });
    else plan.checks.items.push({ kind: 'check', index, violated: g.and(active, g.not(condition, 1)) });
  });
  // Counted only when the edge really happens.
  plan.checks.items.push(...covers);

  const branches = new Map<Block, Map<Word, Branch>>();
  /** The block under `parent` that runs when a word is (not) 1; undefined if it never does. */
  const under = (parent: Block, condition: Word, value: boolean): Block | undefined => {
    const c = g.constantOf(condition);
    if (c !== undefined) return (c === 1) === value ? parent : undefined;
    const n = g.node(condition);
    if (n.op === 'xor' && n.width === 1 && g.constantOf(n.args[1]!) === 1) return under(parent, n.args[0]!, !value);
    let known = branches.get(parent);
    if (known === undefined) branches.set(parent, (known = new Map<Word, Branch>()));
    let branch = known.get(condition);
    if (branch === undefined) {
      branch = { kind: 'branch', condition, then: block(), otherwise: block() };
      known.set(condition, branch);
      parent.items.push(branch);
    }
    return value ? branch.then : branch.otherwise;
  };

  for (const { type, first, at } of cells) {
    if (!domains.has(type.domain)) continue;
    type.cells.forEach((cell, i) => {
      for (const [input, driver] of cell.drivers) {
        const slot = first.places.get(input)!.first + at[i]! - at[0]!;
        lowering.words(driver).forEach((value, k) => plan.registers.items.push({ kind: 'slot', slot: slot + k, value }));
      }
    });
  }

  const dynamic = dynamicRegions(graph);
  const holds = new HoldFinder(graph);
  for (const [reg, next] of graph.next) {
    const node = graph.nodes[reg]!;
    if (node.kind !== 'reg' || !domains.has(node.domain) || !ownRegister(reg)) continue;
    const place = layout.places.get(reg)!;
    const target = dynamic.has(reg) || place.packed !== undefined ? plan.late : plan.registers;
    if (resets !== 'off' && node.resets) {
      // Where all is in reset, nobody asks what would come next.
      const value = resets === 'on' ? reg : next;
      const reset = initialWords(node, g);
      if (place.packed !== undefined) {
        storePacked(reg, place.packed, value, target, { inReset: inReset(node.domain), words: reset });
        continue;
      }
      lowering.words(value).forEach((word, i) => {
        target.items.push({ kind: 'slot', slot: place.first + i, value: g.mux(inReset(node.domain), reset[i]!, word) });
      });
    } else assign(reg, next, target);
  }

  /**
   * Splits the multiplexers that keep the register in one arm into branches. A tree that is used in two places stays an expression, so that
   * a chain of conditions does not double at each step.
   */
  function assign(reg: NodeId, value: NodeId, into: Block, uses = holds.uses(reg, value)): void {
    if (value === reg) return;
    const node = graph.nodes[value]!;
    const place = layout.places.get(reg)!;
    const single = (uses.get(value) ?? 0) <= 1;
    if (node.kind === 'op' && node.op === 'mux' && single) {
      const [select, a, b] = node.args as [NodeId, NodeId, NodeId];
      const condition = scalarCondition(graph, select);
      const replaced = graph.nodes[a]!;
      if (condition !== undefined && replaced.kind === 'op' && replaced.op === 'insert' && replaced.args[0] === b && b !== reg && (place.packed !== undefined || holds.in(reg, b))) {
        // when (...) lane = x, on top of what stood before: first that, then the lane, in a branch after it.
        assign(reg, b, into, new Map<NodeId, number>([...uses, [b, 1]]));
        const then = afterwards(into, reg, lowering.word(condition, 0, 0));
        if (then !== undefined) storeLane(reg, replaced, then);
        return;
      }
      if (condition !== undefined && (holds.in(reg, a) || holds.in(reg, b))) {
        const word = lowering.word(condition, 0, 0);
        const then = under(into, word, true);
        const otherwise = under(into, word, false);
        if (then !== undefined) assign(reg, a, then, uses);
        if (otherwise !== undefined) assign(reg, b, otherwise, uses);
        return;
      }
    }
    if (node.kind === 'op' && node.op === 'insert' && single && (place.packed !== undefined || holds.in(reg, node.args[0]!))) {
      assign(reg, node.args[0]!, into, uses);
      storeLane(reg, node, into);
      return;
    }
    if (place.packed !== undefined) storePacked(reg, place.packed, value, into);
    else lowering.words(value).forEach((v, i) => into.items.push({ kind: 'slot', slot: place.first + i, value: v }));
  }

  /** All lanes of a packed register that change. */
  function storePacked(reg: NodeId, size: LaneSize, value: NodeId, into: Block, reset?: { readonly inReset: Word; readonly words: readonly Word[] }): void {
    const { first, lanes, width } = layout.places.get(reg)!;
    if (lowering.inVectors(value)) {
      const before = lowering.packed(reg, size);
      const initial = reset && lowering.packedConstants(reset.words, width, size);
      lowering.packed(value, size).forEach((part, p) => {
        const next = initial === undefined ? part : g.vmux(reset!.inReset, initial[p]!, part);
        if (next !== before[p]) into.items.push({ kind: 'vector', region: reg, byte: 4 * first + 16 * p, value: next });
      });
      return;
    }
    for (let lane = 0; lane < lanes; lane++) {
      const word = lowering.word(value, lane, 0);
      const next = reset === undefined ? word : g.mux(reset.inReset, reset.words[lane]!, word);
      if (next !== lowering.word(reg, lane, 0)) into.items.push(laneSink(reg, g.constant(lane), [next]));
    }
  }

  function laneSink(reg: NodeId, index: Word, values: readonly Word[]): Sink {
    const { first, lanes, width, wordsPerLane, packed } = layout.places.get(reg)!;
    // A packed bit is 0 or -1.
    const stored = packed !== undefined && width === 1 ? values.map((v) => g.sub(g.constant(0), v, 32)) : values;
    return { kind: 'lane', region: reg, first, stride: wordsPerLane, lanes, packed, index, values: stored };
  }

  /** The block under a condition that comes after all that changes a register: one that is there already, if the register is not changed after it. */
  function afterwards(parent: Block, reg: NodeId, condition: Word): Block | undefined {
    const c = g.constantOf(condition);
    if (c !== undefined) return c === 1 ? parent : undefined;
    for (let i = parent.items.length - 1; i >= 0; i--) {
      const item = parent.items[i]!;
      if (item.kind === 'branch' && item.condition === condition && !changes(item.otherwise, reg)) return item.then;
      if (changes({ items: [item] }, reg)) break;
    }
    const branch: Branch = { kind: 'branch', condition, then: block(), otherwise: block() };
    parent.items.push(branch);
    return branch.then;
  }

  function storeLane(reg: NodeId, node: GraphNode & { kind: 'op' }, into: Block): void {
    const place = layout.places.get(reg)!;
    const index = graph.nodes[node.args[1]!]!;
    const values = lowering.words(node.args[2]!);
    if (index.kind === 'const') {
      const lane = Number(index.value);
      if (lane >= place.lanes) return;
      if (place.packed !== undefined) into.items.push(laneSink(reg, g.constant(lane), values));
      else values.forEach((value, k) => into.items.push({ kind: 'slot', slot: place.first + lane * place.wordsPerLane + k, value }));
      return;
    }
    // An index that can leave the Vec is tested; wide ones are compared whole first.
    let target: Block | undefined = into;
    const all = lowering.words(index.id);
    for (const high of all.slice(1)) target = target && under(target, g.eq(high, g.constant(0)), true);
    if (2 ** Math.min(index.width, 32) > place.lanes) target = target && under(target, g.ltu(all[0]!, g.constant(place.lanes)), true);
    target?.items.push(laneSink(reg, all[0]!, values));
  }

  function inOrder(parent: Block, condition: Word): Block | undefined {
    const c = g.constantOf(condition);
    if (c !== undefined) return c === 1 ? parent : undefined;
    const last = parent.items.at(-1);
    if (last?.kind === 'branch' && last.condition === condition) return last.then;
    const branch: Branch = { kind: 'branch', condition, then: block(), otherwise: block() };
    parent.items.push(branch);
    return branch.then;
  }

  /**
   * The block under a condition; a conjunction (nested `when`s) becomes nested branches, so that an inner condition is only worked out where
   * the outer one holds. One that registers have a branch for stays whole, so that the two branches can share what they compute.
   */
  function within(parent: Block | undefined, condition: NodeId): Block | undefined {
    const node = graph.nodes[condition]!;
    const shared = branches.get(plan.registers)?.has(lowering.word(condition, 0, 0)) === true;
    if (!shared && node.kind === 'op' && node.op === 'and') return node.args.reduce(within, parent);
    return parent && inOrder(parent, lowering.word(condition, 0, 0));
  }

  for (const w of graph.writes) {
    if (!domains.has(w.domain) || !ownMemory(w.memory)) continue;
    const { depth } = graph.memories[w.memory]!;
    const address = lowering.word(w.address, 0, 0);
    // Writes stay in their order: the later one wins.
    let target = within(plan.late, w.enable);
    if (2 ** indexWidth(depth) > depth) target = target && inOrder(target, g.ltu(address, g.constant(depth)));
    target?.items.push({ kind: 'memory', memory: w.memory, address, values: lowering.words(w.data) });
  }

  graph.models.forEach(({ inputs, model, domain }, index) => {
    if (!domains.has(domain) || !ownModel(index)) return;
    let target: Block | undefined = plan.late;
    if (model.fire !== undefined) target = under(plan.late, g.or(lowering.word(inputs.get(model.fire)!, 0, 0), inReset(domain)), true);
    if (target === undefined) return;
    for (const [port, id] of inputs) {
      const place = layout.modelInputs[index]!.get(port)!;
      lowering.words(id).forEach((value, i) => target.items.push({ kind: 'slot', slot: place.first + i, value }));
    }
  });
  // Models run after everything else, since they write their outputs.
  graph.models.forEach(({ inputs, model, domain }, index) => {
    if (!domains.has(domain) || !ownModel(index)) return;
    const fire = model.fire === undefined ? g.constant(1) : g.or(lowering.word(inputs.get(model.fire)!, 0, 0), inReset(domain));
    const c = g.constantOf(fire);
    if (c === 0) return;
    const writes = [...layout.modelOutputs[index]!.values()].flatMap(({ first, lanes, wordsPerLane }) => Array.from({ length: lanes * wordsPerLane }, (_, i) => first + i));
    const call: Sink = { kind: 'model', model: index, writes };
    if (c === 1) plan.late.items.push(call);
    else plan.late.items.push({ kind: 'branch', condition: fire, then: { items: [call] }, otherwise: block() });
  });
  return plan;
}

/** What does not belong to any cell. */
function outsideOf(cells: readonly CellLayout[]): Record<'ownRegister' | 'ownMemory' | 'ownModel', (id: number) => boolean> {
  const firstNode = Math.min(Infinity, ...cells.flatMap(({ type }) => type.cells.map((c) => c.first)));
  const numbers = (first: 'memory' | 'model', count: (of: Graph) => number): Set<number> =>
    new Set(cells.flatMap(({ type }) => type.cells.flatMap((c) => Array.from({ length: count(type.graph) }, (_, i) => c[first] + i))));
  const memories = numbers('memory', (of) => of.memories.length);
  const models = numbers('model', (of) => of.models.length);
  return { ownRegister: (id) => id < firstNode, ownMemory: (id) => !memories.has(id), ownModel: (id) => !models.has(id) };
}

/** Puts the words of some nodes into a picture: node i at `offsets[i]`. */
export function observation(graph: Graph, layout: Layout, g: WordGraph, nodes: readonly NodeId[], offsets: readonly number[], resets: Resets = 'mixed'): Block {
  const lowering = new Lowering(graph, layout, g, resets);
  const items: Sink[] = [];
  nodes.forEach((id, i) => lowering.words(id).forEach((value, k) => items.push({ kind: 'out', slot: offsets[i]! + k, value })));
  return { items };
}

function initialWords(node: GraphNode & { kind: 'reg' }, g: WordGraph): Word[] {
  const words: Word[] = [];
  for (let lane = 0; lane < node.lanes; lane++) {
    let one = (node.initial >> BigInt(lane * node.width)) & ((1n << BigInt(node.width)) - 1n);
    for (let k = 0; k < Math.ceil(node.width / 32); k++) {
      words.push(g.constant(Number(one & 0xffffffffn)));
      one >>= 32n;
    }
  }
  return words;
}

/** Does a block write lanes of a register? */
const changes = ({ items }: Block, reg: NodeId): boolean =>
  items.some((item) => (item.kind === 'branch' ? changes(item.then, reg) || changes(item.otherwise, reg) : (item.kind === 'lane' || item.kind === 'vector') && item.region === reg));

/** The one-bit condition of a multiplexer, also where it is spread over the lanes of a Vec. */
function scalarCondition(graph: Graph, select: NodeId): NodeId | undefined {
  const node = graph.nodes[select]!;
  if (node.lanes === 1) return select;
  return node.kind === 'op' && node.op === 'splat' ? node.args[0] : undefined;
}

/** Does a tree of multiplexers (and replaced lanes) keep the register somewhere? */
class HoldFinder {
  readonly #known = new Map<string, boolean>();
  constructor(private readonly graph: Graph) {}
  in(reg: NodeId, value: NodeId): boolean {
    if (value === reg) return true;
    const node = this.graph.nodes[value]!;
    if (node.kind !== 'op' || (node.op !== 'mux' && node.op !== 'insert')) return false;
    const key = `${reg}:${value}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = node.op === 'insert' ? this.in(reg, node.args[0]!) : this.in(reg, node.args[1]!) || this.in(reg, node.args[2]!);
      this.#known.set(key, found);
    }
    return found;
  }

  /** How often each part of the tree that keeps the register stands in it. */
  uses(reg: NodeId, value: NodeId): Map<NodeId, number> {
    const count = new Map<NodeId, number>();
    const visit = (id: NodeId): void => {
      const before = count.get(id) ?? 0;
      count.set(id, before + 1);
      const node = this.graph.nodes[id]!;
      if (before > 0 || node.kind !== 'op' || !this.in(reg, id)) return;
      if (node.op === 'mux') node.args.slice(1).forEach(visit);
      else if (node.op === 'insert') visit(node.args[0]!);
    };
    visit(value);
    return count;
  }
}

/** Registers of which some lane is read or written by a number known only at run time. */
function dynamicRegions(graph: Graph): Set<NodeId> {
  const found = new Set<NodeId>();
  for (const n of graph.nodes) {
    if (n.kind === 'op' && (n.op === 'at' || n.op === 'gather') && graph.nodes[n.args[0]!]!.kind === 'reg') found.add(n.args[0]!);
  }
  for (const [reg, next] of graph.next) {
    const seen = new Set<NodeId>();
    const search = (id: NodeId): boolean => {
      if (seen.has(id)) return false;
      seen.add(id);
      const n = graph.nodes[id]!;
      if (n.kind !== 'op') return false;
      if (n.op === 'insert') return graph.nodes[n.args[1]!]!.kind !== 'const' || search(n.args[0]!);
      return n.op === 'mux' && (search(n.args[1]!) || search(n.args[2]!));
    };
    if (search(next)) found.add(reg);
  }
  return found;
}
