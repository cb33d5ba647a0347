import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenAdd, goldenRelu, goldenReluBackward, goldenSgd } from '../../../src/pim/golden/elementwise.ts';
import { reluBackward, reluForward, residualAdd, sgdMomentum } from '../../../src/pim/kernels/elementwise.ts';
import { Bench, bitsOf, coarse, configs, count, numbers, shapes } from './harness.ts';

const seeds = fc.integer();
const RUNS = { numRuns: 40 };

describe('elementwise kernels are bit-equal to the golden models, in every configuration', () => {
  it('ReLU forward', async () => {
    await fc.assert(
      fc.asyncProperty(configs, shapes, seeds, async (config, shape, seed) => {
        const bench = new Bench(config);
        const [x, y] = [0, 1].map((i) => bench.memory.tensor(`t${i}`, shape, { bank: bench.bank(i) })) as [never, never];
        const values = numbers(seed, count(shape), config.format, coarse);
        bench.place(x, values);
        await bench.run(reluForward(bench.memory, { x, y }));
        expect(bitsOf(bench.collect(y))).toEqual(bitsOf(goldenRelu(values)));
      }),
      RUNS,
    );
  });

  it('ReLU backward, from the output and in place', async () => {
    await fc.assert(
      fc.asyncProperty(configs, shapes, seeds, async (config, shape, seed) => {
        const bench = new Bench(config);
        const [y, dy] = [0, 1].map((i) => bench.memory.tensor(`t${i}`, shape, { bank: bench.bank(i) })) as [never, never];
        const [values, gradient] = [numbers(seed, count(shape), config.format, coarse), numbers(seed + 1, count(shape), config.format)];
        bench.place(y, values);
        bench.place(dy, gradient);
        await bench.run(reluBackward(bench.memory, { y, dy, dx: dy }));
        expect(bitsOf(bench.collect(dy))).toEqual(bitsOf(goldenReluBackward(values, gradient)));
      }),
      RUNS,
    );
  });

  it('residual add, with and without ReLU', async () => {
    await fc.assert(
      fc.asyncProperty(configs, shapes, seeds, fc.boolean(), async (config, shape, seed, relu) => {
        const bench = new Bench(config);
        const [a, b, y] = [0, 1, 2].map((i) => bench.memory.tensor(`t${i}`, shape, { bank: bench.bank(i) })) as [never, never, never];
        const [va, vb] = [numbers(seed, count(shape), config.format), numbers(seed + 1, count(shape), config.format)];
        bench.place(a, va);
        bench.place(b, vb);
        await bench.run(residualAdd(bench.memory, { a, b, y }, { relu }));
        expect(bitsOf(bench.collect(y))).toEqual(bitsOf(goldenAdd(bench.golden, va, vb, relu)));
      }),
      RUNS,
    );
  });

  it('SGD with momentum, with and without decay, and leaves padding +0', async () => {
    await fc.assert(
      fc.asyncProperty(configs, fc.integer({ min: 1, max: 5000 }), seeds, fc.boolean(), async (config, length, seed, decay) => {
        const bench = new Bench(config);
        const [w, g, v] = [0, 1, 2].map((i) => bench.memory.vector(`t${i}`, length, bench.bank(i))) as [never, never, never];
        const [vw, vg, vv] = [0, 1, 2].map((i) => numbers(seed + i, length, config.format)) as [Float64Array, Float64Array, Float64Array];
        bench.place(w, vw);
        bench.place(g, vg);
        bench.place(v, vv);
        const settings = { rate: 0.1, momentum: 0.9, ...(decay ? { decay: 1e-3 } : {}) };
        await bench.run(sgdMomentum(bench.memory, { w, g, v }, { decay }), { rate: Float64Array.of(0.1), momentum: Float64Array.of(0.9), decay: Float64Array.of(1e-3) });
        const wanted = goldenSgd(bench.golden, vw, vg, vv, settings);
        expect(bitsOf(bench.collect(w))).toEqual(bitsOf(wanted.w));
        expect(bitsOf(bench.collect(v))).toEqual(bitsOf(wanted.v));
        expect(bench.lanesInUse(w)).toBe(wanted.w.filter((x) => !Object.is(x, 0)).length);
      }),
      RUNS,
    );
  });
});
