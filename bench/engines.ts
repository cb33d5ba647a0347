import Table from 'cli-table3';
import { engineDesigns } from './core-designs.ts';
import { contenders, measure, simulators, type Measured } from './core-measure.ts';

export interface EnginesOptions {
  readonly json: boolean;
  readonly only: readonly string[] | undefined;
  /** CPU seconds per design and simulator. */
  readonly seconds: number;
  /** Seconds that Verilator and a compiler may take for one design. */
  readonly limit: number;
}

/** Everything that can run a design, Verilator with each of its compilers. */
const COMPILERS = ['g++', 'clang++'];

export async function enginesBench({ json, only, seconds, limit }: EnginesOptions): Promise<void> {
  const all = await contenders(COMPILERS, limit, true);
  const results: Measured[] = [];
  for (const design of engineDesigns) {
    if (only !== undefined && !only.includes(design.name)) continue;
    const result = await measure(design, all, seconds);
    results.push(result);
    for (const { contender, why } of result.skipped) console.error(`${design.name}: ${contender} is left out: ${why}`);
    if (!json) console.log(`${design.name}: measured`);
  }
  if (json) console.log(JSON.stringify({ bench: 'engines', node: process.version, designs: results }, undefined, 2));
  else console.log(`${speeds(results, all.map((c) => c.label))}\n${firsts(results, all.map((c) => c.label))}`);
  if (results.some((r) => !r.checksumsEqual)) process.exitCode = 1;
}

const number = (x: number | null | undefined): string => (x === null || x === undefined ? '-' : Number(x.toPrecision(3)).toString());

function speeds(results: readonly Measured[], labels: readonly string[]): string {
  const t = new Table({
    head: ['kcycles/s', 'ops', ...labels, ...simulators.filter((s) => s !== 'wasm').map((s) => `wasm : ${s}`), 'checksums'],
    style: { head: [], border: [] },
  });
  for (const { name, ops, contenders: c, wasmRatio, checksumsEqual } of results) {
    t.push([
      name,
      ops,
      ...labels.map((l) => number(c[l] && c[l].cyclesPerSecond / 1000)),
      ...simulators.filter((s) => s !== 'wasm').map((s) => number(wasmRatio[s])),
      checksumsEqual ? 'equal' : 'DIFFERENT',
    ]);
  }
  return t.toString();
}

function firsts(results: readonly Measured[], labels: readonly string[]): string {
  const t = new Table({ head: ['s to the first cycle', ...labels], style: { head: [], border: [] } });
  for (const { name, contenders: c } of results) t.push([name, ...labels.map((l) => number(c[l]?.firstCycleSeconds))]);
  return t.toString();
}
