import { uint, type Hardware, type Signal } from '../../../src/index.ts';
import { floatDefaults, floatName } from './arithmetic.ts';
import { bias, floatWidth, formatName, formatRule, fullExponent, infinityBits, precision, quietBit, type FloatFormat } from './format.ts';
import { nanParameter, nanResult, type NanRule } from './nan.ts';
import { FloatFlags, result, round } from './round.ts';
import { jam, normalise, shiftRightJam } from './shift.ts';
import { floatUnit } from './unit.ts';
import { unpack, type Unpacked } from './unpack.ts';

export interface ConvertParameters {
  readonly from: FloatFormat;
  readonly to: FloatFormat;
  /** As for arithmetic; where operands are kept, the payload's high bits are. Default `canonical`. */
  readonly nan?: NanRule;
}

/** A NaN of one format as a quiet NaN of another: the fraction's high bits stay. */
function convertNan(hw: Hardware, from: FloatFormat, to: FloatFormat, x: Unpacked): Unpacked {
  const fraction = x.magnitude.trunc<number>(from.fraction);
  const fitted = from.fraction > to.fraction ? fraction.slice<number, number>(from.fraction - 1, from.fraction - to.fraction) : fraction.zext<number>(to.fraction).shl(to.fraction - from.fraction);
  const bits: Signal = x.sign.cat(hw.lit<number>(to.exponent, fullExponent(to)), fitted.or(quietBit(to)));
  return { ...x, bits };
}

/** The same number in another format, or the nearest there is, ties to even. Errors: `bad-parameter`. */
export const [FloatConvert, FloatConvertPipeline] = floatUnit({
  block: 'FloatConvert',
  name: ({ from, to, nan }: Required<ConvertParameters>) => floatName(`Float${formatName(from)}To`, { format: to, nan }),
  rules: { from: formatRule, to: formatRule, nan: nanParameter },
  defaults: floatDefaults,
  boundaries: () => 3,
  ports: ({ from, to }) => ({ in: { a: uint(floatWidth(from)) }, out: { y: uint(floatWidth(to)), flags: FloatFlags } }),
  build: (hw, { from, to, nan }, { a }, stages) => {
    const x = unpack(from, a);
    const wide = Math.max(from.exponent, to.exponent) + 2; // two's complement
    const { value, shift } = normalise(x.significand);
    const infinity = x.sign.cat(hw.lit<number>(floatWidth(to) - 1, infinityBits(to)));
    const unpacked = stages.cut('unpacked', {
      significand: value,
      exponent: x.exponent.zext<number>(wide).sub(shift.zext<number>(wide)).add(hw.lit<number>(wide, bias(to) - bias(from))),
      zero: x.zero,
      sign: x.sign,
      special: x.nan.or(x.infinite),
      value: x.nan.mux(nanResult(hw, to, nan, [convertNan(hw, from, to, x)]), infinity),
      invalid: x.signalling,
    });
    // Zero has no leading one, so it must have the exponent that such numbers have.
    const [p, q] = [precision(from), precision(to) + 2];
    const significand = p > q ? jam(unpacked.significand, p - q) : p < q ? unpacked.significand.cat(hw.lit<number>(q - p, 0)) : unpacked.significand;
    const small = unpacked.exponent.leS(0).or(unpacked.zero);
    const missing = unpacked.exponent.neg().add(1).trunc<number>(wide - 1);
    const normal = stages.cut('normal', {
      significand: unpacked.exponent.leS(0).mux(shiftRightJam(significand, missing), significand),
      weight: small.mux(hw.lit<number>(wide - 1, 1), unpacked.exponent.trunc<number>(wide - 1)),
      sign: unpacked.sign,
      special: unpacked.special,
      value: unpacked.value,
      invalid: unpacked.invalid,
    });
    const { y, flags } = result(normal, round(hw, to, { sign: normal.sign, exponent: normal.weight, significand: normal.significand }));
    const { y: bits, ...raised } = stages.cut('result', { y, ...flags });
    return { y: bits, flags: raised };
  },
});
