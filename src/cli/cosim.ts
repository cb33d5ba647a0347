import { relative, resolve } from 'node:path';
import { fail, nearest, suggest, WordlineError } from '../diag/index.ts';
import { cosim, describeDifference, Lockstep, randomStimulus, toolNames, type LockstepResult, type ToolName } from '../export/index.ts';
import { elaborate } from '../hdl/elaborate.ts';
import { interrupted as asInterrupted } from './interrupt.ts';
import type { Io } from './io.ts';
import { load, testbenches } from './load.ts';
import { EXIT, reportError } from './report.ts';
import { parseEngine, parseSeed, run } from './run.ts';
import { timeText } from '../wave/value.ts';
import { choose } from './verilog.ts';

export interface CosimCommandOptions {
  readonly with?: string;
  readonly cycles?: string;
  readonly seed?: string;
  readonly vcd?: string;
  readonly json?: boolean;
  readonly stack?: boolean;
  /** A module with random inputs instead of a testbench: the name of the export or of the module. */
  readonly module?: string;
  /** As for `run`. */
  readonly bench?: string;
  readonly param?: readonly string[];
  readonly engine?: string;
  /** Compare only the outputs of each design. */
  readonly outputs?: boolean;
}

/** A testbench in lockstep if the file has one; otherwise, or with `--module`, a module with random inputs. */
export async function cosimCommand(file: string, rest: readonly string[], options: CosimCommandOptions, general: readonly string[], io: Io): Promise<number> {
  const tool: ToolName = toolNames.find((t) => t === (options.with ?? 'icarus')) ?? fail('bad-option', `--with ${options.with}`, { hint: suggest(options.with!, toolNames) });
  if (options.module === undefined && testbenches(await load(file, io), file).size > 0) return testbenchInLockstep(file, rest, options, general, tool, io);
  const [unknown = TESTBENCH_ONLY.find((name) => options[name] !== undefined)] = rest;
  if (unknown !== undefined) {
    const near = nearest(unknown.replace(/^--/, ''), general);
    fail('usage', `${unknown.startsWith('-') ? unknown : `--${unknown}`} is no option of a module with random inputs`, { hint: rest.length > 0 && near.length > 0 ? `did you mean ${near.map((n) => `--${n}`).join(' or ')}?` : 'it is for testbenches' });
  }
  return interruptible(io, (interrupted) => moduleAtRandom(file, options, tool, io, interrupted));
}

const TESTBENCH_ONLY = ['bench', 'param', 'outputs'] as const;

function parseCycles(text: string): number {
  const cycles = Number(text);
  return Number.isInteger(cycles) && cycles >= 1 ? cycles : fail('bad-option', `--cycles ${text}`, { hint: 'a whole number of at least 1' });
}

/** Runs a module and its exported Verilog with the same random inputs and compares every named signal in every cycle. */
async function moduleAtRandom(file: string, { module, json = false, cycles: given = '1000', seed: seedText, vcd, engine: wanted }: CosimCommandOptions, tool: ToolName, io: Io, interrupted: () => boolean): Promise<number> {
  const cycles = parseCycles(given);
  const seed = parseSeed(seedText);
  const engine = parseEngine(wanted);
  const design = elaborate(await choose(file, module, io));
  const result = cosim(design, randomStimulus(design, { cycles, seed }), { with: tool, interrupted, ...(engine !== undefined && { engine }), ...(vcd !== undefined && { vcd: resolve(io.cwd, vcd) }) });
  const { signals, memories } = result;
  if (json) io.out(`${JSON.stringify({ file, module: design.top.name, with: tool, seed, cycles, signals, memories })}\n`);
  else io.out(`${design.top.name} and ${tool} agree on ${signals} signals in every one of ${cycles} cycles${memories > 0 ? `, and on ${memories} memories at the end` : ''} (seed ${seed})\n`);
  return EXIT.ok;
}

/** Runs a testbench as `run` does, and then everything that it has simulated once more, elsewhere. */
async function testbenchInLockstep(file: string, rest: readonly string[], options: CosimCommandOptions, general: readonly string[], tool: ToolName, io: Io): Promise<number> {
  const { json = false, stack = false, bench, param, engine, seed } = options;
  const lockstep = new Lockstep({
    with: tool,
    signals: options.outputs === true ? 'outputs' : 'all',
    waves: resolve(io.cwd, options.vcd ?? 'waves/cosim'),
    ...(options.cycles !== undefined && { limit: parseCycles(options.cycles) }),
  });
  try {
    let said = '';
    lockstep.start();
    const runOptions = { json, stack, ...(bench !== undefined && { bench }), ...(param !== undefined && { param }), ...(engine !== undefined && { engine }), ...(seed !== undefined && { seed }) };
    const code = await run(file, rest, runOptions, general, json ? { ...io, out: (text) => void (said += text) } : io);
    lockstep.stop();
    if (code !== EXIT.ok) {
      io.out(said);
      return code;
    }
    const results = await interruptible(io, (interrupted) =>
      lockstep.compare(() => {
        if (interrupted()) throw asInterrupted();
      }),
    );
    const told = json ? (JSON.parse(said) as object) : {};
    const different = results.find((r) => r.difference !== undefined);
    const summary = { with: tool, designs: results.map((r) => asJson(r, io)) };
    if (different !== undefined) return reportError(differs(different, tool, io), io, { json, stack }, { ...told, lockstep: summary });
    if (json) io.out(`${JSON.stringify({ ...told, lockstep: summary })}\n`);
    else if (results.length === 0) io.out(`nothing was simulated: there is nothing to compare\n`);
    else for (const r of results) io.out(`${agreement(r, tool)}\n`);
    return EXIT.ok;
  } finally {
    lockstep.close();
  }
}

/** Ctrl-C ends the other simulator too, in its own way, and work then ends with `interrupted`. */
async function interruptible<T>(io: Io, work: (interrupted: () => boolean) => T | Promise<T>): Promise<T> {
  const interrupt = io.interrupt?.();
  const pressed = (): boolean => interrupt?.requested() === true;
  try {
    await interrupt?.ready;
    return await work(pressed);
  } catch (error) {
    throw pressed() ? asInterrupted() : error;
  } finally {
    interrupt?.stop();
  }
}

const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function agreement({ module, engine, edges, samples, runs, signals, memories, replayed }: LockstepResult, tool: ToolName): string {
  return [
    `${module}: ${engine} and ${tool} agree on ${many(signals, 'signal')} at each of ${many(samples, 'look')}, ${many(edges, 'clock edge')}`,
    ...(memories > 0 ? [`${many(memories, 'memory').replace('memorys', 'memories')} at the end`] : []),
    ...(runs > 1 ? [`${runs} runs, since snapshots were restored`] : []),
    ...(replayed.length > 0 ? [`played from the recording: ${replayed.join(', ')}`] : []),
  ].join('; ');
}

function asJson({ difference, ...result }: LockstepResult, io: Io): object {
  return { ...result, agree: difference === undefined, ...(difference !== undefined && { difference: { ...difference, ...(difference.wave !== undefined && { wave: relative(io.cwd, difference.wave) }) } }) };
}

/** What differs first, as an error. */
function differs({ module, difference }: LockstepResult, tool: ToolName, io: Io): WordlineError {
  const { edge, timePs, wave, signal } = difference!;
  const text = describeDifference(difference!).replace(/^cycle \d+: /, '');
  return new WordlineError({
    code: 'cosim-differs',
    message: `${module} in ${tool}: ${text}, first at ${timeText(timePs)} (cycle ${edge})`,
    hint: wave === undefined ? `look at ${signal}` : `both sides are in ${relative(io.cwd, wave)}, scopes ours and theirs; \`differs\` is 1 where they differ`,
  });
}
