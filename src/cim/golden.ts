import type { CrossbarConfig } from './config.ts';

/** Everything one MVM does, in the order it does it. */
export interface GoldenMvm {
  readonly outputs: readonly number[];
  /** `[pass][column][slice]`, the unit column last: column sums before the ADC, and its codes. */
  readonly columnSums: readonly (readonly (readonly number[])[])[];
  readonly codes: readonly (readonly (readonly number[])[])[];
  /** `[column][slice][pass]`. */
  readonly saturations: readonly (readonly (readonly number[])[])[];
}

/**
 * The oracle: docs/crossbar.md read aloud, in BigInt and nested loops, one cell at a time. Only for tests: it is slow, checks nothing and
 * deliberately shares no code with the models it judges. Takes the used part of the crossbar: `weights[output][input]`, `inputs[input]`.
 */
export function goldenMvm(config: CrossbarConfig, weights: readonly (readonly number[])[], inputs: readonly number[]): GoldenMvm {
  const offsetWeights = config.weightCoding === 'offset';
  const withUnit = offsetWeights && config.offsetCorrection === 'unit-column';
  const columns = withUnit ? [...weights, inputs.map(() => 0)] : [...weights];
  const outputs: bigint[] = columns.map(() => 0n);
  const saturations: number[][][] = columns.map(() => config.slices.map(() => []));
  const columnSums: number[][][] = [];
  const codes: number[][][] = [];
  let digitalCorrection = 0n;

  for (const { digits, worth } of passesOf(config, inputs)) {
    for (let first = 0; first < config.rows; first += config.dacs) {
      const driven = digits.map((digit, row) => (row >= first && row < first + config.dacs ? digit : 0));
      const passSums: number[][] = [];
      const passCodes: number[][] = [];
      columns.forEach((column, m) => {
        const sums = config.slices.map((_, s) => sumOfColumn(config, column, s, driven));
        const converted = sums.map((sum) => convert(config, sum));
        converted.forEach((code, s) => {
          saturations[m]![s]!.push(code === sums[s] ? 0 : 1);
          outputs[m]! += BigInt(code) * bottomBit(config, s) * worth;
        });
        passSums.push(sums);
        passCodes.push(converted);
      });
      columnSums.push(passSums);
      codes.push(passCodes);
      const perDigit = 2n ** BigInt(config.weightBits - 1) + config.slices.reduce((sum, _, s) => sum + BigInt(config.hrsLevels) * bottomBit(config, s), 0n);
      if (offsetWeights && !withUnit) digitalCorrection += perDigit * worth * driven.reduce((sum, digit) => sum + BigInt(digit), 0n);
    }
  }

  const correction = withUnit ? outputs[weights.length]! : digitalCorrection;
  return {
    outputs: weights.map((row, m) => {
      const sumOfWeights = row.reduce((sum, w) => sum + BigInt(w), 0n);
      const inputOffset = config.inputCoding === 'offset' ? 2n ** BigInt(config.inputBits - 1) : 0n;
      return Number(BigInt.asIntN(32, outputs[m]! - correction - inputOffset * sumOfWeights));
    }),
    columnSums,
    codes,
    saturations,
  };
}

/** The digits of every row in every pass, and what a digit of 1 is worth. */
function passesOf(config: CrossbarConfig, inputs: readonly number[]): { digits: number[]; worth: bigint }[] {
  const bits = config.inputBits;
  const half = 2 ** (bits - 1);
  const base = 2 ** config.dacBits;
  // Splits the low `width` bits of values >= 0 into digits, least significant first.
  const serial = (values: readonly number[], width: number, sign: bigint): { digits: number[]; worth: bigint }[] => {
    const passes = [];
    for (let done = 0; done < width; done += config.dacBits) {
      const top = Math.min(base, 2 ** (width - done));
      passes.push({ digits: values.map((v) => Math.floor(v / 2 ** done) % top), worth: sign * 2n ** BigInt(done) });
    }
    return passes;
  };
  switch (config.inputCoding) {
    case 'unsigned':
      return serial(inputs, bits, 1n);
    case 'offset':
      return serial(inputs.map((x) => x + half), bits + 1, 1n);
    case 'twos-complement':
      return [
        ...serial(inputs.map((x) => (x < 0 ? x + half : x)), bits - 1, 1n),
        { digits: inputs.map((x) => (x < 0 ? 1 : 0)), worth: -BigInt(half) },
      ];
    case 'differential':
      return [...serial(inputs.map((x) => (x > 0 ? x : 0)), bits - 1, 1n), ...serial(inputs.map((x) => (x < 0 ? -x : 0)), bits, -1n)];
    case 'sign-magnitude':
      return serial(inputs.map((x) => Math.abs(x)), bits - 1, 1n).map(({ digits, worth }) => ({
        digits: digits.map((digit, row) => (inputs[row]! < 0 ? -digit : digit)),
        worth,
      }));
  }
}

/** Analog sum over the driven rows of one slice's column, in cell levels. */
function sumOfColumn(config: CrossbarConfig, column: readonly number[], slice: number, driven: readonly number[]): number {
  let sum = 0;
  column.forEach((w, row) => {
    const digit = driven[row]!;
    if (config.weightCoding === 'offset') sum += digit * (cell(config, w + 2 ** (config.weightBits - 1), slice) + config.hrsLevels);
    else sum += digit * (cell(config, w > 0 ? w : 0, slice) - cell(config, w < 0 ? -w : 0, slice));
  });
  return sum;
}

/** The level in which `slice` stores its bits of a value >= 0. */
function cell(config: CrossbarConfig, value: number, slice: number): number {
  return Number((BigInt(value) / bottomBit(config, slice)) % 2n ** BigInt(config.slices[slice]!));
}

/** Weight of a slice's least significant bit. */
function bottomBit(config: CrossbarConfig, slice: number): bigint {
  return config.slices.slice(slice + 1).reduce((product, bits) => product * 2n ** BigInt(bits), 1n);
}

function convert(config: CrossbarConfig, sum: number): number {
  if (config.adcBits === 'ideal') return sum;
  const top = config.weightCoding === 'offset' ? 2 ** config.adcBits - 1 : 2 ** (config.adcBits - 1) - 1;
  const bottom = config.weightCoding === 'offset' ? 0 : -top;
  return sum > top ? top : sum < bottom ? bottom : sum;
}
