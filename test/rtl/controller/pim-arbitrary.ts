import fc from 'fast-check';
import { POLICIES, type Policy } from '../../../src/pim/policy.ts';
import type { DramPreset } from '../../../src/dram/index.ts';
import { perBankLeavesTime } from '../../../rtl/controller/config.ts';
import type { PimControllerOptions } from '../../../rtl/controller/pim-controller.ts';
import { options as plainOptions } from './arbitrary.ts';
import type { Request } from './harness.ts';
import { serveBoth, type PimOutcome, type PimRequest } from './pim-harness.ts';

/** Every policy that hands the memory over, with any conditions. */
const policies: fc.Arbitrary<Policy> = fc
  .record({
    name: fc.constantFrom(...[...POLICIES.values()].filter((p) => p.partition !== true).map((p) => p.name)),
    conditions: fc.record({ hostLow: fc.nat(8), hostHigh: fc.nat(16), pimLow: fc.nat(8), pimHigh: fc.nat(12), minRows: fc.nat(3), maxSlice: fc.integer({ min: 1, max: 400 }) }),
  })
  .map(({ name, conditions }) => ({ ...POLICIES.get(name)!, conditions }));

export const pimOptions = (preset: DramPreset): fc.Arbitrary<PimControllerOptions & { readonly pim: { readonly banksPerUnit: number } }> =>
  fc
    .record({
      plain: plainOptions(preset),
      pim: fc.record({ banksPerUnit: fc.constantFrom(2, 4), multiplyCycles: fc.constant(Math.max(1, preset.timing.tCCDL)), addCycles: fc.constant(Math.max(1, preset.timing.tCCDL)) }),
      pimEntries: fc.integer({ min: 2, max: 12 }),
      policy: policies,
    })
    .map(({ plain, ...rest }) => ({ ...plain, ...rest, ...(plain.refresh === 'per-bank' && !perBankLeavesTime(preset, rest.pim) && { refresh: 'all-bank' as const }) }));

/** Rows of PIM requests are none of the host's. */
const PIM_ROW = 64;

/** Host requests in few banks and rows below `PIM_ROW`. */
export const hostRows = (list: readonly Request[]): Request[] => list.map((r) => ({ ...r, row: r.row % PIM_ROW }));

/** PIM requests in runs: triggers of neighbouring columns, control registers, cells; `start` and `clear` now and then. */
export const pimRequests = (preset: DramPreset, banksPerUnit: number, maxRuns: number): fc.Arbitrary<PimRequest[]> => {
  const { rows, burstsPerRow } = preset.organisation;
  const place = { bank: fc.nat(banksPerUnit - 1), row: fc.integer({ min: PIM_ROW, max: PIM_ROW + 3 }), column: fc.nat(burstsPerRow - 1), value: fc.nat(0xffff), gap: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(300)), length: fc.integer({ min: 1, max: 12 }) };
  const run = fc.record({ ...place, kind: fc.constantFrom('read', 'read', 'write', 'register', 'program', 'cells', 'start' as const) }).map(({ kind, bank, row, column, value, gap, length }): PimRequest[] => {
    const one = (i: number): PimRequest => ({ gap: i === 0 ? gap : 0, execute: false, write: true, bank, row, column: (column + i) % burstsPerRow, value: value + i });
    switch (kind) {
      case 'read':
      case 'write':
        return Array.from({ length }, (_, i) => ({ ...one(i), execute: true, write: kind === 'write' }));
      case 'register':
        return [{ ...one(0), row: rows - 4 - (value % 2), column: column % 8 }];
      case 'program':
        return [1, 4, 5, 6, 7].slice(0, 1 + (length % 5)).map((c, i) => ({ ...one(i), row: rows - 3, column: c }));
      case 'cells':
        return Array.from({ length: Math.min(4, length) }, (_, i) => one(i));
      default:
        return [{ ...one(0), row: rows - 3, column: 0, value: 2 + 4 * (value % 2) }];
    }
  });
  return fc.array(run, { maxLength: maxRuns }).map((runs) => runs.flat());
};

/** Serves them, and fails with a wave of the whole story if it finds anything. */
export function serveBothOrShow(given: PimControllerOptions, host: readonly Request[], pim: readonly PimRequest[], run: Parameters<typeof serveBoth>[3] = {}): PimOutcome {
  const outcome = serveBoth(given, host, pim, { limit: 60_000, ...run });
  if (outcome.problems.length > 0) throw new Error(`${outcome.problems.slice(0, 5).join('\n')}\n${serveBoth(given, host, pim, { ...run, wave: true }).wave}`);
  return outcome;
}
