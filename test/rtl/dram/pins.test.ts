import { describe, expect, it } from 'vitest';
import { decodeColumn, decodeRow, encodeColumn, encodeRow, evenParity, pinFieldWidths, simulate } from '../../../src/index.ts';
import { BUS_WIDTHS, ColumnKind, CommandDecoder, CommandEncoder, ENCODER_CYCLES, RowKind, type PinStandard } from '../../../rtl/dram/index.ts';
import { fieldBits, PinLoop, shapeOf } from './pin-loop.ts';

const STANDARDS: readonly PinStandard[] = ['HBM2', 'HBM2E'];
const ROWS = ['ACT', 'PRE', 'PREA', 'REFSB', 'REF'] as const;
const COLUMNS = ['RD', 'RDA', 'WR', 'WRA', 'MRS'] as const;
const NO_ROW = { kind: RowKind.RNOP, pc: 0, sid: 0, ba: 0, row: 0 };
const NO_COLUMN = { kind: ColumnKind.CNOP, pc: 0, sid: 0, ba: 0, column: 0, mr: 0, op: 0 };

describe.each(STANDARDS)('every command with every value of its fields leaves the decoder as it came to the encoder: %s', (standard) => {
  it.each([0, 1])('parity %i', (parity) => {
    for (const row of ROWS) {
      for (const column of row === 'ACT' ? (['RD'] as const) : COLUMNS) {
        const sim = simulate(PinLoop({ standard }));
        const sent = 2 ** Math.max(fieldBits(standard, row), fieldBits(standard, column));
        Object.assign(sim.in, { on: 1, parity, rowKind: RowKind[row], columnKind: ColumnKind[column] });
        sim.step(sent * (row === 'ACT' ? 2 : 1));
        sim.in.on = 0;
        sim.step(ENCODER_CYCLES + 1);
        expect([row, column, sim.out.sent, sim.out.errors]).toEqual([row, column, sent, 0]);
      }
    }
  });
});

/** Deterministic words. */
function words(seed: number): () => number {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x >>> 8;
  };
}

describe.each(STANDARDS)('the pins of %s are those of the encoding in TypeScript', (standard) => {
  it.each([false, true])('encoder, parity %s', (parity) => {
    const sim = simulate(CommandEncoder({ standard, shape: shapeOf(standard) }));
    const random = words(7);
    sim.in.parity = Number(parity);
    const idle = (): void => void Object.assign(sim.io.command, { row: NO_ROW, column: NO_COLUMN });
    const pins = (): number[] => [sim.io.pins.R_w0, sim.io.pins.R_w1, sim.io.pins.C_w0, sim.io.pins.C_w1].map(Number);
    idle();
    sim.step(3);
    for (let i = 0; i < 6000; i++) {
      const [rowName, columnName] = [ROWS[i % 5]!, COLUMNS[Math.floor(i / 5) % 5]!];
      const fields = (name: (typeof ROWS)[number] | (typeof COLUMNS)[number]): Record<string, number> =>
        Object.fromEntries(Object.entries(pinFieldWidths(name, standard)).map(([field, width]) => [field, random() % 2 ** width]));
      const [row, column] = [fields(rowName), fields(columnName)];
      sim.io.command.row = { ...NO_ROW, ...row, kind: RowKind[rowName] };
      sim.io.command.column = { ...NO_COLUMN, ...column, kind: ColumnKind[columnName] };
      sim.step();
      idle();
      const early = pins();
      sim.step();
      const late = pins();
      const expected = encodeRow({ command: rowName, ...row }, standard, parity);
      expect(rowName === 'ACT' ? [...early.slice(0, 2), ...late.slice(0, 2)] : late.slice(0, 2)).toEqual(expected);
      expect(late.slice(2)).toEqual(encodeColumn({ command: columnName, ...column }, standard, parity));
      sim.step();
      expect(pins()).toEqual([...encodeRow({ command: 'RNOP' }, standard, parity), ...encodeColumn({ command: 'CNOP' }, standard, parity)]);
    }
  });

  it.each([false, true])('decoder, all levels of all pins, parity %s', (parity) => {
    const sim = simulate(CommandDecoder({ standard, shape: shapeOf(standard) }));
    const { R, C } = BUS_WIDTHS[standard];
    const { row, column } = sim.io.command;
    const [r, c] = [2 ** R, 2 ** C];
    const nop = encodeRow({ command: 'RNOP' }, standard);
    const columnName = (): string => ColumnKind.names[column.kind]!;
    sim.in.parity = Number(parity);
    Object.assign(sim.io.pins, { CKE: 1, R_w0: nop[0], R_w1: nop[1] });
    sim.step();
    for (let w0 = 0; w0 < c; w0++) {
      for (let w1 = 0; w1 < c; w1++) {
        Object.assign(sim.io.pins, { C_w0: w0, C_w1: w1 });
        const even = !parity || evenParity([w0, w1]);
        const expected = decodeColumn([w0, w1], standard);
        if (!even || expected === undefined || expected.command === 'CNOP') {
          if (column.kind !== ColumnKind.CNOP || sim.out.AERR !== Number(!even) || sim.out.illegal !== Number(even && expected === undefined)) expect.fail(`C ${w0} ${w1} is read as ${columnName()}`);
          continue;
        }
        const { command, ...fields } = expected;
        const same = columnName() === command && Object.entries(fields).every(([name, value]) => column[name as 'ba'] === value);
        if (!same) expect.fail(`C ${w0} ${w1} is read as ${columnName()}`);
      }
    }
    const idle = encodeColumn({ command: 'CNOP' }, standard);
    Object.assign(sim.io.pins, { C_w0: idle[0], C_w1: idle[1] });
    for (let w0 = 0; w0 < r; w0++) {
      for (let w1 = 0; w1 < r; w1++) {
        Object.assign(sim.io.pins, { R_w0: w0, R_w1: w1 });
        const even = !parity || evenParity([w0, w1]);
        const expected = decodeRow([w0, w1], false, standard)?.command;
        if (sim.out.illegal !== Number(even && expected === undefined) || sim.out.AERR !== Number(!even)) expect.fail(`R ${w0} ${w1}: illegal ${sim.out.illegal}`);
        const { command = 'RNOP', ...fields } = even ? (expected ?? {}) : {};
        const named = RowKind.names[row.kind]!;
        // The first cycle of an ACT is no command yet.
        const same = command === 'RNOP' || command === 'ACT' ? named === 'RNOP' : named === command && Object.entries(fields).every(([name, value]) => row[name as 'ba'] === value);
        if (!same) expect.fail(`R ${w0} ${w1} is read as ${named}`);
      }
    }
  });
});

describe('CKE', () => {
  it.each(STANDARDS)('takes power-down and self-refresh to the other side: %s', (standard) => {
    const encoder = simulate(CommandEncoder({ standard, shape: shapeOf(standard) }));
    const decoder = simulate(CommandDecoder({ standard, shape: shapeOf(standard) }));
    const seen: string[] = [];
    const sent = ['PDE', 'RNOP', 'PDX', 'RNOP', 'PREA', 'SRE', 'RNOP', 'RNOP', 'SRX', 'REF', 'RNOP', 'RNOP', 'RNOP'] as const;
    let low = 0;
    for (const kind of sent) {
      encoder.io.command.row = { ...NO_ROW, kind: RowKind[kind] };
      Object.assign(decoder.io.pins, encoder.io.pins);
      seen.push(RowKind.names[decoder.io.command.row.kind]!);
      low += 1 - encoder.io.pins.CKE;
      expect(decoder.out.illegal).toBe(0);
      encoder.step();
      decoder.step();
    }
    expect(seen).toEqual(['RNOP', 'RNOP', ...sent.slice(0, -2)]);
    expect(low).toBe(2 + 3);
  });
});

describe('the encoder stops', () => {
  it('an ACT that has no second cycle on the row bus', () => {
    const sim = simulate(CommandEncoder({ standard: 'HBM2', shape: shapeOf('HBM2') }));
    sim.io.command.row = { ...NO_ROW, kind: RowKind.PRE };
    sim.step();
    sim.io.command.row = { ...NO_ROW, kind: RowKind.ACT };
    expect(() => sim.step()).toThrow(/the row command before an ACT is RNOP/);
  });
  it('a stack that HBM2 has no pins for', () => {
    const sim = simulate(CommandEncoder({ standard: 'HBM2', shape: shapeOf('HBM2') }));
    sim.io.command.column = { ...NO_COLUMN, kind: ColumnKind.RD, sid: 2 };
    sim.step();
    expect(() => sim.step()).toThrow(/sid of RD fits its 1 pins/);
  });
});

describe('a wrong parity', () => {
  it('is shown by AERR, and the command is not obeyed: neither half of an ACT', () => {
    const shape = shapeOf('HBM2E');
    const act = encodeRow({ command: 'ACT', pc: 1, sid: 0, ba: 9, row: 12345 }, 'HBM2E', true);
    const run = (flip: number | undefined): [string, number][] => {
      const sim = simulate(CommandDecoder({ standard: 'HBM2E', shape }));
      sim.in.parity = 1;
      return [0, 2].map((at) => {
        // The row's address bits: the code stays what it is.
        const level = (i: number): number => act[at + i]! ^ (flip === at + i ? 2 ** (i === 0 ? 4 : 1) : 0);
        Object.assign(sim.io.pins, { CKE: 1, R_w0: level(0), R_w1: level(1), C_w0: 511, C_w1: 511 });
        const seen: [string, number] = [RowKind.names[sim.io.command.row.kind]!, sim.out.AERR];
        sim.step();
        return seen;
      });
    };
    expect(run(undefined)).toEqual([['RNOP', 0], ['ACT', 0]]); // prettier-ignore
    for (const flip of [0, 1]) expect(run(flip)).toEqual([['RNOP', 1], ['RNOP', 0]]); // prettier-ignore
    for (const flip of [2, 3]) expect(run(flip)).toEqual([['RNOP', 0], ['RNOP', 1]]); // prettier-ignore
  });
});
