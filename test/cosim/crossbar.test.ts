import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossbarConfig, elaborate, type ModuleDefinition } from '../../src/index.ts';
import { cosim } from '../../src/export/index.ts';
import { CrossbarCore } from '../../rtl/rram/index.ts';
import { timedWork } from '../rtl/rram/work.ts';
import { program } from './crossbar-program.ts';
import { need, seedOf } from './helpers.ts';

const SEED = seedOf(77);
const CORES = Number(process.env['WORDLINE_COSIM_CORES'] ?? 12);

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
