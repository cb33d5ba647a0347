import type { TraceSlot } from './declare.ts';
import { ImageScanner } from './scan.ts';
import { identifierCode, packAscii } from './vcd-format.ts';

/** A stretch of image words that all belong to slots, in order. */
export interface Run {
  readonly image: number;
  readonly packed: number;
  readonly length: number;
  /** For long runs; it keeps their previous image itself. */
  readonly scanner: ImageScanner | undefined;
}

/**
 * The slots of bits in the order of the image, as parallel arrays: what comparing and writing need, without objects.
 *
 *     image   . . [a][b b][c] . . . [d d d] . .      words of slots, with gaps
 *     packed  [a][b b][c][d d d]                     runs: {a b c}, {d}
 *     owner    0  1 1  2  3 3 3                      slot of each packed word
 */
export interface PackedSlots {
  readonly runs: readonly Run[];
  readonly owner: Int32Array;
  /** First packed word, number of words, width in bits of each slot. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly width: Int32Array;
  /** Bits of the last word that must be zero. */
  readonly unused: Int32Array;
  /** `code\n` after a scalar's digit, ` code\n` after a vector, as doubles; and their length. */
  readonly suffix: Float64Array;
  readonly suffixLength: Uint8Array;
}

/** Words from which a call into WebAssembly and a copy cost less than a loop here. */
const LONG = 96;

/** The layout of all slots of bits; identifier codes count all slots in the order given. */
export function packSlots(all: readonly TraceSlot[]): PackedSlots {
  const bits = all
    .map((slot, index) => ({ ...slot, code: identifierCode(index) }))
    .filter((s) => s.kind === 'bits')
    .sort((a, b) => a.offset - b.offset || a.width - b.width);
  const owner = new Int32Array(bits.reduce((sum, s) => sum + s.words, 0));
  const [first, count, width, unused] = [0, 1, 2, 3].map(() => new Int32Array(bits.length)) as [Int32Array, Int32Array, Int32Array, Int32Array];
  const suffix = new Float64Array(bits.length);
  const suffixLength = new Uint8Array(bits.length);
  const runs: { image: number; packed: number; length: number }[] = [];
  let packed = 0;
  bits.forEach((slot, i) => {
    const last = runs.at(-1);
    // Slots that overlap (a narrow view of a wide word) start a run of their own: each keeps its own previous value.
    if (last !== undefined && last.image + last.length === slot.offset) last.length += slot.words;
    else runs.push({ image: slot.offset, packed, length: slot.words });
    owner.fill(i, packed, packed + slot.words);
    first[i] = packed;
    count[i] = slot.words;
    width[i] = slot.width;
    unused[i] = slot.width % 32 === 0 ? 0 : -1 << slot.width % 32;
    const text = `${slot.width > 1 ? ' ' : ''}${slot.code}\n`;
    suffix[i] = packAscii(text);
    suffixLength[i] = text.length;
    packed += slot.words;
  });
  return {
    runs: runs.map((run) => ({ ...run, scanner: run.length >= LONG ? new ImageScanner(run.length) : undefined })),
    owner,
    first,
    count,
    width,
    unused,
    suffix,
    suffixLength,
  };
}
