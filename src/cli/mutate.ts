import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { fail, formatLocation, WordlineError } from '../diag/index.ts';
import { beside } from '../many/beside.ts';
import { settleMany, type Outcome } from '../many/index.ts';
import type { Verdict } from '../mutate/judge.ts';
import { mutants } from '../mutate/mutant.ts';
import { choose, judgeOptions, mutationReport, requireBaseline, type MutationReport, type MutationResult } from '../mutate/run.ts';
import type { Io } from './io.ts';
import { designOf, testsOf, type judgeMutant, type MutateShared } from './mutate-job.ts';
import { durationText, Progress } from './progress.ts';
import { EXIT, reportError } from './report.ts';

export interface MutateCommandOptions {
  readonly module?: string;
  readonly param?: readonly string[];
  readonly with: string;
  readonly test?: string;
  readonly in?: string;
  readonly below: boolean;
  readonly limit?: string;
  readonly seed: string;
  readonly timeout: string;
  readonly equivalence: boolean;
  readonly min: string;
  readonly workers?: string;
  readonly json?: boolean;
  readonly stack?: boolean;
}

/** Seconds more than the tests may take: for a thread to begin and for tests that end when they are told to; and for the proof of equivalence. */
const GRACE = { begin: 5, proof: 25 } as const;

/** Runs tests on a design with one mistake at a time; the exit code: 1 if too many are not noticed. */
export async function mutateCommand(file: string, options: MutateCommandOptions, io: Io): Promise<number> {
  const { json = false, stack = false } = options;
  const limit = wholeNumber('--limit', options.limit);
  const seed = wholeNumber('--seed', options.seed)!;
  const workers = wholeNumber('--workers', options.workers);
  const timeout = positive('--timeout', options.timeout);
  const min = positive('--min', options.min);
  const settings = judgeOptions({ seed, timeout, equivalence: options.equivalence ? {} : false });
  const restore = json ? io.diverted?.() : undefined;
  const interrupt = io.interrupt?.();
  const controller = new AbortController();
  interrupt?.pressed.catch(() => controller.abort());
  const progress = new Progress(io);
  const start = performance.now();
  try {
    const shared: MutateShared = {
      file: resolve(io.cwd, file),
      cwd: io.cwd,
      module: options.module,
      param: options.param ?? [],
      tests: resolve(io.cwd, options.with),
      only: options.test,
      mutants: { below: options.below, ...(options.in !== undefined && { modules: options.in.split(',') }) },
      judge: settings,
    };
    const definition = await designOf(shared);
    await testsOf(shared);
    const all = mutants(definition, shared.mutants);
    const chosen = choose(all, limit, seed, definition);
    const judged = (points: readonly number[], lanes: number | undefined, tick: (done: number) => void): Promise<Outcome<number, Verdict>[]> =>
      settleMany<typeof judgeMutant>({
        module: beside('mutate-job', import.meta.url),
        export: 'judgeMutant',
        points,
        shared,
        timeout: timeout + GRACE.begin + (options.equivalence ? GRACE.proof : 0),
        signal: controller.signal,
        ...(lanes !== undefined && { workers: lanes }),
        onProgress: ({ done }) => tick(done),
      });
    const [baseline] = await judged([-1], 1, () => undefined);
    if (baseline!.status !== 'skipped') requireBaseline(verdictOf(baseline!));
    const outcomes = await judged(chosen, workers, progress.start('mutants', chosen.length));
    progress.stop();
    if (controller.signal.aborted) {
      io.err('interrupted\n');
      return EXIT.interrupted;
    }
    const report = mutationReport(definition.name, all.length, seed, outcomes.map((o): MutationResult => ({ ...all[o.point]!.mutation!, ...verdictOf(o) })));
    io.out(json ? `${JSON.stringify(near(report, io))}\n` : textReport(near(report, io), (performance.now() - start) / 1000, io));
    return report.score >= min ? EXIT.ok : EXIT.failed;
  } catch (error) {
    progress.stop();
    return reportError(error, io, { json, stack });
  } finally {
    interrupt?.stop();
    restore?.();
  }
}

/** A mutant whose thread had to be ended has run out of time; one that broke its thread was noticed by that. */
function verdictOf(outcome: Outcome<number, Verdict>): Verdict {
  if (outcome.status === 'done') return outcome.result;
  if (outcome.status === 'skipped') return { status: 'survived', seconds: 0 };
  if (outcome.error instanceof WordlineError && outcome.error.problems[0]!.code === 'timed-out') return { status: 'timed-out', seconds: 0 };
  return { status: 'killed', message: outcome.error.message, seconds: 0 };
}

/** Files as people know them. */
const near = (report: MutationReport, io: Io): MutationReport => ({
  ...report,
  results: report.results.map((r) => (r.where === undefined ? r : { ...r, where: { ...r.where, file: relative(io.cwd, r.where.file) } })),
});

function textReport(report: MutationReport, seconds: number, io: Io): string {
  const { bold, dim, yellow } = io.colors.out;
  const shown = report.results.filter((r) => r.status === 'survived' || r.status === 'timed-out');
  const lines = shown.map((r) => {
    const where = r.where === undefined ? '' : `${formatLocation(r.where)}: `;
    return `${yellow(r.status)}  ${where}${r.what} ${dim(`(${r.kind}, number ${r.index} in ${r.module})`)}`;
  });
  const { killed, survived, timedOut, equivalent, invalid, tried, mutants: count, score, seed, module } = report;
  const some = tried < count ? `${tried} of ${count} mutants (seed ${seed})` : `${count} mutants`;
  const parts = [`${killed} killed`, `${survived} survived`, ...(timedOut > 0 ? [`${timedOut} timed out`] : []), ...(equivalent > 0 ? [`${equivalent} equivalent`] : []), ...(invalid > 0 ? [`${invalid} invalid`] : [])];
  return [...lines, `${bold(module)}: ${some}: ${parts.join(', ')}; score ${score.toFixed(1)} % ${dim(`(${durationText(seconds)})`)}`, ''].join('\n');
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : fail('bad-option', `${option} ${text}`, { hint: `a whole number, e.g. ${option} 20` });
}

function positive(option: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  return value >= 0 ? value : fail('bad-option', `${option} ${text}`, { hint: 'a number of at least 0' });
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the command to the program. */
export function addMutate(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('mutate')
    .description('Make small mistakes in a design, one at a time, and run tests on each: what they do not notice is not tested. The exit code is 1 if the score is below --min.')
    .argument('<file>', 'a .ts file that exports modules')
    .requiredOption('--with <file>', 'a .ts file that exports functions test...(mutant, { signal, seed }): they throw if mutant.apply(Module) is not what it should be')
    .option('--test <name>', 'only this export of it')
    .option('--module <name>', 'which one, if the file exports several')
    .option('--param <name=value>', 'a parameter, where --module is a function that makes modules; may be repeated', collect)
    .option('--in <modules>', 'change only these module types, separated by commas')
    .option('--no-below', 'change the module alone, and not those inside it')
    .option('--limit <n>', 'try so many mutants, chosen by the seed')
    .option('--seed <n>', 'for every random choice', '1')
    .option('--timeout <seconds>', 'for the tests of one mutant', '60')
    .option('--no-equivalence', 'do not try to prove that a survivor is the same hardware')
    .option('--min <percent>', 'the score that is asked for', '100')
    .option('--workers <n>', 'threads; default: one a processor')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action(async (file: string, options: MutateCommandOptions) => done(await mutateCommand(file, options, io)));
}
