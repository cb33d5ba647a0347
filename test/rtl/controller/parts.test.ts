import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressMapping, DRAM_MAPPINGS, dramPreset, dramPresets, rules, type DramCommand } from '../../../src/dram/index.ts';
import type { WordlineError } from '../../../src/index.ts';
import { cosimAll, describeDifference, elaborate, randomStimulus, simulate } from '../../../src/index.ts';
import { AddressMap, BUCKETS, CAUSES, DramController, LatencyReport, MappedDramController, ROW_OUTCOMES, timingPlan, type ControllerOptions, type LatencySummary, type TimerName } from '../../../rtl/controller/index.ts';
import { need, seedOf } from '../../cosim/helpers.ts';
import { requests } from './arbitrary.ts';
import { serve } from './harness.ts';

const preset = dramPreset('ramulator2-hbm2-2000');

describe('timers', () => {
  const asked: Readonly<Partial<Record<DramCommand, readonly TimerName[]>>> = { ACT: ['act', 'rrd', 'refreshed'], PRE: ['pre'], RD: ['rcdRead', 'wtr', 'ccd'], WR: ['rcdWrite', 'rtw', 'ccd'] };
  it.each(dramPresets.map(({ name }) => name))('of %s ask for what its rules do, in every bank', (name) => {
    const given = dramPreset(name);
    const plan = timingPlan(given);
    for (const [to, timers] of Object.entries(asked) as [DramCommand, readonly TimerName[]][]) {
      for (const from of ['ACT', 'PRE', 'PREA', 'REFSB', 'RD', 'RDA', 'WR', 'WRA'] as const) {
        // PRE of a bank that is being refreshed is never given.
        if (to === 'PRE' && from === 'REFSB') continue;
        const most = (scopes: readonly string[]): number =>
          Math.max(0, ...rules(given).filter((r) => r.from.includes(from) && r.to.includes(to) && r.window === undefined && scopes.includes(r.scope)).map((r) => r.cycles));
        const loads = timers.flatMap((t) => plan.loads[t].get(from) ?? []);
        const got = (['bank', 'group', 'otherGroup'] as const).map((lane) => Math.max(0, ...loads.map((l) => l[lane])));
        expect(got, `${from} to ${to}`).toEqual([most(['bank', 'group', 'pseudoChannel']), most(['group', 'pseudoChannel']), most(['otherGroup', 'pseudoChannel'])]);
      }
    }
  });
});

describe('AddressMap', () => {
  const texts = [...Object.values(DRAM_MAPPINGS), 'row column:3 bank^row group^row[3:2] pc^row[7] column:2 offset'];
  it.each(texts)('%s: puts an address where the mapping does', (mapping) => {
    const map = addressMapping(mapping, preset.organisation);
    const sim = simulate(AddressMap({ mapping, preset }));
    const { bankGroups, banksPerGroup } = preset.organisation;
    fc.assert(
      fc.property(fc.nat(2 ** map.addressBits - 1), (address) => {
        sim.in.address = address;
        const { pseudoChannel, group, bank, row, column } = map.locate(address);
        expect([sim.out.bank, sim.out.row, sim.out.column]).toEqual([(pseudoChannel * bankGroups + group) * banksPerGroup + bank, row, column]);
      }),
      { seed: seedOf(5) },
    );
  });

  it('stands in front of the controller', () => {
    const legacy = dramPreset('dramsim3-hbm2-4gb');
    const sim = simulate(MappedDramController({ preset: legacy, mapping: DRAM_MAPPINGS.dramsim3, reads: 4, writes: 4 }));
    sim.reset(1);
    // The address of raw_single_read: bank 2 of group 1, row 5, column 3.
    Object.assign(sim.io.request, { valid: 1, address: 0x2b0c0 });
    sim.step();
    sim.io.request.valid = 0;
    sim.until(() => Number(sim.io.command.row.kind) !== 0, { limit: 5 });
    expect(sim.io.command.row).toMatchObject({ ba: 6, row: 5 });
    sim.until(() => Number(sim.io.command.column.kind) !== 0, { limit: 20 });
    expect(sim.io.command.column).toMatchObject({ ba: 6, column: 3 });
  });
});

describe('LatencyReport', () => {
  it('has the sums and histograms that the requests make', () => {
    fc.assert(
      fc.property(requests(preset, 80), (list) => {
        let summary: LatencySummary | undefined;
        let text = '';
        const { served, totals } = serve({ preset, reads: 6, writes: 6, statistics: 'requests' }, list, {
          after: (sim) => {
            const report = new LatencyReport(sim);
            summary = report.summary();
            text = report.text();
          },
        });
        const { reads, writes, forwarded } = summary!;
        expect(forwarded).toBe(totals.forwarded);
        for (const [of, isWrite] of [[reads, false], [writes, true]] as const) {
          const mine = served.filter(({ request, causes }) => request.write === isWrite && (isWrite || causes!.at(-1)! > 1));
          expect(of.requests).toBe(mine.length);
          CAUSES.forEach((cause, i) => expect(of.cycles[cause], cause).toBe(served.filter(({ request }) => request.write === isWrite).reduce((sum, { causes }) => sum + causes![i]!, 0)));
          const expected = new Array<number>(BUCKETS).fill(0);
          for (const { answered, accepted } of mine) expected[Math.floor(Math.log2(answered - accepted)) + 1]!++;
          expect(expected.map((_, b) => ROW_OUTCOMES.reduce((sum, o) => sum + of.histogram[o][b]!, 0))).toEqual(expected);
        }
        expect(text.split('\n')).toHaveLength(3);
      }),
      { numRuns: 10, seed: seedOf(11) },
    );
  });

  it('tells rows that were open from rows that were not', () => {
    const at = (row: number, column: number, gap: number) => ({ gap, write: false, bank: 0, row, column, value: 0, mask: 0n });
    let summary: LatencySummary | undefined;
    serve({ preset, reads: 4, writes: 4, statistics: 'sums' }, [at(1, 0, 0), at(1, 1, 60), at(2, 0, 60), at(2, 1, 60)], { after: (sim) => void (summary = new LatencyReport(sim).summary()) });
    const { hit, closed, conflict } = summary!.reads.histogram;
    expect([hit, closed, conflict].map((h) => h.reduce((a, b) => a + b))).toEqual([2, 1, 1]);
  });

  it('says what is missing', () => {
    expect(() => new LatencyReport(simulate(DramController({ preset })))).toThrow(/no "readsAccepted".*[\s\S]*statistics: 'sums'/);
  });
});

describe('options', () => {
  const codes = (options: object): string[] => {
    try {
      DramController({ preset, ...options });
    } catch (error) {
      return (error as WordlineError).problems.map(({ code, message }) => `${code}: ${message}`);
    }
    return [];
  };
  it.each([
    [/unknown-option: memory controller: it has no option "raeds"/, { raeds: 3 }],
    [/unknown-option: .*drain has no option "hi"/, { drain: { hi: 3 } }],
    [/unknown-option: .*rowPolicy has no option "after"/, { rowPolicy: { timeout: 3, after: 1 } }],
    [/reads must be a whole number from 2 to 128, not 1/, { reads: 1 }],
    [/writes must be/, { writes: 200 }],
    [/idBits must be/, { idBits: 0 }],
    [/ageCap must be/, { ageCap: 0 }],
    [/drain.high must be a whole number from 1 to 8/, { writes: 8, drain: { high: 9 } }],
    [/drain.low must be a whole number from 0 to 3/, { writes: 8, drain: { high: 4, low: 4 } }],
    [/drain.wait must be/, { drain: { wait: 0 } }],
    [/rowPolicy.timeout must be/, { rowPolicy: { timeout: 0 } }],
    [/rowPolicy must be one of open, closed, not ajar/, { rowPolicy: 'ajar' }],
    [/refresh must be one of all-bank, per-bank, none/, { refresh: 'sometimes' }],
    [/postpone must be a whole number from 0 to 7/, { postpone: 8 }],
    [/powerDown must be/, { powerDown: -1 }],
    [/statistics must be one of none, sums, requests/, { statistics: 'all' }],
    [/all-bank refresh with tREFI = 0/, { preset: { ...preset, timing: { ...preset.timing, tREFI: 0 } }, refresh: 'all-bank' }],
    [/refreshPostpone = 0/, { preset: { ...preset, timing: { ...preset.timing, refreshPostpone: 0 } } }],
    [/bursts of 4 cycles/, { preset: { ...preset, organisation: { ...preset.organisation, burstCycles: 4 } } }],
  ])('refuses what it says: %s', (message, options) => {
    expect(codes(options)).toEqual([expect.stringMatching(message)]);
  });
  it('memory without tREFI is not refreshed', () => {
    const { commands, problems } = serve({ preset: { ...preset, timing: { ...preset.timing, tREFI: 0 } }, reads: 2, writes: 2 }, [], { until: 5000 });
    expect([commands, problems]).toEqual([[], []]);
  });
});

describe('the exported Verilog', () => {
  const variants: readonly ControllerOptions[] = [
    { preset, reads: 4, writes: 4, statistics: 'requests' },
    { preset: dramPreset('dramsim3-hbm2-4gb'), reads: 3, writes: 5, rowPolicy: 'closed', refresh: 'per-bank', powerDown: 5, statistics: 'sums' },
    { preset: dramPreset('qv100-hbm2'), reads: 8, writes: 4, rowPolicy: { timeout: 20 }, postpone: 2 },
  ];
  it('does the same in Icarus, cycle by cycle', (context) => {
    need(context, 'icarus');
    const jobs = variants.map((options, i) => {
      const design = elaborate(DramController(options));
      return { design, stimulus: randomStimulus(design, { cycles: 400, seed: seedOf(31) + i }) };
    });
    const found = cosimAll(jobs, { engine: 'wasm' });
    expect(found.flatMap(({ difference }) => (difference === undefined ? [] : [describeDifference(difference)]))).toEqual([]);
  });
  it('has no signal that nobody uses', () => {
    expect(variants.flatMap((v) => elaborate(DramController(v)).warnings.map((w) => w.message))).toEqual([]);
  });
});
