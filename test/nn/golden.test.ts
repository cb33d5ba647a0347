import { describe, expect, it } from 'vitest';
import { goldenInference, type QuantisedModel } from '../../src/nn/index.ts';
import { plainWindow, problem } from './helpers.ts';

const image = { channels: 1, height: 3, width: 3 };
const one = { channels: 1, height: 1, width: 1 };
const small = { channels: 1, height: 2, width: 2 };
const requant = { multipliers: Int32Array.from([2 ** 14]), shifts: Uint8Array.from([15]), outputScale: 1 };
const placed = { weightScales: Float64Array.from([1]), bias: Int32Array.from([10]), outputs: 1 };

/** Small enough to be worked out on paper. */
const model: QuantisedModel = {
  name: 'paper',
  input: image,
  inputScale: 1,
  layers: [
    { op: 'conv', name: 'c', input: image, output: small, ...plainWindow(2), weights: Int8Array.from([1, -1, 2, 3]), inputs: 4, ...placed, requant },
    { op: 'averagePool', name: 'a', input: small, output: one, ...plainWindow(2), countPadding: true },
    { op: 'dense', name: 'd', input: one, output: one, weights: Int8Array.from([-2]), inputs: 1, ...placed },
  ],
};

describe('goldenInference', () => {
  it('computes what paper says', () => {
    const { layers, logits, prediction } = goldenInference(model, Uint8Array.from([1, 2, 3, 4, 5, 6, 200, 8, 9]));
    // 1 - 2 + 8 + 15 + 10 = 32, 2 - 3 + 10 + 18 + 10, 4 - 5 + 400 + 24 + 10, 5 - 6 + 16 + 27 + 10; halves round up; 216.5 -> 217
    expect(layers[0]).toEqual({ name: 'c', accumulators: Int32Array.from([32, 37, 433, 52]), outputs: Uint8Array.from([16, 19, 217, 26]) });
    expect(layers[1]).toEqual({ name: 'a', outputs: Uint8Array.from([70]) });
    expect(layers[2]).toEqual({ name: 'd', accumulators: Int32Array.from([-130]) });
    expect([...logits]).toEqual([-130]);
    expect(prediction).toBe(0);
  });

  it('refuses an image of another size', () => {
    expect(problem(() => goldenInference(model, new Uint8Array(8)))).toBe('image-size: network "paper" takes 1 x 3 x 3 values and got 8');
  });
});
