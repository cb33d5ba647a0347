/** The checks at the door of `Bits`: each returns what it checked, in the form the class stores, or throws. */
import { fail, Origin } from '../diag/index.ts';
import { MAX_WIDTH, maskOf, powerOf } from './math.ts';

/** Throws with the place of the first caller outside the kit. */
export function reject(code: string, message: string, hint?: string): never {
  fail(code, message, hint === undefined ? { where: [Origin.here()] } : { where: [Origin.here()], hint });
}

export function checkWidth(width: number): number {
  if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH) {
    reject('width-range', `width ${show(width)} is not an integer from 1 to ${MAX_WIDTH}`);
  }
  return width;
}

/** An integer as a bigint; numbers above 2^53 have lost bits already, so they are refused. */
export function integer(value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  if (!Number.isInteger(value)) reject('value-not-integer', `${show(value)} is not an integer`);
  if (!Number.isSafeInteger(value)) {
    const exact = shorten(BigInt(value));
    reject('value-not-integer', `${exact} is beyond 2^53, where a number is no longer exact`, `write it as a bigint: ${exact}n`);
  }
  return BigInt(value);
}

/** `value` as the unsigned value of `width` bits: fits as unsigned, or as negative in two's complement. */
export function fit(width: number, value: number | bigint): bigint {
  const v = integer(value);
  if (v >= 0n) {
    if (v <= maskOf(width)) return v;
  } else if (v >= -powerOf(width - 1)) return v + powerOf(width);
  const low = -powerOf(width - 1);
  const high = maskOf(width);
  return reject(
    'value-range',
    `${shorten(v)} does not fit ${bitsOf(width)}: the range is ${width <= 64 ? `${low} to ${high}` : `-2^${width - 1} to 2^${width}-1`}`,
    'Bits.wrap keeps the low bits',
  );
}

/** A count or an index that is a safe integer of at least `least`. */
export function checkCount(what: string, n: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(n) && n >= least && n <= most) return n;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return reject('index-range', `${what} ${show(n)} is not an integer ${range}`);
}

/** What an operator takes besides a Bits. */
export function literal(name: string, value: number | bigint): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return reject('bad-operand', `${name}: ${show(value)} is not a Bits, a number or a bigint`);
}

export function mismatch(name: string, a: number, b: number): never {
  reject('width-mismatch', `${name}: ${bitsOf(a)} and ${bitsOf(b)}`, 'make them equal with zext, sext, trunc or slice');
}

export function exactNumber(value: bigint): number {
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : reject('value-range', `${shorten(value)} is beyond 2^53 - 1`, 'use toBigInt');
}

export function bitsOf(width: number): string {
  return width === 1 ? '1 bit' : `${width} bits`;
}

/** Long values as their ends: a message is for reading. */
export function shorten(value: bigint): string {
  const text = value.toString();
  return text.length <= 48 ? text : `${text.slice(0, 20)}...${text.slice(-8)} (${text.length} digits)`;
}

/** Whatever a caller without types passed, without ever throwing itself. */
export function show(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return `${shorten(value)}n`;
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return String(value);
  return `a value of type ${typeof value}`;
}
