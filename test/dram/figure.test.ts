import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dramPreset, dramPresets, timingFigure, type DramPreset } from '../../src/dram/index.ts';

const samsung = dramPreset('samsung-hbm2');

/** Labels of arrows. */
const labels = (preset: DramPreset): string[] => [...timingFigure(preset).matchAll(/class="dim"[^>]*>([^<]*)</g)].map((m) => m[1]!);

describe('the figure', () => {
  it('of the guide is what the table makes: wordline dram presets samsung-hbm2 --svg docs/dram-timing.svg', () => {
    expect(readFileSync('docs/dram-timing.svg', 'utf8')).toBe(timingFigure(samsung));
  });

  it.each(dramPresets)('of $name has an arrow for each number', (preset) => {
    const t = preset.timing;
    for (const name of ['tRCDRD', 'tRCDWR', 'tRAS', 'tRP', 'tRC', 'tRRDS', 'tRRDL', 'tFAW', 'tCCDS', 'tCCDL', 'tRTPL'] as const) expect(labels(preset)).toContain(`${name} ${t[name]}`);
    const burst = preset.organisation.burstCycles;
    expect(labels(preset)).toContain(`tRTW ${t.RL + burst + t.tRTRS - t.WL} = RL + BL/2 + tRTRS - WL`);
    expect(labels(preset)).toContain(`tWTRL ${t.WL + burst + t.tWTRL} = WL + BL/2 + tWTRL`);
  });

  it('changes with the table, and leaves out groups that are not there', () => {
    expect(timingFigure({ ...samsung, timing: { ...samsung.timing, tRP: 15 } })).not.toBe(timingFigure(samsung));
    expect(labels({ ...samsung, organisation: { ...samsung.organisation, bankGroups: 1 } })).toEqual(['tRCDRD 14', 'tRTPS 4', 'tRAS 33', 'tRP 14', 'tRC 47', 'tRCDWR 10', 'tWR 26 = WL + BL/2 + tWR', 'tRAS 33', 'tRP 14']);
  });
});
