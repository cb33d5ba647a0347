import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointSeed, share } from '../../src/index.ts';

const shared = (a: ArrayBufferView): boolean => a.buffer instanceof SharedArrayBuffer;

describe('share', () => {
  it('keeps kind and values of every typed array', () => {
    const bytes = fc.sample(fc.uint8Array({ minLength: 64, maxLength: 64 }), 1)[0]!;
    for (const make of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView]) {
      // Not at the beginning of its buffer.
      const size = 'BYTES_PER_ELEMENT' in make ? make.BYTES_PER_ELEMENT : 1;
      const view = new (make as new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView)(bytes.buffer, 16, 32 / size);
      const copy = share(view);
      expect(copy).toBeInstanceOf(make);
      expect(shared(copy)).toBe(true);
      expect(copy.buffer.byteLength).toBe(32);
      expect(new Uint8Array(copy.buffer)).toEqual(bytes.subarray(16, 48));
    }
  });

  it('goes through lists and objects, keeps what is one array one, and leaves the rest', () => {
    const a = Int32Array.of(1, 2);
    const date = new Date(0);
    const given = { a, list: [a, { deep: Uint8Array.of(3) }], date, n: 4, nothing: null };
    const made = share(given);
    expect(made).toEqual(given);
    expect(made.list[0]).toBe(made.a);
    expect(made.date).toBe(date);
    expect(shared(made.a)).toBe(true);
    expect(shared((made.list[1] as { deep: Uint8Array }).deep)).toBe(true);
    expect(shared(a)).toBe(false);
    expect(share(made).a).toBe(made.a);
  });

  it('takes buffers, Buffers and circles', () => {
    expect(share(Uint8Array.of(1, 2).buffer)).toBeInstanceOf(SharedArrayBuffer);
    const buffer = share(Buffer.from([1, 2]));
    expect(Object.getPrototypeOf(buffer)).toBe(Uint8Array.prototype);
    expect([...buffer]).toEqual([1, 2]);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const made = share(circle);
    expect(made.self).toBe(made);
  });
});

describe('pointSeed', () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  it('is the seed itself for the first point, and a 32-bit number for all', () => {
    fc.assert(fc.property(word, (seed) => pointSeed(seed, 0) === seed));
    fc.assert(fc.property(word, word, (seed, i) => { const s = pointSeed(seed, i); return Number.isInteger(s) && s >= 0 && s < 2 ** 32; })); // prettier-ignore
  });

  it('differs from point to point', () => {
    fc.assert(fc.property(word, word, word, (seed, i, j) => i === j || pointSeed(seed, i) !== pointSeed(seed, j)));
    expect(new Set(Array.from({ length: 100_000 }, (_, i) => pointSeed(1, i))).size).toBe(100_000);
  });

  it('moves half of the bits from one point to the next', () => {
    const ones = (x: number): number => x.toString(2).replaceAll('0', '').length;
    const n = 10_000;
    let moved = 0;
    for (let i = 0; i < n; i++) moved += ones((pointSeed(7, i) ^ pointSeed(7, i + 1)) >>> 0);
    expect(moved / n).toBeGreaterThan(15.5);
    expect(moved / n).toBeLessThan(16.5);
  });
});
