import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { graph, imageAt, inferFloat, pixelsToFloat, readImages, readOnnx } from '../../src/nn/index.ts';
import { plainWindow, problem, smallNet } from './helpers.ts';

interface Reference {
  readonly source: string;
  readonly model: string;
  readonly images: string;
  readonly logits: readonly (readonly number[])[];
}

interface RandomReference {
  /** The files hold what `writeOnnx` wrote: the runtime's opinion of them is one on the writer as well. */
  readonly networks: readonly { readonly onnx: string; readonly pixels: readonly number[]; readonly logits: readonly number[] }[];
}

describe('inferFloat', () => {
  it('agrees with ONNX Runtime on the digits network', () => {
    const reference = JSON.parse(readFileSync('test/nn/fixtures/digits-logits.json', 'utf8')) as Reference;
    const net = readOnnx(new Uint8Array(readFileSync('models/digits.onnx')));
    const images = readImages('models/digits-images.idx3-ubyte.gz');
    expect(reference.logits.length).toBe(32);
    for (const [i, logits] of reference.logits.entries()) {
      const ours = inferFloat(net, pixelsToFloat(imageAt(images, i))).logits;
      ours.forEach((value, k) => expect(Math.abs(value - logits[k]!)).toBeLessThan(1e-3));
    }
  });

  it('agrees with ONNX Runtime on random networks with pads, strides and both pools', () => {
    const { networks } = JSON.parse(readFileSync('test/nn/fixtures/random-networks.json', 'utf8')) as RandomReference;
    expect(networks.length).toBe(16);
    for (const { onnx, pixels, logits } of networks) {
      const net = readOnnx(new Uint8Array(Buffer.from(onnx, 'base64')));
      inferFloat(net, pixelsToFloat(Uint8Array.from(pixels))).logits.forEach((value, k) => expect(Math.abs(value - logits[k]!)).toBeLessThan(1e-5));
    }
  });

  it('pads, strides and pools as ONNX says', () => {
    const input = { channels: 1, height: 3, width: 3 };
    const values = Float32Array.from([1, 2, 3, 4, -5, 6, 7, 8, 9]);
    const run = (layer: Parameters<typeof graph>[0]['layers'][number]): number[] => [...inferFloat(graph({ name: 'n', input, layers: [layer] }), values).logits];
    const ones = { outputs: 1, weights: new Float32Array(4).fill(1), bias: Float32Array.from([0.5]) };
    expect(run({ op: 'conv', name: 'c', ...ones, kernel: [2, 2], stride: [2, 2], pads: [1, 1, 0, 0] })).toEqual([1.5, 5.5, 11.5, 18.5]);
    expect(run({ op: 'maxPool', name: 'm', ...plainWindow(2, 2, 1) })).toEqual([1, 3, 7, 9]);
    expect(run({ op: 'averagePool', name: 'a', countPadding: false, ...plainWindow(2, 2, 1) })).toEqual([1, 2.5, 5.5, 4.5]);
    expect(run({ op: 'averagePool', name: 'a', countPadding: true, ...plainWindow(2, 2, 1) })).toEqual([0.25, 1.25, 2.75, 4.5]);
    expect(run({ op: 'relu', name: 'r' })).toEqual([1, 2, 3, 4, 0, 6, 7, 8, 9]);
  });

  it('refuses an input of another size', () => {
    expect(problem(() => inferFloat(smallNet(), new Float32Array(71)))).toBe('image-size: network "small" takes 2 x 6 x 6 = 72 values and got 71');
  });
});
