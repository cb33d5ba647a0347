import fc from 'fast-check';
import { crossbarConfig, type CrossbarConfig, type GoldenMvm } from '../../../src/index.ts';
import type { RtlCrossbar } from '../../../rtl/rram/index.ts';
import { work, type Work } from '../../cim/arbitrary.ts';

/** Work on small crossbars with any number of ADCs, any latencies, pipelined or not. */
export const timedWork = (maxBits: number): fc.Arbitrary<Work> =>
  work(maxBits).chain((w) => {
    const { config } = w;
    const arrayColumns = config.columns + (config.offsetCorrection === 'unit-column' ? 1 : 0);
    const latency = (low: number): fc.Arbitrary<number> => fc.integer({ min: low, max: 5 });
    return fc
      .record({
        adcs: fc.integer({ min: 1, max: arrayColumns }),
        pipelined: fc.boolean(),
        timing: fc.record({ inputBuffer: latency(0), dac: latency(1), read: latency(1), sampleHold: latency(1), adc: latency(1), shiftAdd: latency(1), output: latency(1) }),
      })
      .map((extra) => ({ ...w, config: crossbarConfig({ ...config, ...extra }) }));
  });

/** What the analog side of an MVM looked like, as in `GoldenMvm`: `[pass][column][slice]`. */
export interface Conversions {
  readonly columnSums: number[][][];
  readonly codes: number[][][];
}

/** Steps the driver's simulation edge by edge through one MVM and notes every held sum and every code. Returns the cycles it took. */
export function watchMvm(crossbar: RtlCrossbar, inputs: readonly number[], outputs: number): Conversions & { readonly cycles: number } {
  const { sim, config } = crossbar;
  const columns = [...Array(outputs).keys(), ...(config.offsetCorrection === 'unit-column' ? [config.columns] : [])];
  const signed = config.weightCoding === 'differential';
  const lane = (path: string): ((lane: number) => number) => {
    const handle = sim.signal(path);
    const lanes = path.endsWith('held') ? config.columns + (config.offsetCorrection === 'unit-column' ? 1 : 0) : config.adcs;
    const width = handle.width / lanes;
    return (i) => {
      const bits = BigInt.asUintN(width, handle.getBig() >> BigInt(i * width));
      return Number(signed ? BigInt.asIntN(width, bits) : bits);
    };
  };
  const held = config.slices.map((_, s) => lane(`slice${s}.adc.held`));
  const codes = config.slices.map((_, s) => lane(`slice${s}.adc.codes`));
  const [capture, turn, pass] = ['capture', 'turn', 'backPass'].map((name) => sim.signal(`sequencer.${name}`));
  const result: Conversions = { columnSums: [], codes: [] };

  sim.in.inputs = [...inputs, ...new Array<number>(config.rows - inputs.length).fill(0)];
  sim.in.load = 1;
  sim.in.start = 1;
  sim.step();
  sim.in.load = 0;
  sim.in.start = 0;
  for (let cycles = 0; ; cycles++) {
    if (sim.out.done === 1) return { ...result, cycles };
    const [captured, t, p] = [capture!.get() === 1, Number(turn!.get()), Number(pass!.get())];
    const mine = columns.map((column, i) => ({ column, i })).filter(({ column }) => Math.floor(column / config.adcs) === t);
    if (captured) for (const { column, i } of mine) ((result.columnSums[p] ??= [])[i] ??= []).push(...held.map((at) => at(column)));
    sim.step();
    if (captured) for (const { column, i } of mine) ((result.codes[p] ??= [])[i] ??= []).push(...codes.map((at) => at(column - t * config.adcs)));
  }
}

/** Counters of a run as golden counts them, `[column][slice][pass]` flattened, columns that hold no weights left out. */
export function expectedCounts(config: CrossbarConfig, runs: readonly GoldenMvm[], outputs: number, arrayColumns: number, passes: number): number[] {
  const counts = new Array<number>(arrayColumns * config.slices.length * passes).fill(0);
  for (const { saturations } of runs) {
    saturations.forEach((slices, m) =>
      slices.forEach((list, s) => list.forEach((n, pass) => (counts[((m < outputs ? m : config.columns) * config.slices.length + s) * passes + pass]! += n))),
    );
  }
  return counts;
}

