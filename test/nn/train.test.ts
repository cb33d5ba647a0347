import { describe, expect, it } from 'vitest';
import { inferFloat } from '../../src/nn/index.ts';
import { toGraph } from '../../scripts/train/export.ts';
import { train } from '../../scripts/train/loop.ts';
import { Network } from '../../scripts/train/network.ts';
import { initial, NAMES, zeros } from '../../scripts/train/parameters.ts';
import { Random } from '../../scripts/train/random.ts';
import { random, randomPixels } from './helpers.ts';

describe('training', () => {
  it('computes the gradient that differences give', () => {
    const parameters = initial(new Random(3));
    const network = new Network(parameters);
    const next = random(4);
    for (let i = 0; i < network.image.length; i++) network.image[i] = next() < 0.5 ? 0 : next();
    const loss = (): number => {
      network.refresh();
      network.forward();
      return network.backward(7, zeros());
    };
    const gradient = zeros();
    network.forward();
    network.backward(7, gradient);
    const step = 1e-6;
    for (const name of NAMES) {
      for (let trial = 0; trial < 6; trial++) {
        const at = Math.floor(next() * parameters[name].length);
        const before = parameters[name][at]!;
        parameters[name][at] = before + step;
        const above = loss();
        parameters[name][at] = before - step;
        const difference = (above - loss()) / (2 * step);
        parameters[name][at] = before;
        expect(gradient[name][at], `${name}[${at}]`).toBeCloseTo(difference, 5);
      }
    }
  });

  it('is the same network as the graph that is written, and the same every time', () => {
    const next = random(5);
    const images = { count: 40, height: 28, width: 28, pixels: randomPixels(40 * 784, next), labels: Uint8Array.from({ length: 40 }, (_, i) => i % 10), names: [] };
    const settings = { seed: 2, epochs: 2, batch: 16, rate: 1e-3, decay: 1e-2, shift: 2 };
    const lines: string[] = [];
    const parameters = train(images, settings, (line) => lines.push(line));
    expect(lines).toHaveLength(2);
    expect(train(images, settings, () => undefined)).toEqual(parameters);
    const network = new Network(parameters);
    for (let i = 0; i < 784; i++) network.image[i] = images.pixels[i]! / 255;
    network.forward();
    const { logits } = inferFloat(toGraph(parameters), Float32Array.from(network.image));
    logits.forEach((value, i) => expect(value).toBeCloseTo(network.logits[i]!, 4));
  });
});
