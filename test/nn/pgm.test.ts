import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WordlineError } from '../../src/diag/index.ts';
import { readPgm, writePgm } from '../../src/nn/index.ts';
import { problem } from './helpers.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);

describe('PGM pictures', () => {
  it('reads the plain form with comments', () => {
    expect(readPgm(text('P2 # two by three\n2 # wide\n3\n255\n0 1 2\n# more\n3 4 255'))).toEqual({ width: 2, height: 3, pixels: Uint8Array.from([0, 1, 2, 3, 4, 255]) });
  });

  it('reads the raw form back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.nat(255)), (width, height, stream) => {
        const picture = { width, height, pixels: Uint8Array.from([...stream.take(width * height)]) };
        expect(readPgm(writePgm(picture))).toEqual(picture);
      }),
    );
  });

  it('scales another maximum to 255, halves up', () => {
    expect([...readPgm(text('P2 4 1 15 0 1 7 15')).pixels]).toEqual([0, 17, 119, 255]);
    expect([...readPgm(text('P2 3 1 2 0 1 2')).pixels]).toEqual([0, 128, 255]);
  });

  it.each<[string, string]>([
    ['pgm-magic: f is not a grey PGM picture: it starts with "P6"', 'P6 1 1 255 abc'],
    ['pgm-magic: f is not a grey PGM picture: it starts with ""', ''],
    ['pgm-header: f has no width in its header', 'P5'],
    ['pgm-header: f has no maximum in its header', 'P5 2 2 x'],
    ['pgm-header: f is 0 x 2 pixels', 'P5 0 2 255 '],
    ['pgm-header: f is 99999999 x 2 pixels', 'P5 99999999 2 255 '],
    ['pgm-header: f has a maximum of 65535: 1 to 255 is read', 'P5 1 1 65535 ab'],
    ['pgm-size: f is cut off: 2 x 2 = 4 pixels promised, 3 there', 'P5 2 2 255 abc'],
    ['pgm-size: f is cut off: 2 x 2 = 4 pixels promised, 1 there', 'P2 2 2 255 9'],
    ['pgm-value: f has a pixel of 300 above its maximum of 255', 'P2 1 1 255 300'],
    ['pgm-value: f has a pixel of 97 above its maximum of 90', 'P5 1 1 90 a'],
  ])('reports %s', (message, bytes) => {
    expect(problem(() => readPgm(text(bytes), 'f'))).toBe(message);
  });

  it('throws nothing but WordlineError on random bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom('P2', 'P5', 'P5 3 3 255 '), fc.uint8Array({ maxLength: 30 }), (head, tail) => {
        try {
          readPgm(Uint8Array.from([...text(head), ...tail]));
        } catch (error) {
          expect(error).toBeInstanceOf(WordlineError);
        }
      }),
    );
  });
});
