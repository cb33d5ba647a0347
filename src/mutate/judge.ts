import { WordlineError } from '../diag/index.ts';
import { equivalent } from '../formal/equivalent.ts';
import { SAME_OUTPUT } from '../formal/miter.ts';
import type { ProofReport } from '../formal/prove.ts';
import { missingProver } from '../formal/tools.ts';
import { elaborate } from '../hdl/elaborate.ts';
import { differs } from './differ.ts';
import type { AnyModule, Mutant } from './mutant.ts';

export interface MutationTestContext {
  /** Aborted when the time of this mutant is over; `prove` takes it. */
  readonly signal: AbortSignal;
  /** For every random choice; the same for all mutants. */
  readonly seed: number;
}

/** Throws if the hardware is not what it should be: `simulate(mutant.apply(Counter))`, an assert in hardware, `expect`, `prove`. */
export type MutationTest = (mutant: Mutant, context: MutationTestContext) => void | Promise<void>;

/** Tests by name, run in this order until one throws: the fast ones first. */
export type MutationTests = MutationTest | Readonly<Record<string, MutationTest>>;

export interface JudgeOptions {
  readonly seed: number;
  /** Seconds that the tests of one mutant may take. */
  readonly timeout: number;
  /** Proof that a survivor cannot be told from the original; false: none is tried. */
  readonly equivalence: EquivalenceOptions | false;
}

export interface EquivalenceOptions {
  /** A larger design that contains the mutated one, with its assumes: what cannot be told there counts as the same. Default: the mutated module with any inputs. */
  readonly within?: AnyModule;
  /** Cycles of the proof; default 4: most that are equal are so by induction from one cycle. */
  readonly depth?: number;
  /** Seconds for one mutant; default 10. */
  readonly timeout?: number;
}

/**
 * | status     | means                                                                                    |
 * |------------|------------------------------------------------------------------------------------------|
 * | killed     | a test has thrown                                                                        |
 * | survived   | all tests passed, and it is not known to be the same hardware                            |
 * | timed-out  | the tests did not end in time: counts as not killed                                      |
 * | equivalent | proved to have the same outputs in every cycle: nobody could tell it from the original   |
 * | invalid    | is no hardware (a combinational loop): does not count                                    |
 */
export type MutantStatus = 'killed' | 'survived' | 'timed-out' | 'equivalent' | 'invalid';

export interface Verdict {
  readonly status: MutantStatus;
  /** Name of the test that killed it. */
  readonly by?: string;
  /** What that test, or the elaboration, said. */
  readonly message?: string;
  readonly seconds: number;
}

const LATE = Symbol('the time is over');

/** Runs the tests on one mutant. */
export async function judge(definition: AnyModule, mutant: Mutant, tests: MutationTests, options: JudgeOptions): Promise<Verdict> {
  const start = performance.now();
  const told = (status: MutantStatus, more: Omit<Verdict, 'status' | 'seconds'> = {}): Verdict => ({ status, ...more, seconds: (performance.now() - start) / 1000 });
  try {
    elaborate(mutant.apply(definition));
  } catch (error) {
    return told('invalid', { message: messageOf(error) });
  }
  const controller = new AbortController();
  const { signal } = controller;
  const late = new Promise<typeof LATE>((resolve) => signal.addEventListener('abort', () => resolve(LATE), { once: true }));
  const timer = setTimeout(() => controller.abort(), options.timeout * 1000);
  try {
    for (const [by, test] of typeof tests === 'function' ? [['test', tests] as const] : Object.entries(tests)) {
      try {
        if ((await Promise.race([test(mutant, { signal, seed: options.seed }), late])) === LATE) return told('timed-out', { by });
      } catch (error) {
        // What an interrupted proof throws is no verdict.
        return signal.aborted ? told('timed-out', { by }) : told('killed', { by, message: messageOf(error) });
      }
      // A test that never waits can be found late only when it is over.
      if (performance.now() - start > options.timeout * 1000) return told('timed-out', { by });
    }
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
  return told((await isEquivalent(definition, mutant, options.equivalence)) ? 'equivalent' : 'survived');
}

/** Only a proof counts: what cannot be decided, or cannot be asked, is a survivor. */
async function isEquivalent(definition: AnyModule, mutant: Mutant, options: EquivalenceOptions | false): Promise<boolean> {
  if (options === false || mutant.mutation === undefined || missingProver() !== undefined) return false;
  const { depth = 4, timeout = 10, within = definition } = options;
  try {
    const mutated = mutant.apply(within);
    if (differs(within, mutated)) return false;
    return sameOutputs(await equivalent(within, mutated, { depth, timeout }));
  } catch (error) {
    if (error instanceof WordlineError) return false;
    throw error;
  }
}

/** The outputs are proved to agree in all runs; whether the design's own asserts can be proved by the same induction is another question, unless one fails. */
function sameOutputs({ properties }: ProofReport): boolean {
  const outputs = properties.filter((p) => p.message.startsWith(SAME_OUTPUT));
  return outputs.length > 0 && outputs.every((p) => p.status === 'proved' && p.under === undefined) && properties.every((p) => p.status !== 'failed');
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!;
}
