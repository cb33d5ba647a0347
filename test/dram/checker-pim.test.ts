import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WordlineError } from '../../src/index.ts';
import {
  checkCommands, commandCsvLine, controlRow, DramChecker, dramPreset, readTextCommands, WORDLINE_DATA_HEADER, type ControlRow, type DramCheckReport, type DramCommandEvent, type DramViolation,
} from '../../src/dram/index.ts';
import { wordline } from '../cli/io.ts';
import { event } from './oracle.ts';
import { earliestOfAll, legalPimStream, type Heard } from './pim-streams.ts';
import { seeded } from './streams.ts';

const samsung = dramPreset('samsung-hbm2');
const row = (name: ControlRow): number => controlRow(name, samsung.organisation);
const check = (events: readonly DramCommandEvent[], banksPerUnit = 4): DramCheckReport => checkCommands(events, samsung, Infinity, { pim: { banksPerUnit } });
/** Rules with the cycle of the command that breaks them. */
const broken = (events: readonly DramCommandEvent[], banksPerUnit = 4): string[] => check(events, banksPerUnit).violations.map((v) => `${v.rule} ${v.command.command} ${v.command.cycle}`);

/** From SB to AB by a row of bank 0.1, which is closed in cycle 50. */
const ENTER = [event('ACT', 0, { bank: 1, row: row('AB_ROW') }), event('PRE', 50, { bank: 1 })];
const conf = (cycle: number, data: number): DramCommandEvent => event('WR', cycle, { row: row('CONF_ROW'), data });
/** Triggers on: CONF_ROW of bank 0 is written in cycle 120 and closed in 200. */
const EXECUTE = [...ENTER, event('ACT', 100, { row: row('CONF_ROW') }), conf(120, 3), event('PRE', 200)];
/** And off: written in cycle 320, closed in 400. */
const STOP = [event('ACT', 300, { row: row('CONF_ROW') }), conf(320, 0), event('PRE', 400)];
const LEAVE = [event('ACT', 500, { group: 2, bank: 3, row: row('SB_ROW') }), event('PRE', 600, { group: 1, bank: 3 })];

describe('modes', () => {
  it('are followed from single-bank to all-bank, with triggers, and back', () => {
    const report = check([
      ...EXECUTE,
      event('ACT', 220, { row: 7 }), event('RD', 240, { group: 3, row: 7 }), event('RD', 244, { group: 1, row: 7 }), event('PREA', 270),
      ...STOP, ...LEAVE,
      // Of one bank again: its neighbour in the next group stays closed.
      event('ACT', 700, { row: 5 }), event('RD', 720, { row: 5 }), event('RD', 730, { group: 1, row: 5 }),
    ]);
    expect(report.violations.map((v) => v.message)).toEqual(['RD of PC 0 bank 1.0 at cycle 730: the bank is closed']);
    expect(report.modes).toEqual({ 'SB to AB': 1, 'AB to AB_PIM': 1, 'AB_PIM to AB': 1, 'AB to SB': 1 });
  });

  it('without PIM units a row is a row', () => {
    expect(checkCommands(EXECUTE, samsung).byRule).toEqual({});
    expect(checkCommands([...ENTER, event('ACT', 100, { row: 5 }), event('WR', 120, { group: 1, row: 5 })], samsung).byRule).toEqual({ bankClosed: 1 });
    expect(checkCommands(EXECUTE, samsung).modes).toBeUndefined();
  });

  it('are of each pseudo-channel', () => {
    expect(broken([...ENTER, event('ACT', 100, { pseudoChannel: 1, row: 5 }), event('RD', 120, { pseudoChannel: 1, group: 1, row: 5 })])).toEqual(['bankClosed RD 120']);
  });

  it('a unit of 4 banks hears its bank in all groups, one of 2 the other half too', () => {
    const open = [...ENTER, event('ACT', 100, { bank: 1, row: 5 })];
    const write = (bank: number): DramCommandEvent[] => [...open, event('WR', 130, { group: 3, bank, row: 5 })];
    expect([0, 1, 2, 3].map((bank) => broken(write(bank), 4).length)).toEqual([1, 0, 1, 1]);
    expect([0, 1, 2, 3].map((bank) => broken(write(bank), 2).length)).toEqual([1, 0, 1, 0]);
  });

  it('REFSB is of one bank in all modes', () => {
    const { tRFCSB } = samsung.timing;
    const refreshed = [...ENTER, event('REFSB', 100, { group: 2, bank: 2 })];
    expect(broken([...refreshed, event('ACT', 100 + tRFCSB - 1, { group: 0, bank: 2, row: 5 })])).toEqual([`tRFCSB ACT ${100 + tRFCSB - 1}`]);
    expect(broken([...refreshed, event('ACT', 120, { group: 0, bank: 1, row: 5 })])).toEqual([]);
  });

  it('an all-bank ACT is four: the next one waits for tFAW', () => {
    const { tFAW } = samsung.timing;
    const next = (cycle: number): DramCommandEvent[] => [...ENTER, event('ACT', 100, { row: 5 }), event('ACT', cycle, { bank: 1, row: 6 })];
    expect(broken(next(100 + tFAW))).toEqual([]);
    expect(broken(next(100 + tFAW - 1))).toEqual([`tFAW ACT ${100 + tFAW - 1}`]);
  });

  it('a trigger has no data on DQ, a control register has', () => {
    const { RL, WL, tRTRS } = samsung.timing;
    const tRTW = RL + samsung.organisation.burstCycles + tRTRS - WL;
    // A turn of the bus too short breaks the rule in any case; data meet only where there are some.
    const early = (all: boolean): DramCommandEvent[] => {
      const start = all ? [...EXECUTE, event('ACT', 220, { row: 5 })] : [event('ACT', 220, { row: 5 })];
      return [...start, event('RD', 250, { row: 5 }), event('WR', 250 + tRTW - tRTRS - 1, { row: 5 })];
    };
    expect(check(early(true)).byRule).toEqual({ tRTW: 1 });
    expect(check(early(false)).byRule).toEqual({ tRTW: 1, dataBus: 1 });
  });

  it('data of CONF_ROW that the stream does not tell are told by what follows', () => {
    const blind = EXECUTE.map(({ data: _, ...e }) => e);
    const read = [event('ACT', 220, { row: 7 }), event('RD', 240, { row: 7 }), event('PREA', 270)];
    expect(check([...blind, ...read]).modes).toEqual({ 'SB to AB': 1, 'AB to AB?': 1, 'AB? to AB_PIM': 1 });
    expect(check([...blind, ...LEAVE]).modes).toEqual({ 'SB to AB': 1, 'AB to AB?': 1, 'AB? to AB': 1, 'AB to SB': 1 });
    expect(broken([...blind, ...read, ...LEAVE])).toEqual(['modeExit PRE 600']);
  });
});

describe('misuse', () => {
  const ends = samsung.timing.WL + samsung.organisation.burstCycles;
  const cases: readonly (readonly [title: string, events: readonly DramCommandEvent[], expected: readonly string[]])[] = [
    ['RD in all-bank mode', [...ENTER, event('ACT', 100, { row: 5 }), event('RD', 120, { row: 5 })], ['allBankRead RD 120']],
    ['RD of a control row', [...EXECUTE, event('ACT', 220, { row: row('A_ROW') }), event('RD', 240, { row: row('A_ROW') })], ['controlRow RD 240']],
    ['control registers in single-bank mode', [event('ACT', 0, { row: row('CONF_ROW') }), conf(20, 1)], ['controlRow WR 20']],
    ['a write to a row that has no registers', [...ENTER, event('ACT', 100, { row: row('SB_ROW') }), event('WR', 120, { row: row('SB_ROW') })], ['controlRow WR 120']],
    ['entering with another row open', [event('ACT', 0, { group: 1, row: 5 }), event('ACT', 10, { row: row('AB_ROW') }), event('PRE', 60)], ['modeRowsOpen PRE 60']],
    ['entering by a PREA that closes another row', [event('ACT', 0, { group: 1, row: 5 }), event('ACT', 10, { row: row('AB_ROW') }), event('PREA', 60)], ['modeRowsOpen PREA 60']],
    ['leaving with another row open', [...ENTER, event('ACT', 100, { row: 5 }), event('ACT', 120, { bank: 1, row: row('SB_ROW') }), event('PRE', 170, { bank: 1 })], ['modeRowsOpen PRE 170']],
    ['leaving with triggers on', [...EXECUTE, ...LEAVE], ['modeExit PRE 600']],
    ['triggers on with another row open', [...ENTER, event('ACT', 80, { bank: 1, row: 5 }), ...EXECUTE.slice(2)], ['modeRowsOpen WR 120']],
    ['a row opened while the mode changes', [...EXECUTE.slice(0, -1), event('ACT', 120 + ends - 1, { bank: 1, row: 5 })], [`modeRowsOpen ACT ${120 + ends - 1}`]],
    ['a row opened when it has changed', [...EXECUTE.slice(0, -1), event('ACT', 120 + ends, { bank: 1, row: 5 })], []],
    ['start alone changes no mode', [...EXECUTE, event('ACT', 220, { bank: 1, row: 5 }), event('ACT', 240, { row: row('CONF_ROW') }), conf(260, 7)], []],
    ['another row of one of the banks', [...ENTER, event('ACT', 100, { row: 5 }), event('WR', 120, { group: 2, row: 6 })], ['wrongRow WR 120']],
    ['an ACT where one of the banks is open', [...ENTER, event('ACT', 100, { row: 5 }), event('ACT', 180, { group: 2, row: 6 })], ['bankOpen ACT 180']],
  ];
  it.each(cases)('%s', (_, events, expected) => {
    expect(broken(events)).toEqual(expected);
  });

  it('is told in a sentence', () => {
    const told = check([event('ACT', 0, { group: 1, row: 5 }), event('ACT', 10, { row: row('AB_ROW') }), event('PRE', 60)]).violations.map((v) => v.message);
    expect(told).toEqual(['PRE of PC 0 bank 0.0 at cycle 60: it changes the mode from SB to AB while row 5 is open since cycle 0']);
  });

  it('units that do not fit the groups are refused', () => {
    expect(() => new DramChecker(samsung, 1, { pim: { banksPerUnit: 3 } })).toThrow(WordlineError);
    expect(() => new DramChecker(samsung, 1, { pim: { banksPerUnit: 3 } })).toThrow(/3 banks does not fit in bank groups of 4/);
  });
});

it('what is written to CONF_ROW is a column of the file', () => {
  const stream = [...EXECUTE, ...STOP, ...LEAVE];
  const text = `${WORDLINE_DATA_HEADER}\n${stream.map(commandCsvLine).join('')}`;
  const read = [...readTextCommands({ text }, 'wordline', { organisation: samsung.organisation })];
  expect(read.map(({ line: _, ...e }) => e)).toEqual(stream);
  expect(check(read).modes).toEqual(check(stream).modes);
});

it('wordline dram check --pim tells the changes of mode and what is misused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wordline-pim-'));
  const file = join(folder, 'commands.csv');
  try {
    writeFileSync(file, `${WORDLINE_DATA_HEADER}\n${[...EXECUTE, ...LEAVE].map(commandCsvLine).join('')}`);
    const { code, out } = await wordline(['dram', 'check', file, '--preset', 'samsung-hbm2', '--pim', '4']);
    expect(code).toBe(1);
    expect(out).toContain('\nmodes: SB to AB 1, AB to AB_PIM 1, AB_PIM to SB 1\n');
    expect(out).toContain('1 violation of samsung-hbm2: modeExit 1\n');
    const wrong = await wordline(['dram', 'check', file, '--preset', 'samsung-hbm2', '--pim', 'four']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('--pim four');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The stream with one command a cycle earlier, behind what is in that cycle already. */
function movedUp(events: readonly Heard[], i: number): { readonly stream: DramCommandEvent[]; readonly moved: DramCommandEvent } {
  const moved = { ...events[i]!.event, cycle: events[i]!.event.cycle - 1 };
  const others = events.filter((_, k) => k !== i).map((h) => h.event);
  const at = others.findIndex((e) => e.cycle > moved.cycle);
  return { stream: at === -1 ? [...others, moved] : others.toSpliced(at, 0, moved), moved };
}

describe('random legal streams', () => {
  const seen = new Set<string>();
  for (const [name, banksPerUnit, seed] of [['samsung-hbm2', 4, 11], ['samsung-hbm2', 2, 12], ['hbm2e-3200', 4, 13], ['ramulator2-hbm2-2000', 2, 14]] as const) {
    const preset = dramPreset(name);
    it(`${name}, ${banksPerUnit} banks a unit, seed ${seed}: each command that a rule binds breaks it a cycle earlier`, () => {
      const heard = legalPimStream(preset, banksPerUnit, 260, seeded(seed));
      const checked = (events: readonly DramCommandEvent[]): readonly DramViolation[] => checkCommands(events, preset, Infinity, { pim: { banksPerUnit } }).violations;
      expect(checked(heard.map((h) => h.event)).map((v) => v.message)).toEqual([]);
      let bound = 0;
      heard.forEach((h, i) => {
        const binding = [...earliestOfAll(heard.slice(0, i), h, preset, banksPerUnit)].filter(([, cycle]) => cycle === h.event.cycle).map(([rule]) => rule);
        if (binding.length === 0) return;
        bound++;
        const { stream, moved } = movedUp(heard, i);
        const found = checked(stream).filter((v) => v.command === moved && v.kind === 'timing' && v.earliest === h.event.cycle).map((v) => v.rule);
        expect(found.sort(), `${h.event.command} at ${h.event.cycle}`).toEqual(binding.sort());
        if (h.all && h.event.bank !== -1) for (const rule of binding) seen.add(rule);
      });
      expect(bound).toBeGreaterThan(heard.length / 4);
    });
  }

  it('have all-bank commands that are bound by each rule between banks', () => {
    for (const rule of ['tRCDRD', 'tRCDWR', 'tRAS', 'tRP', 'tFAW', 'tCCDL', 'tRTW', 'tWTRL', 'tWR', 'tRFC', 'tRFCSB', 'tRREFD', 'rowBus']) expect(seen, rule).toContain(rule);
  });
});
