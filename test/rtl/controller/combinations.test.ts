import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRAM_MAPPINGS, dramPreset, dramPresets } from '../../../src/dram/index.ts';
import type { ControllerOptions, RowPolicy } from '../../../rtl/controller/index.ts';
import { seedOf } from '../../cosim/helpers.ts';
import { requests, serveOrShow } from './arbitrary.ts';
import { overtakes, serviceBound } from './bound.ts';

const POLICIES: readonly RowPolicy[] = ['open', 'closed', { timeout: 25 }];
const REFRESHES = ['all-bank', 'per-bank'] as const;
/** Those that have a name, and a layout with pieces and hashes of more than one field. */
const MAPPINGS = [...Object.values(DRAM_MAPPINGS), 'row column:2 bank^row group^row[3:2] pc column:rest offset'];

const text = (mapping: string, columnBits: number): string => mapping.replace(':rest', `:${columnBits - 2}`);

/** Every combination, and not only what chance brings together: with few requests each, on the numbers of the preset as they are. */
describe.each(dramPresets.map(({ name }, i) => [name, i] as const))('%s, with every row policy, refresh and mapping', (name, i) => {
  const preset = dramPreset(name);
  const combinations = POLICIES.flatMap((rowPolicy) => REFRESHES.flatMap((refresh) => MAPPINGS.map((mapping) => ({ rowPolicy, refresh, mapping }))));

  it('answers each request once with the data last written, in order, by the rules, refreshed in time, within the bound', () => {
    for (const [k, { rowPolicy, refresh, mapping }] of combinations.entries()) {
      const given: ControllerOptions = { preset, reads: 4 + (k % 3), writes: 3 + (k % 4), ageCap: 1 + 5 * (k % 4), rowPolicy, refresh, postpone: k % 3, powerDown: 15 * (k % 2), statistics: 'requests', drain: { wait: 100 } };
      fc.assert(
        fc.property(requests(preset, 40), (list) => {
          const outcome = serveOrShow(given, list, { mapping: text(mapping, Math.log2(preset.organisation.burstsPerRow)) });
          expect(outcome.served.length).toBe(list.length);
          for (const { served, ahead } of overtakes(outcome)) expect(served.answered - served.accepted).toBeLessThanOrEqual(serviceBound(given, ahead, served.request.write));
        }),
        { numRuns: 1, seed: seedOf(90) + 100 * i + k },
      );
    }
  });
});
