import Table from 'cli-table3';
import { elaborate } from '../src/index.ts';
import { runningKernel } from '../src/sim/js/engine.ts';
import { coreDesigns, type CoreDesign } from './core-designs.ts';
import { icarus, missing, ours, verilator, type Peer } from './core-peers.ts';

/**
 * Simulated cycles per second. The machine is shared and its speed wanders, so all simulators of a design run side by side in short
 * slices, one after the other, and CPU time is counted instead of wall time: speeds are then taken from the same moments, and the ratio
 * of two simulators is the median of the ratios round by round.
 */
export interface CoreOptions {
  readonly json: boolean;
  readonly only: readonly string[] | undefined;
  /** CPU seconds per design and simulator. */
  readonly seconds: number;
}

/** CPU seconds of a slice, and those before measuring starts. */
const SLICE = 0.06;
const WARM = 0.6;
const simulators = ['interp', 'js', 'wasm', 'icarus', 'verilator'] as const;
type Simulator = (typeof simulators)[number];
type PerSimulator = Record<Simulator, number | null>;

export interface CoreResult {
  readonly name: string;
  /** Word operations of the kernel that `js` and `wasm` run outside reset. */
  readonly ops: number;
  readonly cyclesPerSecond: PerSimulator;
  /** Median over the rounds of the speed of `js` or `wasm` divided by that of another. */
  readonly jsRatio: PerSimulator;
  readonly wasmRatio: PerSimulator;
  readonly firstCycleSeconds: PerSimulator;
  readonly checksumsEqual: boolean;
}

const none = (): PerSimulator => ({ interp: null, js: null, wasm: null, icarus: null, verilator: null });
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;
type Start = (design: CoreDesign) => Promise<Peer> | undefined;

/** Runs until V8 has compiled what there is to compile; how many cycles fill a slice then. */
async function warmUp(peer: Peer): Promise<number> {
  let spent = 0;
  for (let n = 1; ; ) {
    const cpu = await peer.run(n);
    spent += cpu;
    if (cpu < SLICE / 2) n *= 2;
    else if (spent > WARM) return Math.max(1, Math.round((n * SLICE) / cpu));
  }
}

/**
 * A process is now and then slower than its twins by a quarter for its whole life, ours and Verilator's alike: where its code happened to be
 * put, it seems. Of those that are compared most closely three run side by side, of `js` two, and the fastest counts.
 */
const COPIES: Record<Simulator, number> = { interp: 1, js: 2, wasm: 3, icarus: 1, verilator: 3 };

async function measure(design: CoreDesign, starts: ReadonlyMap<Simulator, Start>, seconds: number): Promise<CoreResult> {
  const runs: { readonly name: Simulator; readonly peer: Peer; slice: number; readonly speeds: number[] }[] = [];
  try {
    for (const [name, start] of starts) {
      const first = await start(design);
      if (first === undefined) continue;
      runs.push({ name, peer: first, slice: 0, speeds: [] });
      for (let i = 1; i < COPIES[name]; i++) runs.push({ name, peer: await first.another(), slice: 0, speeds: [] });
    }
    for (const run of runs) run.slice = await warmUp(run.peer);
    for (let round = 0; round < Math.max(5, seconds / SLICE); round++) {
      for (const { peer, slice, speeds } of runs) speeds.push(slice / (await peer.run(slice)));
    }
  } finally {
    for (const { peer } of runs) peer.close();
  }
  const [cyclesPerSecond, jsRatio, wasmRatio, firstCycleSeconds] = [none(), none(), none(), none()];
  const fastest = (name: Simulator) => runs.filter((r) => r.name === name).sort((a, b) => median(b.speeds) - median(a.speeds))[0];
  for (const name of starts.keys()) {
    const best = fastest(name);
    if (best === undefined) continue;
    cyclesPerSecond[name] = median(best.speeds);
    for (const [ratio, of] of [[jsRatio, 'js'], [wasmRatio, 'wasm']] as const) {
      ratio[name] = median(best.speeds.map((s, i) => fastest(of)!.speeds[i]! / s));
    } // prettier-ignore
    firstCycleSeconds[name] = runs.find((r) => r.name === name)!.peer.firstCycle;
  }
  const { operations } = runningKernel(elaborate(design.definition));
  return { name: design.name, ops: operations, cyclesPerSecond, jsRatio, wasmRatio, firstCycleSeconds, checksumsEqual: agree(design, runs.map((r) => r.peer)) };
}

/** A fresh run passes through the cycles at which the others stopped, each at another one, and must have their checksums there. */
function agree(design: CoreDesign, peers: readonly Peer[]): boolean {
  const bench = design.start('wasm');
  bench.run(1);
  bench.prepare();
  let at = 1;
  let equal = true;
  for (const { cycles, checksum } of [...peers].sort((a, b) => a.cycles - b.cycles)) {
    equal = bench.run(cycles - at) === checksum && equal;
    at = cycles;
  }
  return equal;
}

export async function coreBench({ json, only, seconds }: CoreOptions): Promise<void> {
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  const starts = new Map<Simulator, Start>([
    ['interp', (d) => ours(d.name, 'interp')],
    ['js', (d) => ours(d.name, 'js')],
    ['wasm', (d) => ours(d.name, 'wasm')],
  ]);
  for (const { name, tools, build } of [
    { name: 'icarus', tools: ['iverilog', 'vvp'], build: icarus },
    { name: 'verilator', tools: ['verilator', 'g++', 'make'], build: verilator },
  ] as const) {
    const absent = await missing(...tools);
    if (absent.length === 0) starts.set(name, ({ verilog }) => (verilog === undefined ? undefined : build(verilog)));
    else console.error(`${name} is left out: ${absent.join(' and ')} not found`);
  }
  const results: CoreResult[] = [];
  for (const design of coreDesigns) {
    if (only !== undefined && !only.includes(design.name)) continue;
    results.push(await measure(design, starts, seconds));
    say(`${design.name}: measured`);
  }
  if (json) console.log(JSON.stringify({ bench: 'core', node: process.version, designs: results }, undefined, 2));
  else console.log(table(results));
  if (results.some((r) => !r.checksumsEqual)) process.exitCode = 1;
}

function table(results: readonly CoreResult[]): string {
  const t = new Table({
    head: ['design', 'ops', ...simulators.map((s) => `${s}, kcycles/s`), 'wasm : js', 'wasm : icarus', 'wasm : verilator', 'js : verilator', 'first cycle: js', 'wasm', 'verilator', 'checksums'],
    style: { head: [], border: [] },
  });
  const number = (x: number | null, digits = 3): string => (x === null ? '-' : Number(x.toPrecision(digits)).toString());
  for (const { name, ops, cyclesPerSecond: c, jsRatio, wasmRatio, firstCycleSeconds: first, checksumsEqual } of results) {
    t.push([
      name,
      ops,
      ...simulators.map((s) => number(c[s] === null ? null : c[s] / 1000)),
      number(wasmRatio.js),
      number(wasmRatio.icarus),
      number(wasmRatio.verilator),
      number(jsRatio.verilator),
      ...(['js', 'wasm', 'verilator'] as const).map((s) => (first[s] === null ? '-' : `${number(first[s], 2)} s`)),
      checksumsEqual ? 'equal' : 'DIFFERENT',
    ]);
  }
  return t.toString();
}
