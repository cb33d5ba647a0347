import type { PimFormat } from './config.ts';

/**
 * Arithmetic of a format in doubles, which hold its numbers, their products and (but for one bit, see `sum`) their sums, so that one rounding at
 * the end is the rounding of the exact result. Values are passed as doubles and kept as bits.
 */
export interface FloatArithmetic {
  /** Values of some lanes. */
  readonly load: (bits: Lanes, into: Float64Array) => void;
  /** Bits of values that are numbers of the format; NaNs become the canonical one. */
  readonly store: (values: Float64Array, into: Lanes) => void;
  /** The nearest number of the format, ties to even. */
  readonly round: (value: number) => number;
  /** Bits that are not below it have the sign bit. */
  readonly signBit: number;
}
export type Lanes = Uint16Array | Uint32Array;

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/**
 * A sum that is rounded to odd: the last bit of the double says whether anything lies behind it. Rounded once more to a format of at most 51
 * bits this is the exact sum, rounded once (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", IEEE TC 2008).
 */
export function sumToOdd(a: number, b: number): number {
  const sum = a + b;
  const back = sum - a;
  const error = a - (sum - back) + (b - back);
  if (error === 0 || !Number.isFinite(sum)) return sum;
  double[0] = sum;
  if ((halves[0]! & 1) === 1) return sum;
  // The neighbour on the side of the error is odd.
  if (error > 0 === sum > 0) halves[0]! |= 1;
  else {
    if (halves[0] === 0) halves[1]!--;
    halves[0]!--;
  }
  return double[0];
}

/** 2^52: what is added to it loses its fraction, to the nearest even. */
const WHOLE = 2 ** 52;
const SMALLEST_EXPONENT = -14;
const STEPS = Float64Array.from({ length: 30 }, (_, i) => 2 ** (SMALLEST_EXPONENT + i - 10));

/** The nearest binary16 number, as a double. */
export function roundHalf(value: number): number {
  const size = Math.abs(value);
  // Halfway between the largest number and the next that there would be.
  if (!(size < 65520)) return value * Infinity;
  double[0] = size;
  const exponent = (halves[1]! >>> 20) - 1023;
  const step = STEPS[Math.max(exponent, SMALLEST_EXPONENT) - SMALLEST_EXPONENT]!;
  const rounded = (size / step + WHOLE - WHOLE) * step;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/** The bits of a binary16 number. */
export function halfBits(value: number): number {
  if (value !== value) return 0x7e00;
  double[0] = value;
  const sign = (halves[1]! >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** SMALLEST_EXPONENT) return sign | (size * 2 ** 24);
  const exponent = ((halves[1]! >>> 20) & 0x7ff) - 1023;
  return sign | ((exponent + 15) << 10) | ((halves[1]! >>> 10) & 0x3ff);
}

/** The value of binary16 bits. */
export function halfValue(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

let valuesOfHalves: Float64Array | undefined;

const binary16: FloatArithmetic = {
  load(bits, into) {
    const values = (valuesOfHalves ??= Float64Array.from({ length: 65536 }, (_, i) => halfValue(i)));
    for (let i = 0; i < bits.length; i++) into[i] = values[bits[i]!]!;
  },
  store(values, into) {
    for (let i = 0; i < into.length; i++) into[i] = halfBits(values[i]!);
  },
  round: roundHalf,
  signBit: 0x8000,
};

const binary32: FloatArithmetic = {
  load(bits, into) {
    for (let i = 0; i < bits.length; i++) {
      singleBits[0] = bits[i]!;
      into[i] = single[0]!;
    }
  },
  store(values, into) {
    for (let i = 0; i < into.length; i++) {
      single[0] = values[i]!;
      into[i] = values[i] === values[i] ? singleBits[0]! : 0x7fc00000;
    }
  },
  round: Math.fround,
  signBit: 0x80000000,
};

export const FLOAT_ARITHMETIC: Readonly<Record<PimFormat, FloatArithmetic>> = { binary16, binary32 };
