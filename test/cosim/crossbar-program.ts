import { derive, type CrossbarConfig } from '../../src/index.ts';
import type { StimulusCycle } from '../../src/export/index.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';

/** Programs the whole array, then runs two MVMs, all with random numbers. */
export function program(config: CrossbarConfig, seed: number): StimulusCycle[] {
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
