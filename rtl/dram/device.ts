import { bit, flip, module, parametric, uint, type DramPreset } from '../../src/index.ts';
import { DataPath } from './data.ts';
import { CommandDecoder } from './decoder.ts';
import { ColumnKind, commandPins, commandPort, dataPort, type PinStandard } from './interface.ts';
import { ModeRegisters } from './mode-registers.ts';
import type { SparseRows } from './sparse-rows.ts';
import { BankState, Power } from './timing.ts';
import { violationNames, violationType } from './violations.ts';

export interface DeviceParameters {
  readonly preset: DramPreset;
  /** A broken rule stops the simulation; otherwise it only shows at the outputs. Default true. */
  readonly enforce?: boolean;
  /** Rows of each bank in the Verilog of the cells. Default 16. */
  readonly twinRows?: number;
  /** Cells that a testbench wants to load or look at. */
  readonly contents?: SparseRows;
}

/** A channel behind its decoded ports: bank states with every rule, mode registers, data. Without data, take `BankState` alone. */
export const DramDevice = parametric(({ preset, enforce = true, twinRows = 16, contents }: DeviceParameters) => {
  const shape = preset.organisation;
  return module(
    'DramDevice',
    {
      io: { command: flip(commandPort(shape)), data: flip(dataPort(shape)) },
      out: { violation: bit, rule: violationType(preset), broken: uint<number>(violationNames(preset).length), power: Power, parity: bit, wvalid: uint<number>(shape.pseudoChannels) },
    },
    ({ command, data }, hw) => {
      const { column } = command;
      const banks = hw.instance('banks', BankState({ preset, enforce }));
      hw.connect(banks.io.command, command);
      const is = (...kinds: readonly (keyof typeof ColumnKind & ('RD' | 'RDA' | 'WR' | 'WRA' | 'MRS'))[]) => kinds.map((k) => column.kind.eq(ColumnKind[k])).reduce((a, b) => a.or(b));
      const modes = hw.instance('modes', ModeRegisters({ preset }), { write: is('MRS'), mr: column.mr, op: column.op }).out;
      const path = hw.instance('path', DataPath({ shape, twinRows, ...(contents !== undefined && { contents }) }));
      const bank = shape.pseudoChannels === 1 ? column.ba : column.pc.cat(column.ba);
      hw.assign(path.io.access, { read: is('RD', 'RDA'), write: is('WR', 'WRA'), place: hw.cat(bank, banks.out.columnRow, column.column), RL: modes.RL, WL: modes.WL });
      hw.connect(path.io.data, data);
      const { violation, rule, broken, power } = banks.out;
      return { violation, rule, broken, power, parity: modes.parity, wvalid: path.out.wvalid };
    },
  );
});

/** The same behind the pins of its command buses. AERR and `illegal` as the decoder has them; parity is checked if mode register 0 says so. */
export const HbmDevice = parametric(({ standard, ...parameters }: DeviceParameters & { readonly standard: PinStandard }) => {
  const { preset } = parameters;
  const shape = preset.organisation;
  return module(
    `HbmDevice${standard}`,
    {
      io: { pins: flip(commandPins(standard)), data: flip(dataPort(shape)) },
      out: { violation: bit, rule: violationType(preset), AERR: bit, illegal: bit, wvalid: uint<number>(shape.pseudoChannels) },
    },
    ({ pins, data }, hw) => {
      const device = hw.instance('device', DramDevice(parameters));
      const decoder = hw.instance('decoder', CommandDecoder({ standard, shape }), { parity: device.out.parity });
      hw.connect(decoder.io.pins, pins);
      hw.connect(device.io.command, decoder.io.command);
      hw.connect(device.io.data, data);
      const { AERR, illegal } = decoder.out;
      const { violation, rule, wvalid } = device.out;
      return { violation, rule, AERR, illegal, wvalid };
    },
  );
});
