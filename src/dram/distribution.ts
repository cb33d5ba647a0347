/** What is told of a distribution, in cycles. A percentile is the least latency that so many of a hundred requests do not exceed. */
export interface LatencyNumbers {
  readonly count: number;
  /** All of them added up. */
  readonly total: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Counts of whole numbers, each exactly: percentiles need no buckets. */
export class Distribution {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #total = 0;

  add(value: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    this.#count++;
    this.#total += value;
  }

  /** Everything of several distributions. */
  static of(...parts: readonly Distribution[]): Distribution {
    const all = new Distribution();
    for (const part of parts) {
      for (const [value, n] of part.#counts) all.#counts.set(value, (all.#counts.get(value) ?? 0) + n);
      all.#count += part.#count;
      all.#total += part.#total;
    }
    return all;
  }

  /** All zero if there is none. */
  get numbers(): LatencyNumbers {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    const atLeast = (percent: number): number => {
      // In whole numbers: 0.99 * 100 is more than 99.
      let left = Math.ceil((percent * this.#count) / 100);
      return sorted.find(([, n]) => (left -= n) <= 0)?.[0] ?? 0;
    };
    return { count: this.#count, total: this.#total, mean: this.#count === 0 ? 0 : this.#total / this.#count, p50: atLeast(50), p90: atLeast(90), p99: atLeast(99), max: atLeast(100) };
  }
}
