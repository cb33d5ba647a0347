import { fail } from '../diag/index.ts';
import { inputShape, type ConvLayer, type DenseLayer, type Graph, type Layer, type MaxPoolLayer, type AveragePoolLayer } from './graph.ts';
import { argMax, quote, sizeOf, textOf, type Shape } from './shape.ts';

export interface FloatResult {
  /** The output of each layer in C, H, W order. */
  readonly layers: readonly Float32Array[];
  /** The last of them. */
  readonly logits: Float32Array;
  readonly prediction: number;
}

/**
 * Reference inference in floating point, by plain loops: sums in double precision, each stored value rounded to float32.
 * @param input C x H x W values
 * @throws WordlineError `image-size` when the input does not have the network's size
 */
export function inferFloat(net: Graph, input: Float32Array): FloatResult {
  if (input.length !== sizeOf(net.input)) {
    fail('image-size', `network ${quote(net.name)} takes ${textOf(net.input)} = ${sizeOf(net.input)} values and got ${input.length}`);
  }
  const layers: Float32Array[] = [];
  let values = input;
  for (const [i, layer] of net.layers.entries()) {
    values = run(layer, values, inputShape(net, i), net.shapes[i]!);
    layers.push(values);
  }
  return { layers, logits: values, prediction: argMax(values) };
}

/** Pixels (0 to 255) as the network wants them: value = pixel * scale. */
export function pixelsToFloat(pixels: Uint8Array, scale = 1 / 255): Float32Array {
  return Float32Array.from(pixels, (p) => p * scale);
}

function run(layer: Layer, values: Float32Array, input: Shape, output: Shape): Float32Array {
  switch (layer.op) {
    case 'conv':
      return conv(layer, values, input, output);
    case 'maxPool':
    case 'averagePool':
      return pool(layer, values, input, output);
    case 'relu':
      return values.map((v) => Math.max(0, v));
    case 'flatten':
      return values;
    case 'dense':
      return dense(layer, values);
  }
}

function conv({ kernel, stride, pads, weights, bias }: ConvLayer, values: Float32Array, input: Shape, output: Shape): Float32Array {
  const out = new Float32Array(sizeOf(output));
  let o = 0;
  for (let channel = 0; channel < output.channels; channel++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++, o++) {
        let sum = bias[channel]!;
        let k = channel * input.channels * kernel[0] * kernel[1];
        for (let c = 0; c < input.channels; c++) {
          for (let ky = 0; ky < kernel[0]; ky++) {
            const iy = y * stride[0] + ky - pads[0];
            for (let kx = 0; kx < kernel[1]; kx++, k++) {
              const ix = x * stride[1] + kx - pads[1];
              if (iy < 0 || iy >= input.height || ix < 0 || ix >= input.width) continue;
              sum += weights[k]! * values[(c * input.height + iy) * input.width + ix]!;
            }
          }
        }
        out[o] = sum;
      }
    }
  }
  return out;
}

function pool(layer: MaxPoolLayer | AveragePoolLayer, values: Float32Array, input: Shape, output: Shape): Float32Array {
  const { kernel, stride, pads } = layer;
  const out = new Float32Array(sizeOf(output));
  let o = 0;
  for (let c = 0; c < output.channels; c++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++, o++) {
        let [most, sum, count] = [-Infinity, 0, 0];
        for (let ky = 0; ky < kernel[0]; ky++) {
          for (let kx = 0; kx < kernel[1]; kx++) {
            const [iy, ix] = [y * stride[0] + ky - pads[0], x * stride[1] + kx - pads[1]];
            if (iy < 0 || iy >= input.height || ix < 0 || ix >= input.width) continue;
            const value = values[(c * input.height + iy) * input.width + ix]!;
            most = Math.max(most, value);
            sum += value;
            count++;
          }
        }
        out[o] = layer.op === 'maxPool' ? most : sum / (layer.countPadding ? kernel[0] * kernel[1] : count);
      }
    }
  }
  return out;
}

function dense({ weights, bias, outputs }: DenseLayer, values: Float32Array): Float32Array {
  const out = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = bias[o]!;
    for (let i = 0; i < values.length; i++) sum += weights[o * values.length + i]! * values[i]!;
    out[o] = sum;
  }
  return out;
}
