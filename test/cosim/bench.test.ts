import { describe, expect, it } from 'vitest';
import { simulate, type ModuleDefinition } from '../../src/index.ts';
import { cosim, type StimulusCycle } from '../../src/export/index.ts';
import { McTop } from '../../bench/designs/mc.ts';
import { SimdTop } from '../../bench/designs/simd.ts';
import { need } from './helpers.ts';

const CYCLES = 500;
const stimulus: StimulusCycle[] = Array.from({ length: CYCLES + 5 }, (_, i) => ({ reset: i < 4 ? ['clk'] : [] }));

describe('benchmark designs in Icarus', () => {
  const designs: [string, ModuleDefinition][] = [
    ['memory controller', McTop({ rate: 255 })],
    ['idle memory controller', McTop({ rate: 96 })],
    ['SIMD lanes', SimdTop],
  ];
  for (const [name, definition] of designs) {
    it(`${name}: every named signal in each of ${CYCLES} cycles, and with it the checksum`, (context) => {
      need(context, 'icarus');
      const { signals, cycles } = cosim(definition, stimulus);
      expect(signals).toBeGreaterThan(100);
      expect(cycles).toBe(CYCLES + 5);
      // It did something.
      const sim = simulate(definition);
      sim.reset(4);
      const before = sim.peek('csum');
      sim.step(CYCLES);
      expect(sim.peek('csum')).not.toBe(before);
    });
  }
});
