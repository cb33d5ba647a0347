import { WordlineError, type Problem } from '../diag/index.ts';
import { poolProblem, quote, sizeOf, textOf, windowed, windowProblem, type Shape, type Window } from './shape.ts';

/** 2-D convolution (cross correlation, as in ONNX), dilation 1, one group. */
export interface ConvLayer extends Window {
  readonly op: 'conv';
  readonly name: string;
  readonly outputs: number;
  /** outputs x C x KY x KX, row-major. */
  readonly weights: Float32Array;
  /** One an output channel. */
  readonly bias: Float32Array;
}

export interface MaxPoolLayer extends Window {
  readonly op: 'maxPool';
  readonly name: string;
}

export interface AveragePoolLayer extends Window {
  readonly op: 'averagePool';
  readonly name: string;
  /** Whether padding counts as values of 0, or not at all. */
  readonly countPadding: boolean;
}

export interface ReluLayer {
  readonly op: 'relu';
  readonly name: string;
}

/** C x H x W to a vector; the order in memory stays as it is. */
export interface FlattenLayer {
  readonly op: 'flatten';
  readonly name: string;
}

/** A fully connected layer on a vector. */
export interface DenseLayer {
  readonly op: 'dense';
  readonly name: string;
  readonly outputs: number;
  /** outputs x inputs, row-major. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export type Layer = ConvLayer | MaxPoolLayer | AveragePoolLayer | ReluLayer | FlattenLayer | DenseLayer;

/** A chain of layers with every shape known. Made by `graph`, which checks it. */
export interface Graph {
  readonly name: string;
  readonly input: Shape;
  readonly layers: readonly Layer[];
  /** `shapes[i]` is the output of `layers[i]`. A vector of n is n x 1 x 1. */
  readonly shapes: readonly Shape[];
  /** Free text by key, kept in the metadata of an ONNX file. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface GraphParts {
  readonly name: string;
  readonly input: Shape;
  readonly layers: readonly Layer[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** The input is a vector, so that a dense layer may come first. */
  readonly flat?: boolean;
}

/** More values than this in one feature map is taken for a mistake (or a damaged file), not for a network. */
const MOST_VALUES = 2 ** 26;

/**
 * Infers all shapes and checks everything: sizes of weights and biases, windows that fit, vectors where vectors are needed, names.
 * @throws WordlineError with every problem found before the first layer whose output shape cannot be known
 */
export function graph({ name, input, layers, metadata = {}, flat = false }: GraphParts): Graph {
  const problems: Problem[] = [];
  const report = (code: string, message: string, hint?: string): void => void problems.push({ code, message, ...(hint === undefined ? {} : { hint }) });
  const shapes: Shape[] = [];
  const names = new Set<string>();
  let shape = input;
  if (![input.channels, input.height, input.width].every((n) => Number.isSafeInteger(n) && n > 0) || sizeOf(input) > MOST_VALUES) {
    report('nn-shape', `the input of network ${quote(name)} has the impossible shape ${textOf(input)}`);
  }
  if (layers.length === 0) report('nn-empty', `network ${quote(name)} has no layers`);
  for (const layer of layers) {
    if (problems.length > 0) break;
    if (layer.name === '' || names.has(layer.name)) report('nn-name', `layer name ${quote(layer.name)} is ${layer.name === '' ? 'empty' : 'used twice'}`);
    names.add(layer.name);
    for (const problem of layerProblems(layer, shape, flat)) report(...problem);
    if (problems.length > 0) break;
    shape = outputShape(layer, shape);
    if (sizeOf(shape) > MOST_VALUES) report('nn-shape', `layer ${quote(layer.name)} would give ${textOf(shape)} values, more than 2^26`);
    flat ||= layer.op === 'flatten';
    shapes.push(shape);
  }
  if (problems.length > 0) throw new WordlineError(problems);
  return { name, input, layers, shapes, metadata };
}

/** What goes into layer `index`. */
export function inputShape(net: Graph, index: number): Shape {
  return index === 0 ? net.input : net.shapes[index - 1]!;
}

function outputShape(layer: Layer, input: Shape): Shape {
  switch (layer.op) {
    case 'conv':
      return windowed(input, layer, layer.outputs);
    case 'maxPool':
    case 'averagePool':
      return windowed(input, layer, input.channels);
    case 'relu':
      return input;
    case 'flatten':
      return { channels: sizeOf(input), height: 1, width: 1 };
    case 'dense':
      return { channels: layer.outputs, height: 1, width: 1 };
  }
}

type Found = [code: string, message: string, hint?: string];

function* layerProblems(layer: Layer, input: Shape, flat: boolean): Generator<Found> {
  const at = `layer ${quote(layer.name)}`;
  if (layer.op === 'conv' || layer.op === 'maxPool' || layer.op === 'averagePool') {
    if (flat) yield ['nn-flat', `${at} is a ${layer.op} on a vector of ${input.channels}`, 'convolutions and pools come before Flatten'];
    const wrong = windowProblem(input, layer) ?? (layer.op === 'conv' ? undefined : poolProblem(layer));
    if (wrong !== undefined) yield ['nn-window', `${at}: ${wrong}`];
  }
  if (layer.op === 'conv') yield* weightProblems(at, layer, input.channels * layer.kernel[0] * layer.kernel[1]);
  if (layer.op === 'dense') {
    if (!flat) yield ['nn-flat', `${at} needs a vector and gets ${textOf(input)}`, 'put a Flatten before it'];
    yield* weightProblems(at, layer, sizeOf(input));
  }
}

function* weightProblems(at: string, { outputs, weights, bias }: ConvLayer | DenseLayer, inputs: number): Generator<Found> {
  if (!Number.isSafeInteger(outputs) || outputs <= 0) yield ['nn-weights', `${at} has ${outputs} outputs`];
  else if (weights.length !== outputs * inputs) {
    yield ['nn-weights', `${at} has ${weights.length} weights and needs ${outputs} outputs x ${inputs} inputs = ${outputs * inputs}`];
  }
  if (bias.length !== outputs) yield ['nn-weights', `${at} has ${bias.length} biases for ${outputs} outputs`];
  if (!weights.every(Number.isFinite) || !bias.every(Number.isFinite)) yield ['nn-weights', `${at} has weights that are not finite numbers`];
}
