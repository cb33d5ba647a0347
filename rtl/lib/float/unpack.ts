import type { Signal } from '../../../src/index.ts';
import { infinityBits, type FloatFormat } from './format.ts';

/** A number taken apart. */
export interface Unpacked {
  readonly bits: Signal;
  readonly sign: Signal<1>;
  /** All bits but the sign: ordered as the magnitudes are. */
  readonly magnitude: Signal;
  /** Biased exponent, 1 for subnormals and zero: the weight of the leading bit of the significand. */
  readonly exponent: Signal;
  /** With its leading bit, which is 0 for subnormals and zero. */
  readonly significand: Signal;
  readonly zero: Signal<1>;
  readonly infinite: Signal<1>;
  readonly nan: Signal<1>;
  readonly signalling: Signal<1>;
}

export function unpack(format: FloatFormat, bits: Signal): Unpacked {
  const { exponent, fraction } = format;
  const magnitude = bits.trunc<number>(exponent + fraction);
  const field: Signal = magnitude.slice(exponent + fraction - 1, fraction);
  const normal = field.reduceOr();
  const nan = magnitude.gt(infinityBits(format));
  return {
    bits,
    sign: bits.bit(exponent + fraction),
    magnitude,
    exponent: field.or(normal.not().zext<number>(exponent)),
    significand: normal.cat(magnitude.trunc<number>(fraction)),
    zero: magnitude.eq(0),
    infinite: magnitude.eq(infinityBits(format)),
    nan,
    signalling: nan.and(bits.bit(fraction - 1).not()),
  };
}

/** Is any of these 1? */
export const either = (first: Signal<1>, ...others: readonly Signal<1>[]): Signal<1> => others.reduce((a, b) => a.or(b), first);
