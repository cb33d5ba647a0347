import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../../src/nn/shape.ts';
import { goldenBatchNormBackward, goldenNormalise, goldenStatistics } from '../../../src/pim/golden/batch-norm.ts';
import { goldenReluBackward } from '../../../src/pim/golden/elementwise.ts';
import { batchNormBackward, batchNormForward } from '../../../src/pim/kernels/batch-norm.ts';
import { Bench, bitsOf, configs, count, goldenTensor, normal, numbers, shapes, tensors } from './harness.ts';

const seeds = fc.integer();
const halves: Window = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] };
/** With or without windows of a pool behind it. */
const shapesInWindows = fc.oneof(
  shapes.map((shape) => ({ shape, window: undefined })),
  shapes.map((shape) => ({ shape: { ...shape, height: 2 * Math.ceil(shape.height / 4), width: 2 * Math.ceil(shape.width / 4) }, window: halves })),
);
const RUNS = { numRuns: 40 };
const shifted = (uniform: () => number): number => 0.5 + 2 * normal(uniform);

describe('batch normalisation is bit-equal to the golden models, in every configuration', () => {
  it('forward: statistics and output, with and without ReLU', async () => {
    await fc.assert(
      fc.asyncProperty(configs, shapesInWindows, seeds, fc.boolean(), async (config, { shape, window }, seed, relu) => {
        const bench = new Bench(config);
        const [x, y] = tensors(bench, shape, 2, window) as [never, never];
        const values = numbers(seed, count(shape), config.format, shifted);
        const [gamma, beta] = [numbers(seed + 1, shape.channels, 'binary32'), numbers(seed + 2, shape.channels, 'binary32')];
        bench.place(x, values);
        const made = await bench.run(batchNormForward(bench.memory, { x, y }, { relu }), { gamma, beta });
        const wanted = goldenStatistics(bench.golden, goldenTensor(x), values, 1e-5);
        expect({ mean: made['mean'], variance: made['variance'], invstd: made['invstd'] }).toEqual(wanted);
        const output = goldenNormalise(bench.golden, goldenTensor(x), values, wanted, gamma, beta, relu);
        expect(bitsOf(bench.collect(y))).toEqual(bitsOf(output));
        expect(bench.lanesInUse(y)).toBe(output.filter((v) => !Object.is(v, 0)).length);
      }),
      RUNS,
    );
  });

  it('backward: gradients of parameters and input, dx over dy; behind a fused ReLU too', async () => {
    await fc.assert(
      fc.asyncProperty(configs, shapesInWindows, seeds, fc.boolean(), fc.boolean(), async (config, { shape, window }, seed, fusedRelu, inPlace) => {
        const bench = new Bench(config);
        const [x, dy, other, relu] = tensors(bench, shape, 4, window) as [never, never, never, never];
        const dx = inPlace ? dy : other;
        const [values, gradient, output] = [0, 1, 2].map((i) => numbers(seed + i, count(shape), config.format, shifted)) as [Float64Array, Float64Array, Float64Array];
        const given = { mean: numbers(seed + 3, shape.channels, 'binary32'), invstd: numbers(seed + 4, shape.channels, 'binary32', () => 0.7), gamma: numbers(seed + 5, shape.channels, 'binary32') };
        bench.place(x, values);
        bench.place(dy, gradient);
        bench.place(relu, output);
        const made = await bench.run(batchNormBackward(bench.memory, { x, dy, dx, ...(fusedRelu ? { relu } : {}) }), given);
        const wanted = goldenBatchNormBackward(bench.golden, goldenTensor(x), values, fusedRelu ? goldenReluBackward(output, gradient) : gradient, given, given.gamma);
        expect({ dgamma: made['dgamma'], dbeta: made['dbeta'] }).toEqual({ dgamma: wanted.dgamma, dbeta: wanted.dbeta });
        expect(bitsOf(bench.collect(dx))).toEqual(bitsOf(wanted.dx));
        expect(bench.lanesInUse(dx)).toBe(wanted.dx.filter((v) => !Object.is(v, 0)).length);
      }),
      RUNS,
    );
  });
});
