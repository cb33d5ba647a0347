import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  commandCsvLine, dramPreset, readCommands, readTextCommands, readVcdCommands, WORDLINE_HEADER, type DramCommandEvent, type PinStandard, type TextCommandFormat, type TextCommandOptions,
} from '../../src/dram/index.ts';
import { event } from './oracle.ts';
import { fixture, legalStream, readAll, seeded } from './streams.ts';
import { cyclesOf, edgesVcd, wordsVcd } from './waves.ts';

const preset = dramPreset('ramulator2-hbm2-2000');
const { organisation } = preset;
const folder = mkdtempSync(join(tmpdir(), 'wordline-dram-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, format: TextCommandFormat, more: Partial<TextCommandOptions> = {}): DramCommandEvent[] => [...readTextCommands({ text, name: 'a.csv' }, format, { organisation, ...more })];
const bare = ({ line: _, timePs: __, ...e }: DramCommandEvent): DramCommandEvent => e;

describe('DRAMsim3 and Ramulator', () => {
  it('lines mean what they say', () => {
    expect(readAll('dramsim3/raw_single_read.cmd', dramPreset('dramsim3-hbm2-4gb'))).toEqual([
      event('ACT', 2, { group: 1, bank: 2, row: 5, line: 1 }),
      event('RD', 16, { group: 1, bank: 2, row: 5, column: 3, line: 2 }),
      event('PRE', 3900, { group: 1, bank: 2, line: 3 }),
      event('REF', 3914, { line: 4 }),
    ]);
    // ACT is stamped with the first of its cycles there, 1; here it is the last.
    expect(readAll('ramulator2/raw_single_read.cmd', preset)).toEqual([event('ACT', 2, { group: 1, bank: 2, row: 5, line: 2 }), event('RD', 16, { group: 1, bank: 2, row: 5, column: 3, line: 3 })]);
  });

  it('an ACT with its first cycle goes behind what happens in between', () => {
    const text = 'clock,command,Channel,PseudoChannel,BankGroup,Bank,Row,Column,type,source\n33,ACT,0,1,0,0,0,0,0,0\n33,RD,0,0,0,0,0,1,0,0\n34,RD,0,0,1,0,0,1,0,0\n40,ACT,0,0,2,0,0,0,0,0\n';
    expect(read(text, 'ramulator2').map((e) => [e.cycle, e.command])).toEqual([[33, 'RD'], [34, 'ACT'], [34, 'RD'], [41, 'ACT']]);
    expect(read(text, 'ramulator2', { actStamp: 'last' }).map((e) => e.cycle)).toEqual([33, 33, 34, 40]);
  });
});

describe('our own CSV', () => {
  it('comes back', () => {
    const stream = legalStream(preset, 300, seeded(3));
    const text = `${WORDLINE_HEADER}\n${stream.map(commandCsvLine).join('')}`;
    expect(read(text, 'wordline').map(bare)).toEqual(stream);
    expect(commandCsvLine(event('REF', 7, { pseudoChannel: 1 }))).toBe('7,REF,0,1,,,,\n');
  });
});

describe('any CSV', () => {
  it('usual headers are known, in any order and case; others may be named', () => {
    const rows = '5,act,2,1,0x10\n40,Rd,2,1,16\n';
    const expected = [event('ACT', 5, { group: 2, bank: 1, row: 16, line: 2 }), event('RD', 40, { group: 2, bank: 1, row: 16, column: -1, line: 3 })];
    expect(read(`Clock,CMD,bank_group,BA,row\n${rows}`, 'csv')).toEqual(expected);
    expect(read(`t,what,g,b,r\n${rows}`, 'csv', { columns: { cycle: 't', command: 'what', group: 'g', bank: 'b', row: 'r' } })).toEqual(expected);
    expect(read('"row", "b","note","cycle",command,bg\n16,1,"x, ""y""",5,ACT,2\n', 'csv', { columns: { bank: 'b' } })).toEqual([expected[0]]);
  });

  it('banks without groups are counted through all', () => {
    expect(read('cycle,command,bank\n5,PRE,9\n', 'csv')).toEqual([event('PRE', 5, { group: 2, bank: 1, line: 2 })]);
    expect(() => read('cycle,command,bank\n5,PRE,16\n', 'csv')).toThrow('a.csv:2:7: expected a bank from 0 to 15, counted through all groups, found "16" [dram-trace]');
  });

  it('ACT may be stamped with its first cycle', () => {
    expect(read('cycle,command,bank\n5,ACT,9\n', 'csv', { actStamp: 'first' })[0]!.cycle).toBe(6);
  });
});

describe('mistakes have a place', () => {
  it.each([
    ['csv', 'cycle,command,bank\n5,PRE,0\n6,PREX,0\n', 'a.csv:3:3: expected a command, found "PREX" [dram-trace]\n  hint: did you mean "pre"'],
    ['csv', 'cycle,command,bank\nx5,PRE,0\n', 'a.csv:2:1: expected the cycle, a number, found "x5"'],
    ['csv', 'cycle,command,bank\n5,PRE,  -2\n', 'a.csv:2:9: expected the bank, a number of at least -1, found "-2"'],
    ['csv', 'cycle,command,bank\n5,PRE\n', 'a.csv:2:6: expected 3 cells, found 2'],
    ['csv', 'cycle,command,bank\n\n,PRE,0\n', 'a.csv:3:1: expected the cycle, a number, found nothing'],
    ['csv', 'cycle,bank\n', 'a.csv:1:1: no column of the header is the command [dram-trace]\n  hint: one of command, cmd, or say which column it is: command=<name>'],
    ['csv', 'cycle,command,bank\n5,PRE,0\n4,PRE,0\n', 'a.csv:3:1: cycle 4 comes after cycle 5'],
    ['dramsim3', '2 activate 0 0 0 0 0x0\n', 'a.csv:1:23: expected the column, a number, found the end of the line'],
    ['dramsim3', '2 activate 0 1 0 0 0x0 0x0\n', 'a.csv:1:14: expected rank 0, the only one of an HBM channel, found "1"'],
    ['dramsim3', '2 activate 0 0 0 0 0x0 0x0 9\n', 'a.csv:1:28: expected the end of the line, found "9"'],
    ['dramsim3', '2 activat 0 0 0 0 0x0 0x0\n', 'a.csv:1:3: expected a command, found "activat" [dram-trace]\n  hint: did you mean "activate"'],
  ] as const)('%s %j', (format, text, message) => {
    expect(() => read(text, format)).toThrow(message);
  });

  it('a header that was asked for', () => {
    expect(() => read('cycle,command,bnk\n', 'csv', { columns: { bank: 'bank' } })).toThrow('a.csv:1:1: there is no column "bank" for bank [dram-trace]\n  hint: did you mean "bnk"');
  });
});

describe('what a file is', () => {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const formatOf = (path: string): string => readCommands(path, preset, {}, () => undefined);

  it('shows in its first line', () => {
    expect(formatOf(fixture('dramsim3/stream64.cmd'))).toBe('dramsim3');
    expect(formatOf(fixture('ramulator2/stream64.cmd'))).toBe('ramulator2');
    expect(formatOf(write('own.txt', `${WORDLINE_HEADER}\n`))).toBe('wordline');
    expect(formatOf(write('any.txt', '\ncycle,command,bank\n1,PRE,3\n'))).toBe('csv');
    expect(formatOf(write('wave.txt', wordsVcd(cyclesOf([], 'HBM2'), 'HBM2')))).toBe('vcd');
  });

  it('or is an error', () => {
    expect(() => formatOf(write('what.txt', 'hello\n'))).toThrow(/what .*what\.txt is cannot be seen from its first line: hello \[dram-format\]\n {2}hint: say which format it has: wordline, dramsim3/);
    expect(() => formatOf(write('empty.txt', ''))).toThrow('is empty [dram-format]');
    expect(() => formatOf(join(folder, 'none.txt'))).toThrow(/cannot read .*none\.txt: ENOENT.*\[dram-file\]/);
  });

  it('lines are whole where chunks of a large file meet', () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i * 100},PRE,${i % 16},a note that makes the line longer`);
    const path = write('large.csv', `cycle,command,bank,note\r\n${lines.join('\r\n')}`);
    let count = 0;
    readCommands(path, preset, {}, (e) => {
      if (e.cycle !== count * 100 || e.group * 4 + e.bank !== count % 16 || e.line !== count + 2) expect.fail(JSON.stringify(e));
      count++;
    });
    expect(count).toBe(60_000);
  });
});

describe('waves', () => {
  const vcd = (text: string, scope?: string): DramCommandEvent[] => {
    const events: DramCommandEvent[] = [];
    readVcdCommands({ text }, { organisation, ...(scope !== undefined && { scope }) }, (e) => events.push(e));
    return events;
  };
  /** Column before row in a cycle, which is the order of the reader; a first NOP so that ACT has both cycles; columns do not carry the row. */
  const inOrder = (events: readonly DramCommandEvent[]): DramCommandEvent[] =>
    events.map((e) => ({ ...e, cycle: e.cycle + 2, row: e.column >= 0 ? -1 : e.row })).sort((a, b) => a.cycle - b.cycle || Number(b.column >= 0 || b.command === 'MRS') - Number(a.column >= 0 || a.command === 'MRS'));

  for (const standard of ['HBM2', 'HBM2E'] as PinStandard[]) {
    for (const parity of [false, true]) {
      it(`${standard}${parity ? ' with parity' : ''}: commands come back from the pins, at both edges or as words`, () => {
        const stream = inOrder(legalStream(preset, 300, seeded(11)));
        const cycles = cyclesOf(stream, standard, parity);
        expect(vcd(edgesVcd(cycles, standard)).map(bare)).toEqual(stream);
        expect(vcd(wordsVcd(cycles, standard)).map(bare)).toEqual(stream);
        expect(vcd(wordsVcd(cycles, standard))[0]!.timePs).toBe(stream[0]!.cycle * 1000);
        expect(vcd(edgesVcd(cycles, standard))[0]!.timePs).toBe(stream[0]!.cycle * 1000 + 500);
      });
    }
  }

  it('power-up, with CKE low and pins unknown, is no command', () => {
    const cycles = [...Array.from({ length: 3 }, () => ({ cke: 0 as const, r: [0, 0] as [number, number], c: [0, 0] as [number, number] })), ...cyclesOf([event('PREA', 1)], 'HBM2')];
    expect(vcd(edgesVcd(cycles, 'HBM2')).map(bare)).toEqual([event('PREA', 4)]);
  });

  it('what is wrong is told with its time', () => {
    const stream = [event('ACT', 2), event('RD', 20)];
    const cycles = cyclesOf(stream, 'HBM2');
    const put = (i: number, r: [number, number], c: [number, number] = cycles[i]!.c): string => wordsVcd(cycles.map((x, k) => (k === i ? { ...x, r, c } : x)), 'HBM2');
    expect(() => vcd(put(5, [0b000001, 0]))).toThrow('R is 000001 000000 in cycle 5 (5000 ps), which is no command of HBM2 [dram-vcd]');
    expect(() => vcd(put(5, cycles[5]!.r, [0b00000011, 0]))).toThrow('C is 00000011 00000000 in cycle 5 (5000 ps), which is no command of HBM2');
    expect(() => vcd(put(5, [0b000011, 0b000010]))).toThrow('PRE in cycle 5 (5000 ps) speaks to stack 1');
    expect(() => vcd(wordsVcd(cycles, 'HBM2').replace(/^b111111 s$/m, 'bx s'))).toThrow('R is not known at the falling edge of cycle 0 (0 ps) [dram-vcd]');
    expect(() => vcd(wordsVcd(cycles.map((x, i) => (i >= 2 ? { ...x, cke: 0 } : x)), 'HBM2'))).toThrow('CKE goes low in the second cycle of an ACT, in cycle 2 (2000 ps)');
    expect(() => vcd(wordsVcd(cycles, 'HBM2').replace('pins_R_w1', 'pins_Q_w1'))).toThrow(/the wave does not have the pins of a channel \[dram-vcd\]\n {2}hint: in one scope CKE, R, C or CKE, R_w0/);
    expect(() => vcd(wordsVcd(cycles, 'HBM2').replace('wire 6 r', 'wire 8 r'))).toThrow('Device.pins_R_w0 in the wave has 8 bits');
    expect(() => vcd(edgesVcd(cycles, 'HBM2'), 'top.hbn')).toThrow('the wave has no scope top.hbn [dram-vcd]\n  hint: did you mean "top.hbm"');
    expect(vcd(edgesVcd(cycles, 'HBM2'), 'top.hbm').length).toBe(2);
  });
});
