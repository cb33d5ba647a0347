import { fail } from '../diag/index.ts';
import { calibrate, calibrationOf, type CalibrateOptions, type Calibration } from './calibrate.ts';
import { inputShape, type ConvLayer, type DenseLayer, type Graph, type Layer } from './graph.ts';
import { sliceImages, type ImageSet } from './images.ts';
import type { QuantisedLayer, QuantisedModel, Requant } from './quantised.ts';
import { encodeScale } from './requant.ts';
import { quote, sizeOf, type Shape } from './shape.ts';

export interface QuantiseOptions {
  /** One weight scale an output channel (default) or one a layer. A last layer always has one, so that its logits can be compared. */
  readonly weights?: 'channel' | 'layer';
}

/** Images that `quantiseModel` calibrates with when the file has no ranges. */
export const CALIBRATION_IMAGES = 256;

/**
 * Post-training quantisation to 8 bits: activations 0 to 255 with zero point 0, weights -127 to 127, biases and accumulators int32.
 * Depends on nothing but its arguments.
 * @throws WordlineError `quantise-signed` where negative values would have to be kept between layers, `quantise-range` when the
 *   calibration misses a layer, `quantise-accumulator` when an accumulator could leave int32, `quantise-empty`, `quantise-scale`
 */
export function quantise(net: Graph, calibration: Calibration, { weights = 'channel' }: QuantiseOptions = {}): QuantisedModel {
  const layers: QuantisedLayer[] = [];
  let scale = calibration.inputScale;
  for (const [i, layer] of net.layers.entries()) {
    const [input, output] = [inputShape(net, i), net.shapes[i]!];
    switch (layer.op) {
      case 'conv':
      case 'dense': {
        const last = isLast(net, i);
        const range = last ? undefined : rangeOf(calibration, layer.name);
        const made = matrix(layer, { input, output, scale, range, perChannel: weights === 'channel' && !last });
        layers.push(made);
        scale = made.requant?.outputScale ?? scale;
        break;
      }
      case 'maxPool':
      case 'averagePool':
        layers.push({ ...layer, input, output });
        break;
      case 'relu':
      case 'flatten':
    }
  }
  if (!layers.some((l) => l.op === 'conv' || l.op === 'dense')) fail('quantise-empty', `network ${quote(net.name)} has no convolution and no dense layer`);
  return { name: net.name, input: net.input, inputScale: calibration.inputScale, layers };
}

/**
 * `quantise` with the ranges in the file's metadata; for a file without them, with ranges from the first 256 of `images`.
 * @throws WordlineError `quantise-range` when there is neither, and what `quantise` and `calibrate` report
 */
export function quantiseModel(net: Graph, images?: ImageSet, options: QuantiseOptions & CalibrateOptions = {}): QuantisedModel {
  const stored = calibrationOf(net);
  if (stored !== undefined) return quantise(net, stored, options);
  if (images === undefined) {
    fail('quantise-range', `network ${quote(net.name)} carries no activation ranges`, { hint: 'give images to calibrate with, as the network expects them' });
  }
  return quantise(net, calibrate(net, sliceImages(images, 0, CALIBRATION_IMAGES), options), options);
}

function rangeOf({ ranges }: Calibration, name: string): number {
  // A layer may be called anything, also `constructor`.
  const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
  return range ?? fail('quantise-range', `the calibration has no range for layer ${quote(name)}`);
}

/** True for the layer that makes the logits; false when a ReLU makes its outputs unsigned; anything else cannot be done in 8 bits. */
function isLast(net: Graph, index: number): boolean {
  const rest = net.layers.slice(index + 1);
  // Max pooling and ReLU can change places; an average of negative values cannot be taken after the clamp.
  const next = rest.find((l: Layer) => l.op !== 'flatten' && l.op !== 'maxPool');
  if (next?.op === 'relu') return false;
  if (next === undefined && rest.every((l) => l.op === 'flatten')) return true;
  const { name } = net.layers[index]!;
  const behind = next === undefined ? 'the end' : quote(next.name);
  return fail('quantise-signed', `layer ${quote(name)} has negative outputs: there is no Relu between it and ${behind}`, {
    hint: 'activations are unsigned 8-bit values; only the last layer may be signed',
  });
}

interface Place {
  readonly input: Shape;
  readonly output: Shape;
  /** Real value of one step of the inputs. */
  readonly scale: number;
  /** Real value that becomes 255; undefined for the logits. */
  readonly range: number | undefined;
  readonly perChannel: boolean;
}

function matrix(layer: ConvLayer | DenseLayer, { input, output, scale, range, perChannel }: Place): Extract<QuantisedLayer, { weights: Int8Array }> {
  const { name, outputs, weights: real, bias: realBias } = layer;
  const inputs = real.length / outputs;
  const weightScales = scalesOf(layer, scale, perChannel);
  const weights = Int8Array.from(real, (w, i) => clamp127(Math.round(w / weightScales[Math.floor(i / inputs)]!)));
  const bias = Int32Array.from(realBias, (b, o) => Math.round(b / (scale * weightScales[o]!)));
  for (let o = 0; o < outputs; o++) {
    const positive = weights.subarray(o * inputs, (o + 1) * inputs).reduce((sum, w) => sum + Math.abs(w), 0);
    if (positive * 255 + Math.abs(bias[o]!) > 2 ** 31 - 1) fail('quantise-accumulator', `output ${o} of layer ${quote(name)} could leave 32 bits: it has ${inputs} inputs`);
  }
  const parts = { name, input, output, inputs, outputs, weights, bias, weightScales, ...(range === undefined ? {} : { requant: requantOf(weightScales, scale, range) }) };
  if (layer.op === 'dense') return { op: 'dense', ...parts, inputs: sizeOf(input) };
  const { kernel, stride, pads } = layer;
  return { op: 'conv', ...parts, kernel, stride, pads };
}

/** The largest weight becomes 127; a bias that would not fit 30 bits of accumulator coarsens the scale instead. */
function scalesOf({ outputs, weights, bias }: ConvLayer | DenseLayer, scale: number, perChannel: boolean): Float64Array {
  const inputs = weights.length / outputs;
  const most = Float64Array.from({ length: outputs }, (_, o) => {
    const largest = weights.subarray(o * inputs, (o + 1) * inputs).reduce((m, w) => Math.max(m, Math.abs(w)), 0);
    return Math.max(largest / 127, Math.abs(bias[o]!) / (scale * 2 ** 30));
  });
  const whole = most.reduce((m, s) => Math.max(m, s), 0);
  // A channel of zeros gives zeros with any scale; the layer's own keeps its multiplier ordinary.
  return most.map((s) => (perChannel && s > 0 ? s : whole > 0 ? whole : 1));
}

function requantOf(weightScales: Float64Array, inputScale: number, range: number): Requant {
  const outputScale = range / 255;
  const fixed = [...weightScales].map((s) => encodeScale((inputScale * s) / outputScale));
  return { multipliers: Int32Array.from(fixed, (f) => f.multiplier), shifts: Uint8Array.from(fixed, (f) => f.shift), outputScale };
}

function clamp127(w: number): number {
  return Math.max(-127, Math.min(127, w));
}
