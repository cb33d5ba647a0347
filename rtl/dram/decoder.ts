import { bit, flip, module, parametric, uint, type Hardware, type Signal, type Wire } from '../../src/index.ts';
import type { PinParameters } from './encoder.ts';
import { ColumnKind, commandPins, commandPort, RowKind } from './interface.ts';
import { columnEncodings, rowEncodings, type Encoding, type PinBit } from './truth-table.ts';

const ONE_CYCLE = ['PRE', 'PREA', 'REFSB', 'REF'] as const;
const COLUMNS = ['RD', 'RDA', 'WR', 'WRA', 'MRS'] as const;

/** Do the pins of this cycle have the code of a command? */
const matches = (hw: Hardware, { code }: Encoding, edges: readonly Signal[]): Signal =>
  code.map(({ edge, pin, level }) => (level === 1 ? edges[edge]!.bit(pin) : edges[edge]!.bit(pin).not())).reduce<Signal>((a, b) => a.and(b), hw.lit(1, 1));

/** A field as wide as the port has it: pins that the bus does not have are 0, and what the port has no room for must be 0 on the pins. */
function fieldOf(hw: Hardware, pins: readonly PinBit[], edges: readonly Signal[], width: number): { value: Signal; fits: Signal } {
  const bits = pins.map(({ edge, pin }) => edges[edge]!.bit(pin));
  const surplus = bits.slice(0, Math.max(0, bits.length - width));
  const value = hw.cat(...bits.slice(surplus.length)).zext<number>(width);
  return { value, fits: surplus.reduce<Signal>((a, b) => a.or(b), hw.lit(1, 0)).not() };
}

/**
 * Reads commands off the pins, in the cycle in which they end there. `illegal`: the pins show no command of the truth table, or an address
 * beyond the device. `AERR`: with `parity`, the pins of the cycle (both edges) have an odd number of ones. Neither command is obeyed. While CKE is
 * low and in the cycle in which it rises the buses are not looked at.
 */
export const CommandDecoder = parametric(({ standard, shape }: PinParameters) =>
  module(
    `CommandDecoder${standard}`,
    { in: { parity: bit }, out: { illegal: bit, AERR: bit }, io: { pins: flip(commandPins(standard)), command: commandPort(shape) } },
    ({ parity, pins: { CKE, R_w0, R_w1, C_w0, C_w1 }, command: { row, column } }, hw) => {
      const wasHigh = hw.reg('wasHigh', bit, { reset: 1 });
      const refreshing = hw.reg('isSelfRefreshing', bit, { reset: 0 });
      wasHigh.next(CKE);
      const awake = hw.name('isAwake', CKE.and(wasHigh));
      const falls = hw.name('falls', wasHigh.and(CKE.not()));
      const rises = hw.name('rises', CKE.and(wasHigh.not()));
      const listens = awake.or(falls);
      const odd = (a: Signal, b: Signal): Signal => parity.and(a.reduceXor().xor(b.reduceXor()));
      const rowOdd = hw.name('isRowOdd', listens.and(odd(R_w0, R_w1)));
      const columnOdd = hw.name('isColumnOdd', listens.and(odd(C_w0, C_w1)));

      /** Sets the fields of a command; whether all of them fit. */
      const take = (port: object, { fields }: Encoding, edges: readonly Signal[]): Signal => {
        const wires = port as Readonly<Record<string, Wire>>;
        const found = Object.entries(fields).map(([field, bits]) => {
          const { value, fits } = fieldOf(hw, bits, edges, wires[field]!.width);
          wires[field]!.set(value);
          return fits;
        });
        return found.reduce((a, b) => a.and(b));
      };

      // ---- row --------------------------------------------------------------------------------------------------------------------
      const first = [hw.reg('first0', uint<number>(R_w0.width)), hw.reg('first1', uint<number>(R_w1.width))] as const;
      const second = hw.reg('isSecond', bit, { reset: 0 });
      const firstOdd = hw.reg('wasOdd', bit, { reset: 0 });
      const rows = rowEncodings(standard);
      const here = [R_w0, R_w1];
      const is = (name: string): Signal => matches(hw, rows[name]!, here);
      const rowFits = hw.wire('isRowFitting', bit, { default: 1 });
      hw.assign(row, { kind: RowKind.RNOP, pc: 0, sid: 0, ba: 0, row: 0 });
      const begins = hw.name('begins', awake.and(second.not()).and(is('ACT')));
      second.next(begins);
      // Even if the parity of its first cycle is wrong, the second one is no command of its own.
      hw.when(begins, () => {
        first[0].next(R_w0);
        first[1].next(R_w1);
        firstOdd.next(rowOdd);
      });
      hw.when(second, () => {
        hw.when(rowOdd.or(firstOdd).not(), () => row.kind.set(RowKind.ACT));
        rowFits.set(take(row, rows['ACT']!, [...first, ...here]).and(awake));
      })
        .elsewhen(rises, () => row.kind.set(refreshing.mux(hw.lit(RowKind.width, RowKind.SRX), RowKind.PDX)))
        .elsewhen(rowOdd, () => undefined)
        .elsewhen(falls, () => {
          const deep = is('SRE');
          refreshing.next(deep);
          row.kind.set(deep.mux(hw.lit(RowKind.width, RowKind.SRE), RowKind.PDE));
          rowFits.set(deep.or(is('PDE')));
        })
        .elsewhen(awake.and(is('RNOP').or(begins).not()), () => {
          const [head, ...rest] = ONE_CYCLE;
          const obey = (name: (typeof ONE_CYCLE)[number]) => (): void => {
            row.kind.set(RowKind[name]);
            rowFits.set(take(row, rows[name]!, here));
          };
          rest.reduce((chain, name) => chain.elsewhen(is(name), obey(name)), hw.when(is(head), obey(head))).otherwise(() => rowFits.set(0));
        });
      hw.when(rowFits.not(), () => row.kind.set(RowKind.RNOP));

      // ---- column -----------------------------------------------------------------------------------------------------------------
      const columns = columnEncodings(standard);
      const pins = [C_w0, C_w1];
      const columnFits = hw.wire('isColumnFitting', bit, { default: 1 });
      hw.assign(column, { kind: ColumnKind.CNOP, pc: 0, sid: 0, ba: 0, column: 0, mr: 0, op: 0 });
      hw.when(listens.and(columnOdd.not()), () => {
        const nop = hw.when(matches(hw, columns['CNOP']!, pins), () => undefined);
        COLUMNS.reduce(
          (chain, name) =>
            chain.elsewhen(matches(hw, columns[name]!, pins), () => {
              column.kind.set(ColumnKind[name]);
              columnFits.set(take(column, columns[name]!, pins));
            }),
          nop,
        ).otherwise(() => columnFits.set(0));
      });
      hw.when(columnFits.not(), () => column.kind.set(ColumnKind.CNOP));
      return { illegal: rowFits.and(columnFits).not(), AERR: rowOdd.or(columnOdd) };
    },
  ),
);
