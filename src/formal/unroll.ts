import type { PackedCycle } from '../export/cosim/stimulus.ts';
import type { FormalModel } from './model.ts';
import type { Solver } from './solver.ts';
import type { Translation } from './translate.ts';

/** A run of a design: what its inputs are in each cycle, and where it starts if that is not the initial state. */
export interface Run {
  readonly cycles: readonly PackedCycle[];
  readonly start?: Start;
}

/** Values of registers by node, and words of memories; what is not mentioned has no influence. */
export interface Start {
  readonly registers: readonly { readonly path: string; readonly node: number; readonly value: bigint }[];
  readonly words: readonly { readonly path: string; readonly memory: number; readonly address: number; readonly value: bigint }[];
}

/** The cycles of a model one after the other, as a solver sees them. */
export class Unrolling {
  #length = 0;
  readonly #fixed: string[] = [];

  constructor(
    readonly solver: Solver,
    private readonly model: FormalModel,
    private readonly translation: Translation,
    private readonly from: 'start' | 'anywhere',
  ) {
    solver.tell('(set-option :produce-models true)', '(set-logic QF_BV)');
    this.keep(...model.never, ...model.assumptions.map((a) => a.bad));
  }

  /** Number of cycles. */
  get length(): number {
    return this.#length;
  }

  /** One more cycle at the end. */
  extend(): void {
    const { solver, translation } = this;
    const n = this.#length++;
    solver.tell(translation.cycle(n), translation.first(n, n === 0 && this.from === 'start'));
    if (n > 0) solver.tell(translation.follows(n));
    if (translation.registers.size > 0) {
      const parts = [...translation.registers].map((r) => (translation.wires.get(r) === 1 ? `(ite ${this.at(r, n)} #b1 #b0)` : this.at(r, n)));
      const bits = [...translation.registers].reduce((sum, r) => sum + translation.wires.get(r)!, 0);
      solver.tell(`(define-fun registers@${n} () (_ BitVec ${bits}) ${parts.length === 1 ? parts[0]! : `(concat ${parts.join(' ')})`})`);
    }
    for (const wire of this.#fixed) this.never(wire, n);
  }

  /** These wires are 0 in all cycles, also those to come. */
  keep(...wires: readonly string[]): void {
    for (const wire of wires) {
      this.#fixed.push(wire);
      for (let n = 0; n < this.#length; n++) this.never(wire, n);
    }
  }

  never(wire: string, cycle: number): void {
    this.solver.tell(`(assert (not ${this.at(wire, cycle)}))`);
  }

  /** A wire in a cycle. */
  at(wire: string, cycle: number): string {
    return this.translation.wire(wire, cycle);
  }

  /** Two cycles whose registers hold the same in the model that was found last. */
  async repetition(): Promise<readonly [number, number] | undefined> {
    if (this.translation.registers.size === 0) return undefined;
    const states = await this.solver.values(Array.from({ length: this.#length }, (_, n) => `registers@${n}`));
    const seen = new Map<bigint, number>();
    for (const [n, state] of states.entries()) {
      const before = seen.get(state);
      if (before !== undefined) return [before, n];
      seen.set(state, n);
    }
    return undefined;
  }

  /** The registers are not the same in two cycles. */
  distinguish(a: number, b: number): void {
    this.solver.tell(`(assert (not (= registers@${a} registers@${b})))`);
  }

  /** The run that was found last. */
  async run(): Promise<Run> {
    const { inputs, ticks, resets } = this.model;
    const variables = [...inputs.map((i) => i.verilog), ...(ticks ?? []), ...(resets ?? [])];
    const cycles = Array.from({ length: this.#length }, (_, n) => n);
    const flat = await this.solver.values(cycles.flatMap((n) => variables.map((v) => this.at(v, n))));
    const { domains } = this.model.design.flat;
    const flags = (wires: readonly string[] | undefined, values: readonly bigint[], otherwise: boolean): boolean[] => domains.map((_, d) => (wires === undefined ? otherwise : values[variables.indexOf(wires[d]!)] === 1n));
    const packed = cycles.map((n): PackedCycle => {
      const values = flat.slice(n * variables.length, (n + 1) * variables.length);
      return { inputs: this.#allInputs(values), ticks: flags(ticks, values, true), resets: flags(resets, values, false) };
    });
    return { cycles: packed, ...(this.from === 'anywhere' && { start: await this.#start() }) };
  }

  /** In the order of the design's inputs, of which the model lacks those that nobody reads. */
  #allInputs(values: readonly bigint[]): bigint[] {
    return [...this.model.design.flat.inputs.keys()].map((path) => {
      const at = this.model.inputs.findIndex((i) => i.path === path);
      return at < 0 ? 0n : values[at]!;
    });
  }

  async #start(): Promise<Start> {
    const { wires } = this.translation;
    const registers = this.model.registers.filter((r) => wires.has(r.verilog));
    const { flat } = this.model.design;
    const words = this.model.memories.flatMap(({ path, verilog, memory }) =>
      Array.from({ length: flat.memories[memory]!.depth }, (_, address) => ({ path, memory, address, verilog: `${verilog}[${address}]` })).filter((w) => wires.has(w.verilog)),
    );
    const values = await this.solver.values([...registers, ...words].map((v) => this.at(v.verilog, 0)));
    return {
      registers: registers.map(({ path, node }, i) => ({ path, node, value: values[i]! })),
      words: words.map(({ path, memory, address }, i) => ({ path, memory, address, value: values[registers.length + i]! })),
    };
  }
}
