import fc from 'fast-check';
import { crossbarConfig, derive, type CrossbarConfig, type InputCoding } from '../../src/cim/index.ts';

/** A configuration, a matrix that fits it (often smaller than it), and some input vectors. */
export interface Work {
  readonly config: CrossbarConfig;
  readonly weights: number[][];
  readonly inputs: number[][];
}

/** Bits cut into cells of 1..4, most significant first. */
function slices(bits: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 4 }), { minLength: bits, maxLength: bits }).map((cuts) => {
    const out: number[] = [];
    let left = bits;
    for (const cut of cuts) {
      if (left === 0) break;
      out.push(Math.min(cut, left));
      left -= out.at(-1)!;
    }
    return out;
  });
}

const config = (maxBits: number): fc.Arbitrary<CrossbarConfig> =>
  fc
    .record({
      rows: fc.integer({ min: 1, max: 40 }),
      columns: fc.integer({ min: 1, max: 20 }),
      inputBits: fc.integer({ min: 2, max: maxBits }),
      weightBits: fc.integer({ min: 2, max: maxBits }),
      weightCoding: fc.constantFrom('differential' as const, 'offset' as const),
      // Often small, because that is where something happens.
      adcBits: fc.oneof({ weight: 1, arbitrary: fc.constant('ideal' as const) }, { weight: 6, arbitrary: fc.integer({ min: 2, max: 7 }) }, { weight: 1, arbitrary: fc.integer({ min: 8, max: 16 }) }),
      hrsLevels: fc.integer({ min: 0, max: 3 }),
    })
    .chain((base) =>
      fc
        .record({
          inputCoding: fc.constantFrom<InputCoding>(
            'unsigned', 'twos-complement', 'offset', 'differential', ...(base.weightCoding === 'differential' ? (['sign-magnitude'] as const) : []),
          ),
          dacBits: fc.integer({ min: 1, max: Math.min(4, base.inputBits) }),
          dacs: fc.oneof(fc.constant(base.rows), fc.integer({ min: 1, max: base.rows })),
          slices: slices(base.weightCoding === 'differential' && base.rows % 3 === 0 ? base.weightBits - 1 : base.weightBits),
          offsetCorrection: fc.constantFrom('digital' as const, ...(base.weightCoding === 'offset' ? (['unit-column'] as const) : [])),
        })
        .map((rest) => crossbarConfig({ ...base, ...rest })),
    );

/** Values of a range, its ends more often than chance. */
function within({ low, high }: { low: number; high: number }): fc.Arbitrary<number> {
  return fc.oneof({ weight: 4, arbitrary: fc.integer({ min: low, max: high }) }, { weight: 1, arbitrary: fc.constantFrom(low, high, 0) });
}

export const work = (maxBits = 9): fc.Arbitrary<Work> =>
  config(maxBits).chain((c) => {
    const { weights, inputs } = derive(c);
    return fc.tuple(fc.integer({ min: 1, max: c.columns }), fc.integer({ min: 1, max: c.rows })).chain(([outputs, rows]) =>
      fc.record({
        config: fc.constant(c),
        weights: fc.array(fc.array(within(weights), { minLength: rows, maxLength: rows }), { minLength: outputs, maxLength: outputs }),
        inputs: fc.array(fc.array(within(inputs), { minLength: rows, maxLength: rows }), { minLength: 1, maxLength: 3 }),
      }),
    );
  });
