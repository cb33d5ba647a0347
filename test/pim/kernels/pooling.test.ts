import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../../src/nn/shape.ts';
import { goldenAveragePool, goldenAveragePoolBackward, goldenMaxPool, goldenMaxPoolBackward } from '../../../src/pim/golden/pooling.ts';
import { averagePoolBackward, averagePoolForward, maxPoolBackward, maxPoolForward } from '../../../src/pim/kernels/pooling.ts';
import type { Tensor, TensorShape } from '../../../src/pim/layout.ts';
import { Bench, bitsOf, coarse, configs, count, goldenTensor, numbers } from './harness.ts';

const window = (kernel: [number, number], stride: [number, number], pads: [number, number, number, number] = [0, 0, 0, 0]): Window => ({ kernel, stride, pads });
const windows = fc.constantFrom(window([2, 2], [2, 2]), window([3, 3], [2, 2], [1, 1, 1, 1]), window([3, 3], [3, 3]), window([1, 4], [1, 3]), window([3, 2], [1, 1], [0, 1, 2, 0]), window([1, 1], [2, 2]), window([5, 4], [5, 4]));
const shapes: fc.Arbitrary<TensorShape> = fc.oneof(
  fc.record({ images: fc.integer({ min: 1, max: 3 }), channels: fc.integer({ min: 1, max: 3 }), height: fc.integer({ min: 5, max: 11 }), width: fc.integer({ min: 5, max: 11 }) }),
  fc.record({ images: fc.constant(2), channels: fc.constant(1), height: fc.constant(48), width: fc.constantFrom(48, 49) }),
);
const seeds = fc.integer();
const RUNS = { numRuns: 40 };

interface Pooled {
  readonly bench: Bench;
  readonly whole: Tensor;
  readonly places: Tensor;
}

function pooled(config: ConstructorParameters<typeof Bench>[0], shape: TensorShape, win: Window): Pooled {
  const bench = new Bench(config);
  const whole = bench.memory.tensor('whole', shape, { bank: 0, window: win });
  const [height, width] = [0, 1].map((d) => Math.floor(((d === 0 ? shape.height : shape.width) + win.pads[d]! + win.pads[d + 2]! - win.kernel[d]!) / win.stride[d]!) + 1) as [number, number];
  return { bench, whole, places: bench.memory.tensor('places', { ...shape, height, width }, { bank: bench.bank(1) }) };
}

describe('pooling is bit-equal to the golden models, in every configuration', () => {
  it('maximum, forward and backward: of equal values the first has the gradient', async () => {
    await fc.assert(
      fc.asyncProperty(configs, shapes, windows, seeds, fc.boolean(), async (config, shape, win, seed, ties) => {
        const { bench, whole, places } = pooled(config, shape, win);
        const values = numbers(seed, count(shape), config.format, ...(ties ? [coarse] : []));
        bench.place(whole, values, -Infinity);
        await bench.run(maxPoolForward(bench.memory, { x: whole, y: places }));
        const output = goldenMaxPool(goldenTensor(whole), win, values);
        expect(bitsOf(bench.collect(places))).toEqual(bitsOf(output));

        const dy = bench.memory.tensor('dy', places.shape, { bank: bench.bank(2) });
        const dx = bench.memory.tensor('dx', shape, { bank: bench.bank(3), window: win });
        const gradient = numbers(seed + 1, count(places.shape), config.format, ...(ties ? [coarse] : []));
        bench.place(dy, gradient);
        await bench.run(maxPoolBackward(bench.memory, { x: whole, y: places, dy, dx }));
        expect(bitsOf(bench.collect(dx))).toEqual(bitsOf(goldenMaxPoolBackward(goldenTensor(whole), win, values, gradient)));
      }),
      RUNS,
    );
  });

  it('mean, forward and backward', async () => {
    await fc.assert(
      fc.asyncProperty(configs, shapes, windows, seeds, async (config, shape, win, seed) => {
        const { bench, whole, places } = pooled(config, shape, win);
        const values = numbers(seed, count(shape), config.format);
        bench.place(whole, values);
        await bench.run(averagePoolForward(bench.memory, { x: whole, y: places }));
        expect(bitsOf(bench.collect(places))).toEqual(bitsOf(goldenAveragePool(bench.golden, goldenTensor(whole), win, values)));

        const gradient = numbers(seed + 1, count(places.shape), config.format);
        bench.place(places, gradient);
        await bench.run(averagePoolBackward(bench.memory, { dy: places, dx: whole }));
        expect(bitsOf(bench.collect(whole))).toEqual(bitsOf(goldenAveragePoolBackward(bench.golden, goldenTensor(whole), win, gradient)));
      }),
      RUNS,
    );
  });
});
