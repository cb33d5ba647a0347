import type { Piscina } from 'piscina';
import { fail, WordlineError } from '../diag/index.ts';
import { beside } from './beside.ts';
import { isCloneError } from './failure.ts';
import type { Reply, Setup, Task } from './worker.ts';

/** Threads that run points, each one at a time. */
export interface Threads {
  /** Rejects if the thread dies, if the point cannot be copied, or when `signal` ends the thread in the middle of it. */
  run(task: Task, signal: AbortSignal): Promise<Reply>;
  end(): Promise<void>;
}

const SOURCES = import.meta.url.endsWith('.ts');

/**
 * The entry of a thread is TypeScript itself where the kit runs from its sources. The loader of the main thread does not serve others
 * (before Node 22), so each is given its own, and before the entry is read.
 */
const loader = (): string[] => ['--import', `data:text/javascript,${encodeURIComponent(`import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register();`)}`];

/** Starts `count` threads; `broken` is told when one cannot be started (`worker-failed`). Errors: `shared-not-clonable`. */
export async function startThreads(count: number, setup: Setup, heapMb: number | undefined, broken: (error: Error) => void): Promise<Threads> {
  const pool = await pooled(count, setup, heapMb);
  pool.on('error', (cause: Error) => {
    const error = new WordlineError({ code: 'worker-failed', message: `a worker thread could not go on: ${cause.message}` });
    error.cause = cause;
    broken(error);
  });
  return { run: (task, signal) => pool.run(task, { signal }) as Promise<Reply>, end: () => pool.destroy() };
}

/** Loaded only here: a CommonJS package that the kit imports costs the `js` engine speed (docs/decisions/js-engine.md). */
async function pooled(count: number, setup: Setup, heapMb: number | undefined): Promise<Piscina> {
  const { Piscina: Pool } = await import('piscina');
  try {
    return new Pool({
      filename: beside('worker', import.meta.url).href,
      name: 'runPoint',
      minThreads: count,
      maxThreads: count,
      recordTiming: false,
      workerData: setup,
      ...(SOURCES && { execArgv: loader() }),
      ...(heapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: heapMb } }),
    });
  } catch (error) {
    if (!isCloneError(error)) throw error;
    return fail('shared-not-clonable', `"shared" cannot be given to other threads: ${(error as Error).message}`, { hint: 'share plain data: typed arrays, numbers, texts, lists, objects, WebAssembly modules' });
  }
}
