import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { elaborate, exportVerilog } from '../src/index.ts';
import { coreDesigns, type CoreDesign } from './core-designs.ts';
import { missing, Peer } from './core-peers.ts';

/**
 * Speed of tracing beside Verilator's `--trace`: the same design (as exported), the same nets (intermediate results, which have no name with us, are
 * hidden from Verilator), both clock edges, each to a file in memory. Slices take turns and CPU time is counted, as in the core benchmark.
 */

const run = promisify(execFile);
const SLICE = 0.06;
const WARM = 1;
/** Processes of a kind, of which the fastest counts: see the core benchmark. */
const COPIES = 2;

export interface TraceSpeed {
  readonly design: string;
  /** Codes of the file, each of which stands for all names of a net. */
  readonly nets: { readonly wordline: number; readonly verilator: number };
  readonly bytesPerCycle: { readonly wordline: number; readonly verilator: number };
  readonly cyclesPerSecond: { readonly wordline: number; readonly verilator: number };
  /** Median over the rounds of our speed divided by Verilator's. */
  readonly ratio: number;
  readonly checksumsEqual: boolean;
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

/** Exported Verilog in which Verilator traces what has a name with us. */
function twin({ definition }: CoreDesign): string {
  const { text, top, paths } = exportVerilog(elaborate(definition), { locations: false });
  const names = new Set([...paths.values()].map((path) => path.split('.').at(-1)!));
  const declaration = /^\s*(?:wire|reg)(?: signed)?(?: \[[^\]]*\])? (\w+)(?: =|;)/;
  const lines = text.split('\n').map((line) => {
    const name = declaration.exec(line)?.[1];
    return name === undefined || names.has(name) ? line : `/*verilator tracing_off*/ ${line} /*verilator tracing_on*/`;
  });
  return lines.join('\n').replace(new RegExp(`\\bmodule ${top}\\b`), 'module top');
}

async function build(design: CoreDesign, folder: string): Promise<string> {
  const source = join(folder, 'top.v');
  writeFileSync(source, twin(design));
  const harness = fileURLToPath(new URL('./verilog/trace.cpp', import.meta.url));
  const fast = ['-O3', '--x-assign', 'fast', '--x-initial', 'fast', '--noassert'];
  await run('verilator', ['--cc', '--exe', '--trace', ...fast, '-Wno-fatal', '-Wno-lint', '-Wno-style', '--top-module', 'top', '--Mdir', folder, source, harness]);
  const optimise = '-O3 -march=native';
  await run('make', ['-s', '-j2', '-C', folder, '-f', 'Vtop.mk', `OPT_FAST=${optimise}`, `OPT_SLOW=${optimise}`, 'OPT_GLOBAL=-O1', 'Vtop']);
  return join(folder, 'Vtop');
}

class Runner {
  slice = 0;
  readonly speeds: number[] = [];
  #end: number;
  #bytes = 0;
  #cycles = 0;
  /** Codes that the file declares: as many as there are nets. */
  readonly nets: number;

  private constructor(
    readonly kind: 'wordline' | 'verilator',
    readonly peer: Peer,
    readonly file: string,
  ) {
    const head = readFileSync(file, 'latin1');
    this.nets = new Set([...head.matchAll(/^\s*\$var\s+\S+\s+\d+\s+(\S+)/gm)].map((m) => m[1])).size;
    this.#end = statSync(file).size;
  }

  static async start(kind: Runner['kind'], file: string, command: string, args: readonly string[]): Promise<Runner> {
    const peer = new Peer(command, [...args, file]);
    // Until a first block is in the file, with all declarations.
    while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < 1e6) await peer.run(500);
    return new Runner(kind, peer, file);
  }

  /** Runs on; CPU seconds. What has been written is taken away, so that any number of slices fits into memory: it is written on where it ended. */
  async run(cycles: number): Promise<number> {
    const cpu = await this.peer.run(cycles);
    const { size } = statSync(this.file);
    this.#bytes += size - this.#end;
    this.#cycles += cycles;
    this.#end = size;
    truncateSync(this.file, 0);
    return cpu;
  }

  get bytesPerCycle(): number {
    return this.#bytes / this.#cycles;
  }

  async warmUp(): Promise<void> {
    let spent = 0;
    for (let n = 500; ; ) {
      const cpu = await this.run(n);
      spent += cpu;
      if (cpu < SLICE / 2) n *= 2;
      else if (spent > WARM) {
        this.slice = Math.round((n * SLICE) / cpu);
        return;
      }
    }
  }
}

const DESIGNS = ['mc', 'mcidle', 'simd'];

async function measure(design: CoreDesign, folder: string, seconds: number): Promise<TraceSpeed> {
  const runners: Runner[] = [];
  try {
    const verilated = await build(design, folder);
    const worker = fileURLToPath(new URL('./wave-worker.ts', import.meta.url));
    for (let copy = 0; copy < COPIES; copy++) {
      runners.push(await Runner.start('wordline', join(folder, `wordline${copy}.vcd`), process.execPath, ['--import', 'tsx', worker, design.name]));
      runners.push(await Runner.start('verilator', join(folder, `verilator${copy}.vcd`), verilated, []));
    }
    for (const r of runners) await r.warmUp();
    for (let round = 0; round < Math.max(5, seconds / SLICE); round++) for (const r of runners) r.speeds.push(r.slice / (await r.run(r.slice)));
    // All as far as the furthest: then they must agree.
    const goal = Math.max(...runners.map((r) => r.peer.cycles));
    for (const r of runners) if (r.peer.cycles < goal) await r.run(goal - r.peer.cycles);
    const best = (kind: Runner['kind']): Runner => runners.filter((r) => r.kind === kind).sort((a, b) => median(b.speeds) - median(a.speeds))[0]!;
    const [ours, theirs] = [best('wordline'), best('verilator')];
    return {
      design: design.name,
      nets: { wordline: ours.nets, verilator: theirs.nets },
      bytesPerCycle: { wordline: Math.round(ours.bytesPerCycle), verilator: Math.round(theirs.bytesPerCycle) },
      cyclesPerSecond: { wordline: Math.round(median(ours.speeds)), verilator: Math.round(median(theirs.speeds)) },
      ratio: Number(median(ours.speeds.map((s, i) => s / theirs.speeds[i]!)).toPrecision(3)),
      checksumsEqual: new Set(runners.map((r) => r.peer.checksum)).size === 1,
    };
  } finally {
    for (const { peer } of runners) peer.close();
  }
}

/** Undefined without Verilator and a compiler, which is said on standard error. */
export async function traceBench(seconds: number, only: readonly string[] = DESIGNS): Promise<TraceSpeed[] | undefined> {
  const absent = await missing('verilator', 'g++', 'make');
  if (absent.length > 0) {
    console.error(`tracing beside Verilator is left out: ${absent.join(' and ')} not found`);
    return undefined;
  }
  const results: TraceSpeed[] = [];
  for (const design of coreDesigns.filter((d) => only.includes(d.name))) {
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'wordline-trace-'));
    try {
      results.push(await measure(design, folder, seconds));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return results;
}
