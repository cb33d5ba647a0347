import type { CrossbarDerived } from './derived.ts';

/** Which rows have which bit set, as lists of row addresses: one plane a bit, for positive (or coded) and for negative inputs. */
export class Planes {
  readonly bytes: number;
  readonly counts: Int32Array;
  readonly #bits: number;
  readonly #rows: number;
  readonly #stride: number;
  readonly #signed: boolean;
  readonly #mask: number;
  #words = new Int32Array(0);
  #lists = new Int32Array(0);
  #at = 0;

  constructor({ digits }: CrossbarDerived, rows: number, stride: number) {
    this.#bits = Math.max(...digits.map((d) => d.low + d.bits));
    this.#rows = rows;
    this.#stride = stride;
    this.#signed = digits.some((d) => d.source !== 'code');
    // Two's complement inputs arrive sign-extended.
    this.#mask = 2 ** this.#bits - 1;
    this.counts = new Int32Array(2 * this.#bits);
    this.bytes = this.counts.length * rows * 4;
  }

  attach(memory: ArrayBuffer, at: number): void {
    this.#words = new Int32Array(memory);
    this.#lists = new Int32Array(memory, at, this.bytes / 4);
    this.#at = at;
  }

  index(negative: boolean, bit: number): number {
    return (negative ? this.#bits : 0) + bit;
  }

  address(plane: number): number {
    return this.#at + plane * this.#rows * 4;
  }

  /** Zeroes `lanes` 32-bit lanes of the kernel's memory. */
  clear(at: number, lanes: number): void {
    this.#words.fill(0, at / 4, at / 4 + lanes);
  }

  /** Sorts rows `start` to `end` into the planes. */
  collect(applied: Int32Array, start: number, end: number): void {
    const { counts } = this;
    counts.fill(0);
    for (let n = start; n < end; n++) {
      const x = applied[n]!;
      const negative = this.#signed && x < 0;
      const base = negative ? this.#bits : 0;
      let bits = (negative ? -x : x) & this.#mask;
      while (bits !== 0) {
        const plane = base + 31 - Math.clz32(bits);
        this.#lists[plane * this.#rows + counts[plane]!++] = n * this.#stride;
        bits &= ~(1 << (plane - base));
      }
    }
  }
}
