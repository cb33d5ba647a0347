import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossbarConfig, derive, goldenMvm, weightMatrix, type EngineName } from '../../../src/index.ts';
import { RtlCrossbar } from '../../../rtl/rram/index.ts';
import type { Work } from '../../cim/arbitrary.ts';
import { expectedCounts, timedWork, watchMvm } from './work.ts';

/** Everything the RTL shows of some work, against the oracle. */
function compare({ config, weights, inputs }: Work, engine: EngineName): void {
  const crossbar = new RtlCrossbar(config, { engine });
  const { arrayColumns, passes, timing } = derive(config);
  crossbar.program(weightMatrix(weights));
  const golden = inputs.map((x) => goldenMvm(config, weights, x));
  inputs.forEach((x, i) => {
    expect([...crossbar.mvm(x)]).toEqual(golden[i]!.outputs);
    expect(crossbar.mvmCycles).toBe(timing.mvm);
  });
  expect([...crossbar.saturations.counts]).toEqual(expectedCounts(config, golden, weights.length, arrayColumns, passes));
  crossbar.close();
}

describe('agrees with the oracle in outputs, saturation counters and cycles', () => {
  it('compiled, on random small crossbars', () => {
    fc.assert(fc.property(timedWork(7), (w) => compare(w, 'js')), { numRuns: 60 });
  });

  it('interpreted, on tiny ones', () => {
    const tiny = timedWork(4).filter(({ config: c }) => c.rows * c.columns <= 40 && derive(c).timing.mvm <= 150);
    fc.assert(fc.property(tiny, (w) => compare({ ...w, inputs: w.inputs.slice(0, 2) }, 'interp')), { numRuns: 8 });
  });

  it('at full size, with as many clipped as not', () => {
    const config = crossbarConfig({ adcBits: 4 });
    const { weights: w, inputs: x } = derive(config);
    const number = ({ low, high }: { low: number; high: number }): fc.Arbitrary<number> => fc.integer({ min: low, max: high });
    const vector = (range: { low: number; high: number }): fc.Arbitrary<number[]> => fc.array(number(range), { minLength: 128, maxLength: 128 });
    const [weights, inputs] = fc.sample(fc.tuple(fc.array(vector(w), { minLength: 128, maxLength: 128 }), fc.array(vector(x), { minLength: 2, maxLength: 2 })), 1)[0]!;
    compare({ config, weights, inputs }, 'js');
  });
});

it('holds the column sums of the oracle in every pass, and makes its codes', () => {
  fc.assert(
    fc.property(timedWork(5), ({ config, weights, inputs }) => {
      const crossbar = new RtlCrossbar(config);
      crossbar.program(weightMatrix(weights));
      const seen = watchMvm(crossbar, inputs[0]!, weights.length);
      const golden = goldenMvm(config, weights, inputs[0]!);
      const clean = (passes: readonly (readonly (readonly number[])[])[]): number[][][] => passes.map((p) => p.map((column) => column.map((v) => v + 0)));
      expect(seen.columnSums).toEqual(clean(golden.columnSums));
      expect(seen.codes).toEqual(clean(golden.codes));
      expect(seen.cycles).toBe(derive(config).timing.mvm);
      crossbar.close();
    }),
    { numRuns: 25 },
  );
});
