import type { Shape, Window } from './shape.ts';

/** Where every map starts and ends; kept on each layer so that a layer can be run on its own. */
interface Placed {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
}

/** The numbers of a layer that is a matrix product. */
export interface Matrix extends Placed {
  /** outputs x inputs, row-major, -127 to 127. The inputs of a convolution are in the order C, KY, KX. */
  readonly weights: Int8Array;
  /** Rows of the crossbar. */
  readonly inputs: number;
  readonly outputs: number;
  /** One an output, in units of the accumulator. */
  readonly bias: Int32Array;
  /** Real value of one step, an output each. */
  readonly weightScales: Float64Array;
  /** How accumulators become 8-bit activations; absent on the last layer, whose accumulators are the logits. */
  readonly requant?: Requant;
}

/** One multiplier and shift an output channel; see `requantise`. */
export interface Requant {
  readonly multipliers: Int32Array;
  readonly shifts: Uint8Array;
  /** Real value of one step of the outputs. */
  readonly outputScale: number;
}

export interface QuantisedConv extends Matrix, Window {
  readonly op: 'conv';
}

export interface QuantisedDense extends Matrix {
  readonly op: 'dense';
}

export interface QuantisedMaxPool extends Placed, Window {
  readonly op: 'maxPool';
}

/** Rounds to nearest, halves up: floor((2 * sum + n) / (2 * n)), n with or without the padding. */
export interface QuantisedAveragePool extends Placed, Window {
  readonly op: 'averagePool';
  readonly countPadding: boolean;
}

export type QuantisedPool = QuantisedMaxPool | QuantisedAveragePool;

/** ReLU is part of `requant`; Flatten does not move anything: neither is a layer here. */
export type QuantisedLayer = QuantisedConv | QuantisedDense | QuantisedPool;

/** A network in integers only: unsigned 8-bit activations, signed 8-bit weights, int32 accumulators. */
export interface QuantisedModel {
  readonly name: string;
  readonly input: Shape;
  /** Real value of a pixel of 1. */
  readonly inputScale: number;
  readonly layers: readonly QuantisedLayer[];
}

/** What one layer computed. Maps are in C, H, W order. */
export interface LayerTrace {
  readonly name: string;
  /** Matrix layers: int32 sums, bias included. */
  readonly accumulators?: Int32Array;
  /** All but a last matrix layer: 8-bit activations. */
  readonly outputs?: Uint8Array;
}

export interface InferenceResult {
  readonly layers: readonly LayerTrace[];
  /** The accumulators of the last layer, or its activations when it has no accumulators or a ReLU behind it. */
  readonly logits: Int32Array;
  /** The largest logit; the lowest index when several are equal. */
  readonly prediction: number;
}

/** A matrix layer as a mapper sees it. */
export interface MatrixSummary {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Matrix-vector products an image. */
  readonly mvms: number;
}

/** The matrices of a model, and how often each is used for one image. */
export function matrixLayers(model: QuantisedModel): MatrixSummary[] {
  return model.layers
    .filter((layer) => layer.op === 'conv' || layer.op === 'dense')
    .map(({ name, inputs, outputs, output }) => ({ name, inputs, outputs, mvms: output.height * output.width }));
}
