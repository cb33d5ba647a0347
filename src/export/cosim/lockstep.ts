import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenToSimulations } from '../../sim/started.ts';
import { exportVerilog, type VerilogExport } from '../verilog/export.ts';
import { compareSides, type Difference } from './compare.ts';
import { readLines } from './lines.ts';
import { oursName, SimulationRecording, type Segment } from './record.ts';
import { replayTwins } from './replay.ts';
import { columnsOf, OP, type Column } from './script.ts';
import { sideBySide } from './side-by-side.ts';
import { benchText, observedName, scriptName, testbenchText } from './testbench.ts';
import { compileVerilog, requireTool, type Compiled, type ToolName } from './tools.ts';
import { watchAll, type Watch } from './watch.ts';
import type { Design } from '../../hdl/elaborate.ts';

export interface LockstepOptions {
  readonly with?: ToolName;
  /** Compare everything that has a name (default), or only the outputs of each design. */
  readonly signals?: 'all' | 'outputs';
  /** Clock edges of each simulation after which the rest of it is not compared. */
  readonly limit?: number;
  /** Folder for the wave of both sides, `<module>.vcd`, of what differs. */
  readonly waves?: string;
}

/** What became of one simulation that was listened to. */
export interface LockstepResult {
  readonly module: string;
  readonly engine: string;
  /** Clock edges, and looks at all signals: one before each edge, and where a testbench looked in between. */
  readonly edges: number;
  readonly samples: number;
  /** Runs of the other simulator: one, and one more for each `restore`. */
  readonly runs: number;
  readonly signals: number;
  readonly memories: number;
  /** Models without Verilog, whose outputs were played from the recording. */
  readonly replayed: readonly string[];
  readonly difference?: Difference & { readonly edge: number; readonly wave?: string };
}

/** One design in the form that the other simulator takes. */
interface Prepared {
  readonly design: Design;
  readonly verilog: VerilogExport;
  readonly watch: Watch;
  readonly columns: readonly Column[];
  readonly replayed: readonly string[];
  readonly bench: string;
}

/**
 * Listens to every simulation from `start` to `stop`, and then lets Icarus or Verilator repeat each of them on the exported Verilog, from the
 * same inputs at the same times.
 *
 * - Inputs that change between edges: the other side sees those that a testbench looked at (`sim.out`, `peek`) and the last before an edge.
 * - Words that the testbench writes into memories are written there too.
 * - Models with Verilog take part; the outputs of the others are played from the recording, and their inputs are compared.
 * - A `restore` begins another run, which repeats what led to the snapshot.
 *
 * Errors: `missing-tool`, and those of `exportVerilog`, as soon as such a design is simulated; `cosim-restore` for a snapshot of another run.
 */
export class Lockstep {
  readonly #folder = mkdtempSync(join(tmpdir(), 'wordline-lockstep-'));
  readonly #recordings: { readonly prepared: Prepared; readonly engine: string; readonly recording: SimulationRecording }[] = [];
  readonly #compiled = new Map<string, Compiled>();
  readonly #waves = new Map<string, number>();
  readonly #tool: ToolName;
  #unlisten: (() => void) | undefined;

  constructor(private readonly options: LockstepOptions = {}) {
    this.#tool = options.with ?? 'icarus';
    requireTool(this.#tool);
  }

  start(): void {
    this.#unlisten = listenToSimulations((started) => {
      const prepared = this.#prepare(started.design);
      const folder = join(this.#folder, `simulation${this.#recordings.length}`);
      const recording = new SimulationRecording(started, folder, prepared.columns, prepared.watch, this.options.limit ?? Infinity);
      this.#recordings.push({ prepared, engine: started.engine.name, recording });
    });
  }

  stop(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    for (const { recording } of this.#recordings) recording.end();
  }

  /** Runs the other simulator; one result for each simulation, in the order in which they started. `check` is called when it has ended, and throws if nobody wants to know any more. */
  compare(check: () => void = () => undefined): LockstepResult[] {
    this.stop();
    return this.#recordings.map(({ prepared, engine, recording }) => this.#compareOne(prepared, engine, recording.segments, check));
  }

  /** Removes everything that was written but waves. */
  close(): void {
    this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #prepare(design: Design): Prepared {
    const replays = replayTwins(design);
    const twins = Object.fromEntries(design.flat.models.map(({ model }) => [model.name, model.verilog ?? replays[model.name]!]));
    const verilog = exportVerilog(design, { twins, models: 'required', locations: false });
    const watch = watchAll(design, verilog, this.options.signals);
    const columns = columnsOf(design, new Set(Object.keys(replays)));
    const replayed = design.flat.models.filter((m) => Object.hasOwn(replays, m.model.name)).map((m) => m.path);
    return { design, verilog, watch, columns, replayed, bench: testbenchText('wordline_tb0', 0, design, verilog, columns, watch) };
  }

  #compareOne(prepared: Prepared, engine: string, segments: readonly Segment[], check: () => void): LockstepResult {
    const { design, watch, replayed } = prepared;
    const counts = { edges: Math.max(0, ...segments.map((s) => s.edges)), samples: segments.reduce((n, s) => n + s.samples, 0) };
    const result = { module: design.flat.name, engine, ...counts, runs: segments.length, signals: watch.signals.length, memories: watch.memories.length, replayed };
    for (const { folder } of segments) {
      this.#compile(prepared)(folder);
      check();
      const [ours, theirs] = [{ name: engine, path: join(folder, oursName) }, { name: this.#tool, path: join(folder, observedName(0)) }];
      const difference = compareSides(ours, theirs, watch);
      if (difference === undefined) continue;
      const script = join(folder, scriptName(0));
      const wave = this.#waveOf(design.flat.name);
      if (wave !== undefined) sideBySide(wave, design, watch, ours, theirs, script);
      return { ...result, difference: { ...difference, edge: edgeOf(script, difference.cycle, design.flat.domains.length), ...(wave !== undefined && { wave }) } };
    }
    return result;
  }

  /** `Top.vcd`, and `Top-2.vcd` for the next simulation of that name that differs. */
  #waveOf(module: string): string | undefined {
    if (this.options.waves === undefined) return undefined;
    const number = (this.#waves.get(module) ?? 0) + 1;
    this.#waves.set(module, number);
    return join(this.options.waves, `${module}${number === 1 ? '' : `-${number}`}.vcd`);
  }

  /** Once for all simulations of a design. */
  #compile({ verilog, bench }: Prepared): Compiled {
    const key = verilog.text + bench;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      const folder = join(this.#folder, `design${this.#compiled.size}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'design.v'), verilog.text);
      writeFileSync(join(folder, 'bench.v'), bench);
      writeFileSync(join(folder, 'cosim.v'), benchText(['wordline_tb0'], undefined));
      compiled = compileVerilog(this.#tool, folder, ['cosim.v', 'design.v', 'bench.v'], false);
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }
}

/** Edges of the first clock before a sample. */
function edgeOf(script: string, sample: number, clocks: number): number {
  let [seen, edges, high] = [0, 0, false];
  for (const line of readLines(script)) {
    const [op, , vector = '0'] = line.split(' ');
    if (Number(op) === OP.sample && seen++ === sample) break;
    if (Number(op) !== OP.clocks) continue;
    const now = ((BigInt(`0x${vector}`) >> BigInt(clocks - 1)) & 1n) === 1n;
    if (now && !high) edges++;
    high = now;
  }
  return edges;
}
