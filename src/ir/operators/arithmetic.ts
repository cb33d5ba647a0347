import { wordCount, wordWidth, type Operand, type Word, type Words } from '../words.ts';
import { allBits, elementwise, lowerBits, oneBit, sameWidth, type Operator } from './operator.ts';
import { zeros, type VerilogOperand } from './verilog.ts';

/** Two's-complement arithmetic. Wraps at the operand width unless the name says otherwise. */

const wordsOf = (a: Operand, count: number): Word[] => Array.from({ length: count }, (_, k) => a.range(32 * k, 32));

/** Sum or difference of `width` bits with the carry (or borrow) rippling from word to word. */
function chain(g: Words, kind: 'add' | 'sub', a: readonly Word[], b: readonly Word[], width: number): Word[] {
  const out: Word[] = [];
  let carry: Word | undefined;
  for (let k = 0; k < wordCount(width); k++) {
    const w = wordWidth(width, k);
    const first = g[kind](a[k]!, b[k]!, w);
    const sum = carry === undefined ? first : g[kind](first, carry, w);
    out.push(sum);
    if (k + 1 === wordCount(width)) break;
    const out1 = kind === 'add' ? g.ltu(first, a[k]!) : g.ltu(a[k]!, b[k]!);
    if (carry === undefined) carry = out1;
    else carry = g.or(out1, kind === 'add' ? g.ltu(sum, carry) : g.ltu(first, carry));
  }
  return out;
}

const lazily = (make: () => Word[]): { word: (k: number) => Word } => {
  let made: Word[] | undefined;
  return { word: (k) => (made ??= make())[k]! };
};

const chained = (g: Words, kind: 'add' | 'sub', a: Operand, b: Operand, width: number) =>
  lazily(() => chain(g, kind, wordsOf(a, wordCount(width)), wordsOf(b, wordCount(width)), width));

/** Unsigned a < b. */
function less(g: Words, a: readonly Word[], b: readonly Word[]): Word {
  let lt = g.ltu(a[0]!, b[0]!);
  for (let k = 1; k < a.length; k++) lt = g.or(g.ltu(a[k]!, b[k]!), g.and(g.eq(a[k]!, b[k]!), lt));
  return lt;
}

const lessUnsigned = (g: Words, a: Operand, b: Operand): Word =>
  less(g, wordsOf(a, wordCount(a.width)), wordsOf(b, wordCount(a.width)));

function lessSigned(g: Words, a: Operand, b: Operand): Word {
  if (a.width <= 32) return g.lts(g.signed(a.word(0), a.width), g.signed(b.word(0), a.width));
  const count = wordCount(a.width);
  const sign = g.constant(2 ** (wordWidth(a.width, count - 1) - 1));
  const flip = (x: Operand) => wordsOf(x, count).map((w, k) => (k === count - 1 ? g.xor(w, sign) : w));
  return less(g, flip(a), flip(b));
}

/** Schoolbook product on 32-bit digits. */
function product(g: Words, a: Operand, b: Operand, width: number): Word[] {
  if (width <= 32) return [g.mul(a.word(0), b.word(0), width)];
  const zero = g.constant(0);
  const count = wordCount(width);
  let sum: Word[] = Array.from({ length: count }, () => zero);
  for (let i = 0; i < wordCount(a.width); i++) {
    // One row: digit i of a times b, as low halves plus high halves one place up, added at place i.
    const low: Word[] = Array.from({ length: count }, () => zero);
    const high: Word[] = Array.from({ length: count }, () => zero);
    for (let j = 0; j < wordCount(b.width); j++) {
      if (i + j < count) low[i + j] = g.mul(a.word(i), b.word(j), wordWidth(width, i + j));
      if (i + j + 1 < count) high[i + j + 1] = g.trunc(g.mulHigh(a.word(i), b.word(j)), wordWidth(width, i + j + 1));
    }
    sum = chain(g, 'add', chain(g, 'add', sum, low, width), high, width);
  }
  return sum;
}

function signedProduct(g: Words, a: Operand, b: Operand, width: number): Word[] {
  if (width <= 32) return [g.mul(g.signed(a.word(0), a.width), g.signed(b.word(0), b.width), width)];
  // a * b as signed = unsigned product - (a < 0 ? b << wa) - (b < 0 ? a << wb), modulo 2^width.
  const count = wordCount(width);
  const zero = g.constant(0);
  const shifted = (x: Operand, by: number, when: Word): Word[] =>
    Array.from({ length: count }, (_, k) => {
      const lo = 32 * k - by;
      const w = wordWidth(width, k);
      const piece = lo >= 0 ? x.range(lo, w) : lo + w <= 0 ? zero : g.shl(x.range(0, lo + w), -lo, w);
      return g.mux(when, piece, zero);
    });
  const minusB = shifted(b, a.width, a.range(a.width - 1, 1));
  const minusA = shifted(a, b.width, b.range(b.width - 1, 1));
  return chain(g, 'sub', chain(g, 'sub', product(g, a, b, width), minusB, width), minusA, width);
}

const signedIf = (signed: boolean, a: VerilogOperand): string => (signed ? `$signed(${a.bare})` : a.text);

const wrapping = (kind: 'add' | 'sub'): Operator =>
  elementwise({
    width: sameWidth,
    depends: lowerBits,
    value: ([a, b]) => a![kind](b!),
    words: (g, [a, b], width) => chained(g, kind, a!, b!, width),
    verilog: ([a, b]) => `${a!.text} ${kind === 'add' ? '+' : '-'} ${b!.text}`,
    grain: 'carry',
    commutes: kind === 'add',
  });

const widening = (kind: 'addWide' | 'subWide'): Operator =>
  elementwise({
    width: (widths) => {
      const w = sameWidth(widths);
      return typeof w === 'string' ? w : w + 1;
    },
    depends: lowerBits,
    value: ([a, b]) => a![kind](b!),
    words: (g, [a, b], width) => chained(g, kind === 'addWide' ? 'add' : 'sub', a!, b!, width),
    verilog: ([a, b]) => `{1'b0, ${a!.bare}} ${kind === 'addWide' ? '+' : '-'} {1'b0, ${b!.bare}}`,
    grain: 'carry',
    commutes: kind === 'addWide',
  });

const comparison = (kind: 'lt' | 'le' | 'ltS' | 'leS'): Operator =>
  elementwise({
    width: oneBit,
    depends: allBits,
    value: ([a, b]) => a![kind](b!),
    words: (g, [a, b]) => ({
      word: () => {
        const compare = kind.endsWith('S') ? lessSigned : lessUnsigned;
        return kind.startsWith('lt') ? compare(g, a!, b!) : g.not(compare(g, b!, a!), 1);
      },
    }),
    verilog: ([a, b]) => `${signedIf(kind.endsWith('S'), a!)} ${kind.startsWith('lt') ? '<' : '<='} ${signedIf(kind.endsWith('S'), b!)}`,
  });

const extreme = (kind: 'min' | 'max' | 'minS' | 'maxS'): Operator =>
  elementwise({
    width: sameWidth,
    depends: allBits,
    value: ([a, b]) => a![kind](b!),
    words: (g, [a, b]) => {
      const compare = kind.endsWith('S') ? lessSigned : lessUnsigned;
      const [lesser, greater] = kind.startsWith('min') ? [a!, b!] : [b!, a!];
      return { word: (k) => g.mux(compare(g, a!, b!), lesser.word(k), greater.word(k)) };
    },
    verilog: ([a, b]) => {
      const signed = kind.endsWith('S');
      const [x, y] = [a!.name, b!.name];
      return `${signed ? `$signed(${x}) < $signed(${y})` : `${x} < ${y}`} ? ${kind.startsWith('min') ? `${x} : ${y}` : `${y} : ${x}`}`;
    },
    commutes: true,
  });

const multiply = (kind: 'mul' | 'mulS'): Operator =>
  elementwise({
    width: ([a, b]) => a! + b!,
    depends: kind === 'mul' ? lowerBits : allBits,
    value: ([a, b]) => a![kind](b!),
    words: (g, [a, b], width) => lazily(() => (kind === 'mul' ? product : signedProduct)(g, a!, b!, width)),
    // Operands are extended to the width of the target before they are multiplied; what extends them must not be a part of them.
    verilog: ([a, b]) => (kind === 'mul' ? `${a!.name} * ${b!.name}` : `$signed(${a!.name}) * $signed(${b!.name})`),
    verilogAlone: true,
    grain: kind === 'mul' ? 'carry' : 'whole',
    commutes: true,
  });

export const arithmetic = {
  add: wrapping('add'),
  sub: wrapping('sub'),
  addWide: widening('addWide'),
  subWide: widening('subWide'),
  neg: elementwise({
    width: ([w]) => w!,
    depends: lowerBits,
    value: ([a]) => a!.neg(),
    words: (g, [a], width) =>
      lazily(() => chain(g, 'sub', Array.from({ length: wordCount(width) }, () => g.constant(0)), wordsOf(a!, wordCount(width)), width)),
    verilog: ([a]) => `-${a!.text}`,
    grain: 'carry',
  }),
  /** Unsigned difference, zero instead of negative. */
  subSat: elementwise({
    width: sameWidth,
    depends: allBits,
    value: ([a, b]) => a!.subSat(b!),
    words: (g, [a, b], width) => {
      const difference = chained(g, 'sub', a!, b!, width);
      return { word: (k) => g.mux(lessUnsigned(g, a!, b!), g.constant(0), difference.word(k)) };
    },
    verilog: ([a, b], width) => `${a!.name} > ${b!.name} ? ${a!.name} - ${b!.name} : ${zeros(width)}`,
  }),
  mul: multiply('mul'),
  mulS: multiply('mulS'),
  lt: comparison('lt'),
  le: comparison('le'),
  ltS: comparison('ltS'),
  leS: comparison('leS'),
  min: extreme('min'),
  max: extreme('max'),
  minS: extreme('minS'),
  maxS: extreme('maxS'),
} satisfies Record<string, Operator>;
