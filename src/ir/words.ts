/**
 * What an operator needs to say how it is computed on machine words. The compiled engines implement `Words`; operators describe
 * themselves with it once, for all of them.
 *
 * A word id stands for a value of up to 32 bits. Its unused high bits are zero; `widthOf` is an upper bound of the used ones.
 */
export type Word = number;

export interface Words {
  constant(value: number): Word;
  /** Upper bound of the number of significant bits. */
  widthOf(x: Word): number;
  /** The value if it is a constant (as an unsigned number). */
  constantOf(x: Word): number | undefined;
  and(x: Word, y: Word): Word;
  or(x: Word, y: Word): Word;
  xor(x: Word, y: Word): Word;
  /** Complement of the low `width` bits. */
  not(x: Word, width: number): Word;
  /** Low `width` bits of the sum, difference, product. */
  add(x: Word, y: Word, width: number): Word;
  sub(x: Word, y: Word, width: number): Word;
  mul(x: Word, y: Word, width: number): Word;
  /** High 32 bits of the unsigned 64-bit product. */
  mulHigh(x: Word, y: Word): Word;
  /** Static shifts; `shl` keeps the low `width` bits. */
  shl(x: Word, by: number, width: number): Word;
  shr(x: Word, by: number): Word;
  /** Low `width` bits. */
  trunc(x: Word, width: number): Word;
  /** Shifts by a word that is below 32. `sar` takes a full 32-bit signed word. */
  shlBy(x: Word, by: Word, width: number): Word;
  shrBy(x: Word, by: Word): Word;
  sarBy(x: Word, by: Word): Word;
  /** Sign extension of the low `from` bits to 32. */
  signed(x: Word, from: number): Word;
  eq(x: Word, y: Word): Word;
  nonzero(x: Word): Word;
  /** Unsigned and signed 32-bit compare. */
  ltu(x: Word, y: Word): Word;
  lts(x: Word, y: Word): Word;
  mux(select: Word, ifTrue: Word, ifFalse: Word): Word;
  parity(x: Word): Word;
  popcount(x: Word): Word;
  /** Number of trailing zeros of a word that is not zero. */
  ctz(x: Word): Word;
  /** `entries[index]`; the index is below the number of entries. */
  lookup(entries: readonly Word[], index: Word): Word;
}

/** One lane of an operand. */
export interface Operand {
  readonly width: number;
  /** Bits [lo, lo + length), length up to 32; bits beyond the width are zero. */
  range(lo: number, length: number): Word;
  /** Word k, i.e. `range(32 k, up to 32)`. */
  word(k: number): Word;
}

export interface VecOperand {
  readonly width: number;
  readonly lanes: number;
  lane(i: number): Operand;
  /** Word k of the lane with this number (which is below `lanes`), if the value lives in addressable state. */
  readonly load?: ((index: Word, k: number) => Word) | undefined;
}

/** Result of an operator: either its words, or any bit range of it (for operators that only move bits). */
export type Lowered = { readonly word: (k: number) => Word } | { readonly range: (lo: number, length: number) => Word };

export const wordCount = (width: number): number => Math.ceil(width / 32);
export const wordWidth = (width: number, k: number): number => Math.min(32, width - 32 * k);

/** Concatenates pieces (least significant first) that together are at most 32 bits. */
export function join(g: Words, pieces: readonly { readonly word: Word; readonly width: number }[]): Word {
  let at = 0;
  let all: Word | undefined;
  for (const { word, width } of pieces) {
    const placed = at === 0 ? word : g.shl(word, at, at + width);
    all = all === undefined ? placed : g.or(all, placed);
    at += width;
  }
  return all ?? g.constant(0);
}
