import { describe, expect, it } from 'vitest';
import { dramPreset } from '../../../src/index.ts';
import { violationsOf, type Cmd, type Timed } from './bench.ts';

/** Written out by hand from the numbers of the set, with the formulas of the field; nothing of it comes from the table of rules. */
const t = {
  RL: 20, WL: 8, BL2: 2, RCDRD: 14, RCDWR: 10, RAS: 33, RP: 14, RC: 47, RRDS: 4, RRDL: 6, FAW: 16, CCDS: 2, CCDL: 4, WTRS: 4, WTRL: 9, RTPL: 5, WR: 16,
  RFC: 350, RFCSB: 160, RREFD: 8, XP: 8, XS: 358, CKE: 8, MRD: 8, MOD: 15, REFI: 3900,
} as const; // prettier-ignore

const at = (pc: number, group: number, bank: number) => ({ pc, ba: group * 4 + bank });
const A = at(0, 1, 1);
const SAME_GROUP = at(0, 1, 2);
const OTHER_GROUP = at(0, 2, 1);
const ACT = (b = A): Cmd => ({ command: 'ACT', ...b, row: 9 });
const PRE = (b = A): Cmd => ({ command: 'PRE', ...b });
const RD = (b = A): Cmd => ({ command: 'RD', ...b });
const RDA = (b = A): Cmd => ({ command: 'RDA', ...b });
const WR = (b = A): Cmd => ({ command: 'WR', ...b });
const WRA = (b = A): Cmd => ({ command: 'WRA', ...b });
const REFSB = (b = A): Cmd => ({ command: 'REFSB', ...b });
const one = (command: 'PREA' | 'REF' | 'MRS' | 'PDE' | 'PDX' | 'SRE' | 'SRX'): Cmd => ({ command, pc: 0 });

/** What went before, all of it legal; the command; the first cycle in which it is legal; what it breaks a cycle earlier. */
type Scenario = readonly [rule: string, before: readonly Timed[], command: Cmd, legal: number, ...also: string[]];

const open: readonly Timed[] = [[0, ACT()]];
const openTwo: readonly Timed[] = [[0, ACT()], [10, ACT(SAME_GROUP)], [20, ACT(OTHER_GROUP)]]; // prettier-ignore
const closed = (last: Cmd): readonly Timed[] => [[0, ACT()], [200, last]]; // prettier-ignore

const SCENARIOS: readonly Scenario[] = [
  ['tRCDRD', open, RD(), t.RCDRD],
  ['tRCDRD', open, RDA(), t.RCDRD],
  ['tRCDWR', open, WR(), t.RCDWR],
  ['tRCDWR', open, WRA(), t.RCDWR],
  ['tRAS', open, PRE(), t.RAS],
  ['tRAS', open, one('PREA'), t.RAS],
  // Since tRC = tRAS + tRP, either both bind or tRP alone.
  ['tRC', [[0, ACT()], [t.RAS, PRE()]], ACT(), t.RC, 'tRP'],
  ['tRP', closed(PRE()), ACT(), 200 + t.RP],
  ['tRP', closed(PRE()), REFSB(), 200 + t.RP],
  ['tRP', closed(PRE()), one('REF'), 200 + t.RP],
  ['tRP', closed(one('PREA')), ACT(SAME_GROUP), 200 + t.RP],
  ['tRP', closed(one('PREA')), one('REF'), 200 + t.RP],
  ['tRP', closed(one('PREA')), one('SRE'), 200 + t.RP],
  ['tRP', closed(one('PREA')), one('MRS'), 200 + t.RP],
  ['tRRDL', open, ACT(SAME_GROUP), t.RRDL],
  ['tRRDS', open, ACT(OTHER_GROUP), t.RRDS],
  ['tFAW', [[0, ACT(at(0, 0, 0))], [4, ACT(at(0, 1, 0))], [8, ACT(at(0, 2, 0))], [12, ACT(at(0, 3, 0))]], ACT(at(0, 0, 1)), t.FAW, 'tRRDS'],
  ['tCCDL', [...openTwo, [100, RD()]], RD(), 100 + t.CCDL],
  ['tCCDL', [...openTwo, [100, RD()]], RDA(SAME_GROUP), 100 + t.CCDL],
  ['tCCDS', [...openTwo, [100, RD()]], RD(OTHER_GROUP), 100 + t.CCDS],
  ['tCCDL', [...openTwo, [100, WR()]], WR(SAME_GROUP), 100 + t.CCDL],
  ['tCCDS', [...openTwo, [100, WR()]], WRA(OTHER_GROUP), 100 + t.CCDS],
  ['tRTW', [...openTwo, [100, RD()]], WR(), 100 + t.RL + t.BL2 + 1 - t.WL],
  ['tRTW', [...openTwo, [100, RDA()]], WR(OTHER_GROUP), 100 + t.RL + t.BL2 + 1 - t.WL],
  ['tWTRL', [...openTwo, [100, WR()]], RD(SAME_GROUP), 100 + t.WL + t.BL2 + t.WTRL],
  ['tWTRS', [...openTwo, [100, WR()]], RD(OTHER_GROUP), 100 + t.WL + t.BL2 + t.WTRS],
  ['tRTPL', [...open, [100, RD()]], PRE(), 100 + t.RTPL],
  ['tRTPL', [...open, [100, RD()]], one('PREA'), 100 + t.RTPL],
  ['tWR', [...open, [100, WR()]], PRE(), 100 + t.WL + t.BL2 + t.WR],
  ['tWR', [...open, [100, WR()]], one('PREA'), 100 + t.WL + t.BL2 + t.WR],
  ['tRTPL+tRP', [...open, [100, RDA()]], ACT(), 100 + t.RTPL + t.RP],
  ['tRTPL+tRP', [...open, [100, RDA()]], REFSB(), 100 + t.RTPL + t.RP],
  ['tWR+tRP', [...open, [100, WRA()]], ACT(), 100 + t.WL + t.BL2 + t.WR + t.RP],
  ['tWR+tRP', [...open, [100, WRA()]], one('REF'), 100 + t.WL + t.BL2 + t.WR + t.RP],
  ['tRFC', [[0, one('REF')]], ACT(), t.RFC],
  ['tRFC', [[0, one('REF')]], one('REF'), t.RFC],
  ['tRFC', [[0, one('REF')]], REFSB(), t.RFC],
  ['tRFC', [[0, one('REF')]], one('SRE'), t.RFC],
  ['tRFCSB', [[0, REFSB()]], ACT(), t.RFCSB],
  ['tRFCSB', [[0, REFSB()]], REFSB(), t.RFCSB],
  ['tRFCSB', [[0, REFSB()]], one('REF'), t.RFCSB],
  ['tRREFD', [[0, REFSB()]], REFSB(SAME_GROUP), t.RREFD],
  ['tRREFD', [[0, REFSB()]], ACT(OTHER_GROUP), t.RREFD],
  ['tRRDL', open, REFSB(SAME_GROUP), t.RRDL],
  ['tMRD', [[0, one('MRS')]], one('MRS'), t.MRD],
  ['tMOD', [[0, one('MRS')]], ACT(), t.MOD],
  ['tMOD', [[0, one('MRS')]], one('PDE'), t.MOD],
  ['tRDPDE', [...open, [100, RD()]], one('PDE'), 100 + t.RL + t.BL2 + 1],
  ['tWRPDE', [...open, [100, WR()]], one('PDE'), 100 + t.WL + t.BL2 + t.WR],
  ['tWRAPDE', [...open, [100, WRA()]], one('PDE'), 100 + t.WL + t.BL2 + t.WR + 1],
  ['tCKE', [[0, one('PDE')]], one('PDX'), t.CKE],
  ['tCKE', [[0, one('SRE')]], one('SRX'), t.CKE],
  ['tCKE', [[0, one('PDE')], [50, one('PDX')]], one('PDE'), 50 + t.CKE],
  ['tXP', [[0, one('PDE')], [50, one('PDX')]], ACT(), 50 + t.XP],
  ['tXP', [...open, [20, one('PDE')], [50, one('PDX')]], RD(), 50 + t.XP],
  ['tXS', [[0, one('SRE')], [50, one('SRX')]], ACT(), 50 + t.XS],
  ['tXS', [[0, one('SRE')], [50, one('SRX')]], one('REF'), 50 + t.XS],
  // The ACT takes the row bus in the cycle before its own.
  ['rowBus', [[0, ACT()], [100, PRE(OTHER_GROUP)]], ACT(SAME_GROUP), 102],
]; // prettier-ignore

describe('samsung-hbm2: the first legal cycle, and the one before', () => {
  const preset = dramPreset('samsung-hbm2');
  it.each(SCENARIOS.map((s) => [s[0], `${s[1].map(([c, x]) => `${x!.command}@${c}`).join(' ')} ${s[2].command}@${s[3]}`, s] as const))('%s: %s', (_, __, [rule, before, command, legal, ...also]) => {
    expect(violationsOf(preset, [...before, [legal, command]])).toEqual({});
    const { [legal - 1]: broken, ...others } = violationsOf(preset, [...before, [legal - 1, command]]);
    expect(others).toEqual({});
    expect(broken).toContain(rule);
    expect(broken!.filter((name) => name !== rule && !also.includes(name))).toEqual([]);
  });

  it.each([
    ['bankClosed', [[50, RD()]]],
    ['bankClosed', [[0, ACT()], [40, PRE()], [60, WR()]]],
    ['bankClosed', [[0, ACT()], [40, RDA()], [60, RD()]]],
    ['bankOpen', [[0, ACT()], [100, ACT()]]],
    ['bankOpen', [[0, ACT()], [100, one('REF')]]],
    ['bankOpen', [[0, ACT()], [100, REFSB()]]],
    ['bankOpen', [[0, ACT(at(1, 0, 0))], [100, one('SRE')]]],
    ['bankOpen', [[0, ACT(at(1, 0, 0))], [100, one('MRS')]]],
    ['powerDown', [[0, one('PDE')], [100, ACT()]]],
    ['selfRefresh', [[0, one('SRE')], [100, one('REF')]]],
    ['notPoweredDown', [[50, one('PDX')]]],
    ['notPoweredDown', [[0, one('PDE')], [50, one('SRX')]]],
    ['address', [[50, { ...ACT(), sid: 1 }]]],
  ] as [string, Timed[]][])('%s', (name, commands) => {
    expect(violationsOf(preset, commands)).toEqual({ [commands.at(-1)![0]]: [name] });
  }); // prettier-ignore

  it('is not troubled by a bank that was closed, another pseudo-channel, or a REF of it', () => {
    const other = at(1, 1, 1);
    expect(violationsOf(preset, [[0, ACT()], [2, ACT(other)], [33, PRE()], [40, PRE()], [45, { command: 'REF', pc: 0 }]])).toEqual({ 45: ['tRC', 'tRP'] }); // prettier-ignore
    expect(violationsOf(preset, [[0, { command: 'REF', pc: 0 }], [2, ACT(other)], [16, RD(other)]])).toEqual({}); // prettier-ignore
  });

  describe('nine refresh intervals', () => {
    const limit = 9 * t.REFI;
    const idle = (cycle: number, ...commands: Timed[]): Record<number, string[]> => violationsOf(preset, commands.at(-1)?.[0] === cycle ? commands : [...commands, [cycle]]);
    const both = (cycle: number): Timed[] => [[cycle - 1, { command: 'REF', pc: 0 }], [cycle, { command: 'REF', pc: 1 }]]; // prettier-ignore
    it('may pass without a refresh, to the cycle', () => {
      expect(idle(limit - 1)).toEqual({});
      expect(idle(limit)).toEqual({ [limit]: ['tREFI'] });
      expect(idle(limit, ...both(limit))).toEqual({});
      expect(idle(limit, [limit, { command: 'REF', pc: 0 }])).toEqual({ [limit]: ['tREFI'] });
    });
    it('begin anew one interval later for each refresh', () => {
      expect(idle(limit + t.REFI, ...both(500))).toEqual({ [limit + t.REFI]: ['tREFI'] });
      expect(idle(limit + t.REFI - 1, ...both(500))).toEqual({});
    });
    it('do not count time in self-refresh', () => {
      const asleep = 20_000;
      const sleep: Timed[] = [[100, one('SRE')], [100 + asleep, one('SRX')]]; // prettier-ignore
      expect(idle(limit + asleep - 1, ...sleep)).toEqual({});
      expect(idle(limit + asleep, ...sleep)).toEqual({ [limit + asleep]: ['tREFI'] });
    });
    it('can be served 8 refreshes in advance, and no more', () => {
      const ahead = (n: number): Timed[] => Array.from({ length: n }, (_, i): Timed[] => [[i * 350, { command: 'REF', pc: 0 }], [i * 350 + 1, { command: 'REF', pc: 1 }]]).flat(); // prettier-ignore
      expect(idle(limit + 8 * t.REFI, ...ahead(8))).toEqual({ [limit + 8 * t.REFI]: ['tREFI'] });
      expect(idle(limit + 8 * t.REFI, ...ahead(10))).toEqual({ [limit + 8 * t.REFI]: ['tREFI'] });
      expect(idle(limit + 7 * t.REFI, ...ahead(7))).toEqual({ [limit + 7 * t.REFI]: ['tREFI'] });
      expect(idle(limit + 7 * t.REFI, ...ahead(8))).toEqual({});
    });
  });
});
