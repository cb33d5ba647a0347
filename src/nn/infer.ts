import { fail } from '../diag/index.ts';
import type { MatrixEngine } from './engine.ts';
import { im2col, im2colDense } from './im2col.ts';
import type { InferenceResult, LayerTrace, QuantisedConv, QuantisedDense, QuantisedModel, QuantisedPool, Requant } from './quantised.ts';
import { requantise } from './requant.ts';
import { argMax, quote, sizeOf, textOf } from './shape.ts';

/** Gives every matrix of the model to the engine. */
export function loadModel(engine: MatrixEngine, model: QuantisedModel): void {
  for (const layer of model.layers) {
    if (layer.op !== 'conv' && layer.op !== 'dense') continue;
    const { name, weights, inputs, outputs } = layer;
    engine.load({ name, weights, inputs, outputs });
  }
}

/**
 * The whole network for one image: matrix products by the engine, everything else (im2col, bias, requantisation, pooling) in integers
 * here. With an exact engine the result equals `goldenInference` in every accumulator.
 * @param engine holds the matrices already (`loadModel`)
 * @param image C x H x W, 0 to 255
 * @throws WordlineError `image-size`, `engine-size` when the engine returns a wrong number of sums
 */
export function inferWith(engine: MatrixEngine, model: QuantisedModel, image: Uint8Array): InferenceResult {
  if (image.length !== sizeOf(model.input)) {
    fail('image-size', `network ${quote(model.name)} takes ${textOf(model.input)} = ${sizeOf(model.input)} values and got ${image.length}`);
  }
  const layers: LayerTrace[] = [];
  let values = image;
  for (const layer of model.layers) {
    if (layer.op === 'maxPool' || layer.op === 'averagePool') {
      values = pool(layer, values);
      layers.push({ name: layer.name, outputs: values });
      continue;
    }
    const accumulators = accumulate(engine, layer, values);
    if (layer.requant === undefined) {
      layers.push({ name: layer.name, accumulators });
    } else {
      values = activate(accumulators, layer.requant, layer.outputs);
      layers.push({ name: layer.name, accumulators, outputs: values });
    }
  }
  const last = layers.at(-1);
  const logits = last?.outputs === undefined ? (last?.accumulators ?? new Int32Array()) : Int32Array.from(last.outputs);
  return { layers, logits, prediction: argMax(logits) };
}

/** Sums with bias, in C, H, W order: the engine's results come patch by patch and are turned round. */
function accumulate(engine: MatrixEngine, layer: QuantisedConv | QuantisedDense, values: Uint8Array): Int32Array {
  const { name, outputs, bias } = layer;
  const { count, size, values: patches } = layer.op === 'conv' ? im2col(values, layer.input, layer) : im2colDense(values, layer.input);
  const out = new Int32Array(count * outputs);
  const place = (sums: Int32Array, patch: number, from: number): void => {
    for (let o = 0; o < outputs; o++) out[o * count + patch] = sums[from + o]! + bias[o]!;
  };
  if (engine.mvmBatch !== undefined) {
    const sums = engine.mvmBatch(name, patches, count);
    checkSums(name, sums, count * outputs);
    for (let patch = 0; patch < count; patch++) place(sums, patch, patch * outputs);
    return out;
  }
  for (let patch = 0; patch < count; patch++) {
    const sums = engine.mvm(name, patches.subarray(patch * size, (patch + 1) * size));
    checkSums(name, sums, outputs);
    place(sums, patch, 0);
  }
  return out;
}

function checkSums(name: string, sums: Int32Array, wanted: number): void {
  if (sums.length !== wanted) fail('engine-size', `the engine returned ${sums.length} sums for layer ${quote(name)} instead of ${wanted}`);
}

function activate(accumulators: Int32Array, { multipliers, shifts }: Requant, outputs: number): Uint8Array {
  const out = new Uint8Array(accumulators.length);
  const plane = accumulators.length / outputs;
  for (let o = 0; o < outputs; o++) {
    const [multiplier, shift] = [multipliers[o]!, shifts[o]!];
    for (let i = o * plane; i < (o + 1) * plane; i++) out[i] = requantise(accumulators[i]!, multiplier, shift);
  }
  return out;
}

function pool(layer: QuantisedPool, values: Uint8Array): Uint8Array {
  const { input, output, kernel, stride, pads } = layer;
  const out = new Uint8Array(sizeOf(output));
  let o = 0;
  for (let c = 0; c < output.channels; c++) {
    for (let y = 0; y < output.height; y++) {
      const from = Math.max(0, y * stride[0] - pads[0]);
      const to = Math.min(input.height, y * stride[0] - pads[0] + kernel[0]);
      for (let x = 0; x < output.width; x++, o++) {
        const left = Math.max(0, x * stride[1] - pads[1]);
        const right = Math.min(input.width, x * stride[1] - pads[1] + kernel[1]);
        let [most, sum] = [0, 0];
        for (let iy = from; iy < to; iy++) {
          for (let ix = left; ix < right; ix++) {
            const v = values[(c * input.height + iy) * input.width + ix]!;
            sum += v;
            if (v > most) most = v;
          }
        }
        const n = layer.op === 'averagePool' && layer.countPadding ? kernel[0] * kernel[1] : (to - from) * (right - left);
        out[o] = layer.op === 'maxPool' ? most : Math.floor((2 * sum + n) / (2 * n));
      }
    }
  }
  return out;
}
