import { fail } from '../../src/index.ts';
import { BUCKETS, CAUSES, PIM_CAUSES, ROW_OUTCOMES, type Cause } from './statistics.ts';

/** What it reads a simulation through; `Simulation` has it. */
export interface Observed {
  signal(path: string): { readonly width: number; getBig(): bigint };
  memory(path: string): { read(address: number): bigint };
}

/** Requests of a direction: how many there were, and where their cycles went. */
export interface LatencyClass {
  /** Accepted so far; of reads, without those that a queued write answered. */
  readonly requests: number;
  /** Cycles of each cause so far, of requests that have been answered and of those that wait; `pim` is 0 where there are no PIM units. */
  readonly cycles: Readonly<Record<Cause, number>>;
  /**
   * Requests that had their column command, by what they found in their bank when they came: bucket b counts latencies from 2^(b-1) to
   * 2^b - 1 cycles. The last bucket has the rest.
   */
  readonly histogram: Readonly<Record<(typeof ROW_OUTCOMES)[number], readonly number[]>>;
}

export interface LatencySummary {
  readonly reads: LatencyClass;
  readonly writes: LatencyClass;
  /** Reads that a queued write answered; their cycles are among those of reads. */
  readonly forwarded: number;
}

const WRAP = 2 ** 32;

/** Counters of 32 bits in the hardware, made longer here. */
class Counters {
  #last: readonly number[] = [];
  readonly sums: number[] = [];
  constructor(private readonly look: () => readonly number[]) {}
  sample(): void {
    const now = this.look();
    now.forEach((value, i) => (this.sums[i] = (this.sums[i] ?? 0) + ((value - (this.#last[i] ?? 0) + WRAP) % WRAP)));
    this.#last = now;
  }
}

/**
 * Latencies of a controller with `statistics: 'sums'` or `'requests'`. The hardware counts in 32 bits: `sample` must be called at least once in
 * 2^25 cycles, which is as long as 128 waiting requests need to fill them. Nothing is done between samples.
 */
export class LatencyReport {
  readonly #counters: Readonly<Record<string, Counters>>;
  readonly #causes: readonly Cause[];

  /** @param path of the controller in the simulation, '' if it is the top. Errors: `no-statistics`. */
  constructor(sim: Observed, path = '') {
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const lanes = (name: string, count: number): (() => readonly number[]) => {
      let handle: ReturnType<Observed['signal']>;
      try {
        handle = sim.signal(at(name));
      } catch {
        fail('no-statistics', `there is no "${at(name)}" in the simulation`, { hint: "give the path of a controller with statistics: 'sums' or 'requests'" });
      }
      return () => {
        const bits = handle.getBig();
        return Array.from({ length: count }, (_, i) => Number(BigInt.asUintN(32, bits >> BigInt(32 * i))));
      };
    };
    const histogram = (name: string): (() => readonly number[]) => {
      const memory = sim.memory(at(name));
      return () => Array.from({ length: 32 * ROW_OUTCOMES.length }, (_, i) => Number(memory.read(i)));
    };
    this.#causes = sim.signal(at('readCycles')).width === 32 * CAUSES.length ? CAUSES : PIM_CAUSES;
    this.#counters = {
      readRequests: new Counters(lanes('readsAccepted', 1)),
      writeRequests: new Counters(lanes('writesAccepted', 1)),
      forwarded: new Counters(lanes('forwarded', 1)),
      readCycles: new Counters(lanes('readCycles', this.#causes.length)),
      writeCycles: new Counters(lanes('writeCycles', this.#causes.length)),
      readHistogram: new Counters(histogram('readHistogram')),
      writeHistogram: new Counters(histogram('writeHistogram')),
    };
    this.sample();
  }

  sample(): void {
    for (const counters of Object.values(this.#counters)) counters.sample();
  }

  /** Everything up to now. */
  summary(): LatencySummary {
    this.sample();
    const sums = (name: string): readonly number[] => this.#counters[name]!.sums;
    const of = (name: 'read' | 'write'): LatencyClass => ({
      requests: sums(`${name}Requests`)[0]!,
      cycles: Object.fromEntries(PIM_CAUSES.map((c) => [c, sums(`${name}Cycles`)[this.#causes.indexOf(c)] ?? 0])) as Record<Cause, number>,
      histogram: Object.fromEntries(ROW_OUTCOMES.map((o, i) => [o, sums(`${name}Histogram`).slice(32 * i, 32 * i + BUCKETS)])) as unknown as LatencyClass['histogram'],
    });
    return { reads: of('read'), writes: of('write'), forwarded: sums('forwarded')[0]! };
  }

  /** Mean cycles of each cause for a request, as a table in text. */
  text(): string {
    const { reads, writes, forwarded } = this.summary();
    const rows = [['', 'requests', 'mean', ...this.#causes]];
    for (const [name, { requests, cycles }, extra] of [['reads', reads, forwarded], ['writes', writes, 0]] as const) {
      const all = requests + extra;
      const mean = (n: number): string => (all === 0 ? '-' : (n / all).toFixed(1));
      rows.push([name, String(all), mean(this.#causes.reduce((s, c) => s + cycles[c], 0)), ...this.#causes.map((c) => mean(cycles[c]))]);
    }
    const widths = rows[0]!.map((_, i) => Math.max(...rows.map((r) => r[i]!.length)));
    return rows.map((r) => r.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd()).join('\n'); // prettier-ignore
  }
}
