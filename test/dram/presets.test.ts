import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presetProblems } from '../../src/dram/custom.ts';
import { dramPreset, dramPresets, type DramPreset } from '../../src/dram/index.ts';
import { fixture } from './streams.ts';

/** What Ramulator 2.1 derives from the clock, in nanoseconds and least cycles, for 4 Gb a pseudo-channel. */
const NANOSECONDS = { tRRDS: [4, 4], tRRDL: [4, 4], tFAW: [15, 8], tRFC: [260, 0], tRFCSB: [160, 0], tRREFD: [8, 4], tREFI: [3900, 0] } as const;

describe('presets', () => {
  it('are the seven', () => {
    expect(dramPresets.map((p) => p.name)).toEqual(['samsung-hbm2', 'dramsim3-hbm2-4gb', 'ramulator2-hbm2-1600', 'ramulator2-hbm2-2000', 'ramulator2-hbm2-2400', 'qv100-hbm2', 'hbm2e-3200']);
  });

  for (const preset of dramPresets) {
    it(`${preset.name}: each number is a whole one with a source, and none contradicts another`, () => {
      const numbers: Record<string, number> = { ...preset.organisation, ...preset.timing };
      expect(Object.keys(preset.sources).sort()).toEqual(Object.keys(numbers).sort());
      for (const [name, value] of Object.entries(numbers)) {
        expect(Number.isInteger(value) && value >= 0, name).toBe(true);
        expect(preset.sources[name as keyof DramPreset['sources']], name).toMatch(/\w{4}/);
      }
      expect(presetProblems(preset)).toEqual([]);
    });
  }

  it('cannot be changed', () => {
    const preset = dramPreset('samsung-hbm2');
    expect(() => Object.assign(preset.timing, { RL: 1 })).toThrow(TypeError);
    expect(() => Object.assign(preset, { tCK: 1 })).toThrow(TypeError);
  });

  it('dramsim3-hbm2-4gb is what its run said was in effect', () => {
    const said = JSON.parse(readFileSync(fixture('dramsim3/params.json'), 'utf8')) as Record<string, number | string>;
    const { organisation: o, timing: t, tCK } = dramPreset('dramsim3-hbm2-4gb');
    const ours: Record<string, number> = {
      tCK_ns: tCK / 1000, burst_cycles: o.burstCycles, request_bytes: o.burstBytes, bankgroups: o.bankGroups, banks_per_group: o.banksPerGroup, rows: o.rows,
      columns_64B_per_row: o.burstsPerRow, CL: t.RL, CWL: t.WL, tRCDRD: t.tRCDRD, tRCDWR: t.tRCDWR, tRP: t.tRP, tRAS: t.tRAS, tRC: t.tRC, tCCD_L: t.tCCDL, tRRD_S: t.tRRDS,
      tRRD_L: t.tRRDL, tFAW: t.tFAW, tWTR_S: t.tWTRS, tWTR_L: t.tWTRL, tWR: t.tWR, tRTP_effective: t.tRTPL, tRTRS_default: t.tRTRS, tREFI: t.tREFI, tRFC: t.tRFC,
    };
    for (const [name, value] of Object.entries(ours)) expect(value, name).toBe(said[name]);
    expect(said['tCCD_S']).toMatch(new RegExp(`=${t.tCCDS}$`));
  });

  it.each(dramPresets.filter((p) => p.name.startsWith('ramulator2')))('$name has the times of JESD235 in cycles', ({ tCK, timing }) => {
    for (const [name, [ns, least]] of Object.entries(NANOSECONDS)) expect(timing[name as keyof typeof NANOSECONDS], name).toBe(Math.max(least, Math.ceil((ns * 1000) / tCK)));
    expect(timing.tREFISB).toBe(Math.ceil(3_900_000 / 32 / tCK));
  });

  it('hbm2e-3200 is never shorter in time than the set it is scaled from', () => {
    const [from, to] = [dramPreset('ramulator2-hbm2-2000'), dramPreset('hbm2e-3200')];
    for (const [name, source] of Object.entries(to.sources)) {
      if (!source.includes('ramulator2-hbm2-2000')) continue;
      const key = name as keyof DramPreset['timing'];
      const ps = to.timing[key] * to.tCK - from.timing[key] * from.tCK;
      expect(ps >= 0 && ps < to.tCK, name).toBe(true);
    }
  });

  it('say which one was meant', () => {
    expect(() => dramPreset('samsung')).toThrow('there is no DRAM preset "samsung" [unknown-preset]');
    expect(() => dramPreset('ramulator2-hbm2-200')).toThrow('did you mean "ramulator2-hbm2-2000"');
  });
});
