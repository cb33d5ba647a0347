import type { PimConfig, PimFormat } from './config.ts';
import { halfBits, halfValue, roundHalf } from './float.ts';
import { packLanes, unpackLanes } from './requests.ts';

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The largest relative error of one rounding, if the result is neither too small nor too large: 2^-11 or 2^-24. */
export const unitRoundoff = (format: PimFormat): number => (format === 'binary16' ? 2 ** -11 : 2 ** -24);

/** The distance of the numbers next to zero. */
export const smallestOf = (format: PimFormat): number => (format === 'binary16' ? 2 ** -24 : 2 ** -149);

/** A number as the host writes it into a lane: rounded once, to the nearest, ties to even; NaNs become the canonical one. */
export function encodeValue(format: PimFormat, x: number): number {
  if (format === 'binary16') return halfBits(roundHalf(x));
  if (Number.isNaN(x)) return 0x7fc0_0000;
  single[0] = x;
  return bits[0]!;
}

/** What the bits of a lane mean. Exact. */
export function decodeValue(format: PimFormat, lane: number): number {
  if (format === 'binary16') return halfValue(lane);
  bits[0] = lane;
  return single[0]!;
}

/** What is left of a number in a lane. */
export const rounded = (format: PimFormat, x: number): number => decodeValue(format, encodeValue(format, x));

/** Numbers to the words of a burst: the first is in the low bits of word 0. */
export function packValues(values: ArrayLike<number>, config: Pick<PimConfig, 'format' | 'width' | 'words'>): Uint32Array {
  return packLanes(Array.from(values, (v) => encodeValue(config.format, v)), config);
}

/** The numbers in the lanes of a burst. */
export function unpackValues(burst: Uint32Array, config: Pick<PimConfig, 'format' | 'width'>): Float64Array {
  return Float64Array.from(unpackLanes(burst, config), (lane) => decodeValue(config.format, lane));
}
