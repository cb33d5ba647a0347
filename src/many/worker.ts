import { workerData } from 'node:worker_threads';
import { fail, suggest } from '../diag/index.ts';
import { isCloneError, packError, type PackedError } from './failure.ts';
import type { Job } from './job.ts';
import { readTypeScript } from './typescript.ts';

/** What a thread is told when it starts. */
export interface Setup {
  /** URL of the module of the job. */
  readonly module: string;
  readonly name: string;
  readonly shared: unknown;
}

export interface Task {
  readonly index: number;
  readonly seed: number;
  readonly point: unknown;
}

/** `unusable`: there is no job, which no other point will have either. */
export type Reply = { readonly status: 'done'; readonly result: unknown } | { readonly status: 'failed' | 'unusable'; readonly error: PackedError };

let loading: Promise<Job> | undefined;

/** The entry of a worker thread: runs one point. Never rejects. */
export async function runPoint({ index, seed, point }: Task): Promise<Reply> {
  const { shared, ...from } = workerData as Setup;
  let job: Job;
  try {
    job = await (loading ??= loadJob(from));
  } catch (error) {
    return { status: 'unusable', error: packError(error) };
  }
  try {
    return { status: 'done', result: clonable(await job(point, { index, seed, shared })) };
  } catch (error) {
    return { status: 'failed', error: packError(error) };
  }
}

async function loadJob({ module, name }: Omit<Setup, 'shared'>): Promise<Job> {
  if (/\.m?ts$/.test(module)) await readTypeScript();
  const exports = (await import(module)) as Record<string, unknown>;
  const job = exports[name];
  if (typeof job === 'function') return job as Job;
  const functions = Object.keys(exports).filter((k) => typeof exports[k] === 'function');
  return fail('no-job', `${module} exports no function "${name}"`, { hint: suggest(name, functions) });
}

/** Sent as it is, a result that cannot be copied would end the thread. */
function clonable(result: unknown): unknown {
  try {
    return structuredClone(result);
  } catch (error) {
    if (!isCloneError(error)) throw error;
    return fail('result-not-clonable', `the result of the job cannot leave its thread: ${(error as Error).message}`, { hint: 'return plain data: numbers, texts, lists, objects, typed arrays' });
  }
}
