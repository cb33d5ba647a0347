import { describe, expect, it } from 'vitest';
import { decodeColumn, decodeRow, encodeColumn, encodeRow, evenParity, PIN_WIDTHS, pinFieldWidths, type ColumnCommand, type PinField, type PinFields, type PinStandard, type RowCommand } from '../../src/dram/index.ts';

const STANDARDS: readonly PinStandard[] = ['HBM2', 'HBM2E'];
const ROWS: readonly RowCommand[] = ['RNOP', 'ACT', 'PRE', 'PREA', 'REFSB', 'REF', 'PDE', 'SRE'];
const COLUMNS: readonly ColumnCommand[] = ['CNOP', 'RD', 'RDA', 'WR', 'WRA', 'MRS'];

/** All values of all fields, one field turning faster than the next. */
function* allFields(widths: PinFields): Generator<PinFields> {
  const names = Object.keys(widths) as PinField[];
  const bits = names.reduce((n, f) => n + widths[f]!, 0);
  for (let code = 0; code < 2 ** bits; code++) {
    const fields: PinFields = {};
    let rest = code;
    for (const name of names) {
      fields[name] = rest % 2 ** widths[name]!;
      rest = Math.floor(rest / 2 ** widths[name]!);
    }
    yield fields;
  }
}

const same = (a: PinFields & { command?: string }, command: string, fields: PinFields): boolean =>
  a.command === command && (Object.keys(fields) as PinField[]).every((f) => a[f] === fields[f]) && Object.keys(a).length === Object.keys(fields).length + 1;

const rowBack = (command: RowCommand, fields: PinFields, standard: PinStandard, parity: boolean): boolean => {
  const words = encodeRow({ command, ...fields }, standard, parity);
  const found = decodeRow(words, command === 'PDE' || command === 'SRE', standard);
  return found !== undefined && found.words === words.length && same(found.command, command, fields) && (!parity || evenParity(words));
};

describe.each(STANDARDS)('%s', (standard) => {
  it('fields are as wide as the data sheet says', () => {
    const wide = standard === 'HBM2E';
    expect(pinFieldWidths('ACT', standard)).toEqual({ sid: wide ? 2 : 1, ba: 4, pc: 1, row: wide ? 15 : 14 });
    expect(pinFieldWidths('PRE', standard)).toEqual({ sid: wide ? 2 : 1, ba: 4, pc: 1 });
    expect(pinFieldWidths('RD', standard)).toEqual({ sid: wide ? 2 : 1, ba: 4, pc: 1, column: 5 });
    expect(pinFieldWidths('MRS', standard)).toEqual({ mr: 4, op: 8 });
    expect(pinFieldWidths('REF', standard)).toEqual({ pc: 1 });
  });

  it.each(ROWS.filter((c) => c !== 'ACT'))('%s comes back with every value of its fields', (command) => {
    for (const fields of allFields(pinFieldWidths(command, standard))) {
      for (const parity of [false, true]) if (!rowBack(command, fields, standard, parity)) expect.fail(`${command} ${JSON.stringify(fields)}, parity ${parity}`);
    }
  });

  it('ACT comes back with every row of a bank, and every bank of some rows', () => {
    const { row, ...place } = pinFieldWidths('ACT', standard);
    for (let r = 0; r < 2 ** row!; r++) if (!rowBack('ACT', { sid: 1, ba: r % 16, pc: r & 1, row: r }, standard, r % 3 === 0)) expect.fail(`row ${r}`);
    for (const fields of allFields(place)) {
      for (let bit = 0; bit <= row!; bit++) if (!rowBack('ACT', { ...fields, row: 2 ** row! - 1 - (bit === row ? 0 : 1 << bit) }, standard, true)) expect.fail(JSON.stringify(fields));
    }
  });

  it.each(COLUMNS)('%s comes back with every value of its fields', (command) => {
    for (const fields of allFields(pinFieldWidths(command, standard))) {
      for (const parity of [false, true]) {
        const words = encodeColumn({ command, ...fields }, standard, parity);
        const found = decodeColumn(words, standard);
        if (found === undefined || !same(found, command, fields) || (parity && !evenParity(words))) expect.fail(`${command} ${JSON.stringify(fields)}, parity ${parity}`);
      }
    }
  });

  it('each bit of a field is one pin, and no two share one', () => {
    for (const command of [...ROWS, ...COLUMNS]) {
      const row = (ROWS as readonly string[]).includes(command);
      const pins = (fields: PinFields): number[] => (row ? encodeRow({ command: command as RowCommand, ...fields }, standard) : encodeColumn({ command: command as ColumnCommand, ...fields }, standard));
      const zero = pins({});
      const used = zero.map(() => 0);
      for (const [field, width] of Object.entries(pinFieldWidths(command, standard)) as [PinField, number][]) {
        for (let bit = 0; bit < width; bit++) {
          const flips = pins({ [field]: 2 ** bit }).map((w, i) => w ^ zero[i]!);
          const count = flips.reduce((n, w) => n + w.toString(2).replaceAll('0', '').length, 0);
          expect(count, `${command} ${field}[${bit}]`).toBe(1);
          flips.forEach((w, i) => {
            expect(used[i]! & w, `${command} ${field}[${bit}]`).toBe(0);
            used[i]! |= w;
          });
        }
      }
    }
  });

  it('all that R and C can carry is one command, or none', () => {
    const { R, C } = PIN_WIDTHS[standard];
    const count = new Map<string, number>();
    const note = (name: string): void => void count.set(name, (count.get(name) ?? 0) + 1);
    for (let w0 = 0; w0 < 2 ** R; w0++) for (let w1 = 0; w1 < 2 ** R; w1++) note(decodeRow([w0, w1, 0, 0], false, standard)?.command.command ?? 'none');
    const rows = 2 ** (2 * R);
    // By the fixed pins: three for RNOP, two for ACT, four for the others.
    expect(Object.fromEntries(count)).toEqual({ RNOP: rows / 8, ACT: rows / 4, PRE: rows / 16, PREA: rows / 16, REFSB: rows / 16, REF: rows / 16, none: (rows * 3) / 8 });
    count.clear();
    for (let w0 = 0; w0 < 2 ** C; w0++) note(decodeColumn([w0, 0], standard)?.command ?? 'none');
    const columns = 2 ** C;
    expect(Object.fromEntries(count)).toEqual({ CNOP: columns / 8, MRS: columns / 8, RD: columns / 16, RDA: columns / 16, WR: columns / 16, WRA: columns / 16, none: columns / 2 });
  });
});

describe('by hand, from the truth table', () => {
  it('HBM2E', () => {
    // w0: RA14 = 1, BA[2:0] = 101, SID0 = 0, 10. w1: SID1 = 1, BA3 = 1, RA13 = 0, PC = 1, parity 0, RA[12:11] = 10. w2: RA[10:5]. w3: RA[4:2], RA[1:0].
    expect(encodeRow({ command: 'ACT', sid: 2, ba: 13, pc: 1, row: 0b1_0_10_110011_010_11 }, 'HBM2E')).toEqual([0b1_101_0_10, 0b1_1_0_1_0_10, 0b0_110011, 0b0_010_0_11]);
    expect(encodeRow({ command: 'PRE', sid: 1, ba: 9, pc: 1 }, 'HBM2E')).toEqual([0b0_001_011, 0b0_1_0_1_0_1_0]);
    expect(encodeRow({ command: 'REF', pc: 1 }, 'HBM2E', true)).toEqual([0b0_000_100, 0b0_0_1_1_1_0_0]);
    expect(encodeRow({ command: 'RNOP' }, 'HBM2E')).toEqual([127, 127]);
    expect(encodeColumn({ command: 'RDA', sid: 1, ba: 6, pc: 1, column: 0b1001_1 }, 'HBM2E')).toEqual([0b0_0110_1101, 0b0_1_1001_0_1_1]);
    expect(encodeColumn({ command: 'MRS', mr: 5, op: 0b1000_0110 }, 'HBM2E')).toEqual([0b0_0101_0000, 0b1_00001_0_10]);
  });

  it('HBM2 has neither the upper pins nor what is on them', () => {
    expect(encodeRow({ command: 'ACT', sid: 1, ba: 13, pc: 1, row: 0b0_10_110011_010_11 }, 'HBM2')).toEqual([0b101_1_10, 0b1_0_1_0_10, 0b110011, 0b010_0_11]);
    expect(encodeColumn({ command: 'CNOP' }, 'HBM2')).toEqual([255, 255]);
    expect(encodeColumn({ command: 'MRS', mr: 5, op: 0b1000_0110 }, 'HBM2')).toEqual([0b0101_1000, 0b00001_0_10]);
    expect(() => encodeRow({ command: 'ACT', row: 2 ** 14 }, 'HBM2')).toThrow('ACT: row 16384 does not fit in its 14 pins [dram-encoding]');
    expect(() => encodeColumn({ command: 'RD', column: -1 }, 'HBM2')).toThrow('RD: column -1 does not fit in its 5 pins [dram-encoding]');
  });
});
