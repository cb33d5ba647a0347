import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySink, readVcd, VcdWriter, type TraceVar } from '../../src/wave/index.ts';
import { ImageScanner } from '../../src/wave/scan.ts';

/** Words that differ, the plain way. */
const differing = (a: Int32Array, b: Int32Array): number[] => [...a.keys()].filter((i) => a[i] !== b[i]);

function found(scanner: ImageScanner, image: Int32Array): number[] {
  const count = scanner.scan(image);
  return [...scanner.hits.subarray(0, count)].flatMap((hit) => [0, 1, 2, 3].filter((k) => (hit >> k) & 1).map((k) => (hit >> 4) * 4 + k));
}

describe('ImageScanner', () => {
  it('finds the words that a plain loop finds, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.array(fc.record({ at: fc.nat(299), value: fc.constantFrom(0, 1, -1, 1 << 31, 5) }), { maxLength: 40 }), { maxLength: 6 }), (length, rounds) => {
        const scanner = new ImageScanner(length);
        const image = new Int32Array(length).fill(7);
        scanner.reset(image);
        for (const writes of rounds) {
          const before = image.slice();
          for (const { at, value } of writes) image[at % length] = value;
          expect(found(scanner, image)).toEqual(differing(before, image));
        }
        expect(scanner.scan(image)).toBe(0);
      }),
    );
  });

  it('can report every word', () => {
    const scanner = new ImageScanner(100_000);
    expect(scanner.scan(new Int32Array(100_000).fill(-1))).toBe(25_000);
  });
});

describe('long runs in VcdWriter', () => {
  it('write what was changed, also for vectors across steps and runs that begin late', () => {
    // 40 bits each: vectors straddle every boundary of the scan; a gap splits the image into two long runs.
    const vars: TraceVar[] = Array.from({ length: 300 }, (_, i) => ({ name: `v${i}`, type: 'wire', width: 40, offset: 3 + 2 * i + (i >= 150 ? 5 : 0) }));
    const sink = new MemorySink();
    const writer = new VcdWriter(sink, { name: 't', vars, scopes: [] });
    const words = new Int32Array(620);
    const expected = vars.map((): [number, bigint][] => [[0, 0n]]);
    writer.sample(0, words);
    let seed = 1;
    for (let t = 1; t < 200; t++) {
      for (let k = 0; k < 7; k++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
        const i = (seed >>> 8) % 300;
        const at = vars[i]!.offset;
        const value = (BigInt((seed >>> 3) & 255) << 32n) | BigInt(seed >>> 0);
        words[at] = seed;
        words[at + 1] = (seed >>> 3) & 255;
        const list = expected[i]!;
        if (list.at(-1)![0] === t) list.pop();
        if (list.at(-1)![1] !== value) list.push([t, value]);
      }
      writer.sample(t, words);
      // Words outside the variables may hold anything.
      words[0] = words[304] = t;
    }
    writer.close();
    expect(readVcd(sink.bytes()).signals.map((s) => s.changes)).toEqual(expected);
  });

  it('start again after a pause', () => {
    const vars: TraceVar[] = Array.from({ length: 200 }, (_, i) => ({ name: `v${i}`, type: 'wire', width: 8, offset: i }));
    const sink = new MemorySink();
    const writer = new VcdWriter(sink, { name: 't', vars, scopes: [] });
    const words = new Int32Array(200);
    writer.sample(0, words);
    writer.off(1);
    words.fill(9);
    writer.on(2, words);
    words[7] = 1;
    writer.sample(3, words);
    writer.close();
    const text = sink.text();
    expect(text.slice(text.indexOf('#3'))).toBe('#3\nb1 (\n');
  });
});
