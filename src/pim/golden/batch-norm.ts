import { laneArithmetic } from './arithmetic.ts';
import { reduceChannel, type GoldenShape, type GoldenTensor } from './order.ts';

/** One number a channel. */
export interface GoldenStatistics {
  readonly mean: Float64Array;
  /** Of the batch: divided by the number of values. */
  readonly variance: Float64Array;
  readonly invstd: Float64Array;
}

const valuesOfChannel = ({ images, height, width }: GoldenTensor): number => images * height * width;
const perChannel = (tensor: GoldenTensor, f: (c: number) => number): Float64Array => Float64Array.from({ length: tensor.channels }, (_, c) => f(c));
const channelOf = ({ channels, height, width }: GoldenTensor, i: number): number => Math.floor(i / (height * width)) % channels;

/** Mean, then the mean square of the distance to the mean as the units know it, put right for what rounding the mean did. */
export function goldenStatistics(shape: GoldenShape, tensor: GoldenTensor, x: Float64Array, epsilon: number): GoldenStatistics {
  const { round, add, sub, mac } = laneArithmetic(shape.format, shape.fused);
  const n = valuesOfChannel(tensor);
  const mean = perChannel(tensor, (c) => reduceChannel(shape, tensor, c, add, (sum, i) => add(sum, x[i]!)) / n);
  const variance = perChannel(tensor, (c) => {
    const centre = round(mean[c]!);
    const squares = reduceChannel(shape, tensor, c, add, (sum, i) => {
      const d = sub(x[i]!, centre);
      return mac(d, d, sum);
    });
    const off = mean[c]! - centre;
    return Math.max(0, squares / n - off * off);
  });
  return { mean, variance, invstd: variance.map((v) => 1 / Math.sqrt(v + epsilon)) };
}

/** y = x * scale + shift with scale = gamma * invstd and shift = beta - mean * scale. */
export function goldenNormalise(shape: GoldenShape, tensor: GoldenTensor, x: Float64Array, { mean, invstd }: Pick<GoldenStatistics, 'mean' | 'invstd'>, gamma: Float64Array, beta: Float64Array, relu = false): Float64Array {
  const { round, mac } = laneArithmetic(shape.format, shape.fused);
  const scale = perChannel(tensor, (c) => round(gamma[c]! * invstd[c]!));
  const shift = perChannel(tensor, (c) => round(beta[c]! - mean[c]! * scale[c]!));
  return x.map((v, i) => {
    const c = channelOf(tensor, i);
    const y = mac(v, scale[c]!, shift[c]!);
    return relu && (y < 0 || Object.is(y, -0)) ? 0 : y;
  });
}

export interface GoldenGradients {
  readonly dx: Float64Array;
  readonly dgamma: Float64Array;
  readonly dbeta: Float64Array;
}

/** dx = x * p + q, plus dy * r: p, q, r gather what depends on the channel alone. */
export function goldenBatchNormBackward(
  shape: GoldenShape,
  tensor: GoldenTensor,
  x: Float64Array,
  dy: Float64Array,
  { mean, invstd }: Pick<GoldenStatistics, 'mean' | 'invstd'>,
  gamma: Float64Array,
): GoldenGradients {
  const { round, add, sub, mac } = laneArithmetic(shape.format, shape.fused);
  const n = valuesOfChannel(tensor);
  const dbeta = perChannel(tensor, (c) => reduceChannel(shape, tensor, c, add, (sum, i) => add(sum, dy[i]!)));
  const products = perChannel(tensor, (c) => {
    const centre = round(mean[c]!);
    const sum = reduceChannel(shape, tensor, c, add, (old, i) => mac(sub(x[i]!, centre), dy[i]!, old));
    return sum + (centre - mean[c]!) * dbeta[c]!;
  });
  const dgamma = perChannel(tensor, (c) => products[c]! * invstd[c]!);
  const r = perChannel(tensor, (c) => round(gamma[c]! * invstd[c]!));
  const p = perChannel(tensor, (c) => round((-gamma[c]! * invstd[c]! * invstd[c]! * dgamma[c]!) / n));
  const q = perChannel(tensor, (c) => round((-r[c]! * dbeta[c]!) / n - p[c]! * mean[c]!));
  const dx = x.map((v, i) => {
    const c = channelOf(tensor, i);
    return mac(dy[i]!, r[c]!, mac(v, p[c]!, q[c]!));
  });
  return { dx, dgamma, dbeta };
}
