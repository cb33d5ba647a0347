import { fail } from '../diag/index.ts';
import type { Design } from '../hdl/elaborate.ts';
import { withCells, type CellOptions } from '../ir/cells.ts';
import { resolve, type Graph } from '../ir/graph.ts';
import type { DomainId, NodeId } from '../ir/netlist.ts';
import { optimise } from '../ir/passes/index.ts';
import { wordCount } from '../ir/words.ts';
import type { LinearMemory } from '../wave/wasm.ts';
import type { Engine, EngineName, EngineState, Observer } from './engine.ts';
import { layOut, loadBig, loadLane, storeBig, type CellLayout, type Layout } from './layout.ts';
import { ModelInstance } from './models.ts';
import { WordGraph } from './words/graph.ts';
import { makePlan, type Plan, type PlanOptions } from './words/plan.ts';
import { clockEdge, observation, type KernelOptions, type Resets } from './words/sinks.ts';

export interface Tuning extends PlanOptions {
  readonly cells: CellOptions;
  /** Cycles between two looks at whether a cell is idle, a power of two. */
  readonly look: number;
}

/** Measured: see docs/decisions. V8 stops optimising JavaScript functions above 61,440 bytes of bytecode, and allocates registers badly long before. */
export const TUNING: Tuning = { chunk: 1000, branch: 400, depth: 24, cells: { operators: 400, forOutputs: 0.25 }, look: 64 };

interface Form {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly cells: readonly CellLayout[];
}
const MOST_CYCLES = 2 ** 30;
const RESETS: readonly Resets[] = ['off', 'on', 'mixed'];

const words = new WeakMap<Design, Form>();
const lanes = new WeakMap<Design, Form>();

/** The optimised graph of a design and where its state lives; the same for all simulations of it. With Vecs in vectors, or in words only. */
export function compiledForm(design: Design, vectors = false, cells = TUNING.cells): Form {
  const forms = vectors ? lanes : words;
  let form = cells === TUNING.cells ? forms.get(design) : undefined;
  if (form === undefined) {
    const { graph, types } = vectors ? withCells(design.top, design.flat, cells) : { graph: optimise(resolve(design.flat)), types: [] };
    form = { graph, ...layOut(graph, vectors, types) };
    if (cells === TUNING.cells) forms.set(design, form);
  }
  return form;
}

/** Runs some cycles; the number done, fewer if a check failed. */
export type Kernel = (count: number) => number;

/** What happens at a clock edge, as statements. */
export function planEdge(graph: Graph, layout: Layout, options: KernelOptions, tuning: PlanOptions): Plan {
  const g = new WordGraph();
  const { checks, registers, late } = clockEdge(graph, layout, g, options);
  return makePlan(g, [checks, registers, late], 2, tuning);
}

/** The arrays that hold the state. Kernels work on them in place, and so do testbenches. */
export interface Storage {
  readonly words: Int32Array;
  readonly memories: readonly Int32Array[];
  readonly covers: Float64Array;
  /** One word: 0, or the index of the check that failed plus 1. */
  readonly failed: Int32Array;
  /** A picture for an observer. */
  picture(size: number): Int32Array;
  /** What all of it lies in, if that is memory of WebAssembly. */
  readonly linear?: LinearMemory;
}

export type Host = (model: number) => void;

/** What an engine does with a plan. */
export interface Backend {
  readonly storage: Storage;
  /** `picture` is where observations go; clock edges have none. */
  compile(plan: Plan, picture: Int32Array | undefined, host: Host, cells?: readonly CellPlan[]): Kernel;
  /** Forgets that cells are idle, after something else than a kernel has changed the state. */
  wake?(): void;
}

/** What all cells of a type do at a clock edge, as if they were the first one. */
export interface CellPlan {
  readonly layout: CellLayout;
  readonly plan: Plan;
}

/**
 * An engine that compiles the design. Kernels are made when they are first needed: one for each set of domains, with and without reset.
 * What differs between such engines is where the state lives and how a plan becomes code.
 */
export abstract class CompiledEngine implements Engine {
  abstract readonly name: EngineName;
  readonly #graph: Graph;
  readonly #layout: Layout;
  readonly #cells: readonly CellLayout[];
  readonly #image: Int32Array;
  readonly #words: Int32Array;
  readonly #memories: readonly Int32Array[];
  readonly #models: ModelInstance[];
  readonly #failed: Int32Array;
  readonly #backend: Backend;
  readonly #host: Host;
  readonly #kernels = new Map<number, Kernel>();
  readonly #peeks = new Map<NodeId, Observer>();
  readonly covers: Float64Array;
  #resets = 0;
  /** The kernel that has changed the state, if nothing else has since. */
  #last: Kernel | undefined;

  constructor(
    design: Design,
    backend: (layout: Layout, checks: number) => Backend,
    private readonly tuning: Tuning,
    vectors: boolean,
  ) {
    const { graph, layout, cells } = compiledForm(design, vectors, tuning.cells);
    this.#cells = cells;
    // Kernels are numbered by the domains that tick, a bit each.
    if (graph.domains.length > 50) fail('too-many-domains', `${graph.domains.length} clock domains: the compiled engines take up to 50`, { hint: "use { engine: 'interp' }" });
    this.#graph = graph;
    this.#layout = layout;
    this.#image = graph.image;
    this.#backend = backend(layout, graph.checks.length);
    const { words, memories, covers, failed } = this.#backend.storage;
    this.#words = words;
    this.#memories = memories;
    this.covers = covers;
    this.#failed = failed;
    for (const n of graph.nodes) if (n.kind === 'reg') storeBig(this.#words, layout.places.get(n.id)!, n.initial);
    graph.memories.forEach((m, i) => m.initial.forEach((value, address) => this.writeMemory(i, address, value)));
    this.#models = graph.models.map((m, i) => new ModelInstance(m, words, layout.modelInputs[i]!, layout.modelOutputs[i]!));
    const resetOf = graph.models.map((m) => layout.resets[m.domain]!);
    this.#host = (model) => this.#models[model]!.edge(words[resetOf[model]!] === 1);
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

  pokeLanes(input: NodeId, lanes: ArrayLike<number>): void {
    const { first } = this.#layout.places.get(this.#image[input]!)!;
    for (let i = 0; i < lanes.length; i++) this.#words[first + i] = lanes[i]!;
  }

  peekLanes(node: NodeId): number[] {
    const id = this.#image[node]!;
    const place = this.#layout.places.get(id);
    const { width, lanes: length } = this.#graph.nodes[id]!;
    const [from, at] = place !== undefined ? [this.#words, place] : [this.#settled(node).image, { first: 0, lanes: length, width, wordsPerLane: 1 }];
    return Array.from({ length }, (_, i) => loadLane(from, at, i));
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
    const resets = this.#resetsNow();
    // A number a kernel, since some testbenches step edge by edge: a bit a domain, and what the kernel may leave out.
    let key = RESETS.indexOf(resets) + (checks ? 4 : 0);
    for (const d of domains) key += 8 * 2 ** d;
    let kernel = this.#kernels.get(key);
    if (kernel === undefined) this.#kernels.set(key, (kernel = this.#compile(new Set(domains), resets, checks)));
    this.#failed[0] = 0;
    if (kernel !== this.#last) this.#wake(kernel);
    // Kernels count in 32 bits.
    let done = 0;
    while (done < count) {
      const part = Math.min(count - done, MOST_CYCLES);
      const n = kernel(part);
      done += n;
      if (n < part) break;
    }
    return done;
  }

  #resetsNow(): Resets {
    return this.#resets === 0 ? 'off' : this.#resets === this.#layout.resets.length ? 'on' : 'mixed';
  }

  /** State has been changed by something else than this kernel. */
  #wake(kernel?: Kernel): void {
    this.#last = kernel;
    this.#backend.wake?.();
  }

  get failed(): number | undefined {
    return this.#failed[0] === 0 ? undefined : this.#failed[0]! - 1;
  }

  #compile(domains: ReadonlySet<DomainId>, resets: Resets, checks: boolean): Kernel {
    const plan = planEdge(this.#graph, this.#layout, { domains, resets, checks, cells: this.#cells }, this.tuning);
    const ticking = this.#cells.filter(({ type }) => domains.has(type.domain));
    // Checks of cells have been made with everything else, before anything changes.
    const cells = ticking.map((cell): CellPlan => ({ layout: cell, plan: planEdge({ ...cell.type.graph, checks: [] }, cell.first, { domains: new Set([0]), resets, checks: false }, this.tuning) }));
    return this.#backend.compile(plan, undefined, this.#host, cells);
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
    const image = this.#backend.storage.picture(size + extra);
    let run: Kernel | undefined;
    const compile = (): Kernel => {
      const g = new WordGraph();
      const plan = makePlan(g, [observation(this.#graph, this.#layout, g, ids, offsets)], -1, this.tuning);
      return this.#backend.compile(plan, image, this.#host);
    };
    const edges = new Map<string, Kernel>();
    const edge = (domains: readonly DomainId[], checks: boolean): Kernel => {
      const resets = this.#resetsNow();
      const key = `${domains.join()} ${resets} ${checks}`;
      let kernel = edges.get(key);
      if (kernel === undefined) {
        const g = new WordGraph();
        const seen = observation(this.#graph, this.#layout, g, ids, offsets, resets);
        const next = clockEdge(this.#graph, this.#layout, g, { domains: new Set(domains), resets, checks });
        // The picture first: it shows the cycle that ends here, also if a check stops there.
        kernel = this.#backend.compile(makePlan(g, [seen, next.checks, next.registers, next.late], 3, this.tuning), image, this.#host);
        edges.set(key, kernel);
      }
      this.#failed[0] = 0;
      this.#wake();
      return kernel;
    };
    return { image, offsets, settle: () => void (run ??= compile())(1), edge, memory: this.#backend.storage.linear };
  }

  readMemory(memory: number, address: number): bigint {
    const { words } = this.#layout.memories[memory]!;
    const { width } = this.#graph.memories[memory]!;
    return loadBig(this.#memories[memory]!, { first: address * words, lanes: 1, width, wordsPerLane: words });
  }

  writeMemory(memory: number, address: number, value: bigint): void {
    const { words } = this.#layout.memories[memory]!;
    const { width } = this.#graph.memories[memory]!;
    this.#wake();
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
    this.#wake();
    this.#words.set(state.words);
    state.memories.forEach((m, i) => this.#memories[i]!.set(m));
    state.models.forEach((m, i) => this.#models[i]!.restore(m));
    this.covers.set(state.covers);
    this.#resets = this.#layout.resets.reduce((n, slot) => n + this.#words[slot]!, 0);
  }
}
