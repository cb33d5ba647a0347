import { describe, expect, it } from 'vitest';
import { calibrate, calibrationOf, graph, type Graph, type ImageSet } from '../../src/nn/index.ts';
import { plainWindow, problem } from './helpers.ts';

/** One pixel times 1 and times -1: the range is what the pixels are. */
const net: Graph = graph({
  name: 'n',
  input: { channels: 1, height: 1, width: 1 },
  layers: [
    { op: 'conv', name: 'plus', outputs: 1, weights: Float32Array.from([1]), bias: new Float32Array(1), ...plainWindow(1) },
    { op: 'conv', name: 'minus', outputs: 1, weights: Float32Array.from([-1]), bias: new Float32Array(1), ...plainWindow(1) },
  ],
});
const pixels = Uint8Array.from({ length: 100 }, (_, i) => i + 1);
const images: ImageSet = { count: 100, height: 1, width: 1, pixels, names: [] };

describe('calibrate', () => {
  it('takes the maximum or a percentile of the positive outputs', () => {
    expect(calibrate(net, images, { inputScale: 1 })).toEqual({ inputScale: 1, ranges: { plus: 100, minus: 1 } });
    expect(calibrate(net, images, { inputScale: 0.5, percentile: 90 }).ranges).toEqual({ plus: 45, minus: 1 });
  });

  it('refuses impossible options', () => {
    expect(problem(() => calibrate(net, { ...images, count: 0 }))).toBe('calibrate-images: calibration needs at least one image');
    expect(problem(() => calibrate(net, images, { percentile: 0 }))).toBe('calibrate-option: percentile is 0: above 0 and up to 100 is possible');
    expect(problem(() => calibrate(net, images, { inputScale: -1 }))).toBe('calibrate-option: inputScale is -1: a positive number is possible');
    expect(problem(() => calibrate(net, { ...images, width: 2 }))).toBe('image-size: the images are 1 x 1 x 2 and the network takes 1 x 1 x 1');
  });

  it('refuses damaged metadata', () => {
    const damaged = (text: string): string => problem(() => calibrationOf({ ...net, metadata: { 'wordline.calibration': text } }));
    expect(calibrationOf(net)).toBeUndefined();
    expect(damaged('{')).toMatch(/^calibrate-metadata: metadata wordline.calibration is damaged: .* at the top$/);
    expect(damaged('{"inputScale":1,"ranges":{"a":-1}}')).toMatch(/^calibrate-metadata: metadata wordline.calibration is damaged: .* at ranges.a$/);
  });
});
