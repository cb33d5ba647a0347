import { join, type Word } from '../words.ts';
import { elementwise, type Operator } from './operator.ts';
import { signFill } from './shift.ts';
import { zeros } from './verilog.ts';

/** Operators that only move bits: they cost nothing, and a range of the result needs only that range of the arguments. */
export const moves = {
  /** cat(high, ..., low) */
  cat: elementwise({
    width: (widths) => widths.reduce((a, b) => a + b, 0),
    depends: (bit, widths) => {
      let at = 0;
      for (let arg = widths.length - 1; arg >= 0; arg--) {
        if (bit < at + widths[arg]!) return [{ arg, lo: bit - at, hi: bit - at }];
        at += widths[arg]!;
      }
      return [];
    },
    value: ([first, ...rest]) => first!.cat(...rest),
    words: (g, args) => ({
      range: (lo, length) => {
        const pieces: { word: Word; width: number }[] = [];
        let at = 0;
        for (let arg = args.length - 1; arg >= 0; arg--) {
          const a = args[arg]!;
          const from = Math.max(lo, at);
          const to = Math.min(lo + length, at + a.width);
          if (from < to) pieces.push({ word: a.range(from - at, to - from), width: to - from });
          at += a.width;
        }
        return join(g, pieces);
      },
    }),
    verilog: (args) => `{${args.map((a) => a.bare).join(', ')}}`,
    grain: 'move',
  }),
  /** slice[lo, length] */
  slice: elementwise({
    width: ([w], [lo, length]) => (lo! + length! > w! ? `bits ${lo! + length! - 1} to ${lo!} of a ${w!}-bit value` : length!),
    depends: (bit, _, [lo]) => [{ arg: 0, lo: bit + lo!, hi: bit + lo! }],
    value: ([a], [lo, length]) => a!.slice(lo! + length! - 1, lo!),
    words: (_, [a], __, [from]) => ({ range: (lo, length) => a!.range(from! + lo, length) }),
    verilog: ([a], _, [lo, length]) => a!.part(lo!, length!),
    grain: 'move',
  }),
  /** zext[width] */
  zext: elementwise({
    width: ([w], [to]) => (to! < w! ? `cannot extend ${w!} bits to ${to!}` : to!),
    depends: (bit, [w]) => (bit < w! ? [{ arg: 0, lo: bit, hi: bit }] : []),
    value: ([a], [to]) => a!.zext(to!),
    words: (g, [a]) => ({ range: (lo, length) => (lo >= a!.width ? g.constant(0) : a!.range(lo, Math.min(length, a!.width - lo))) }),
    verilog: ([a], width) => (width === a!.width ? a! : `{${zeros(width - a!.width)}, ${a!.bare}}`),
    grain: 'move',
  }),
  /** sext[width] */
  sext: elementwise({
    width: ([w], [to]) => (to! < w! ? `cannot extend ${w!} bits to ${to!}` : to!),
    depends: (bit, [w]) => [{ arg: 0, lo: Math.min(bit, w! - 1), hi: Math.min(bit, w! - 1) }],
    value: ([a], [to]) => a!.sext(to!),
    words: (g, [a]) => ({ range: (lo, length) => signFill(g, a!, lo, length) }),
    verilog: ([a], width) => (width === a!.width ? a! : a!.width === 1 ? `{${width}{${a!.bare}}}` : `{{${width - a!.width}{${a!.part(a!.width - 1, 1).text}}}, ${a!.name}}`),
    grain: 'move',
  }),
  reverse: elementwise({
    width: ([w]) => w!,
    depends: (bit, [w]) => [{ arg: 0, lo: w! - 1 - bit, hi: w! - 1 - bit }],
    value: ([a]) => a!.reverse(),
    words: (g, [a]) => ({
      range: (lo, length) => join(g, Array.from({ length }, (_, i) => ({ word: a!.range(a!.width - 1 - lo - i, 1), width: 1 }))),
    }),
    verilog: ([a], width, _, scope) =>
      width === 1
        ? a!
        : scope.call(`reverse_${width}`, width, [a!], (result, [x]) => [`for (i = 0; i < ${width}; i = i + 1) ${result}[i] = ${x}[${width - 1} - i];`]),
    grain: 'move',
  }),
} satisfies Record<string, Operator>;
