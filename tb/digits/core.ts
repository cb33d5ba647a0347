import { RtlCrossbar } from '../../rtl/rram/index.ts';
import type { Crossbar, CrossbarConfig, Saturations, simulate, WeightMatrix } from '../../src/index.ts';

/**
 * What the default waveform shows of a core: the way of the data from wordlines to results, without the copies on module boundaries and
 * with the columns that the digits network uses.
 */
export const SHOWN = [
  '*.{clk,start,busy,done}',
  '*.sequencer.{front,frontPass,adc,turn,backPass}',
  '*.drivers.{wordlines,shift}',
  '*.slice3.array.{sample,held[0],held[1],held[2],held[3]}',
  '*.slice3.adc.{capture,codes[0],codes[1],codes[2],codes[3]}',
  '*.slice3.adc.saturated[0]',
  '*.shiftAdd.sums{[0],[1],[2],[3]}',
  '*.{result[0],result[1],result[2],result[3]}',
].join();

export interface WaveOptions {
  readonly file: string;
  readonly signals: string;
  /** The products that are written, counted from 0; the wave is off before and after. */
  readonly from: number;
  readonly products: number;
}

/** A core in RTL that counts its cycles and writes a window of waves. */
export class MeasuredCore implements Crossbar {
  readonly config: CrossbarConfig;
  readonly #core: RtlCrossbar;
  readonly #wave: WaveOptions | undefined;
  /** Clock cycles of all products, and of programming, as the simulation took them. */
  cycles = 0;
  programmingCycles = 0;
  mvms = 0;

  constructor(config: CrossbarConfig, start: typeof simulate, wave: WaveOptions | undefined) {
    this.config = config;
    this.#core = new RtlCrossbar(config, wave === undefined ? {} : { trace: { file: wave.file, signals: wave.signals, startOff: true } }, start);
    this.#wave = wave;
  }

  get saturations(): Saturations {
    return this.#core.saturations;
  }

  program(weights: WeightMatrix): void {
    const before = this.#core.sim.cycle();
    this.#core.program(weights);
    this.programmingCycles += this.#core.sim.cycle() - before;
  }

  mvm(inputs: ArrayLike<number>): Int32Array {
    if (this.mvms === this.#wave?.from) this.#core.sim.traceOn();
    const before = this.#core.sim.cycle();
    const result = this.#core.mvm(inputs);
    this.cycles += this.#core.sim.cycle() - before;
    this.mvms++;
    if (this.#wave !== undefined && this.mvms === this.#wave.from + this.#wave.products) this.#core.sim.traceOff();
    return result;
  }

  close(): void {
    this.#core.close();
  }
}
