import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WordlineError } from '../../src/diag/index.ts';
import { readIdx, writeIdx } from '../../src/nn/index.ts';
import { problem } from './helpers.ts';

const good = writeIdx({ dims: [2, 1, 3], data: Uint8Array.from([1, 2, 3, 4, 5, 6]) });

describe('IDX files', () => {
  it('reads what the format says', () => {
    expect([...good.subarray(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3]);
    expect(readIdx(good)).toEqual({ dims: [2, 1, 3], data: Uint8Array.from([1, 2, 3, 4, 5, 6]) });
  });

  it('reads back what it wrote, gzipped or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.boolean(), (data, gzip) => {
        expect(readIdx(writeIdx({ dims: [1, data.length], data }, gzip))).toEqual({ dims: [1, data.length], data });
      }),
    );
  });

  it.each<[string, Uint8Array]>([
    ['idx-magic: f is not an IDX file: it starts with nothing', new Uint8Array()],
    ['idx-magic: f is not an IDX file: it starts with 50 35 0a 32', new TextEncoder().encode('P5\n28')],
    ['idx-type: f holds float values: only unsigned bytes (type 08) are read', Uint8Array.from([0, 0, 13, 1, 0, 0, 0, 0])],
    ['idx-type: f holds unknown values: only unsigned bytes (type 08) are read', Uint8Array.from([0, 0, 10, 1, 0, 0, 0, 0])],
    ['idx-size: f is cut off in its header: 9 of 16 bytes', good.subarray(0, 9)],
    ['idx-size: f is cut off: 2 x 1 x 3 = 6 values promised, 5 there', good.subarray(0, good.length - 1)],
    ['idx-size: f is too long: 2 x 1 x 3 = 6 values promised, 7 there', Uint8Array.from([...good, 0])],
    ['idx-gzip: f is a damaged gzip file: unexpected end of file', new Uint8Array(gzipSync(good)).subarray(0, 25)],
  ])('reports %s', (message, bytes) => {
    expect(problem(() => readIdx(bytes, 'f'))).toBe(message);
  });

  it('refuses to write data that does not fill its dimensions', () => {
    expect(problem(() => writeIdx({ dims: [2, 2], data: new Uint8Array(3) }))).toBe('idx-size: 2 x 2 = 4 values wanted, 3 given');
  });

  it('throws nothing but WordlineError on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom([], [0, 0, 8], [0x1f, 0x8b, 8]), (tail, head) => {
        try {
          readIdx(Uint8Array.from([...head, ...tail]));
        } catch (error) {
          expect(error).toBeInstanceOf(WordlineError);
        }
      }),
    );
  });
});
