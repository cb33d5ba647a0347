import { type Rule } from '../parameters.ts';

/**
 * A binary interchange format as IEEE 754-2019 3.4 has them: sign, biased exponent, fraction, with subnormals, infinities and NaNs.
 * The bias is 2^(exponent - 1) - 1.
 */
export interface FloatFormat {
  /** Bits of the biased exponent, 3 to 11. */
  readonly exponent: number;
  /** Bits of the fraction, without the leading one: 2 to 52, and fewer than 2^exponent. */
  readonly fraction: number;
}

export const BINARY16: FloatFormat = { exponent: 5, fraction: 10 };
export const BFLOAT16: FloatFormat = { exponent: 8, fraction: 7 };
export const BINARY32: FloatFormat = { exponent: 8, fraction: 23 };
export const BINARY64: FloatFormat = { exponent: 11, fraction: 52 };

/** Bits of a number. */
export const floatWidth = ({ exponent, fraction }: FloatFormat): number => 1 + exponent + fraction;
/** Bits of a significand, with the leading one. */
export const precision = ({ fraction }: FloatFormat): number => fraction + 1;
export const bias = ({ exponent }: FloatFormat): number => 2 ** (exponent - 1) - 1;
/** The exponent field of infinities and NaNs: the least that no finite number has. */
export const fullExponent = ({ exponent }: FloatFormat): number => 2 ** exponent - 1;
/** Infinity without its sign. */
export const infinityBits = (format: FloatFormat): bigint => BigInt(fullExponent(format)) << BigInt(format.fraction);
/** The bit that tells a quiet NaN from a signalling one. */
export const quietBit = ({ fraction }: FloatFormat): bigint => 1n << BigInt(fraction - 1);

/** Part of module names: `E5F10`. */
export const formatName = ({ exponent, fraction }: FloatFormat): string => `E${exponent}F${fraction}`;

const within = (v: unknown, least: number, most: number): v is number => Number.isInteger(v) && (v as number) >= least && (v as number) <= most;

export const formatRule: Rule = {
  says: 'a format: { exponent: 3 to 11, fraction: 2 to 52 and less than 2^exponent }',
  holds: (v) => {
    if (typeof v !== 'object' || v === null || Object.keys(v).length !== 2) return false;
    const { exponent, fraction } = v as Partial<FloatFormat>;
    return within(exponent, 3, 11) && within(fraction, 2, Math.min(52, 2 ** exponent - 1));
  },
};
