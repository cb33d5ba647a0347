/** Integer helpers under `Bits`: everything here works on plain bigints and never allocates a `Bits`. */
import { fail, Origin } from '../diag/index.ts';

export const MAX_WIDTH = 1 << 20;

/** Masks of these widths are kept; wider ones are made when asked for, so that odd widths do not pile up. */
const KEPT = 4096;
const masks = new Array<bigint | undefined>(KEPT + 1).fill(undefined);
const powers = new Array<bigint | undefined>(KEPT + 1).fill(undefined);

/** 2^width - 1. */
export function maskOf(width: number): bigint {
  return masks[width] ?? makeMask(width);
}

/** 2^width. */
export function powerOf(width: number): bigint {
  return powers[width] ?? makePower(width);
}

function makeMask(width: number): bigint {
  const mask = powerOf(width) - 1n;
  if (width <= KEPT) masks[width] = mask;
  return mask;
}

function makePower(width: number): bigint {
  const power = 1n << BigInt(width);
  if (width <= KEPT) powers[width] = power;
  return power;
}

/** The two's complement reading of an unsigned `width`-bit value. */
export function signed(value: bigint, width: number): bigint {
  return value >= powerOf(width - 1) ? value - powerOf(width) : value;
}

/** By the character code of a hexadecimal digit. */
const ONES_IN_DIGIT = new Uint8Array(128);
for (let d = 0; d < 16; d++) ONES_IN_DIGIT[d.toString(16).charCodeAt(0)] = (d & 1) + ((d >> 1) & 1) + ((d >> 2) & 1) + (d >> 3);

/** Number of ones in a value that is not negative. */
export function popcount(value: bigint): number {
  let ones = 0;
  if (value <= 0xffff_ffffn) {
    for (let v = Number(value) >>> 0; v !== 0; v &= v - 1) ones++;
    return ones;
  }
  const text = value.toString(16);
  for (let i = 0; i < text.length; i++) ones += ONES_IN_DIGIT[text.charCodeAt(i)]!;
  return ones;
}

/** Index of the lowest one; 0 for 0. */
export function lowestIndex(value: bigint): number {
  if (value === 0n) return 0;
  let base = 0;
  // Text is the only way to ask a bigint for its length, so it is asked of 1024 bits and not of all.
  for (; (value & maskOf(1024)) === 0n; base += 1024) value >>= 1024n;
  const low = value & maskOf(1024);
  return base + (low & -low).toString(2).length - 1;
}

/** ceil(log2(n)) for an integer n >= 1: how many bits tell n things apart. */
export function clog2(n: number): number {
  if (!Number.isSafeInteger(n) || n < 1) {
    fail('value-range', `clog2 of ${String(n)}: needs an integer of at least 1`, { where: [Origin.here()] });
  }
  let bits = 0;
  for (let power = 1; power < n; power *= 2) bits++;
  return bits;
}

/** Width of an index into n things: clog2, but at least 1. */
export function indexWidth(n: number): number {
  return Math.max(1, clog2(n));
}
