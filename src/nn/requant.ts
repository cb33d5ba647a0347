import { fail } from '../diag/index.ts';

/** Bits of the multiplier: the product with an int32 accumulator stays below 2^47, exact in a double and small in hardware. */
export const MULTIPLIER_BITS = 15;
/** The shift is 1 to 31, five bits. */
export const MOST_SHIFT = 31;

/** A positive real factor as multiplier / 2^shift. */
export interface FixedScale {
  /** 0 to 2^15 - 1; at least 2^14 unless the scale is below 2^-17. */
  readonly multiplier: number;
  /** 1 to 31. */
  readonly shift: number;
}

/**
 * The nearest multiplier / 2^shift, with as many multiplier bits as there are.
 * @throws WordlineError `quantise-scale` unless 0 < scale < 2^14 - 1/2
 */
export function encodeScale(scale: number): FixedScale {
  if (!(scale > 0) || scale >= 2 ** (MULTIPLIER_BITS - 1) - 0.5) {
    fail('quantise-scale', `a scale of ${scale} cannot be written as a ${MULTIPLIER_BITS}-bit multiplier and a right shift`);
  }
  let shift = MOST_SHIFT;
  // Multiplying by powers of two is exact, unlike a logarithm.
  while (shift > 1 && Math.round(scale * 2 ** shift) >= 2 ** MULTIPLIER_BITS) shift--;
  return { multiplier: Math.round(scale * 2 ** shift), shift };
}

/**
 * The integer operation between layers: `clamp((accumulator * multiplier + 2^(shift - 1)) >> shift, 0, 255)` with an arithmetic shift,
 * so that halves round up (towards +infinity). The clamp at 0 is the ReLU.
 * @param accumulator int32, bias included
 */
export function requantise(accumulator: number, multiplier: number, shift: number): number {
  const y = Math.floor((accumulator * multiplier + 2 ** (shift - 1)) / 2 ** shift);
  return y < 0 ? 0 : y > 255 ? 255 : y;
}
