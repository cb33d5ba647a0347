import { readFileSync } from 'node:fs';

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
