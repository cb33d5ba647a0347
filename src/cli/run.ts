import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { inspect } from 'node:util';
import { fail, suggest } from '../diag/index.ts';
import { engineNames } from '../sim/simulation.ts';
import { Window } from '../sim/trace-window.ts';
import { makeContext, type Testbench, type TestbenchOptions } from '../sim/testbench.ts';
import { writeCoverage } from './coverage.ts';
import type { Io } from './io.ts';
import { jsonValue } from './json.ts';
import { load, testbenches } from './load.ts';
import { parameterLines, parseParameters } from './parameters.ts';
import { durationText, Progress } from './progress.ts';
import { EXIT, reportError } from './report.ts';

export interface RunOptions {
  readonly trace?: string;
  readonly signals?: string;
  readonly traceWindow?: string;
  /** Cycles, or `true` for the default. */
  readonly traceOnFailure?: string | true;
  readonly seed?: string;
  readonly param?: readonly string[];
  readonly engine?: string;
  readonly bench?: string;
  readonly coverage?: string;
  readonly json?: boolean;
  readonly stack?: boolean;
}

/** The testbench that is meant: the only one, or the one that is named by its own name or that of its export. */
export function chooseTestbench(all: ReadonlyMap<string, Testbench>, file: string, wanted: string | undefined): Testbench {
  const named = new Map([...all].flatMap(([name, t]) => [[name, t], [t.definition.name, t]] as const));
  const names = [...all.values()].map((t) => t.definition.name);
  if (all.size === 0) {
    fail('no-testbench', `${file} exports no testbench`, { hint: `export const main = testbench({ name, summary, parameters, run }), with testbench from 'wordline'` });
  }
  if (wanted !== undefined) return named.get(wanted) ?? fail('unknown-testbench', `${file} has no testbench "${wanted}"`, { hint: suggest(wanted, names) });
  if (all.size > 1) fail('several-testbenches', `${file} exports ${all.size} testbenches: ${names.join(', ')}`, { hint: `choose one, e.g. --bench ${names[0]}` });
  return all.values().next().value!;
}

/** The testbench's own part of `wordline run file --help`. */
export function testbenchHelp({ definition, parameters }: Testbench): string {
  const lines = parameterLines(parameters);
  const wide = Math.max(0, ...lines.map(([option]) => option.length));
  const text = lines.map(([option, meaning]) => `  ${option.padEnd(wide)}  ${meaning}`.trimEnd());
  return [`Testbench ${definition.name}: ${definition.summary}`, '', lines.length > 0 ? 'Its parameters:' : 'It has no parameters.', ...text, ''].join('\n');
}

export function parseSeed(text: string | undefined): number {
  if (text === undefined) return randomInt(2 ** 32);
  const seed = text.trim() === '' ? NaN : Number(text);
  return Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32 ? seed : fail('bad-seed', `--seed ${text}: a seed is a whole number from 0 to ${2 ** 32 - 1}`);
}

export function parseEngine(name: string | undefined): TestbenchOptions['engine'] {
  if (name === undefined) return undefined;
  return engineNames.find((e) => e === name) ?? fail('unknown-engine', `there is no engine "${name}"`, { hint: suggest(name, engineNames) });
}

/** Cycles before a failure that are shown if nobody says how many. */
const LAST_CYCLES = 1000;

function parseCycles(text: string | true): number {
  const cycles = text === true ? LAST_CYCLES : Number(text);
  return Number.isInteger(cycles) && cycles > 0 ? cycles : fail('bad-option', `--trace-on-failure ${text} is not a positive whole number of cycles`);
}

/** Which waves are wanted; what was not understood is said before anything runs. */
function waveOptions({ trace, signals, traceWindow, traceOnFailure }: RunOptions, name: string, cwd: string): Partial<TestbenchOptions> {
  if (traceWindow !== undefined) new Window(traceWindow);
  if (traceWindow !== undefined && traceOnFailure !== undefined) fail('bad-option', '--trace-window is traced at once and --trace-on-failure afterwards', { hint: 'give one of them' });
  const file = trace ?? (traceOnFailure === undefined ? undefined : `waves/${name}-failure.vcd`);
  return {
    ...(file !== undefined && { trace: resolve(cwd, file) }),
    ...(signals !== undefined && { signals }),
    ...(traceWindow !== undefined && { traceWindow }),
    ...(traceOnFailure !== undefined && { traceOnFailure: parseCycles(traceOnFailure) }),
  };
}

/** Runs one testbench and reports; the exit code. `general` are the names of the command's own options. */
export async function run(file: string, rest: readonly string[], options: RunOptions, general: readonly string[], io: Io): Promise<number> {
  const { json = false, stack = false } = options;
  const engine = parseEngine(options.engine);
  const seed = parseSeed(options.seed);
  const restore = json ? io.diverted?.() : undefined;
  const interrupt = io.interrupt?.();
  const orStopped = <T>(work: Promise<T>): Promise<T> => (interrupt === undefined ? work : Promise.race([work, interrupt.pressed]));
  const progress = new Progress(io);
  let finish: () => void = () => undefined;
  let explain = (error: unknown): unknown => error;
  let traced: () => string | undefined = () => undefined;
  const stop = (): void => {
    progress.stop();
    finish();
  };
  try {
    const bench = chooseTestbench(testbenches(await orStopped(load(file, io)), file), file, options.bench);
    const { definition } = bench;
    const parameters = parseParameters(bench.parameters, rest, options.param ?? [], { general, testbench: definition.name });
    const { bold, dim } = io.colors.out;
    if (!json) io.out(`${bold(definition.name)}  ${definition.summary}\n${dim(settings(seed, parameters))}\n`);
    let told = false;
    const made = makeContext(
      parameters,
      {
        seed,
        ...waveOptions(options, definition.name, io.cwd),
        ...(engine !== undefined && { engine }),
        ...(options.coverage !== undefined && { coverage: true }),
        ...(interrupt !== undefined && { interrupted: () => interrupt.requested() }),
      },
      {
        print: (text) => {
          if (json) return;
          told = true;
          progress.clear();
          io.out(`${text}\n`);
        },
        progress: (label, total) => progress.start(label, total),
      },
    );
    finish = made.finish;
    explain = made.explain;
    // Waves of a failure are named by the error itself.
    if (options.traceOnFailure === undefined) traced = made.traced;
    await interrupt?.ready;
    const start = performance.now();
    const result = await orStopped(Promise.resolve(definition.run(made.context)));
    stop();
    const trace = traced();
    if (options.trace !== undefined && made.traced() === undefined) io.err(`warning: nothing was traced: testbench "${definition.name}" simulated nothing\n`);
    const reached = options.coverage === undefined ? [] : made.coverage();
    if (options.coverage !== undefined && reached.length === 0) io.err(`warning: nothing was covered: testbench "${definition.name}" simulated nothing\n`);
    const coverage = reached.length === 0 ? undefined : writeCoverage(reached, options.coverage!, io);
    const shown = trace === undefined ? undefined : relative(io.cwd, resolve(trace));
    if (json) io.out(`${JSON.stringify({ testbench: definition.name, seed, parameters: jsonValue(parameters), ...(shown !== undefined && { trace: shown }), ...(coverage !== undefined && { coverage: { files: coverage.files, designs: coverage.totals } }), result: jsonValue(result) ?? null })}\n`);
    // A testbench that prints tells its result itself.
    else io.out([...(told ? [] : resultLines(result)), ...(coverage === undefined ? [] : [`\n${coverage.text}`, `coverage: ${coverage.files.join(', ')}`]), ...(shown === undefined ? [] : [`waves: ${shown}`]), dim(`done in ${durationText((performance.now() - start) / 1000)}`), ''].join('\n'));
    return EXIT.ok;
  } catch (thrown) {
    const error = explain(thrown);
    // The waves up to the failure are what one wants to see next. A mistake in closing must not hide the first one.
    try {
      stop();
    } catch (second) {
      io.err(`${second instanceof Error ? second.message : String(second)}\n`);
    }
    const trace = traced();
    // A window that was never reached leaves no file.
    const shown = trace !== undefined && existsSync(resolve(trace)) ? relative(io.cwd, resolve(trace)) : undefined;
    const code = reportError(error, io, { json, stack }, { seed, ...(shown !== undefined && { trace: shown }) });
    if (shown !== undefined && !json) io.err(`${io.colors.err.dim(`  waves: ${shown}`)}\n`);
    return code;
  } finally {
    interrupt?.stop();
    restore?.();
  }
}

const settings = (seed: number, parameters: Readonly<Record<string, unknown>>): string => [['seed', seed] as const, ...Object.entries(parameters)].map(([k, v]) => `${k}=${short(v)}`).join('  ');

const short = (value: unknown): string => (typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 4, maxArrayLength: 16 }));

/** A result for people: a line a field. */
function resultLines(result: unknown): string[] {
  if (result === undefined) return [];
  if (typeof result !== 'object' || result === null || Object.getPrototypeOf(result) !== Object.prototype) return [short(result)];
  const entries = Object.entries(result);
  const wide = Math.max(0, ...entries.map(([k]) => k.length));
  return entries.map(([k, v]) => `${k.padEnd(wide)}  ${short(v)}`);
}
