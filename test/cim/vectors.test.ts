import { describe, expect, it } from 'vitest';
import { FastCrossbar, goldenMvm, weightMatrix, type CrossbarConfig } from '../../src/cim/index.ts';
import { ACS, CROSSSIM, fixture, fromAcs, fromCrossSim, type AcsVector, type CrossSimVector } from './fixtures.ts';

function fastOutputs(config: CrossbarConfig, weights: number[][], inputs: number[][]): number[][] {
  const crossbar = new FastCrossbar(config);
  crossbar.program(weightMatrix(weights));
  return inputs.map((x) => [...crossbar.mvm(x)]);
}

describe('analog-cim-sim', () => {
  it.each(ACS)('%s: every output', (name) => {
    const vector = fixture<AcsVector>(name);
    const config = fromAcs(vector);
    expect(vector.inputs.map((x) => goldenMvm(config, vector.weights, x).outputs)).toEqual(vector.outputs);
    expect(fastOutputs(config, vector.weights, vector.inputs)).toEqual(vector.outputs);
  });

  it.each(ACS.filter((name) => fixture<AcsVector>(name).adc_codes_vector0_rederived !== null))('%s: every ADC code of a vector', (name) => {
    const vector = fixture<AcsVector>(name);
    const { codes } = goldenMvm(fromAcs(vector), vector.weights, vector.inputs[0]!);
    const bottom = vector.config.adc_calib_dict!.Unknown[0]; // its codes count from the lower end
    expect(codes.flat(2).map((code) => code - bottom)).toEqual(vector.adc_codes_vector0_rederived);
  });
});

describe('CrossSim', () => {
  it.each(CROSSSIM)('%s: every output', (name) => {
    const vector = fixture<CrossSimVector>(name);
    const config = fromCrossSim(vector, vector.weights.length, vector.weights[0]!.length);
    // Its results are float64 sums of scaled terms: integers up to an error far below 1.
    const outputs = vector.outputs.map((row) => row.map((y) => Math.round(y) + 0));
    expect(Math.max(...vector.outputs.flat().map((y) => Math.abs(y - Math.round(y))))).toBeLessThan(1e-9);
    expect(vector.inputs.map((x) => goldenMvm(config, vector.weights, x).outputs)).toEqual(outputs);
    expect(fastOutputs(config, vector.weights, vector.inputs)).toEqual(outputs);
  });

  it.each(CROSSSIM.filter((name) => fixture<CrossSimVector>(name).adc_in_vector0 !== null))('%s: every ADC input and code of a vector', (name) => {
    const vector = fixture<CrossSimVector>(name);
    const config = fromCrossSim(vector, vector.weights.length, vector.weights[0]!.length);
    const golden = goldenMvm(config, vector.weights, vector.inputs[0]!);
    // Ours is [pass][column][slice, most significant first], unit column last; its is [pass][slice, least first][column], unit column first.
    const turn = (passes: GoldenArray): number[][][] =>
      passes.map((columns) => {
        const order = vector.config.unit === true ? [columns.at(-1)!, ...columns.slice(0, -1)] : columns;
        return config.slices.map((_, s) => order.map((slices) => slices.at(-1 - s)! + 0));
      });
    const clean = (passes: number[][][]): number[][][] => passes.map((p) => p.map((s) => s.map((v) => v + 0))); // -0 is 0
    expect(turn(golden.columnSums)).toEqual(clean(vector.adc_in_vector0!));
    expect(turn(golden.codes)).toEqual(clean(vector.adc_out_vector0!));
  });
});

type GoldenArray = readonly (readonly (readonly number[])[])[];
