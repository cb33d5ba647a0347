import { FloatAdd, FloatMultiply, FloatMultiplyAdd, FloatSubtract, type FloatFormat } from '../../../rtl/lib/index.ts';
import type { Definition } from '../../../src/index.ts';
import type { Expected } from './many.ts';
import { before, flagsOf, type Codec } from './oracle.ts';

/** The arithmetic units and what they must give, result and flags. */

type Exactly = (...values: readonly number[]) => number;
const once =
  (c: Codec, exactly: Exactly): Expected =>
  (operands) => {
    const exact = exactly(...operands.map(c.value));
    const y = c.bits(exact);
    return [y, flagsOf(c, operands, exact, y)];
  };
/** The product rounded, then the sum. */
const twice =
  (c: Codec): Expected =>
  ([a, b, z]) => {
    const [product, raised] = once(c, before.multiply)([a!, b!]) as [number, number];
    const [y, more] = once(c, before.add)([product, z!]) as [number, number];
    return [y, raised | more];
  };

export const units: Record<string, { operands: number; unit: (format: FloatFormat) => Definition; expected: (c: Codec) => Expected }> = {
  add: { operands: 2, unit: (format) => FloatAdd({ format }), expected: (c) => once(c, before.add) },
  subtract: { operands: 2, unit: (format) => FloatSubtract({ format }), expected: (c) => once(c, ((x: number, y: number) => before.add(x, -y))) },
  multiply: { operands: 2, unit: (format) => FloatMultiply({ format }), expected: (c) => once(c, before.multiply) },
  'multiply-add': { operands: 3, unit: (format) => FloatMultiplyAdd({ format }), expected: twice },
  'fused multiply-add': {
    operands: 3,
    unit: (format) => FloatMultiplyAdd({ format, fused: true }),
    expected: (c) => {
      const plain = once(c, before.fused);
      // Infinity times zero is invalid also beside a quiet NaN.
      return (operands) => {
        const [y, flags] = plain(operands) as [number, number];
        return [y, Number.isNaN(c.value(operands[0]!) * c.value(operands[1]!)) && ![0, 1].some((i) => Number.isNaN(c.value(operands[i]!))) ? 8 : flags];
      };
    },
  },
};
