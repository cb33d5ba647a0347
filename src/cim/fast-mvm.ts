import { fail } from '../diag/index.ts';
import type { CrossbarConfig } from './config.ts';
import type { Crossbar } from './crossbar.ts';
import { derive, type CrossbarDerived, type InputDigit } from './derived.ts';
import { layOut, type Programmed } from './fast-layout.ts';
import { Saturations } from './saturations.ts';
import { programCells, type WeightMatrix } from './weights.ts';

/**
 * The functional model of one crossbar: the arithmetic of docs/crossbar.md to the bit, without its time.
 *
 * Only conversions that can clip are made one by one. Whether a (column, slice) ever can is known when it is programmed: its largest
 * column sum, all digits at their maximum, is compared with the ADC's codes. What cannot clip is linear, so all its slices and passes
 * fold into one integer dot product; the rest, the `units`, are summed row by row in SIMD for every pass, clipped and counted.
 */
export class FastCrossbar implements Crossbar {
  readonly config: CrossbarConfig;
  readonly saturations: Saturations;
  readonly #derived: CrossbarDerived;
  #programmed: Programmed | undefined;

  constructor(config: CrossbarConfig) {
    this.config = config;
    this.#derived = derive(config);
    this.saturations = new Saturations(this.#derived.arrayColumns, config.slices.length, this.#derived.passes, (counts) => this.#collect(counts));
  }

  /** @throws WordlineError `matrix-size`, `weight-range`. */
  program(weights: WeightMatrix): void {
    const cells = programCells(this.config, weights);
    this.saturations.reset();
    this.#programmed = layOut(this.config, this.#derived, cells);
  }

  /** Share of (column, slice) pairs whose conversions can clip with the programmed weights, 0..1: what an MVM costs grows with it. */
  get clippable(): number {
    const { units, cells } = this.#ready();
    return units.count / (cells.columns * this.config.slices.length);
  }

  /** @throws WordlineError `not-programmed`, `input-size`, `input-range`. */
  mvm(inputs: ArrayLike<number>): Int32Array {
    const { cells } = this.#ready();
    if (inputs.length !== cells.rows) wrongSize(inputs.length, cells.rows, '');
    const out = new Int32Array(cells.outputs);
    this.#run(inputs, 0, out, 0);
    return out;
  }

  /** `count` products; vector i is `inputs[i * rows ...]`, its results are `[i * outputs ...]`. */
  mvmBatch(inputs: ArrayLike<number>, count: number): Int32Array {
    const { cells } = this.#ready();
    if (inputs.length !== count * cells.rows) wrongSize(inputs.length, count * cells.rows, `${count} vectors of ${cells.rows}: `);
    const out = new Int32Array(count * cells.outputs);
    for (let i = 0; i < count; i++) this.#run(inputs, i * cells.rows, out, i * cells.outputs);
    return out;
  }

  #ready(): Programmed {
    return this.#programmed ?? fail('not-programmed', 'this crossbar holds no weights yet', { hint: 'call program(weights) first' });
  }

  #run(inputs: ArrayLike<number>, from: number, out: Int32Array, to: number): void {
    const p = this.#ready();
    const { cells, linear, applied } = p;
    const sum = this.#apply(inputs, from, applied, cells.rows);
    const acc = p.accumulators;
    if (linear.weights === undefined) acc.fill(0);
    else linear.weights(applied, acc);
    for (let m = 0; m < acc.length; m++) acc[m]! += Math.imul(linear.perInput[m]!, sum);
    if (p.units.count > 0) this.#convert(p, acc);
    const unit = this.config.offsetCorrection === 'unit-column' ? acc[cells.outputs]! : 0;
    for (let m = 0; m < cells.outputs; m++) out[to + m] = acc[m]! - unit - linear.inputOffset[m]!;
  }

  /** Checks the inputs and codes them into the value the wordlines carry over all passes; returns the sum of that. */
  #apply(inputs: ArrayLike<number>, from: number, applied: Int32Array, rows: number): number {
    const { low, high } = this.#derived.inputs;
    const offset = this.config.inputCoding === 'offset' ? -low : 0;
    let sum = 0;
    for (let n = 0; n < rows; n++) {
      const x = inputs[from + n]!;
      if (!(x >= low && x <= high) || (x | 0) !== x) badInput(this.config, x, n, low, high);
      sum += applied[n] = x + offset;
    }
    return sum;
  }

  /** The bit-serial part: every pass of every unit through the ADC. */
  #convert(p: Programmed, acc: Int32Array): void {
    const { digits, rowGroups, codes, cellFloor } = this.#derived;
    const { dacs } = this.config;
    const { at } = p;
    const bytes = p.stride * 4;
    p.unitAcc.fill(0);
    for (let group = 0; group < rowGroups; group++) {
      const end = Math.min(p.cells.rows, (group + 1) * dacs);
      if (end <= group * dacs) break;
      p.planes.collect(p.applied, group * dacs, end);
      for (let d = 0; d < digits.length; d++) {
        const digit = digits[d]!;
        const active = columnSums(p, digit);
        // A pass that drives no row makes code 0 everywhere.
        if (active === undefined) continue;
        const counters = at.counters + (d * rowGroups + group) * bytes;
        p.kernel.convert(at.sums, at.acc, counters, bytes, active * cellFloor, codes.low, codes.high, digit.sign * 2 ** digit.shift);
      }
    }
    const { column, shift, count } = p.units;
    for (let u = 0; u < count; u++) acc[column[u]!]! += p.unitAcc[u]! << shift[u]!;
  }

  /** Moves the kernel's counters, `[pass][unit]`, into the public ones. */
  #collect(counts: Uint32Array): void {
    const p = this.#programmed;
    if (p === undefined) return;
    const { units, counters, stride } = p;
    for (let pass = 0; pass < this.#derived.passes; pass++) {
      for (let u = 0; u < units.count; u++) counts[units.counter[u]! + pass]! += counters[pass * stride + u]!;
    }
    counters.fill(0);
  }
}

/** Leaves the column sums of one pass in the kernel's `sums`; returns the sum of the digits, or nothing when no row is driven. */
function columnSums({ planes, kernel, at, stride, chunk }: Programmed, { source, low, bits }: InputDigit): number | undefined {
  // The usual case, one bit of one sign: no detour over `planeSums`.
  if (bits === 1 && source !== 'magnitude') {
    const plane = planes.index(source === 'negative', low);
    const rows = planes.counts[plane]!;
    if (rows > 0) kernel.rowSums(planes.address(plane), rows, stride, at.sums, chunk);
    return rows > 0 ? rows : undefined;
  }
  let active: number | undefined;
  const addPlanes = (negative: boolean, sign: 1 | -1): void => {
    for (let b = 0; b < bits; b++) {
      const plane = planes.index(negative, low + b);
      const rows = planes.counts[plane]!;
      if (rows === 0) continue;
      if (active === undefined) planes.clear(at.sums, stride);
      active = (active ?? 0) + (rows << b);
      kernel.rowSums(planes.address(plane), rows, stride, at.planeSums, chunk);
      kernel.addScaled(at.planeSums, at.sums, stride * 4, sign * 2 ** b);
    }
  };
  if (source !== 'negative') addPlanes(false, 1);
  if (source !== 'code' && source !== 'positive') addPlanes(true, source === 'magnitude' ? -1 : 1);
  return active;
}

function wrongSize(got: number, wanted: number, what: string): never {
  fail('input-size', `${what}${got} inputs for a crossbar programmed with ${wanted} rows`);
}

function badInput(config: CrossbarConfig, x: number, row: number, low: number, high: number): never {
  fail('input-range', `input ${x} at row ${row} is not an integer in ${low}..${high}`, {
    hint: `${config.inputBits}-bit ${config.inputCoding} inputs; change inputBits or inputCoding`,
  });
}
