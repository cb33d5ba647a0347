import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossbarConfig, derive, FastCrossbar, goldenMvm, weightMatrix } from '../../src/cim/index.ts';
import { work, type Work } from './arbitrary.ts';

/** Results and counters of the fast model, and those of the oracle, for the same work. */
function both({ config, weights, inputs }: Work) {
  const crossbar = new FastCrossbar(config);
  crossbar.program(weightMatrix(weights));
  const golden = inputs.map((x) => goldenMvm(config, weights, x));
  const { passes, arrayColumns } = derive(config);
  const unit = arrayColumns > config.columns;
  const expectedCounts: number[][][] = Array.from({ length: arrayColumns }, () => config.slices.map(() => new Array<number>(passes).fill(0)));
  for (const { saturations } of golden) {
    saturations.forEach((slices, m) => {
      const column = unit && m === weights.length ? config.columns : m;
      slices.forEach((counts, s) => counts.forEach((n, p) => (expectedCounts[column]![s]![p]! += n)));
    });
  }
  return { crossbar, golden, expectedCounts: expectedCounts.flat(2) };
}

describe('the fast model equals the oracle', () => {
  it('every output and every saturation counter, for any coding, split, ADC, DAC and row group', () => {
    fc.assert(
      fc.property(work(), (w) => {
        const { crossbar, golden, expectedCounts } = both(w);
        expect(w.inputs.map((x) => [...crossbar.mvm(x)])).toEqual(golden.map((g) => g.outputs));
        expect([...crossbar.saturations.counts]).toEqual(expectedCounts);
      }),
      { numRuns: 1500 },
    );
  });

  it('also where 32 bits wrap', () => {
    fc.assert(
      fc.property(work(16), (w) => {
        const { crossbar, golden } = both(w);
        expect(w.inputs.map((x) => [...crossbar.mvm(x)])).toEqual(golden.map((g) => g.outputs));
      }),
      { numRuns: 400 },
    );
  });

  it('a batch is its vectors one by one', () => {
    fc.assert(
      fc.property(work(), (w) => {
        const { crossbar, golden, expectedCounts } = both(w);
        expect([...crossbar.mvmBatch(w.inputs.flat(), w.inputs.length)]).toEqual(golden.flatMap((g) => g.outputs));
        expect([...crossbar.saturations.counts]).toEqual(expectedCounts);
      }),
      { numRuns: 200 },
    );
  });

  it('at full size: 128 x 128, every row and column in use', () => {
    let seed = 1;
    const next = (range: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % range;
    const weights = Array.from({ length: 128 }, () => Array.from({ length: 128 }, () => next(256) - 128));
    for (const adcBits of [8, 5] as const) {
      const w: Work = { config: crossbarConfig({ adcBits }), weights, inputs: [Array.from({ length: 128 }, () => next(256))] };
      const { crossbar, golden, expectedCounts } = both(w);
      expect([...crossbar.mvm(w.inputs[0]!)]).toEqual(golden[0]!.outputs);
      expect([...crossbar.saturations.counts]).toEqual(expectedCounts);
    }
  });
});

describe('without an ADC effect the result is the integer product', () => {
  it('for every coding', () => {
    fc.assert(
      fc.property(work(), ({ config, weights, inputs }) => {
        const crossbar = new FastCrossbar(crossbarConfig({ ...config, adcBits: 'ideal' }));
        crossbar.program(weightMatrix(weights));
        for (const x of inputs) expect([...crossbar.mvm(x)]).toEqual(weights.map((row) => row.reduce((sum, w, n) => sum + w * x[n]!, 0)));
        expect(crossbar.saturations.total).toBe(0);
        expect(crossbar.clippable).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('saturations', () => {
  /** Column 0 sums to 3 x rows driven in every slice, column 1 to 0; 45 rows: 135 > 127. */
  const config = crossbarConfig({ rows: 45, columns: 2, adcs: 2 });
  const program = (): FastCrossbar => {
    const crossbar = new FastCrossbar(config);
    crossbar.program(weightMatrix([new Array<number>(45).fill(127), new Array<number>(45).fill(0)]));
    return crossbar;
  };

  it('are counted where they happen, and the limit itself is no saturation', () => {
    const crossbar = program();
    // 127 = 01 11 11 11: the top slice makes 45 at most, the three others 135. Bits 0 and 6 are driven everywhere.
    const got = crossbar.mvm(new Array<number>(45).fill(0b0100_0001));
    expect(crossbar.saturations.byColumn()).toEqual([6, 0]);
    expect(crossbar.saturations.bySlice()).toEqual([0, 2, 2, 2]);
    expect(crossbar.saturations.byPass()).toEqual([3, 0, 0, 0, 0, 0, 3, 0]);
    expect(crossbar.saturations.at(0, 1, 6)).toBe(1);
    expect([...got]).toEqual([(45 * 64 + 127 * 21) * 65, 0]);
    crossbar.mvm(Array.from({ length: 45 }, (_, n) => (n < 42 ? 1 : 0))); // 126
    expect(crossbar.saturations.total).toBe(6);
  });

  it('start again with reset and with program', () => {
    const crossbar = program();
    crossbar.mvm(new Array<number>(45).fill(255));
    expect(crossbar.saturations.total).toBe(24);
    crossbar.saturations.reset();
    expect(crossbar.saturations.total).toBe(0);
    crossbar.mvm(new Array<number>(45).fill(255));
    crossbar.program(weightMatrix([[1], [1]]));
    expect(crossbar.saturations.total).toBe(0);
  });

  it('of a unit column stand behind the outputs, whatever part of the columns is in use', () => {
    const crossbar = new FastCrossbar(crossbarConfig({ rows: 8, columns: 4, weightCoding: 'offset', offsetCorrection: 'unit-column', adcBits: 2 }));
    crossbar.program(weightMatrix([new Array<number>(8).fill(-128)]));
    crossbar.mvm(new Array<number>(8).fill(1));
    expect(crossbar.saturations.byColumn()).toEqual([0, 0, 0, 0, 1]);
  });

  it('have no counters outside the array', () => {
    expect(() => program().saturations.at(2, 0, 0)).toThrow(
      'no saturation counter [column 2][slice 0][pass 0] [saturation-index]\n  hint: there are 2 columns, 4 slices (0 = most significant) and 8 passes',
    );
  });
});

describe('errors', () => {
  const crossbar = new FastCrossbar(crossbarConfig({ rows: 2, columns: 1, adcs: 1 }));

  it('no weights yet', () => expect(() => crossbar.mvm([1, 2])).toThrow('this crossbar holds no weights yet [not-programmed]'));

  it('inputs', () => {
    crossbar.program(weightMatrix([[1, 2]]));
    expect(() => crossbar.mvm([1])).toThrow('1 inputs for a crossbar programmed with 2 rows [input-size]');
    expect(() => crossbar.mvmBatch([1, 2, 3], 2)).toThrow('2 vectors of 2: 3 inputs for a crossbar programmed with 4 rows [input-size]');
    expect(() => crossbar.mvm([1, 256])).toThrow('input 256 at row 1 is not an integer in 0..255 [input-range]\n  hint: 8-bit unsigned inputs; change inputBits or inputCoding');
    expect(() => crossbar.mvm([0.5, 1])).toThrow('input 0.5 at row 0');
    expect(() => crossbar.mvm([1, Number.NaN])).toThrow('input NaN at row 1');
  });
});
