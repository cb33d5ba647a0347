import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dramPreset } from '../../../src/dram/index.ts';
import { seedOf } from '../../cosim/helpers.ts';
import { options, presets, requests, serveOrShow } from './arbitrary.ts';

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const work = presets.chain((preset) => fc.record({ given: options(preset), list: requests(preset, 120), until: fc.constantFrom(0, 0, 6000) }));

describe('the controller, on any preset, policy and requests', () => {
  it('returns what was written last, answers once, keeps every rule and refreshes in time; latency is split without a rest', () => {
    let forwarded = 0;
    fc.assert(
      fc.property(work, ({ given, list, until }) => {
        const { served, totals } = serveOrShow(given, list, { until });
        expect(served.length).toBe(list.length);
        if (given.statistics !== 'requests') return;
        for (const { id, causes, answered, accepted } of served) expect(sum(causes!), `causes of ${id}`).toBe(answered - accepted);
        const latencies = (write: boolean): number => sum(served.filter(({ request }) => request.write === write).map(({ answered, accepted }) => answered - accepted));
        expect([sum(totals.readCycles), sum(totals.writeCycles)]).toEqual([latencies(false), latencies(true)]);
        expect(totals.reads + totals.writes + totals.forwarded).toBe(list.length);
        forwarded += totals.forwarded;
      }),
      { numRuns: 65, seed: seedOf(23), verbose: 0 },
    );
    expect(forwarded).toBeGreaterThan(0);
  });

  it('gives the channel away with all rows closed, keeps still meanwhile, and goes on where it was', () => {
    const stopping = presets.chain((preset) => fc.record({ given: options(preset), list: requests(preset, 40), at: fc.nat(300), long: fc.integer({ min: 1, max: 500 }) }));
    let silent = 0;
    fc.assert(
      fc.property(stopping, ({ given, list, at, long }) => {
        // Long enough to be drained for `long` cycles at least: queues of 12, each a row cycle and a refresh.
        const stop = { at, resume: at + 4000 + long };
        const { commands } = serveOrShow(given, list, { stop, until: stop.resume + 10 });
        const during = commands.filter(({ cycle, command }) => cycle >= stop.resume - long && cycle < stop.resume && command !== 'PDX');
        expect(during).toEqual([]);
        silent++;
      }),
      { numRuns: 20, seed: seedOf(7) },
    );
    expect(silent).toBe(20);
  });
});

describe('what finds faults', () => {
  it('shrinks to a short story and shows it as a wave', () => {
    const preset = dramPreset('ramulator2-hbm2-2000');
    // The checker is told of a longer tRCDWR than the controller: as if the controller broke it.
    const checked = { ...preset, timing: { ...preset.timing, tRCDWR: preset.timing.tRCDWR + 1 } };
    const result = fc.check(
      fc.property(requests(preset, 40), (list) => void serveOrShow({ preset, reads: 4, writes: 4 }, list, { checked })),
      { seed: 1, numRuns: 50 },
    );
    expect(result.failed).toBe(true);
    const [list] = result.counterexample!;
    expect(list).toHaveLength(1);
    expect((result.errorInstance as Error).message).toMatch(/tRCDWR.*[\s\S]*R_kind .*XACT[\s\S]*C_kind .*XWR/);
  });
});
