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

const SLICE = 0.06;
const simulators = ['interp', 'js', 'icarus', 'verilator'] as const;
type Simulator = (typeof simulators)[number];
type PerSimulator = Record<Simulator, number | null>;

export interface CoreResult {
  readonly name: string;
  /** Word operations of the kernel that `js` runs outside reset. */
  readonly ops: number;
  readonly cyclesPerSecond: PerSimulator;
  /** Median over the rounds of the speed of `js` divided by that of another. */
  readonly jsRatio: PerSimulator;
  readonly firstCycleSeconds: PerSimulator;
  readonly checksumsEqual: boolean;
}

const none = (): PerSimulator => ({ interp: null, js: null, icarus: null, verilator: null });
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;
type Start = (design: CoreDesign) => Promise<Peer> | undefined;

/** Runs long enough to be compiled by V8; how many cycles fill a slice. */
async function warmUp(peer: Peer): Promise<number> {
  for (let n = 1; ; n *= 4) {
    const cpu = await peer.run(n);
    if (cpu >= SLICE / 2) return Math.max(1, Math.round((n * SLICE) / cpu));
  }
}

async function measure(design: CoreDesign, starts: ReadonlyMap<Simulator, Start>, seconds: number): Promise<CoreResult> {
  const peers = new Map<Simulator, Peer>();
  const speeds = new Map<Simulator, number[]>();
  try {
    for (const [name, start] of starts) {
      const peer = await start(design);
      if (peer !== undefined) peers.set(name, peer);
    }
    const slices = new Map<Simulator, number>();
    for (const [name, peer] of peers) slices.set(name, await warmUp(peer));
    for (const name of peers.keys()) speeds.set(name, []);
    for (let round = 0; round < Math.max(5, seconds / SLICE); round++) {
      for (const [name, peer] of peers) speeds.get(name)!.push(slices.get(name)! / (await peer.run(slices.get(name)!)));
    }
  } finally {
    for (const peer of peers.values()) peer.close();
  }
  const [cyclesPerSecond, jsRatio, firstCycleSeconds] = [none(), none(), none()];
  for (const [name, list] of speeds) {
    cyclesPerSecond[name] = median(list);
    jsRatio[name] = median(list.map((s, i) => speeds.get('js')![i]! / s));
    firstCycleSeconds[name] = peers.get(name)!.firstCycle;
  }
  const { operations } = runningKernel(elaborate(design.definition()));
  return { name: design.name, ops: operations, cyclesPerSecond, jsRatio, firstCycleSeconds, checksumsEqual: await agree(design, [...peers.values()]) };
}

/** A fresh run passes through the cycles at which the others stopped, each at another one, and must have their checksums there. */
async function agree(design: CoreDesign, peers: readonly Peer[]): Promise<boolean> {
  const bench = await design.start('js');
  let at = 0;
  let equal = true;
  for (const { cycles, checksum } of [...peers].sort((a, b) => a.cycles - b.cycles)) {
    equal = (await bench.run(cycles - at)) === checksum && equal;
    at = cycles;
  }
  return equal;
}

export async function coreBench({ json, only, seconds }: CoreOptions): Promise<void> {
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  for (const name of only ?? []) {
    if (!coreDesigns.some((d) => d.name === name)) throw new RangeError(`there is no design "${name}"; there are: ${coreDesigns.map((d) => d.name).join(', ')}`);
  }
  const starts = new Map<Simulator, Start>([
    ['interp', (d) => ours(d.name, 'interp')],
    ['js', (d) => ours(d.name, 'js')],
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
    head: ['design', 'ops', ...simulators.map((s) => `${s}, kcycles/s`), 'js : icarus', 'js : verilator', 'first cycle: js', 'verilator', 'checksums'],
    style: { head: [], border: [] },
  });
  const number = (x: number | null, digits = 3): string => (x === null ? '-' : Number(x.toPrecision(digits)).toString());
  for (const { name, ops, cyclesPerSecond: c, jsRatio, firstCycleSeconds: first, checksumsEqual } of results) {
    t.push([
      name,
      ops,
      ...simulators.map((s) => number(c[s] === null ? null : c[s] / 1000)),
      number(jsRatio.icarus),
      number(jsRatio.verilator),
      first.js === null ? '-' : `${number(first.js, 2)} s`,
      first.verilator === null ? '-' : `${number(first.verilator, 2)} s`,
      checksumsEqual ? 'equal' : 'DIFFERENT',
    ]);
  }
  return t.toString();
}
