import { fail, Origin, WordlineError, type Problem } from '../diag/index.ts';

/** What a process waits with. Only one wait at a time: await each before the next. */
export interface Task {
  /** Waits for some clock edges (default 1). */
  step(count?: number): Promise<void>;
  /** Waits until a condition holds after a clock edge; the number of edges that took. */
  until(condition: () => boolean, options?: { readonly limit?: number; readonly message?: string }): Promise<number>;
  /** Starts another process. It has its first turn after the processes that are there already, at the same edge. */
  fork(name: string, body: (task: Task) => Promise<void>): Process;
  /** Waits until other processes have ended. */
  join(...processes: readonly Process[]): Promise<void>;
}

export interface Process {
  readonly name: string;
  /** Settles when the process ends; for code that is no process itself. A process waits with `join`. */
  readonly done: Promise<void>;
}

interface Wait {
  /** Is it over? Asked once a turn. */
  readonly due: () => boolean;
  /** Edge at which to look again at the latest; absent: it depends on signals or on other processes. */
  readonly at: number | undefined;
  /** Must be asked after every edge. */
  readonly watches: boolean;
  readonly what: string;
  readonly resume: () => void;
}

interface Running extends Process {
  wait: Wait | undefined;
  started: boolean;
  ended: boolean;
  failure: { readonly error: unknown } | undefined;
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
  #all: Running[] = [];
  /** The process that has its turn. */
  #current: Running | undefined;
  /** Ends the turn. */
  #idle: () => void = () => undefined;
  #clock: Clockwork | undefined;

  /** Is a process having its turn? Then time belongs to the scheduler. */
  get busy(): boolean {
    return this.#current !== undefined;
  }

  add(name: string, body: (task: Task) => Promise<void>): Process {
    let settle: () => void = () => undefined;
    let settleBadly: (error: unknown) => void = () => undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = resolve;
      settleBadly = reject;
    });
    // Who awaits `done` hears of the error; who does not hears of it from `run`.
    done.catch(() => undefined);
    const current = (): Running | undefined => this.#current;
    const process: Running = {
      name,
      get done() {
        // The scheduler cannot know that a process awaits this, and would wait for that process for ever.
        if (current() !== undefined && !process.ended) fail('process-stuck', `process "${current()!.name}" waits for the end of "${name}" without saying so`, { where: [Origin.here()], hint: 'await task.join(process)' });
        return done;
      },
      wait: undefined,
      started: false,
      ended: false,
      failure: undefined,
      start: () => {
        const end = (): void => {
          process.ended = true;
          this.#idle();
        };
        body(this.#task(process)).then(
          () => {
            settle();
            end();
          },
          (error: unknown) => {
            process.failure = { error };
            settleBadly(error);
            end();
          },
        );
      },
    };
    this.#all.push(process);
    return process;
  }

  #task(process: Running): Task {
    const wait = (origin: Origin, made: Omit<Wait, 'resume'>, late?: () => WordlineError | undefined): Promise<void> => {
      if (process.wait !== undefined || this.#current !== process) {
        fail('process-stuck', `process "${process.name}" waits for ${made.what} while ${process.wait === undefined ? 'it is not its turn' : `it waits for ${process.wait.what}`}`, {
          where: [origin],
          hint: 'await each wait before the next; what goes on at the same time is a process of its own: task.fork',
        });
      }
      return new Promise<void>((resolve, reject) => {
        const resume = (): void => {
          const error = late?.();
          if (error === undefined) resolve();
          else reject(error);
        };
        process.wait = { ...made, resume };
        this.#idle();
      });
    };
    const clock = (): Clockwork => this.#clock!;
    return {
      step: async (count = 1) => {
        const origin = Origin.here();
        checkCount(count, origin);
        const at = clock().cycle() + count;
        if (count > 0) await wait(origin, { due: () => clock().cycle() >= at, at, watches: false, what: `${count} clock edges` });
      },
      until: async (condition, { limit = 100_000, message = 'a condition' } = {}) => {
        const origin = Origin.here();
        const since = clock().cycle();
        if (condition()) return 0;
        const at = since + limit;
        let holds = false;
        const due = (): boolean => (holds = condition()) || clock().cycle() >= at;
        await wait(origin, { due, at, watches: true, what: message }, () => (holds ? undefined : this.#late(process.name, message, since, origin)));
        return clock().cycle() - since;
      },
      fork: (name, body) => this.add(name, body),
      join: async (...others) => {
        const origin = Origin.here();
        const ended = (): boolean => others.every((p) => (p as Running).ended);
        if (!ended()) await wait(origin, { due: ended, at: undefined, watches: false, what: `the end of ${others.map((p) => `"${p.name}"`).join(', ')}` });
      },
    };
  }

  async run(clock: Clockwork, limit: number): Promise<number> {
    if (this.#clock !== undefined) fail('process-stuck', 'the processes of this simulation are running already', { where: [Origin.here()] });
    this.#clock = clock;
    const start = clock.cycle();
    try {
      for (;;) {
        // Somebody's end may be what somebody before him waits for: go round until nobody has anything to do at this edge.
        while (await this.#round());
        this.#rethrow();
        const alive = this.#all.filter((p) => !p.ended);
        if (alive.length === 0) return clock.cycle() - start;
        const times = alive.map((p) => p.wait!.at).filter((at) => at !== undefined);
        const waits = (): string => alive.map((p) => `process "${p.name}" waits for ${p.wait!.what}`).join(', ');
        if (times.length === 0) fail('process-stuck', `no process can go on: ${waits()}`);
        if (clock.cycle() - start >= limit) fail('timeout', `processes still run after ${limit} cycles: ${waits()}`);
        // Nobody looks at the signals before the next wake-up, unless somebody waits for a condition.
        const watched = alive.some((p) => p.wait!.watches);
        const most = limit - (clock.cycle() - start);
        clock.step(watched ? 1 : Math.max(1, Math.min(most, Math.min(...times) - clock.cycle())));
      }
    } finally {
      // After an error the others are left where they wait: they must not come back in a later run.
      this.#all = [];
      this.#clock = undefined;
    }
  }

  /** One turn for everybody who is due, in order, those who are added meanwhile included. Did anybody have one? */
  async #round(): Promise<boolean> {
    let any = false;
    for (let i = 0; i < this.#all.length; i++) {
      const p = this.#all[i]!;
      if (p.ended || (p.started && !(p.wait?.due() ?? false))) continue;
      any = true;
      const go = p.started ? p.wait!.resume : () => p.start();
      p.started = true;
      p.wait = undefined;
      this.#current = p;
      try {
        await new Promise<void>((resolve) => {
          this.#idle = resolve;
          go();
        });
      } finally {
        this.#current = undefined;
      }
      this.#rethrow();
    }
    return any;
  }

  /** A process may fail after its turn, if it waits for two things at once. */
  #rethrow(): void {
    for (const { name, failure } of this.#all) {
      if (failure === undefined) continue;
      const { error } = failure;
      throw error instanceof Error ? error : new Error(`process "${name}" ended with an error: ${String(error)}`, { cause: error });
    }
  }

  #late(name: string, message: string, since: number, origin: Origin): WordlineError {
    const clock = this.#clock!;
    return new WordlineError({ code: 'timeout', message: `process "${name}" waited for ${message} since cycle ${since} and gave up at cycle ${clock.cycle()} (${clock.time()} ps)`, where: [origin] } satisfies Problem);
  }
}

/** Refuses what is not a number of clock edges. */
export function checkCount(count: number, origin: Origin): void {
  if (!Number.isInteger(count) || count < 0) fail('bad-count', `${count} is not a number of clock edges`, { where: [origin] });
}
