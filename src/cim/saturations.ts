import { fail } from '../diag/index.ts';

/**
 * How often a column sum lay outside the ADC's codes, by column, slice and pass. Column M (config.columns) is the unit column, where there is one.
 * Counters are 32 bits and wrap.
 */
export class Saturations {
  readonly columns: number;
  readonly slices: number;
  readonly passes: number;
  readonly #counts: Uint32Array;
  readonly #collect: (counts: Uint32Array) => void;

  /** `collect` brings the counts up to date before they are read, for owners that count elsewhere. */
  constructor(columns: number, slices: number, passes: number, collect: (counts: Uint32Array) => void = () => undefined) {
    this.columns = columns;
    this.slices = slices;
    this.passes = passes;
    this.#counts = new Uint32Array(columns * slices * passes);
    this.#collect = collect;
  }

  /** `(column * slices + slice) * passes + pass`. */
  get counts(): Uint32Array {
    this.#collect(this.#counts);
    return this.#counts;
  }

  /** One counter. @throws WordlineError `saturation-index` outside the array. */
  at(column: number, slice: number, pass: number): number {
    const inside = column >= 0 && column < this.columns && slice >= 0 && slice < this.slices && pass >= 0 && pass < this.passes;
    const n = inside ? this.counts[(column * this.slices + slice) * this.passes + pass] : undefined;
    if (n === undefined) {
      fail('saturation-index', `no saturation counter [column ${column}][slice ${slice}][pass ${pass}]`, {
        hint: `there are ${this.columns} columns, ${this.slices} slices (0 = most significant) and ${this.passes} passes`,
      });
    }
    return n;
  }

  get total(): number {
    return this.counts.reduce((a, b) => a + b, 0);
  }

  byColumn(): number[] {
    return this.#sums(this.columns, (i) => Math.floor(i / (this.slices * this.passes)));
  }

  bySlice(): number[] {
    return this.#sums(this.slices, (i) => Math.floor(i / this.passes) % this.slices);
  }

  byPass(): number[] {
    return this.#sums(this.passes, (i) => i % this.passes);
  }

  reset(): void {
    this.counts.fill(0);
  }

  #sums(length: number, bin: (index: number) => number): number[] {
    const sums = new Array<number>(length).fill(0);
    this.counts.forEach((n, i) => (sums[bin(i)]! += n));
    return sums;
  }
}
