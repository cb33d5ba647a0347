import { describe, expect, it } from 'vitest';
import { customDramPreset, type DramPreset } from '../../../src/dram/index.ts';
import { bit, flip, module, prove, simulate, uint, type PropertyReport, type Signal } from '../../../src/index.ts';
import { BankState, ColumnKind, commandPort, DramAssumptions, RowKind } from '../../../rtl/dram/index.ts';
import { needProver } from '../../formal/helpers.ts';

/** A channel that is small enough for a solver, with all rules. */
const small = customDramPreset({
  name: 'small', extends: 'samsung-hbm2',
  organisation: { pseudoChannels: 1, bankGroups: 2, banksPerGroup: 1, rows: 2, burstsPerRow: 2 },
  timing: {
    RL: 4, WL: 2, tRCDRD: 3, tRCDWR: 2, tRAS: 4, tRP: 3, tRC: 7, tRRDS: 2, tRRDL: 2, tFAW: 6, tCCDS: 2, tCCDL: 3, tWTRS: 1, tWTRL: 2, tRTRS: 1, tRTPS: 2, tRTPL: 2, tWR: 2,
    tRFC: 8, tRFCSB: 6, tRREFD: 2, tREFI: 0, tREFISB: 0, tXP: 2, tXS: 9, tCKE: 2, tMRD: 2, tMOD: 3,
  },
}); // prettier-ignore

/** Asserts that no two bursts are on the data bus at once, of commands about which nothing is known but that they are legal. */
const DataBus = (preset: DramPreset) =>
  module('DataBus', { io: { command: flip(commandPort(preset.organisation)) } }, ({ command }, hw) => {
    const { RL, WL } = preset.timing;
    const { burstCycles } = preset.organisation;
    hw.connect(hw.instance('legal', DramAssumptions({ preset })).io.command, command);
    const length = RL + burstCycles;
    // Bit i: there are data on the bus in i cycles from now.
    const booked = hw.reg('booked', uint<number>(length), { reset: 0 });
    const burst = (latency: number): number => (2 ** burstCycles - 1) * 2 ** latency;
    const of = (latency: number, ...kinds: readonly number[]): Signal => kinds.map((k) => command.column.kind.eq(k)).reduce<Signal>((a, b) => a.or(b), hw.lit(1, 0)).mux(hw.lit<number>(length, burst(latency)), 0); // prettier-ignore
    const wanted = hw.name('wanted', of(RL, ColumnKind.RD, ColumnKind.RDA).or(of(WL, ColumnKind.WR, ColumnKind.WRA)));
    booked.next(booked.or(wanted).shr(1));
    hw.assert(booked.and(wanted).eq(0), 'no two bursts at once');
    hw.cover(booked.bit(0).and(command.column.kind.eq(ColumnKind.WR)), 'a write while data are on the bus');
    return {};
  });

/** Opens a bank, reads, closes it, and so on, with waits that are given. */
const Reader = (preset: DramPreset, wait: { readonly read: number; readonly close: number; readonly open: number }) =>
  module('Reader', { out: { reads: bit } }, (_, hw) => {
    const { io } = hw.instance('banks', BankState({ preset }));
    const period = wait.read + wait.close + wait.open;
    const phase = hw.reg('phase', uint<number>(8), { reset: 0 });
    // Induction begins anywhere, and there is nowhere else.
    hw.assert(phase.lt(period), 'the phase is one of its period');
    phase.next(phase.eq(period - 1).mux(hw.lit<number>(8, 0), phase.add(1)));
    const reads = phase.eq(wait.read);
    hw.assign(io.command.row, { kind: phase.eq(0).mux(hw.lit(4, RowKind.ACT), phase.eq(wait.read + wait.close).mux(hw.lit(4, RowKind.PRE), hw.lit(4, RowKind.RNOP))), pc: 0, sid: 0, ba: 0, row: 0 });
    hw.assign(io.command.column, { kind: reads.mux(hw.lit(3, ColumnKind.RD), hw.lit(3, ColumnKind.CNOP)), pc: 0, sid: 0, ba: 0, column: 0, mr: 0, op: 0 });
    return { reads };
  });

const failed = (properties: readonly PropertyReport[]): string[] => properties.filter((p) => p.status === 'failed').map((p) => p.message);

describe('the rules of a preset as assumptions', () => {
  it('imply that bursts do not meet on the data bus: proved for legal commands of any length', { timeout: 120_000 }, async (context) => {
    needProver(context);
    const { properties } = await prove(DataBus(small), { depth: 12 });
    expect(properties.map((p) => [p.message, p.status])).toEqual([['no two bursts at once', 'proved'], ['a write while data are on the bus', 'covered']]);
  });

  it('and not of a table that lets columns be closer than a burst', { timeout: 120_000 }, async (context) => {
    needProver(context);
    const wrong = { ...small, name: 'wrong', timing: { ...small.timing, tCCDS: 1 } };
    const { properties } = await prove(DataBus(wrong), { depth: 12 });
    expect(failed(properties)).toEqual(['no two bursts at once']);
  });

  it('stop a simulation that does not keep them', () => {
    const sim = simulate(DramAssumptions({ preset: small }));
    const { row } = sim.io.command;
    sim.step(2);
    row.kind = RowKind.ACT;
    sim.step();
    row.kind = RowKind.RNOP;
    sim.step();
    row.kind = RowKind.PRE;
    expect(() => sim.step()).toThrow(/no command breaks tRAS of small/);
  });
});

describe('the rules of a preset as assertions', () => {
  const { timing } = small;
  const waits = { read: timing.tRCDRD, close: Math.max(timing.tRTPL, timing.tRAS - timing.tRCDRD), open: timing.tRP };
  it('a reader that waits as long as the table says keeps them for ever', { timeout: 120_000 }, async (context) => {
    needProver(context);
    const { properties } = await prove(Reader(small, waits), { depth: 20 });
    expect(properties.length).toBeGreaterThan(20);
    expect(properties.filter((p) => p.status !== 'proved').map((p) => [p.message, p.status])).toEqual([]);
  });

  it.each([
    ['read', 'tRCDRD'],
    ['close', 'tRTPL'],
    ['open', 'tRP'],
  ] as const)('one that waits a cycle less to %s breaks a rule, which is named', { timeout: 120_000 }, async (which, rule) => {
    const hasty = { ...waits, [which]: waits[which] - 1 };
    const sim = simulate(Reader(small, hasty));
    expect(() => sim.step(60)).toThrow(rule);
  });
});
