import type { TraceSlot } from './declare.ts';

/** Words to be copied from an image into a picture. */
export interface Run {
  readonly image: number;
  readonly picture: number;
  readonly length: number;
}

export interface Packing {
  /** All slots in the order given; those of bits with their place in the picture. */
  readonly slots: readonly TraceSlot[];
  readonly runs: readonly Run[];
  /** Words of the picture. */
  readonly words: number;
}

/**
 * The slots of bits side by side, in the order of the image: what is compared and written.
 *
 *     image    . . [a][b b][c] . . . [d d d] . .      words of slots, with gaps
 *     picture  [a][b b][c][d d d]                     runs: {a b c}, {d}
 *
 * Slots that overlap (a narrow view of a wide word) get words of their own: each has its own previous value.
 */
export function packSlots(all: readonly TraceSlot[]): Packing {
  const order = [...all.keys()].filter((i) => all[i]!.kind === 'bits').sort((a, b) => all[a]!.offset - all[b]!.offset || all[a]!.width - all[b]!.width);
  const slots = [...all];
  const runs: { image: number; picture: number; length: number }[] = [];
  let words = 0;
  for (const i of order) {
    const slot = all[i]!;
    const last = runs.at(-1);
    if (last !== undefined && last.image + last.length === slot.offset) last.length += slot.words;
    else runs.push({ image: slot.offset, picture: words, length: slot.words });
    slots[i] = { ...slot, offset: words };
    words += slot.words;
  }
  return { slots, runs, words };
}
