import { BUCKETS, CAUSES } from '../../rtl/controller/index.ts';

/** Cycles of each cause, where there are no PIM units. */
export type CauseCycles = Readonly<Record<(typeof CAUSES)[number], number>>;

export const causeCycles = (of: (cause: keyof CauseCycles, i: number) => number): CauseCycles => Object.fromEntries(CAUSES.map((c, i) => [c, of(c, i)])) as unknown as CauseCycles;

/** Requests whose latency is in a span of powers of two, and what their cycles went to. */
export interface CauseBucket {
  /** Cycles, both ends belong to it. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  /** Of all of them together. */
  readonly cycles: CauseCycles;
}

/** The split of each request's latency, added up by how long it took. */
export class CauseHistogram {
  readonly #requests = new Float64Array(BUCKETS);
  readonly #cycles = new Float64Array(BUCKETS * CAUSES.length);

  /** @param words 16 bits for each of `CAUSES`, the first one lowest. Returns how many cycles the causes have together. */
  add(latency: number, words: ArrayLike<number>): number {
    const bucket = 32 - Math.clz32(latency);
    this.#requests[bucket]!++;
    let sum = 0;
    for (let i = 0; i < CAUSES.length; i++) {
      const cycles = (words[i >> 1]! >>> (16 * (i & 1))) & 0xffff;
      this.#cycles[bucket * CAUSES.length + i]! += cycles;
      sum += cycles;
    }
    return sum;
  }

  /** Those that have requests. */
  get buckets(): CauseBucket[] {
    return Array.from({ length: BUCKETS }, (_, b): CauseBucket => ({
      from: b === 0 ? 0 : 2 ** (b - 1),
      to: 2 ** b - 1,
      requests: this.#requests[b]!,
      cycles: causeCycles((_, i) => this.#cycles[b * CAUSES.length + i]!),
    })).filter(({ requests }) => requests > 0); // prettier-ignore
  }
}
