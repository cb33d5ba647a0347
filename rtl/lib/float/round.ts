import { bit, bundle, type Hardware, type Signal } from '../../../src/index.ts';
import { floatWidth, fullExponent, infinityBits, precision, type FloatFormat } from './format.ts';
import { jam } from './shift.ts';

/**
 * Exceptions of IEEE 754-2019 chapter 7. `underflow`: the result is inexact and was below the least normal number before rounding (7.5 leaves open
 * whether before or after). Nothing here divides by zero.
 */
export const FloatFlags = bundle({ invalid: bit, overflow: bit, underflow: bit, inexact: bit });

/** Exceptions of an operation, or of several. */
export type Flags = { readonly [K in keyof (typeof FloatFlags)['fields']]: Signal<1> };

/** A value before rounding. */
export interface Unrounded {
  readonly sign: Signal<1>;
  /** Biased weight of the top bit of the significand, at least 1; exactly 1 if that bit is 0. */
  readonly exponent: Signal;
  /** At least two bits longer than the format's; the last one stands for everything below it. */
  readonly significand: Signal;
}

export interface Rounded {
  readonly bits: Signal;
  readonly overflow: Signal<1>;
  readonly underflow: Signal<1>;
  readonly inexact: Signal<1>;
}

/** The nearest number of the format, the even one of two that are equally near; infinity from half a unit above the greatest number on. */
export function round(hw: Hardware, format: FloatFormat, { sign, exponent, significand }: Unrounded): Rounded {
  const p = precision(format);
  const s = jam(significand, significand.width - (p + 2));
  const [leading, fraction, guard, sticky] = [s.bit(p + 1), s.slice<number, number>(p, 2), s.bit(1), s.bit(0)];
  const up = guard.and(sticky.or(fraction.bit(0)));
  const field = exponent.trunc<number>(format.exponent).and(leading.sext<number>(format.exponent));
  // A carry out of the fraction makes the next exponent with fraction 0, which is the number meant: up to infinity.
  const magnitude = field.cat(fraction).add(up.zext<number>(floatWidth(format) - 1));
  const infinity = infinityBits(format);
  const beyond = exponent.ge(fullExponent(format));
  const overflow = beyond.or(magnitude.eq(infinity));
  const lost = guard.or(sticky);
  return { bits: sign.cat(beyond.mux(hw.lit<number>(floatWidth(format) - 1, infinity), magnitude)), overflow, underflow: lost.and(leading.not()), inexact: lost.or(overflow) };
}

/** A result that is not computed: a NaN or an infinity. */
export interface Special {
  readonly special: Signal<1>;
  readonly value: Signal;
  readonly invalid: Signal<1>;
}

/** The special result if there is one, the rounded one otherwise, and the flags of either. */
export function result({ special, value, invalid }: Special, { bits, overflow, underflow, inexact }: Rounded): { y: Signal; flags: Flags } {
  const finite = special.not();
  return { y: special.mux(value, bits), flags: { invalid, overflow: overflow.and(finite), underflow: underflow.and(finite), inexact: inexact.and(finite) } };
}
