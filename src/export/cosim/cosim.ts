import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail, Origin } from '../../diag/index.ts';
import { elaborate, type Design } from '../../hdl/elaborate.ts';
import { ModuleDefinition, type Interfaces } from '../../hdl/module.ts';
import type { Fields } from '../../hdl/types.ts';
import type { EngineName } from '../../sim/engine.ts';
import { exportVerilog } from '../verilog/export.ts';
import { packStimulus, type StimulusCycle } from './stimulus.ts';
import { benchText, readObserved, stimulusText, testbenchText } from './testbench.ts';
import { runVerilog, type ToolName } from './tools.ts';
import { observe, watchAll, type Observed, type Watch } from './watch.ts';

export interface CosimOptions {
  /** Who runs the exported Verilog; default: Icarus. */
  readonly with?: ToolName;
  /** Who runs the design itself; default: `js`. */
  readonly engine?: EngineName;
  /** Verilog twins of models, by the name of the model. */
  readonly twins?: Readonly<Record<string, string>>;
  /** Also compare expressions that nobody reads and that the export would leave out. */
  readonly unread?: boolean;
  /** Folder for waves of both sides: `ours.vcd` and `theirs.vcd`. */
  readonly vcd?: string;
}

export interface CosimJob {
  readonly design: Design;
  readonly stimulus: Iterable<StimulusCycle>;
}

/** The first value that differs. Values in hexadecimal; `x` digits are unknown ones. */
export interface Difference {
  /** Dotted path of a signal, or `path[address]` of a memory word at the end. */
  readonly signal: string;
  readonly cycle: number;
  readonly ours: string;
  readonly theirs: string;
}

export interface CosimResult {
  readonly cycles: number;
  /** Values compared in every cycle, and memories compared at the end. */
  readonly signals: number;
  readonly memories: number;
  readonly difference?: Difference;
  /** The Verilog of the design, without the testbench. */
  readonly verilog: string;
}

function compare(ours: Observed, theirs: Observed | undefined, { signals, memories }: Watch): Difference | undefined {
  const missing = '(nothing)';
  for (const [cycle, values] of ours.cycles.entries()) {
    for (const [i, value] of values.entries()) {
      const other = theirs?.cycles[cycle]?.[i] ?? missing;
      if (other !== value) return { signal: signals[i]!.path, cycle, ours: value, theirs: other };
    }
  }
  for (const [i, words] of ours.memories.entries()) {
    for (const [address, value] of words.entries()) {
      const other = theirs?.memories[i]?.[address] ?? missing;
      if (other !== value) return { signal: `${memories[i]!.path}[${address}]`, cycle: ours.cycles.length, ours: value, theirs: other };
    }
  }
  return undefined;
}

/** Runs many designs in one simulation of the exported Verilog, and each in our engine, and compares every named signal in every cycle. */
export function cosimAll(jobs: readonly CosimJob[], options: CosimOptions = {}): CosimResult[] {
  const { with: tool = 'icarus', engine = 'js', twins = {}, unread = false, vcd } = options;
  const folder = mkdtempSync(join(tmpdir(), 'wordline-cosim-'));
  try {
    if (vcd !== undefined) mkdirSync(vcd, { recursive: true });
    const prepared = jobs.map(({ design, stimulus }, i) => {
      const verilog = exportVerilog(design, { twins, models: 'required', locations: false, unused: unread ? 'keep' : 'drop', prefix: jobs.length === 1 ? '' : `d${i}_` });
      return { design, verilog, watch: watchAll(design, verilog), stimulus: packStimulus(design, stimulus) };
    });
    const sources: string[] = [];
    const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
    prepared.forEach(({ design, verilog, watch, stimulus }, i) => {
      write(`design${i}.v`, verilog.text);
      write(`stimulus${i}.hex`, stimulusText(design, stimulus));
      write(`bench${i}.v`, testbenchText(`wordline_tb${i}`, i, `stimulus${i}.hex`, design, verilog, stimulus.length, watch, vcd === undefined ? undefined : resolve(vcd, nameOf('theirs', i, jobs.length))));
      sources.push(`design${i}.v`, `bench${i}.v`);
    });
    write('cosim.v', benchText(prepared.map((_, i) => `wordline_tb${i}`), Math.max(...prepared.map((p) => p.stimulus.length))));
    const theirs = readObserved(runVerilog(tool, folder, ['cosim.v', ...sources]));
    return prepared.map(({ design, verilog, watch, stimulus }, i) => {
      const ours = observe(design, stimulus, watch, engine, vcd === undefined ? undefined : join(vcd, nameOf('ours', i, jobs.length)));
      const difference = compare(ours, theirs.get(i), watch);
      return { cycles: stimulus.length, signals: watch.signals.length, memories: watch.memories.length, verilog: verilog.text, ...(difference && { difference }) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const nameOf = (side: string, i: number, count: number): string => `${side}${count === 1 ? '' : i}.vcd`;

/** Says a difference in a line. */
export function describeDifference({ signal, cycle, ours, theirs }: Difference, tool: ToolName, engine: EngineName): string {
  return `cycle ${cycle}: ${signal} is ${ours} in ${engine} and ${theirs} in ${tool}`;
}

/**
 * Runs a design in one of our engines and, as exported Verilog, in a simulator that has nothing to do with us, with the same stimulus.
 * Every named signal is compared in every cycle, and every memory at the end; the first difference is an error.
 */
export function cosim<I extends Fields, O extends Fields, B extends Interfaces>(what: ModuleDefinition<I, O, B> | Design, stimulus: Iterable<StimulusCycle>, options: CosimOptions = {}): CosimResult {
  const design = what instanceof ModuleDefinition ? elaborate(what) : what;
  const [result] = cosimAll([{ design, stimulus }], options);
  const { difference } = result!;
  if (difference !== undefined) {
    fail('cosim-differs', describeDifference(difference, options.with ?? 'icarus', options.engine ?? 'js'), {
      where: [Origin.here()],
      hint: options.vcd === undefined ? 'the option `vcd` writes the waves of both sides' : `waves of both sides are in ${options.vcd}`,
    });
  }
  return result!;
}

