import type { FloatFormat } from '../../../rtl/lib/float/index.ts';

/**
 * What IEEE 754 says, by JavaScript's doubles. A sum or a product-and-sum that is no double is rounded to odd (its last bit says that there was
 * more), after which rounding once more to at most 24 bits is as good as rounding once (Boldo and Melquiond, 2008).
 */

const bytes = new DataView(new ArrayBuffer(8));
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const highWord = (x: number): number => ((float[0] = x), words[1]!);

/** Exact sum, rounded to odd. */
export function sumToOdd(x: number, y: number): number {
  const s = x + y;
  if (!Number.isFinite(s)) return s;
  const z = s - x;
  const error = x - (s - z) + (y - z);
  if (error === 0) return s;
  float[0] = s;
  if ((words[0]! & 1) === 1) return s;
  // The neighbour on the side of the error; the last bit is 0, so that going up never carries.
  const up = error > 0 === s > 0;
  if (up) words[0] = words[0]! | 1;
  else {
    if (words[0] === 0) words[1]!--;
    words[0]!--;
  }
  return float[0];
}

/** How a format reads and writes doubles; binary32 by typed arrays, the others by arithmetic. */
export interface Codec {
  readonly format: FloatFormat;
  readonly width: number;
  readonly value: (bits: number) => number;
  /** The nearest number, ties to even, as unsigned bits; NaN is the canonical one. */
  readonly bits: (x: number) => number;
  readonly signalling: (bits: number) => boolean;
  readonly leastNormal: number;
}

/** Of binary32, or of a format of up to 16 bits. */
export function codec(format: FloatFormat): Codec {
  const { exponent: E, fraction: F } = format;
  const width = 1 + E + F;
  const least = 2 - 2 ** (E - 1); // exponent of the least normal number
  const infinity = (2 ** E - 1) * 2 ** F;
  const units = Array.from({ length: 2 ** E }, (_, i) => 2 ** (F - (least + i)));
  const signed = (negative: boolean, magnitude: number): number => (negative ? 2 ** (width - 1) : 0) + magnitude;
  const bits = (x: number): number => {
    const high = highWord(x);
    if (x !== x) return infinity + 2 ** (F - 1);
    const above = Math.max(((high >>> 20) & 0x7ff) - 1023 - least, 0);
    if (above >= 2 ** E - 2) return signed(high >>> 31 === 1, infinity);
    // In units of the last place; adding 2^52 rounds to whole ones. A carry makes the next exponent.
    const whole = Math.abs(x) * units[above]! + 2 ** 52 - 2 ** 52;
    return signed(high >>> 31 === 1, Math.min(infinity, above * 2 ** F + whole));
  };
  const decode = (b: number): number => {
    const magnitude = b % 2 ** (width - 1);
    const sign = b >= 2 ** (width - 1) ? -1 : 1;
    const [field, fraction] = [Math.floor(magnitude / 2 ** F), magnitude % 2 ** F];
    if (field === 2 ** E - 1) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (field === 0 ? fraction : fraction + 2 ** F) * 2 ** (least - F + Math.max(field - 1, 0));
  };
  const common = { format, width, leastNormal: 2 ** least };
  const isSignalling = (b: number): boolean => b % 2 ** (width - 1) > infinity && Math.floor(b / 2 ** (F - 1)) % 2 === 0;
  const read = (b: number): number => (bytes.setUint32(0, b), bytes.getFloat32(0));
  const write = (x: number): number => (x !== x ? infinity + 2 ** (F - 1) : (bytes.setFloat32(0, x), bytes.getUint32(0)));
  if (width === 32) return { ...common, value: read, bits: write, signalling: isSignalling };
  const table = Float64Array.from({ length: 2 ** width }, (_, i) => decode(i));
  const quiet = Uint8Array.from({ length: 2 ** width }, (_, i) => (isSignalling(i) ? 1 : 0));
  return { ...common, value: (b) => table[b]!, bits, signalling: (b) => quiet[b] === 1 };
}

export const FLAG = { invalid: 8, overflow: 4, underflow: 2, inexact: 1 } as const;

/** Flags of a result computed as an exact or odd double; `invalid` where a NaN comes of none. */
export function flagsOf(c: Codec, operands: readonly number[], exact: number, result: number): number {
  if (operands.some(c.signalling)) return FLAG.invalid;
  if (exact !== exact) return operands.some((b) => Number.isNaN(c.value(b))) ? 0 : FLAG.invalid;
  const rounded = c.value(result);
  if (rounded === exact) return 0;
  return FLAG.inexact | (Math.abs(rounded) === Infinity ? FLAG.overflow : 0) | (Math.abs(exact) < c.leastNormal ? FLAG.underflow : 0);
}

/** Before rounding: exact or odd. */
export const before = {
  add: (x: number, y: number): number => sumToOdd(x, y),
  multiply: (x: number, y: number): number => x * y,
  fused: (x: number, y: number, z: number): number => sumToOdd(x * y, z),
};
