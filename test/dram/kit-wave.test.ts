import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ColumnKind, CommandEncoder, ENCODER_CYCLES, RowKind } from '../../rtl/dram/index.ts';
import { dramPreset, readCommands, simulate, type DramCommandEvent, type PinStandard } from '../../src/index.ts';
import { legalStream, seeded } from './streams.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-dram-'));
afterAll(() => rmSync(folder, { recursive: true }));

const preset = dramPreset('samsung-hbm2');
const COLUMN = ['RD', 'RDA', 'WR', 'WRA', 'MRS'];

it.each(['HBM2', 'HBM2E'] as PinStandard[])('%s: commands that hardware puts on its pins come back from its wave', (standard) => {
  const file = join(folder, `${standard}.vcd`);
  const sim = simulate(CommandEncoder({ standard, shape: preset.organisation }), { trace: file });
  const stream = legalStream(preset, 400, seeded(21)).map((e) => ({ ...e, cycle: e.cycle + 2 }));
  const { row, column } = sim.io.command;
  let next = 0;
  for (let cycle = 0; cycle <= stream.at(-1)!.cycle + ENCODER_CYCLES + 1; cycle++) {
    row.kind = RowKind.RNOP;
    column.kind = ColumnKind.CNOP;
    for (; stream[next]?.cycle === cycle; next++) {
      const { command, pseudoChannel, group, bank, row: r, column: c } = stream[next]!;
      const place = { pc: Math.max(pseudoChannel, 0), ba: Math.max(group, 0) * 4 + Math.max(bank, 0), sid: 0 };
      if (COLUMN.includes(command)) Object.assign(column, { ...place, kind: ColumnKind[command as 'RD'], column: Math.max(c, 0) });
      else Object.assign(row, { ...place, kind: RowKind[command as 'ACT'], row: Math.max(r, 0) });
    }
    sim.step(1);
  }
  sim.close();
  const events: DramCommandEvent[] = [];
  expect(readCommands(file, preset, {}, (e) => events.push(e))).toBe('vcd');
  const order = (list: readonly DramCommandEvent[]) => list.map(({ cycle, command, pseudoChannel, group, bank, row: r, column: c }) => [cycle - list[0]!.cycle, command, pseudoChannel, group, bank, COLUMN.includes(command) ? -1 : r, c].join());
  expect(order(events).sort()).toEqual(order(stream).sort());
  expect(events[0]!.cycle).toBe(stream[0]!.cycle + ENCODER_CYCLES);
});
