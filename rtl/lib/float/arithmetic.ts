import { uint } from '../../../src/index.ts';
import { floatWidth, formatName, formatRule, type FloatFormat } from './format.ts';
import { nanParameter, type NanRule } from './nan.ts';
import { FloatFlags } from './round.ts';

/** What operations on one format have in common. */
export interface FloatParameters {
  readonly format: FloatFormat;
  /** Which NaN is the result where there is no number; default `canonical`. */
  readonly nan?: NanRule;
}

export const floatRules = { format: formatRule, nan: nanParameter } as const;
export const floatDefaults = { nan: 'canonical' } as const;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const floatName = (block: string, { format, nan }: Required<FloatParameters>): string => `${block}${formatName(format)}${nan === 'canonical' ? '' : capital(nan)}`;

/** One or more operands named a, b, ..., a result `y`, and the exceptions. */
export function operandPorts<const K extends string>(format: FloatFormat, names: readonly K[]) {
  const operand = uint(floatWidth(format));
  return { in: Object.fromEntries(names.map((name) => [name, operand])) as { readonly [P in K]: typeof operand }, out: { y: operand, flags: FloatFlags } };
}
