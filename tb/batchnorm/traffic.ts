import { fail } from '../../src/index.ts';
import type { HostAccess, HostTraffic } from '../../rtl/controller/index.ts';
import { randomFrom } from '../arbiter/random.ts';

export interface TrafficOptions {
  readonly seed: number;
  /** Requests a cycle, on average. */
  readonly rate: number;
  readonly banks: number;
  /** The first of its rows; it uses four in each bank. */
  readonly row: number;
  readonly columns: number;
  readonly words: number;
}

const WRITES = 1 / 3;
const ROWS = 4;

/** Reads and writes at random in rows of its own, whoever has the memory. A read must return what was last written. */
export class CheckedTraffic implements HostTraffic {
  readonly #options: TrafficOptions;
  readonly #random: () => number;
  readonly #cells = new Map<number, number>();
  readonly #wanted = new Map<HostAccess, number>();
  #next: HostAccess | undefined;
  /** Requests that have been answered. */
  reads = 0;
  writes = 0;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
  }

  offer(): HostAccess | undefined {
    const { rate, banks, row, columns, words } = this.#options;
    if (this.#next !== undefined || this.#random() >= rate) return this.#next;
    const place = { bank: this.#below(banks), row: row + this.#below(ROWS), column: this.#below(columns) };
    this.#next = this.#random() < WRITES ? { ...place, words: new Uint32Array(words).fill(this.#below(2 ** 32)) } : place;
    return this.#next;
  }

  taken(): void {
    const access = this.#next!;
    const at = this.#place(access);
    if (access.words !== undefined) this.#cells.set(at, access.words[0]!);
    else this.#wanted.set(access, this.#cells.get(at) ?? 0);
    this.#next = undefined;
  }

  answered(access: HostAccess, cycle: number, words?: Uint32Array): void {
    if (words === undefined) {
      this.writes++;
      return;
    }
    this.reads++;
    const wanted = this.#wanted.get(access)!;
    this.#wanted.delete(access);
    if (words.some((w) => w !== wanted)) fail('host-data', `cycle ${cycle}: a read of bank ${access.bank}, row ${access.row}, column ${access.column} returns ${[...words].join(' ')}, and last written was ${wanted}`);
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #place({ bank, row, column }: HostAccess): number {
    return (bank * ROWS + row - this.#options.row) * this.#options.columns + column;
  }
}
