import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySink, NullSink, readVcd, VcdWriter, type TraceVar } from '../../src/wave/index.ts';
import { pictureWords, WaveEncoder } from '../../src/wave/scan.ts';
import { identifierCode } from '../../src/wave/vcd-format.ts';
import { ownMemory } from '../../src/wave/wasm.ts';
import type { TraceSlot } from '../../src/wave/declare.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Slots side by side, with gaps between some of them. */
function layout(shapes: readonly { readonly width: number; readonly gap: number }[]): { slots: TraceSlot[]; words: number } {
  let words = 0;
  const slots = shapes.map(({ width, gap }): TraceSlot => {
    const offset = words + gap;
    const length = Math.ceil(width / 32);
    words = offset + length;
    return { kind: 'bits', width, offset, words: length };
  });
  return { slots, words };
}

const valueOf = (image: Int32Array, { offset, words }: TraceSlot): bigint =>
  Array.from({ length: words }, (_, w) => BigInt(image[offset + w]! >>> 0) << BigInt(32 * w)).reduce((a, b) => a | b);

const put = (image: Int32Array, { offset, words, width }: TraceSlot, value: bigint): void => {
  const cut = BigInt.asUintN(width, value);
  for (let w = 0; w < words; w++) image[offset + w] = Number(BigInt.asIntN(32, cut >> BigInt(32 * w)));
};

/** A slot's line, the plain way. */
const line = (image: Int32Array, slot: TraceSlot, index: number): string =>
  slot.width === 1 ? `${valueOf(image, slot)}${identifierCode(index)}\n` : `b${valueOf(image, slot).toString(2)} ${identifierCode(index)}\n`;

const shapes = fc.array(fc.record({ width: fc.oneof(fc.constantFrom(1, 2, 31, 32, 33, 64, 65, 96), fc.integer({ min: 1, max: 300 })), gap: fc.constantFrom(0, 0, 0, 1, 20) }), { minLength: 1, maxLength: 120 });
const value = fc.oneof(fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n), fc.bigInt(0n, 2n ** 300n - 1n));
const rounds = fc.array(fc.record({ writes: fc.array(fc.record({ at: fc.nat(119), value }), { maxLength: 40 }), noise: fc.integer(), advance: fc.integer({ min: 1, max: 1e12 }) }), { maxLength: 6 });

describe('WaveEncoder', () => {
  it('writes the lines that a plain loop over the slots writes', () => {
    fc.assert(
      fc.property(shapes, rounds, (some, steps) => {
        const { slots, words } = layout(some);
        const encoder = new WaveEncoder(slots, words, ownMemory());
        const { picture } = encoder;
        encoder.all();
        expect(text(encoder.take())).toBe(slots.map((s, i) => line(picture, s, i)).join(''));
        let time = 0;
        for (const { writes, noise, advance } of steps) {
          const before = picture.slice();
          for (const { at, value: v } of writes) put(picture, slots[at % slots.length]!, v);
          // Words that are nobody's.
          for (let w = 0; w < words; w++) if (!slots.some((s) => s.offset <= w && w < s.offset + s.words)) picture[w] = noise;
          const expected = slots.map((s, i) => (valueOf(before, s) === valueOf(picture, s) ? '' : line(picture, s, i))).join('');
          encoder.sample((time += advance));
          expect(text(encoder.take())).toBe(expected === '' ? '' : `#${time}\n${expected}`);
          expect(encoder.overflow()).toBeUndefined();
        }
      }),
      { numRuns: 200, seed: 20231109 },
    );
  });

  it('writes any time as a decimal number', () => {
    const { slots, words } = layout([{ width: 1, gap: 0 }]);
    const encoder = new WaveEncoder(slots, words, ownMemory());
    const time = fc.oneof(fc.constantFrom(0, 9, 10, 999_999_999, 1e9, 1e9 + 1, 1e10, 4294967295, 2 ** 53 - 1, 9_007_199_000_000_000), fc.maxSafeNat());
    fc.assert(
      fc.property(time, (t) => {
        encoder.picture[0]! ^= 1;
        encoder.sample(t);
        expect(text(encoder.take())).toBe(`#${t}\n${encoder.picture[0]}!\n`);
        expect(encoder.stamped).toBe(t);
      }),
      { numRuns: 300, seed: 20231109 },
    );
  });

  it('says which slot has bits above its width', () => {
    const { slots, words } = layout([1, 40, 7].map((width) => ({ width, gap: 0 })));
    for (const [index, word] of [[0, 0], [1, 2], [2, 3]] as const) {
      const encoder = new WaveEncoder(slots, words, ownMemory());
      encoder.picture[word] = 1 << 8;
      encoder.sample(1);
      expect(encoder.overflow()).toBe(slots[index]!.offset + slots[index]!.words - 1);
      expect(encoder.overflow()).toBeUndefined();
    }
  });

  it('runs a kernel as if each cycle were sampled by itself, from block to block', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 400 }), fc.boolean(), fc.option(fc.nat(399), { nil: undefined }), fc.integer({ min: 1, max: 1000 }), (some, count, shown, stopAt, fall) => {
        const { slots, words } = layout([...some, { width: 1, gap: 0 }]);
        const clock = words - 1;
        const seen = shown ? slots : slots.slice(0, -1);
        const [one, two] = [new WaveEncoder(seen, words, ownMemory()), new WaveEncoder(seen, words, ownMemory())];
        let seed = 1;
        /** The picture of a cycle; all of it depends on the cycle only. */
        const paint = (picture: Int32Array, cycle: number): void => {
          seed = (cycle + 7) * 2654435761;
          slots.slice(0, -1).forEach((s, i) => (seed = Math.imul(seed, 1664525) + 1013904223) % 3 === 0 && put(picture, s, (BigInt(seed >>> 0) * 0x9e3779b97f4a7c15n) << BigInt(i % 40)));
        };
        let cycle = 0;
        const kernel = (): number => {
          paint(one.picture, cycle);
          return cycle++ === stopAt ? 0 : 1;
        };
        let got = '';
        one.picture[clock] = 1;
        for (let done = 0; done < count; ) {
          const n = one.run(kernel, count - done, { start: 5 + 2000 * done, period: 2000, fall, clock: shown ? clock : undefined });
          const stopped = n < count - done && one.stopped;
          done += n;
          got += text(one.take());
          if (stopped) break;
        }
        let expected = '';
        for (let c = 0; c < Math.min(count, (stopAt ?? count) + 1); c++) {
          paint(two.picture, c);
          two.picture[clock] = 1;
          two.sample(5 + 2000 * c);
          two.picture[clock] = 0;
          two.sample(5 + 2000 * c + fall);
          expected += text(two.take());
        }
        expect(got).toBe(expected);
      }),
      { numRuns: 60, seed: 20231109 },
    );
  });
});

describe('the image of a sample', () => {
  it('can be the picture itself, and must then be as long as what is compared', () => {
    const memory = ownMemory();
    const words = new Int32Array(memory.memory.buffer, memory.allocate(64), pictureWords(2));
    const vars: TraceVar[] = [{ name: 'a', type: 'wire', width: 40, offset: 0 }];
    const [inPlace, copied] = [new MemorySink(), new MemorySink()];
    const writers = [new VcdWriter(inPlace, { name: 't', vars, scopes: [] }, { picture: { memory, words } }), new VcdWriter(copied, { name: 't', vars, scopes: [] })];
    for (let t = 0; t < 50; t++) {
      words[t % 2] = t % 2 === 0 ? t * 12345 : t;
      for (const w of writers) w.sample(t, words);
    }
    for (const w of writers) w.close();
    expect(inPlace.text()).toBe(copied.text());
    expect(() => new VcdWriter(new NullSink(), { name: 't', vars, scopes: [] }, { picture: { memory, words: words.subarray(0, 2) } })).toThrow(/2 words and 16 are compared/);
  });

  it('is needed to stream', () => {
    const writer = new VcdWriter(new NullSink(), { name: 't', vars: [{ name: 'a', type: 'wire', width: 1, offset: 0 }], scopes: [] });
    writer.sample(0, Int32Array.of(1));
    expect(() => writer.stream(() => 1, 5, { startPs: 1, periodPs: 10, fallPs: 5, clock: 0 }, () => undefined)).toThrow(/wave-state/);
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
