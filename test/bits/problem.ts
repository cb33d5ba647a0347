import { WordlineError, type Problem } from '../../src/diag/index.ts';

/** The one problem that `act` reports; anything else thrown, or nothing, fails the test. */
export function problemOf(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof WordlineError && error.problems.length === 1) return error.problems[0]!;
    throw error;
  }
  throw new Error('no error was thrown');
}
