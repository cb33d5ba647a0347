import { describe, expect, it } from 'vitest';
import { crossbarConfig, derive, mvmCycles } from '../../src/cim/index.ts';
import { WordlineError } from '../../src/diag/index.ts';
import { fixture, type CycleTable } from './fixtures.ts';

function messageOf(options: object): string {
  try {
    crossbarConfig(options);
  } catch (error) {
    expect(error).toBeInstanceOf(WordlineError);
    return (error as WordlineError).message;
  }
  return 'no error';
}

describe('defaults', () => {
  it('are the paper-sized crossbar', () => {
    expect(crossbarConfig()).toEqual({
      rows: 128,
      columns: 128,
      inputBits: 8,
      inputCoding: 'unsigned',
      dacBits: 1,
      dacs: 128,
      weightBits: 8,
      weightCoding: 'differential',
      slices: [2, 2, 2, 2],
      offsetCorrection: 'digital',
      hrsLevels: 0,
      adcBits: 8,
      adcs: 16,
      timing: { inputBuffer: 0, dac: 1, read: 30, sampleHold: 1, adc: 1, shiftAdd: 1, output: 1 },
      pipelined: true,
    });
  });

  it('follow the sizes that are given', () => {
    expect(crossbarConfig({ rows: 32, columns: 8, weightBits: 5 })).toMatchObject({ dacs: 32, adcs: 8, slices: [1, 2, 2] });
    expect(crossbarConfig({ timing: { read: 5 } }).timing).toMatchObject({ dac: 1, read: 5 });
  });

  it('a checked configuration can be checked again, and cannot be changed', () => {
    const config = crossbarConfig({ columns: 16, timing: { adc: 4 } });
    expect(crossbarConfig(config)).toEqual(config);
    expect(Object.isFrozen(config) && Object.isFrozen(config.timing) && Object.isFrozen(config.slices)).toBe(true);
  });
});

describe('what follows from a configuration', () => {
  it('widths of the default', () => {
    expect(derive(crossbarConfig())).toMatchObject({
      weights: { low: -128, high: 127 },
      inputs: { low: 0, high: 255 },
      codes: { low: -127, high: 127 },
      columnSum: { low: -384, high: 384 },
      passes: 8,
      turns: 8,
      sliceShift: [6, 4, 2, 0],
      timing: { front: 32, back: 17, turnInterval: 2, passInterval: 32, mvm: 273 },
      widths: { input: 8, dac: 1, sampleHold: 10, adcCode: 8, sliceSum: 15, rowSum: 8, output: 32, passCounter: 3, turnCounter: 3, cycleCounter: 9 },
    });
  });

  it('ranges without the most negative value when a slice bit fewer stores the magnitude', () => {
    expect(derive(crossbarConfig({ slices: [3, 4] })).weights).toEqual({ low: -127, high: 127 });
    expect(derive(crossbarConfig({ inputCoding: 'sign-magnitude' })).inputs).toEqual({ low: -127, high: 127 });
    expect(derive(crossbarConfig({ inputCoding: 'twos-complement' })).inputs).toEqual({ low: -128, high: 127 });
  });

  it.each([
    ['unsigned', 8, [8, 4, 3]],
    ['twos-complement', 8, [8, 5, 4]], // the sign bit has its own pass
    ['offset', 8, [9, 5, 3]], // one bit more, as in analog-cim-sim
    ['differential', 8, [15, 8, 6]],
    ['sign-magnitude', 8, [7, 4, 3]],
  ] as const)('passes of %s inputs with DACs of 1, 2 and 3 bits', (inputCoding, inputBits, passes) => {
    expect([1, 2, 3].map((dacBits) => derive(crossbarConfig({ inputCoding, inputBits, dacBits })).passes)).toEqual(passes);
  });

  it('an ideal ADC is as wide as the largest sum', () => {
    expect(derive(crossbarConfig({ adcBits: 'ideal' }))).toMatchObject({ codes: { low: -384, high: 384 }, widths: { adcCode: 10 } });
    expect(derive(crossbarConfig({ adcBits: 'ideal', weightCoding: 'offset', dacs: 32, hrsLevels: 1 })).codes).toEqual({ low: 0, high: 128 });
  });
});

describe('cycles of an MVM', () => {
  it('equal all 1,584 latencies of pimsim-nn', () => {
    const { rows } = fixture<CycleTable>('pimsim_mvm_cycles');
    expect(rows).toHaveLength(1584);
    const differ = rows.filter(([size, dacs, dacBits, adcs, adc, pipelined, inputBits, cycles]) => {
      const config = crossbarConfig({ rows: size, columns: size, dacs, dacBits, adcs, inputBits, pipelined: pipelined === 1, timing: { adc } });
      return mvmCycles(config) !== cycles;
    });
    expect(differ).toEqual([]);
  });

  it('a unit column is one column more', () => {
    const shared = { columns: 128, adcs: 16, pipelined: false, weightCoding: 'offset' } as const;
    const cycles = (offsetCorrection: 'digital' | 'unit-column'): number => mvmCycles(crossbarConfig({ ...shared, offsetCorrection }));
    expect(cycles('unit-column') - cycles('digital')).toBe(8 * 2);
  });
});

describe('errors', () => {
  it('an unknown option names the nearest', () => {
    expect(messageOf({ adcBit: 8 })).toBe('crossbarConfig has no option "adcBit" [unknown-option]\n  hint: did you mean "adcBits" or "adcs" or "dacBits"?');
    expect(messageOf({ timing: { reed: 3 } })).toBe('crossbarConfig has no option "timing.reed" [unknown-option]\n  hint: did you mean "read"?');
  });

  it('a value outside its range', () => {
    expect(messageOf({ rows: 0 })).toBe('crossbarConfig: rows: too small: expected number to be >=1 [crossbar-config]');
    expect(messageOf({ slices: [2, 5, 1] })).toContain('slices.1: too big: expected number to be <=4');
    expect(messageOf({ inputCoding: 'signed' })).toContain('inputCoding: invalid option: expected one of "unsigned"');
    expect(messageOf({ adcBits: 'best' })).toMatch(/adcBits: invalid input: expected (number|int), received string or invalid input: expected "ideal"/);
  });

  it.each([
    [{ slices: [2, 2, 2], weightCoding: 'offset' }, 'slices [2, 2, 2] hold 6 bits, but offset weights have 8'],
    [{ slices: [2, 2, 2] }, 'slices [2, 2, 2] hold 6 bits, but the magnitude of 8-bit weights has 8 (or 7 without the most negative value)'],
    [{ offsetCorrection: 'unit-column' }, 'differential weights have no offset for a unit column to correct'],
    [{ inputCoding: 'sign-magnitude', weightCoding: 'offset' }, 'negative column sums, which the unsigned ADC of offset weights cannot see'],
    [{ inputCoding: 'offset', inputBits: 1 }, 'offset inputs need at least 2 bits, not 1'],
    [{ dacBits: 5, inputBits: 4 }, 'dacBits 5 exceeds inputBits 4'],
    [{ adcBits: 1 }, 'a signed ADC of 1 bit has the single code 0'],
    [{ rows: 64, dacs: 128 }, '128 DACs for 64 rows'],
    [{ columns: 8, adcs: 16 }, '16 ADCs for 8 columns'],
  ])('%j', (options, message) => {
    expect(messageOf(options)).toContain(message);
    expect(messageOf(options)).toContain('[crossbar-config]\n  hint: ');
  });

  it('all at once', () => {
    expect(messageOf({ rows: 64, dacs: 128, adcBits: 1 }).split('\n')).toHaveLength(4);
    expect(messageOf({ rows: 0, colums: 4 }).split('\n')).toHaveLength(3);
  });
});
