import { fail } from '../diag/index.ts';
import type { InferenceResult, LayerTrace, QuantisedConv, QuantisedDense, QuantisedModel, QuantisedPool, Requant } from './quantised.ts';

// The oracle for hardware. It shares no code with im2col, the engines or their integer arithmetic, on purpose: convolutions are the
// textbook's six loops over the maps, and requantisation is the formula in BigInt, where nothing can overflow or round.

/**
 * The whole network in integers, with every layer's accumulators and activations.
 * @param image C x H x W, 0 to 255
 * @throws WordlineError `image-size`
 */
export function goldenInference(model: QuantisedModel, image: Uint8Array): InferenceResult {
  const { channels, height, width } = model.input;
  if (image.length !== channels * height * width) {
    fail('image-size', `network "${model.name}" takes ${channels} x ${height} x ${width} values and got ${image.length}`);
  }
  const layers: LayerTrace[] = [];
  let values: Uint8Array = image;
  let logits: ArrayLike<number> = image;
  for (const layer of model.layers) {
    const { name } = layer;
    if (layer.op === 'maxPool' || layer.op === 'averagePool') {
      logits = values = goldenPool(layer, values);
      layers.push({ name, outputs: values });
      continue;
    }
    const accumulators = layer.op === 'conv' ? goldenConv(layer, values) : goldenDense(layer, values);
    if (layer.requant === undefined) {
      logits = accumulators;
      layers.push({ name, accumulators });
    } else {
      logits = values = goldenRequant(accumulators, layer.requant, accumulators.length / layer.outputs);
      layers.push({ name, accumulators, outputs: values });
    }
  }
  const last = Int32Array.from(logits);
  return { layers, logits: last, prediction: last.indexOf(last.reduce((a, b) => Math.max(a, b))) };
}

function goldenConv({ input, output, kernel, stride, pads, weights, bias }: QuantisedConv, values: Uint8Array): Int32Array {
  const { height, width, channels } = input;
  const [kernelY, kernelX] = kernel;
  const out = new Int32Array(output.channels * output.height * output.width);
  for (let m = 0; m < output.channels; m++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        let sum = bias[m]!;
        for (let c = 0; c < channels; c++) {
          for (let j = 0; j < kernelY; j++) {
            const row = y * stride[0] - pads[0] + j;
            if (row < 0 || row >= height) continue;
            for (let i = 0; i < kernelX; i++) {
              const column = x * stride[1] - pads[1] + i;
              if (column < 0 || column >= width) continue;
              sum += weights[((m * channels + c) * kernelY + j) * kernelX + i]! * values[(c * height + row) * width + column]!;
            }
          }
        }
        out[(m * output.height + y) * output.width + x] = sum;
      }
    }
  }
  return out;
}

function goldenDense({ inputs, outputs, weights, bias }: QuantisedDense, values: Uint8Array): Int32Array {
  const out = Int32Array.from(bias);
  for (let m = 0; m < outputs; m++) for (let i = 0; i < inputs; i++) out[m]! += weights[m * inputs + i]! * values[i]!;
  return out;
}

/** clamp((accumulator * multiplier + 2^(shift - 1)) >> shift, 0, 255), `plane` values an output channel. */
function goldenRequant(accumulators: Int32Array, { multipliers, shifts }: Requant, plane: number): Uint8Array {
  return Uint8Array.from(accumulators, (accumulator, i) => {
    const channel = Math.floor(i / plane);
    const shift = BigInt(shifts[channel]!);
    const y = (BigInt(accumulator) * BigInt(multipliers[channel]!) + (1n << (shift - 1n))) >> shift;
    return y < 0n ? 0 : y > 255n ? 255 : Number(y);
  });
}

function goldenPool(layer: QuantisedPool, values: Uint8Array): Uint8Array {
  const { input, output, kernel, stride, pads } = layer;
  const out = new Uint8Array(output.channels * output.height * output.width);
  for (let c = 0; c < output.channels; c++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        const seen: number[] = [];
        for (let row = y * stride[0] - pads[0]; row < y * stride[0] - pads[0] + kernel[0]; row++) {
          for (let column = x * stride[1] - pads[1]; column < x * stride[1] - pads[1] + kernel[1]; column++) {
            const inside = row >= 0 && row < input.height && column >= 0 && column < input.width;
            if (inside) seen.push(values[(c * input.height + row) * input.width + column]!);
          }
        }
        out[(c * output.height + y) * output.width + x] =
          layer.op === 'maxPool' ? Math.max(...seen) : goldenAverage(seen, layer.countPadding ? kernel[0] * kernel[1] : seen.length);
      }
    }
  }
  return out;
}

/** To nearest, halves up. */
function goldenAverage(values: readonly number[], n: number): number {
  const sum = values.reduce((a, b) => a + b, 0);
  const remainder = sum % n;
  return (sum - remainder) / n + (2 * remainder >= n ? 1 : 0);
}
