export interface Clock {
  readonly name: string;
  readonly domain: number;
  /** Picoseconds. */
  readonly period: number;
}

/** A moment that can be kept and come back to. */
export interface Moment {
  readonly time: number;
  readonly edges: readonly number[];
  readonly next: readonly number[];
  readonly last: readonly (number | undefined)[];
  readonly resets: readonly boolean[];
}

/** Where a simulation stands in time: picoseconds, and for each clock its edges so far, its next and its last edge, and whether its domain is in reset. */
export class Timeline {
  time = 0;
  edges: number[];
  next: number[];
  last: (number | undefined)[];
  resets: boolean[];

  /** @param phases time of the first edge of each clock less one period */
  constructor(
    readonly clocks: readonly Clock[],
    phases: readonly number[],
  ) {
    this.edges = clocks.map(() => 0);
    this.next = clocks.map(({ period }, i) => phases[i]! + period);
    this.last = clocks.map(() => undefined);
    this.resets = clocks.map(() => false);
  }

  /** When some clock ticks next; a design without clocks has a moment of 1000 ps. */
  get nextEdge(): number {
    return this.clocks.length === 0 ? this.time + 1000 : Math.min(...this.next);
  }

  /** The next edge is one of exactly these clocks, as soon as the period of each allows it; one whose turn it would be waits one more period. */
  together(domains: readonly number[]): void {
    const at = Math.max(...domains.map((d) => this.next[d]!));
    for (const { domain, period } of this.clocks) {
      if (domains.includes(domain)) this.next[domain] = at;
      else if (this.next[domain]! <= at) this.next[domain] = at + period;
    }
  }

  /** The clocks of these domains have ticked at the next edge. */
  tick(domains: readonly number[]): void {
    this.time = this.nextEdge;
    for (const d of domains) {
      this.edges[d]!++;
      this.last[d] = this.time;
      this.next[d]! += this.clocks[d]!.period;
    }
  }

  /** The only clock has ticked so often. */
  pass(count: number): void {
    if (count === 0) return;
    const { period } = this.clocks[0]!;
    this.time = this.next[0]! + (count - 1) * period;
    this.last[0] = this.time;
    this.edges[0]! += count;
    this.next[0]! += count * period;
  }

  save(): Moment {
    return { time: this.time, edges: [...this.edges], next: [...this.next], last: [...this.last], resets: [...this.resets] };
  }

  restore({ time, edges, next, last, resets }: Moment): void {
    this.time = time;
    this.edges = [...edges];
    this.next = [...next];
    this.last = [...last];
    this.resets = [...resets];
  }
}
