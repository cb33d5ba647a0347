import { fail, type Origin } from '../diag/index.ts';
import { parseTime } from '../wave/times.ts';
import type { Timeline } from './timeline.ts';

/**
 * The cycles that a trace is about: `'1000:1500'` are the cycles from 1000 up to but not including 1500 of the first clock (cycle n begins with
 * its edge n), `'2us:2.5us'` those that have a part between these times. Either end may be left out.
 */
export type TraceWindow = string | { readonly cycles: readonly [from: number, to: number] } | { readonly ps: readonly [from: number, to: number] };

/** Which stretches between two edges belong to it. */
export class Window {
  readonly #byTime: boolean;
  readonly #from: number;
  readonly #to: number;

  /** Errors: `bad-window`, at `origin` if it is known. */
  constructor(window: TraceWindow, origin?: Origin) {
    const where = [origin];
    const shown = typeof window === 'string' ? `"${window}"` : JSON.stringify(window);
    const hint = "write '1000:1500' for cycles, '2us:2.5us' for times, '1000:' for all that comes after";
    const bad = (why: string): never => fail('bad-window', `${shown} is no window of cycles or times: ${why}`, { where, hint });
    let [from, to, byTime] = [0, Infinity, false];
    if (typeof window === 'string') {
      const parts = window.split(':').map((p) => p.trim());
      if (parts.length !== 2 || parts.every((p) => p === '')) bad('it has two ends with a colon between them');
      const plain = parts.map((p) => /^\d*$/.test(p));
      byTime = plain.some((p) => !p);
      if (byTime && parts.some((p, i) => p !== '' && plain[i])) bad('one end is a cycle and the other a time');
      const end = (text: string, otherwise: number): number => (text === '' ? otherwise : byTime ? parseTime(text, 'window') : Number(text));
      [from, to] = [end(parts[0]!, 0), end(parts[1]!, Infinity)];
    } else {
      byTime = 'ps' in window;
      [from, to] = 'ps' in window ? window.ps : window.cycles;
    }
    if (!(from >= 0 && to > from)) bad('it ends before it begins');
    [this.#from, this.#to, this.#byTime] = [from, to, byTime];
  }

  /** Is the stretch that begins now in it? */
  includes({ time, nextEdge, edges }: Timeline): boolean {
    return this.#byTime ? nextEdge > this.#from && time < this.#to : (edges[0] ?? 0) >= this.#from && (edges[0] ?? 0) < this.#to;
  }

  /** Is all of it over? */
  over({ time, edges }: Timeline): boolean {
    return this.#byTime ? time >= this.#to : (edges[0] ?? 0) >= this.#to;
  }

  /** In a design of one clock: edges from now on for which the answers stay what they are, at least 1. */
  steady(line: Timeline): number {
    const { period } = line.clocks[0]!;
    const ahead = this.#byTime
      ? [Math.floor((this.#from - line.nextEdge) / period) + 1, Math.ceil((this.#to - line.nextEdge) / period) + 1]
      : [this.#from - line.edges[0]!, this.#to - line.edges[0]!];
    return Math.max(1, Math.min(...ahead.filter((n) => n > 0)));
  }
}
