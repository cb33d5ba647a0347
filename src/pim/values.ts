import type { PimConfig, PimFormat } from './config.ts';
import { packLanes, unpackLanes } from './requests.ts';

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);
const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** The largest relative error of one rounding, if the result is neither too small nor too large: 2^-11 or 2^-24. */
export const unitRoundoff = (format: PimFormat): number => (format === 'binary16' ? 2 ** -11 : 2 ** -24);

/** The distance of the numbers next to zero. */
export const smallestOf = (format: PimFormat): number => (format === 'binary16' ? 2 ** -24 : 2 ** -149);

/** A number as the host writes it into a lane: rounded once, to the nearest, ties to even; NaNs become the canonical one. */
export function encodeValue(format: PimFormat, x: number): number {
  if (format === 'binary16') return encodeHalf(x);
  if (Number.isNaN(x)) return 0x7fc0_0000;
  single[0] = x;
  return bits[0]!;
}

/** What the bits of a lane mean. Exact. */
export function decodeValue(format: PimFormat, lane: number): number {
  if (format === 'binary16') return decodeHalf(lane);
  bits[0] = lane;
  return single[0]!;
}

/** What is left of a number in a lane. */
export const rounded = (format: PimFormat, x: number): number => decodeValue(format, encodeValue(format, x));

function encodeHalf(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  double[0] = x;
  const sign = (doubleWords[1]! >>> 16) & 0x8000;
  const size = Math.abs(x);
  // Halfway between the largest number and the next power of two: ties go there, since the largest is odd.
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(((doubleWords[1]! >>> 20) & 0x7ff) - 1023, -14);
  // Adding and subtracting a number whose last bit is worth one unit rounds to units. A carry runs on into the exponent, where it belongs.
  const units = size * 2 ** (10 - exponent);
  const whole = units + 2 ** 52 - 2 ** 52;
  return sign | (((exponent + 14) << 10) + whole);
}

function decodeHalf(lane: number): number {
  const sign = lane & 0x8000 ? -1 : 1;
  const exponent = (lane >>> 10) & 31;
  const fraction = lane & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Numbers to the words of a burst: the first is in the low bits of word 0. */
export function packValues(values: ArrayLike<number>, config: Pick<PimConfig, 'format' | 'width' | 'words'>): Uint32Array {
  return packLanes(Array.from(values, (v) => encodeValue(config.format, v)), config);
}

/** The numbers in the lanes of a burst. */
export function unpackValues(burst: Uint32Array, config: Pick<PimConfig, 'format' | 'width'>): Float64Array {
  return Float64Array.from(unpackLanes(burst, config), (lane) => decodeValue(config.format, lane));
}
