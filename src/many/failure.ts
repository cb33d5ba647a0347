import { inspect } from 'node:util';
import { WordlineError, type Location, type Problem } from '../diag/index.ts';

/** An error on its way to another thread: structured clone would drop the class and the problems. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly problems?: readonly Problem[];
  readonly cause?: PackedError;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: typeof error === 'string' ? error : inspect(error), stack: undefined };
  const { name, message, stack, cause } = error;
  // By name: the job may use another copy of the kit.
  const problems = name === 'WordlineError' && 'problems' in error && Array.isArray(error.problems) ? (error.problems as readonly Problem[]).map(plainProblem) : undefined;
  return { name, message, stack, ...(problems !== undefined && { problems }), ...(cause !== undefined && { cause: packError(cause) }) };
}

/** Places are found in stacks, and only in the thread that has them. */
function plainProblem({ code, message, where = [], hint, severity }: Problem): Problem {
  const places = where.map((w): Location | undefined => (w !== undefined && 'location' in w ? w.location : w));
  return { code, message, where: places, ...(hint !== undefined && { hint }), ...(severity !== undefined && { severity }) };
}

/** As the job threw it, with the stack of its own thread. */
export function unpackError({ name, message, stack, problems, cause }: PackedError): Error {
  const error = problems === undefined ? Object.assign(new Error(message), { name }) : new WordlineError(problems);
  error.stack = stack ?? `${name}: ${message}`;
  if (cause !== undefined) error.cause = unpackError(cause);
  return error;
}

const named = (error: unknown): { readonly code?: unknown; readonly name?: unknown; readonly message?: unknown } => (typeof error === 'object' && error !== null ? error : {});

export const isCloneError = (error: unknown): boolean => named(error).name === 'DataCloneError';

/** Why a thread ended in the middle of a point. */
export function workerDied(error: unknown): WordlineError {
  const { code, message } = named(error);
  const [what, hint] =
    code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? ['it ran out of memory', 'give each worker a larger heap (heapMb), or keep less in one point']
      : /^worker exited with code: \d+$/.test(String(message))
        ? [`the job ended it, exit code ${String(message).replace(/\D+/, '')}`, 'a job returns or throws; process.exit ends its thread']
        : [`nothing caught the error "${String(message)}"`, 'await what the job starts: an error in a timer or a forgotten promise ends its thread'];
  const died = new WordlineError({ code: 'worker-died', message: `the worker thread died: ${what}`, hint });
  died.cause = error;
  return died;
}
