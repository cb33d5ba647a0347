import { describe, expect, it } from 'vitest';
import { im2col, im2colDense } from '../../src/nn/index.ts';
import { plainWindow } from './helpers.ts';

describe('im2col', () => {
  const input = { channels: 2, height: 2, width: 3 };
  const values = Uint8Array.from([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]);

  it('goes over patches row by row, and inside a patch over C, KY, KX', () => {
    expect(im2col(values, input, plainWindow(2))).toEqual({
      count: 2,
      size: 8,
      values: Uint8Array.from([1, 2, 4, 5, 11, 12, 14, 15, 2, 3, 5, 6, 12, 13, 15, 16]),
    });
  });

  it('pads with zeros and strides', () => {
    const { count, size, values: rows } = im2col(values.subarray(0, 6), { ...input, channels: 1 }, { kernel: [2, 2], stride: [2, 2], pads: [1, 1, 0, 0] });
    expect([count, size]).toEqual([2, 4]);
    expect([...rows]).toEqual([0, 0, 0, 1, 0, 0, 2, 3]);
  });

  it('leaves a vector alone', () => {
    expect(im2colDense(values, { channels: 12, height: 1, width: 1 })).toEqual({ count: 1, size: 12, values });
  });
});
