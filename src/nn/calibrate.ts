import { z } from 'zod';
import { fail } from '../diag/index.ts';
import { inferFloat, pixelsToFloat } from './float.ts';
import type { Graph } from './graph.ts';
import { checkImages, imageAt, type ImageSet } from './images.ts';

/** What quantisation has to know beside the weights. */
export interface Calibration {
  /** The real value of a pixel of 1; pixels are 0 to 255 and 0 means 0. */
  readonly inputScale: number;
  /** By name of a conv or dense layer: the real value behind its ReLU that becomes 255. */
  readonly ranges: Readonly<Record<string, number>>;
}

export interface CalibrateOptions {
  /** Default 1/255. */
  readonly inputScale?: number;
  /** Part of a layer's positive outputs that fits the range, in percent; the rest saturates. Default 100, the maximum. */
  readonly percentile?: number;
}

/** The key in the metadata of an ONNX file; the value is JSON of `Calibration`. */
export const CALIBRATION_KEY = 'wordline.calibration';

const schema = z.object({ inputScale: z.number().positive(), ranges: z.record(z.string(), z.number().positive()) });

/**
 * Runs the float network over images and takes the range of each conv and dense layer.
 * @throws WordlineError `image-size`, `calibrate-images`, `calibrate-option`
 */
export function calibrate(net: Graph, images: ImageSet, { inputScale = 1 / 255, percentile = 100 }: CalibrateOptions = {}): Calibration {
  checkImages(images, net.input);
  if (images.count === 0) fail('calibrate-images', 'calibration needs at least one image');
  if (!(percentile > 0 && percentile <= 100)) fail('calibrate-option', `percentile is ${percentile}: above 0 and up to 100 is possible`);
  if (!(inputScale > 0 && Number.isFinite(inputScale))) fail('calibrate-option', `inputScale is ${inputScale}: a positive number is possible`);
  const seen = net.layers.map((): Float32Array[] => []);
  const most = net.layers.map(() => 0);
  for (let i = 0; i < images.count; i++) {
    const { layers } = inferFloat(net, pixelsToFloat(imageAt(images, i), inputScale));
    for (const [l, values] of layers.entries()) {
      const { op } = net.layers[l]!;
      if (op !== 'conv' && op !== 'dense') continue;
      // Keeping every value is dear, and the maximum does not need it.
      if (percentile < 100) seen[l]!.push(values.filter((v) => v > 0));
      else for (const v of values) if (v > most[l]!) most[l] = v;
    }
  }
  const ranges: Record<string, number> = {};
  for (const [l, layer] of net.layers.entries()) {
    if (layer.op !== 'conv' && layer.op !== 'dense') continue;
    const range = percentile < 100 ? rank(seen[l]!, percentile) : most[l]!;
    // A layer that never fires gives zeros whatever its range.
    ranges[layer.name] = range > 0 ? range : 1;
  }
  return { inputScale, ranges };
}

/** The calibration that an ONNX file carries in its metadata, or undefined. @throws WordlineError `calibrate-metadata` if damaged */
export function calibrationOf(net: Graph): Calibration | undefined {
  const text = net.metadata[CALIBRATION_KEY];
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(json(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail('calibrate-metadata', `metadata ${CALIBRATION_KEY} is damaged: ${issue?.message ?? 'unreadable'} at ${issue?.path.join('.') || 'the top'}`);
  }
  return parsed.data;
}

/** The same graph with the calibration (and other notes) in its metadata. */
export function withCalibration(net: Graph, calibration: Calibration, notes: Readonly<Record<string, string>> = {}): Graph {
  return { ...net, metadata: { ...net.metadata, ...notes, [CALIBRATION_KEY]: JSON.stringify(calibration) } };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value below or at which `percentile` percent of all values lie. */
function rank(chunks: readonly Float32Array[], percentile: number): number {
  const all = new Float32Array(chunks.reduce((sum, c) => sum + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  all.sort();
  return all[Math.max(0, Math.ceil((percentile / 100) * all.length) - 1)] ?? 0;
}
