import { describe, expect, it } from 'vitest';
import { WordlineError } from '../../src/diag/index.ts';
import { graph, inputShape, textOf, type Layer } from '../../src/nn/index.ts';
import { plainWindow, problem, smallNet } from './helpers.ts';

const input = { channels: 1, height: 4, width: 5 };
const build = (layers: Layer[], flat = false): unknown => graph({ name: 'net', input, layers, flat });
const conv: Layer = { op: 'conv', name: 'c', outputs: 2, weights: new Float32Array(18), bias: new Float32Array(2), ...plainWindow(3) };
const dense: Layer = { op: 'dense', name: 'd', outputs: 2, weights: new Float32Array(40), bias: new Float32Array(2) };

describe('graph', () => {
  it('infers the shape behind every layer', () => {
    const net = smallNet();
    expect(net.shapes.map(textOf)).toEqual(['4 x 6 x 6', '4 x 6 x 6', '4 x 3 x 3', '4 x 4 x 4', '64 x 1 x 1', '3 x 1 x 1']);
    expect(textOf(inputShape(net, 0))).toBe('2 x 6 x 6');
    expect(textOf(inputShape(net, 5))).toBe('64 x 1 x 1');
  });

  it.each<[string, () => unknown]>([
    ['nn-empty: network "net" has no layers', () => build([])],
    ['nn-shape: the input of network "x" has the impossible shape 0 x 1 x 1', () => graph({ name: 'x', input: { channels: 0, height: 1, width: 1 }, layers: [conv] })],
    ['nn-name: layer name "" is empty', () => build([{ op: 'relu', name: '' }])],
    ['nn-name: layer name "r" is used twice', () => build([{ op: 'relu', name: 'r' }, { op: 'relu', name: 'r' }])],
    ['nn-weights: layer "c" has 17 weights and needs 2 outputs x 9 inputs = 18', () => build([{ ...conv, weights: new Float32Array(17) }])],
    ['nn-weights: layer "c" has 3 biases for 2 outputs', () => build([{ ...conv, bias: new Float32Array(3) }])],
    ['nn-weights: layer "c" has 0 outputs', () => build([{ ...conv, outputs: 0, bias: new Float32Array(0) }])],
    ['nn-weights: layer "c" has weights that are not finite numbers', () => build([{ ...conv, bias: new Float32Array([1, NaN]) }])],
    ['nn-window: layer "c": the kernel 7 x 7 does not fit the padded input 4 x 5', () => build([{ ...conv, ...plainWindow(7) }])],
    ['nn-window: layer "p": the stride is 0 x 0', () => build([{ op: 'maxPool', name: 'p', ...plainWindow(2, 0) }])],
    ['nn-window: layer "p": the kernel is 1.5 x 1.5', () => build([{ op: 'maxPool', name: 'p', ...plainWindow(1.5) }])],
    ['nn-window: layer "p": the pads are -1, -1, -1, -1', () => build([{ op: 'maxPool', name: 'p', ...plainWindow(2, 1, -1) }])],
    ['nn-window: layer "p": the pads 2, 2, 2, 2 must be smaller than the kernel 2 x 2', () => build([{ op: 'maxPool', name: 'p', ...plainWindow(2, 1, 2) }])],
    ['nn-flat: layer "d" needs a vector and gets 1 x 4 x 5', () => build([dense])],
    ['nn-flat: layer "c" is a conv on a vector of 20', () => build([{ op: 'flatten', name: 'f' }, conv])],
    ['nn-shape: layer "c" would give 2 x 9002 x 9003 values, more than 2^26', () => build([{ ...conv, ...plainWindow(3, 1, 4500) }])],
  ])('reports %s', (message, action) => {
    expect(problem(action)).toBe(message);
  });

  it('reports all problems of a layer at once', () => {
    expect(() => build([{ ...conv, weights: new Float32Array(1), bias: new Float32Array(1) }])).toThrow(WordlineError);
    expect(() => build([{ ...conv, weights: new Float32Array(1), bias: new Float32Array(1) }])).toThrow(/1 weights[^]*1 biases/);
  });
});
