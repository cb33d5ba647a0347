import { flip, module, parametric, uint, type DramPreset } from '../../src/index.ts';
import { commandPort } from './interface.ts';
import { BankState, Power } from './timing.ts';
import { violationNames } from './violations.ts';

/**
 * Takes for granted that commands keep every rule of a preset: beside a module whose commands come from outside, a proof is about legal streams of
 * commands and nothing else. One assumption for each name of `violationNames`. The opposite, that a module's own commands keep the rules, is
 * what `BankState` asserts.
 */
export const DramAssumptions = parametric(({ preset }: { readonly preset: DramPreset }) =>
  module(
    `DramAssumptions_${preset.name.replace(/\W/g, '_')}`,
    {
      io: { command: flip(commandPort(preset.organisation)) },
      out: {
        /** Open row of the bank that the column command speaks to. */
        columnRow: uint<number>(Math.log2(preset.organisation.rows)),
        power: Power,
      },
    },
    ({ command }, hw) => {
      const banks = hw.instance('banks', BankState({ preset, enforce: false }));
      hw.connect(banks.io.command, command);
      violationNames(preset).forEach((name, i) => hw.assume(banks.out.broken.bit(i).not(), `no command breaks ${name} of ${preset.name}`));
      return { columnRow: banks.out.columnRow, power: banks.out.power };
    },
  ),
);
