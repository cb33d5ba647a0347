import { describe, expect, it } from 'vitest';
import { batchNormBackward, batchNormForward } from '../../../src/pim/kernels/batch-norm.ts';
import { phaseCost } from '../../../src/pim/kernels/cost.ts';
import { maxPoolBackward } from '../../../src/pim/kernels/pooling.ts';
import { serveBoth } from '../../rtl/controller/pim-harness.ts';
import { Bench, tensors } from './harness.ts';

const shape = { images: 2, channels: 2, height: 12, width: 10 };
const halves = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;

describe('streams of kernels', () => {
  it('go through the hardware\'s controller in their order, with no timing rule broken, and not faster than the units can', () => {
    for (const options of [{}, { banksPerUnit: 2, registers: 16 }]) {
      const bench = new Bench(options);
      const { config, memory } = bench;
      const [x, y] = tensors(bench, shape, 2) as [never, never];
      const windowed = memory.tensor('w', shape, { bank: 0, window: halves });
      const places = memory.tensor('p', { ...shape, height: 6, width: 5 }, { bank: 1 });
      const values = Object.fromEntries(['mean', 'invstd', 'gamma', 'beta', 'dgamma', 'dbeta'].map((name) => [name, Float64Array.of(1, 2)]));
      const kernels = [batchNormForward(memory, { x, y }), batchNormBackward(memory, { x, dy: y, dx: y, relu: y }), maxPoolBackward(memory, { x: windowed, y: places, dy: places, dx: windowed })];
      for (const phase of kernels.flatMap((kernel) => kernel.phases)) {
        if (phase.kind === 'host') continue;
        const requests = [...phase.requests(values)].map(({ data, ...request }) => ({ ...request, gap: 0, value: data?.[0] ?? 0 }));
        const { problems, cycles } = serveBoth({ preset: config.preset, pim: options }, [], requests);
        expect(problems).toEqual([]);
        expect(cycles).toBeGreaterThan(phaseCost(phase, config, values).triggers * config.preset.timing.tCCDL);
      }
    }
  });
});
