import { bit, derive, indexWidth, module, parametric, sint, uint, vec, type CrossbarConfig, type Hardware, type Signal } from '../../src/index.ts';
import { adcParameters } from './adc.ts';
import { arrayParameters } from './array.ts';
import { WordlineDrivers } from './dac.ts';
import { Outputs } from './outputs.ts';
import { Sequencer, sequencerParameters } from './sequencer.ts';
import { ShiftAdd } from './shift-add.ts';
import { Slice } from './slice.ts';

/**
 * A crossbar core: docs/crossbar.md in gates.
 *
 * - **Programming**: `erase`, then for each row and each turn of columns one cycle of `program` with the weights of columns
 *   `programTurn * adcs` and up: write drivers share the column multiplexer with the ADCs. A row that was not programmed since `erase` is
 *   never driven. A unit column is programmed like any other, with zeros.
 * - **MVM**: `load` the inputs (at the latest together with `start`), pulse `start`; `done` marks the first cycle in which `result` is valid.
 */
export const CrossbarCore = parametric((config: CrossbarConfig) => {
  const { turns, widths } = derive(config);
  const { rows, columns, adcs, weightBits, inputBits, inputCoding } = config;
  return module(
    `Crossbar${rows}x${columns}`,
    {
      in: {
        erase: bit,
        program: bit,
        row: uint(indexWidth(rows)),
        programTurn: uint(indexWidth(turns)),
        weights: vec(adcs, sint(weightBits)),
        load: bit,
        inputs: vec(rows, inputCoding === 'unsigned' ? uint(inputBits) : sint(inputBits)),
        start: bit,
      },
      out: { busy: bit, done: bit, result: vec(columns, sint(32)) },
    },
    ({ erase, program, row, programTurn, weights, load, inputs, start }, hw) => {
      const sequencer = hw.instance('sequencer', Sequencer(sequencerParameters(config)), { start });
      const { busy, done, accept, drive, digit, group, sample, capture, turn, backPass, sum, add, addTurn, reading } = sequencer.out;
      hw.assume(program.or(erase).and(busy.or(start)).not(), 'weights change only between MVMs');
      hw.assume(load.and(reading).not(), 'inputs are stable until the last digits are on the wordlines');

      const used = hw.reg('used', uint(rows), { reset: 0 });
      hw.when(program, () => used.next(used.or(row.oneHot(rows)))).elsewhen(erase, () => used.next(0));

      // ---- front: digits onto the wordlines
      const drivers = hw.instance('drivers', WordlineDrivers(config), { load, inputs, used, drive, digit, group });

      // ---- per slice: array, sample and hold, ADCs
      const levels = levelsOf(hw, config, weights);
      const slices = config.slices.map((_, s) =>
        hw.instance(`slice${s}`, Slice({ array: arrayParameters(config, s), adc: adcParameters(config) }), {
          write: program,
          row,
          writeTurn: programTurn,
          levels: levels[s]!,
          wordlines: drivers.out.wordlines,
          sample,
          capture,
          turn,
          pass: backPass,
        }),
      );
      // What belongs to the held sums is held with them.
      const rowSum = hw.reg('rowSum', uint(widths.rowSum), { reset: 0 });
      const shift = hw.reg('shift', uint(indexWidth(inputBits + 1)), { reset: 0 });
      const negative = hw.reg('negative', bit, { reset: 0 });
      hw.when(sample, () => {
        rowSum.next(drivers.out.rowSum);
        shift.next(drivers.out.shift);
        negative.next(drivers.out.negative);
      });

      // ---- back: add the slices, then the passes
      const shiftAdd = hw.instance('shiftAdd', ShiftAdd(config), { sum, ...Object.fromEntries(slices.map((slice, s) => [`codes${s}`, slice.out.codes])) });
      const outputs = hw.instance('outputs', Outputs(config), { program, programTurn, weights, erase, accept, add, turn: addTurn, sums: shiftAdd.out.sums, rowSum, shift, negative });
      return { busy, done, result: outputs.out.result };
    },
  );
});

/** Cell levels of each slice: the bits of the weights' codes that the slice stores (docs/crossbar.md, section 2). */
function levelsOf(hw: Hardware, config: CrossbarConfig, weights: Signal<number, number>): Signal<number, number>[] {
  const { sliceShift, weightOffset } = derive(config);
  const { weightBits } = config;
  const below = weights.bit(weightBits - 1);
  const codes =
    config.weightCoding === 'differential'
      ? [...below.mux(0, weights).toArray(), ...below.mux(weights.neg(), 0).toArray()]
      : weights.xor(hw.lit(weightBits, weightOffset)).toArray();
  return sliceShift.map((shift, s) => hw.vec(codes.map((code): Signal => code.slice(shift + config.slices[s]! - 1, shift))));
}
