import type { CrossbarConfig } from './config.ts';

/** Inclusive bounds. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * What the wordlines carry in one pass: bits `low .. low + bits - 1` of one reading of the input, worth `sign * 2^shift`.
 * `code` reads the coded input (docs/crossbar.md, table 3), `positive` max(x, 0), `negative` max(-x, 0), `magnitude` |x| with the sign of x.
 */
export interface InputDigit {
  readonly source: 'code' | 'positive' | 'negative' | 'magnitude';
  readonly low: number;
  readonly bits: number;
  readonly shift: number;
  readonly sign: 1 | -1;
}

/** Everything that follows from a configuration: ranges, passes, widths in bits, latencies in cycles. */
export interface CrossbarDerived {
  readonly weights: Range;
  readonly inputs: Range;
  /** ADC codes; one code is one cell level. */
  readonly codes: Range;
  /** Largest column sum that inputs and cells can make, before the ADC. */
  readonly columnSum: Range;
  /** In the order they are applied; each is applied once per row group. */
  readonly digits: readonly InputDigit[];
  readonly rowGroups: number;
  /** digits x row groups; pass = digit * rowGroups + group. */
  readonly passes: number;
  /** Columns the ADCs serve: outputs, and the unit column behind them. */
  readonly arrayColumns: number;
  /** ceil(arrayColumns / adcs). */
  readonly turns: number;
  /** Left shift of each slice's codes, most significant slice first. */
  readonly sliceShift: readonly number[];
  /** Sum of 2^shift over the slices: what one level step in every slice is worth. */
  readonly sliceWeight: number;
  /** Level code of weight 0: 2^(weightBits-1) for offset weights, else 0. */
  readonly weightOffset: number;
  /** Current of a cell at level 0 as the ADC sees it: hrsLevels, or 0 where the two arrays of a pair cancel it. */
  readonly cellFloor: number;
  readonly timing: PassTiming;
  readonly widths: RegisterWidths;
}

export interface PassTiming {
  /** Input buffer + DAC + read + sample and hold. */
  readonly front: number;
  /** First conversion to last output register. */
  readonly back: number;
  /** Cycles between the conversions of one ADC. */
  readonly turnInterval: number;
  /** Cycles between the starts of passes. */
  readonly passInterval: number;
  readonly mvm: number;
}

/** Bits of each register of the datapath; `signed` ones are two's complement. */
export interface RegisterWidths {
  readonly input: number;
  readonly dac: number;
  readonly sampleHold: number;
  readonly adcCode: number;
  /** Codes of all slices shifted and added, before the digit's shift. */
  readonly sliceSum: number;
  /** Sum of the digits on the driven wordlines of one pass. */
  readonly rowSum: number;
  readonly output: 32;
  readonly passCounter: number;
  readonly turnCounter: number;
  readonly cycleCounter: number;
}

export function derive(config: CrossbarConfig): CrossbarDerived {
  const { weightBits, inputBits, inputCoding, slices, rows, dacs } = config;
  const differential = config.weightCoding === 'differential';
  const stored = slices.reduce((a, b) => a + b, 0);
  const half = 2 ** (weightBits - 1);
  const digits = inputDigits(config);
  const rowGroups = Math.ceil(rows / dacs);
  const arrayColumns = config.columns + (config.offsetCorrection === 'unit-column' ? 1 : 0);

  const passes = digits.length * rowGroups;
  const turns = Math.ceil(arrayColumns / config.adcs);
  const timing = passTiming(config, passes, turns);

  let below = stored;
  const sliceShift = slices.map((bits) => (below -= bits));
  const sliceWeight = sliceShift.reduce((sum, shift) => sum + 2 ** shift, 0);

  const digitMax = Math.max(...digits.map((d) => 2 ** d.bits - 1));
  const cellFloor = differential ? 0 : config.hrsLevels;
  const cellMax = 2 ** Math.max(...slices) - 1 + cellFloor;
  const sumMax = Math.min(rows, dacs) * digitMax * cellMax;
  const columnSum = { low: differential ? -sumMax : 0, high: sumMax };
  const codes = adcCodes(config, sumMax);

  return {
    weights: { low: differential && stored < weightBits ? -(half - 1) : -half, high: half - 1 },
    inputs: inputRange(inputCoding, inputBits),
    codes,
    columnSum,
    digits,
    rowGroups,
    passes,
    arrayColumns,
    turns,
    sliceShift,
    sliceWeight,
    weightOffset: differential ? 0 : half,
    cellFloor,
    timing,
    widths: {
      input: inputBits,
      dac: config.dacBits + (inputCoding === 'sign-magnitude' ? 1 : 0),
      sampleHold: bitsFor(columnSum),
      adcCode: bitsFor(codes),
      sliceSum: Math.min(32, bitsFor({ low: codes.low * sliceWeight, high: codes.high * sliceWeight })),
      rowSum: bitsFor({ low: 0, high: Math.min(rows, dacs) * digitMax }),
      output: 32,
      passCounter: bitsFor({ low: 0, high: passes - 1 }),
      turnCounter: bitsFor({ low: 0, high: turns - 1 }),
      cycleCounter: bitsFor({ low: 0, high: timing.mvm }),
    },
  };
}

/**
 * Cycles from the start of an MVM to its last output register, start cycle excluded:
 * front + back + (passes - 1) * interval (docs/crossbar.md, section 6; the structure is pimsim-nn's).
 */
export function mvmCycles(config: CrossbarConfig): number {
  return derive(config).timing.mvm;
}

function passTiming(config: CrossbarConfig, passes: number, turns: number): PassTiming {
  const t = config.timing;
  const front = t.inputBuffer + t.dac + t.read + t.sampleHold;
  const turnInterval = Math.max(t.adc, t.shiftAdd + t.output);
  const back = t.adc + t.shiftAdd + t.output + (turns - 1) * turnInterval;
  const passInterval = config.pipelined ? Math.max(front, back) : front + back;
  return { front, back, turnInterval, passInterval, mvm: front + back + (passes - 1) * passInterval };
}

function adcCodes({ adcBits, weightCoding }: CrossbarConfig, sumMax: number): Range {
  if (adcBits === 'ideal') return { low: weightCoding === 'differential' ? -sumMax : 0, high: sumMax };
  // Symmetric: -2^(b-1) is no code, so that negating every weight negates every result.
  if (weightCoding === 'differential') return { low: -(2 ** (adcBits - 1) - 1), high: 2 ** (adcBits - 1) - 1 };
  return { low: 0, high: 2 ** adcBits - 1 };
}

function inputRange(coding: CrossbarConfig['inputCoding'], bits: number): Range {
  if (coding === 'unsigned') return { low: 0, high: 2 ** bits - 1 };
  const half = 2 ** (bits - 1);
  return { low: coding === 'sign-magnitude' ? -(half - 1) : -half, high: half - 1 };
}

function inputDigits({ inputCoding, inputBits, dacBits }: CrossbarConfig): InputDigit[] {
  const split = (source: InputDigit['source'], bits: number, sign: 1 | -1 = 1): InputDigit[] =>
    Array.from({ length: Math.ceil(bits / dacBits) }, (_, i) => {
      const low = i * dacBits;
      return { source, low, bits: Math.min(dacBits, bits - low), shift: low, sign };
    });
  switch (inputCoding) {
    case 'unsigned':
      return split('code', inputBits);
    case 'twos-complement':
      // The sign bit alone is negative, so it cannot share a pass with the bits below it.
      return [...split('code', inputBits - 1), { source: 'code', low: inputBits - 1, bits: 1, shift: inputBits - 1, sign: -1 }];
    case 'offset':
      return split('code', inputBits + 1);
    case 'differential':
      return [...split('positive', inputBits - 1), ...split('negative', inputBits, -1)];
    case 'sign-magnitude':
      return split('magnitude', inputBits - 1);
  }
}

/** Bits of an unsigned register when `low` is 0, of a two's complement one otherwise. At least one. */
export function bitsFor({ low, high }: Range): number {
  if (low >= 0) return Math.max(1, Math.ceil(Math.log2(high + 1)));
  return 1 + Math.max(1, Math.ceil(Math.log2(Math.max(high + 1, -low))));
}
