import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../../src/nn/shape.ts';
import type { PimOptions } from '../../../src/pim/config.ts';
import { batchNormBackward, batchNormForward } from '../../../src/pim/kernels/batch-norm.ts';
import { residualAdd, sgdMomentum } from '../../../src/pim/kernels/elementwise.ts';
import { averagePoolBackward, averagePoolForward } from '../../../src/pim/kernels/pooling.ts';
import type { Tensor } from '../../../src/pim/layout.ts';
import { smallestOf, unitRoundoff } from '../../../src/pim/values.ts';
import { Bench, configs, count, normal, numbers, shapes, tensors } from './harness.ts';

// The table "Error" of docs/pim-kernels.md, in code: what the formulas of the layers give in doubles, and how far from it the units may be.

const RUNS = { numRuns: 30 };
const seeds = fc.integer();
const shifted = (uniform: () => number): number => 0.5 + 2 * normal(uniform);

/** Rounding: u of a result, eta of what is too small for that; gamma(k) of k roundings one upon another. */
function units(format: 'binary16' | 'binary32'): { u: number; eta: number; gamma: (k: number) => number } {
  const u = unitRoundoff(format);
  return { u, eta: smallestOf(format) / 2, gamma: (k) => (k * u) / (1 - k * u) };
}

/** Roundings that a value goes through in the sum of a channel: the slots of its register, the registers of its chain, the tree. */
const depth = (bench: Bench, tensor: Tensor): number => tensor.slotsPerChannel / bench.config.registers + bench.config.registers / 4;

/** The largest share of its bound that an error takes. */
class Worst {
  share = 0;
  #examined = 0;

  within(got: number, exact: number, bound: number): void {
    this.#examined++;
    const error = Math.abs(got - exact);
    // Written so that a NaN fails.
    if (!(error <= bound)) throw new Error(`${got} instead of ${exact}: the error is ${error} and may be ${bound}`);
    if (bound > 0) this.share = Math.max(this.share, error / bound);
  }

  /** A bound that nothing comes near says nothing. */
  check(least: number): void {
    expect(this.#examined).toBeGreaterThan(0);
    expect(this.share).toBeGreaterThan(least);
  }
}

const sum = (values: Float64Array | number[]): number => (values as number[]).reduce((a, b) => a + b, 0);
const channelOf = ({ shape }: Tensor, values: Float64Array, c: number): Float64Array => values.filter((_, i) => Math.floor(i / (shape.height * shape.width)) % shape.channels === c);
const eachChannel = ({ shape }: Tensor, visit: (c: number) => void): void => Array.from({ length: shape.channels }, (_, c) => c).forEach(visit);

describe('errors are within the stated bounds of the same formulas in doubles', () => {
  it('batch normalisation forward: statistics, and the output for the statistics that were found', async () => {
    const [mean, variance, output] = [new Worst(), new Worst(), new Worst()];
    await fc.assert(
      fc.asyncProperty(configs, shapes, seeds, async (config, shape, seed) => {
        const bench = new Bench(config);
        const { u, eta, gamma } = units(config.format);
        const [x, y] = tensors(bench, shape, 2) as [never, never];
        const values = numbers(seed, count(shape), config.format, shifted);
        const given = { gamma: numbers(seed + 1, shape.channels, 'binary32'), beta: numbers(seed + 2, shape.channels, 'binary32') };
        bench.place(x, values);
        const made = await bench.run(batchNormForward(bench.memory, { x, y }), given);
        const d = depth(bench, x);
        const result = bench.collect(y);
        eachChannel(x, (c) => {
          const own = channelOf(x, values, c);
          const n = own.length;
          const mu = sum(own) / n;
          const sigma2 = sum(own.map((v) => (v - mu) ** 2)) / n;
          const meanBound = (gamma(d + 1) * sum(own.map(Math.abs))) / n;
          mean.within(made['mean']![c]!, mu, meanBound);
          const e = meanBound + u * Math.abs(mu) + eta;
          variance.within(made['variance']![c]!, sigma2, gamma(d + 3) * sigma2 + 3 * e * e + 2 * eta);

          const [m, scale, beta] = [made['mean']![c]!, given.gamma[c]! * made['invstd']![c]!, given.beta[c]!];
          channelOf(x, result, c).forEach((got, i) => {
            const exact = scale * (own[i]! - m) + beta;
            const terms = Math.abs(scale * (own[i]! - m)) + Math.abs(beta - m * scale) + Math.abs(own[i]! * scale) + Math.abs(exact);
            output.within(got, exact, 1.01 * u * terms + eta * (3 + Math.abs(own[i]! - m)));
          });
        });
      }),
      RUNS,
    );
    mean.check(1e-3);
    variance.check(1e-3);
    output.check(0.3);
  });

  it('keeps the variance where a sum of squares would lose it: the mean is 10,000 deviations', async () => {
    const shape = { images: 4, channels: 1, height: 16, width: 16 };
    for (const options of [{ format: 'binary32' }, { format: 'binary32', registers: 32 }] as const) {
      const bench = new Bench(options);
      const [x, y] = tensors(bench, shape, 2) as [never, never];
      const values = numbers(7, count(shape), 'binary32', (uniform) => 10_000 + normal(uniform));
      bench.place(x, values);
      const one = Float64Array.of(1);
      const { variance } = await bench.run(batchNormForward(bench.memory, { x, y }), { gamma: one, beta: one });
      const mu = sum(values) / values.length;
      const exact = sum(values.map((v) => (v - mu) ** 2)) / values.length;
      expect(Math.abs(variance![0]! / exact - 1)).toBeLessThan(1e-5);
      const inOnePass = Math.fround(values.reduce((s, v) => Math.fround(s + Math.fround(v * v)), 0) / values.length) - mu * mu;
      expect(Math.abs(inOnePass / exact - 1)).toBeGreaterThan(0.1);
    }
  });

  it('batch normalisation backward: gradients of parameters, and of the input for those that were found', async () => {
    const [dbeta, dgamma, input] = [new Worst(), new Worst(), new Worst()];
    await fc.assert(
      fc.asyncProperty(configs, shapes, seeds, async (config, shape, seed) => {
        const bench = new Bench(config);
        const { u, eta, gamma } = units(config.format);
        const [x, dy, dx] = tensors(bench, shape, 3) as [never, never, never];
        const [values, gradient] = [numbers(seed, count(shape), config.format, shifted), numbers(seed + 1, count(shape), config.format)];
        const given = { mean: numbers(seed + 3, shape.channels, 'binary32'), invstd: numbers(seed + 4, shape.channels, 'binary32', () => 0.7), gamma: numbers(seed + 5, shape.channels, 'binary32') };
        bench.place(x, values);
        bench.place(dy, gradient);
        const made = await bench.run(batchNormBackward(bench.memory, { x, dy, dx }), given);
        const d = depth(bench, x);
        const result = bench.collect(dx);
        eachChannel(x, (c) => {
          const [own, dys] = [channelOf(x, values, c), channelOf(x, gradient, c)];
          const n = own.length;
          const [mean, invstd] = [given.mean[c]!, given.invstd[c]!];
          const absolute = sum(dys.map(Math.abs));
          dbeta.within(made['dbeta']![c]!, sum(dys), gamma(d + 1) * absolute);
          const products = own.map((v, i) => (v - mean) * dys[i]!);
          const e = u * Math.abs(mean) + eta;
          dgamma.within(made['dgamma']![c]!, invstd * sum(products), invstd * (gamma(d + 3) * (sum(products.map(Math.abs)) + 2 * e * absolute) + 2 * n * eta));

          const r = given.gamma[c]! * invstd;
          const [part, p] = [made['dbeta']![c]! / n, (-r * invstd * made['dgamma']![c]!) / n];
          const q = -r * part - p * mean;
          channelOf(x, result, c).forEach((got, i) => {
            const [v, g] = [own[i]!, dys[i]!];
            const exact = r * (g - part) + p * (v - mean);
            const terms = [r * g, r * part, p * (v - mean), q, v * p, v * p + q, g * r, exact];
            input.within(got, exact, 1.01 * u * sum(terms.map(Math.abs)) + eta * (5 + Math.abs(g) + Math.abs(part) + Math.abs(v - mean)));
          });
        });
      }),
      RUNS,
    );
    dbeta.check(1e-3);
    dgamma.check(1e-3);
    input.check(0.2);
  });

  it('residual add, SGD with momentum', async () => {
    const [added, velocity, weight] = [new Worst(), new Worst(), new Worst()];
    await fc.assert(
      fc.asyncProperty(configs, fc.integer({ min: 1, max: 3000 }), seeds, async (config, length, seed) => {
        const bench = new Bench(config);
        const { u, eta } = units(config.format);
        const [w, g, v, y] = [0, 1, 2, 3].map((i) => bench.memory.vector(`t${i}`, length, bench.bank(i))) as [never, never, never, never];
        const [vw, vg, vv] = [0, 1, 2].map((i) => numbers(seed + i, length, config.format)) as [Float64Array, Float64Array, Float64Array];
        for (const [tensor, values] of [[w, vw], [g, vg], [v, vv]] as const) bench.place(tensor, values);
        await bench.run(residualAdd(bench.memory, { a: w, b: g, y }));
        bench.collect(y).forEach((got, i) => added.within(got, vw[i]! + vg[i]!, u * Math.abs(vw[i]! + vg[i]!)));

        const [rate, momentum, decay] = [0.1, 0.9, 1e-3];
        await bench.run(sgdMomentum(bench.memory, { w, g, v }, { decay: true }), { rate: Float64Array.of(rate), momentum: Float64Array.of(momentum), decay: Float64Array.of(decay) });
        const [gotV, gotW] = [bench.collect(v), bench.collect(w)];
        gotV.forEach((got, i) => {
          const [decayed, kept] = [decay * vw[i]!, momentum * vv[i]!];
          const exact = vg[i]! + decayed + kept;
          velocity.within(got, exact, 1.01 * u * sum([2 * decayed, vg[i]! + decayed, 2 * kept, exact].map(Math.abs)) + eta * (2 + Math.abs(vw[i]!)));
          const stepped = vw[i]! - rate * got;
          weight.within(gotW[i]!, stepped, 1.01 * u * (2 * rate * Math.abs(got) + Math.abs(stepped)) + eta);
        });
      }),
      RUNS,
    );
    for (const worst of [added, velocity, weight]) worst.check(0.3);
  });

  it('average pooling', async () => {
    const [forward, backward] = [new Worst(), new Worst()];
    const windows: Window[] = [[2, 2], [3, 3], [3, 5]].map(([y, x]) => ({ kernel: [y!, x!], stride: [y!, x!], pads: [0, 0, 0, 0] }));
    await fc.assert(
      fc.asyncProperty(configs, fc.constantFrom(...windows), seeds, async (config: PimOptions & { format: 'binary16' | 'binary32' }, window, seed) => {
        const bench = new Bench(config);
        const { eta, gamma } = units(config.format);
        const [ky, kx] = window.kernel;
        const places = { images: 2, channels: 2, height: 4, width: 5 };
        const shape = { ...places, height: 4 * ky, width: 5 * kx };
        const x = bench.memory.tensor('x', shape, { bank: 0, window });
        const y = bench.memory.tensor('y', places, { bank: bench.bank(1) });
        const values = numbers(seed, count(shape), config.format);
        bench.place(x, values);
        await bench.run(averagePoolForward(bench.memory, { x, y }));
        const output = bench.collect(y);
        const inWindow = (i: number): number[] => {
          const [map, oy, ox] = [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5];
          return Array.from({ length: ky * kx }, (_, j) => (map * shape.height + oy * ky + Math.floor(j / kx)) * shape.width + ox * kx + (j % kx));
        };
        const k = ky * kx;
        output.forEach((got, i) => {
          const own = inWindow(i).map((j) => values[j]!);
          forward.within(got, sum(own) / k, (gamma(k + 1) * sum(own.map(Math.abs))) / k + 2 * k * eta);
        });
        await bench.run(averagePoolBackward(bench.memory, { dy: y, dx: x }));
        const dx = bench.collect(x);
        output.forEach((dy, i) => inWindow(i).forEach((j) => backward.within(dx[j]!, dy / k, (gamma(2) * Math.abs(dy)) / k + eta)));
      }),
      RUNS,
    );
    forward.check(0.05);
    backward.check(0.3);
  });
});
