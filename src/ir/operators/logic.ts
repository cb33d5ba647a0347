import { wordWidth, wordCount, type Word, type Words, type Operand } from '../words.ts';
import { allBits, elementwise, oneBit, sameBit, sameWidth, type Operator } from './operator.ts';

/** Bitwise operators, multiplexer, equality and reductions to one bit. */

const SYMBOLS = { and: '&', or: '|', xor: '^' } as const;

const bitwise = (value: 'and' | 'or' | 'xor'): Operator =>
  elementwise({
    width: sameWidth,
    depends: sameBit,
    value: ([a, b]) => a![value](b!),
    words: (g, [a, b]) => ({ word: (k) => g[value](a!.word(k), b!.word(k)) }),
    verilog: ([a, b]) => `${a!.text} ${SYMBOLS[value]} ${b!.text}`,
    verilogOf: 'packed',
    grain: 'bit',
    commutes: true,
  });

const fold = (g: Words, a: Operand, combine: (x: Word, y: Word) => Word, map: (x: Word, k: number) => Word = (x) => x): Word => {
  let all = map(a.word(0), 0);
  for (let k = 1; k < wordCount(a.width); k++) all = combine(all, map(a.word(k), k));
  return all;
};

/** 1 where the operands differ, as one word to be tested against zero. */
const difference = (g: Words, a: Operand, b: Operand): Word => {
  let all = g.xor(a.word(0), b.word(0));
  for (let k = 1; k < wordCount(a.width); k++) all = g.or(all, g.xor(a.word(k), b.word(k)));
  return all;
};

export const logic = {
  and: bitwise('and'),
  or: bitwise('or'),
  xor: bitwise('xor'),
  not: elementwise({
    width: ([w]) => w!,
    depends: sameBit,
    value: ([a]) => a!.not(),
    words: (g, [a], width) => ({ word: (k) => g.not(a!.word(k), wordWidth(width, k)) }),
    verilog: ([a]) => `~${a!.text}`,
    verilogOf: 'packed',
    grain: 'bit',
  }),
  /** mux(select, ifTrue, ifFalse) */
  mux: elementwise({
    width: ([s, a, b]) => (s !== 1 ? `the condition has ${s} bits instead of 1` : sameWidth([a!, b!])),
    depends: (bit) => [{ arg: 0, lo: 0, hi: 0 }, { arg: 1, lo: bit, hi: bit }, { arg: 2, lo: bit, hi: bit }],
    value: ([s, a, b]) => (s!.value === 1n ? a! : b!),
    words: (g, [s, a, b]) => ({ word: (k) => g.mux(s!.word(0), a!.word(k), b!.word(k)) }),
    verilog: ([s, a, b]) => `${s!.text} ? ${a!.text} : ${b!.bare}`,
    grain: 'bit',
  }),
  eq: elementwise({
    width: oneBit,
    depends: allBits,
    value: ([a, b]) => a!.eq(b!),
    words: (g, [a, b]) => ({
      word: () => (a!.width <= 32 ? g.eq(a!.word(0), b!.word(0)) : g.eq(difference(g, a!, b!), g.constant(0))),
    }),
    verilog: ([a, b]) => `${a!.text} == ${b!.text}`,
    commutes: true,
  }),
  ne: elementwise({
    width: oneBit,
    depends: allBits,
    value: ([a, b]) => a!.ne(b!),
    words: (g, [a, b]) => ({
      word: () => (a!.width <= 32 ? g.not(g.eq(a!.word(0), b!.word(0)), 1) : g.nonzero(difference(g, a!, b!))),
    }),
    verilog: ([a, b]) => `${a!.text} != ${b!.text}`,
    commutes: true,
  }),
  reduceAnd: elementwise({
    width: () => 1,
    depends: allBits,
    value: ([a]) => a!.reduceAnd(),
    words: (g, [a]) => ({
      word: () => g.not(g.nonzero(fold(g, a!, (x, y) => g.or(x, y), (x, k) => g.not(x, wordWidth(a!.width, k)))), 1),
    }),
    verilog: ([a]) => `&${a!.text}`,
  }),
  reduceOr: elementwise({
    width: () => 1,
    depends: allBits,
    value: ([a]) => a!.reduceOr(),
    words: (g, [a]) => ({ word: () => g.nonzero(fold(g, a!, (x, y) => g.or(x, y))) }),
    verilog: ([a]) => `|${a!.text}`,
  }),
  reduceXor: elementwise({
    width: () => 1,
    depends: allBits,
    value: ([a]) => a!.reduceXor(),
    words: (g, [a]) => ({ word: () => g.parity(fold(g, a!, (x, y) => g.xor(x, y))) }),
    verilog: ([a]) => `^${a!.text}`,
  }),
} satisfies Record<string, Operator>;
