import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICIES } from '../../../src/pim/policy.ts';
import { seedOf } from '../../cosim/helpers.ts';
import { presets, requests } from './arbitrary.ts';
import type { Request } from './harness.ts';
import { hostRows, pimOptions, pimRequests, serveBothOrShow } from './pim-arbitrary.ts';

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const policy = POLICIES.get('bank-partition')!;

/** Requests to the banks that are not PIM's; a few to PIM's, where `shared` says so. */
const apart = (list: readonly Request[], banksPerUnit: number, partition: number, shared: number): Request[] =>
  list.map((r, i) => (shared > 0 && i % shared === 0 ? r : { ...r, bank: r.bank - (r.bank % banksPerUnit) + partition + (r.bank % (banksPerUnit - partition)) }));

const work = presets.chain((preset) =>
  pimOptions(preset).chain((given) => {
    const { banksPerUnit } = given.pim;
    return fc.integer({ min: 1, max: banksPerUnit - 1 }).chain((partition) =>
      fc.record({
        given: fc.constant({ ...given, policy, partition }),
        shared: fc.constantFrom(0, 0, 3, 20),
        host: requests(preset, 120).map(hostRows),
        pim: pimRequests(preset, partition, 14),
        until: fc.constantFrom(0, 0, 5000),
      }),
    );
  }),
);

describe('host and PIM with banks of their own, on any preset, options and requests', () => {
  it('each gets what it asked for in its order, every rule and refresh is kept, and latency is split without a rest', () => {
    let turns = 0;
    fc.assert(
      fc.property(work, ({ given, host, pim, until, shared }) => {
        const asked = apart(host, given.pim.banksPerUnit, given.partition, shared);
        const { latencies, modes, totals } = serveBothOrShow(given, asked, pim, { until });
        expect(latencies).toHaveLength(host.length);
        turns += modes['SB to AB'] ?? 0;
        if (given.statistics !== 'requests') return;
        for (const { latency, causes } of latencies) expect(sum(causes)).toBe(latency);
        expect(sum(totals.readCycles) + sum(totals.writeCycles)).toBe(sum(latencies.map(({ latency }) => latency)));
      }),
      { numRuns: 16, seed: seedOf(67) },
    );
    expect(turns).toBeGreaterThan(12);
  });
});
