import { bit, derive, indexWidth, module, parametric, sint, uint, vec, type CrossbarConfig, type Signal } from '../../src/index.ts';
import { resize } from './resize.ts';

/**
 * Output registers: ADC j adds into its own bank, whose entry t is column `t * adcs + j`. What offset inputs and offset weights add too much
 * is taken off here: the one before the first pass, the other on the way out (docs/crossbar.md, section 5).
 */
export const Outputs = parametric((config: CrossbarConfig) => {
  const { turns, widths, weightOffset, cellFloor, sliceWeight, codes } = derive(config);
  const { columns, adcs, inputBits, weightBits } = config;
  const offsetInputs = config.inputCoding === 'offset';
  const unitColumn = config.offsetCorrection === 'unit-column';
  const digital = config.weightCoding === 'offset' && !unitColumn;
  const signed = codes.low < 0;
  return module(
    'Outputs',
    {
      in: {
        program: bit,
        programTurn: uint(indexWidth(turns)),
        weights: vec(adcs, sint(weightBits)),
        /** Forget the weights. */
        erase: bit,
        accept: bit,
        add: bit,
        turn: uint(indexWidth(turns)),
        sums: vec(adcs, signed ? sint(widths.sliceSum) : uint(widths.sliceSum)),
        rowSum: uint(widths.rowSum),
        shift: uint(indexWidth(inputBits + 1)),
        negative: bit,
      },
      out: { result: vec(columns, sint(32)) },
    },
    ({ program, programTurn, weights, erase, accept, add, turn, sums, rowSum, shift, negative }, hw) => {
      const addSigned = (to: Signal, value: Signal): Signal => negative.mux(to.sub(value), to.add(value));

      const banks = Array.from({ length: adcs }, (_, j) => hw.reg(`out${j}`, vec(turns, sint(32)), { reset: 0 }));
      // What the outputs start with: -(sum of the column's weights) << (inputBits - 1) for offset inputs.
      const presets = offsetInputs ? banks.map((_, j) => hw.reg(`preset${j}`, vec(turns, sint(32)), { reset: 0 })) : undefined;
      presets?.forEach((preset, j) => {
        const weight = weights.at(j).sext(32).shl(inputBits - 1);
        hw.when(program, () => preset.nextAt(programTurn, preset.at(programTurn).sub(weight))).elsewhen(erase, () => preset.next(0));
      });
      // Adding stands first: exclusive as they are, the engine then sees that each bank is read before it is written.
      hw.when(add, () => {
        banks.forEach((bank, j) => bank.nextAt(turn, addSigned(bank.at(turn), resize(sums.at(j), 32, signed).shl(shift))));
      }).elsewhen(accept, () => {
        banks.forEach((bank, j) => bank.next(presets?.[j] ?? 0));
      });

      let correction: Signal | undefined;
      if (digital) {
        const corr = hw.reg('corr', uint(32), { reset: 0 });
        const perDigit = weightOffset + cellFloor * sliceWeight;
        hw.when(accept, () => corr.next(0)).elsewhen(add.and(turn.eq(0)), () => corr.next(addSigned(corr, resize(rowSum.mul(hw.lit(32, perDigit)), 32).shl(shift))));
        correction = corr;
      }
      const column = (m: number): Signal => banks[m % adcs]!.at(Math.floor(m / adcs));
      if (unitColumn) correction = column(columns);
      const result = Array.from({ length: columns }, (_, m) => (correction === undefined ? column(m) : column(m).sub(correction)));
      return { result: hw.vec(result) };
    },
  );
});
