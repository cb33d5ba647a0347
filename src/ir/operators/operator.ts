import type { Bits } from '../../bits/index.ts';
import type { Shape } from '../shape.ts';
import type { Lowered, Operand, VecOperand, Words } from '../words.ts';
import type { VerilogOperand, VerilogRow, VerilogScope, VerilogText } from './verilog.ts';

/** A stretch of argument bits, packed numbering, both ends included. */
export interface Dependence {
  readonly arg: number;
  readonly lo: number;
  readonly hi: number;
}

/** One row of the operator table: everything the kit knows of an operator stands in its row. */
export interface Operator {
  /** Result shape, or what is wrong with the arguments. */
  readonly shape: (args: readonly Shape[], attrs: readonly number[]) => Shape | string;
  /** Which argument bits result bit `bit` (packed numbering) depends on. */
  readonly depends: (bit: number, args: readonly Shape[], attrs: readonly number[]) => Dependence[];
  /** The meaning: packed argument values to packed result. */
  readonly value: (args: readonly Bits[], shapes: readonly Shape[], attrs: readonly number[]) => Bits;
  /** One lane of the result on machine words. */
  readonly words: (g: Words, args: readonly VecOperand[], attrs: readonly number[], lane: number, width: number) => Lowered;
  /** The result as Verilog. */
  readonly verilog: VerilogRow;
  /**
   * `bit`: bit i needs only bits i of the arguments. `carry`: bits 0 to i. `move`: `words` gives ranges that touch only what they need.
   * Engines use this to cut a cycle between nodes that is none between bits.
   */
  readonly grain: 'bit' | 'carry' | 'move' | 'whole';
  /** Argument order does not matter (for finding common subexpressions). */
  readonly commutes?: boolean;
}

export interface ElementwiseRow {
  /** Result width from argument widths, or what is wrong. */
  readonly width: (widths: readonly number[], attrs: readonly number[]) => number | string;
  /** Within one lane. */
  readonly depends: (bit: number, widths: readonly number[], attrs: readonly number[]) => Dependence[];
  readonly value: (args: readonly Bits[], attrs: readonly number[]) => Bits;
  readonly words: (g: Words, args: readonly Operand[], width: number, attrs: readonly number[]) => Lowered;
  readonly verilog: (args: readonly VerilogOperand[], width: number, attrs: readonly number[], scope: VerilogScope) => VerilogText;
  /** See `VerilogRow`. Default: `lane`. */
  readonly verilogOf?: 'lane' | 'packed';
  readonly verilogAlone?: boolean;
  readonly grain?: Operator['grain'];
  readonly commutes?: boolean;
}

/** Lifts a row written for one lane to all lanes of a Vec. */
export function elementwise(row: ElementwiseRow): Operator {
  const { width, depends, value, words, verilog, verilogOf = 'lane', verilogAlone = false, grain = 'whole', commutes = false } = row;
  const widthsOf = (args: readonly Shape[]) => args.map((s) => s.width);
  return {
    grain,
    commutes,
    shape(args, attrs) {
      const lanes = args[0]!.lanes;
      if (args.some((s) => s.lanes !== lanes)) return `lanes differ: ${args.map((s) => s.lanes).join(' and ')}`;
      const w = width(widthsOf(args), attrs);
      return typeof w === 'string' ? w : { width: w, lanes };
    },
    depends(bit, args, attrs) {
      const widths = widthsOf(args);
      const w = width(widths, attrs) as number;
      const lane = Math.floor(bit / w);
      return depends(bit % w, widths, attrs).map(({ arg, lo, hi }) => {
        const base = lane * widths[arg]!;
        return { arg, lo: base + lo, hi: base + hi };
      });
    },
    value(args, shapes, attrs) {
      const lanes = shapes[0]!.lanes;
      if (lanes === 1) return value(args, attrs);
      let all: Bits | undefined;
      for (let i = lanes - 1; i >= 0; i--) {
        const one = value(args.map((a, k) => laneOf(a, shapes[k]!, i)), attrs);
        all = all === undefined ? one : all.cat(one);
      }
      return all!;
    },
    words: (g, args, attrs, lane, w) => words(g, args.map((a) => a.lane(lane)), w, attrs),
    verilog: { of: verilogOf, alone: verilogAlone, text: (args, shape, attrs, scope) => verilog(args, shape.width, attrs, scope) },
  };
}

export const laneOf = (packed: Bits, { width, lanes }: Shape, i: number): Bits =>
  lanes === 1 ? packed : packed.slice(i * width + width - 1, i * width);

// The usual dependences within a lane.
export const sameBit = (bit: number, widths: readonly number[]): Dependence[] => widths.map((_, arg) => ({ arg, lo: bit, hi: bit }));
export const lowerBits = (bit: number, widths: readonly number[]): Dependence[] =>
  widths.map((w, arg) => ({ arg, lo: 0, hi: Math.min(bit, w - 1) }));
export const allBits = (_bit: number, widths: readonly number[]): Dependence[] => widths.map((w, arg) => ({ arg, lo: 0, hi: w - 1 }));

export const sameWidth = (widths: readonly number[]): number | string =>
  widths.every((w) => w === widths[0]) ? widths[0]! : `widths differ: ${widths.join(' and ')}`;
export const oneBit = (widths: readonly number[]): number | string => {
  const w = sameWidth(widths);
  return typeof w === 'string' ? w : 1;
};
