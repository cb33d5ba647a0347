import { join, wordCount, wordWidth, type Operand, type Word, type Words } from '../words.ts';
import { allBits, elementwise, type Operator } from './operator.ts';
import { guarded, zeros } from './verilog.ts';

/** Shifts by a signal and the operators that turn a position into bits or bits into a position. */

/** The low five bits of an amount, and whether the rest of it is not zero. */
function splitAmount(g: Words, amount: Operand): { low: Word; beyond: Word } {
  const low = amount.range(0, Math.min(5, amount.width));
  let rest: Word = g.constant(0);
  for (let lo = 5; lo < amount.width; lo += 32) rest = g.or(rest, amount.range(lo, Math.min(32, amount.width - lo)));
  return { low, beyond: g.nonzero(rest) };
}

/** `x << s` and `x >> s` with `s` below 32, across words. */
const pullUp = (g: Words, high: Word, low: Word, s: Word, width: number): Word =>
  g.or(g.shlBy(high, s, width), g.trunc(g.shrBy(g.shr(low, 1), g.xor(s, g.constant(31))), width));
const pullDown = (g: Words, high: Word, low: Word, s: Word): Word =>
  g.or(g.shrBy(low, s), g.shlBy(g.shl(high, 1, 32), g.xor(s, g.constant(31)), 32));

/** A barrel: whole words by the high bits of the amount, then bits by the low five. */
function barrel(g: Words, a: Operand, amount: Operand, width: number, kind: 'shl' | 'shr' | 'sra'): Word[] {
  const count = wordCount(width);
  const zero = g.constant(0);
  const { low } = splitAmount(g, amount);
  const sign = kind === 'sra' ? g.mux(a.range(width - 1, 1), g.constant(0xffffffff), zero) : zero;
  const top = wordWidth(width, count - 1);
  let words = Array.from({ length: count }, (_, k) => a.word(k));
  // An arithmetic shift works on a value whose last word is sign-extended to all 32 bits.
  if (kind === 'sra' && top < 32) words[count - 1] = g.signed(words[count - 1]!, top);
  const stages = Math.ceil(Math.log2(count));
  for (let stage = 0; stage < stages; stage++) {
    if (5 + stage >= amount.width) break;
    const on = amount.range(5 + stage, 1);
    const by = 2 ** stage;
    words = words.map((w, k) => g.mux(on, words[kind === 'shl' ? k - by : k + by] ?? sign, w));
  }
  const out = words.map((w, k) => {
    if (kind === 'shl') return pullUp(g, w, words[k - 1] ?? zero, low, wordWidth(width, k));
    if (k + 1 < count) return pullDown(g, words[k + 1]!, w, low);
    return kind === 'sra' ? g.sarBy(w, low) : g.shrBy(w, low);
  });
  let beyond: Word = zero;
  for (let lo = 5 + stages; lo < amount.width; lo += 32) beyond = g.or(beyond, amount.range(lo, Math.min(32, amount.width - lo)));
  return out.map((w, k) => g.trunc(g.mux(g.nonzero(beyond), sign, w), wordWidth(width, k)));
}

function shiftWords(g: Words, a: Operand, amount: Operand, width: number, kind: 'shl' | 'shr' | 'sra'): Word[] {
  if (width > 32) return barrel(g, a, amount, width, kind);
  const { low, beyond } = splitAmount(g, amount);
  const x = a.word(0);
  if (kind === 'shl') return [g.mux(beyond, g.constant(0), g.shlBy(x, low, width))];
  if (kind === 'shr') return [g.mux(beyond, g.constant(0), g.shrBy(x, low))];
  return [g.trunc(g.sarBy(g.signed(x, width), g.mux(beyond, g.constant(31), low)), width)];
}

const shift = (kind: 'shl' | 'shr' | 'sra'): Operator =>
  elementwise({
    width: ([w]) => w!,
    depends: allBits,
    value: ([a, amount]) => a![kind](amount!),
    words: (g, [a, amount], width) => {
      let made: Word[] | undefined;
      return { word: (k) => (made ??= shiftWords(g, a!, amount!, width, kind))[k]! };
    },
    // Amounts of the width and more give zeros (or signs) in Verilog too. Signedness is a matter of context there: hence the last $unsigned.
    verilog: ([a, amount]) => (kind === 'sra' ? `$unsigned($signed(${a!.bare}) >>> ${amount!.text})` : `${a!.text} ${kind === 'shl' ? '<<' : '>>'} ${amount!.text}`),
  });

/** `words[index]`, 0 beyond the end. */
export function selectWord(g: Words, words: readonly Word[], index: Operand): Word {
  const reach = index.width >= 31 ? Infinity : 2 ** index.width;
  const low = index.word(0);
  const inside = (value: Word): Word => {
    if (reach <= words.length) return value;
    let ok = g.ltu(low, g.constant(words.length));
    for (let k = 1; k < wordCount(index.width); k++) ok = g.and(ok, g.not(g.nonzero(index.word(k)), 1));
    return g.mux(ok, value, g.constant(0));
  };
  if (words.length === 1) return inside(words[0]!);
  // The table is as long as the index can reach, so that the look-up itself never leaves it.
  const bits = Math.min(Math.ceil(Math.log2(words.length)), index.width);
  const entries = Array.from({ length: 2 ** bits }, (_, i) => words[i] ?? g.constant(0));
  return inside(g.lookup(entries, g.trunc(low, bits)));
}

/** Index of the lowest set bit; 0 if none. */
function firstOne(g: Words, a: Operand): Word {
  let found: Word = g.constant(0);
  for (let k = wordCount(a.width) - 1; k >= 0; k--) {
    const w = a.word(k);
    found = g.mux(g.nonzero(w), g.add(g.ctz(w), g.constant(32 * k), 32), found);
  }
  return found;
}

const indexWidth = (n: number): number => Math.max(1, Math.ceil(Math.log2(n)));

export const shifts = {
  shl: shift('shl'),
  shr: shift('shr'),
  sra: shift('sra'),
  /** The bit at a position given by a signal; 0 beyond the end. */
  bitAt: elementwise({
    width: () => 1,
    depends: allBits,
    value: ([a, i]) => a!.bit(i!),
    words: (g, [a, i]) => ({
      word: () => {
        const { low, beyond } = splitAmount(g, i!);
        if (a!.width <= 32) return g.and(g.shrBy(a!.word(0), low), g.not(beyond, 1));
        const words = Array.from({ length: wordCount(a!.width) }, (_, k) => a!.word(k));
        const high = i!.width <= 5 ? undefined : rangeOperand(g, i!, 5);
        const word = high === undefined ? words[0]! : selectWord(g, words, high);
        return g.trunc(g.shrBy(word, low), 1);
      },
    }),
    verilog: ([a, i]) => guarded(i!, a!.width, 1, ({ text, bits }) => (a!.width === 1 ? a!.name : a!.indexed(text, bits, 1))),
  }),
  /** `oneHot(n)`: n bits of which bit `value` is set, if there is one. */
  oneHot: elementwise({
    width: (_, [n]) => n!,
    depends: allBits,
    value: ([a], [n]) => a!.oneHot(n!),
    words: (g, [a], width) => {
      const { low, beyond } = splitAmount(g, a!);
      if (width <= 32) return { word: () => g.mux(beyond, g.constant(0), g.shlBy(g.constant(1), low, width)) };
      const high = a!.width <= 5 ? undefined : rangeOperand(g, a!, 5);
      return {
        word: (k) => {
          const here = g.shlBy(g.constant(1), low, wordWidth(width, k));
          if (high === undefined) return k === 0 ? here : g.constant(0);
          let mine = g.eq(high.word(0), g.constant(k));
          for (let j = 1; j < wordCount(high.width); j++) mine = g.and(mine, g.not(g.nonzero(high.word(j)), 1));
          return g.mux(mine, here, g.constant(0));
        },
      };
    },
    verilog: ([a], width) => `${width}'d1 << ${a!.text}`,
  }),
  /** Index of the lowest set bit, 0 if none is set. */
  firstOne: elementwise({
    width: ([w]) => indexWidth(w!),
    depends: allBits,
    value: ([a]) => a!.firstOne(),
    words: (g, [a], width) => ({ word: () => g.trunc(firstOne(g, a!), width) }),
    verilog: ([a], width, _, scope) =>
      a!.width === 1
        ? zeros(width)
        : scope.call(`first_one_${a!.width}`, width, [a!], (result, [x]) => [
            `${result} = ${zeros(width)};`,
            `for (i = ${a!.width - 1}; i >= 0; i = i - 1) if (${x}[i]) ${result} = i[${width - 1}:0];`,
          ]),
  }),
  /** Number of set bits. */
  count: elementwise({
    width: ([w]) => Math.ceil(Math.log2(w! + 1)),
    depends: allBits,
    value: ([a]) => a!.count(),
    words: (g, [a], width) => ({
      word: () => {
        let sum = g.popcount(a!.word(0));
        for (let k = 1; k < wordCount(a!.width); k++) sum = g.add(sum, g.popcount(a!.word(k)), width);
        return g.trunc(sum, width);
      },
    }),
    verilog: ([a], width, _, scope) =>
      a!.width === 1
        ? a!
        : scope.call(`count_${a!.width}`, width, [a!], (result, [x]) => [
            `${result} = ${zeros(width)};`,
            `for (i = 0; i < ${a!.width}; i = i + 1) ${result} = ${result} + {${zeros(width - 1)}, ${x}[i]};`,
          ]),
  }),
} satisfies Record<string, Operator>;

/** An operand without its lowest `lo` bits. */
function rangeOperand(g: Words, a: Operand, lo: number): Operand {
  const width = a.width - lo;
  const range = (from: number, length: number): Word => (from >= width ? g.constant(0) : a.range(lo + from, length));
  return { width, range, word: (k) => range(32 * k, wordWidth(width, k)) };
}

/** Bits of one operand followed by copies of its sign, used by `sext`. */
export function signFill(g: Words, a: Operand, lo: number, length: number): Word {
  const own = Math.max(0, Math.min(length, a.width - lo));
  const fill = length - own;
  const pieces = own > 0 ? [{ word: a.range(lo, own), width: own }] : [];
  if (fill > 0) pieces.push({ word: g.mux(a.range(a.width - 1, 1), g.constant(fill === 32 ? 0xffffffff : 2 ** fill - 1), g.constant(0)), width: fill });
  return join(g, pieces);
}
