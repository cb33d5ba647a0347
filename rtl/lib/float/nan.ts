import type { Hardware, Signal } from '../../../src/index.ts';
import type { Rule } from '../parameters.ts';
import { floatWidth, infinityBits, quietBit, type FloatFormat } from './format.ts';
import type { Unpacked } from './unpack.ts';

/** What an operation gives that has no number to give; IEEE 754-2019 6.2 leaves it open. */
interface NanChoice {
  /** The first operand that is a NaN, made quiet, is the result; otherwise NaN operands and invalid operations give the same. */
  readonly keepsOperand: boolean;
  /** The NaN of an invalid operation, such as infinity minus infinity. */
  readonly invalid: (format: FloatFormat) => bigint;
}

const canonical = (format: FloatFormat): bigint => infinityBits(format) | quietBit(format);

/**
 * - `canonical`: always +NaN with only the quiet bit set, as RISC-V has it ("F" extension, 11.3).
 * - `first`: the first NaN operand made quiet; invalid operations give the canonical NaN.
 * - `half`: the first NaN operand made quiet; invalid operations give +NaN with all fraction bits set, as half.hpp 2 (half.sourceforge.net)
 *   does, the C++ type that published functional models of HBM-PIM compute with.
 */
const choices = {
  canonical: { keepsOperand: false, invalid: canonical },
  first: { keepsOperand: true, invalid: canonical },
  half: { keepsOperand: true, invalid: (format) => infinityBits(format) | (2n * quietBit(format) - 1n) },
} as const satisfies Record<string, NanChoice>;

export type NanRule = keyof typeof choices;
export const nanRules = Object.keys(choices) as readonly NanRule[];

export const nanParameter: Rule = { says: `one of ${nanRules.join(', ')}`, holds: (v) => nanRules.includes(v as NanRule) };

/** The result where an operand is a NaN or the operation is invalid. */
export function nanResult(hw: Hardware, format: FloatFormat, rule: NanRule, operands: readonly Unpacked[]): Signal {
  const { keepsOperand, invalid } = choices[rule];
  const made: Signal = hw.lit(floatWidth(format), invalid(format));
  if (!keepsOperand) return made;
  return operands.reduceRight((rest, x) => x.nan.mux(x.bits.or(quietBit(format)), rest), made);
}
