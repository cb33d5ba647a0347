import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { fail, formatLocation, suggest } from '../diag/index.ts';
import { equivalent, prove, solverNames, type ProofReport, type PropertyReport, type ProveOptions, type ProofRun, type ProofSource } from '../formal/index.ts';
import type { ModuleDefinition } from '../hdl/module.ts';
import { textWave } from '../wave/index.ts';
import { makeMember } from './family.ts';
import type { Colors, Io } from './io.ts';
import { jsonValue } from './json.ts';
import { existing, load, modules } from './load.ts';
import { durationText, Progress } from './progress.ts';
import { EXIT, reportError } from './report.ts';

export interface ProveCommandOptions {
  readonly module?: string;
  readonly equivalentTo?: string;
  readonly param?: readonly string[];
  readonly depth?: string;
  readonly k?: string;
  readonly timeout?: string;
  readonly solver?: string;
  readonly resets?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly stack?: boolean;
}

/** Nothing is wrong, but something could not be decided. */
export const UNDECIDED = 3;
const CODES: Readonly<Record<ProofReport['result'], number>> = { proved: EXIT.ok, failed: EXIT.failed, undecided: UNDECIDED };

/** A module and how a testbench gets at it. */
interface Chosen {
  readonly definition: ModuleDefinition;
  readonly name: string;
  readonly expression: string;
}

function numberOf(text: string | undefined, option: string, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) && value >= least ? value : fail('bad-option', `${option} ${text}`, { hint: `a number of at least ${least}` });
}

/** `depth=4 kind=fast check=true` as an object. */
function readParameters(given: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) fail('bad-parameter', `--param ${text} is not of the form name=value`);
      const value = text.slice(at + 1);
      try {
        return [text.slice(0, at), JSON.parse(value) as unknown];
      } catch {
        return [text.slice(0, at), value];
      }
    }),
  );
}

/** The module of that name among the exports; with parameters, one that a family of that name makes. */
export function chooseModule(exports: ReadonlyMap<string, unknown>, file: string, name: string | undefined, given: readonly string[]): Chosen {
  if (given.length > 0) {
    const families = new Map([...exports].filter(([, v]) => typeof v === 'function'));
    const [key, family] = [...families].find(([k]) => k === name) ?? (name === undefined && families.size === 1 ? [...families][0]! : []);
    if (key === undefined) fail('which-module', name === undefined ? `${file} exports ${families.size} functions that could make modules from parameters` : `${file} exports no function "${name}"`, { hint: `choose one with --module; ${suggest(name ?? '', families.keys())}` });
    const parameters = readParameters(given);
    return { definition: makeMember(family as (p: object) => unknown, key, parameters), name: key, expression: `${key}(${JSON.stringify(parameters)})` };
  }
  if (name !== undefined && typeof exports.get(name) === 'function') fail('which-module', `${name} of ${file} is a function that makes modules`, { hint: 'give its parameters: --param name=value' });
  const all = [...modules(exports, file)];
  const names = all.map(([key]) => key);
  if (all.length === 0) fail('no-module', `${file} exports no module`, { hint: 'export one, or make one of a family: --module Fifo --param depth=4' });
  if (name === undefined && all.length > 1) fail('which-module', `${file} exports ${all.length} modules`, { hint: `choose one with --module: ${names.join(', ')}` });
  const [key, definition] = (name === undefined ? all[0] : all.find(([k, m]) => k === name || m.name === name)) ?? fail('which-module', `${file} exports no module "${name}"`, { hint: suggest(name ?? '', names) });
  return { definition, name: key, expression: key };
}

/** Proves the properties of a module, or that two modules are the same; the exit code. */
export async function proveCommand(file: string, options: ProveCommandOptions, io: Io): Promise<number> {
  const { json = false, stack = false, out = 'waves/proof' } = options;
  const depth = numberOf(options.depth, '--depth', 1);
  const k = numberOf(options.k, '--k', 0);
  const timeout = numberOf(options.timeout, '--timeout', 0.001);
  const solver = options.solver === undefined ? undefined : (solverNames.find((s) => s === options.solver) ?? fail('bad-option', `--solver ${options.solver}`, { hint: suggest(options.solver, solverNames) }));
  const resets = options.resets === undefined ? undefined : ((['off', 'free'] as const).find((r) => r === options.resets) ?? fail('bad-option', `--resets ${options.resets}`, { hint: suggest(options.resets, ['off', 'free']) }));
  const restore = json ? io.diverted?.() : undefined;
  const interrupt = io.interrupt?.();
  const stopped = new AbortController();
  interrupt?.pressed.catch(() => stopped.abort());
  const progress = new Progress(io);
  try {
    const path = existing(file, io);
    const exports = await load(file, io);
    const chosen = chooseModule(exports, file, options.module, options.param ?? []);
    const other = options.equivalentTo === undefined ? undefined : chooseModule(exports, file, options.equivalentTo, []);
    const both = other === undefined ? [chosen] : [chosen, other];
    const source: ProofSource = {
      imports: [...new Set(both.map((c) => c.name))].map((name) => ({ name, file: path })),
      expression: other === undefined ? chosen.expression : `miter(${chosen.expression}, ${other.expression})`,
      ...(other !== undefined && { kit: ['miter'] }),
    };
    let at: { label: string; update: (done: number) => void } | undefined;
    const settings: ProveOptions = {
      out: resolve(io.cwd, out),
      source,
      signal: stopped.signal,
      progress: ({ cycles, open }) => {
        const label = `${open} open`;
        if (at?.label !== label) at = { label, update: progress.start(label, depth ?? 20) };
        at.update(cycles - 1);
      },
      ...(depth !== undefined && { depth }),
      ...(k !== undefined && { k }),
      ...(timeout !== undefined && { timeout }),
      ...(solver !== undefined && { solver }),
      ...(resets !== undefined && { resets }),
    };
    const report = other === undefined ? await prove(chosen.definition, settings) : await equivalent(chosen.definition, other.definition, settings);
    progress.stop();
    if (json) io.out(`${JSON.stringify(jsonReport(report, io))}\n`);
    else io.out(textReport(report, io));
    return CODES[report.result];
  } catch (error) {
    progress.stop();
    return reportError(error, io, { json, stack });
  } finally {
    interrupt?.stop();
    restore?.();
  }
}

const near = (path: string, io: Io): string => relative(io.cwd, path) || path;

function jsonReport({ properties, ...rest }: ProofReport, io: Io): unknown {
  const shown = ({ recording: _, ...s }: ProofRun): object => ({ ...s, ...(s.vcd !== undefined && { vcd: near(s.vcd, io) }), ...(s.testbench !== undefined && { testbench: near(s.testbench, io) }) });
  return jsonValue({ ...rest, properties: properties.map(({ run, induction, ...p }) => ({ ...p, ...(run && { run: shown(run) }), ...(induction && { induction: shown(induction) }) })) });
}

const cycleCount = (n: number): string => `${n} cycle${n === 1 ? '' : 's'}`;

/** What became of a property, in a few words. */
function verdict(p: PropertyReport): string {
  const under = p.under === undefined ? '' : ` in runs in which ${p.under.map((m) => `"${m}"`).join(' and ')} did not fail before`;
  switch (p.status) {
    case 'proved':
      return `proved (k = ${p.k})${under}`;
    case 'unreachable':
      return `unreachable (k = ${p.k})${under}`;
    case 'failed':
      return `FAILED in cycle ${p.cycle}`;
    case 'covered':
      return `reached in cycle ${p.cycle}`;
    case 'bounded':
      return p.kind === 'cover' ? `not reached in ${cycleCount(p.cycles!)}` : `holds for ${cycleCount(p.cycles!)}, not proved beyond`;
    case 'unknown':
      return `unknown beyond ${cycleCount(p.cycles!)}: ${p.reason}`;
  }
}

/** Longest wave that is printed. */
const WIDEST = 40;

function details(p: PropertyReport, io: Io): string[] {
  const lines: string[] = [];
  if (p.unasked === true && p.status !== 'failed') lines.push('the conditions around it never held: it was not put to the test');
  if (p.run !== undefined) {
    const { message, vcd, testbench, recording, cycles } = p.run;
    if (message !== undefined) lines.push(message);
    if (p.status === 'failed' && cycles.length <= WIDEST) lines.push(...textWave(recording).split('\n'));
    if (vcd !== undefined) lines.push(`waves: ${near(vcd, io)}`);
    if (testbench !== undefined) lines.push(`replay: wordline run ${near(testbench, io)}`);
  }
  if (p.induction !== undefined) {
    const { start = {}, vcd, cycles } = p.induction;
    const values = Object.entries(start).map(([path, value]) => `${path} = ${value}`);
    lines.push(`induction of ${cycleCount(cycles.length - 1)} stumbles over a start that may be unreachable: ${values.slice(0, 12).join(', ')}${values.length > 12 ? `, and ${values.length - 12} more` : ''}`);
    if (vcd !== undefined) lines.push(`waves from there: ${near(vcd, io)}`);
  }
  return lines;
}

const colorOf = (status: PropertyReport['status'], { green, red, yellow }: Colors): ((text: string) => string) =>
  status === 'proved' || status === 'covered' ? green : status === 'failed' || status === 'unreachable' ? red : yellow;

function textReport({ module, properties, result, seconds, solver }: ProofReport, io: Io): string {
  const { bold, dim } = io.colors.out;
  const lines = properties.flatMap((p) => {
    const place = p.where === undefined ? '' : dim(` ${formatLocation({ ...p.where, file: near(p.where.file, io) })}`);
    const inside = p.path === '' ? '' : ` in ${p.path}`;
    return [`${p.kind} "${p.message}"${inside}: ${colorOf(p.status, io.colors.out)(verdict(p))}${place}`, ...details(p, io).map((l) => `  ${l}`)];
  });
  const count = (s: PropertyReport['status'], what: string): string[] => {
    const n = properties.filter((p) => p.status === s).length;
    return n === 0 ? [] : [`${n} ${what}`];
  };
  const sum = [...count('proved', 'proved'), ...count('failed', 'failed'), ...count('covered', 'reached'), ...count('unreachable', 'unreachable'), ...count('bounded', 'open'), ...count('unknown', 'unknown')].join(', ');
  return [...lines, `${bold(module)}: ${result}; ${sum} ${dim(`(${solver}, ${durationText(seconds)})`)}`, ''].join('\n');
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the command to the program. */
export function addProve(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('prove')
    .description('Prove the asserts of a module under its assumes, and find runs that reach its covers; or prove that two modules are the same.')
    .argument('<file>', 'a .ts file that exports modules')
    .option('--module <name>', 'which one, if the file exports several')
    .option('--equivalent-to <name>', 'prove that it has the same outputs as this module of the file, in every cycle')
    .option('--param <name=value>', 'a parameter, where --module is a function that makes modules; may be repeated', collect)
    .option('--depth <n>', 'cycles of bounded model checking (default: 20)')
    .option('--k <n>', 'longest induction (default: the depth); 0: bounded model checking only')
    .option('--timeout <seconds>', 'when to leave undecided what is not decided')
    .option('--resets <when>', 'off: a run starts as after reset (default); free: a reset may come in any cycle')
    .option('--solver <name>', `${solverNames.join(', ')} (default: ${solverNames[0]})`)
    .option('--out <folder>', 'for waves and testbenches (default: waves/proof)')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action(async (file: string, options: ProveCommandOptions) => done(await proveCommand(file, options, io)));
}
