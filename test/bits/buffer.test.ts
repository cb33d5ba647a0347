import { describe, expect, it } from 'vitest';
import { Bits, decode, encode, MAX_WIDTH } from '../../src/bits/index.ts';
import { problemOf } from './problem.ts';

describe('encode and decode', () => {
  it('lay bytes out in either order', () => {
    expect(encode(20, 0xabcden, 'le')).toEqual(Buffer.from([0xde, 0xbc, 0x0a]));
    expect(encode(20, 0xabcden, 'be')).toEqual(Buffer.from([0x0a, 0xbc, 0xde]));
    expect(decode(20, Buffer.from([0xde, 0xbc, 0x0a]), 'le')).toBe(0xabcden);
    expect(decode(20, Buffer.from([0x0a, 0xbc, 0xde]), 'be')).toBe(0xabcden);
  });

  it('encode keeps the low bits of negative and long values', () => {
    expect(encode(12, -1n, 'le')).toEqual(Buffer.from([0xff, 0x0f]));
    expect(encode(8, -(1n << 70n) + 3n, 'be')).toEqual(Buffer.from([3]));
    expect(encode(8, 0x1234n, 'be')).toEqual(Buffer.from([0x34]));
  });

  it('read any Uint8Array and any part of one, and leave it alone', () => {
    const bytes = Uint8Array.from([9, 1, 2, 9]);
    expect(decode(16, bytes.subarray(1, 3), 'le')).toBe(0x0201n);
    expect(decode(16, bytes.subarray(1, 3), 'be')).toBe(0x0102n);
    expect([...bytes]).toEqual([9, 1, 2, 9]);
  });

  it('give a Buffer of its own each time', () => {
    const a = Bits.of(16, 0x1234);
    a.toBuffer('le').fill(0);
    expect(a.toBuffer('le')).toEqual(Buffer.from([0x34, 0x12]));
  });

  it('work at the greatest width', () => {
    const a = Bits.ones(MAX_WIDTH).shr(3);
    expect(Bits.fromBuffer(MAX_WIDTH, a.toBuffer('le'), 'le').equals(a)).toBe(true);
  });
});

describe('bad input is an error of ours and never reaches the native library', () => {
  const untyped = { encode, decode } as unknown as Record<'encode' | 'decode', (...args: unknown[]) => unknown>;

  it.each<[string, () => unknown, string, string]>([
    ['null buffer', () => untyped.decode(8, null, 'le'), 'buffer-value', 'null is not a Buffer or Uint8Array'],
    ['string', () => untyped.decode(8, 'a', 'be'), 'buffer-value', '"a" is not a Buffer or Uint8Array'],
    ['array', () => untyped.decode(8, [1], 'le'), 'buffer-value', 'a value of type object is not a Buffer or Uint8Array'],
    ['words', () => untyped.decode(8, new Uint16Array(1), 'le'), 'buffer-value', 'a value of type object is not a Buffer or Uint8Array'],
    ['too short', () => decode(9, Buffer.alloc(1), 'le'), 'buffer-length', '9 bits are stored in 2 bytes, the buffer has 1 byte'],
    ['too long', () => decode(1, Buffer.alloc(3), 'be'), 'buffer-length', '1 bit is stored in 1 byte, the buffer has 3 bytes'],
    ['empty', () => decode(8, Buffer.alloc(0), 'be'), 'buffer-length', '8 bits are stored in 1 byte, the buffer has 0 bytes'],
    ['stray ones', () => decode(5, Buffer.from([0x20]), 'le'), 'value-range', 'the buffer has ones above bit 4'],
    ['null value', () => untyped.encode(8, null, 'le'), 'buffer-value', 'null is not a bigint'],
    ['number', () => untyped.encode(8, 5, 'le'), 'buffer-value', '5 is not a bigint'],
    ['symbol', () => untyped.encode(8, Symbol('s'), 'le'), 'buffer-value', 'a value of type symbol is not a bigint'],
    ['negative width', () => encode(-8, 1n, 'le'), 'width-range', 'width -8 is not an integer from 1 to 1048576'],
    ['width NaN', () => decode(NaN, Buffer.alloc(1), 'le'), 'width-range', 'width NaN is not an integer from 1 to 1048576'],
    ['width string', () => untyped.encode('8', 1n, 'le'), 'width-range', 'width "8" is not an integer from 1 to 1048576'],
    ['huge width', () => encode(2 ** 40, 1n, 'le'), 'width-range', 'width 1099511627776 is not an integer from 1 to 1048576'],
    ['no order', () => untyped.encode(8, 1n), 'buffer-endian', "byte order undefined is neither 'le' nor 'be'"],
    ['other order', () => untyped.decode(8, Buffer.alloc(1), 'LE'), 'buffer-endian', "byte order \"LE\" is neither 'le' nor 'be'"],
  ])('%s', (_name, act, code, message) => {
    expect(problemOf(act)).toMatchObject({ code, message });
  });
});
