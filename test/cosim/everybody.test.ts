import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVcd, crossbarConfig, elaborate, type Design, type ModuleDefinition } from '../../src/index.ts';
import { cosimAll, describeDifference, randomStimulus, toolNames, type CosimJob, type ToolName } from '../../src/export/index.ts';
import { McTop } from '../../bench/designs/mc.ts';
import { CrossbarCore } from '../../rtl/rram/index.ts';
import { circuit, recipes } from '../sim/random-circuit.ts';
import { program } from './crossbar-program.ts';
import { need, seedOf } from './helpers.ts';
import { libraryBlocks } from './library.ts';
import { twins } from './twins.ts';

const SEED = seedOf(4711);
/** Verilator compiles them all in one go. */
const CIRCUITS = Number(process.env['WORDLINE_COSIM_EVERYBODY'] ?? 16);

/** Random circuits, every block of the library and a crossbar core: small ones of each, since a C++ compiler will read them. */
function everything(): CosimJob[] {
  const random = (design: Design, seed: number): CosimJob => ({ design, stimulus: randomStimulus(design, { cycles: 80, seed }) });
  const config = crossbarConfig({ rows: 4, columns: 4, adcs: 2, inputBits: 4, weightBits: 4 });
  return [
    ...fc.sample(recipes, { seed: SEED, numRuns: CIRCUITS }).map((recipe) => random(elaborate(circuit(recipe)), recipe.stimulus)),
    ...libraryBlocks().map((block, i) => random(elaborate(block), SEED + i)),
    { design: elaborate(CrossbarCore(config) as unknown as ModuleDefinition), stimulus: program(config, SEED) },
  ];
}

/** A wave of 24,000 bits a moment is enough for one tool. */
const large = (): CosimJob => ({ design: elaborate(McTop({ rate: 255 })), stimulus: Array.from({ length: 120 }, (_, i) => ({ reset: i < 4 ? ['clk'] : [] })) });

/** Runs jobs in all of our engines and in a tool, and compares every value in every cycle, and the waves of both at every moment. */
function lockstep(jobs: readonly CosimJob[], tool: ToolName): { values: number; memories: number; samples: number; onlyOurs: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'wordline-everybody-'));
  try {
    const totals = { values: 0, memories: 0, samples: 0, onlyOurs: [] as string[] };
    cosimAll(jobs, { with: tool, engine: ['wasm', 'js', 'interp'], twins, vcd: folder }).forEach(({ signals, cycles, memories, difference, scope, names }, i) => {
      const { name } = jobs[i]!.design.flat;
      if (difference !== undefined) throw new Error(`design ${i} (${name}) of seed ${SEED}: ${describeDifference(difference)}`);
      const waves = compareVcd(join(folder, jobs.length === 1 ? 'ours.vcd' : `ours${i}.vcd`), join(folder, 'theirs.vcd'), { names, scopes: [name, scope] });
      expect(waves.difference, `waves of design ${i} (${name}) of seed ${SEED}`).toBeUndefined();
      // Every cycle has been looked at: there is an edge in it, or inputs that change.
      expect(waves.endPs[1]).toBeGreaterThanOrEqual(waves.endPs[0] - 1000);
      totals.values += signals * cycles;
      totals.memories += memories;
      totals.samples += waves.samples * waves.shared.length;
      totals.onlyOurs.push(...waves.onlyOurs);
    });
    return totals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('interp, js, wasm and another simulator, from the same stimulus', () => {
  for (const tool of toolNames) {
    it(`${tool}: random circuits, the library and a crossbar core agree on every value and in every wave (seed ${SEED})`, (context) => {
      need(context, tool);
      const { values, memories, samples, onlyOurs } = lockstep(everything(), tool);
      console.log(`${tool}: ${values} values, ${memories} memories, ${samples} moments of waves compared, seed ${SEED} (set WORDLINE_SEED, WORDLINE_COSIM_EVERYBODY)`);
      expect(values).toBeGreaterThan(40_000);
      expect(memories).toBeGreaterThan(5);
      expect(samples).toBeGreaterThan(values);
      // What the exported design has no use for is no port there.
      expect(onlyOurs.map((path) => path.split('.').at(-1)!).filter((name) => !/^(clk|rst|rst_\w+|fast|slow|source|target|read|write)$/.test(name))).toEqual([]);
    }, 300_000);
  }

  it('icarus: the memory controller, 2,000 names', (context) => {
    need(context, 'icarus');
    expect(lockstep([large()], 'icarus').values).toBeGreaterThan(200_000);
  });
});
