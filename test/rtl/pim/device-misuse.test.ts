import { expect, it } from 'vitest';
import { controlRow, dramPreset, type ControlRow } from '../../../src/index.ts';
import { PIM_MISUSES, PimMode, type PimMisuse } from '../../../rtl/pim/index.ts';
import { DeviceBench } from './device-bench.ts';

const preset = dramPreset('samsung-hbm2');
const row = (name: ControlRow): number => controlRow(name, preset.organisation);
const open = (bench: DeviceBench, name: ControlRow | number, ba = 0): void => bench.send({ command: 'ACT', ba, row: typeof name === 'number' ? name : row(name) });
const AB = (bench: DeviceBench): void => bench.visit(1);
const AB_PIM = (bench: DeviceBench): void => {
  AB(bench);
  bench.control(3, 0, [[0, [1]]]);
};

/** Each misuse, by its name and where it is: the last step breaks it. */
const CASES: readonly (readonly [PimMisuse, string, ((bench: DeviceBench) => void)[]])[] = [
  ['modeRowsOpen', 'SB to AB', [(b) => open(b, 5, 1), (b) => open(b, 'AB_ROW'), (b) => b.send({ command: 'PRE' })]],
  ['modeRowsOpen', 'SB to AB by PREA', [(b) => open(b, 5, 1), (b) => open(b, 'AB_ROW'), (b) => b.send({ command: 'PREA' })]],
  ['modeRowsOpen', 'AB to AB_PIM', [AB, (b) => open(b, 5, 1), (b) => open(b, 'CONF_ROW'), (b) => b.write({ column: 0 }, [1])]],
  ['modeRowsOpen', 'AB to SB', [AB, (b) => open(b, 5, 1), (b) => open(b, 'SB_ROW'), (b) => b.send({ command: 'PRE' })]],
  ['allBankRead', 'of cells', [AB, (b) => open(b, 5), (b) => b.send({ command: 'RD' })]],
  ['allBankRead', 'of cells, with precharge', [AB, (b) => open(b, 5), (b) => b.send({ command: 'RDA' })]],
  ['controlRow', 'written in SB', [(b) => open(b, 'A_ROW'), (b) => b.write({}, [])]],
  ['controlRow', 'read in SB', [(b) => open(b, 'B_ROW'), (b) => b.send({ command: 'RD' })]],
  ['controlRow', 'read in AB', [AB, (b) => open(b, 'CONF_ROW'), (b) => b.send({ command: 'RD' })]],
  ['controlRow', 'read in AB_PIM', [AB_PIM, (b) => open(b, 'A_ROW'), (b) => b.send({ command: 'RD' })]],
  ['controlRow', 'AB_ROW written', [AB, (b) => open(b, 'AB_ROW'), (b) => b.write({}, [])]],
  ['controlRow', 'SB_ROW written', [AB_PIM, (b) => open(b, 'SB_ROW'), (b) => b.write({}, [])]],
  ['modeExit', 'AB_PIM to SB', [AB_PIM, (b) => open(b, 'SB_ROW'), (b) => b.send({ command: 'PRE' })]],
  ['controlColumn', 'of CONF_ROW', [AB, (b) => open(b, 'CONF_ROW'), (b) => b.write({ column: 2 }, [])]],
  ['controlColumn', 'of A_ROW', [AB, (b) => open(b, 'A_ROW'), (b) => b.write({ column: 8 }, [])]],
];

it.each(CASES)('%s, %s: stops the simulation with its sentence', (misuse, _, steps) => {
  const bench = new DeviceBench(preset);
  for (const step of steps.slice(0, -1)) step(bench);
  expect(() => steps.at(-1)!(bench)).toThrow(PIM_MISUSES[misuse]);
});

it('the cases have every misuse', () => {
  expect(new Set(CASES.map(([misuse]) => misuse))).toEqual(new Set(Object.keys(PIM_MISUSES)));
});

it('is refreshed in all modes, which stay as they are, and so do the cells', () => {
  const bench = new DeviceBench(preset);
  const modes = (): (string | undefined)[] => [...bench.sim.out.mode].map((m) => PimMode.names[m]);
  const refresh = (): void => {
    bench.send({ command: 'REF' }, 400);
    for (const ba of [0, 5]) bench.send({ command: 'REFSB', ba }, 200);
  };
  bench.inRow(3, { ba: 4 }, () => bench.write({ ba: 4, column: 1 }, [1, 2, 3, 4, 5, 6, 7, 8]));
  refresh();
  AB_PIM(bench);
  refresh();
  expect(modes()).toEqual(['AB_PIM', 'SB']);
  bench.control(3, 0, [[0, [0]]]);
  refresh();
  expect(modes()).toEqual(['AB', 'SB']);
  bench.visit(2);
  expect(modes()).toEqual(['SB', 'SB']);
  expect(bench.inRow(3, { ba: 4 }, () => bench.read({ ba: 4, column: 1 }))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  AB(bench);
  open(bench, 3);
  expect(() => bench.send({ command: 'REF' })).toThrow(/bankOpen/);
});

it('a mode change takes effect in the cycle after its PRE, and for CONF_ROW when the data have come', () => {
  const { WL } = preset.timing;
  const bench = new DeviceBench(preset);
  const mode = (): string | undefined => PimMode.names[Number(bench.sim.out.mode[0])];
  open(bench, 'AB_ROW');
  expect(mode()).toBe('SB');
  bench.send({ command: 'PRE' }, 1);
  expect(mode()).toBe('AB');
  bench.sim.step(60);
  open(bench, 'CONF_ROW');
  bench.sim.io.data.wdq = bench.sim.io.data.wdq.map(() => 1);
  bench.send({ command: 'WR' }, 1);
  const seen = Array.from({ length: WL + preset.organisation.burstCycles }, () => {
    const now = mode();
    bench.sim.step();
    return now;
  });
  expect(seen).toEqual(seen.map((_, i) => (i < seen.length - 1 ? 'AB' : 'AB_PIM')));
});
