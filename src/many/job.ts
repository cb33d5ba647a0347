/** What a job knows besides its point. */
export interface JobContext<S = unknown> {
  /** Number of the point, from 0: the place of its result, and of what it writes into shared arrays. */
  readonly index: number;
  /** For every random choice of this point: from 0 to 2^32 - 1, `pointSeed(seed of the run, index)`. */
  readonly seed: number;
  /** What `shared` was given as: the same arrays in every thread. */
  readonly shared: S;
}

/**
 * Computes one point, in a worker thread. It must depend on nothing but its arguments, and leave nothing running when it ends. Point and
 * result are what structured clone can copy.
 */
export type Job<P = unknown, R = unknown, S = unknown> = (point: P, context: JobContext<S>) => R | Promise<R>;

/** Any job, as a constraint. */
export type AnyJob = (point: never, context: never) => unknown;

export type PointOf<J extends AnyJob> = J extends (point: infer P, ...rest: never[]) => unknown ? P : never;
export type ResultOf<J extends AnyJob> = Awaited<ReturnType<J>>;
export type SharedOf<J extends AnyJob> = J extends (point: never, context: infer C) => unknown ? (C extends JobContext<infer S> ? S : unknown) : unknown;

/** What became of a point. */
export type Outcome<P = unknown, R = unknown> = { readonly index: number; readonly point: P; readonly seed: number } & (
  | { readonly status: 'done'; readonly result: R }
  | { readonly status: 'failed'; readonly error: Error }
  /** The run was stopped before, by `signal` or by the failure of an earlier point. */
  | { readonly status: 'skipped' }
);
