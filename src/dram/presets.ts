import { fail, suggest } from '../diag/index.ts';
import type { DramPreset, Organisation, OrganisationName, Timing, TimingName } from './preset.ts';

const SAMSUNG = 'PIMSimulator b464dde, ini/HBM2_samsung_2M_16B_x64.ini';
const DRAMSIM3 = 'DRAMsim3 2981759, configs/HBM2_4Gb_x128.ini';
const RAMULATOR = 'Ramulator 2.1 c5b1c3a, python/ramulator/dram/hbm2.py';
const QV100 = 'GPGPU-Sim 667834c, configs/tested-cfgs/SM7_QV100/gpgpusim.config';
const DRAMSYS = 'DRAMSys 5.1, HBM2.json';
const OURS = 'our choice';

/** A number and where it is from. */
type Sourced = readonly [value: number, source: string];
type Row<Name extends string> = Readonly<Record<Name, Sourced>>;

function preset(name: string, source: string, tCK: number, organisation: Row<OrganisationName>, timing: Row<TimingName>): DramPreset {
  const column = <T>(row: Readonly<Record<string, Sourced>>, i: 0 | 1): T => Object.freeze(Object.fromEntries(Object.entries(row).map(([k, pair]) => [k, pair[i]]))) as T;
  return Object.freeze({
    name,
    source,
    tCK,
    organisation: column<Organisation>(organisation, 0),
    timing: column<Timing>(timing, 0),
    sources: column<DramPreset['sources']>({ ...organisation, ...timing }, 1),
  });
}

/** The same source for several numbers. */
const from = <Name extends string>(source: string, values: Readonly<Record<Name, number>>): Row<Name> =>
  Object.fromEntries(Object.entries<number>(values).map(([k, v]) => [k, [v, source]])) as unknown as Row<Name>;

const PSEUDO_CHANNELS = { pseudoChannels: 2, bankGroups: 4, banksPerGroup: 4, burstsPerRow: 32, burstBytes: 32, burstCycles: 2 };
const TWO_CYCLE_ACT: Row<'actCycles'> = { actCycles: [2, 'JESD235: ACT takes two clock cycles'] };
const POSTPONE: Row<'refreshPostpone'> = { refreshPostpone: [8, `${OURS}, as of DDR4 (JESD79-4)`] };

const samsung = preset(
  'samsung-hbm2',
  'HBM2 of the HBM-PIM model by Samsung, 2 Gb/s a pin',
  1000,
  { ...from(SAMSUNG, { ...PSEUDO_CHANNELS, rows: 16384 }), ...TWO_CYCLE_ACT },
  {
    ...from(SAMSUNG, {
      RL: 20, WL: 8, tRCDRD: 14, tRCDWR: 10, tRAS: 33, tRP: 14, tRC: 47, tRRDS: 4, tRRDL: 6, tFAW: 16, tCCDS: 2, tCCDL: 4, tWTRS: 4, tWTRL: 9,
      tRTRS: 1, tRTPS: 4, tRTPL: 5, tWR: 16, tRFC: 350, tRFCSB: 160, tREFI: 3900, tREFISB: 121, tXP: 8, tCKE: 8,
    }),
    ...POSTPONE,
    tRREFD: [8, DRAMSYS],
    tXS: [358, `${OURS}: tRFC + 8`],
    tMRD: [8, OURS],
    tMOD: [15, OURS],
  },
);

const dramsim3 = preset(
  'dramsim3-hbm2-4gb',
  'what DRAMsim3 does with its HBM2 preset: a legacy channel of 128 bits',
  1000,
  { ...from(DRAMSIM3, { pseudoChannels: 1, bankGroups: 4, banksPerGroup: 4, rows: 16384, burstsPerRow: 32, burstBytes: 64, burstCycles: 2 }), actCycles: [1, 'DRAMsim3 2981759: ACT takes one cycle'] },
  {
    ...from(DRAMSIM3, {
      RL: 14, WL: 4, tRCDRD: 14, tRCDWR: 14, tRAS: 34, tRP: 14, tRRDS: 4, tRRDL: 6, tFAW: 30, tCCDL: 2, tWTRS: 6, tWTRL: 8, tWR: 16,
      tRFC: 260, tREFI: 3900, tXP: 8, tXS: 268, tCKE: 8,
    }),
    ...POSTPONE,
    tRC: [48, `${DRAMSIM3}: tRAS + tRP`],
    tCCDS: [2, `${DRAMSIM3}: the file says 1, less than a burst, and 2 takes effect`],
    tRTRS: [2, 'DRAMsim3 2981759: default of the code'],
    tRTPS: [5, 'DRAMsim3 2981759: default of the code, which does not read the tRTP_S of the file'],
    tRTPL: [5, 'DRAMsim3 2981759: default of the code, which does not read the tRTP_L of the file'],
    tRFCSB: [20, 'DRAMsim3 2981759: default of the code'],
    tREFISB: [128, 'DRAMsim3 2981759: default of the code'],
    tRREFD: [8, `${OURS}, as ${DRAMSYS}`],
    tMRD: [8, OURS],
    tMOD: [15, OURS],
  },
);

/** Its own rules are RL + BL/2 + 2 - WL for RD to WR, and one RTP. What it does not model is ours, in nanoseconds. */
function ramulator(rate: number, tCK: number, timing: Readonly<Record<Exclude<TimingName, 'tRTRS' | 'tRTPS' | 'refreshPostpone' | 'tXP' | 'tXS' | 'tCKE' | 'tMRD' | 'tMOD'>, number>>): DramPreset {
  const ns = (time: number): number => Math.ceil((time * 1000) / tCK);
  return preset(
    `ramulator2-hbm2-${rate}`,
    `HBM2_4Gb at ${rate} Mb/s a pin, of Ramulator 2.1`,
    tCK,
    { ...from(RAMULATOR, { ...PSEUDO_CHANNELS, rows: 32768 }), actCycles: [2, RAMULATOR] },
    {
      ...from(RAMULATOR, { ...timing, tRTRS: 2 }),
      ...POSTPONE,
      tRTPS: [timing.tRTPL, `${OURS}: tRTPL`],
      tXP: [ns(8), `${OURS}: 8 ns`],
      tXS: [timing.tRFC + ns(8), `${OURS}: tRFC + 8 ns`],
      tCKE: [ns(8), `${OURS}: 8 ns`],
      tMRD: [ns(8), `${OURS}: 8 ns`],
      tMOD: [ns(15), `${OURS}: 15 ns`],
    },
  );
}

const ramulator1600 = ramulator(1600, 1250, {
  RL: 10, WL: 4, tRCDRD: 10, tRCDWR: 8, tRAS: 24, tRP: 10, tRC: 34, tRRDS: 4, tRRDL: 4, tFAW: 12, tCCDS: 2, tCCDL: 4, tWTRS: 5, tWTRL: 6,
  tRTPL: 4, tWR: 12, tRFC: 208, tRFCSB: 128, tRREFD: 7, tREFI: 3120, tREFISB: 98,
});
const ramulator2000 = ramulator(2000, 1000, {
  RL: 14, WL: 5, tRCDRD: 14, tRCDWR: 12, tRAS: 34, tRP: 14, tRC: 48, tRRDS: 4, tRRDL: 4, tFAW: 15, tCCDS: 2, tCCDL: 4, tWTRS: 6, tWTRL: 8,
  tRTPL: 5, tWR: 16, tRFC: 260, tRFCSB: 160, tRREFD: 8, tREFI: 3900, tREFISB: 122,
});
const ramulator2400 = ramulator(2400, 833, {
  RL: 17, WL: 6, tRCDRD: 17, tRCDWR: 14, tRAS: 40, tRP: 17, tRC: 57, tRRDS: 5, tRRDL: 5, tFAW: 19, tCCDS: 2, tCCDL: 4, tWTRS: 8, tWTRL: 10,
  tRTPL: 6, tWR: 19, tRFC: 313, tRFCSB: 193, tRREFD: 10, tREFI: 4682, tREFISB: 147,
});

const qv100 = preset(
  'qv100-hbm2',
  'the memory of a Quadro GV100 as GPGPU-Sim has it: 128 bits, BL2, 850 MHz',
  1176,
  {
    ...from(QV100, { bankGroups: 4, banksPerGroup: 4, rows: 8192, burstsPerRow: 64, burstBytes: 32, burstCycles: 1, pseudoChannels: 1 }),
    actCycles: [1, 'GPGPU-Sim 667834c: ACT takes one cycle'],
  },
  {
    ...from(QV100, { RL: 12, WL: 2, tRCDRD: 12, tRAS: 28, tRP: 12, tRC: 40, tRRDS: 3, tRRDL: 3, tCCDS: 1, tCCDL: 2, tWTRS: 3, tWTRL: 3, tRTPL: 3, tWR: 10 }),
    ...POSTPONE,
    tRCDWR: [9, 'GPGPU-Sim 667834c: tRCD - (WL + 1)'],
    tRTRS: [2, 'GPGPU-Sim 667834c: tRTW = CL + BL/2 + 2 - WL'],
    tFAW: [12, `${OURS}: 4 tRRDS, which never binds; there is none in the source`],
    tRTPS: [3, `${OURS}: tRTPL`],
    tRFC: [222, `${OURS}: 260 ns, as ${RAMULATOR}; the source does not refresh`],
    tRFCSB: [137, `${OURS}: 160 ns, as ${RAMULATOR}`],
    tRREFD: [7, `${OURS}: 8 ns, as ${RAMULATOR}`],
    tREFI: [3316, `${OURS}: 3900 ns, rounded down`],
    tREFISB: [207, `${OURS}: tREFI / 16 banks`],
    tXP: [7, `${OURS}: 8 ns`],
    tXS: [229, `${OURS}: tRFC + 8 ns`],
    tCKE: [7, `${OURS}: 8 ns`],
    tMRD: [7, `${OURS}: 8 ns`],
    tMOD: [13, `${OURS}: 15 ns`],
  },
);

/** No public set has HBM2E's numbers; these are the nanoseconds of ramulator2-hbm2-2000 at 1.6 GHz, rounded up. */
const SCALED = `${OURS}: the time of ramulator2-hbm2-2000 in cycles of 0.625 ns, rounded up`;
const hbm2e = preset(
  'hbm2e-3200',
  'HBM2E at 3.2 Gb/s a pin: the rate is of JESD235, the times are scaled',
  625,
  { ...from(`${OURS}, as ${RAMULATOR}`, { ...PSEUDO_CHANNELS, rows: 32768 }), ...TWO_CYCLE_ACT },
  {
    ...from(SCALED, {
      RL: 23, WL: 8, tRCDRD: 23, tRCDWR: 20, tRAS: 55, tRP: 23, tRRDS: 7, tRRDL: 7, tFAW: 24, tWTRS: 10, tWTRL: 13, tRTPS: 8, tRTPL: 8, tWR: 26,
      tRFC: 416, tRFCSB: 256, tRREFD: 13, tREFI: 6240,
    }),
    ...POSTPONE,
    tRC: [78, `${OURS}: tRAS + tRP`],
    tCCDS: [2, RAMULATOR],
    tCCDL: [4, RAMULATOR],
    tRTRS: [2, RAMULATOR],
    tREFISB: [195, `${OURS}: tREFI / 32 banks`],
    tXP: [13, `${OURS}: 8 ns`],
    tXS: [429, `${OURS}: tRFC + 8 ns`],
    tCKE: [13, `${OURS}: 8 ns`],
    tMRD: [13, `${OURS}: 8 ns`],
    tMOD: [24, `${OURS}: 15 ns`],
  },
);

/** The sets that come with the package. None of them is the truth: see the source of each number. */
export const dramPresets: readonly DramPreset[] = Object.freeze([samsung, dramsim3, ramulator1600, ramulator2000, ramulator2400, qv100, hbm2e]);

/** @throws WordlineError `unknown-preset`, with the nearest name. */
export function dramPreset(name: string): DramPreset {
  const names = dramPresets.map((p) => p.name);
  return dramPresets.find((p) => p.name === name) ?? fail('unknown-preset', `there is no DRAM preset "${name}"`, { hint: suggest(name, names) });
}
