import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, Origin } from '../../diag/index.ts';
import { elaborate, type Design } from '../../hdl/elaborate.ts';
import { ModuleDefinition, type Interfaces } from '../../hdl/module.ts';
import type { Fields } from '../../hdl/types.ts';
import type { EngineName } from '../../sim/engine.ts';
import { makeFolder } from '../../wave/index.ts';
import { exportVerilog } from '../verilog/export.ts';
import { compareSides, describeDifference, type Difference, type Side } from './compare.ts';
import { observe, writeScript } from './observe.ts';
import { columnsOf } from './script.ts';
import { sideBySide } from './side-by-side.ts';
import { packStimulus, type StimulusCycle } from './stimulus.ts';
import { benchText, observedName, scriptName, testbenchText } from './testbench.ts';
import { compileVerilog, requireTool, type ToolName } from './tools.ts';
import { watchAll } from './watch.ts';

export interface CosimOptions {
  /** Who runs the exported Verilog; default: Icarus. */
  readonly with?: ToolName | readonly ToolName[];
  /** Who runs the design itself; default: `js`. Of several, each is compared with the first. */
  readonly engine?: EngineName | readonly EngineName[];
  /** Verilog twins of models, by the name of the model. */
  readonly twins?: Readonly<Record<string, string>>;
  /** Also compare expressions that nobody reads and that the export would leave out. */
  readonly unread?: boolean;
  /**
   * Folder for waves: `ours.vcd` of the first engine (`ours0.vcd` and so on for several designs), `theirs.vcd` of the first tool, and after a
   * difference `both.vcd` with both sides (`both0.vcd`).
   */
  readonly vcd?: string;
  /** Asked in every cycle: has somebody pressed Ctrl-C? The comparison then ends with the error `interrupted`. */
  readonly interrupted?: () => boolean;
}

export interface CosimJob {
  readonly design: Design;
  readonly stimulus: Iterable<StimulusCycle>;
}

export interface CosimResult {
  readonly cycles: number;
  /** Values compared in every cycle, and memories compared at the end. */
  readonly signals: number;
  readonly memories: number;
  readonly difference?: Difference;
  /** The Verilog of the design, without the testbench. */
  readonly verilog: string;
  /** Where the top is in `theirs.vcd`, and the path below it of what has another name there. */
  readonly scope: string;
  readonly names: ReadonlyMap<string, string>;
}

const list = <T>(given: T | readonly T[]): readonly T[] => (Array.isArray(given) ? (given as readonly T[]) : [given as T]);

function* watched<T>(items: Iterable<T>, check: () => void): Generator<T> {
  for (const item of items) {
    check();
    yield item;
  }
}

/** Runs many designs in one simulation of the exported Verilog, and each in our engines, and compares every named signal in every cycle. */
export function cosimAll(jobs: readonly CosimJob[], options: CosimOptions = {}): CosimResult[] {
  const { twins = {}, unread = false, vcd, interrupted = () => false } = options;
  const check = (): void => {
    if (interrupted()) fail('interrupted', 'interrupted');
  };
  const tools = list(options.with ?? 'icarus');
  const engines = list(options.engine ?? 'js');
  tools.forEach(requireTool);
  const folder = mkdtempSync(join(tmpdir(), 'wordline-cosim-'));
  const at = (file: string): string => join(folder, file);
  const waves = (side: string, i: number): string | undefined => (vcd === undefined ? undefined : join(vcd, `${side}${jobs.length === 1 ? '' : i}.vcd`));
  try {
    if (vcd !== undefined) makeFolder(vcd);
    const prepared = jobs.map(({ design, stimulus: given }, i) => {
      const verilog = exportVerilog(design, { twins, models: 'required', locations: false, unused: unread ? 'keep' : 'drop', prefix: jobs.length === 1 ? '' : `d${i}_` });
      const watch = watchAll(design, verilog);
      const columns = columnsOf(design);
      const stimulus = packStimulus(design, watched(given, check));
      writeFileSync(at(`design${i}.v`), verilog.text);
      writeFileSync(at(`bench${i}.v`), testbenchText(`wordline_tb${i}`, i, design, verilog, columns, watch));
      return { design, verilog, watch, columns, stimulus, times: writeScript(at(scriptName(i)), design, columns, stimulus, check) };
    });
    writeFileSync(at('cosim.v'), benchText(prepared.map((_, i) => `wordline_tb${i}`), vcd === undefined ? undefined : 'theirs.vcd'));

    const sides: Side[][] = prepared.map(({ design, stimulus, times, watch }, i) =>
      engines.map((name, e) => {
        const path = at(`${name}${i}.txt`);
        observe(path, design, stimulus, times, watch, name, check, e === 0 ? waves('ours', i) : undefined);
        return { name, path };
      }),
    );
    const sources = ['cosim.v', ...prepared.flatMap((_, i) => [`design${i}.v`, `bench${i}.v`])];
    for (const tool of tools) {
      compileVerilog(tool, folder, sources, vcd !== undefined)(folder);
      check();
      prepared.forEach((_, i) => {
        const path = at(`${tool}${i}.txt`);
        renameSync(at(observedName(i)), path);
        sides[i]!.push({ name: tool, path });
      });
      if (vcd !== undefined && tool === tools[0] && existsSync(at('theirs.vcd'))) copyFileSync(at('theirs.vcd'), join(vcd, 'theirs.vcd'));
    }
    return prepared.map(({ design, verilog, watch, stimulus }, i) => {
      const [first, ...others] = sides[i]!;
      const difference = others.reduce<Difference | undefined>((found, side) => found ?? compareSides(first!, side, watch), undefined);
      const both = waves('both', i);
      if (difference !== undefined && both !== undefined) sideBySide(both, design, watch, first!, others.find((s) => s.name === difference.sides[1])!, at(scriptName(i)));
      return {
        cycles: stimulus.length,
        signals: watch.signals.length,
        memories: watch.memories.length,
        verilog: verilog.text,
        scope: `${tools[0] === 'verilator' ? 'TOP.' : ''}wordline_cosim.wordline_tb${i}_0.dut`,
        names: verilog.paths,
        ...(difference && { difference }),
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
    fail('cosim-differs', describeDifference(difference), {
      where: [Origin.here()],
      hint: options.vcd === undefined ? 'the option `vcd` writes the waves of both sides' : `waves of both sides are in ${join(options.vcd, 'both.vcd')}`,
    });
  }
  return result!;
}
