import type { Hardware, Signal } from '../../../src/index.ts';
import { floatDefaults, floatName, floatRules, operandPorts, type FloatParameters } from './arithmetic.ts';
import { nanResult } from './nan.ts';
import { result, round, type Flags } from './round.ts';
import { normaliseWithin, shiftRightJam } from './shift.ts';
import { floatUnit, type Stages } from './unit.ts';
import { either, unpack } from './unpack.ts';

export const ADD_BOUNDARIES = 4;

/** The sum of two numbers, rounded once. `prefix` begins the names of stages, where another operation of the module has such names. */
export function addFloats(hw: Hardware, { format, nan }: Required<FloatParameters>, x: Signal, y: Signal, stages: Stages, prefix = ''): { y: Signal; flags: Flags } {
  const [a, b] = [unpack(format, x), unpack(format, y)];
  const named = (stage: string): string => (prefix === '' ? stage : `${prefix}_${stage}`);
  // The operand of greater magnitude stays where it is, so that the difference is never negative.
  const swap = a.magnitude.lt(b.magnitude);
  const choose = <S extends Signal>(ifSwapped: S, otherwise: S): S => swap.mux(ifSwapped as Signal, otherwise as Signal) as S;
  const exponent = choose(b.exponent, a.exponent);
  const distance = exponent.sub(choose(a.exponent, b.exponent));
  const subtract = a.sign.xor(b.sign);
  const invalid = either(a.signalling, b.signalling, a.infinite.and(b.infinite).and(subtract));
  const [isNan, infinite] = [either(a.nan, b.nan, invalid), a.infinite.or(b.infinite)];
  // Two bits below keep what a shift by one can need back, the third says that there was more.
  const below = hw.lit(3, 0);
  const aligned = stages.cut(named('aligned'), {
    high: choose(b.significand, a.significand).cat(below),
    low: shiftRightJam(choose(a.significand, b.significand).cat(below), distance),
    exponent,
    subtract,
    sign: choose(b.sign, a.sign),
    bothNegative: a.sign.and(b.sign),
    special: isNan.or(infinite),
    value: isNan.mux(nanResult(hw, format, nan, [a, b]), choose(b.bits, a.bits)),
    invalid,
  });

  const { high, low } = aligned;
  const total: Signal = aligned.subtract.mux(high.subWide(low), high.addWide(low));
  const sum = stages.cut(named('sum'), {
    total,
    exponent: aligned.exponent.addWide(1),
    // Numbers that cancel give +0.
    sign: total.eq(0).mux(aligned.bothNegative, aligned.sign),
    special: aligned.special,
    value: aligned.value,
    invalid: aligned.invalid,
  });

  const { value: significand, exponent: weight } = normaliseWithin(sum.total, sum.exponent);
  const normal = stages.cut(named('normal'), { significand, weight, sign: sum.sign, special: sum.special, value: sum.value, invalid: sum.invalid });
  const { flags, y: bits } = result(normal, round(hw, format, { sign: normal.sign, exponent: normal.weight, significand: normal.significand }));
  const { y: rounded, ...raised } = stages.cut(named('result'), { y: bits, ...flags });
  return { y: rounded, flags: raised };
}

/** `a + b`, rounded to the nearest, ties to even. Errors: `bad-parameter`. */
export const [FloatAdd, FloatAddPipeline] = floatUnit({
  block: 'FloatAdd',
  name: (p: Required<FloatParameters>) => floatName('FloatAdd', p),
  rules: floatRules,
  defaults: floatDefaults,
  boundaries: () => ADD_BOUNDARIES,
  ports: ({ format }) => operandPorts(format, ['a', 'b']),
  build: (hw, p, { a, b }, stages) => addFloats(hw, p, a, b, stages),
});

/** `a - b`, rounded to the nearest, ties to even. A NaN keeps its sign. Errors: `bad-parameter`. */
export const [FloatSubtract, FloatSubtractPipeline] = floatUnit({
  block: 'FloatSubtract',
  name: (p: Required<FloatParameters>) => floatName('FloatSubtract', p),
  rules: floatRules,
  defaults: floatDefaults,
  boundaries: () => ADD_BOUNDARIES,
  ports: ({ format }) => operandPorts(format, ['a', 'b']),
  build: (hw, p, { a, b }, stages) => {
    const { sign, magnitude, nan } = unpack(p.format, b);
    return addFloats(hw, p, a, sign.xor(nan.not()).cat(magnitude), stages);
  },
});
