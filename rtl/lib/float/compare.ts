import { bit, uint, type Hardware, type Signal } from '../../../src/index.ts';
import type { Rule } from '../parameters.ts';
import { floatDefaults, floatName, floatRules, operandPorts, type FloatParameters } from './arithmetic.ts';
import { floatWidth, formatName, formatRule, type FloatFormat } from './format.ts';
import { nanResult } from './nan.ts';
import { floatUnit } from './unit.ts';
import { either, unpack, type Unpacked } from './unpack.ts';

/** Is a before b in the order from -infinity to infinity, in which -0 stands before +0? */
function before(a: Unpacked, b: Unpacked): Signal<1> {
  const less = a.magnitude.lt(b.magnitude);
  const greater = b.magnitude.lt(a.magnitude);
  return a.sign.mux(b.sign.not().or(greater), b.sign.not().and(less));
}

/**
 * Relations of `a` and `b`: `lt`, `le`, `eq` (+0 and -0 are equal), all 0 where either is a NaN, which `unordered` says. `invalid` is raised by
 * signalling NaNs only (the quiet predicates of IEEE 754-2019 5.11). Errors: `bad-parameter`.
 */
export const [FloatCompare, FloatComparePipeline] = floatUnit({
  block: 'FloatCompare',
  name: ({ format }: { readonly format: FloatFormat }) => `FloatCompare${formatName(format)}`,
  rules: { format: formatRule },
  defaults: {},
  boundaries: () => 1,
  ports: ({ format }) => ({ in: { a: uint(floatWidth(format)), b: uint(floatWidth(format)) }, out: { lt: bit, le: bit, eq: bit, unordered: bit, invalid: bit } }),
  build: (_hw, { format }, inputs, stages) => {
    const [a, b] = [unpack(format, inputs.a), unpack(format, inputs.b)];
    const unordered = a.nan.or(b.nan);
    const zeros = a.zero.and(b.zero);
    const eq = a.bits.eq(b.bits).or(zeros).and(unordered.not());
    const lt = either(zeros, unordered).not().and(before(a, b));
    return stages.cut('result', { lt, le: lt.or(eq), eq, unordered, invalid: a.signalling.or(b.signalling) });
  },
});

/** The operations of IEEE 754-2019 9.6: the greater or the lesser, and whether a NaN is the result beside a number or gives way to it. */
const operations = {
  maximum: { greater: true, numberWins: false },
  minimum: { greater: false, numberWins: false },
  maximumNumber: { greater: true, numberWins: true },
  minimumNumber: { greater: false, numberWins: true },
} as const;
export type ExtremeOperation = keyof typeof operations;
const operationNames = Object.keys(operations) as ExtremeOperation[];

export interface ExtremeParameters extends FloatParameters {
  readonly operation: ExtremeOperation;
}
const operationRule: Rule = { says: `one of ${operationNames.join(', ')}`, holds: (v) => operationNames.includes(v as ExtremeOperation) };

/**
 * The greater or the lesser of `a` and `b`, where +0 is greater than -0. `maximum` and `minimum` of a NaN and anything are a NaN;
 * `maximumNumber` and `minimumNumber` are the number, and a NaN only of two. Signalling NaNs raise `invalid`. Errors: `bad-parameter`.
 */
export const [FloatExtreme, FloatExtremePipeline] = floatUnit({
  block: 'FloatExtreme',
  name: (p: Required<ExtremeParameters>) => floatName(`Float${p.operation.charAt(0).toUpperCase()}${p.operation.slice(1)}`, p),
  rules: { ...floatRules, operation: operationRule },
  defaults: floatDefaults,
  boundaries: () => 1,
  ports: ({ format }) => ({ in: operandPorts(format, ['a', 'b']).in, out: { y: uint(floatWidth(format)), invalid: bit } }),
  build: (hw: Hardware, { format, nan, operation }, inputs, stages) => {
    const { greater, numberWins } = operations[operation];
    const [a, b] = [unpack(format, inputs.a), unpack(format, inputs.b)];
    const chooseB = greater ? before(a, b) : before(b, a);
    const isNan = numberWins ? a.nan.and(b.nan) : a.nan.or(b.nan);
    const second = numberWins ? a.nan.or(chooseB.and(b.nan.not())) : chooseB;
    return stages.cut('result', { y: isNan.mux(nanResult(hw, format, nan, [a, b]), second.mux(b.bits, a.bits)), invalid: a.signalling.or(b.signalling) });
  },
});

/**
 * +0 where the sign bit of `a` is 1, otherwise `a`, as HBM-PIM has it: -0 and negative NaNs become +0, positive NaNs pass as they are.
 * Errors: `bad-parameter`.
 */
export const [FloatRelu, FloatReluPipeline] = floatUnit({
  block: 'FloatRelu',
  name: ({ format }: { readonly format: FloatFormat }) => `FloatRelu${formatName(format)}`,
  rules: { format: formatRule },
  defaults: {},
  boundaries: () => 1,
  ports: ({ format }) => ({ in: { a: uint(floatWidth(format)) }, out: { y: uint(floatWidth(format)) } }),
  build: (_hw, { format }, { a }, stages) => stages.cut('result', { y: a.bit(floatWidth(format) - 1).mux(0, a) }),
});
