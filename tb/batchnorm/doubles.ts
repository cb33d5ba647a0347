import type { TensorShape } from '../../src/index.ts';

export interface Doubles {
  readonly mean: Float64Array;
  readonly invstd: Float64Array;
  readonly y: Float64Array;
  readonly dgamma: Float64Array;
  readonly dbeta: Float64Array;
  readonly dx: Float64Array;
}

/** Batch normalisation and ReLU in doubles, by the textbook; the gradient goes where `open` says that the ReLU lets it through. */
export function inDoubles({ images, channels, height, width }: TensorShape, x: Float64Array, dy: Float64Array, gamma: Float64Array, beta: Float64Array, open: (i: number) => boolean, epsilon: number): Doubles {
  const map = height * width;
  const n = images * map;
  const [mean, invstd, dgamma, dbeta] = [0, 1, 2, 3].map(() => new Float64Array(channels)) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  for (let c = 0; c < channels; c++) {
    const all = Array.from({ length: n }, (_, k) => (Math.floor(k / map) * channels + c) * map + (k % map));
    const sum = (of: (i: number) => number): number => all.reduce((s, i) => s + of(i), 0);
    const through = (i: number): number => (open(i) ? dy[i]! : 0);
    const m = (mean[c] = sum((i) => x[i]!) / n);
    const r = (invstd[c] = 1 / Math.sqrt(sum((i) => (x[i]! - m) ** 2) / n + epsilon));
    const db = (dbeta[c] = sum(through));
    const dg = (dgamma[c] = sum((i) => through(i) * (x[i]! - m) * r));
    for (const i of all) {
      const hat = (x[i]! - m) * r;
      y[i] = Math.max(0, hat * gamma[c]! + beta[c]!);
      dx[i] = gamma[c]! * r * (through(i) - db / n - (hat * dg) / n);
    }
  }
  return { mean, invstd, y, dgamma, dbeta, dx };
}

/** The largest difference, beside the largest of the values wanted. */
export function errorOf(got: Float64Array, wanted: Float64Array): number {
  let [difference, largest] = [0, 0];
  wanted.forEach((w, i) => {
    difference = Math.max(difference, Math.abs(got[i]! - w));
    largest = Math.max(largest, Math.abs(w));
  });
  return difference / largest;
}
