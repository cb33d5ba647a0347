import { fail, imageAt, inferFloat, pixelsToFloat, readImages, readOnnx, type TensorShape } from '../../src/index.ts';
import { rounded } from '../../src/pim/values.ts';
import { readFileSync } from 'node:fs';
import { backprop } from './backprop.ts';

/** What a convolution of a trained network gives to batch normalisation, and what comes back to it. */
export interface RealLayer {
  readonly shape: TensorShape;
  /** Rounded to the format. */
  readonly x: Float64Array;
  /** The loss by the output of the ReLU, times {@link LOSS_SCALE}. */
  readonly dy: Float64Array;
}

/** Gradients of single digits are too small for binary16 otherwise. */
export const LOSS_SCALE = 64;

/** Feature maps and gradients of the first convolution on real digits. */
export function realLayer(model: string, images: string, count: number, format: 'binary16' | 'binary32'): RealLayer {
  const net = readOnnx(new Uint8Array(readFileSync(model)), model);
  const set = readImages(images);
  const { labels } = set;
  if (labels === undefined) fail('labels', `${images} has no labels, and gradients need them`);
  if (count > set.count) fail('image-index', `${count} images were asked for and there are ${set.count}`);
  if (net.layers[0]?.op !== 'conv' || net.layers[1]?.op !== 'relu') fail('bad-model', `${model} must begin with a convolution and a ReLU`);
  const { channels, height, width } = net.shapes[0]!;
  const shape = { images: count, channels, height, width };
  const size = channels * height * width;
  const [x, dy] = [new Float64Array(count * size), new Float64Array(count * size)];
  for (let i = 0; i < count; i++) {
    const run = inferFloat(net, pixelsToFloat(imageAt(set, i)));
    x.set(run.layers[0]!, i * size);
    dy.set(backprop(net, run, labels[i]!)[1]!, i * size);
  }
  return { shape, x: x.map((v) => rounded(format, v)), dy: dy.map((v) => rounded(format, LOSS_SCALE * v)) };
}
