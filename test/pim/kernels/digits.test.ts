import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageAt, inferFloat, pixelsToFloat, readImages, readOnnx } from '../../../src/nn/index.ts';
import { goldenBatchNormBackward, goldenNormalise, goldenStatistics } from '../../../src/pim/golden/batch-norm.ts';
import { goldenAdd, goldenReluBackward, goldenSgd } from '../../../src/pim/golden/elementwise.ts';
import { goldenAveragePool, goldenMaxPool, goldenMaxPoolBackward } from '../../../src/pim/golden/pooling.ts';
import { batchNormBackward, batchNormForward } from '../../../src/pim/kernels/batch-norm.ts';
import { residualAdd, sgdMomentum } from '../../../src/pim/kernels/elementwise.ts';
import { averagePoolForward, maxPoolBackward, maxPoolForward } from '../../../src/pim/kernels/pooling.ts';
import { rounded } from '../../../src/pim/values.ts';
import { backprop } from '../../../tb/batchnorm/backprop.ts';
import { Bench, bitsOf, CONFIGS, goldenTensor } from './harness.ts';

// Feature maps and gradients of a real network on real digits: the first convolution, behind which a training network has batch normalisation,
// ReLU and the pool.

const IMAGES = 8;
const halves = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;
const maps = { images: IMAGES, channels: 8, height: 24, width: 24 };
const pooled = { ...maps, height: 12, width: 12 };
/** Gradients of single digits are too small for binary16 otherwise; the optimiser's rate takes it out again. */
const LOSS_SCALE = 64;

const concatenate = (parts: readonly ArrayLike<number>[]): Float64Array => Float64Array.from(parts.flatMap((p) => Array.from(p)));
const real: Record<'conv' | 'gradient' | 'weights' | 'weightGradient', Float64Array> = { conv: new Float64Array(), gradient: new Float64Array(), weights: new Float64Array(), weightGradient: new Float64Array() };

beforeAll(() => {
  const net = readOnnx(new Uint8Array(readFileSync('models/digits.onnx')), 'models/digits.onnx');
  const images = readImages('models/digits-images.idx3-ubyte.gz');
  const runs = Array.from({ length: IMAGES }, (_, i) => inferFloat(net, pixelsToFloat(imageAt(images, i))));
  const gradients = runs.map((run, i) => backprop(net, run, images.labels![i]!));
  const last = net.layers.length - 1;
  const dense = net.layers[last]!;
  if (dense.op !== 'dense') throw new Error('the network of digits ends with a dense layer');
  real.conv = concatenate(runs.map((run) => run.layers[0]!));
  real.gradient = concatenate(gradients.map((g) => g[2]!)).map((g) => g * LOSS_SCALE);
  real.weights = Float64Array.from(dense.weights);
  const inputs = runs[0]!.layers[last - 1]!.length;
  real.weightGradient = real.weights.map((_, i) => LOSS_SCALE * runs.reduce((s, run, k) => s + gradients[k]![last]![Math.floor(i / inputs)]! * run.layers[last - 1]![i % inputs]!, 0));
});

describe.each(CONFIGS)('real digits, $format, $banksPerUnit banks a unit, $registers registers, fused $fused', (config) => {
  it('forward and backward through the pool, ReLU and batch normalisation, bit-equal to the golden models all the way', async () => {
    const bench = new Bench(config);
    const { memory, golden } = bench;
    const round = (values: Float64Array): Float64Array => values.map((v) => rounded(config.format, v));
    const [x, y, dx] = [0, 1, 2].map((i) => memory.tensor(`maps ${i}`, maps, { bank: bench.bank(i), window: halves })) as [never, never, never];
    const [p, dp] = [2, 3].map((i) => memory.tensor(`pooled ${i}`, pooled, { bank: bench.bank(i) })) as [never, never];
    const tensor = goldenTensor(x);
    const conv = round(real.conv);
    const gradient = round(real.gradient);
    expect(new Set(conv).size).toBeGreaterThan(1000);
    expect(gradient.filter((g) => g !== 0).length).toBeGreaterThan(100);

    const gamma = Float64Array.from({ length: 8 }, (_, c) => 1 + c / 16);
    const beta = Float64Array.from({ length: 8 }, (_, c) => (c - 4) / 8);
    bench.place(x, conv);
    const forward = await bench.run(batchNormForward(memory, { x, y }, { relu: true }), { gamma, beta });
    await bench.run(maxPoolForward(memory, { x: y, y: p }));
    const statistics = goldenStatistics(golden, tensor, conv, 1e-5);
    const activations = goldenNormalise(golden, tensor, conv, statistics, gamma, beta, true);
    expect(forward).toEqual({ gamma, beta, ...statistics });
    expect(bitsOf(bench.collect(y))).toEqual(bitsOf(activations));
    expect(bitsOf(bench.collect(p))).toEqual(bitsOf(goldenMaxPool(tensor, halves, activations)));

    bench.place(dp, gradient);
    await bench.run(maxPoolBackward(memory, { x: y, y: p, dy: dp, dx }));
    const unpooled = goldenMaxPoolBackward(tensor, halves, activations, gradient);
    expect(bitsOf(bench.collect(dx))).toEqual(bitsOf(unpooled));
    const backward = await bench.run(batchNormBackward(memory, { x, dy: dx, dx, relu: y }), forward);
    const wanted = goldenBatchNormBackward(golden, tensor, conv, goldenReluBackward(activations, unpooled), statistics, gamma);
    expect(backward).toMatchObject({ dgamma: wanted.dgamma, dbeta: wanted.dbeta });
    expect(bitsOf(bench.collect(dx))).toEqual(bitsOf(wanted.dx));
  });

  it('average pool and residual add of feature maps, SGD of the last layer\'s weights', async () => {
    const bench = new Bench(config);
    const { memory, golden } = bench;
    const x = memory.tensor('x', maps, { bank: 0, window: halves });
    const p = memory.tensor('p', pooled, { bank: bench.bank(1) });
    const s = memory.tensor('s', pooled, { bank: bench.bank(2) });
    const conv = real.conv.map((v) => rounded(config.format, v));
    bench.place(x, conv);
    await bench.run(averagePoolForward(memory, { x, y: p }));
    const mean = goldenAveragePool(golden, goldenTensor(x), halves, conv);
    expect(bitsOf(bench.collect(p))).toEqual(bitsOf(mean));
    await bench.run(residualAdd(memory, { a: p, b: p, y: s }, { relu: true }));
    expect(bitsOf(bench.collect(s))).toEqual(bitsOf(goldenAdd(golden, mean, mean, true)));

    const [w, g, v] = [0, 1, 2].map((i) => memory.vector(`v${i}`, real.weights.length, bench.bank(i))) as [never, never, never];
    let weights: Float64Array = real.weights.map((n) => rounded(config.format, n));
    let velocity = new Float64Array(real.weights.length) as Float64Array;
    const gradient = real.weightGradient.map((n) => rounded(config.format, n));
    bench.place(w, weights);
    bench.place(g, gradient);
    bench.place(v, velocity);
    for (let step = 0; step < 3; step++) {
      await bench.run(sgdMomentum(memory, { w, g, v }), { rate: Float64Array.of(0.01 / LOSS_SCALE), momentum: Float64Array.of(0.9) });
      ({ w: weights, v: velocity } = goldenSgd(golden, weights, gradient, velocity, { rate: 0.01 / LOSS_SCALE, momentum: 0.9 }));
    }
    expect(bitsOf(bench.collect(w))).toEqual(bitsOf(weights));
    expect(bitsOf(bench.collect(v))).toEqual(bitsOf(velocity));
  });
});
