import { derive, programCells, Saturations, simulate, WordlineError, type Crossbar, type CrossbarConfig, type CrossbarDerived, type SimulateOptions, type WeightMatrix } from '../../src/index.ts';
import { counterAddress } from './adc.ts';
import { CrossbarCore } from './crossbar.ts';

const startSimulation = (config: CrossbarConfig, options: SimulateOptions, start: typeof simulate) => start(CrossbarCore(config), options);

/**
 * A crossbar that is computed by the RTL, in place of the fast model: the same results, the same saturation counters, and cycles that are
 * counted and not calculated. Give it to `TiledEngine`, or use it alone.
 * ```ts
 * const crossbar = new RtlCrossbar(crossbarConfig(), { trace: 'waves/crossbar.vcd' });
 * crossbar.program(weightMatrix(rows));
 * const y = crossbar.mvm(x); // crossbar.mvmCycles === 273
 * crossbar.close();
 * ```
 */
export class RtlCrossbar implements Crossbar {
  readonly config: CrossbarConfig;
  readonly saturations: Saturations;
  /** The simulation underneath, to look into. */
  readonly sim: ReturnType<typeof startSimulation>;
  readonly #derived: CrossbarDerived;
  /** The result registers as words: reading the port itself would make a bigint of all of them. */
  readonly #result: { readonly image: Int32Array; settle(): void };
  readonly #counters: readonly { readonly depth: number; read(address: number): bigint; write(address: number, value: bigint): void }[];
  readonly #inputs: number[];
  #size: { readonly rows: number; readonly outputs: number } | undefined;
  #mvmCycles: number | undefined;

  /** `start` makes the simulation: a testbench gives its own `simulate`, which knows what the command line asked for. */
  constructor(config: CrossbarConfig, options: SimulateOptions = {}, start: typeof simulate = simulate) {
    this.config = config;
    this.#derived = derive(config);
    this.sim = startSimulation(config, options, start);
    this.#result = this.sim.engine.observe([this.sim.design.flat.outputs.get('result')!]);
    this.#counters = config.slices.map((_, s) => this.sim.memory(`slice${s}.adc.saturations`));
    this.#inputs = new Array<number>(config.rows).fill(0);
    this.saturations = new Saturations(this.#derived.arrayColumns, config.slices.length, this.#derived.passes, (counts) => this.#collect(counts));
  }

  /** Cycles of the last MVM, from the one after `start` was accepted to `done`, as the simulation took them. */
  get mvmCycles(): number | undefined {
    return this.#mvmCycles;
  }

  /** Writes the arrays through the programming port. @throws WordlineError `matrix-size`, `weight-range`. */
  program(weights: WeightMatrix): void {
    programCells(this.config, weights); // for its checks
    this.saturations.reset();
    const { sim } = this;
    const { columns, adcs } = this.config;
    const { inputs: rows, outputs, data } = weights;
    // Unused columns are at level 0; the unit column, behind them, holds weight 0.
    const unused = -this.#derived.weightOffset;
    const weightAt = (column: number, row: number): number => (column < outputs ? data[column * rows + row]! : column >= columns ? 0 : unused);
    sim.in.erase = 1;
    sim.step();
    sim.in.erase = 0;
    sim.in.program = 1;
    for (let row = 0; row < rows; row++) {
      sim.in.row = row;
      for (let turn = 0; turn < this.#derived.turns; turn++) {
        sim.in.programTurn = turn;
        sim.in.weights = Array.from({ length: adcs }, (_, j) => weightAt(turn * adcs + j, row));
        sim.step();
      }
    }
    sim.in.program = 0;
    this.#inputs.fill(0);
    this.#size = { rows, outputs };
  }

  /** @throws WordlineError `not-programmed`, `input-size`, `input-range`. */
  mvm(inputs: ArrayLike<number>): Int32Array {
    const size = this.#size ?? fail('not-programmed', 'this crossbar holds no weights yet', 'call program(weights) first');
    if (inputs.length !== size.rows) fail('input-size', `${inputs.length} inputs for a crossbar programmed with ${size.rows} rows`);
    const { low, high } = this.#derived.inputs;
    for (let n = 0; n < size.rows; n++) {
      const x = inputs[n]!;
      if (!(x >= low && x <= high) || !Number.isInteger(x)) fail('input-range', `input ${x} at row ${n} is not an integer in ${low}..${high}`);
      this.#inputs[n] = x;
    }
    const { sim } = this;
    sim.in.inputs = this.#inputs;
    sim.in.load = 1;
    sim.in.start = 1;
    sim.step();
    sim.in.load = 0;
    sim.in.start = 0;
    this.#mvmCycles = this.#untilDone();
    this.#result.settle();
    return this.#result.image.slice(0, size.outputs);
  }

  /** Ends the simulation and its waves. */
  close(): void {
    this.sim.close();
  }

  /**
   * Goes to the cycle before `done` is expected in one call, which is much faster than to ask every cycle, and looks from there. If the
   * crossbar is not busy any more it has been faster than the contract says.
   */
  #untilDone(): number {
    const { sim } = this;
    const expected = this.#derived.timing.mvm;
    sim.step(expected - 1);
    if (sim.out.busy !== 1) fail('mvm-cycles', `the crossbar took less than the ${expected} cycles of its configuration`);
    return expected - 1 + sim.until(() => sim.out.done === 1, { message: 'end of an MVM' });
  }

  /** Moves the counter memories, `{pass, turn}` by ADC, into the public counters. */
  #collect(counts: Uint32Array): void {
    const { passes, turns, arrayColumns } = this.#derived;
    const { adcs, slices, columns } = this.config;
    const outputs = this.#size?.outputs ?? 0;
    this.#counters.forEach((memory, s) => {
      for (let pass = 0; pass < passes; pass++) {
        for (let turn = 0; turn < turns; turn++) {
          const address = counterAddress(pass, turn, turns);
          const word = memory.read(address);
          if (word === 0n) continue;
          memory.write(address, 0n);
          for (let j = 0; j < adcs && turn * adcs + j < arrayColumns; j++) {
            const column = turn * adcs + j;
            // Columns that hold no weights are converted too, but their counts mean nothing.
            if (column >= outputs && column < columns) continue;
            counts[(column * slices.length + s) * passes + pass]! += Number(BigInt.asUintN(32, word >> BigInt(32 * j)));
          }
        }
      }
    });
  }
}

function fail(code: string, message: string, hint?: string): never {
  throw new WordlineError({ code, message, ...(hint !== undefined && { hint }) });
}
