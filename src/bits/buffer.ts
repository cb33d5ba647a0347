/**
 * Bits to bytes and back. The only module that touches `bigint-buffer`, whose original dereferences null and overruns its buffer on bad
 * input (CVE-2025-3194); package.json aliases a memory-safe one. Nothing but a checked width, bigint and Uint8Array passes this door.
 */
import { toBigIntBE, toBigIntLE, toBufferBE, toBufferLE } from 'bigint-buffer';
import { bitsOf, checkWidth, reject, show } from './check.ts';
import { maskOf } from './math.ts';

/** `le`: least significant byte first. `be`: most significant byte first. */
export type Endian = 'le' | 'be';

/** The low `width` bits of `value` in ceil(width / 8) bytes; the bits above the width are 0. */
export function encode(width: number, value: bigint, endian: Endian): Buffer {
  const bytes = Math.ceil(checkWidth(width) / 8);
  if (typeof value !== 'bigint') reject('buffer-value', `${show(value)} is not a bigint`);
  // Masked even though Bits holds only masked values: the fallback of the library is wrong for negatives that do not fit.
  const v = BigInt.asUintN(width, value);
  const out = checkEndian(endian) === 'le' ? toBufferLE(v, bytes) : toBufferBE(v, bytes);
  return Buffer.from(out.buffer, out.byteOffset, out.length);
}

/** The value of exactly ceil(width / 8) bytes; bits above the width must be 0. */
export function decode(width: number, buffer: Uint8Array, endian: Endian): bigint {
  const bytes = Math.ceil(checkWidth(width) / 8);
  if (!(buffer instanceof Uint8Array)) reject('buffer-value', `${show(buffer)} is not a Buffer or Uint8Array`);
  if (buffer.length !== bytes) {
    const count = (n: number): string => (n === 1 ? '1 byte' : `${n} bytes`);
    reject('buffer-length', `${bitsOf(width)} ${width === 1 ? 'is' : 'are'} stored in ${count(bytes)}, the buffer has ${count(buffer.length)}`, 'use buffer.subarray');
  }
  const view = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length);
  const value = checkEndian(endian) === 'le' ? toBigIntLE(view) : toBigIntBE(view);
  if (value > maskOf(width)) reject('value-range', `the buffer has ones above bit ${width - 1}`, 'clear them, or read more bits and trunc');
  return value;
}

function checkEndian(endian: Endian): Endian {
  if (endian === 'le' || endian === 'be') return endian;
  return reject('buffer-endian', `byte order ${show(endian)} is neither 'le' nor 'be'`);
}
