import type { NodeProto } from 'onnx-buf';
import { fail } from '../diag/index.ts';
import { graph, type Layer } from './graph.ts';
import { floatAttribute, intAttribute, intsAttribute, mustBe, nodeName, nodeText, textAttribute } from './onnx-attributes.ts';
import { decodeTensor, type Constant } from './onnx-tensor.ts';
import { quote, sizeOf, type Shape, type Window } from './shape.ts';

/** The chain as far as it has been read. */
export interface Chain {
  /** The tensor that the next node has to read. */
  value: string;
  shape: Shape;
  flat: boolean;
  readonly layers: Layer[];
  readonly constants: Map<string, Constant>;
}

type Reader = (node: NodeProto, chain: Chain) => void;

/** Every operator that is read. Nodes whose inputs are all constants are handled by `CONSTANT_READERS`. */
export const READERS: Readonly<Record<string, Reader>> = {
  Conv: readConv,
  MaxPool: readPool,
  AveragePool: readPool,
  GlobalAveragePool: (node, chain) => {
    const window: Window = { kernel: [chain.shape.height, chain.shape.width], stride: [1, 1], pads: [0, 0, 0, 0] };
    append(chain, node, { op: 'averagePool', name: nodeName(node), countPadding: true, ...window });
  },
  Relu: (node, chain) => append(chain, node, { op: 'relu', name: nodeName(node) }),
  Flatten: (node, chain) => {
    const axis = intAttribute(node, 'axis', 1);
    mustBe(node, 'axis', axis < 0 ? axis + (chain.flat ? 2 : 4) : axis, 1);
    append(chain, node, { op: 'flatten', name: nodeName(node) });
  },
  Reshape: readReshape,
  Gemm: readGemm,
  MatMul: readMatMul,
  Add: readAdd,
  // These change nothing that inference shows: dropout is off, and softmax keeps the order of its inputs.
  Identity: skip,
  Dropout: skip,
  Softmax: skip,
  LogSoftmax: skip,
};

/** Operators that make a constant from constants. */
export const CONSTANT_READERS: Readonly<Record<string, Reader>> = {
  Constant: (node, chain) => {
    const tensor = node.attribute.find((a) => a.name === 'value')?.t ?? fail('onnx-attribute', `${nodeText(node)} has no tensor value`);
    const name = node.output[0] ?? '';
    chain.constants.set(name, decodeTensor(tensor, name));
  },
  Identity: (node, chain) => define(node, chain, constantInput(node, chain, 0)),
  Reshape: (node, chain) => {
    const from = constantInput(node, chain, 0);
    const dims = resolve(node, [...constantInput(node, chain, 1).values], from.values.length);
    define(node, chain, { ...from, dims });
  },
};

function define(node: NodeProto, chain: Chain, constant: Constant): void {
  const name = node.output[0] ?? '';
  chain.constants.set(name, { ...constant, name });
}

function skip(node: NodeProto, chain: Chain): void {
  chain.value = node.output[0] ?? '';
}

/** Checks the layer in its place and moves the chain on. */
function append(chain: Chain, node: NodeProto, layer: Layer): void {
  // A network of this one layer knows its shape, and reports what is wrong with it.
  const { shapes } = graph({ name: layer.name, input: chain.shape, layers: [layer], flat: chain.flat });
  chain.layers.push(layer);
  chain.shape = shapes[0]!;
  chain.flat ||= layer.op === 'flatten';
  skip(node, chain);
}

function constantInput(node: NodeProto, chain: Chain, index: number): Constant {
  const name = node.input[index] ?? '';
  if (name === '') fail('onnx-initialiser', `${nodeText(node)} has no input ${index + 1}`);
  return chain.constants.get(name) ?? fail('onnx-initialiser', `${nodeText(node)} reads ${quote(name)}, which is not an initialiser of the file`);
}

function weightsOf(node: NodeProto, chain: Chain, index: number, rank: number): { dims: readonly number[]; values: Float32Array } {
  const { name, dims, values } = constantInput(node, chain, index);
  if (dims.length !== rank) fail('onnx-tensor', `${nodeText(node)} reads ${quote(name)} with ${dims.length} dimensions: ${rank} are expected`);
  return { dims, values: Float32Array.from(values) };
}

function readWindow(node: NodeProto, { shape }: Chain, kernel: readonly [number, number]): Window {
  const stride = (intsAttribute(node, 'strides', 2) ?? [1, 1]) as [number, number];
  mustBe(node, 'dilations', intsAttribute(node, 'dilations', 2) ?? [1, 1], 1);
  const auto = textAttribute(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET' || auto === '') return { kernel, stride, pads: (intsAttribute(node, 'pads', 4) ?? [0, 0, 0, 0]) as [number, number, number, number] };
  if (auto === 'VALID') return { kernel, stride, pads: [0, 0, 0, 0] };
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') fail('onnx-attribute', `${nodeText(node)} has auto_pad = ${quote(auto)}`);
  const split = (size: number, d: 0 | 1): [number, number] => {
    const total = Math.max(0, (Math.ceil(size / stride[d]) - 1) * stride[d] + kernel[d] - size);
    const small = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [small, total - small] : [total - small, small];
  };
  const [[top, bottom], [left, right]] = [split(shape.height, 0), split(shape.width, 1)];
  return { kernel, stride, pads: [top, left, bottom, right] };
}

function readConv(node: NodeProto, chain: Chain): void {
  const { dims, values } = weightsOf(node, chain, 1, 4);
  const [outputs, , ky, kx] = dims as [number, number, number, number];
  mustBe(node, 'group', intAttribute(node, 'group', 1), 1);
  const said = intsAttribute(node, 'kernel_shape', 2) ?? [ky, kx];
  if (said[0] !== ky || said[1] !== kx) fail('onnx-attribute', `${nodeText(node)} has kernel_shape ${said.join(' x ')} and weights for ${ky} x ${kx}`);
  const bias = (node.input[2] ?? '') === '' ? new Float32Array(outputs) : weightsOf(node, chain, 2, 1).values;
  append(chain, node, { op: 'conv', name: nodeName(node), outputs, weights: values, bias, ...readWindow(node, chain, [ky, kx]) });
}

function readPool(node: NodeProto, chain: Chain): void {
  const kernel = intsAttribute(node, 'kernel_shape', 2) ?? fail('onnx-attribute', `${nodeText(node)} has no kernel_shape`);
  const window = readWindow(node, chain, kernel as [number, number]);
  mustBe(node, 'ceil_mode', intAttribute(node, 'ceil_mode', 0), 0);
  if (node.opType === 'MaxPool') append(chain, node, { op: 'maxPool', name: nodeName(node), ...window });
  else append(chain, node, { op: 'averagePool', name: nodeName(node), countPadding: intAttribute(node, 'count_include_pad', 0) !== 0, ...window });
}

function readReshape(node: NodeProto, chain: Chain): void {
  const wanted = [...constantInput(node, chain, 1).values];
  // The batch, which is 1 here whatever the file says, may be 1, copied (0) or what is left (-1).
  const batch = wanted[0] === -1 || wanted[0] === 0 ? 1 : wanted[0];
  const dims = wanted.length === 2 ? resolve(node, [batch ?? 0, wanted[1]!], sizeOf(chain.shape)) : [];
  if (dims[0] !== 1 || dims[1] !== sizeOf(chain.shape)) {
    fail('onnx-reshape', `${nodeText(node)} makes ${wanted.join(' x ')}: only flattening to 1 x ${sizeOf(chain.shape)} is supported`);
  }
  append(chain, node, { op: 'flatten', name: nodeName(node) });
}

/** A target shape with at most one -1 filled in. */
function resolve(node: NodeProto, wanted: readonly number[], size: number): number[] {
  const known = wanted.filter((n) => n !== -1).reduce((product, n) => product * n, 1);
  const dims = wanted.map((n) => (n === -1 ? size / known : n));
  if (dims.some((n) => !Number.isInteger(n) || n < 1) || dims.reduce((product, n) => product * n, 1) !== size) {
    fail('onnx-reshape', `${nodeText(node)} cannot make ${wanted.join(' x ')} of ${size} values`);
  }
  return dims;
}

function readGemm(node: NodeProto, chain: Chain): void {
  mustBe(node, 'transA', intAttribute(node, 'transA', 0), 0);
  const { dims, values } = weightsOf(node, chain, 1, 2);
  const transposed = intAttribute(node, 'transB', 0) !== 0;
  const [outputs, inputs] = (transposed ? dims : dims.toReversed()) as [number, number];
  const alpha = floatAttribute(node, 'alpha', 1);
  const beta = floatAttribute(node, 'beta', 1);
  const weights = (transposed ? values : transpose(values, inputs, outputs)).map((w) => w * alpha);
  const bias = (node.input[2] ?? '') === '' ? new Float32Array(outputs) : spread(node, constantInput(node, chain, 2), outputs, false).map((b) => b * beta);
  append(chain, node, { op: 'dense', name: nodeName(node), outputs, weights, bias });
}

function readMatMul(node: NodeProto, chain: Chain): void {
  const { dims, values } = weightsOf(node, chain, 1, 2);
  const [inputs, outputs] = dims as [number, number];
  append(chain, node, { op: 'dense', name: nodeName(node), outputs, weights: transpose(values, inputs, outputs), bias: new Float32Array(outputs) });
}

/** An Add of constants right behind a Conv or MatMul is its bias. */
function readAdd(node: NodeProto, chain: Chain): void {
  const last = chain.layers.at(-1);
  const constant = node.input.map((name) => chain.constants.get(name)).find((c) => c !== undefined);
  if (constant === undefined || (last?.op !== 'conv' && last?.op !== 'dense')) {
    fail('onnx-chain', `${nodeText(node)} is not a bias: only an Add of constants right after Conv, Gemm or MatMul is supported`);
  }
  const more = spread(node, constant, last.outputs, last.op === 'conv');
  chain.layers[chain.layers.length - 1] = { ...last, bias: last.bias.map((b, i) => b + more[i]!) };
  skip(node, chain);
}

/** A constant that is broadcast over `outputs`: one value, or one an output with all other dimensions 1. */
function spread(node: NodeProto, { name, dims, values }: Constant, outputs: number, perChannel: boolean): Float32Array {
  if (values.length === 1) return new Float32Array(outputs).fill(values[0]!);
  const place = perChannel ? dims.length - 3 : dims.length - 1;
  const wrong = `${nodeText(node)} adds ${quote(name)} of ${dims.join(' x ')} to ${outputs} outputs`;
  if (values.length !== outputs || dims[place] !== outputs) fail('onnx-tensor', wrong);
  return Float32Array.from(values);
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return out;
}
