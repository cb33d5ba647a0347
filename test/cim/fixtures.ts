import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { crossbarConfig, type CrossbarConfig, type InputCoding } from '../../src/cim/index.ts';

export interface AcsVector {
  readonly case: string;
  readonly config: {
    readonly M: number;
    readonly N: number;
    readonly SPLIT: readonly number[];
    readonly W_BIT: number;
    readonly I_BIT: number;
    readonly HRS: number;
    readonly LRS: number;
    readonly m_mode: 'I_UINT_W_DIFF' | 'I_DIFF_W_DIFF_1XB' | 'I_OFFS_W_DIFF' | 'I_TC_W_DIFF' | 'I_UINT_W_OFFS';
    readonly adc_type: 'INF_ADC' | 'SYM_RANGE_ADC' | 'POS_RANGE_ONLY_ADC';
    readonly resolution?: number;
    readonly adc_calib_dict?: { readonly Unknown: readonly [number, number] };
  };
  readonly weights: number[][];
  readonly inputs: number[][];
  readonly outputs: number[][];
  readonly adc_codes_vector0_rederived: number[] | null;
}

export interface CrossSimVector {
  readonly case: string;
  readonly config: {
    readonly adcbits: number;
    readonly rng: readonly [number, number] | null;
    readonly style: 'balanced' | 'offset';
    readonly unit?: boolean;
    readonly signed_in: boolean;
    readonly slices: number;
    readonly cellbits: number;
    readonly ibits: number;
    readonly weight_bits: number;
  };
  readonly weights: number[][];
  readonly inputs: number[][];
  readonly outputs: number[][];
  readonly adc_in_vector0: number[][][] | null;
  readonly adc_out_vector0: number[][][] | null;
}

export interface CycleTable {
  readonly rows: readonly (readonly [size: number, dacs: number, dacBits: number, adcs: number, adc: number, pipelined: number, inputBits: number, cycles: number])[];
}

/** A file of test/fixtures/cim. */
export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/cim/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Vectors with an LSB of one level, or without an ADC. */
export const ACS = ['acs_uint_wdiff_8b_lsb1', 'acs_idiff_wdiff_8b_lsb1', 'acs_ioffs_wdiff_8b_lsb1', 'acs_itc_w4_i4_1bitcell', 'acs_uint_woffs_5b_sat', 'acs_uint_wdiff_inf'];
export const CROSSSIM = [
  'xsim_bal_sint_8b_lsb1',
  'xsim_bal_uint_5b_sat',
  'xsim_bal_uint_8b_lsb1',
  'xsim_bal_uint_noadc',
  'xsim_bal_w8_1bitcells',
  'xsim_off_uint_8b_lsb1',
  'xsim_offcol_uint_8b_lsb1',
];

/** m_mode names both codings; SPLIT is most significant first in both. A calibrated range of 2^r - 1 or 2^r - 2 steps has an LSB of 1. */
export function fromAcs({ config: c }: AcsVector): CrossbarConfig {
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

export function fromCrossSim({ config: c }: CrossSimVector, columns: number, rows: number): CrossbarConfig {
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
