import { describe, expect, it } from 'vitest';
import { dramPreset, type DramPreset } from '../../../src/index.ts';
import { PimError, PimMode } from '../../../rtl/pim/index.ts';
import { DeviceBench } from './device-bench.ts';

const HBM2 = dramPreset('samsung-hbm2');
const CASES: readonly (readonly [string, DramPreset, number])[] = [['samsung-hbm2', HBM2, 4], ['samsung-hbm2', HBM2, 2], ['qv100-hbm2', dramPreset('qv100-hbm2'), 4]]; // prettier-ignore
const START = 2;
const burst = (words: number, first: number): number[] => Array.from({ length: words }, (_, i) => first + i);
/** A word by its fields, as docs/decisions/pim.md has them. */
const word = (opcode: number, destination: readonly [number, number], first: readonly [number, number], second: readonly [number, number] = [0, 0]): number =>
  ((opcode << 28) | (destination[0] << 24) | (destination[1] << 19) | (first[0] << 16) | (first[1] << 11) | (second[0] << 8) | (second[1] << 3)) >>> 0;
const [A, BANK, EXIT] = [0, 2, 0x2000_0000];
const MOV = 3;
const ADD = 5;
/** Bits of binary16 numbers; two to a word, all lanes alike. */
const halves = (words: number, bits: number): number[] => new Array<number>(words).fill(bits * 0x10001);

describe.each(CASES)('%s with %3$i banks a unit', (_, preset, banksPerUnit) => {
  const { pseudoChannels, bankGroups, banksPerGroup } = preset.organisation;
  const pc = pseudoChannels - 1;
  const banks = bankGroups * banksPerGroup;

  it('an all-bank write is in the bank with that number of every unit and nowhere else', () => {
    const bench = new DeviceBench(preset, { banksPerUnit });
    const modes = (): string | undefined => PimMode.names[Number(bench.sim.out.mode[pc])];
    bench.visit(1, pc);
    expect(modes()).toBe('AB');
    const data = burst(bench.words, 0x1000);
    bench.inRow(7, { pc, ba: 1 }, () => bench.write({ pc, ba: 1, column: 3 }, data));
    bench.visit(2, pc);
    expect(modes()).toBe('SB');
    for (let ba = 0; ba < banks; ba++) {
      expect(bench.inRow(7, { pc, ba }, () => bench.read({ pc, ba, column: 3 }))).toEqual(ba % banksPerUnit === 1 ? data : new Array(bench.words).fill(0));
    }
  });

  it('a program doubles what each bank holds', () => {
    const bench = new DeviceBench(preset, { banksPerUnit });
    const { words } = bench;
    // 1.0, 1.5, 2.0, ... in the first bank of each unit.
    const values = [0x3c00, 0x3e00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600, 0x4700];
    const twice = [0x4000, 0x4200, 0x4400, 0x4600, 0x4800, 0x4900, 0x4a00, 0x4b00];
    const units = banks / banksPerUnit;
    for (let u = 0; u < units; u++) bench.inRow(5, { pc, ba: u * banksPerUnit }, () => bench.write({ pc, ba: u * banksPerUnit, column: 2 }, halves(words, values[u]!)));
    bench.visit(1, pc);
    const program = [word(MOV, [A, 0], [BANK, 0]), word(ADD, [A, 1], [A, 0], [A, 0]), 0, word(MOV, [BANK, 0], [A, 1]), EXIT];
    const bursts = Array.from({ length: Math.ceil(program.length / words) }, (_x, i) => [4 + i, Array.from({ length: words }, (_y, k) => program[i * words + k] ?? 0)] as const);
    bench.control(3, pc, [...bursts, [0, [1 + START]]]);
    expect(PimMode.names[Number(bench.sim.out.mode[pc])]).toBe('AB_PIM');
    bench.inRow(5, { pc }, () => {
      for (let k = 0; k < 3; k++) expect(bench.read({ pc, column: 2 })).toEqual([]);
      bench.sim.io.data.wdq = new Array<number>(bench.sim.io.data.wdq.length).fill(0xbad);
      bench.send({ command: 'WR', pc, column: 9 });
    });
    expect([bench.sim.out.over, PimError.names[Number(bench.sim.out.error[pc])]]).toEqual([1 << pc, 'NONE']);
    bench.control(3, pc, [[0, [0]]]);
    bench.visit(2, pc);
    for (let u = 0; u < units; u++) {
      const ba = u * banksPerUnit;
      expect(bench.inRow(5, { pc, ba }, () => [bench.read({ pc, ba, column: 2 }), bench.read({ pc, ba, column: 9 })])).toEqual([halves(words, values[u]!), halves(words, twice[u]!)]);
    }
  });
});
