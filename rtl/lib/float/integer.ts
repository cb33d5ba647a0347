import { bit, sint, uint, type BitsType } from '../../../src/index.ts';
import { flag, whole, type Rule } from '../parameters.ts';
import { bias, floatWidth, formatName, formatRule, precision, type FloatFormat } from './format.ts';
import { FloatFlags, result, round } from './round.ts';
import { jam, normalise, shiftRightJam } from './shift.ts';
import { floatUnit } from './unit.ts';
import { unpack } from './unpack.ts';

export interface IntegerParameters {
  readonly format: FloatFormat;
  /** Bits of the integer, 2 to 64. */
  readonly width: number;
  /** Two's complement; default true. */
  readonly signed?: boolean;
}

const integerRules = { format: formatRule, width: whole(2, 64), signed: flag } as const;
const integer = ({ width, signed }: Required<IntegerParameters>): BitsType => (signed ? sint(width) : uint(width));
const integerName = ({ width, signed }: Required<IntegerParameters>): string => `${signed ? 'Int' : 'Uint'}${width}`;

/** The number nearest to an integer, ties to even. Errors: `bad-parameter`. */
export const [IntegerToFloat, IntegerToFloatPipeline] = floatUnit({
  block: 'IntegerToFloat',
  name: (p: Required<IntegerParameters>) => `${integerName(p)}ToFloat${formatName(p.format)}`,
  rules: integerRules,
  defaults: { signed: true },
  boundaries: () => 2,
  ports: (p) => ({ in: { a: integer(p) }, out: { y: uint(floatWidth(p.format)), flags: FloatFlags } }),
  build: (hw, { format, width, signed }, { a }, stages) => {
    const sign = signed ? a.bit(width - 1) : hw.lit(1, 0);
    const { value, shift } = normalise(sign.mux(a.neg(), a));
    const q = precision(format) + 2;
    // Wide enough for the exponent of the greatest integer, and for the format's own.
    const wide = Math.max(format.exponent, Math.ceil(Math.log2(bias(format) + width + 1)));
    const top = hw.lit<number>(wide, bias(format) + width - 1);
    const normal = stages.cut('normal', {
      significand: width > q ? jam(value, width - q) : width < q ? value.cat(hw.lit<number>(q - width, 0)) : value,
      weight: top.sub(shift.zext<number>(wide)),
      sign,
    });
    const none = hw.lit(1, 0);
    const { y, flags } = result({ special: none, value: hw.lit<number>(floatWidth(format), 0), invalid: none }, round(hw, format, { sign: normal.sign, exponent: normal.weight, significand: normal.significand }));
    const { y: bits, ...raised } = stages.cut('result', { y, ...flags });
    return { y: bits, flags: raised };
  },
});

export interface ToIntegerParameters extends IntegerParameters {
  /** To the nearest integer, ties to even (default), or towards zero. */
  readonly rounding?: 'even' | 'zero';
}
const roundingRule: Rule = { says: "'even' or 'zero'", holds: (v) => v === 'even' || v === 'zero' };

/**
 * A number as an integer. What does not fit becomes the nearest integer that does, and a NaN 0, as in Arm's FCVT and WebAssembly's `trunc_sat`; both
 * raise `invalid` and not `inexact`. Errors: `bad-parameter`.
 */
export const [FloatToInteger, FloatToIntegerPipeline] = floatUnit({
  block: 'FloatToInteger',
  name: (p: Required<ToIntegerParameters>) => `Float${formatName(p.format)}To${integerName(p)}${p.rounding === 'zero' ? 'TowardsZero' : ''}`,
  rules: { ...integerRules, rounding: roundingRule },
  defaults: { signed: true, rounding: 'even' },
  boundaries: () => 2,
  ports: (p) => ({ in: { a: uint(floatWidth(p.format)) }, out: { y: integer(p), invalid: bit, inexact: bit } }),
  build: (hw, { format, width, signed, rounding }, { a }, stages) => {
    const x = unpack(format, a);
    const p = precision(format);
    // Integer bits, a guard bit, and one for everything below.
    const q = width + 2;
    const fitted = p > q ? jam(x.significand, p - q) : p < q ? x.significand.cat(hw.lit<number>(q - p, 0)) : x.significand;
    const wide = Math.max(format.exponent, Math.ceil(Math.log2(bias(format) + width))) + 1; // two's complement
    const distance = hw.lit<number>(wide, bias(format) + width - 1).sub(x.exponent.zext<number>(wide));
    const fixed = stages.cut('fixed', {
      value: shiftRightJam(fitted, distance.trunc<number>(wide - 1)),
      beyond: distance.bit(wide - 1).or(x.infinite),
      sign: x.sign,
      nan: x.nan,
    });
    const { value, sign } = fixed;
    const [guard, sticky] = [value.bit(1), value.bit(0)];
    const up = rounding === 'even' ? guard.and(sticky.or(value.bit(2))) : hw.lit(1, 0);
    const magnitude = value.slice<number, number>(q - 1, 2).zext<number>(width + 1).add(up.zext<number>(width + 1));
    const lowest = signed ? 1n << BigInt(width - 1) : 0n;
    const highest = (1n << BigInt(signed ? width - 1 : width)) - 1n;
    const outside = fixed.beyond.or(sign.mux(magnitude.gt(lowest), magnitude.gt(highest)));
    const limit = sign.mux(hw.lit<number>(width, lowest), hw.lit<number>(width, highest));
    const number = magnitude.trunc<number>(width);
    const y = fixed.nan.mux(0, outside.mux(limit, sign.mux(number.neg(), number)));
    const invalid = fixed.nan.or(outside);
    return stages.cut('result', { y, invalid, inexact: guard.or(sticky).and(invalid.not()) });
  },
});
