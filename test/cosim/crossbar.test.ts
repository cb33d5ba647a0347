import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossbarConfig, derive, elaborate, type CrossbarConfig, type ModuleDefinition } from '../../src/index.ts';
import { cosim, type StimulusCycle } from '../../src/export/index.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';
import { CrossbarCore } from '../../rtl/rram/index.ts';
import { timedWork } from '../rtl/rram/work.ts';
import { need, seedOf } from './helpers.ts';

const SEED = seedOf(77);
const CORES = Number(process.env['WORDLINE_COSIM_CORES'] ?? 12);

/** Programs the whole array, then runs two MVMs, all with random numbers. */
function program(config: CrossbarConfig, seed: number): StimulusCycle[] {
  const { turns } = derive(config);
  const next = randomWords(seed);
  const bits = (width: number, lanes: number): bigint[] => Array.from({ length: lanes }, () => randomBits(next, width));
  const idle = { erase: 0, program: 0, load: 0, start: 0 };
  const cycles: StimulusCycle[] = [{ in: idle, reset: ['clk'] }, { in: { ...idle, erase: 1 } }];
  for (let row = 0; row < config.rows; row++) {
    for (let turn = 0; turn < turns; turn++) cycles.push({ in: { ...idle, program: 1, row, programTurn: turn, weights: bits(config.weightBits, config.adcs) } });
  }
  for (let mvm = 0; mvm < 2; mvm++) {
    cycles.push({ in: { ...idle, load: 1, start: 1, inputs: bits(config.inputBits, config.rows) } });
    for (let i = 0; i < 80; i++) cycles.push({ in: idle });
  }
  return cycles;
}

describe('crossbar core in Icarus', () => {
  it(`agrees on every named signal in every cycle for ${CORES} random configurations (seed ${SEED})`, (context) => {
    need(context, 'icarus');
    let compared = 0;
    for (const { config } of fc.sample(timedWork(5), { seed: SEED, numRuns: CORES })) {
      const small = crossbarConfig({ ...config });
      const result = cosim(CrossbarCore(small) as unknown as ModuleDefinition, program(small, SEED));
      compared += result.cycles * result.signals;
    }
    expect(compared).toBeGreaterThan(100_000);
  });

  it('exports with a twin of the cell array', () => {
    expect(elaborate(CrossbarCore(crossbarConfig({ rows: 4, columns: 4 })) as unknown as ModuleDefinition).flat.models.every((m) => m.model.verilog !== undefined)).toBe(true);
  });
});
