import { describe, expect, it } from 'vitest';
import { crossbarConfig, programCells, weightMatrix, type CrossbarOptions } from '../../src/cim/index.ts';

const levels = (options: CrossbarOptions, rows: number[][]): { positive: number[]; negative: number[] | undefined } => {
  const { positive, negative } = programCells(crossbarConfig({ rows: 4, columns: 4, ...options }), weightMatrix(rows));
  return { positive: [...positive], negative: negative === undefined ? undefined : [...negative] };
};

describe('cell levels, most significant slice first', () => {
  it('differential: the magnitude, in the array of its sign', () => {
    expect(levels({}, [[0b01_10_11_00, -128]])).toEqual({ positive: [1, 0, 2, 0, 3, 0, 0, 0], negative: [0, 2, 0, 0, 0, 0, 0, 0] });
  });

  it('offset: weight + 2^(W-1), and a unit column that holds weight 0', () => {
    expect(levels({ weightCoding: 'offset' }, [[-128, 127]])).toEqual({ positive: [0, 3, 0, 3, 0, 3, 0, 3], negative: undefined });
    expect(levels({ weightCoding: 'offset', offsetCorrection: 'unit-column' }, [[-128]])).toEqual({ positive: [0, 2, 0, 0, 0, 0, 0, 0], negative: undefined });
  });

  it('uneven slices', () => {
    expect(levels({ slices: [1, 3, 4] }, [[0b0_101_1001]]).positive).toEqual([0, 5, 9]);
  });

  it('weight sums', () => {
    expect([...programCells(crossbarConfig(), weightMatrix([[1, -5, 3], [100, 100, 100]])).weightSums]).toEqual([-1, 300]);
  });
});

describe('errors', () => {
  it('a weight out of range says where, and what fits', () => {
    expect(() => levels({}, [[1, 2], [3, 200]])).toThrow(
      'weight 200 at output 1, input 1 is outside -128..127 [weight-range]\n  hint: 8-bit differential weights in slices [2, 2, 2, 2] hold -128..127; quantise to that, or change weightBits and slices',
    );
    expect(() => levels({ slices: [3, 4] }, [[-128]])).toThrow('weight -128 at output 0, input 0 is outside -127..127');
  });

  it('a weight that is no integer', () => {
    expect(() => weightMatrix([[1, 0.5]])).toThrow('weight 0.5 at output 0, input 1 is not an integer [weight-range]');
    expect(() => programCells(crossbarConfig(), { outputs: 1, inputs: 1, data: [Number.NaN] })).toThrow('weight NaN at output 0, input 0 is not an integer');
  });

  it('a matrix that does not fit says both sizes', () => {
    expect(() => levels({}, [[1, 2, 3, 4, 5]])).toThrow(
      'a matrix of 1 outputs x 5 inputs does not fit a crossbar of 4 columns x 4 rows [matrix-size]\n  hint: spread it over several crossbars with TiledEngine',
    );
    expect(() => programCells(crossbarConfig(), { outputs: 2, inputs: 2, data: [1, 2, 3] })).toThrow('a matrix of 2 outputs x 2 inputs needs 4 weights (at least 1), not 3');
    expect(() => levels({}, [])).toThrow('needs 0 weights (at least 1), not 0');
    expect(() => weightMatrix([[1, 2], [3]])).toThrow('output 1 has 1 weights, output 0 has 2');
  });
});
