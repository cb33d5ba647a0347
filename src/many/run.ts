import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { fail, knownKeys, WordlineError, type Problem } from '../diag/index.ts';
import type { AnyJob, Job, Outcome, PointOf, ResultOf, SharedOf } from './job.ts';
import { Schedule, type ManyProgress } from './schedule.ts';
import { pointSeed } from './seed.ts';
import { share } from './share.ts';
import { startThreads } from './threads.ts';

export interface ManyOptions<J extends AnyJob = Job> {
  /** The module that exports the job, TypeScript or JavaScript: `new URL('./job.ts', import.meta.url)`, or a path from the current folder. */
  readonly module: URL | string;
  /** Name of the export; default: `job`. */
  readonly export?: string;
  /** What the job is called with, once for each. */
  readonly points: readonly PointOf<J>[];
  /** Given to every call. Its typed arrays are put into shared memory once, see `share`; the rest is copied once a thread. */
  readonly shared?: SharedOf<J>;
  /** Threads; default: one a processor. The results do not depend on it. */
  readonly workers?: number;
  /** What the seeds of the points are derived from, 0 to 2^32 - 1; default: 0. */
  readonly seed?: number;
  /** After a failed point, start no other and give up those behind it; the ones before it are finished. */
  readonly stopAtFirst?: boolean;
  /** Seconds that a point may take: then its thread is ended, and it has failed with `timed-out`. Default: without end. */
  readonly timeout?: number;
  /** Ends all threads at once, wherever they are. */
  readonly signal?: AbortSignal;
  /** Most JavaScript heap of a thread, in MiB; what is in shared memory is not part of it. Default: as in the main thread. */
  readonly heapMb?: number;
  readonly onProgress?: (progress: ManyProgress<PointOf<J>, ResultOf<J>>) => void;
}

const KEYS: readonly (keyof ManyOptions)[] = ['module', 'export', 'points', 'shared', 'workers', 'seed', 'stopAtFirst', 'timeout', 'signal', 'heapMb', 'onProgress'];

/**
 * Runs a job for each point on worker threads; the results, in the order of the points.
 *
 * Errors: those of `settleMany`; those of the points that failed, all in one error that names each point; `interrupted` if `signal` stopped it.
 */
export async function runMany<J extends AnyJob = Job>(options: ManyOptions<J>): Promise<ResultOf<J>[]> {
  const outcomes = await settleMany(options);
  const failed = outcomes.filter((o) => o.status === 'failed');
  if (failed.length > 0) {
    const error = new WordlineError(failed.flatMap(({ error, ...at }) => problemsOf(error).map((p) => ({ ...p, message: `${pointName(at)}: ${p.message}` }))));
    error.cause = failed[0]!.error;
    throw error;
  }
  return outcomes.map((o) => (o.status === 'done' ? o.result : fail('interrupted', `stopped before ${pointName(o)} had ended`)));
}

const pointName = ({ index, seed, point }: { readonly index: number; readonly seed: number; readonly point: unknown }): string =>
  `point ${index} (seed ${seed}), ${inspect(point, { breakLength: Infinity, depth: 2, maxArrayLength: 8, maxStringLength: 80 })}`;

function problemsOf(error: Error): readonly Problem[] {
  return error instanceof WordlineError ? error.problems : [{ code: 'job-failed', message: `${error.name}: ${error.message}` }];
}

/**
 * Runs a job for each point on worker threads, and tells what became of each, in the order of the points. Points that fail, also by the
 * death of their thread, are outcomes like others; after `signal` the points without an end are `skipped`.
 *
 * Errors: `unknown-option`, `bad-option`, `no-file`, `no-job` and what the module throws when it is loaded, `bad-workers`, `bad-seed`, `bad-heap`,
 * `shared-not-clonable`, `worker-failed`.
 */
export async function settleMany<J extends AnyJob = Job>(options: ManyOptions<J>): Promise<Outcome<PointOf<J>, ResultOf<J>>[]> {
  knownKeys('runMany', options, KEYS);
  const { points, seed = 0, workers = availableParallelism(), heapMb, timeout, signal, stopAtFirst = false, onProgress } = options;
  if (!Number.isInteger(workers) || workers < 1) fail('bad-workers', `workers: ${workers} is no number of threads`, { hint: 'a whole number from 1' });
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) fail('bad-seed', `seed: ${seed}; a seed is a whole number from 0 to ${2 ** 32 - 1}`);
  if (heapMb !== undefined && !(heapMb > 0)) fail('bad-heap', `heapMb: ${heapMb} is no size of a heap`, { hint: 'a number of MiB, or leave it out' });
  if (timeout !== undefined && !(timeout > 0)) fail('bad-option', `timeout: ${timeout} is no number of seconds above 0`);
  const setup = { module: moduleUrl(options.module), name: options.export ?? 'job', shared: share(options.shared) };
  const skipped = points.map((point, index) => ({ index, point, seed: pointSeed(seed, index), status: 'skipped' as const }));
  if (points.length === 0 || signal?.aborted === true) return skipped;

  type Result = ResultOf<J>;
  const schedule = new Schedule<PointOf<J>, Result>(skipped, stopAtFirst, onProgress, timeout);
  const lanes = Math.min(workers, points.length);
  const threads = await startThreads(lanes, setup, heapMb, (error) => schedule.giveUp(error));
  const stop = (): void => schedule.stopFrom(0);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(Array.from({ length: lanes }, () => schedule.lane(threads)));
  } finally {
    stop();
    signal?.removeEventListener('abort', stop);
    await threads.end();
  }
  return schedule.outcomes();
}

function moduleUrl(module: URL | string): string {
  const url = module instanceof URL ? module : module.startsWith('file:') ? new URL(module) : pathToFileURL(resolve(module));
  if (url.protocol === 'file:' && !existsSync(fileURLToPath(url))) fail('no-file', `there is no file ${fileURLToPath(url)} with a job in it`, { hint: "name it from where you stand: new URL('./job.ts', import.meta.url)" });
  return url.href;
}
