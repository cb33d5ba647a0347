import { bit, flip, module, parametric, uint, type Hardware, type Signal } from '../../src/index.ts';
import { BUS_WIDTHS, ColumnKind, commandPins, commandPort, RowKind, type ChannelShape, type PinStandard } from './interface.ts';
import { columnEncodings, rowEncodings, type Encoding } from './truth-table.ts';

export interface PinParameters {
  readonly standard: PinStandard;
  readonly shape: ChannelShape;
}

/** Cycles from the decoded port to the pins, on which an ACT ends as late as any other command. */
export const ENCODER_CYCLES = 2;

type Fields = Readonly<Record<string, Signal>>;

/** What stands on the pins at one edge of a command, before parity. */
function edgeOf(hw: Hardware, { code, fields }: Encoding, edge: number, width: number, values: Fields, rest: 0 | 1): Signal {
  const level = (pin: number): Signal => {
    const fixed = code.find((c) => c.edge === edge && c.pin === pin);
    if (fixed !== undefined) return hw.lit(1, fixed.level);
    for (const [name, pins] of Object.entries(fields)) {
      const i = pins.findIndex((p) => p.edge === edge && p.pin === pin);
      const value = values[name]!;
      const position = pins.length - 1 - i;
      if (i >= 0) return position < value.width ? value.bit(position) : hw.lit(1, 0);
    }
    return hw.lit(1, rest);
  };
  return hw.cat(...Array.from({ length: width }, (_, i) => level(width - 1 - i)));
}

/** The pins of one clock cycle: both edges, with even parity where the table has a parity pin. */
function cycleOf(hw: Hardware, name: string, encoding: Encoding, cycle: 0 | 1, width: number, values: Fields, parity: Signal): [Signal, Signal] {
  const rest = name.endsWith('NOP') ? 1 : 0;
  const [rising, falling] = [0, 1].map((e) => edgeOf(hw, encoding, 2 * cycle + e, width, values, rest)) as [Signal, Signal];
  const pin = encoding.parity.find((p) => p.edge === 2 * cycle + 1)?.pin;
  if (pin === undefined) return [rising, falling];
  const odd = parity.and(rising.reduceXor().xor(falling.reduceXor()));
  return [rising, falling.or(odd.zext<number>(width).shl(pin))];
}

/** Fields that have more bits than pins carry must be zero up there, or a command would reach another bank or row than was asked for. */
function checkFits(hw: Hardware, name: string, encoding: Encoding, values: Fields): void {
  for (const [field, pins] of Object.entries(encoding.fields)) {
    const value = values[field]!;
    if (value.width > pins.length) hw.assert(value.slice<number, number>(value.width - 1, pins.length).eq(0), `${field} of ${name} fits its ${pins.length} pins`, { [field]: value });
  }
}

/**
 * Puts the commands of a decoded port on the pins, which come from registers. An ACT takes the row bus in two cycles; its second is the one
 * that stands for it. All commands are on the pins `ENCODER_CYCLES` after the port.
 */
export const CommandEncoder = parametric(({ standard, shape }: PinParameters) => {
  const { R, C } = BUS_WIDTHS[standard];
  return module(
    `CommandEncoder${standard}`,
    { in: { parity: bit }, io: { command: flip(commandPort(shape)), pins: commandPins(standard) } },
    ({ parity, command: { row, column }, pins }, hw) => {
      const held = {
        row: { kind: hw.reg('rowKind', RowKind, { reset: RowKind.RNOP }), pc: hw.reg('rowPc', bit), sid: hw.reg('rowSid', uint(2)), ba: hw.reg('rowBa', uint<number>(row.ba.width)), row: hw.reg('rowRow', uint<number>(row.row.width)) },
        column: {
          kind: hw.reg('columnKind', ColumnKind, { reset: ColumnKind.CNOP }),
          pc: hw.reg('columnPc', bit),
          sid: hw.reg('columnSid', uint(2)),
          ba: hw.reg('columnBa', uint<number>(column.ba.width)),
          column: hw.reg('columnColumn', uint<number>(column.column.width)),
          mr: hw.reg('mr', uint(4)),
          op: hw.reg('op', uint(8)),
        },
      }; // prettier-ignore
      hw.assign(held.row, row);
      hw.assign(held.column, column);
      const ones = (width: number): number => 2 ** width - 1;
      const R_w0 = hw.reg('R0', uint<number>(R), { reset: ones(R) });
      const R_w1 = hw.reg('R1', uint<number>(R), { reset: ones(R) });
      const C_w0 = hw.reg('C0', uint<number>(C), { reset: ones(C) });
      const C_w1 = hw.reg('C1', uint<number>(C), { reset: ones(C) });
      const CKE = hw.reg('cke', bit, { reset: 1 });

      // ---- row --------------------------------------------------------------------------------------------------------------------
      const rows = rowEncodings(standard);
      const drive = (cycle: [Signal, Signal], [rising, falling]: readonly [typeof R_w0, typeof R_w1]): void => {
        rising.next(cycle[0]);
        falling.next(cycle[1]);
      };
      const act = row.kind.eq(RowKind.ACT);
      hw.assert(act.not().or(held.row.kind.eq(RowKind.RNOP)), 'the row command before an ACT is RNOP: an ACT takes two cycles of the row bus', { before: held.row.kind });
      hw.when(act, () => {
        checkFits(hw, 'ACT', rows['ACT']!, row);
        drive(cycleOf(hw, 'ACT', rows['ACT']!, 0, R, row, parity), [R_w0, R_w1]);
      }).otherwise(() => {
        const cases = hw.switch(held.row.kind);
        for (const [name, encoding] of Object.entries(rows)) {
          cases.case(RowKind[name as 'PRE'], () => {
            if (name !== 'ACT') checkFits(hw, name, encoding, held.row);
            drive(cycleOf(hw, name, encoding, name === 'ACT' ? 1 : 0, R, held.row, parity), [R_w0, R_w1]);
          });
        }
        cases.default(() => drive(cycleOf(hw, 'RNOP', rows['RNOP']!, 0, R, {}, parity), [R_w0, R_w1]));
      });
      hw.switch(held.row.kind)
        .case([RowKind.PDE, RowKind.SRE], () => CKE.next(0))
        .case([RowKind.PDX, RowKind.SRX], () => CKE.next(1));

      // ---- column -----------------------------------------------------------------------------------------------------------------
      const columns = columnEncodings(standard);
      const cases = hw.switch(held.column.kind);
      for (const [name, encoding] of Object.entries(columns)) {
        cases.case(ColumnKind[name as 'RD'], () => {
          checkFits(hw, name, encoding, held.column);
          drive(cycleOf(hw, name, encoding, 0, C, held.column, parity), [C_w0, C_w1]);
        });
      }

      hw.assign(pins, { CKE, R_w0, R_w1, C_w0, C_w1 });
      return {};
    },
  );
});
