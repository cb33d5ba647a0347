import { describe, expect, it } from 'vitest';
import { customDramPreset, dramPreset, dramPresets, rules } from '../../src/dram/index.ts';

const samsung = dramPreset('samsung-hbm2');
const change = (timing: object, organisation: object = {}) => customDramPreset({ name: 'mine', extends: 'samsung-hbm2', timing, organisation });

describe('a set of one\'s own', () => {
  it('may be whole: what comes with the package, as JSON, comes back', () => {
    for (const preset of dramPresets) expect(customDramPreset(JSON.parse(JSON.stringify(preset)))).toEqual(preset);
  });

  it('may say what is different, and where that is from', () => {
    const mine = customDramPreset({ name: 'mine', source: 'data sheet, page 7', extends: 'samsung-hbm2', timing: { tRP: 13, tWR: 15 }, sources: { tWR: 'measured' } });
    expect(mine).toEqual({
      ...samsung,
      name: 'mine',
      source: 'data sheet, page 7, after samsung-hbm2',
      timing: { ...samsung.timing, tRP: 13, tWR: 15 },
      sources: { ...samsung.sources, tRP: 'data sheet, page 7', tWR: 'measured' },
    });
    expect(rules(mine).find((r) => r.name === 'tWR')?.cycles).toBe(8 + 2 + 15);
  });

  it.each([
    [{ tRC: 40 }, {}, 'DRAM preset mine: tRC 40 is less than tRAS + tRP = 47 [dram-preset]\n  hint: a bank must be closed before it is opened again: make tRC at least 47'],
    [{ tRAS: 13, tRP: 14 }, {}, 'tRAS 13 is less than tRCDRD 14'],
    [{ tCCDL: 1 }, {}, 'tCCDL 1 is less than tCCDS 2'],
    [{ tCCDS: 1 }, {}, 'tCCDS 1 is less than burstCycles 2'],
    [{ tRRDL: 3 }, {}, 'tRRDL 3 is less than tRRDS 4'],
    [{ WL: 30 }, {}, 'RL + burstCycles + tRTRS = 23 is less than WL + burstCycles = 32'],
    [{ tREFI: 300 }, {}, 'tREFI 300 leaves no time beside tRFC 350'],
    [{ tRPP: 3 }, {}, 'a DRAM preset has no "timing.tRPP" [unknown-option]\n  hint: did you mean "tRP"'],
    [{}, { bankGroup: 4 }, 'a DRAM preset has no "organisation.bankGroup" [unknown-option]\n  hint: did you mean "bankGroups"'],
    [{}, { rows: 1000 }, 'organisation.rows: must be a power of two'],
    [{ tRP: 1.5 }, {}, 'timing.tRP: invalid input: expected int'],
    [{ tRP: '14' }, {}, 'timing.tRP: invalid input: expected number, received string'],
    [{ tRP: 0 }, {}, 'timing.tRP: too small'],
  ])('%j %j', (timing, organisation, message) => {
    expect(() => change(timing, organisation)).toThrow(message);
  });

  it('all that is wrong is told at once', () => {
    expect(() => change({ tRPP: 3, tWRR: 2 }, { rows: 3 })).toThrow(/organisation\.rows[^]*tRPP[^]*tWRR|tRPP[^]*tWRR[^]*organisation\.rows/);
    expect(() => change({ tRC: 40, tCCDL: 1 })).toThrow(/tRC 40[^]*tCCDL 1/);
  });

  it('needs every number unless it extends another', () => {
    const { tRP: _, ...timing } = samsung.timing;
    expect(() => customDramPreset({ ...samsung, timing })).toThrow('DRAM preset: timing.tRP: is missing [dram-preset]\n  hint: a set that changes a few numbers extends another: "extends": "samsung-hbm2"');
    expect(() => customDramPreset({ name: 'x', extends: 'samsun-hbm2' })).toThrow('there is no DRAM preset "samsun-hbm2" [unknown-preset]\n  hint: did you mean "samsung-hbm2"');
    expect(() => customDramPreset({ extend: 'samsung-hbm2' })).toThrow('a DRAM preset has no "extend" [unknown-option]\n  hint: did you mean "extends"');
    expect(() => customDramPreset([])).toThrow('DRAM preset: the set: invalid input');
  });
});
