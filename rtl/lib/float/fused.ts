import type { Hardware, Signal } from '../../../src/index.ts';
import type { FloatParameters } from './arithmetic.ts';
import { bias, floatWidth, infinityBits, precision } from './format.ts';
import { nanResult } from './nan.ts';
import { result, round, type Flags } from './round.ts';
import { normaliseWithin, shiftRightJam } from './shift.ts';
import type { Stages } from './unit.ts';
import { either, unpack } from './unpack.ts';

export const FUSED_BOUNDARIES = 5;

/**
 * x * y + z, rounded once. The product is kept whole (2p bits) and never normalised: where it has leading zeros, z has as many zeros behind it, so
 * that what is shifted out of the smaller summand stays below the rounding; exponents below the least belong to products, which then are the
 * smaller summand.
 */
export function fusedMultiplyAdd(hw: Hardware, { format, nan }: Required<FloatParameters>, x: Signal, y: Signal, z: Signal, stages: Stages): { y: Signal; flags: Flags } {
  const p = precision(format);
  const wide = format.exponent + 2; // two's complement
  const [a, b, c] = [unpack(format, x), unpack(format, y), unpack(format, z)];
  const sign = a.sign.xor(b.sign);
  const subtract = sign.xor(c.sign);
  const endless = a.infinite.or(b.infinite);
  const opposed = either(a.nan, b.nan).not().and(endless).and(c.infinite).and(subtract);
  const invalid = either(a.signalling, b.signalling, c.signalling, a.infinite.and(b.zero), a.zero.and(b.infinite), opposed);
  const isNan = either(a.nan, b.nan, c.nan, invalid);
  const infinity = endless.mux(sign, c.sign).cat(hw.lit<number>(floatWidth(format) - 1, infinityBits(format)));
  const product = stages.cut('product', {
    bits: a.significand.mul(b.significand),
    // Weight of the top bit, as for the addend. Zero must not move the addend away.
    exponent: a.zero.or(b.zero).mux(0, a.exponent.zext<number>(wide).add(b.exponent.zext<number>(wide)).sub(bias(format) - 1)),
    sign,
    addend: c.significand,
    addendExponent: c.exponent,
    addendSign: c.sign,
    special: either(isNan, endless, c.infinite),
    value: isNan.mux(nanResult(hw, format, nan, [a, b, c]), infinity),
    invalid,
  });

  const addendExponent = product.addendExponent.zext<number>(wide);
  const greater = product.exponent.gtS(addendExponent);
  const difference = product.exponent.sub(addendExponent);
  const distance = greater.mux(difference, difference.neg());
  const below = hw.lit(3, 0);
  const summands = [product.bits.cat(below), product.addend.cat(hw.lit<number>(p + 3, 0))] as [Signal, Signal];
  const aligned = stages.cut('aligned', {
    high: greater.mux(summands[0], summands[1]),
    low: shiftRightJam(greater.mux(summands[1], summands[0]), distance.trunc<number>(wide - 1)),
    exponent: greater.mux(product.exponent, addendExponent).trunc<number>(wide - 1),
    sign: greater.mux(product.sign, product.addendSign),
    subtract: product.sign.xor(product.addendSign),
    bothNegative: product.sign.and(product.addendSign),
    special: product.special,
    value: product.value,
    invalid: product.invalid,
  });

  const signed: Signal = aligned.high.subWide(aligned.low);
  const negative = signed.bit(signed.width - 1);
  const total = aligned.subtract.mux(negative.mux(signed.neg(), signed), aligned.high.addWide(aligned.low));
  const sum = stages.cut('sum', {
    total,
    exponent: aligned.exponent.add(1),
    sign: total.eq(0).mux(aligned.bothNegative, aligned.sign.xor(aligned.subtract.and(negative))),
    special: aligned.special,
    value: aligned.value,
    invalid: aligned.invalid,
  });

  const { value: significand, exponent: weight } = normaliseWithin(sum.total, sum.exponent);
  const normal = stages.cut('normal', { significand, weight, sign: sum.sign, special: sum.special, value: sum.value, invalid: sum.invalid });
  const { flags, y: bits } = result(normal, round(hw, format, { sign: normal.sign, exponent: normal.weight, significand: normal.significand }));
  const { y: rounded, ...raised } = stages.cut('result', { y: bits, ...flags });
  return { y: rounded, flags: raised };
}
