import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elaborate } from '../../src/index.ts';
import { cosimAll, describeDifference, randomStimulus, type CosimJob, type CosimResult, type ToolName } from '../../src/export/index.ts';
import { allOperators, circuit, recipes, type Recipe } from '../sim/random-circuit.ts';
import { need, seedOf } from './helpers.ts';
import { twins } from './twins.ts';

const CIRCUITS = Number(process.env['WORDLINE_COSIM_CIRCUITS'] ?? 250);
const CYCLES = 50;
const SEED = seedOf(20240607);
/** Circuits in one run of a simulator. */
const BATCH = 50;

const job = (recipe: Recipe): CosimJob => {
  const design = elaborate(circuit(recipe));
  return { design, stimulus: randomStimulus(design, { cycles: CYCLES, seed: recipe.stimulus }) };
};
const run = (jobs: readonly CosimJob[], tool: ToolName): CosimResult[] => cosimAll(jobs, { with: tool, twins, unread: true });

/** Everything that is needed to see what is wrong: the smallest circuit that still shows it, its Verilog, and what differs. */
function report(index: number, tool: ToolName): never {
  const alone = (recipe: Recipe): CosimResult => run([job(recipe)], tool)[0]!;
  const { counterexample } = fc.check(fc.property(recipes, (recipe) => alone(recipe).difference === undefined), { seed: SEED, path: String(index), numRuns: 1, endOnFailure: tool === 'verilator' });
  const recipe = counterexample?.[0];
  if (recipe === undefined) throw new Error(`circuit ${index} of seed ${SEED} differs only beside others`);
  const { difference, verilog } = alone(recipe);
  throw new Error(`circuit ${index} of seed ${SEED}: ${describeDifference(difference!)}\n${JSON.stringify(recipe)}\n${verilog}`);
}

/** Names and expressions compared, and the operators that were in what was compared. */
function compare(tool: ToolName, count: number): { values: number; memories: number; operators: Set<string> } {
  const all = fc.sample(recipes, { seed: SEED, numRuns: count });
  const operators = new Set<string>();
  let [values, memories] = [0, 0];
  for (let at = 0; at < count; at += BATCH) {
    const jobs = all.slice(at, at + BATCH).map(job);
    run(jobs, tool).forEach((result, i) => {
      if (result.difference !== undefined) report(at + i, tool);
      values += result.signals * result.cycles;
      memories += result.memories;
      for (const n of jobs[i]!.design.flat.nodes) if (n.kind === 'op') operators.add(n.op);
    });
  }
  return { values, memories, operators };
}

describe('random circuits as Verilog', () => {
  it(`${CIRCUITS} agree with Icarus on every value in every one of ${CYCLES} cycles (seed ${SEED})`, (context) => {
    need(context, 'icarus');
    const { values, memories, operators } = compare('icarus', CIRCUITS);
    console.log(`Icarus: ${CIRCUITS} circuits, ${values} values and ${memories} memories compared, seed ${SEED} (set WORDLINE_SEED, WORDLINE_COSIM_CIRCUITS)`);
    if (CIRCUITS >= 200) expect([...operators].sort()).toEqual([...allOperators].sort());
    expect(values).toBeGreaterThan(500 * CIRCUITS);
  }, 600_000);

  it(`some agree with Verilator (seed ${SEED})`, (context) => {
    need(context, 'verilator');
    const count = Number(process.env['WORDLINE_COSIM_VERILATED'] ?? 12);
    expect(compare('verilator', count).values).toBeGreaterThan(500 * count);
  }, 600_000);
});
