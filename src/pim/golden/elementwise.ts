import { laneArithmetic } from './arithmetic.ts';
import type { GoldenShape } from './order.ts';

type Format = Pick<GoldenShape, 'format' | 'fused'>;

/** The sign bit decides: -0 becomes +0. */
export const goldenRelu = (x: Float64Array): Float64Array => x.map((v) => (v < 0 || Object.is(v, -0) ? 0 : v));

/** dy where y > 0. */
export const goldenReluBackward = (y: Float64Array, dy: Float64Array): Float64Array => dy.map((v, i) => (y[i]! > 0 ? v : 0));

export function goldenAdd({ format }: Format, a: Float64Array, b: Float64Array, relu = false): Float64Array {
  const { add } = laneArithmetic(format);
  const sum = a.map((v, i) => add(v, b[i]!));
  return relu ? goldenRelu(sum) : sum;
}

export interface GoldenSgd {
  readonly rate: number;
  readonly momentum: number;
  readonly decay?: number;
}

/** v = g (+ w * decay) + v * momentum; w = w + v * -rate. All in the lanes' format. */
export function goldenSgd({ format, fused }: Format, w: Float64Array, g: Float64Array, v: Float64Array, { rate, momentum, decay }: GoldenSgd): { w: Float64Array; v: Float64Array } {
  const { round, mac } = laneArithmetic(format, fused);
  const [mu, step] = [round(momentum), round(-rate)];
  const velocity = v.map((old, i) => mac(old, mu, decay === undefined ? g[i]! : mac(w[i]!, round(decay), g[i]!)));
  return { v: velocity, w: w.map((old, i) => mac(velocity[i]!, step, old)) };
}
