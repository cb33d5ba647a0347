import { BINARY16, BINARY32, FloatAdd, FloatExtreme, FloatMultiply, FloatMultiplyAdd, type FloatFormat } from '../lib/float/index.ts';
import type { Hardware, PimConfig, Signal } from '../../src/index.ts';

/** A burst, lane by lane. */
export type Vector = Signal<number, number>;

export const formatOf = ({ format }: PimConfig): FloatFormat => (format === 'binary16' ? BINARY16 : BINARY32);

/** Each lane by a unit of its own. */
function lanewise(hw: Hardware, lanes: number, lane: (i: number) => Signal): Vector {
  return hw.vec(Array.from({ length: lanes }, (_, i) => lane(i)));
}

/** What the multiplier makes of x and y, or with `fused` of x, y and z. */
export function multiplied(hw: Hardware, config: PimConfig, x: Vector, y: Vector, z: Vector): { readonly product: Vector; readonly fused: Vector | undefined } {
  const format = formatOf(config);
  const product = lanewise(hw, config.lanes, (i) => hw.instance(`multiply${i}`, FloatMultiply({ format }), { a: x.at(i), b: y.at(i) }).out.y);
  if (!config.fused) return { product, fused: undefined };
  return { product, fused: lanewise(hw, config.lanes, (i) => hw.instance(`multiplyAdd${i}`, FloatMultiplyAdd({ format, fused: true }), { a: x.at(i), b: y.at(i), c: z.at(i) }).out.y) };
}

export const added = (hw: Hardware, config: PimConfig, x: Vector, y: Vector): Vector =>
  lanewise(hw, config.lanes, (i) => hw.instance(`add${i}`, FloatAdd({ format: formatOf(config) }), { a: x.at(i), b: y.at(i) }).out.y);

export const greater = (hw: Hardware, config: PimConfig, x: Vector, y: Vector): Vector =>
  lanewise(hw, config.lanes, (i) => hw.instance(`max${i}`, FloatExtreme({ format: formatOf(config), operation: 'maximum' }), { a: x.at(i), b: y.at(i) }).out.y);

const signOf = ({ width }: PimConfig, x: Vector): Signal<1, number> => x.bit(width - 1);

/** With the other sign; what that makes of a NaN does not matter to an adder. */
export const negated = (hw: Hardware, config: PimConfig, x: Vector): Vector => x.xor(hw.lit<number>(config.width, 1n << BigInt(config.width - 1)).splat(config.lanes));

/** +0 where the sign bit is 1. */
export const rectified = (config: PimConfig, x: Vector): Vector => signOf(config, x).mux<number, number>(0, x);

/** x where y is above zero, +0 elsewhere. */
export function gated(config: PimConfig, x: Vector, y: Vector): Vector {
  const { exponent, fraction } = formatOf(config);
  const magnitude = y.trunc<number>(config.width - 1);
  const infinity = ((1n << BigInt(exponent)) - 1n) << BigInt(fraction);
  const positive = signOf(config, y).not().and(magnitude.ne(0)).and(magnitude.le(infinity));
  return positive.mux<number, number, number, number>(x, 0);
}
