import type { Hardware, Signal } from '../../../src/index.ts';
import { flag } from '../parameters.ts';
import { ADD_BOUNDARIES, addFloats } from './add.ts';
import { floatDefaults, floatName, floatRules, operandPorts, type FloatParameters } from './arithmetic.ts';
import { FUSED_BOUNDARIES, fusedMultiplyAdd } from './fused.ts';
import { MULTIPLY_BOUNDARIES, multiplyFloats } from './multiply.ts';
import type { Flags } from './round.ts';
import { floatUnit, type Stages } from './unit.ts';

export interface MultiplyAddParameters extends FloatParameters {
  /** Rounded once, after the addition, and not also after the multiplication; default false. */
  readonly fused?: boolean;
}

/** The sum of a rounded product and `z`: two operations in a row. The exceptions of both are raised. */
function unfusedMultiplyAdd(hw: Hardware, p: Required<MultiplyAddParameters>, x: Signal, y: Signal, z: Signal, stages: Stages): { y: Signal; flags: Flags } {
  const product = multiplyFloats(hw, p, x, y, stages);
  const addend = stages.follow('addend', z);
  const middle = stages.taken;
  const sum = addFloats(hw, p, product.y, addend, stages, 'add');
  const both = Object.entries(sum.flags).map(([name, f]) => [name, f.or(stages.follow(`product_${name}`, product.flags[name as keyof Flags], middle))]);
  return { y: sum.y, flags: Object.fromEntries(both) as Flags };
}

/**
 * `a * b + c` to the nearest, ties to even. Unfused, the default, is what HBM-PIM's multiply-accumulate does: the product is rounded,
 * then the sum. Fused is IEEE 754's fusedMultiplyAdd; infinity times zero is invalid there whatever c is. Errors: `bad-parameter`.
 */
export const [FloatMultiplyAdd, FloatMultiplyAddPipeline] = floatUnit({
  block: 'FloatMultiplyAdd',
  name: (p: Required<MultiplyAddParameters>) => floatName(p.fused ? 'FloatFusedMultiplyAdd' : 'FloatMultiplyAdd', p),
  rules: { ...floatRules, fused: flag },
  defaults: { ...floatDefaults, fused: false },
  boundaries: ({ fused }) => (fused ? FUSED_BOUNDARIES : MULTIPLY_BOUNDARIES + ADD_BOUNDARIES),
  ports: ({ format }) => operandPorts(format, ['a', 'b', 'c']),
  build: (hw, p, { a, b, c }, stages) => (p.fused ? fusedMultiplyAdd : unfusedMultiplyAdd)(hw, p, a, b, c, stages),
});
