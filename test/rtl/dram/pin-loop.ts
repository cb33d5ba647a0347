import { bit, dramPreset, module, parametric, uint, type Organisation } from '../../../src/index.ts';
import { ColumnKind, CommandDecoder, CommandEncoder, RowKind, type PinStandard } from '../../../rtl/dram/index.ts';

/** As many rows as the pins of a standard have. */
export const shapeOf = (standard: PinStandard): Organisation => ({ ...dramPreset('samsung-hbm2').organisation, rows: standard === 'HBM2' ? 2 ** 14 : 2 ** 15 });

/** Bits that count through the fields of a command: {row or column and mode, bank, pseudo-channel, stack}. */
export const fieldBits = (standard: PinStandard, kind: string): number =>
  ({ ACT: standard === 'HBM2' ? 20 : 22, PRE: standard === 'HBM2' ? 6 : 7, REFSB: standard === 'HBM2' ? 6 : 7, PREA: 1, REF: 1, MRS: 12 })[kind] ?? (standard === 'HBM2' ? 11 : 12);

/** An encoder with a decoder behind it. With `on`, row and column commands of these kinds with all values of their fields, one after the other; `errors` counts what did not arrive as it left. */
export const PinLoop = parametric(({ standard }: { readonly standard: PinStandard }) => {
  const shape = shapeOf(standard);
  const stack = (s: { trunc(n: 1): { zext(n: 2): unknown } }): unknown => s.trunc(1).zext(2);
  return module(
    `PinLoop${standard}`,
    { in: { on: bit, parity: bit, rowKind: RowKind, columnKind: ColumnKind }, out: { sent: uint(24), errors: uint(24), wrong: bit } },
    ({ on, parity, rowKind, columnKind }, hw) => {
      const count = hw.reg('count', uint(24), { reset: 0 });
      const gap = hw.reg('gap', bit, { reset: 0 });
      const errors = hw.reg('missed', uint(24), { reset: 0 });
      const go = hw.name('go', on.and(gap.not()));
      gap.next(go.and(rowKind.eq(RowKind.ACT)));
      hw.when(go, () => count.next(count.add(1)));

      const encoder = hw.instance('encoder', CommandEncoder({ standard, shape }), { parity });
      const decoder = hw.instance('decoder', CommandDecoder({ standard, shape }), { parity });
      const sid = (standard === 'HBM2' ? stack(count.slice(6, 5)) : count.slice(6, 5)) as typeof count;
      const rowSid = sid as unknown as ReturnType<typeof count.slice<6, 5>>;
      // The stack of HBM2 has one bit: the next field follows at once.
      const above = standard === 'HBM2' ? 6 : 7;
      const row = { kind: go.mux(rowKind, RowKind.RNOP), pc: count.bit(0), ba: count.slice(4, 1), sid: rowSid, row: count.slice<number, number>(above + (standard === 'HBM2' ? 13 : 14), above) };
      const mrs = columnKind.eq(ColumnKind.MRS);
      const column = {
        kind: go.mux(columnKind, ColumnKind.CNOP),
        pc: count.bit(0), ba: count.slice(4, 1), sid: rowSid, column: count.slice<number, number>(above + 4, above),
        mr: count.slice(3, 0), op: count.slice(11, 4),
      }; // prettier-ignore
      hw.assign(encoder.io.command.row, row);
      hw.assign(encoder.io.command.column, column);
      hw.connect(encoder.io.pins, decoder.io.pins);

      const sentRow = hw.cat(row.kind, row.row, row.ba, row.sid, row.pc);
      const sentColumn = hw.cat(column.kind, column.column, column.ba, column.sid, column.pc, column.mr, column.op);
      const delayed = (name: string, s: typeof sentRow): typeof sentRow => {
        const stages = [0, 1].map((i) => hw.reg(`${name}${i}`, uint<number>(s.width), { reset: 0 }));
        stages.reduce((from, to) => (to.next(from), to), s as (typeof stages)[0]);
        return stages[1]!;
      };
      const { command } = decoder.io;
      const gotRow = hw.cat(command.row.kind, command.row.row, command.row.ba, command.row.sid, command.row.pc);
      const gotColumn = hw.cat(command.column.kind, command.column.column, command.column.ba, command.column.sid, command.column.pc, command.column.mr, command.column.op);
      // Only what counts for the kind of command is compared.
      const rowBits = shape.rows === 2 ** 14 ? 14 : 15;
      const mask = (parts: readonly (readonly [width: number, counts: boolean])[]): bigint => parts.reduce((all, [w, c]) => (all << BigInt(w)) | (c ? (1n << BigInt(w)) - 1n : 0n), 0n);
      const rowMask = (k: number): bigint => mask([[4, true], [rowBits, k === RowKind.ACT], [4, k !== RowKind.PREA && k !== RowKind.REF], [2, k !== RowKind.PREA && k !== RowKind.REF], [1, true]]); // prettier-ignore
      const columnMask = (m: boolean): bigint => mask([[3, true], [5, !m], [4, !m], [2, !m], [1, !m], [4, m], [8, m]]); // prettier-ignore
      const rowWas = delayed('row', sentRow);
      const columnWas = delayed('column', sentColumn);
      const rowKinds = [RowKind.ACT, RowKind.PRE, RowKind.PREA, RowKind.REFSB, RowKind.REF];
      const rowCare = rowKinds.reduce((all, k) => rowKind.eq(k).mux(hw.lit<number>(sentRow.width, rowMask(k)), all), hw.lit<number>(sentRow.width, mask([[4, true], [rowBits + 7, false]])));
      const idleRow = rowWas.slice<number, number>(sentRow.width - 1, sentRow.width - 4).eq(RowKind.RNOP);
      const idleColumn = columnWas.slice<number, number>(sentColumn.width - 1, sentColumn.width - 3).eq(ColumnKind.CNOP);
      const columnCare = mrs.mux(hw.lit<number>(sentColumn.width, columnMask(true)), hw.lit<number>(sentColumn.width, columnMask(false)));
      const differs = idleRow
        .mux(command.row.kind.ne(RowKind.RNOP), rowWas.xor(gotRow).and(rowCare).reduceOr())
        .or(idleColumn.mux(command.column.kind.ne(ColumnKind.CNOP), columnWas.xor(gotColumn).and(columnCare).reduceOr()));
      const wrong = hw.name('isWrong', differs.or(decoder.out.illegal).or(decoder.out.AERR));
      hw.when(wrong, () => errors.next(errors.add(1)));
      return { sent: count, errors, wrong };
    },
  );
});
