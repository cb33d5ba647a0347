import fc from 'fast-check';
import { dramPreset, dramPresets, type DramPreset, type Timing } from '../../../src/dram/index.ts';
import { controllerShape, type ControllerOptions } from '../../../rtl/controller/index.ts';
import { serve, type Outcome, type Request } from './harness.ts';

const NAMES = dramPresets.map((p) => p.name);

/** Names of parameters that any number does for, within reason. */
const FREE = [
  'RL', 'WL', 'tRCDRD', 'tRCDWR', 'tRAS', 'tRP', 'tRC', 'tRRDS', 'tRRDL', 'tFAW', 'tCCDL', 'tWTRS', 'tWTRL', 'tRTRS', 'tRTPS', 'tRTPL', 'tWR', 'tRFCSB', 'tRREFD', 'tXP', 'tCKE',
] as const satisfies readonly (keyof Timing)[]; // prettier-ignore

/** A preset as it is, or with some of its numbers changed: one that is used in the wrong place shows. */
export const presets: fc.Arbitrary<DramPreset> = fc
  .record({ name: fc.constantFrom(...NAMES), changed: fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom(...FREE), fc.integer({ min: 1, max: 60 }), { maxKeys: 6 })), tREFI: fc.option(fc.integer({ min: 900, max: 2500 }), { nil: undefined }) })
  .map(({ name, changed, tREFI }) => {
    const preset = dramPreset(name);
    const timing = { ...preset.timing, ...changed, ...(tREFI !== undefined && { tREFI }) };
    // Latencies that mode registers can hold, and no data of a write before that of a read that came first.
    const RL = Math.min(33, Math.max(2, timing.RL));
    return { ...preset, timing: { ...timing, RL, WL: Math.min(timing.WL, RL, 8) } };
  });

export const options = (preset: DramPreset): fc.Arbitrary<ControllerOptions> =>
  fc
    .record({
      reads: fc.integer({ min: 2, max: 12 }),
      writes: fc.integer({ min: 2, max: 12 }),
      ageCap: fc.integer({ min: 1, max: 40 }),
      idBits: fc.integer({ min: 4, max: 6 }),
      rowPolicy: fc.oneof(fc.constantFrom('open' as const, 'closed' as const), fc.record({ timeout: fc.integer({ min: 1, max: 60 }) })),
      refresh: fc.constantFrom('all-bank' as const, 'per-bank' as const),
      postpone: fc.integer({ min: 0, max: 7 }),
      powerDown: fc.constantFrom(0, 1, 20),
      statistics: fc.constantFrom('none' as const, 'requests' as const),
      drain: fc.record({ wait: fc.integer({ min: 1, max: 300 }) }),
    })
    .map((o) => ({ preset, ...o }));

/** Requests that meet: few banks, rows and columns. */
export const requests = (preset: DramPreset, maxLength: number): fc.Arbitrary<Request[]> => {
  const { banks, bytes } = controllerShape(preset);
  const all = (1n << BigInt(bytes)) - 1n;
  return fc
    .record({
      banks: fc.array(fc.nat(banks - 1), { minLength: 1, maxLength: 6 }),
      rows: fc.array(fc.nat(preset.organisation.rows - 1), { minLength: 1, maxLength: 3 }),
      columns: fc.integer({ min: 1, max: 4 }),
      pace: fc.constantFrom(0, 0, 10, 400),
    })
    .chain((few) =>
      fc.array(
        fc.record({
          gap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(few.pace)),
          write: fc.boolean(),
          bank: fc.constantFrom(...few.banks),
          row: fc.constantFrom(...few.rows),
          column: fc.nat(few.columns - 1),
          value: fc.nat(255),
          mask: fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, fc.bigInt(0n, all)),
        }),
        { minLength: 1, maxLength },
      ),
    );
};

/** Serves them, and fails with a wave of the whole story if it finds anything. */
export function serveOrShow(given: ControllerOptions, list: readonly Request[], run: Parameters<typeof serve>[2] = {}): Outcome {
  const outcome = serve(given, list, run);
  const { problems } = outcome;
  if (problems.length > 0) throw new Error(`${problems.slice(0, 5).join('\n')}\n${serve(given, list, { ...run, wave: true }).wave}`);
  return outcome;
}
