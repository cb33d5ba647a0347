import { WordlineError } from './error.ts';
import { Origin } from './location.ts';
import { suggest } from './nearest.ts';

/**
 * Options that nobody reads are typing mistakes: an error with the nearest name. The compiler finds them too, but testbenches are often
 * run without it.
 */
export function knownKeys(what: string, given: object, valid: readonly string[]): void {
  const unknown = Object.keys(given).filter((key) => !valid.includes(key));
  if (unknown.length === 0) return;
  const where = [Origin.here()];
  throw new WordlineError(unknown.map((key) => ({ code: 'unknown-option', message: `${what} has no option "${key}"`, where, hint: suggest(key, valid) })));
}
