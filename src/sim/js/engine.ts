import type { Design } from '../../hdl/elaborate.ts';
import { resolve, type Graph } from '../../ir/graph.ts';
import type { DomainId, NodeId } from '../../ir/netlist.ts';
import { optimise } from '../../ir/passes/index.ts';
import { wordCount } from '../../ir/words.ts';
import type { Engine, EngineState, Observer } from '../engine.ts';
import { layOut, loadBig, storeBig, type Layout } from '../layout.ts';
import { ModelInstance } from '../models.ts';
import { popcount, WordGraph } from '../words/graph.ts';
import { makePlan, type Plan, type PlanOptions } from '../words/plan.ts';
import { clockEdge, observation, type KernelOptions } from '../words/sinks.ts';
import { emitKernel } from './emit.ts';

/** Measured: 500 to 1,500 operations a function are equally fast; above 61,440 bytes of bytecode V8 stops optimising. */
const TUNING: PlanOptions = { chunk: 1000, depth: 24 };

const graphs = new WeakMap<Design, { graph: Graph; layout: Layout }>();

/** The optimised graph of a design and where its state lives; the same for all simulations of it. */
export function compiledForm(design: Design): { graph: Graph; layout: Layout } {
  let form = graphs.get(design);
  if (form === undefined) {
    const graph = optimise(resolve(design.flat));
    graphs.set(design, (form = { graph, layout: layOut(graph) }));
  }
  return form;
}

type Kernel = (count: number) => number;

/** Kernels made in this process. */
let loaded = 0;

function planEdge(graph: Graph, layout: Layout, options: KernelOptions, tuning: PlanOptions): Plan {
  const g = new WordGraph();
  const { checks, registers, late } = clockEdge(graph, layout, g, options);
  return makePlan(g, [checks, registers, late], 2, tuning);
}

/** The kernel that runs when all clocks tick and none is in reset, to look at: its operations on words, and its source. */
export function runningKernel(design: Design): { readonly operations: number; readonly source: string } {
  const { graph, layout } = compiledForm(design);
  const plan = planEdge(graph, layout, { domains: new Set(graph.domains.keys()), resetTied: true, checks: true }, TUNING);
  return { operations: plan.operations, source: emitKernel(plan, 'edge').source };
}

/** High 32 bits of an unsigned product, from 16-bit halves. */
function mulh(x: number, y: number): number {
  const [a, b, c, d] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = Math.imul(b, c) >>> 0;
  const low = ((Math.imul(b, d) >>> 16) + (middle & 0xffff)) >>> 0;
  const cross = (Math.imul(a, d) >>> 0) + low;
  return (Math.imul(a, c) + (middle >>> 16) + Math.floor(cross / 0x10000)) | 0;
}

const parity = (x: number): number => {
  const a = x ^ (x >>> 16);
  const b = a ^ (a >>> 8);
  return (27030 >>> ((b ^ (b >>> 4)) & 15)) & 1;
};

/** Compiles the design to JavaScript. Kernels are made when they are first needed: one for each set of domains, with and without reset. */
export class JsEngine implements Engine {
  readonly name = 'js';
  readonly #graph: Graph;
  readonly #layout: Layout;
  readonly #image: Int32Array;
  readonly #words: Int32Array;
  readonly #memories: Int32Array[];
  readonly #models: ModelInstance[];
  readonly #failed = new Int32Array(1);
  readonly #kernels = new Map<string, Kernel>();
  readonly #peeks = new Map<NodeId, Observer>();
  readonly covers: Float64Array;
  #resets = 0;

  constructor(
    design: Design,
    private readonly tuning: PlanOptions = TUNING,
  ) {
    const { graph, layout } = compiledForm(design);
    this.#graph = graph;
    this.#layout = layout;
    this.#image = graph.image;
    this.#words = new Int32Array(layout.size);
    this.#memories = layout.memories.map((m) => new Int32Array(m.length));
    this.covers = new Float64Array(graph.checks.length);
    for (const n of graph.nodes) if (n.kind === 'reg') storeBig(this.#words, layout.places.get(n.id)!, n.initial);
    graph.memories.forEach((m, i) => m.initial.forEach((value, address) => this.writeMemory(i, address, value)));
    this.#models = graph.models.map((m, i) => new ModelInstance(m, this.#words, layout.modelInputs[i]!, layout.modelOutputs[i]!));
  }

  poke(input: NodeId, value: bigint): void {
    storeBig(this.#words, this.#layout.places.get(this.#image[input]!)!, value);
  }

  pokeNumber(input: NodeId, value: number): void {
    this.#words[this.#layout.places.get(this.#image[input]!)!.first] = value;
  }

  peek(node: NodeId): bigint {
    const id = this.#image[node]!;
    const place = this.#layout.places.get(id);
    if (place !== undefined) return loadBig(this.#words, place);
    const { image } = this.#settled(node);
    const { width, lanes } = this.#graph.nodes[id]!;
    return loadBig(image, { first: 0, lanes, width, wordsPerLane: wordCount(width) });
  }

  peekNumber(node: NodeId): number {
    const place = this.#layout.places.get(this.#image[node]!);
    return (place !== undefined ? this.#words[place.first]! : this.#settled(node).image[0]!) >>> 0;
  }

  #settled(node: NodeId): Observer {
    let peek = this.#peeks.get(node);
    if (peek === undefined) this.#peeks.set(node, (peek = this.observe([node])));
    peek.settle();
    return peek;
  }

  setReset(domain: DomainId, on: boolean): void {
    this.#words[this.#layout.resets[domain]!] = on ? 1 : 0;
    this.#resets = this.#layout.resets.reduce((n, slot) => n + this.#words[slot]!, 0);
  }

  tick(domains: readonly DomainId[], count: number, checks: boolean): number {
    const resetTied = this.#resets === 0;
    const key = `${domains.join()}:${resetTied}:${checks}`;
    let kernel = this.#kernels.get(key);
    if (kernel === undefined) this.#kernels.set(key, (kernel = this.#compile(new Set(domains), resetTied, checks)));
    this.#failed[0] = 0;
    return kernel(count);
  }

  get failed(): number | undefined {
    return this.#failed[0] === 0 ? undefined : this.#failed[0]! - 1;
  }

  #compile(domains: ReadonlySet<DomainId>, resetTied: boolean, checks: boolean): Kernel {
    const plan = planEdge(this.#graph, this.#layout, { domains, resetTied, checks }, this.tuning);
    return this.#load(emitKernel(plan, 'edge'), 'edge', new Int32Array(0)) as Kernel;
  }

  observe(nodes: readonly NodeId[], extra = 0): Observer {
    const ids = nodes.map((n) => this.#image[n]!);
    let size = 0;
    const offsets = ids.map((id) => {
      const { width, lanes } = this.#graph.nodes[id]!;
      const at = size;
      size += lanes * wordCount(width);
      return at;
    });
    const image = new Int32Array(size + extra);
    let run: Kernel | undefined;
    const compile = (): Kernel => {
      const g = new WordGraph();
      const plan = makePlan(g, [observation(this.#graph, this.#layout, g, ids, offsets)], -1, this.tuning);
      return this.#load(emitKernel(plan, 'settle'), 'settle', image) as Kernel;
    };
    return { image, offsets, settle: () => void (run ??= compile())(1) };
  }

  /**
   * Makes the functions. V8 builds the addresses of captured arrays into the code only while a function has a single closure, and gives
   * equal sources the same functions: the number in front keeps the simulations of a process apart.
   */
  #load({ source, temporaries }: { source: string; temporaries: number }, entry: string, image: Int32Array): unknown {
    const domains = this.#graph.models.map((m) => this.#layout.resets[m.domain]!);
    const host = (model: number): void => this.#models[model]!.edge(this.#words[domains[model]!] === 1);
    const captured: Record<string, unknown> = { S: this.#words, T: new Int32Array(temporaries), C: this.covers, F: this.#failed, H: host, I: image, mulh, popcount, parity };
    this.#memories.forEach((m, i) => (captured[`M${i}`] = m));
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- this is the compiler
    const make = new Function('captured', `"use strict";// ${++loaded}\nconst {${Object.keys(captured).join()}}=captured;\n${source}\nreturn ${entry};`) as (captured: object) => unknown;
    return make(captured);
  }

  readMemory(memory: number, address: number): bigint {
    const { words } = this.#layout.memories[memory]!;
    const { width } = this.#graph.memories[memory]!;
    return loadBig(this.#memories[memory]!, { first: address * words, lanes: 1, width, wordsPerLane: words });
  }

  writeMemory(memory: number, address: number, value: bigint): void {
    const { words } = this.#layout.memories[memory]!;
    const { width } = this.#graph.memories[memory]!;
    storeBig(this.#memories[memory]!, { first: address * words, lanes: 1, width, wordsPerLane: words }, value);
  }

  save(): EngineState {
    return {
      words: this.#words.slice(),
      memories: this.#memories.map((m) => m.slice()),
      models: this.#models.map((m) => m.save()),
      covers: this.covers.slice(),
    };
  }

  restore(state: EngineState): void {
    this.#words.set(state.words);
    state.memories.forEach((m, i) => this.#memories[i]!.set(m));
    state.models.forEach((m, i) => this.#models[i]!.restore(m));
    this.covers.set(state.covers);
    this.#resets = this.#layout.resets.reduce((n, slot) => n + this.#words[slot]!, 0);
  }
}
