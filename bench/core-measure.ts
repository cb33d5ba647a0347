import { elaborate } from '../src/index.ts';
import { runningKernel } from '../src/sim/js/engine.ts';
import type { CoreDesign } from './core-designs.ts';
import { icarus, missing, ours, TooLong, verilator, type Peer } from './core-peers.ts';

/**
 * Simulated cycles per second. The machine is shared and its speed wanders, so all simulators of a design run side by side in short
 * slices, one after the other, and CPU time is counted instead of wall time: speeds are then taken from the same moments, and the ratio
 * of two simulators is the median of the ratios round by round.
 */

/** CPU seconds of a slice, and those before measuring starts. */
const SLICE = 0.06;
const WARM = 0.6;
/** Word operations that V8 has compiled in that time. */
const WARMED = 4000;

export const simulators = ['interp', 'js', 'wasm', 'icarus', 'verilator'] as const;
/** `icarus` and `verilator` run the Verilog twin, if there is one; `verilatorExported` runs what we export. */
export type Simulator = (typeof simulators)[number] | 'verilatorExported';
export type PerSimulator = Record<Simulator, number | null>;

/** What takes part: a simulator, or Verilator with one of several compilers, of which the fastest counts as Verilator. */
export interface Contender {
  readonly simulator: Simulator;
  readonly label: string;
  readonly start: (design: CoreDesign) => Promise<Peer>;
}

export interface Measured {
  readonly name: string;
  /** Word operations of the kernel that `js` and `wasm` run outside reset. */
  readonly ops: number;
  /** What Icarus and Verilator run: a twin, or what we export. */
  readonly verilog: 'given' | 'exported';
  readonly cyclesPerSecond: PerSimulator;
  /** Median over the rounds of the speed of `js` or `wasm` divided by that of another. */
  readonly jsRatio: PerSimulator;
  readonly wasmRatio: PerSimulator;
  readonly firstCycleSeconds: PerSimulator;
  readonly checksumsEqual: boolean;
  /** Cycles per second and seconds to the first cycle of each contender. */
  readonly contenders: Readonly<Record<string, { readonly cyclesPerSecond: number; readonly firstCycleSeconds: number }>>;
  readonly skipped: readonly { readonly contender: string; readonly why: string }[];
}

const all: readonly Simulator[] = [...simulators, 'verilatorExported'];
const none = (): PerSimulator => ({ interp: null, js: null, wasm: null, icarus: null, verilator: null, verilatorExported: null });
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

/** Runs until V8 has compiled what there is to compile; how many cycles fill a slice then. */
async function warmUp(peer: Peer, seconds: number): Promise<number> {
  let spent = 0;
  for (let n = 1; ; ) {
    const cpu = await peer.run(n);
    spent += cpu;
    if (cpu < SLICE / 2) n *= 2;
    else if (spent > seconds) return Math.max(1, Math.round((n * SLICE) / cpu));
  }
}

/**
 * A process is now and then slower than its twins by a quarter for its whole life, ours and Verilator's alike: where its code happened to be
 * put, it seems. Of those that are compared most closely three run side by side, of `js` two, and the fastest counts.
 */
const COPIES: Record<Simulator, number> = { interp: 1, js: 2, wasm: 3, icarus: 1, verilator: 3, verilatorExported: 3 };

export async function measure(design: CoreDesign, contenders: readonly Contender[], seconds: number): Promise<Measured> {
  const { operations: ops } = runningKernel(elaborate(design.definition));
  const runs: { readonly simulator: Simulator; readonly label: string; readonly peer: Peer; slice: number; readonly speeds: number[] }[] = [];
  const skipped: Measured['skipped'][number][] = [];
  try {
    for (const { simulator, label, start } of contenders) {
      // The same as `verilator` where nothing was given.
      if (design.verilog === undefined && simulator === 'verilatorExported') continue;
      try {
        const first = await start(design);
        runs.push({ simulator, label, peer: first, slice: 0, speeds: [] });
        for (let i = 1; i < COPIES[simulator]; i++) runs.push({ simulator, label, peer: await first.another(), slice: 0, speeds: [] });
      } catch (error) {
        if (!(error instanceof TooLong)) throw error;
        skipped.push({ contender: label, why: error.message });
      }
    }
    for (const run of runs) {
      if (design.prologue > 0) await run.peer.run(design.prologue);
      const compiledByV8 = run.simulator === 'js' || run.simulator === 'wasm';
      run.slice = await warmUp(run.peer, WARM * (compiledByV8 ? Math.max(1, ops / WARMED) : 1));
    }
    for (let round = 0; round < Math.max(5, seconds / SLICE); round++) {
      for (const { peer, slice, speeds } of runs) speeds.push(slice / (await peer.run(slice)));
    }
  } finally {
    for (const { peer } of runs) peer.close();
  }
  const [cyclesPerSecond, jsRatio, wasmRatio, firstCycleSeconds] = [none(), none(), none(), none()];
  const fastest = (of: (r: (typeof runs)[number]) => boolean) => runs.filter(of).sort((a, b) => median(b.speeds) - median(a.speeds))[0];
  /** The copies are started when all is built: the first of a label knows how long that took. */
  const firstOf = (label: string): number => runs.find((r) => r.label === label)!.peer.firstCycle;
  for (const name of all) {
    const best = fastest((r) => r.simulator === name);
    if (best === undefined) continue;
    cyclesPerSecond[name] = median(best.speeds);
    for (const [ratio, of] of [[jsRatio, 'js'], [wasmRatio, 'wasm']] as const) {
      const one = fastest((r) => r.simulator === of);
      if (one !== undefined) ratio[name] = median(best.speeds.map((s, i) => one.speeds[i]! / s));
    } // prettier-ignore
    firstCycleSeconds[name] = firstOf(best.label);
  }
  if (design.verilog === undefined) for (const of of [cyclesPerSecond, jsRatio, wasmRatio, firstCycleSeconds]) of.verilatorExported = of.verilator;
  const labels = [...new Set(runs.map((r) => r.label))];
  return {
    name: design.name,
    ops,
    verilog: design.verilog === undefined ? 'exported' : 'given',
    cyclesPerSecond,
    jsRatio,
    wasmRatio,
    firstCycleSeconds,
    checksumsEqual: agree(design, runs.map((r) => r.peer)),
    contenders: Object.fromEntries(labels.map((l) => [l, { cyclesPerSecond: median(fastest((r) => r.label === l)!.speeds), firstCycleSeconds: firstOf(l) }])),
    skipped,
  };
}

/** A fresh run passes through the cycles at which the others stopped, each at another one, and must have their checksums there. */
function agree(design: CoreDesign, peers: readonly Peer[]): boolean {
  const bench = design.start('wasm');
  bench.run(1);
  let at = 1;
  let equal = true;
  for (const { cycles, checksum } of [...peers].sort((a, b) => a.cycles - b.cycles)) {
    equal = bench.run(cycles - at) === checksum && equal;
    at = cycles;
  }
  return equal;
}

/**
 * Our engines, and of the others those that are installed; what is not is said on standard error. Building with one of the compilers may
 * take `limit` seconds. `exported`: Verilator also on what we export, where there is a twin.
 */
export async function contenders(compilers: readonly string[], limit: number, exported = false): Promise<Contender[]> {
  const list: Contender[] = (['interp', 'js', 'wasm'] as const).map((e) => ({ simulator: e, label: e, start: (d) => ours(d.name, e) }));
  const offer = async (simulator: Simulator, label: string, tools: readonly string[], start: Contender['start']): Promise<void> => {
    const absent = await missing(...tools);
    if (absent.length === 0) list.push({ simulator, label, start });
    else console.error(`${label} is left out: ${absent.join(' and ')} not found`);
  };
  await offer('icarus', 'icarus', ['iverilog', 'vvp'], ({ verilog, definition }) => icarus(verilog ?? definition));
  for (const compiler of compilers) {
    const tools = ['verilator', compiler, 'make'];
    await offer('verilator', `verilator with ${compiler}`, tools, ({ verilog, definition }) => verilator(verilog ?? definition, compiler, limit));
    if (exported) await offer('verilatorExported', `verilator with ${compiler}, exported`, tools, ({ definition }) => verilator(definition, compiler, limit));
  }
  return list;
}
