import { describe, expect, it } from 'vitest';
import type { Signal, Wire, WordlineError } from '../../../src/index.ts';
import { cosimAll, describeDifference, dramPreset, dramPresets, elaborate, module, randomStimulus, simulate, uint, bit, vec } from '../../../src/index.ts';
import { POLICIES } from '../../../src/pim/policy.ts';
import { controlRow } from '../../../src/dram/index.ts';
import { controllerConfig, LatencyReport, PimController, PIM_CAUSES } from '../../../rtl/controller/index.ts';
import { need, seedOf } from '../../cosim/helpers.ts';
import type { Request } from './harness.ts';
import { serveBothOrShow } from './pim-arbitrary.ts';
import type { PimOutcome, PimRequest } from './pim-harness.ts';

const NAMES = dramPresets.map(({ name }) => name);
const trigger = (bank: number, row: number, column: number, more: Partial<PimRequest> = {}): PimRequest => ({ gap: 0, execute: true, write: false, bank, row, column, value: 0, ...more });
const register = (preset: ReturnType<typeof dramPreset>, column: number): PimRequest => ({ gap: 0, execute: false, write: true, bank: 0, row: controlRow('A_ROW', preset.organisation), column, value: 77 });
const read = (gap: number): Request => ({ gap, write: false, bank: 3, row: 1, column: 2, value: 0, mask: 0n });

const byTime = POLICIES.get('round-robin-time')!;
const shortTurns = { ...byTime, conditions: { ...byTime.conditions, maxSlice: 60 } };

/** Phases and how long each lasted. */
const PHASES = ['HOST', 'DRAIN', 'CLOSE', 'ENTER', 'PIM', 'FINISH', 'LEAVE'];
const turns = ({ phases }: PimOutcome): (readonly [string, number])[] => {
  const starts = phases.flatMap((p, i) => (p === phases[i - 1] ? [] : [i]));
  return starts.map((from, i) => [PHASES[phases[from]!]!, (starts[i + 1] ?? phases.length) - from]);
};

describe.each(NAMES)('%s', (name) => {
  const preset = dramPreset(name);
  const { organisation: o, timing: t } = preset;

  it('a hand-over takes what its commands take', () => {
    const pim = [register(preset, 1), trigger(0, 20, 0), trigger(0, 20, 1), trigger(0, 20, 1, { gap: 2500 })];
    const outcome = serveBothOrShow({ preset, pim: {}, refresh: 'none' }, [read(1200)], pim);
    const lengths = turns(outcome);
    expect(lengths.map(([phase]) => phase)).toEqual(['HOST', 'DRAIN', 'CLOSE', 'ENTER', 'PIM', 'FINISH', 'LEAVE', 'HOST', 'DRAIN', 'CLOSE', 'ENTER', 'PIM']);
    // The second pseudo-channel is an ACT behind the first; the change of a phase is seen a cycle after its cause, and happens a cycle after that.
    const behind = (o.pseudoChannels - 1) * o.actCycles;
    const at = (i: number): number => lengths[i]![1];
    expect(at(3), 'to all-bank mode, rows closed').toBe(t.tRAS + behind + 2);
    const modeWrite = Math.max(t.tRAS, t.tRCDWR + t.WL + o.burstCycles + t.tWR);
    expect(at(5) + at(6), 'back from all-bank PIM mode').toBe(1 + 2 * t.tRP + modeWrite + t.tRAS + behind + 2);
    // One row of the host is open in one pseudo-channel: the other one is ahead.
    expect(at(8) + at(9) + at(10), 'to all-bank PIM mode').toBe(3 + t.tRP + t.tRAS + o.actCycles + t.tRCDWR);
  });

  it('triggers come tCCDL apart in each pseudo-channel, over the ends of rows', () => {
    const list = Array.from({ length: 4 * o.burstsPerRow }, (_, i) => trigger(Math.floor(i / o.burstsPerRow), 20, i % o.burstsPerRow));
    const { events } = serveBothOrShow({ preset, pim: {}, refresh: 'none' }, [], list);
    for (let pc = 0; pc < o.pseudoChannels; pc++) {
      const cycles = events.filter(({ command, pseudoChannel }) => command === 'RD' && pseudoChannel === pc).map(({ cycle }) => cycle);
      expect(cycles).toHaveLength(list.length);
      expect(new Set(cycles.slice(1).map((c, i) => c - cycles[i]!))).toEqual(new Set([t.tCCDL]));
    }
  });

  it('what is interrupted by refreshes and by the host goes on where it was', () => {
    const list = Array.from({ length: 400 }, (_, i) => trigger((i >> 4) % 4, 20 + (i >> 6), i % 16, { write: (i >> 3) % 3 === 2 }));
    const outcome = serveBothOrShow({ preset, pim: {}, policy: shortTurns }, Array.from({ length: 30 }, () => read(150)), [register(preset, 0), ...list], { until: t.tREFI === 0 ? 0 : 3 * t.tREFI });
    expect(outcome.modes['AB to AB_PIM']).toBeGreaterThan(3 * o.pseudoChannels);
    if (t.tREFI > 0) expect(outcome.events.filter(({ command }) => command === 'REF').length).toBeGreaterThanOrEqual(2 * o.pseudoChannels);
  });
});

describe('host requests that wait for PIM', () => {
  const preset = dramPreset('samsung-hbm2');

  it('have that as a cause, and the report adds up', () => {
    const sim = simulate(PimController({ preset, pim: {}, statistics: 'requests', refresh: 'none' }));
    sim.reset(1);
    const report = new LatencyReport(sim, 'controller');
    Object.assign(sim.io.pim, { valid: 1, execute: 1, write: 0, bank: 0, row: 9, column: 0, data: new Array<number>(8).fill(0) });
    sim.step();
    sim.io.pim.valid = 0;
    sim.step(10);
    Object.assign(sim.io.request, { valid: 1, write: 1, id: 0, bank: 3, row: 1, column: 0, data: new Array<number>(8).fill(0), mask: 0 });
    sim.step();
    sim.io.request.valid = 0;
    const waited = sim.until(() => sim.io.response.written === 1, { limit: 1000 });
    const { cycles } = report.summary().writes;
    expect(cycles.pim).toBeGreaterThan(150);
    expect(PIM_CAUSES.reduce((sum, c) => sum + cycles[c], 0)).toBe(waited + 1);
    expect(report.text()).toMatch(/ pim /);
  });

  it('must not ask for control rows', () => {
    const sim = simulate(PimController({ preset, pim: {} }));
    sim.reset(1);
    Object.assign(sim.io.request, { valid: 1, write: 0, id: 0, bank: 3, row: controlRow('B_ROW', preset.organisation), column: 0, data: new Array<number>(8).fill(0), mask: 0 });
    expect(() => sim.step()).toThrow(/host requests stay out of the control rows/);
  });

  it.each([
    [{ row: controlRow('AB_ROW', preset.organisation), execute: 0, write: 1 }, /leave the mode rows alone/],
    [{ row: controlRow('A_ROW', preset.organisation), execute: 1, write: 1 }, /a trigger is of a data row/],
    [{ row: 3, execute: 0, write: 0 }, /what triggers nothing writes/],
  ])('nor PIM requests for what is no work: %j', (fields, message) => {
    const sim = simulate(PimController({ preset, pim: {} }));
    sim.reset(1);
    Object.assign(sim.io.pim, { valid: 1, bank: 0, column: 0, data: new Array<number>(8).fill(0), ...fields });
    expect(() => sim.step()).toThrow(message);
  });
});

describe('options', () => {
  const preset = dramPreset('samsung-hbm2');
  const problems = (options: object): string[] => {
    try {
      controllerConfig({ preset, ...options });
    } catch (error) {
      return (error as WordlineError).problems.map(({ code, message }) => `${code}: ${message}`);
    }
    return [];
  };
  it.each([
    [{ pim: { banksPerUnit: 3 } }, /bad-parameter: .*pim.banksPerUnit must be 2 or 4, .* not 3/],
    [{ pim: { banksPerUnit: 4 }, refresh: 'per-bank', preset: { ...preset, timing: { ...preset.timing, tREFI: 800 } } }, /bad-parameter: .*per-bank refresh of preset samsung-hbm2 leaves/],
  ])('refuses what it says: %j', (options, message) => {
    expect(problems(options)).toEqual([expect.stringMatching(message)]);
  });
  it.each<readonly [object, RegExp]>([
    [{ policy: 'bank-partition', partition: 4 }, /partition must be a whole number from 1 to 3, .* not 4/],
    [{ partition: 2 }, /policy "paper" hands all banks over/],
    [{ policy: 'papre' }, /no policy "papre"/],
    [{ pimEntries: 1 }, /pimEntries must be a whole number from 2 to 128, not 1/],
    [{ pim: { registers: 5 } }, /registers of a PIM unit is 5/],
    [{ pim: { preset } }, /preset is an option of the channel/],
    [{ polcy: 'paper' }, /a PIM controller has no option "polcy"/],
    [{ policy: {} }, /a policy has a name, toPim and toHost/],
    [{ preset: 'samsung-hbm2' }, /preset is samsung-hbm2, and should be a timing set/],
  ])('refuses %j', (options, message) => {
    expect(() => PimController({ preset, pim: {}, ...options }).make()).toThrow(message);
  });
  it('takes refreshes of single banks where there is time', () => {
    expect(problems({ pim: { banksPerUnit: 4 }, refresh: 'per-bank' })).toEqual([]);
  });
});

describe('the exported Verilog', () => {
  const big = dramPreset('samsung-hbm2');
  const preset = { ...big, organisation: { ...big.organisation, bankGroups: 2, rows: 32, burstsPerRow: 4, burstBytes: 16 }, timing: { ...big.timing, tREFI: 600, tRFC: 60 } };
  const top = preset.organisation.rows;
  const drive = (end: object, values: Readonly<Record<string, Signal<number, number> | number>>): void => Object.entries(values).forEach(([name, value]) => (end as Readonly<Record<string, Wire>>)[name]!.set(value));
  /** Numbers become requests that may be asked. */
  const Asked = module('Asked', { in: { noise: uint(32), more: uint(32), rdq: vec(4, uint(32)), rvalid: uint(2) }, out: { seen: uint(32), kind: uint(4), done: uint(32), wdq: vec(4, uint(32)), valid: bit } }, ({ noise, more, rdq, rvalid }, hw) => {
    const { io, in: inputs, out } = hw.instance('controller', PimController({ preset, pim: {}, reads: 4, writes: 4, pimEntries: 4, policy: shortTurns, statistics: 'sums' }));
    const execute = noise.bit(0);
    const words = hw.vec([noise, more, noise, more]);
    drive(io.pim, { valid: noise.bit(1), execute, write: execute.not().or(noise.bit(2)), bank: noise.slice(4, 3), row: execute.mux(noise.slice(6, 5).zext(5), noise.bit(7).mux(hw.lit(5, top - 3), hw.lit(5, top - 4))), column: noise.slice(9, 8), data: words });
    drive(io.request, { valid: noise.bit(10), write: noise.bit(11), id: more.slice(7, 0), bank: noise.slice(15, 12), row: noise.slice(17, 16).zext(5), column: noise.slice(19, 18), data: words, mask: 0 });
    drive(io.data, { rdq, rvalid });
    hw.assign(inputs, { load: 0, hostLow: 0, hostHigh: 0, pimLow: 0, pimHigh: 0, minRows: 0, maxSlice: 0 });
    return { seen: hw.cat(io.command.row.kind, io.command.row.ba, io.command.row.row, io.command.row.pc, io.command.column.kind, io.command.column.ba, io.command.column.column, out.phase, out.executing).zext(32), kind: io.command.row.kind, done: out.pimFinished, wdq: io.data.wdq, valid: io.response.valid };
  });
  it('does the same in Icarus, cycle by cycle', (context) => {
    need(context, 'icarus');
    const design = elaborate(Asked);
    const found = cosimAll([{ design, stimulus: randomStimulus(design, { cycles: 1500, seed: seedOf(17) }) }], { engine: 'wasm' });
    expect(found.flatMap(({ difference }) => (difference === undefined ? [] : [describeDifference(difference)]))).toEqual([]);
  });
});
