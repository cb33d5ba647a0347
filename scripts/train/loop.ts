import { imageAt, type ImageSet } from '../../src/nn/index.ts';
import { Adam } from './adam.ts';
import { Network } from './network.ts';
import { initial, zeros, type Parameters } from './parameters.ts';
import { Random } from './random.ts';

export interface Settings {
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  /** Adam's first rate; it falls to 0 along half a cosine. */
  readonly rate: number;
  readonly decay: number;
  /** Each image is moved by up to so many pixels in both directions, at random, every time it is shown. */
  readonly shift: number;
}

/** Trains from scratch. The same settings and images give the same weights, bit for bit. */
export function train(images: ImageSet, settings: Settings, print: (line: string) => void): Parameters {
  const { seed, epochs, batch, rate, decay, shift } = settings;
  const labels = images.labels ?? new Uint8Array(images.count);
  const random = new Random(seed);
  const parameters = initial(random);
  const gradient = zeros();
  const network = new Network(parameters);
  const adam = new Adam();
  const order = Uint32Array.from({ length: images.count }, (_, i) => i);
  const steps = epochs * Math.ceil(images.count / batch);
  let step = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const start = performance.now();
    random.shuffle(order);
    let [loss, right] = [0, 0];
    for (let from = 0; from < order.length; from += batch) {
      const chosen = order.subarray(from, from + batch);
      for (const index of chosen) {
        shifted(imageAt(images, index), images.width, random.integer(-shift, shift), random.integer(-shift, shift), network.image);
        if (network.forward() === labels[index]) right++;
        loss += network.backward(labels[index]!, gradient);
      }
      adam.update(parameters, gradient, chosen.length, rate * 0.5 * (1 + Math.cos((Math.PI * step++) / steps)), decay);
      network.refresh();
    }
    const seconds = (performance.now() - start) / 1000;
    print(`epoch ${epoch}/${epochs}: loss ${(loss / order.length).toFixed(4)}, ${((100 * right) / order.length).toFixed(2)} % right in training, ${seconds.toFixed(0)} s`);
  }
  return parameters;
}

/** Pixels 0 to 255, moved, as values 0 to 1; what comes in from outside is 0. */
function shifted(pixels: Uint8Array, side: number, dx: number, dy: number, out: Float64Array): void {
  out.fill(0);
  for (let y = Math.max(0, dy); y < Math.min(side, side + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(side, side + dx); x++) out[y * side + x] = pixels[(y - dy) * side + x - dx]! / 255;
  }
}
