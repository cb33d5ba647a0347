import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportVerilog, ModuleDefinition, type EngineName } from '../src/index.ts';

/** Simulators as long-lived processes that are told how far to run: ours, and Icarus and Verilator on the Verilog twins or on what we export. */

const run = promisify(execFile);
const folder = fileURLToPath(new URL('./verilog/', import.meta.url));

export class Peer {
  readonly #lines: AsyncIterator<string>;
  cycles = 0;
  checksum = '';
  /** Seconds from the sources to the first cycle. */
  firstCycle = 0;
  greets = false;

  readonly #child: ChildProcess;

  constructor(
    private readonly command: string,
    private readonly args: readonly string[],
    /** Its files, if any, that are of no use after it. */
    private readonly folder?: string,
  ) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** The same simulator in one more process, as far as this one was after its first cycle. */
  async another(): Promise<Peer> {
    const peer = new Peer(this.command, this.args);
    if (this.greets) await peer.greeting();
    else await peer.run(1);
    return peer;
  }

  /** Ours begin by running one cycle and saying how many seconds they took for it. */
  async greeting(): Promise<void> {
    this.firstCycle = Number(await this.line());
    this.greets = true;
    this.cycles = 1;
  }

  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`${this.#child.spawnargs.join(' ')} ended early (code ${this.#child.exitCode ?? 'unknown'})`);
    return next.value.trim();
  }

  /** Runs on; the seconds of CPU time that took. */
  async run(cycles: number): Promise<number> {
    const before = cpuSeconds(this.#child.pid!);
    this.#child.stdin!.write(`${cycles}\n`);
    this.checksum = await this.line();
    this.cycles += cycles;
    // The kernel brings its count up to date when the process goes to sleep.
    await setTimeout(2);
    return cpuSeconds(this.#child.pid!) - before;
  }

  close(): void {
    this.#child.stdin!.end();
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * CPU time of the main thread of a process, from the kernel's scheduler: what other processes do to the wall clock and what the compiler
 * threads of V8 do beside it is not in it. Without such a file (not Linux): wall time, which is only as good as the machine is quiet.
 */
function cpuSeconds(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
  } catch {
    return performance.now() / 1000;
  }
}

/** Which of the tools answer. */
export async function missing(...tools: readonly string[]): Promise<string[]> {
  const absent: string[] = [];
  for (const tool of tools) {
    try {
      await run(tool, [tool === 'iverilog' || tool === 'vvp' ? '-V' : '--version']);
    } catch {
      absent.push(tool);
    }
  }
  return absent;
}

/** Verilog of a design: files of `bench/verilog`, or what we export, which is made when it is needed. */
export type Sources = readonly string[] | ModuleDefinition;

/** The files, with `top(clk, rst, csum)` among them; exported Verilog goes to `work`. */
function files(given: Sources, work: string): string[] {
  if (!(given instanceof ModuleDefinition)) return given.map((f) => join(folder, f));
  const { text, top } = exportVerilog(given, { models: 'required', locations: false, twins: { CellArray128x128b2: readFileSync(join(folder, 'cell_array.v'), 'utf8') } });
  const path = join(work, 'exported.v');
  writeFileSync(path, `${text}\nmodule top(input clk, input rst, output [63:0] csum);\n  ${top} u(.clk(clk), .rst(rst), .csum(csum));\nendmodule\n`);
  return [path];
}

async function firstCycle(peer: Peer, since: number): Promise<Peer> {
  await peer.run(1);
  peer.firstCycle = (performance.now() - since) / 1000;
  return peer;
}

export async function icarus(verilog: Sources): Promise<Peer> {
  const since = performance.now();
  const work = mkdtempSync(join(tmpdir(), 'wordline-icarus-'));
  const out = join(work, 'bench.vvp');
  await run('iverilog', ['-g2012', '-s', 'bench', '-o', out, join(folder, 'bench.v'), ...files(verilog, work)]);
  return firstCycle(new Peer('vvp', ['-n', out], work), since);
}

/** A build took longer than it may. */
export class TooLong extends Error {}

/** Runs a build. After `limit` seconds it is ended with everything that it started. */
async function build(limit: number, command: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  let late = false;
  const watch = new AbortController();
  if (limit < Infinity) {
    void setTimeout(1000 * limit, undefined, { signal: watch.signal }).then(
      () => {
        late = true;
        // Its process group: make, the compiler's driver, the compiler.
        process.kill(-child.pid!);
      },
      () => undefined,
    );
  }
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  watch.abort();
  if (late) throw new TooLong(`${command} was not done after ${Math.round(limit)} s`);
  if (code !== 0) throw new Error(`${command} failed:\n${said}`);
}

/** Verilator with everything that makes it fast, and a compiler for this very machine. */
export async function verilator(verilog: Sources, compiler: string, limit: number): Promise<Peer> {
  const since = performance.now();
  const work = mkdtempSync(join(tmpdir(), 'wordline-verilator-'));
  const fast = ['-O3', '--x-assign', 'fast', '--x-initial', 'fast', '--noassert'];
  const quiet = ['-Wno-fatal', '-Wno-lint', '-Wno-style'];
  const optimise = '-O3 -march=native';
  try {
    await build(limit, 'verilator', '--cc', '--exe', ...fast, ...quiet, '--top-module', 'top', '--Mdir', work, ...files(verilog, work), join(folder, 'bench.cpp'));
    const left = limit - (performance.now() - since) / 1000;
    // Only the run-time library, which is not in the inner loop, is compiled with less effort.
    const flags = [`OPT_FAST=${optimise}`, `OPT_SLOW=${optimise}`, 'OPT_GLOBAL=-O1', `CXX=${compiler}`, `LINK=${compiler}`];
    await build(Math.max(1, left), 'make', '-s', '-j2', '-C', work, '-f', 'Vtop.mk', ...flags, 'Vtop');
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error instanceof TooLong ? new TooLong(`not built after ${limit} s`) : error;
  }
  return firstCycle(new Peer(join(work, 'Vtop'), [], work), since);
}

/** One of our own engines, in a process like the others. */
export async function ours(design: string, engine: EngineName): Promise<Peer> {
  const worker = fileURLToPath(new URL('./core-worker.ts', import.meta.url));
  const peer = new Peer(process.execPath, ['--import', 'tsx', worker, design, engine]);
  await peer.greeting();
  return peer;
}
