import { bit, derive, indexWidth, module, parametric, uint, vec, type CrossbarConfig, type Hardware, type Signal } from '../../src/index.ts';
import { arrayParameters, planesOf } from './array.ts';
import { resize } from './resize.ts';

type Inputs = Signal<number, number>;

/**
 * Input registers and wordline drivers. `load` writes all inputs. `drive` puts one digit of each on its wordline: the digit of the pass, 0
 * where the row belongs to another group or holds no weights. `shift` and `negative` are what that digit is worth, `rowSum` the sum of the
 * digits on the wordlines.
 */
export const WordlineDrivers = parametric((config: CrossbarConfig) => {
  const { digits, rowGroups, widths } = derive(config);
  const { rows, dacs, inputBits, dacBits } = config;
  const shape = arrayParameters(config, 0);
  const planes = planesOf(shape);
  return module(
    'WordlineDrivers',
    {
      in: {
        load: bit,
        inputs: vec(rows, uint(inputBits)),
        /** Rows that hold weights. */
        used: uint(rows),
        drive: bit,
        digit: uint(indexWidth(digits.length)),
        group: uint(indexWidth(rowGroups)),
      },
      out: {
        wordlines: vec(planes, uint(rows)),
        shift: uint(indexWidth(inputBits + 1)),
        negative: bit,
        rowSum: uint(widths.rowSum),
      },
    },
    (ports, hw) => {
      // The reader of a register stands before it where it can: compiled kernels then need not keep old values of N inputs in every cycle.
      const wordlines = hw.reg('wordlinesQ', vec(planes, uint(rows)), { reset: 0 });
      const input = hw.reg('input', vec(rows, uint(inputBits)), { reset: 0 });
      hw.when(ports.load, () => input.next(ports.inputs));

      const table = (width: number, values: readonly number[]): Signal => hw.vec(values.map((v): Signal => hw.lit(width, v))).at(ports.digit);
      const shift = table(indexWidth(inputBits + 1), digits.map((d) => d.shift));
      const negative = digits.some((d) => d.sign < 0) ? table(1, digits.map((d) => (d.sign < 0 ? 1 : 0))) : hw.lit(1, 0);

      const value = coded(config, input, negative, hw);
      let digit: Inputs = value.shr(shift.splat(rows)).trunc(dacBits);
      // Only two's complement has bits above a digit that belong to another one: the sign.
      if (config.inputCoding === 'twos-complement' && dacBits > 1) digit = digit.and(table(dacBits, digits.map((d) => 2 ** d.bits - 1)));

      hw.when(ports.drive, () => {
        const driven = rowGroups === 1 ? ports.used : ports.used.and(groupMask(hw, rows, dacs, ports.group));
        const bits = Array.from({ length: dacBits }, (_, b) => digit.bit(b).bits().and(driven));
        if (shape.signed) bits.push(input.bit(inputBits - 1).bits());
        wordlines.next(hw.vec(bits));
      });

      const rowSum = Array.from({ length: dacBits }, (_, b) => resize(wordlines.at(b).count(), widths.rowSum).shl(b));
      return { wordlines, shift, negative, rowSum: rowSum.reduce((a, b) => a.add(b)) };
    },
  );
});

/** The reading of the inputs that the digits of a pass are cut from (docs/crossbar.md, section 3). */
function coded({ inputCoding, inputBits, rows }: CrossbarConfig, input: Inputs, negative: Signal, hw: Hardware): Inputs {
  const below = input.bit(inputBits - 1);
  switch (inputCoding) {
    case 'unsigned':
    case 'twos-complement':
      return input;
    case 'offset':
      return input.xor(hw.lit(inputBits, 2 ** (inputBits - 1))).zext(inputBits + 1);
    case 'differential': {
      const other = below.xor(negative.splat(rows) as Signal<1, number>);
      return other.mux(0, below.mux(input.neg(), input));
    }
    case 'sign-magnitude':
      return below.mux(input.neg(), input);
  }
}

/** Rows `group * dacs` and the `dacs - 1` after it. */
function groupMask(hw: Hardware, rows: number, dacs: number, group: Signal): Signal {
  const first = group.mul(hw.lit(indexWidth(dacs + 1), dacs));
  return hw.lit(rows, (1n << BigInt(dacs)) - 1n).shl(first);
}
