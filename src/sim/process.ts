import { fail, WordlineError } from '../diag/index.ts';

/** What a process waits with. */
export interface Task {
  /** Waits for some clock edges (default 1). */
  step(count?: number): Promise<void>;
  /** Waits until a condition holds at a clock edge; the number of edges that took. */
  until(condition: () => boolean, options?: { readonly limit?: number; readonly message?: string }): Promise<number>;
  /** Starts another process, which runs after this one from the next edge on. */
  fork(name: string, body: (task: Task) => Promise<void>): Process;
}

export interface Process {
  readonly name: string;
  /** Settles when the process ends. */
  readonly done: Promise<void>;
}

interface Wait {
  /** Edge at which to wake up at the latest. */
  readonly at: number;
  readonly condition: (() => boolean) | undefined;
  readonly message: string;
  readonly since: number;
  readonly wake: () => void;
  readonly giveUp: (error: Error) => void;
}

interface Running extends Process {
  wait: Wait | undefined;
  ended: boolean;
  error: unknown;
  start(): void;
}

interface Clockwork {
  step(count: number): void;
  cycle(): number;
  time(): number;
}

/**
 * Test processes as async functions. Only one runs at a time: the scheduler wakes one, waits until it waits again or ends, and goes on to
 * the next, so that a run is always the same. All see the settled state after the edge.
 */
export class Processes {
  readonly #all: Running[] = [];
  /** Resolved when the process that runs now waits or ends. */
  #idle: () => void = () => undefined;
  #clock: Clockwork | undefined;

  add(name: string, body: (task: Task) => Promise<void>): Process {
    let settle: () => void = () => undefined;
    let settleBadly: (error: unknown) => void = () => undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = resolve;
      settleBadly = reject;
    });
    // Who awaits `done` hears of the error; who does not hears of it from `run`.
    done.catch(() => undefined);
    const process: Running = {
      name,
      done,
      wait: undefined,
      ended: false,
      error: undefined,
      start: () => {
        body(this.#task(process)).then(
          () => {
            process.ended = true;
            settle();
            this.#idle();
          },
          (error: unknown) => {
            process.ended = true;
            process.error = error;
            settleBadly(error);
            this.#idle();
          },
        );
      },
    };
    this.#all.push(process);
    return process;
  }

  #task(process: Running): Task {
    const wait = (at: number, condition: (() => boolean) | undefined, message: string): Promise<number> => {
      const since = this.#clock!.cycle();
      return new Promise<number>((resolve, reject) => {
        process.wait = { at, condition, message, since, wake: () => resolve(this.#clock!.cycle() - since), giveUp: reject };
        this.#idle();
      });
    };
    return {
      step: async (count = 1) => {
        if (count > 0) await wait(this.#clock!.cycle() + count, undefined, '');
      },
      until: async (condition, { limit = 100_000, message = 'a condition' } = {}) => (condition() ? 0 : wait(this.#clock!.cycle() + limit, condition, message)),
      fork: (name, body) => this.add(name, body),
    };
  }

  async run(clock: Clockwork, limit: number): Promise<number> {
    this.#clock = clock;
    const start = clock.cycle();
    const started = new Set<Running>();
    for (;;) {
      // Processes that are added while others run take part from now on.
      for (let i = 0; i < this.#all.length; i++) {
        const p = this.#all[i]!;
        if (p.ended) continue;
        if (!started.has(p)) {
          started.add(p);
          await this.#turn(() => p.start());
        } else if (p.wait !== undefined && this.#due(p.wait)) {
          const { wake, giveUp, condition, message, since } = p.wait;
          const late = condition !== undefined && !condition();
          p.wait = undefined;
          await this.#turn(() => (late ? giveUp(this.#late(p.name, message, since)) : wake()));
        }
        if (p.error !== undefined) throw p.error instanceof Error ? p.error : new Error(`process "${p.name}" ended with an error`, { cause: p.error });
      }
      const alive = this.#all.filter((p) => !p.ended);
      if (alive.length === 0) break;
      const stuck = alive.find((p) => p.wait === undefined);
      if (stuck !== undefined) fail('process-stuck', `process "${stuck.name}" waits for something that is not the clock`, { hint: 'await only step, until and the end of other processes' });
      if (clock.cycle() - start >= limit) fail('timeout', `processes ${alive.map((p) => `"${p.name}"`).join(', ')} still run after ${limit} cycles`);
      // Nobody looks at the signals before the next wake-up, unless somebody waits for a condition.
      const watched = alive.some((p) => p.wait!.condition !== undefined);
      clock.step(watched ? 1 : Math.max(1, Math.min(...alive.map((p) => p.wait!.at)) - clock.cycle()));
    }
    this.#all.length = 0;
    return clock.cycle() - start;
  }

  #due({ at, condition }: Wait): boolean {
    return this.#clock!.cycle() >= at || condition?.() === true;
  }

  /** Lets one process run until it waits or ends. */
  async #turn(go: () => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
      go();
    });
  }

  #late(name: string, message: string, since: number): WordlineError {
    const clock = this.#clock!;
    return new WordlineError({ code: 'timeout', message: `process "${name}" waited for ${message} since cycle ${since} and gave up at cycle ${clock.cycle()} (${clock.time()} ps)` });
  }
}
