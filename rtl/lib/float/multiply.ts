import type { Hardware, Signal } from '../../../src/index.ts';
import { floatDefaults, floatName, floatRules, operandPorts, type FloatParameters } from './arithmetic.ts';
import { bias, floatWidth, infinityBits } from './format.ts';
import { nanResult } from './nan.ts';
import { productHigh } from './product.ts';
import { result, round, type Flags } from './round.ts';
import { normalise, shiftRightJam } from './shift.ts';
import { floatUnit, type Stages } from './unit.ts';
import { either, unpack } from './unpack.ts';

export const MULTIPLY_BOUNDARIES = 4;

/** The product of two numbers, rounded once. */
export function multiplyFloats(hw: Hardware, { format, nan }: Required<FloatParameters>, x: Signal, y: Signal, stages: Stages): { y: Signal; flags: Flags } {
  const [a, b] = [unpack(format, x), unpack(format, y)];
  const wide = format.exponent + 2; // two's complement
  const invalid = either(a.signalling, b.signalling, a.infinite.and(b.zero), a.zero.and(b.infinite));
  const [isNan, infinite] = [either(a.nan, b.nan, invalid), a.infinite.or(b.infinite)];
  const sign = a.sign.xor(b.sign);
  // One factor may have to be normalised. With two subnormal ones the product is far below all numbers, however it is written.
  const swap = a.magnitude.lt(b.magnitude);
  const { value: small, shift } = normalise(swap.mux(a.significand, b.significand));
  const exponents = a.exponent.zext<number>(wide).add(b.exponent.zext<number>(wide));
  const factors = stages.cut('factors', {
    small,
    large: swap.mux(b.significand, a.significand),
    // Weight of the top bit of the product, which is 2 to 4 times the least normalised one.
    exponent: exponents.sub(shift.zext<number>(wide)).sub(bias(format) - 1),
    sign,
    special: isNan.or(infinite),
    value: isNan.mux(nanResult(hw, format, nan, [a, b]), sign.cat(hw.lit<number>(floatWidth(format) - 1, infinityBits(format)))),
    invalid,
  });

  const { exponent, special, value } = factors;
  const product = stages.cut('product', { high: productHigh(factors.small, factors.large), exponent, sign: factors.sign, special, value, invalid: factors.invalid });

  // The top bit is made 1 unless that takes the exponent below its least, 1; from below 1 the product is shifted right until it is there.
  const { high, exponent: weight } = product;
  const oneMore = high.bit(high.width - 1).not().and(weight.gtS(1));
  const tooSmall = weight.leS(0);
  const missing = weight.neg().add(1).trunc<number>(wide - 1);
  const normal = stages.cut('normal', {
    significand: tooSmall.mux(shiftRightJam(high, missing), oneMore.mux(high.shl(1), high)),
    weight: tooSmall.mux(hw.lit<number>(wide - 1, 1), weight.sub(oneMore.zext<number>(wide)).trunc<number>(wide - 1)),
    sign: product.sign,
    special: product.special,
    value: product.value,
    invalid: product.invalid,
  });
  const { flags, y: bits } = result(normal, round(hw, format, { sign: normal.sign, exponent: normal.weight, significand: normal.significand }));
  const { y: rounded, ...raised } = stages.cut('result', { y: bits, ...flags });
  return { y: rounded, flags: raised };
}

/** `a * b`, rounded to the nearest, ties to even. Errors: `bad-parameter`. */
export const [FloatMultiply, FloatMultiplyPipeline] = floatUnit({
  block: 'FloatMultiply',
  name: (p: Required<FloatParameters>) => floatName('FloatMultiply', p),
  rules: floatRules,
  defaults: floatDefaults,
  boundaries: () => MULTIPLY_BOUNDARIES,
  ports: ({ format }) => operandPorts(format, ['a', 'b']),
  build: (hw, p, { a, b }, stages) => multiplyFloats(hw, p, a, b, stages),
});
