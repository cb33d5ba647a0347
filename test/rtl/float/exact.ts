import type { FloatFormat } from '../../../rtl/lib/float/index.ts';

/**
 * IEEE 754 on exact numbers: the oracle for formats and operations that JavaScript has no arithmetic for. Nothing here looks like hardware: numbers are
 * integers times powers of two, results are computed without rounding and then rounded by comparing with the two neighbours.
 */

/** value = numerator * 2^scale */
export interface Exact {
  readonly numerator: bigint;
  readonly scale: number;
}
export type Value = Exact | 'nan' | 'infinity' | '-infinity';
export interface Outcome {
  readonly bits: bigint;
  readonly flags: { readonly overflow: boolean; readonly underflow: boolean; readonly inexact: boolean };
}

export const big = (f: FloatFormat) => {
  const [F, E] = [BigInt(f.fraction), BigInt(f.exponent)];
  const infinity = ((1n << E) - 1n) << F;
  return { F, E, sign: 1n << (F + E), infinity, canonical: infinity | (1n << (F - 1n)), least: 2 - 2 ** (f.exponent - 1) - f.fraction };
};

export function decode(f: FloatFormat, bits: bigint): Value & (Exact | string) {
  const { F, sign, infinity, least } = big(f);
  const magnitude = bits & (sign - 1n);
  const negative = (bits & sign) !== 0n;
  if (magnitude > infinity) return 'nan';
  if (magnitude === infinity) return negative ? '-infinity' : 'infinity';
  const field = magnitude >> F;
  const fraction = magnitude & ((1n << F) - 1n);
  const numerator = field === 0n ? fraction : fraction + (1n << F);
  return { numerator: negative ? -numerator : numerator, scale: least + (field === 0n ? 0 : Number(field) - 1) };
}

const shifted = ({ numerator, scale }: Exact, to: number): bigint => numerator << BigInt(scale - to);
/** -1, 0, 1 as x is below, at or above y. */
function order(x: Exact, y: Exact): number {
  const scale = Math.min(x.scale, y.scale);
  const d = shifted(x, scale) - shifted(y, scale);
  return d < 0n ? -1 : d > 0n ? 1 : 0;
}
export const add = (x: Exact, y: Exact): Exact => {
  const scale = Math.min(x.scale, y.scale);
  return { numerator: shifted(x, scale) + shifted(y, scale), scale };
};
export const multiply = (x: Exact, y: Exact): Exact => ({ numerator: x.numerator * y.numerator, scale: x.scale + y.scale });

/** The magnitude with these bits, also those of infinity, as if the exponents went on. */
const magnitudeOf = (f: FloatFormat, bits: bigint): Exact => {
  const { F, least } = big(f);
  const field = bits >> F;
  return { numerator: (bits & ((1n << F) - 1n)) + (field === 0n ? 0n : 1n << F), scale: least + (field === 0n ? 0 : Number(field) - 1) };
};

/** Nearest of the format's numbers by bisection over them; ties to even. A zero has the sign `zeroSign`. */
export function nearest(f: FloatFormat, x: Exact, zeroSign: boolean): Outcome {
  const { F, sign, infinity } = big(f);
  const negative = x.numerator === 0n ? zeroSign : x.numerator < 0n;
  const size: Exact = { numerator: x.numerator < 0n ? -x.numerator : x.numerator, scale: x.scale };
  let [low, high] = [0n, infinity]; // low <= size, and high is above or infinity
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (order(magnitudeOf(f, middle), size) <= 0) low = middle;
    else high = middle;
  }
  const exact = order(magnitudeOf(f, low), size) === 0;
  const both = add(magnitudeOf(f, low), magnitudeOf(f, high));
  const side = order({ numerator: 2n * size.numerator, scale: size.scale }, both);
  const magnitude = exact || side < 0 || (side === 0 && (low & 1n) === 0n) ? low : high;
  const tiny = low < 1n << F;
  return { bits: (negative ? sign : 0n) | magnitude, flags: { inexact: !exact, overflow: magnitude === infinity, underflow: tiny && !exact } };
}
