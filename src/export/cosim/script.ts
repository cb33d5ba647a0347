import type { Design } from '../../hdl/elaborate.ts';
import type { NodeId } from '../../ir/netlist.ts';
import { bitsOf } from '../../ir/shape.ts';

/**
 * What the other simulator is to do, as lines that a testbench in Verilog reads and obeys:
 *
 * | line | meaning |
 * |---|---|
 * | `0 inputs` | after 1 fs: all inputs, resets and replayed outputs of models, as one number |
 * | `1 delay clocks` | after `delay` fs: the clocks, as one number; those that rise tick together |
 * | `2 memory address value` | after 1 fs: a word of a memory |
 * | `3` | after 1 fs: print all that is watched |
 *
 * Numbers are hexadecimal, the first column in the high bits. Inputs come a femtosecond after an edge, since none may change with it.
 */
export const OP = { inputs: 0, clocks: 1, memory: 2, sample: 3 } as const;

/** Femtoseconds of a picosecond. */
export const FS = 1000;

/** Values that the testbench drives, left to right. */
export interface Column {
  readonly bits: number;
  readonly kind: 'input' | 'reset' | 'model';
  /** Name of the input or of the domain; path of the model. */
  readonly name: string;
  /** Node of the flat design; of a reset there is none. */
  readonly node?: NodeId;
  /** Port of the model. */
  readonly port?: string;
}

/** Inputs, resets, and outputs of those models that have no Verilog. */
export function columnsOf({ flat }: Design, replayed: ReadonlySet<string> = new Set()): Column[] {
  const bits = (id: NodeId): number => bitsOf(flat.nodes[id]!);
  return [
    ...[...flat.inputs].map(([name, node]): Column => ({ kind: 'input', name, node, bits: bits(node) })),
    ...flat.domains.map((name): Column => ({ kind: 'reset', name, bits: 1 })),
    ...flat.models.filter((m) => replayed.has(m.model.name)).flatMap((m) => [...m.outputs].map(([port, node]): Column => ({ kind: 'model', name: m.path, port, node, bits: bits(node) }))),
  ];
}

/** Everything that a script remembers, to go on from there. */
export interface ScriptState {
  readonly now: number;
  readonly high: readonly boolean[];
  readonly falls: readonly number[];
  readonly packed: string;
}

/** Writes the lines of a script. Times are picoseconds. */
export class Script {
  #now = 0;
  readonly #high: boolean[];
  /** When each clock that is high falls; femtoseconds. */
  readonly #falls: number[];
  #packed = '';

  constructor(
    private readonly columns: readonly Column[],
    private readonly periods: readonly number[],
    private readonly put: (line: string) => void,
    from?: ScriptState,
  ) {
    this.#high = periods.map((_, d) => from?.high[d] ?? false);
    this.#falls = periods.map((_, d) => from?.falls[d] ?? 0);
    this.#now = from?.now ?? 0;
    this.#packed = from?.packed ?? '';
  }

  state(): ScriptState {
    return { now: this.#now, high: [...this.#high], falls: [...this.#falls], packed: this.#packed };
  }

  /** A value for each column; nothing is written if all are as they were. */
  inputs(values: readonly bigint[]): void {
    let all = 0n;
    values.forEach((v, i) => (all = (all << BigInt(this.columns[i]!.bits)) | v));
    const packed = all.toString(16);
    if (packed === this.#packed) return;
    this.#packed = packed;
    this.put(`${OP.inputs} ${packed}`);
    this.#now++;
  }

  memory(memory: number, address: number, value: bigint): void {
    this.put(`${OP.memory} ${memory.toString(16)} ${address.toString(16)} ${value.toString(16)}`);
    this.#now++;
  }

  /** The time at which everything is printed; femtoseconds. */
  sample(): number {
    this.put(`${OP.sample}`);
    return ++this.#now;
  }

  /** These domains, which may be none, tick at `at`; clocks fall half a period after their own edge. */
  edge(at: number, domains: readonly number[]): void {
    const due = this.#falls.map((fall, d) => ({ fall, d })).filter(({ fall, d }) => this.#high[d] && (fall < at * FS || domains.includes(d)));
    for (const { fall, d } of due.sort((a, b) => a.fall - b.fall)) {
      this.#high[d] = false;
      this.#clocks(fall);
    }
    for (const d of domains) {
      this.#high[d] = true;
      this.#falls[d] = (at + Math.floor(this.periods[d]! / 2)) * FS;
    }
    this.#clocks(at * FS);
  }

  #clocks(atFs: number): void {
    // More looks between two edges than there are femtoseconds move the edge.
    const delay = Math.max(1, atFs - this.#now);
    const vector = this.#high.reduce((all, h) => (all << 1n) | (h ? 1n : 0n), 0n);
    this.put(`${OP.clocks} ${delay.toString(16)} ${vector.toString(16)}`);
    this.#now += delay;
  }
}

