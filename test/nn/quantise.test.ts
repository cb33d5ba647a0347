import { describe, expect, it } from 'vitest';
import { graph, matrixLayers, quantise, quantiseModel, type Graph, type Layer, type QuantisedConv } from '../../src/nn/index.ts';
import { plainWindow, problem, smallNet } from './helpers.ts';

const input = { channels: 1, height: 2, width: 2 };
const calibration = { inputScale: 1 / 255, ranges: { c: 2, d: 1 } };
const conv = (weights: number[], bias: number[]): Layer => ({ op: 'conv', name: 'c', outputs: bias.length, weights: Float32Array.from(weights), bias: Float32Array.from(bias), ...plainWindow(1) });
const relu: Layer = { op: 'relu', name: 'r' };
const net = (layers: Layer[]): Graph => graph({ name: 'n', input, layers });
const firstOf = (g: Graph, weights?: 'layer'): QuantisedConv => quantise(g, calibration, weights === undefined ? {} : { weights }).layers[0] as QuantisedConv;

describe('quantise', () => {
  it('scales each output channel to 127, biases to accumulator steps, and states the requantisation', () => {
    const layer = firstOf(net([conv([1, -0.25], [0.5, 0.25]), relu]));
    expect([...layer.weights]).toEqual([127, -127]);
    expect([...layer.weightScales]).toEqual([1 / 127, 0.25 / 127]);
    expect([...layer.bias]).toEqual([16193, 32385]);
    // 1/255 * 1/127 / (2/255) = 1/254 = 33026.02 / 2^23 = 16513.01 / 2^22, and a quarter of it.
    expect(layer.requant).toEqual({ multipliers: Int32Array.from([33026 / 2, 33026 / 2]), shifts: Uint8Array.from([22, 24]), outputScale: 2 / 255 });
  });

  it('can use one scale a layer, and does so for logits', () => {
    expect([...firstOf(net([conv([1, -0.25], [0, 0]), relu]), 'layer').weights]).toEqual([127, -32]);
    const logits = firstOf(net([conv([1, -0.25], [0, 0])]));
    expect([...logits.weights]).toEqual([127, -32]);
    expect(logits.requant).toBeUndefined();
  });

  it('keeps dead channels and large biases in range', () => {
    const layer = firstOf(net([conv([0, 1, 1e-9], [0, 0, 8]), relu]));
    expect([...layer.weights]).toEqual([0, 127, 0]);
    expect(layer.bias[2]).toBe(2 ** 30);
    expect([...firstOf(net([conv([0], [0]), relu])).weights]).toEqual([0]);
  });

  it('lists its matrices', () => {
    expect(matrixLayers(quantise(smallNet(), { inputScale: 1, ranges: { c1: 9 } }))).toEqual([
      { name: 'c1', inputs: 18, outputs: 4, mvms: 36 },
      { name: 'd1', inputs: 64, outputs: 3, mvms: 1 },
    ]);
  });

  const dense = (inputs: number): Layer => ({ op: 'dense', name: 'd', outputs: 1, weights: new Float32Array(inputs).fill(1), bias: new Float32Array(1) });
  const average: Layer = { op: 'averagePool', name: 'a', countPadding: true, ...plainWindow(2) };
  const flat: Layer = { op: 'flatten', name: 'f' };
  it.each<[string, () => unknown]>([
    ['quantise-signed: layer "c" has negative outputs: there is no Relu between it and "d"', () => quantise(net([conv([1], [0]), flat, dense(4), relu]), calibration)],
    ['quantise-signed: layer "c" has negative outputs: there is no Relu between it and "a"', () => quantise(net([conv([1], [0]), average, relu]), calibration)],
    ['quantise-signed: layer "c" has negative outputs: there is no Relu between it and the end', () => quantise(net([conv([1], [0]), { op: 'maxPool', name: 'm', ...plainWindow(2) }]), calibration)],
    ['quantise-range: the calibration has no range for layer "c"', () => quantise(net([conv([1], [0]), relu]), { inputScale: 1, ranges: {} })],
    ['quantise-empty: network "n" has no convolution and no dense layer', () => quantise(net([relu]), calibration)],
    ['quantise-range: network "n" carries no activation ranges', () => quantiseModel(net([relu]))],
    [
      'quantise-accumulator: output 0 of layer "d" could leave 32 bits: it has 70000 inputs',
      () => quantise(graph({ name: 'wide', input: { channels: 1, height: 700, width: 100 }, layers: [flat, dense(70000)] }), calibration),
    ],
  ])('reports %s', (message, action) => {
    expect(problem(action)).toBe(message);
  });

  it('uses the ranges of the file, else the images', () => {
    const images = { count: 1, height: 2, width: 2, pixels: Uint8Array.from([0, 51, 102, 255]), names: ['a'] };
    const plain = net([conv([1], [0]), relu]);
    expect(quantiseModel(plain, images)).toEqual(quantise(plain, { inputScale: 1 / 255, ranges: { c: 1 } }));
    const noted = { ...plain, metadata: { 'wordline.calibration': JSON.stringify(calibration) } };
    expect(quantiseModel(noted, images)).toEqual(quantise(plain, calibration));
  });
});
