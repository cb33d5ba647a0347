import { Bits } from '../../bits/index.ts';
import type { Design } from '../../hdl/elaborate.ts';
import type { Flat } from '../../ir/flatten.ts';
import type { Check, DomainId, MemoryWrite, Node, NodeId, Statement } from '../../ir/netlist.ts';
import { operators } from '../../ir/operators/index.ts';
import { bitsOf } from '../../ir/shape.ts';
import { components, dependencies, driversOf } from '../../ir/visit.ts';
import { wordCount } from '../../ir/words.ts';
import type { Engine, EngineState, Observer } from '../engine.ts';
import { loadBig, storeBig, type Place } from '../layout.ts';
import { ModelInstance } from '../models.ts';

/** A statement with what must hold for it to act: conditions that are 1, and those of earlier arms that are 0. */
interface Guarded<S extends Statement> {
  readonly statement: S;
  readonly holds: readonly NodeId[];
  readonly fails: readonly NodeId[];
}

function guarded(body: readonly Statement[]): Guarded<Statement>[] {
  const list: Guarded<Statement>[] = [];
  const walk = (statements: readonly Statement[], holds: readonly NodeId[], fails: readonly NodeId[]): void => {
    for (const s of statements) {
      if (s.kind !== 'when') {
        list.push({ statement: s, holds, fails });
        continue;
      }
      const refused: NodeId[] = [];
      for (const { condition, body: inner } of s.arms) {
        walk(inner, condition === undefined ? holds : [...holds, condition], [...fails, ...refused]);
        if (condition !== undefined) refused.push(condition);
      }
    }
  };
  walk(body, [], []);
  return list;
}

type AssignStatement = Extract<Statement, { kind: 'assign' }>;

/**
 * The definition of meaning: every node evaluated on `Bits`, every statement obeyed in order, straight from the netlist as it was
 * written. Nothing is optimised and nothing is shared with the compiled engines but the operators' values.
 */
export class InterpEngine implements Engine {
  readonly name = 'interp';
  readonly #flat: Flat;
  readonly #values: Bits[];
  readonly #order: readonly (readonly NodeId[])[];
  readonly #drivers = new Map<NodeId, Guarded<AssignStatement>[]>();
  readonly #writes: Guarded<MemoryWrite>[] = [];
  readonly #checks: Guarded<Check>[] = [];
  readonly #memories: Bits[][];
  readonly #resets: boolean[];
  readonly #models: { instance: ModelInstance; words: Int32Array; inputs: ReadonlyMap<string, Place>; outputs: ReadonlyMap<string, Place> }[];
  readonly covers: Float64Array;
  #failed: number | undefined;
  #stale = true;

  constructor({ flat }: Design) {
    this.#flat = flat;
    for (const g of guarded(flat.body)) {
      const { statement } = g;
      if (statement.kind === 'assign') {
        const list = this.#drivers.get(statement.target) ?? [];
        list.push(g as Guarded<AssignStatement>);
        this.#drivers.set(statement.target, list);
      } else if (statement.kind === 'write') this.#writes.push(g as Guarded<MemoryWrite>);
      else if (statement.kind === 'check') this.#checks.push(g as Guarded<Check>);
    }
    this.covers = new Float64Array(this.#checks.length);
    this.#values = flat.nodes.map((n) => Bits.unchecked(bitsOf(n), n.kind === 'reg' ? n.initial : n.kind === 'const' ? n.value : 0n));
    this.#memories = flat.memories.map((m) => Array.from({ length: m.depth }, (_, i) => Bits.wrap(m.width, m.initial[i] ?? 0n)));
    this.#resets = flat.domains.map(() => false);
    const drivers = driversOf(flat.body);
    const deps = flat.nodes.map((n) => dependencies(n, drivers));
    const changing = (id: NodeId): boolean => ['op', 'wire', 'read', 'reset'].includes(flat.nodes[id]!.kind);
    this.#order = components(flat.nodes.length, (id) => deps[id]!).filter((group) => group.some(changing));
    this.#models = flat.models.map((m) => {
      let size = 0;
      const place = (id: NodeId): Place => {
        const { width, lanes } = flat.nodes[id]!;
        const p = { first: size, lanes, width, wordsPerLane: wordCount(width) };
        size += lanes * p.wordsPerLane;
        return p;
      };
      const inputs = new Map([...m.inputs].map(([port, id]) => [port, place(id)]));
      const outputs = new Map([...m.outputs].map(([port, id]) => [port, place(id)]));
      const words = new Int32Array(size);
      return { instance: new ModelInstance(m, words, inputs, outputs), words, inputs, outputs };
    });
  }

  // ---- evaluation -----------------------------------------------------------------------------------------------------------------

  #settle(): void {
    if (!this.#stale) return;
    this.#stale = false;
    for (const group of this.#order) {
      if (group.length === 1) {
        this.#values[group[0]!] = this.#evaluate(this.#flat.nodes[group[0]!]!);
        continue;
      }
      // A cycle of nodes without a cycle of bits: each round settles at least one more bit.
      const rounds = group.reduce((sum, id) => sum + bitsOf(this.#flat.nodes[id]!), 2);
      for (let round = 0, changed = true; changed && round < rounds; round++) {
        changed = false;
        for (const id of group) {
          const value = this.#evaluate(this.#flat.nodes[id]!);
          if (value.value !== this.#values[id]!.value) changed = true;
          this.#values[id] = value;
        }
      }
    }
  }

  #evaluate(node: Node): Bits {
    switch (node.kind) {
      case 'op':
        return operators[node.op].value(node.args.map((a) => this.#values[a]!), node.args.map((a) => this.#flat.nodes[a]!), node.attrs);
      case 'read': {
        const address = this.#values[node.args[0]]!.value;
        const memory = this.#memories[node.memory]!;
        return address < BigInt(memory.length) ? memory[Number(address)]! : Bits.zero(node.width);
      }
      case 'reset':
        return Bits.bool(this.#resets[node.domain]!);
      case 'wire':
        return this.#assigned(node.id, Bits.zero(bitsOf(node)));
      case 'const':
      case 'input':
      case 'reg':
      case 'port':
        return this.#values[node.id]!;
    }
  }

  #acts({ holds, fails }: Guarded<Statement>): boolean {
    return holds.every((c) => this.#values[c]!.value === 1n) && fails.every((c) => this.#values[c]!.value === 0n);
  }

  /** What the statements make of a target: the last one that acts wins. */
  #assigned(target: NodeId, before: Bits): Bits {
    let value = before;
    const node = this.#flat.nodes[target]!;
    for (const g of this.#drivers.get(target) ?? []) {
      if (!this.#acts(g)) continue;
      const { statement } = g;
      const given = this.#values[statement.value]!;
      if (statement.lane === undefined) value = given;
      else {
        const lane = this.#values[statement.lane]!;
        value = operators.insert.value([value, lane, given], [node, { width: lane.width, lanes: 1 }, { width: given.width, lanes: 1 }], []);
      }
    }
    return value;
  }

  // ---- engine ---------------------------------------------------------------------------------------------------------------------

  poke(input: NodeId, value: bigint): void {
    this.#values[input] = Bits.wrap(bitsOf(this.#flat.nodes[input]!), value);
    this.#stale = true;
  }

  pokeNumber(input: NodeId, value: number): void {
    this.poke(input, BigInt(value));
  }

  peek(node: NodeId): bigint {
    this.#settle();
    return this.#values[node]!.value;
  }

  peekNumber(node: NodeId): number {
    return Number(this.peek(node));
  }

  pokeLanes(input: NodeId, lanes: ArrayLike<number>): void {
    const width = BigInt(this.#flat.nodes[input]!.width);
    let all = 0n;
    for (let i = lanes.length - 1; i >= 0; i--) all = (all << width) | BigInt(lanes[i]!);
    this.poke(input, all);
  }

  peekLanes(node: NodeId): number[] {
    const { width, lanes } = this.#flat.nodes[node]!;
    const all = this.peek(node);
    return Array.from({ length: lanes }, (_, i) => Number(BigInt.asUintN(width, all >> BigInt(i * width))));
  }

  setReset(domain: DomainId, on: boolean): void {
    this.#resets[domain] = on;
    this.#stale = true;
  }

  tick(domains: readonly DomainId[], count: number, checks: boolean): number {
    this.#failed = undefined;
    for (let i = 0; i < count; i++) if (!this.#edge(domains, checks)) return i;
    return count;
  }

  #edge(domains: readonly DomainId[], checks: boolean): boolean {
    this.#settle();
    const ticks = (domain: DomainId): boolean => domains.includes(domain);
    const live = this.#checks.map((g, index) => ({ g, index })).filter(({ g }) => ticks(g.statement.domain) && !this.#resets[g.statement.domain]! && this.#acts(g));
    for (const { g, index } of live) {
      if (checks && g.statement.check !== 'cover' && this.#values[g.statement.condition]!.value === 0n) {
        this.#failed = index;
        return false;
      }
    }
    for (const { g, index } of live) if (g.statement.check === 'cover') this.covers[index]! += Number(this.#values[g.statement.condition]!.value);

    const registers: [NodeId, Bits][] = [];
    for (const node of this.#flat.nodes) {
      if (node.kind !== 'reg' || !ticks(node.domain)) continue;
      const next = node.resets && this.#resets[node.domain]! ? Bits.unchecked(bitsOf(node), node.initial) : this.#assigned(node.id, this.#values[node.id]!);
      registers.push([node.id, next]);
    }
    const writes = this.#writes
      .filter((g) => ticks(g.statement.domain) && this.#acts(g))
      .map(({ statement }) => ({ memory: statement.memory, address: this.#values[statement.address]!.value, data: this.#values[statement.data]! }));
    const outputs: [NodeId, Bits][] = [];
    this.#flat.models.forEach((m, i) => {
      if (!ticks(m.domain)) return;
      const { instance, words, inputs, outputs: places } = this.#models[i]!;
      const inReset = this.#resets[m.domain]!;
      if (m.model.fire !== undefined && !inReset && this.#values[m.inputs.get(m.model.fire)!]!.value === 0n) return;
      for (const [port, id] of m.inputs) storeBig(words, inputs.get(port)!, this.#values[id]!.value);
      instance.edge(inReset);
      for (const [port, id] of m.outputs) outputs.push([id, Bits.unchecked(bitsOf(this.#flat.nodes[id]!), loadBig(words, places.get(port)!))]);
    });

    for (const [id, value] of [...registers, ...outputs]) this.#values[id] = value;
    for (const { memory, address, data } of writes) if (address < BigInt(this.#memories[memory]!.length)) this.#memories[memory]![Number(address)] = data;
    this.#stale = true;
    return true;
  }

  get failed(): number | undefined {
    return this.#failed;
  }

  observe(nodes: readonly NodeId[], extra = 0): Observer {
    let size = 0;
    const places = nodes.map((id): Place => {
      const { width, lanes } = this.#flat.nodes[id]!;
      const p = { first: size, lanes, width, wordsPerLane: wordCount(width) };
      size += lanes * p.wordsPerLane;
      return p;
    });
    const image = new Int32Array(size + extra);
    return {
      image,
      offsets: places.map((p) => p.first),
      settle: () => nodes.forEach((id, i) => storeBig(image, places[i]!, this.peek(id))),
    };
  }

  readMemory(memory: number, address: number): bigint {
    return this.#memories[memory]![address]?.value ?? 0n;
  }

  writeMemory(memory: number, address: number, value: bigint): void {
    this.#memories[memory]![address] = Bits.wrap(this.#flat.memories[memory]!.width, value);
    this.#stale = true;
  }

  save(): EngineState {
    const state: InterpState = {
      words: new Int32Array(0),
      memories: [],
      models: this.#models.map((m) => ({ own: m.instance.save(), words: m.words.slice() })),
      covers: this.covers.slice(),
      values: [...this.#values],
      contents: this.#memories.map((m) => [...m]),
      resets: [...this.#resets],
    };
    return state;
  }

  restore(state: EngineState): void {
    const { values, contents, resets, models, covers } = state as InterpState;
    values.forEach((v, i) => (this.#values[i] = v));
    contents.forEach((m, i) => (this.#memories[i] = [...m]));
    resets.forEach((r, i) => (this.#resets[i] = r));
    this.#models.forEach((m, i) => {
      m.instance.restore(models[i]!.own);
      m.words.set(models[i]!.words);
    });
    this.covers.set(covers);
    this.#stale = true;
  }
}

interface InterpState extends EngineState {
  readonly models: readonly { own: unknown; words: Int32Array }[];
  readonly values: readonly Bits[];
  readonly contents: readonly (readonly Bits[])[];
  readonly resets: readonly boolean[];
}

