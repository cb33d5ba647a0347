import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graph, readOnnx, withCalibration, writeOnnx, calibrationOf } from '../../src/nn/index.ts';
import { networks, problem, smallNet } from './helpers.ts';

describe('writeOnnx', () => {
  it('is read back as the same graph, metadata included', () => {
    const net = withCalibration(smallNet(), { inputScale: 0.25, ranges: { c1: 2.5 } }, { note: 'a note' });
    expect(readOnnx(writeOnnx(net))).toEqual(net);
    expect(calibrationOf(readOnnx(writeOnnx(net)))).toEqual({ inputScale: 0.25, ranges: { c1: 2.5 } });
  });

  it('does so for any chain', () => {
    fc.assert(
      fc.property(networks, ({ net }) => {
        expect(readOnnx(writeOnnx(net))).toEqual(net);
      }),
    );
  });

  it('refuses a network that starts with a vector', () => {
    const layers = [{ op: 'dense', name: 'd', outputs: 1, weights: new Float32Array(2), bias: new Float32Array(1) }] as const;
    expect(problem(() => writeOnnx(graph({ name: 'v', input: { channels: 2, height: 1, width: 1 }, flat: true, layers })))).toBe(
      'nn-flat: a network that starts with a vector cannot be written',
    );
  });
});
