/** Rows of DRAM as 32-bit words. A row takes memory from its first write on; what was never written reads as 0. */
export class SparseRows {
  readonly #rows = new Map<number, Int32Array>();
  /** The last row looked at: bursts of one row come one after the other. */
  #number = -1;
  #words: Int32Array | undefined;

  /** @param wordsPerRow Words of a row. */
  constructor(readonly wordsPerRow: number) {}

  /** How many rows have been written. */
  get written(): number {
    return this.#rows.size;
  }

  /** A row to read, or `undefined` if it was never written. */
  find(row: number): Int32Array | undefined {
    if (row !== this.#number) {
      this.#number = row;
      this.#words = this.#rows.get(row);
    }
    return this.#words;
  }

  /** A row to write. */
  row(row: number): Int32Array {
    const found = this.find(row);
    if (found !== undefined) return found;
    const words = new Int32Array(this.wordsPerRow);
    this.#rows.set(row, words);
    this.#words = words;
    return words;
  }

  save(): readonly (readonly [number, Int32Array])[] {
    return [...this.#rows].map(([row, words]) => [row, words.slice()]);
  }

  restore(rows: readonly (readonly [number, Int32Array])[]): void {
    this.#rows.clear();
    this.#number = -1;
    this.#words = undefined;
    for (const [row, words] of rows) this.#rows.set(row, words.slice());
  }
}
