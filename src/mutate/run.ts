import { fail, knownKeys } from '../diag/index.ts';
import { judge, type EquivalenceOptions, type JudgeOptions, type MutationTests, type Verdict } from './judge.ts';
import { Mutant, mutants, type AnyModule, type Mutation, type MutantOptions } from './mutant.ts';

export interface MutationResult extends Mutation, Verdict {}

export interface MutationReport {
  readonly module: string;
  /** Mutants that there are, and those that were tried. */
  readonly mutants: number;
  readonly tried: number;
  /** What chose them, and every random value of the tests. */
  readonly seed: number;
  readonly killed: number;
  readonly survived: number;
  readonly timedOut: number;
  readonly equivalent: number;
  readonly invalid: number;
  /** Killed, of those that are hardware and not equivalent, in percent; 100 if there are none. */
  readonly score: number;
  readonly results: readonly MutationResult[];
}

export interface MutateOptions extends MutantOptions {
  readonly tests: MutationTests;
  /** Default 1. */
  readonly seed?: number;
  /** Try so many, chosen by the seed; default: all. */
  readonly limit?: number;
  /** Seconds for the tests of a mutant; default 60. */
  readonly timeout?: number;
  /** How survivors are compared with the original; default: as {@link EquivalenceOptions} says. */
  readonly equivalence?: EquivalenceOptions | false;
  readonly progress?: (progress: { readonly done: number; readonly total: number; readonly result: MutationResult }) => void;
  /** Ends the work behind the mutant that is being tried. */
  readonly signal?: AbortSignal;
}

const OPTIONS: readonly (keyof MutateOptions)[] = ['below', 'modules', 'tests', 'seed', 'limit', 'timeout', 'equivalence', 'progress', 'signal'];

/**
 * Makes small mistakes in a design, one at a time, and runs tests on each: what the tests do not notice is not tested.
 *
 * One mutant after another, in this thread: a test that never ends and never waits is not ended by the time limit (`wordline mutate` can).
 * Survivors are held to a proof that they are the same hardware, if Yosys and z3 are there.
 *
 * Errors: `mutation-baseline` if the tests fail on the original; `no-mutants`; `bad-option`; `interrupted`.
 */
export async function mutate(definition: AnyModule, options: MutateOptions): Promise<MutationReport> {
  knownKeys('mutate', options, OPTIONS);
  const { tests, seed = 1, limit, progress, signal } = options;
  const settings = judgeOptions(options);
  const all = mutants(definition, options);
  const chosen = choose(all, limit, seed, definition);
  requireBaseline(await judge(definition, ORIGINAL, tests, settings));
  const results: MutationResult[] = [];
  for (const index of chosen) {
    if (signal?.aborted === true) fail('interrupted', 'interrupted');
    const mutant = all[index]!;
    const result = { ...mutant.mutation!, ...(await judge(definition, mutant, tests, settings)) };
    results.push(result);
    progress?.({ done: results.length, total: chosen.length, result });
  }
  return mutationReport(definition.name, all.length, seed, results);
}

/** @internal No mistake: the tests must pass. */
export const ORIGINAL = new Mutant(undefined);

/** @internal Options with their defaults. */
export function judgeOptions({ seed = 1, timeout = 60, equivalence = {} }: Pick<MutateOptions, 'seed' | 'timeout' | 'equivalence'>): JudgeOptions {
  if (!(timeout > 0)) fail('bad-option', `a timeout is a number of seconds above 0, not ${timeout}`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) fail('bad-option', `a seed is a whole number from 0 to ${2 ** 32 - 1}, not ${seed}`);
  return { seed, timeout, equivalence };
}

/** @internal Numbers of the mutants to try, in order. */
export function choose(all: readonly Mutant[], limit: number | undefined, seed: number, definition: AnyModule): number[] {
  if (all.length === 0) fail('no-mutants', `there is nothing in ${definition.name} to change`, { where: [definition.origin] });
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) fail('bad-option', `a limit is a whole number of mutants of at least 1, not ${limit}`);
  const numbers = all.map((_, i) => i);
  if (limit === undefined || limit >= all.length) return numbers;
  // Every number draws a lot; the lowest ones are chosen.
  const lots = numbers.map((i) => mixed(seed ^ mixed(i + 1)));
  return numbers.toSorted((a, b) => lots[a]! - lots[b]! || a - b).slice(0, limit).toSorted((a, b) => a - b);
}

/** A whole number of 32 bits that seems to have nothing to do with the given one (the last step of MurmurHash3). */
function mixed(x: number): number {
  const y = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  const z = Math.imul(y ^ (y >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

/** @internal Tests that fail anyway say nothing. */
export function requireBaseline({ status, by, message }: Verdict): void {
  if (status === 'survived') return;
  const what = status === 'timed-out' ? 'takes longer than the time limit' : `fails: ${message ?? status}`;
  fail('mutation-baseline', `on the unchanged hardware, ${by === undefined || by === 'test' ? 'the test' : `the test "${by}"`} ${what}`, { hint: 'mutants can be judged only by tests that the original passes' });
}

/** @internal */
export function mutationReport(module: string, count: number, seed: number, results: readonly MutationResult[]): MutationReport {
  const of = (status: Verdict['status']): number => results.filter((r) => r.status === status).length;
  const [killed, survived, timedOut] = [of('killed'), of('survived'), of('timed-out')];
  const counting = killed + survived + timedOut;
  return {
    module,
    mutants: count,
    tried: results.length,
    seed,
    killed,
    survived,
    timedOut,
    equivalent: of('equivalent'),
    invalid: of('invalid'),
    score: counting === 0 ? 100 : (100 * killed) / counting,
    results,
  };
}
