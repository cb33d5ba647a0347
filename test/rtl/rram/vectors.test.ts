import { describe, expect, it } from 'vitest';
import { weightMatrix, type CrossbarConfig } from '../../../src/index.ts';
import { RtlCrossbar } from '../../../rtl/rram/index.ts';
import { ACS, CROSSSIM, fixture, fromAcs, fromCrossSim, type AcsVector, type CrossSimVector } from '../../cim/fixtures.ts';

/** The RTL's answers to all inputs of a vector, each taking as many cycles as the one before. */
function outputs(config: CrossbarConfig, weights: number[][], inputs: number[][]): number[][] {
  const crossbar = new RtlCrossbar(config);
  crossbar.program(weightMatrix(weights));
  const answers = inputs.map((x) => [...crossbar.mvm(x)]);
  crossbar.close();
  return answers;
}

describe('the RTL gives every output of', () => {
  it.each(ACS)('analog-cim-sim: %s', (name) => {
    const vector = fixture<AcsVector>(name);
    expect(outputs(fromAcs(vector), vector.weights, vector.inputs)).toEqual(vector.outputs);
  });

  it.each(CROSSSIM)('CrossSim: %s', (name) => {
    const vector = fixture<CrossSimVector>(name);
    const config = fromCrossSim(vector, vector.weights.length, vector.weights[0]!.length);
    expect(outputs(config, vector.weights, vector.inputs)).toEqual(vector.outputs.map((row) => row.map((y) => Math.round(y) + 0)));
  });
});
