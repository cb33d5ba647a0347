import { WordlineError } from '../diag/index.ts';
import { isCloneError, unpackError, workerDied } from './failure.ts';
import type { Outcome } from './job.ts';
import type { Threads } from './threads.ts';
import type { Task } from './worker.ts';

export interface ManyProgress<P = unknown, R = unknown> {
  /** Points that have ended, and all of them. */
  readonly done: number;
  readonly total: number;
  /** The one that has just ended: not in the order of the points. */
  readonly outcome: Outcome<P, R>;
}

/** Which points run, which still may, and what became of those that have. */
export class Schedule<P, R> {
  readonly #outcomes: Outcome<P, R>[];
  readonly #running = new Map<number, AbortController>();
  #next = 0;
  /** Points from here on are not started. */
  #end: number;
  #done = 0;
  #unusable: Error | undefined;

  constructor(
    private readonly skipped: readonly Outcome<P, R>[],
    private readonly stopAtFirst: boolean,
    private readonly onProgress: ((progress: ManyProgress<P, R>) => void) | undefined,
    private readonly timeout?: number,
  ) {
    this.#outcomes = [...skipped];
    this.#end = skipped.length;
  }

  /** Keeps one thread busy. Points start in their order: when one fails, all before it have started. */
  async lane(threads: Threads): Promise<void> {
    while (this.#next < this.#end) await this.#one(threads, this.#next++);
  }

  /** Starts no point from here on, and ends those that run. */
  stopFrom(index: number): void {
    this.#end = Math.min(this.#end, index);
    for (const [i, controller] of this.#running) if (i >= this.#end) controller.abort();
  }

  /** There are no threads, or no job. */
  giveUp(cause: Error): void {
    this.#unusable ??= cause;
    this.stopFrom(0);
  }

  /** In the order of the points; throws what made it give up. */
  outcomes(): Outcome<P, R>[] {
    if (this.#unusable !== undefined) throw this.#unusable;
    return this.#outcomes;
  }

  async #one(threads: Threads, index: number): Promise<void> {
    const { point, seed } = this.skipped[index]!;
    const controller = new AbortController();
    this.#running.set(index, controller);
    const late = new AbortController();
    const timer = this.timeout === undefined ? undefined : setTimeout(() => late.abort(), this.timeout * 1000);
    const ended = await endOf(threads, { index, seed, point }, AbortSignal.any([controller.signal, late.signal]));
    clearTimeout(timer);
    this.#running.delete(index);
    // Also what ended in the same moment in which it was given up.
    if (controller.signal.aborted) return;
    if (ended.status === 'unusable') return this.giveUp(ended.error);
    const outcome: Outcome<P, R> = { index, point, seed, ...((late.signal.aborted ? this.#late() : ended) as { status: 'done'; result: R } | { status: 'failed'; error: Error }) };
    this.#outcomes[index] = outcome;
    if (outcome.status === 'failed' && this.stopAtFirst) this.#endWith(index);
    this.onProgress?.({ done: ++this.#done, total: this.skipped.length, outcome });
  }

  #late(): End {
    return { status: 'failed', error: new WordlineError({ code: 'timed-out', message: `it has not ended within ${this.timeout} s` }) };
  }

  /** How much behind the failed point has ended already depends on the threads: it is forgotten, so that the outcomes do not. */
  #endWith(failed: number): void {
    this.stopFrom(failed + 1);
    for (let i = failed + 1; i < this.skipped.length; i++) this.#outcomes[i] = this.skipped[i]!;
  }
}

type End = { readonly status: 'done'; readonly result: unknown } | { readonly status: 'failed' | 'unusable'; readonly error: Error };

async function endOf(threads: Threads, task: Task, signal: AbortSignal): Promise<End> {
  try {
    const reply = await threads.run(task, signal);
    return reply.status === 'done' ? reply : { status: reply.status, error: unpackError(reply.error) };
  } catch (error) {
    if (!isCloneError(error)) return { status: 'failed', error: workerDied(error) };
    return { status: 'failed', error: new WordlineError({ code: 'point-not-clonable', message: `the point cannot be given to another thread: ${(error as Error).message}`, hint: 'points are plain data: numbers, texts, lists, objects' }) };
  }
}
