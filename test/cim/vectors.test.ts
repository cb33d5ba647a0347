import { describe, expect, it } from 'vitest';
import { crossbarConfig, FastCrossbar, goldenMvm, weightMatrix, type CrossbarConfig, type InputCoding } from '../../src/cim/index.ts';
import { fixture, type AcsVector, type CrossSimVector } from './fixtures.ts';

const ACS = ['acs_uint_wdiff_8b_lsb1', 'acs_idiff_wdiff_8b_lsb1', 'acs_ioffs_wdiff_8b_lsb1', 'acs_itc_w4_i4_1bitcell', 'acs_uint_woffs_5b_sat', 'acs_uint_wdiff_inf'];
const CROSSSIM = [
  'xsim_bal_sint_8b_lsb1',
  'xsim_bal_uint_5b_sat',
  'xsim_bal_uint_8b_lsb1',
  'xsim_bal_uint_noadc',
  'xsim_bal_w8_1bitcells',
  'xsim_off_uint_8b_lsb1',
  'xsim_offcol_uint_8b_lsb1',
];

/** m_mode names both codings; SPLIT is most significant first in both. A calibrated range of 2^r - 1 or 2^r - 2 steps has an LSB of 1. */
function fromAcs({ config: c }: AcsVector): CrossbarConfig {
  const codings: Record<AcsVector['config']['m_mode'], InputCoding> = {
    I_UINT_W_DIFF: 'unsigned',
    I_UINT_W_OFFS: 'unsigned',
    I_DIFF_W_DIFF_1XB: 'differential',
    I_OFFS_W_DIFF: 'offset',
    I_TC_W_DIFF: 'twos-complement',
  };
  // A level is (LRS - HRS) / (2^bits - 1); the vectors have HRS = 1 and such LRS that it is 1.
  const level = (c.LRS - c.HRS) / (2 ** c.SPLIT[0]! - 1);
  expect(level).toBe(1);
  return crossbarConfig({
    rows: c.N,
    columns: c.M,
    inputBits: c.I_BIT,
    inputCoding: codings[c.m_mode],
    weightBits: c.W_BIT,
    weightCoding: c.m_mode === 'I_UINT_W_OFFS' ? 'offset' : 'differential',
    slices: c.SPLIT,
    // The current of a cell at level 0 goes through the ADC with the rest and is taken off digitally.
    hrsLevels: c.HRS / level,
    adcBits: c.adc_type === 'INF_ADC' ? 'ideal' : c.resolution!,
  });
}

function fromCrossSim({ config: c }: CrossSimVector, columns: number, rows: number): CrossbarConfig {
  return crossbarConfig({
    rows,
    columns,
    inputBits: c.ibits,
    inputCoding: c.signed_in ? 'sign-magnitude' : 'unsigned',
    weightBits: c.weight_bits,
    weightCoding: c.style === 'balanced' ? 'differential' : 'offset',
    slices: new Array<number>(c.slices).fill(c.cellbits),
    offsetCorrection: c.unit === true ? 'unit-column' : 'digital',
    adcBits: c.adcbits === 0 ? 'ideal' : c.adcbits, // 0 bits is its word for ideal
  });
}

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
