import { relative, resolve } from 'node:path';
import { fail } from '../diag/index.ts';
import { beside } from '../many/beside.ts';
import { settleMany, type Outcome } from '../many/index.ts';
import type { Io } from './io.ts';
import { jsonValue } from './json.ts';
import { load, testbenches } from './load.ts';
import { durationText, Progress } from './progress.ts';
import { EXIT, jsonProblem, reportError, toProblems } from './report.ts';
import { chooseTestbench, parseEngine, parseSeed, type RunOptions } from './run.ts';
import type { SweepPoint, sweepPoint, SweepShared } from './sweep-job.ts';
import { makePoints, parseAxes, readParameters } from './sweep-points.ts';
import { csv, textTable, type Row } from './sweep-table.ts';

export interface SweepOptions extends Pick<RunOptions, 'seed' | 'param' | 'engine' | 'bench' | 'json' | 'stack'> {
  readonly seeds?: string;
  readonly set?: readonly string[];
  readonly workers?: string;
  readonly csv?: boolean;
  readonly stop?: boolean;
}

type Ended = Outcome<SweepPoint>;

/** Runs one testbench for every combination of parameters and seeds, and reports a row a point; the exit code. */
export async function sweep(file: string, rest: readonly string[], options: SweepOptions, general: readonly string[], io: Io): Promise<number> {
  const { json = false, stack = false, param = [] } = options;
  if (json && options.csv === true) fail('bad-option', 'there is one output: --json or --csv');
  const forPeople = !json && options.csv !== true;
  const engine = parseEngine(options.engine);
  const seed = parseSeed(options.seed);
  const seeds = parseCount('--seeds', options.seeds) ?? 1;
  const workers = parseCount('--workers', options.workers);
  const axes = parseAxes(options.set ?? []);
  const points = makePoints(axes, seed, seeds);
  const restore = forPeople ? undefined : io.diverted?.();
  const interrupt = io.interrupt?.();
  const controller = new AbortController();
  interrupt?.pressed.catch(() => controller.abort());
  const progress = new Progress(io);
  try {
    const bench = chooseTestbench(testbenches(await load(file, io), file), file, options.bench);
    const { definition } = bench;
    const shared: SweepShared = { file: resolve(io.cwd, file), cwd: io.cwd, bench: options.bench, engine, rest, param, general };
    const parameters = readParameters(bench, points, seeds, shared);
    const { bold, dim } = io.colors.out;
    const chosen = [...axes.map((a) => `${a.name}=${a.values.join(',')}`), `seed=${seed}${seeds > 1 ? ` and ${seeds - 1} more` : ''}`];
    if (forPeople) io.out(`${bold(definition.name)}  ${definition.summary}\n${dim(`${points.length} points: ${chosen.join('  ')}`)}\n`);
    const start = performance.now();
    const tick = progress.start('points', points.length);
    const outcomes = await settleMany<typeof sweepPoint>({
      module: beside('sweep-job', import.meta.url),
      export: 'sweepPoint',
      points,
      shared,
      ...(workers !== undefined && { workers }),
      stopAtFirst: options.stop === true,
      signal: controller.signal,
      onProgress: ({ done }) => tick(done),
    });
    progress.stop();
    const again = (point: SweepPoint): string => rerun(relative(io.cwd, shared.file), rest, point, options);
    if (json) io.out(`${JSON.stringify({ testbench: definition.name, seed, points: outcomes.map((o) => jsonPoint(o, parameters[o.index]!, again)) })}\n`);
    else io.out(forPeople ? textTable(outcomes.map(rowOf)) : csv(outcomes.map(rowOf)));
    const failed = reportFailures(outcomes, again, { json, stack }, io);
    if (forPeople) io.out(dim(`${outcomes.filter((o) => o.status === 'done').length} of ${points.length} points in ${durationText((performance.now() - start) / 1000)}\n`));
    if (!controller.signal.aborted) return failed ? EXIT.failed : EXIT.ok;
    io.err('interrupted\n');
    return EXIT.interrupted;
  } catch (error) {
    progress.stop();
    return reportError(error, io, { json, stack }, { seed });
  } finally {
    interrupt?.stop();
    restore?.();
  }
}

function parseCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const n = text.trim() === '' ? NaN : Number(text);
  return Number.isSafeInteger(n) && n >= 1 ? n : fail('bad-option', `${option} ${text}: a whole number from 1`);
}

function rowOf({ point: { set, seed }, ...end }: Ended): Row {
  const ended = { set, seed };
  if (end.status === 'done') return { ...ended, result: end.result };
  return { ...ended, error: end.status === 'skipped' ? 'not run' : toProblems(end.error).map((p) => p.message).join('; ') };
}

function jsonPoint({ point, ...end }: Ended, parameters: Record<string, unknown>, again: (point: SweepPoint) => string): unknown {
  const ended = { status: end.status, seed: point.seed, parameters: jsonValue(parameters) };
  if (end.status === 'done') return { ...ended, result: end.result ?? null };
  return end.status === 'failed' ? { ...ended, error: toProblems(end.error).map(jsonProblem), rerun: again(point) } : ended;
}

/** Each failed point with its error and the command that repeats it. */
function reportFailures(outcomes: readonly Ended[], again: (point: SweepPoint) => string, { json, stack }: { readonly json: boolean; readonly stack: boolean }, io: Io): boolean {
  const failed = outcomes.flatMap((o) => (o.status === 'failed' ? [o] : []));
  if (json) return failed.length > 0;
  for (const { point, error } of failed) {
    io.err(`\n${io.colors.err.bold([...point.set, `seed=${point.seed}`].join('  '))}\n`);
    reportError(error, { ...io, err: (text) => io.err(text.replace(/^(?=.)/gm, '  ')) }, { json: false, stack });
    io.err(`  again: ${again(point)}\n`);
  }
  return failed.length > 0;
}

/** The command that runs one point by itself. */
function rerun(file: string, rest: readonly string[], { set, seed }: SweepPoint, { param = [], engine, bench }: SweepOptions): string {
  const chosen = [['--engine', engine], ['--bench', bench]].flatMap(([name, value]) => (value === undefined ? [] : [name!, value]));
  const words = ['wordline', 'run', file, ...rest, ...[...param, ...set].flatMap((p) => ['--param', p]), '--seed', String(seed), ...chosen];
  return words.map((w) => (/^[\w@%+=:,./-]+$/.test(w) ? w : `'${w.replaceAll("'", `'\\''`)}'`)).join(' ');
}
