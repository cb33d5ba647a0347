import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedOf } from '../../cosim/helpers.ts';
import { presets, requests } from './arbitrary.ts';
import { hostRows, pimOptions, pimRequests, serveBothOrShow } from './pim-arbitrary.ts';

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const work = presets.chain((preset) =>
  pimOptions(preset).chain((given) => fc.record({ given: fc.constant(given), host: requests(preset, 80).map(hostRows), pim: pimRequests(preset, given.pim.banksPerUnit, 14), until: fc.constantFrom(0, 0, 5000) })),
);

describe('host and PIM on one channel, on any preset, policy and requests', () => {
  it('each gets what it asked for in its order, every rule and refresh is kept in all modes, and latency is split without a rest', () => {
    let turns = 0;
    fc.assert(
      fc.property(work, ({ given, host, pim, until }) => {
        const { latencies, modes, totals } = serveBothOrShow(given, host, pim, { until });
        expect(latencies).toHaveLength(host.length);
        turns += modes['SB to AB'] ?? 0;
        if (given.statistics !== 'requests') return;
        for (const { latency, causes } of latencies) expect(sum(causes)).toBe(latency);
        expect(sum(totals.readCycles) + sum(totals.writeCycles)).toBe(sum(latencies.map(({ latency }) => latency)));
      }),
      { numRuns: 40, seed: seedOf(61) },
    );
    expect(turns).toBeGreaterThan(50);
  });
});
