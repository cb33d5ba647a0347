import Table from 'cli-table3';
import { coreDesigns } from './core-designs.ts';
import { contenders, measure, simulators, type Measured } from './core-measure.ts';

export interface CoreOptions {
  readonly json: boolean;
  readonly only: readonly string[] | undefined;
  /** CPU seconds per design and simulator. */
  readonly seconds: number;
}

export async function coreBench({ json, only, seconds }: CoreOptions): Promise<void> {
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  const all = await contenders(['g++'], Infinity);
  const results: Measured[] = [];
  for (const design of coreDesigns) {
    if (only !== undefined && !only.includes(design.name)) continue;
    results.push(await measure(design, all, seconds));
    say(`${design.name}: measured`);
  }
  if (json) console.log(JSON.stringify({ bench: 'core', node: process.version, designs: results }, undefined, 2));
  else console.log(table(results));
  if (results.some((r) => !r.checksumsEqual)) process.exitCode = 1;
}

function table(results: readonly Measured[]): string {
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
