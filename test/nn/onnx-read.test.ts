import fc from 'fast-check';
import { TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { WordlineError } from '../../src/diag/index.ts';
import { inferFloat, ONNX_OPERATORS, readOnnx, writeOnnx, type Graph } from '../../src/nn/index.ts';
import { problem, smallNet } from './helpers.ts';
import { float, floats, int, ints, longs, node, onnx, text } from './onnx-helpers.ts';

const kernel = floats('w', [1, 1, 2, 2], [1, 2, 3, 4]);
const conv = node('Conv', ['x', 'w'], 'y');
const matrix = floats('m', [16, 2], Array.from({ length: 32 }, (_, i) => i));
const flatten = node('Flatten', ['x'], 'f');
const ramp = Float32Array.from({ length: 16 }, (_, i) => i);
const logits = (net: Graph): number[] => [...inferFloat(net, ramp).logits];
/** MatMul by hand: input i times weight (i, o). */
const product = [0, 1].map((o) => ramp.reduce((sum, v, i) => sum + v * (2 * i + o), 0));

describe('what readOnnx understands', () => {
  it('reads a Conv without bias or attributes', () => {
    expect(readOnnx(onnx({ nodes: [conv], tensors: [kernel] })).layers).toEqual([
      { op: 'conv', name: 'y', outputs: 1, weights: Float32Array.from([1, 2, 3, 4]), bias: new Float32Array(1), kernel: [2, 2], stride: [1, 1], pads: [0, 0, 0, 0] },
    ]);
  });

  it.each<[string, number[]]>([
    ['SAME_UPPER', [0, 0, 1, 1]],
    ['SAME_LOWER', [1, 1, 0, 0]],
    ['VALID', [0, 0, 0, 0]],
  ])('turns auto_pad %s into pads', (auto, pads) => {
    const [layer] = readOnnx(onnx({ nodes: [node('Conv', ['x', 'w'], 'y', [text('auto_pad', auto)])], tensors: [kernel] })).layers;
    expect(layer).toMatchObject({ pads });
  });

  it('reads MatMul and Add as one dense layer, Gemm with and without transB, alpha and beta', () => {
    const matmul = onnx({ nodes: [flatten, node('MatMul', ['f', 'm'], 'p'), node('Add', ['b', 'p'], 'y')], tensors: [matrix, floats('b', [1, 2], [5, 6])] });
    expect(readOnnx(matmul).layers.map((l) => l.op)).toEqual(['flatten', 'dense']);
    expect(logits(readOnnx(matmul))).toEqual([product[0]! + 5, product[1]! + 6]);
    const gemm = onnx({ nodes: [flatten, node('Gemm', ['f', 'm', 'b'], 'y', [float('alpha', 2), float('beta', 3)])], tensors: [matrix, floats('b', [2], [5, 6])] });
    expect(logits(readOnnx(gemm))).toEqual([2 * product[0]! + 15, 2 * product[1]! + 18]);
    const rows = floats('m', [2, 16], [0, 1].flatMap((o) => Array.from({ length: 16 }, (_, i) => 2 * i + o)));
    expect(logits(readOnnx(onnx({ nodes: [flatten, node('Gemm', ['f', 'm'], 'y', [int('transB', 1)])], tensors: [rows] })))).toEqual(product);
  });

  it('reads what other exporters write: reshaped parameters, constants as nodes, biases as Add, a last Softmax, a dynamic batch', () => {
    const file = onnx({
      input: ['batch', 1, 4, 4],
      nodes: [
        node('Conv', ['x', 'w'], 'c'),
        node('Add', ['c', 'cb'], 'd'),
        node('Relu', ['d'], 'r'),
        node('Dropout', ['r'], 'dr'),
        node('GlobalAveragePool', ['dr'], 'g'),
        { opType: 'Constant', input: [], output: ['shape'], attribute: [{ name: 'value', t: longs('', [-1, 1]) }] },
        node('Reshape', ['g', 'shape'], 'f'),
        node('Reshape', ['flatWeight', 'weightShape'], 'm'),
        node('MatMul', ['f', 'm'], 'p'),
        node('Softmax', ['p'], 'y'),
      ],
      tensors: [kernel, floats('cb', [1, 1, 1], [0.5]), floats('flatWeight', [2], [1, -1]), longs('weightShape', [1, -1])],
    });
    const net = readOnnx(file);
    expect(net.layers.map((l) => l.op)).toEqual(['conv', 'relu', 'averagePool', 'flatten', 'dense']);
    expect(net.layers[0]).toMatchObject({ bias: Float32Array.from([0.5]) });
    const mean = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => i + 2 * (i + 1) + 3 * (i + 4) + 4 * (i + 5) + 0.5).reduce((a, b) => a + b) / 9;
    expect(logits(net)).toEqual([Math.fround(mean), -Math.fround(mean)]);
  });

  it('starts with a vector when the file does', () => {
    expect(readOnnx(onnx({ input: [1, 16], nodes: [node('MatMul', ['x', 'm'], 'y')], tensors: [matrix] })).input).toEqual({ channels: 16, height: 1, width: 1 });
  });

  it('gives layers without a name the name of their output, and double names a number', () => {
    const nodes = [node('Relu', ['x'], 'a', [], 'r'), node('Relu', ['a'], 'b', [], 'r'), node('Relu', ['b'], 'y')];
    expect(readOnnx(onnx({ nodes })).layers.map((l) => l.name)).toEqual(['r', 'r_2', 'y']);
  });

  it('decodes raw bytes of every type it names', () => {
    const raw = (dataType: TensorProto_DataType, bytes: ArrayBuffer): Uint8Array =>
      onnx({ nodes: [conv], tensors: [{ name: 'w', dims: [1n, 1n, 1n, 2n], dataType, rawData: new Uint8Array(bytes) }] });
    const weights = (file: Uint8Array): unknown => readOnnx(file).layers[0];
    const expected = { weights: Float32Array.from([3, -4]) };
    expect(weights(raw(TensorProto_DataType.FLOAT, Float32Array.from([3, -4]).buffer))).toMatchObject(expected);
    expect(weights(raw(TensorProto_DataType.DOUBLE, Float64Array.from([3, -4]).buffer))).toMatchObject(expected);
    expect(weights(raw(TensorProto_DataType.INT32, Int32Array.from([3, -4]).buffer))).toMatchObject(expected);
    expect(weights(raw(TensorProto_DataType.INT64, BigInt64Array.from([3n, -4n]).buffer))).toMatchObject(expected);
  });
});

describe('what readOnnx refuses', () => {
  const file = (nodes: Parameters<typeof onnx>[0]['nodes'], tensors: Parameters<typeof onnx>[0]['tensors'] = [kernel, matrix]): Uint8Array => onnx({ nodes, tensors });

  it.each<[string, Uint8Array]>([
    ['onnx-file: f is not an ONNX model: it has no graph', new Uint8Array()],
    ['onnx-file: f is not an ONNX model: its graph has no nodes', onnx({ nodes: [] })],
    ['onnx-operator: LSTM node "memory" is not supported', file([conv, node('LSTM', ['y'], 'z', [], 'memory')])],
    ['onnx-operator: Conv node "y" of domain "com.acme" is not supported', file([{ ...conv, domain: 'com.acme' }])],
    ['onnx-operator: "a b" node "two\\nlines" is not supported', file([node('a b', ['x'], 'two\nlines')])],
    ['onnx-initialiser: Conv node "y" reads "w", which is not an initialiser of the file', onnx({ nodes: [conv] })],
    ['onnx-initialiser: Conv node "y" has no input 2', onnx({ nodes: [node('Conv', ['x'], 'y')] })],
    ['onnx-initialiser: Constant node "y" has inputs that are not initialisers of the file', file([node('Constant', ['x'], 'y')])],
    ['onnx-shape: dimension 3 of input "x" is dynamic ("height")', onnx({ input: [1, 1, 'height', 4], nodes: [conv], tensors: [kernel] })],
    ['onnx-shape: dimension 2 of input "x" is dynamic (unknown)', onnx({ input: [1, 0, 4, 4], nodes: [conv], tensors: [kernel] })],
    ['onnx-shape: input "x" has 3 dimensions: N x C x H x W or N x values is expected', onnx({ input: [1, 4, 4], nodes: [conv], tensors: [kernel] })],
    ['onnx-chain: Relu node "y" reads "x", but only chains are supported: the node before it made "c"', file([node('Conv', ['x', 'w'], 'c'), node('Relu', ['x'], 'y')])],
    ['onnx-chain: Add node "y" is not a bias: only an Add of constants right after Conv, Gemm or MatMul is supported', file([node('Conv', ['x', 'w'], 'c'), node('Add', ['c', 'x'], 'y')])],
    ['onnx-chain: Softmax node "s" is not the last node: softmax is supported at the end only', file([node('Softmax', ['x'], 's'), node('Relu', ['s'], 'y')])],
    ['onnx-chain: output "z" of f is not the end of its chain of nodes, "y"', onnx({ nodes: [conv], tensors: [kernel], output: 'z' })],
    ['onnx-chain: f has 2 outputs: one is supported', onnx({ nodes: [conv], tensors: [kernel], outputs: ['y', 'z'] })],
    ['onnx-chain: the model has 0 inputs: one image is expected', onnx({ nodes: [conv], tensors: [kernel, floats('x', [1], [0])] })],
    ['onnx-attribute: Conv node "y" has dilations = 2, 2: only 1 is supported', file([node('Conv', ['x', 'w'], 'y', [ints('dilations', [2, 2])])])],
    ['onnx-attribute: Conv node "y" has group = 2: only 1 is supported', file([node('Conv', ['x', 'w'], 'y', [int('group', 2)])])],
    ['onnx-attribute: Conv node "y" has 1 strides: 2 are expected (2-D images)', file([node('Conv', ['x', 'w'], 'y', [ints('strides', [1])])])],
    ['onnx-attribute: Conv node "y" has auto_pad = "BEST"', file([node('Conv', ['x', 'w'], 'y', [text('auto_pad', 'BEST')])])],
    ['onnx-attribute: Conv node "y" has kernel_shape 3 x 3 and weights for 2 x 2', file([node('Conv', ['x', 'w'], 'y', [ints('kernel_shape', [3, 3])])])],
    ['onnx-attribute: MaxPool node "y" has no kernel_shape', file([node('MaxPool', ['x'], 'y')])],
    ['onnx-attribute: MaxPool node "y" has ceil_mode = 1: only 0 is supported', file([node('MaxPool', ['x'], 'y', [ints('kernel_shape', [2, 2]), int('ceil_mode', 1)])])],
    ['onnx-attribute: Flatten node "y" has axis = 0: only 1 is supported', file([node('Flatten', ['x'], 'y', [int('axis', 0)])])],
    ['onnx-attribute: Constant node "c" has no tensor value', file([node('Constant', [], 'c'), conv])],
    ['onnx-tensor: Conv node "y" reads "m" with 2 dimensions: 4 are expected', file([node('Conv', ['x', 'm'], 'y')])],
    ['onnx-tensor: initialiser "w" promises 1 x 1 x 2 x 2 values and holds 3', file([conv], [floats('w', [1, 1, 2, 2], [1, 2, 3])])],
    ['onnx-tensor: initialiser "w" promises one value and holds 0', file([conv], [floats('w', [], [])])],
    ['onnx-tensor: initialiser "w" has type FLOAT16: FLOAT, DOUBLE, INT32 and INT64 are read', file([conv], [{ name: 'w', dims: [1n], dataType: TensorProto_DataType.FLOAT16 }])],
    ['onnx-tensor: initialiser "w" holds 3 bytes, not a multiple of 4', file([conv], [{ name: 'w', dims: [1n], dataType: TensorProto_DataType.FLOAT, rawData: new Uint8Array(3) }])],
    ['onnx-tensor: initialiser "w" lies in another file', file([conv], [{ name: 'w', dims: [1n], dataType: TensorProto_DataType.FLOAT, dataLocation: TensorProto_DataLocation.EXTERNAL }])],
    ['onnx-tensor: Add node "y" adds "m" of 16 x 2 to 1 outputs', file([node('Conv', ['x', 'w'], 'c'), node('Add', ['c', 'm'], 'y')])],
    ['onnx-reshape: Reshape node "y" makes 1 x 4 x 4: only flattening to 1 x 16 is supported', file([node('Reshape', ['x', 's'], 'y')], [longs('s', [1, 4, 4])])],
    ['onnx-reshape: Reshape node "y" cannot make 1 x 5 of 16 values', file([node('Reshape', ['x', 's'], 'y')], [longs('s', [-1, 5])])],
    ['nn-weights: layer "y" has 4 weights and needs 1 outputs x 8 inputs = 8', onnx({ input: [1, 2, 4, 4], nodes: [conv], tensors: [kernel] })],
    ['nn-flat: layer "y" needs a vector and gets 1 x 4 x 4', file([node('MatMul', ['x', 'm'], 'y')])],
  ])('reports %s', (message, bytes) => {
    expect(problem(() => readOnnx(bytes, 'f'))).toBe(message);
  });

  it('says which operators there are, and reports all unsupported ones', () => {
    expect(() => readOnnx(file([node('LSTM', ['x'], 'a'), node('GRU', ['a'], 'y')]))).toThrow(/LSTM[^]*GRU[^]*hint: supported: Add, AveragePool, Constant, Conv, /);
    expect(ONNX_OPERATORS).toContain('GlobalAveragePool');
  });

  it('throws nothing but WordlineError on cut, damaged and random files', () => {
    const whole = writeOnnx(smallNet());
    const attempt = (bytes: Uint8Array): void => {
      try {
        readOnnx(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WordlineError);
      }
    };
    for (let length = 0; length < whole.length; length += 3) attempt(whole.subarray(0, length));
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(damage, (places) => attempt(whole.map((byte, i) => places.find(([at]) => at === i)?.[1] ?? byte))), { numRuns: 1500 });
    // The structure sits at both ends; most of the middle is weights.
    const ends = fc.array(fc.tuple(fc.oneof(fc.nat(300), fc.integer({ min: whole.length - 300, max: whole.length - 1 })), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(ends, (places) => attempt(whole.map((byte, i) => places.find(([at]) => at === i)?.[1] ?? byte))), { numRuns: 1500 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 1500 });
  });
});
