import { describe, expect, it } from 'vitest';
import { dramPreset } from '../../../src/index.ts';
import { checkCommands, CONF_PARTITION, controlRow, type DramCommandEvent } from '../../../src/dram/index.ts';
import { PimMode } from '../../../rtl/pim/index.ts';
import { event } from '../../dram/oracle.ts';
import { DeviceBench } from './device-bench.ts';

const part = (p: number): number => p << CONF_PARTITION.shift;
const data = (bench: DeviceBench, first: number): number[] => Array.from({ length: bench.words }, (_, i) => first + i);

describe.each([['samsung-hbm2', 4, 1], ['samsung-hbm2', 4, 2], ['samsung-hbm2', 2, 1], ['qv100-hbm2', 4, 3]] as const)('%s, units of %i banks, %i of them PIM\'s', (name, banksPerUnit, p) => {
  const preset = dramPreset(name);
  const { pseudoChannels, bankGroups, banksPerGroup } = preset.organisation;
  const pc = pseudoChannels - 1;
  const banks = Array.from({ length: bankGroups * banksPerGroup }, (_, ba) => ba);
  const isPims = (ba: number): boolean => ba % banksPerUnit < p;

  it('the others are banks of the host in all modes, with a row of each open while modes change', () => {
    const bench = new DeviceBench(preset, { banksPerUnit });
    bench.visit(1, pc);
    bench.control(3, pc, [[0, [part(p)]]]);
    const mine = banks.filter((ba) => !isPims(ba));
    const check = (first: number): void => {
      for (const ba of mine) bench.write({ pc, ba, column: 3 }, data(bench, first + 16 * ba));
      for (const ba of mine) expect(bench.read({ pc, ba, column: 3 }), `bank ${ba}`).toEqual(data(bench, first + 16 * ba));
    };
    const mode = (): string | undefined => PimMode.names[Number(bench.sim.out.mode[pc])];
    for (const ba of mine) bench.send({ command: 'ACT', pc, ba, row: 7 });
    check(0x1000);
    bench.control(3, pc, [[0, [part(p) + 3]]]);
    expect(mode()).toBe('AB_PIM');
    check(0x2000);
    bench.inRow(9, { pc, ba: p - 1 }, () => expect(bench.read({ pc, ba: p - 1, column: 3 })).toEqual([]));
    bench.control(3, pc, [[0, [part(p)]]]);
    bench.visit(2, pc);
    expect(mode()).toBe('SB');
    check(0x3000);
    bench.visit(1, pc);
    expect(mode()).toBe('AB');
    bench.inRow(7, { pc, ba: 0 }, () => bench.write({ pc, ba: 0, column: 3 }, data(bench, 0x4000)));
    check(0x5000);
    bench.visit(2, pc);
    for (const ba of banks.filter((b) => b % banksPerUnit === 0)) expect(bench.inRow(7, { pc, ba }, () => bench.read({ pc, ba, column: 3 }))).toEqual(data(bench, 0x4000));
  });

  it('banks change hands closed, and PIM\'s are closed when the mode changes', () => {
    const bench = new DeviceBench(preset, { banksPerUnit });
    bench.visit(1, pc);
    bench.send({ command: 'ACT', pc, ba: p, row: 7 });
    expect(() => bench.control(3, pc, [[0, [part(p)]]])).toThrow(/modeRowsOpen/);
    const open = new DeviceBench(preset, { banksPerUnit });
    open.visit(1, pc);
    open.control(3, pc, [[0, [part(p)]]]);
    open.control(3, pc, [[0, [part(p)]]]);
    open.send({ command: 'ACT', pc, ba: p, row: 7 });
    expect(() => open.control(3, pc, [[0, [1]]])).toThrow(/modeRowsOpen/);
  });

  it('control rows are in PIM\'s banks', () => {
    const bench = new DeviceBench(preset, { banksPerUnit });
    bench.visit(1, pc);
    bench.control(3, pc, [[0, [part(p)]]]);
    expect(() => bench.inRow(bench.top - 3, { pc, ba: p }, () => bench.write({ pc, ba: p, column: 0 }, [1]))).toThrow(/controlRow/);
  });
});

describe('the checker', () => {
  const preset = dramPreset('samsung-hbm2');
  const row = (name: Parameters<typeof controlRow>[0]): number => controlRow(name, preset.organisation);
  const broken = (events: readonly DramCommandEvent[]): string[] => checkCommands(events, preset, Infinity, { pim: { banksPerUnit: 4 } }).violations.map((v) => `${v.rule} ${v.command.command} ${v.command.cycle}`);
  const conf = (cycle: number, word: number): DramCommandEvent[] => [event('ACT', cycle, { row: row('CONF_ROW') }), event('WR', cycle + 20, { row: row('CONF_ROW'), data: word }), event('PRE', cycle + 100)];
  const ENTER = [event('ACT', 0, { row: row('AB_ROW') }), event('PRE', 50), ...conf(100, part(2))];

  it('knows whose a bank is', () => {
    const host = [event('ACT', 300, { bank: 2, row: 5 }), event('RD', 330, { bank: 2, row: 5 }), event('WR', 360, { bank: 2, row: 5 })];
    expect(broken([...ENTER, ...host])).toEqual([]);
    expect(broken([...ENTER, ...host, ...conf(400, part(2) + 1), event('RD', 520, { bank: 2, row: 5 })]), 'the mode changes beside an open row of the host').toEqual([]);
    expect(broken([...ENTER, ...host, event('RD', 400, { bank: 2, group: 1, row: 5 })]), 'the same bank of the next group is closed').toEqual(['bankClosed RD 400']);
    expect(broken([...ENTER, event('ACT', 300, { bank: 1, row: 5 }), event('RD', 330, { group: 1, bank: 1, row: 5 })]), 'a bank of PIM').toEqual(['allBankRead RD 330']);
  });

  it('tells rows that are open where they must not be', () => {
    expect(broken([...ENTER, event('ACT', 300, { bank: 1, row: 5 }), ...conf(350, part(2) + 1)])).toEqual(['modeRowsOpen WR 370']);
    expect(broken([...ENTER, event('ACT', 300, { bank: 3, row: 5 }), ...conf(350, part(3))])).toEqual(['modeRowsOpen WR 370']);
    expect(broken([...ENTER, event('ACT', 300, { bank: 2, row: row('CONF_ROW') }), event('WR', 330, { bank: 2, row: row('CONF_ROW') })])).toEqual(['controlRow WR 330']);
  });
});
