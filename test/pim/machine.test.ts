import { f16round, getFloat16, setFloat16 } from '@petamoriken/float16';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, controlRow, ControlWrites, encodePim, packLanes, PimCells, PimMachine, pimConfig, storeAll, trigger, unpackLanes, WordlineError, type PimConfig, type PimFormat, type PimInstruction, type PimOperand, type PimOptions, type PimRequest } from '../../src/index.ts';
import { FLOAT_ARITHMETIC, halfBits, halfValue, roundHalf, sumToOdd } from '../../src/pim/float.ts';
import { exact, FORMATS, plus, rounded, times } from './exact.ts';
import { NONE, operation } from './arbitrary.ts';

const config = pimConfig();
const view = new DataView(new ArrayBuffer(4));

/** Bits and values by the float16 package and a DataView. */
const CODEC = {
  binary16: { value: (bits: number): number => (view.setUint16(0, bits), getFloat16(view, 0)), bits: (value: number): number => (setFloat16(view, 0, value), Number.isNaN(value) ? 0x7e00 : view.getUint16(0)), round: f16round },
  binary32: { value: (bits: number): number => (view.setUint32(0, bits), view.getFloat32(0)), bits: (value: number): number => (view.setFloat32(0, value), Number.isNaN(value) ? 0x7fc00000 : view.getUint32(0)), round: Math.fround },
} as const;

/** Bits of a lane, with many that meet: corners, near numbers, and any. */
const laneBits = (format: PimFormat): fc.Arbitrary<number> => {
  const [one, step, sign] = format === 'binary16' ? [0x3c00, 0x400, 0x8000] : [0x3f800000, 0x800000, 0x80000000];
  const infinity = format === 'binary16' ? 0x7c00 : 0x7f800000;
  return fc.oneof(
    fc.constantFrom(0, sign, 1, sign + 1, infinity, sign + infinity, infinity + 1, sign + infinity + step / 2 + 1, infinity - 1, step, step - 1, one),
    fc.tuple(fc.integer({ min: -12, max: 12 }), fc.nat({ max: step - 1 }), fc.boolean()).map(([e, f, s]) => one + e * step + f + (s ? sign : 0)),
    fc.nat({ max: 2 * sign - 1 }),
  );
};

describe('numbers', () => {
  it('all of binary16, to values and back', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = CODEC.binary16.value(bits);
      if (!Object.is(halfValue(bits), value)) throw new Error(bits.toString(16));
      if (halfBits(value) !== CODEC.binary16.bits(value)) throw new Error(bits.toString(16));
    }
  });

  it('binary16: all midpoints and what is beside them', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      const low = halfValue(bits);
      const high = bits === 0x7bff ? 65536 : halfValue(bits + 1);
      for (const value of [low, (low + high) / 2, (low + high) / 2 + 2 ** -40, (low + high) / 2 - 2 ** -40, high - (high - low) / 64]) {
        for (const signed of [value, -value]) if (!Object.is(roundHalf(signed), f16round(signed))) throw new Error(`${signed}`);
      }
    }
    for (const value of [NaN, Infinity, -Infinity, 1e300, -1e300, 2 ** -1074, -(2 ** -1074)]) expect(roundHalf(value)).toBe(f16round(value));
  });

  it.each(['binary16', 'binary32'] as const)('%s: the sum of a product and a number is rounded once', (format) => {
    const { value } = CODEC[format];
    fc.assert(
      fc.property(laneBits(format), laneBits(format), laneBits(format), fc.boolean(), (a, b, c, near) => {
        const [x, y] = [value(a), value(b)];
        // Half of the summands are as far from the product as makes the last bit matter.
        const z = near ? CODEC[format].round(-x * y) : value(c);
        if (![x, y, z].every(Number.isFinite)) return;
        const sum = plus(times(exact(x), exact(y)), exact(z));
        if (sum.m === 0n) return;
        expect(FLOAT_ARITHMETIC[format].round(sumToOdd(x * y, z))).toBe(rounded(sum, FORMATS[format]));
      }),
      { numRuns: 8000 },
    );
    // Twice rounded, in double and then again, these are wrong.
    const [x, y, z] = format === 'binary32' ? [1 + 2 ** -23, 1 + 2 ** -23, 2 ** -24 + 2 ** -60] : [2 ** -11 * (1 + 2 ** -10), 1 - 2 ** -11, 1];
    const sum = plus(times(exact(x), exact(y)), exact(z));
    expect(FLOAT_ARITHMETIC[format].round(sumToOdd(x * y, z))).toBe(rounded(sum, FORMATS[format]));
  });

  it('binary32: a sum that doubles round to a midpoint', () => {
    // 1 + 2^-24 is the midpoint; 2^-80 behind it is lost in a double.
    expect(Math.fround(1 + 2 ** -24 + 2 ** -80)).toBe(1);
    expect(Math.fround(sumToOdd(1 + 2 ** -24, 2 ** -80))).toBe(1 + 2 ** -23);
    expect(Math.fround(sumToOdd(1 + 3 * 2 ** -24, -(2 ** -80)))).toBe(1 + 2 ** -23);
    expect(Math.fround(sumToOdd(-1 - 2 ** -24, -(2 ** -80)))).toBe(-1 - 2 ** -23);
  });
});

/** One unit by itself, a lane at a time, written from the description: values by another package, fused by exact numbers. */
class Plain {
  readonly a: number[][];
  readonly b: number[][];
  m: number[] = [];
  s: number[] = [];

  constructor(private readonly units: PimConfig) {
    const file = (): number[][] => Array.from({ length: units.registers }, () => Array.from({ length: units.lanes }, () => 0));
    [this.a, this.b] = [file(), file()];
  }

  /** What a store writes. */
  execute({ op, aam, relu, destination, sources }: PimInstruction, column: number, bank: readonly number[]): number[] | undefined {
    if (destination === undefined) return undefined;
    const at = (o: PimOperand): number => (aam ? column % this.units.registers : o.index);
    const lanes = (o: PimOperand): readonly number[] => {
      if (o.space === 'A') return this.a[at(o)]!;
      if (o.space === 'B') return this.b[at(o)]!;
      return o.space === 'BANK' ? bank : bank.map(() => (o.space === 'M' ? this.m : this.s)[o.index]!);
    };
    const before = destination.space === 'A' || destination.space === 'B' ? lanes(destination) : bank;
    const operands = sources.map(lanes);
    const result = bank.map((_, i) => {
      const s = op === 'MAD' ? this.s[sources[1]!.index]! : before[i]!;
      return this.lane(op, relu, operands[0]![i]!, operands[1]?.[i] ?? 0, s);
    });
    if (destination.space === 'BANK') return result;
    if (destination.space === 'SRF') [this.m, this.s] = [result.slice(0, result.length / 2), result.slice(result.length / 2)];
    else (destination.space === 'A' ? this.a : this.b)[at(destination)] = result;
    return undefined;
  }

  private lane(op: PimInstruction['op'], relu: boolean, p: number, q: number, r: number): number {
    const { value, bits, round } = CODEC[this.units.format];
    const [x, y, z] = [value(p), value(q), value(r)];
    const negative = p.toString(2).length === this.units.width;
    switch (op) {
      case 'MOV': case 'FILL': return relu && negative ? 0 : p; // prettier-ignore
      case 'ADD': return bits(round(x + y)); // prettier-ignore
      case 'SUB': return bits(round(x - y)); // prettier-ignore
      case 'MUL': return bits(round(x * y)); // prettier-ignore
      case 'GATE': return y > 0 ? p : 0; // prettier-ignore
      case 'MAX': return Number.isNaN(x) || Number.isNaN(y) ? bits(NaN) : x > y || (x === y && !negative) ? p : q; // prettier-ignore
      case 'MAC': case 'MAD': return bits(this.units.fused ? this.fused(x, y, z) : round(round(x * y) + z)); // prettier-ignore
      case 'NOP': case 'JUMP': case 'EXIT': throw new Error(op); // prettier-ignore
    }
  }

  private fused(x: number, y: number, z: number): number {
    const product = x * y;
    if (![x, y, z].every(Number.isFinite) || product === 0) return product + z;
    const sum = plus(times(exact(x), exact(y)), exact(z));
    return sum.m === 0n ? 0 : rounded(sum, FORMATS[this.units.format]);
  }
}

describe('programs', () => {
  it.each([
    { format: 'binary16' }, { format: 'binary16', fused: true }, { format: 'binary32', registers: 16 }, { format: 'binary32', fused: true, banksPerUnit: 2 }, { format: 'binary16', registers: 32, banksPerUnit: 2, preset: 'qv100-hbm2' },
  ] as const)('%j: registers and cells after random instructions are those of a plain interpreter, in every unit', (options) => {
    const units = pimConfig(options);
    const { pseudoChannels, burstsPerRow } = units.preset.organisation;
    const few = { registers: 4, scalars: units.scalars };
    const burst = fc.array(laneBits(options.format), { minLength: units.lanes, maxLength: units.lanes });
    fc.assert(
      fc.property(fc.array(fc.tuple(operation(few), fc.nat({ max: burstsPerRow - 1 })), { minLength: 1, maxLength: 15 }), fc.array(burst, { minLength: 6, maxLength: 6 }), burst, (steps, bursts, scalars) => {
        // NOPs keep results apart.
        const program = [...steps.flatMap(([i]) => [i, NONE]), { ...NONE, op: 'EXIT' as const }];
        const control = new ControlWrites(units);
        const cells = new PimCells(units);
        const machine = new PimMachine(units, cells);
        const everywhere = Array.from({ length: pseudoChannels * units.units }, (_, n) => ({ pc: Math.floor(n / units.units), unit: n % units.units, plain: new Plain(units) }));
        machine.run([...control.program(program.map(encodePim)), control.scalars({ m: scalars.slice(0, units.scalars), s: scalars.slice(units.scalars) }), control.register('A', 0, packLanes(bursts[0]!, units)), control.register('B', 1, packLanes(bursts[1]!, units)), control.start()]);
        for (const { plain, pc, unit } of everywhere) {
          plain.a[0] = [...bursts[0]!];
          plain.b[1] = [...bursts[1]!];
          [plain.m, plain.s] = [scalars.slice(0, units.scalars), scalars.slice(units.scalars)];
          // Each unit has cells of its own.
          for (let c = 0; c < burstsPerRow; c++) cells.write(pc, unit, 1, 7, c, packLanes(bursts[(c + pc + unit) % bursts.length]!, units));
        }
        for (const [instruction, column] of steps) {
          const write = instruction.destination?.space === 'BANK';
          const stored = everywhere.map(({ plain, pc, unit }) => plain.execute(instruction, column, unpackLanes(cells.read(pc, unit, 1, 7, column), units)));
          machine.run([trigger(1, 7, column, write), trigger(1, 7, column, write)]);
          for (const [n, { plain, pc, unit }] of everywhere.entries()) {
            if (stored[n] !== undefined) expect(unpackLanes(cells.read(pc, unit, 1, 7, column), units)).toEqual(stored[n]);
            expect([...machine.units[n]!.scalars]).toEqual([...plain.m, ...plain.s]);
            for (let r = 0; r < units.registers; r++) {
              expect([...machine.vector('A', r, unit, pc)]).toEqual(plain.a[r]);
              expect([...machine.vector('B', r, unit, pc)]).toEqual(plain.b[r]);
            }
          }
        }
        expect(() => machine.give(trigger(0, 0, 0))).toThrow('pim-exit');
        expect(machine.triggers).toBe(2 * steps.length);
      }),
      { numRuns: 12 },
    );
  });

  it('a sum over columns, in a loop inside a loop, with the column as the index', () => {
    const { words } = assemble('l: ADD.AAM A, A, BANK\nJUMP l, 7\nJUMP l, 2\ns: MOV.AAM.RELU BANK, A\nJUMP s, 7\nEXIT');
    const control = new ControlWrites(config);
    const one = (value: number): Uint32Array => packLanes(Array.from({ length: 16 }, () => halfBits(value)), config);
    const load = Array.from({ length: 24 }, (_, c) => storeAll(2, 9, c, one(c < 8 ? -100 : c)));
    const work = [...Array.from({ length: 24 }, (_, c) => trigger(2, 9, c)), ...Array.from({ length: 8 }, (_, c) => trigger(3, 9, c, true))];
    const machine = new PimMachine(config).run([...control.program(words), ...load, control.start({ clear: true }), ...work]);
    for (let c = 0; c < 8; c++) for (const pc of [0, 1]) expect(halfValue(unpackLanes(machine.memory.read(pc, 3, 3, 9, c), config)[5]!)).toBe(Math.max(0, -100 + c + 8 + c + 16));
    expect([machine.counts.ADD, machine.counts.MOV, machine.triggers]).toEqual([24, 8, 32]);
  });

  it('start runs it again; clear leaves scalars and cells; loading words changes the program', () => {
    const control = new ControlWrites(config);
    const machine = new PimMachine(config).run([...control.program(assemble('FILL SRF, BANK\nMOV A[2], BANK\nEXIT').words), storeAll(0, 0, 0, packLanes(Array.from({ length: 16 }, (_, i) => i + 1), config)), trigger(0, 0, 0), trigger(0, 0, 0)]);
    expect(() => machine.give(trigger(0, 0, 0))).toThrow('EXIT at word 2');
    expect([...machine.vector('A', 2, 1)]).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    machine.run([control.start({ clear: true }), trigger(0, 0, 0)]);
    expect([...machine.vector('A', 2, 1)].every((x) => x === 0)).toBe(true);
    expect([...machine.units[0]!.scalars]).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    machine.run([...control.program(assemble('NOP\nMOV B[1], S[0]\nEXIT').words), trigger(0, 0, 0)]);
    expect(machine.vector('B', 1, 0)[15]).toBe(9);
    machine.give(control.clear());
    expect(() => machine.give(trigger(0, 0, 0))).toThrow('pim-exit');
  });

  it('WR leaves the cells alone when the instruction is no store', () => {
    const control = new ControlWrites(config);
    const data = packLanes([1, 2, 3], config);
    const machine = new PimMachine(config).run([...control.program(assemble('ADD A[0], A[0], B[0]\nEXIT').words), storeAll(0, 4, 4, data), trigger(0, 4, 4, true)]);
    expect(machine.memory.read(1, 2, 0, 4, 4)).toEqual(data);
  });
});

describe('errors', () => {
  const control = new ControlWrites(config);
  const message = (source: string | readonly number[], ...requests: PimRequest[]): string => {
    const words = typeof source === 'string' ? assemble(source, config).words : source;
    try {
      new PimMachine(config).run([...control.program(words), ...requests]);
    } catch (error) {
      if (error instanceof WordlineError) return error.message.split('\n')[0]!;
      throw error;
    }
    return '';
  };
  const [read, write] = [trigger(0, 3, 5), trigger(0, 3, 5, true)];
  const { organisation } = config.preset;
  const data = new Uint32Array(8);

  it.each([
    ['MOV BANK, A[0]\nEXIT', [read], 'PIM request 1 (trigger, RD bank 0, row 3, column 5): word 0, MOV BANK, A[0], needs WR [pim-direction]'],
    ['MAC B[0], A[1], BANK\nEXIT', [write], 'PIM request 1 (trigger, WR bank 0, row 3, column 5): word 0, MAC B[0], A[1], BANK, needs RD [pim-direction]'],
    ['MUL.AAM A, A, BANK\nMOV B[0], A[5]\nEXIT', [read, write], 'PIM request 2 (trigger, WR bank 0, row 3, column 5): word 1, MOV B[0], A[5], uses A[5] 1 after the instruction that computes it; it is free 2 after it [pim-hazard]'],
    ['EXIT', [read], 'PIM request 1 (trigger, RD bank 0, row 3, column 5): the program is over, by EXIT at word 0 [pim-exit]'],
    [[0], Array.from({ length: 33 }, () => read), 'PIM request 33 (trigger, RD bank 0, row 3, column 5): the program ran off the end of the instruction memory [pim-end]'],
    [[0xffffffff], [read], 'PIM request 1 (trigger, RD bank 0, row 3, column 5): word 0, 0xffffffff, is no instruction [pim-word]'],
    [[encodePim({ ...NONE, op: 'JUMP', target: 0, count: 9 })], [read], 'PIM request 1 (trigger, RD bank 0, row 3, column 5): more than 4 JUMPs follow each other, the last at word 0 [pim-jumps]'],
    [[encodePim({ ...NONE, op: 'MOV', destination: { space: 'A', index: 8 }, sources: [{ space: 'A', index: 0 }] })], [read], 'PIM request 1 (trigger, RD bank 0, row 3, column 5): there is no register 8 [pim-request]'],
    [[encodePim({ ...NONE, op: 'MOV', destination: { space: 'A', index: 0 }, sources: [{ space: 'S', index: 9 }] })], [read], 'PIM request 1 (trigger, RD bank 0, row 3, column 5): there is no scalar 9 [pim-request]'],
    [[encodePim({ ...NONE, op: 'MOV', destination: { space: 'BANK', index: 0 }, sources: [{ space: 'BANK', index: 0 }] })], [write], 'PIM request 1 (trigger, WR bank 0, row 3, column 5): word 0: MOV reads and writes the bank, and a command does one of them [pim-word]'],
    ['EXIT', [trigger(4, 0, 0)], 'PIM request 1 (trigger, RD bank 4, row 0, column 0): there is no bank 4 [pim-request]'],
    ['EXIT', [trigger(0, 16384, 0)], 'PIM request 1 (trigger, RD bank 0, row 16384, column 0): there is no row 16384 [pim-request]'],
    ['EXIT', [trigger(0, 0, 32)], 'PIM request 1 (trigger, RD bank 0, row 0, column 32): there is no column 32 [pim-request]'],
    ['EXIT', [{ execute: false, write: false, bank: 0, row: 0, column: 0 }], 'PIM request 1 (all banks, RD bank 0, row 0, column 0): in all-bank mode nothing can be read [pim-request]'],
    ['EXIT', [{ execute: false, write: true, bank: 0, row: 0, column: 0 }], 'PIM request 1 (all banks, WR bank 0, row 0, column 0): it has no data [pim-request]'],
    ['EXIT', [storeAll(0, 0, 0, new Uint32Array(4))], 'PIM request 1 (all banks, WR bank 0, row 0, column 0): it has 4 words of data [pim-request]'],
    ['EXIT', [storeAll(0, controlRow('AB_ROW', organisation), 0, data)], 'PIM request 1 (all banks, WR bank 0, row 16383, column 0): AB_ROW is for changing modes [pim-request]'],
    ['EXIT', [storeAll(0, controlRow('CONF_ROW', organisation), 8, data)], 'PIM request 1 (all banks, WR bank 0, row 16381, column 8): CONF_ROW has no column 8 [pim-request]'],
    ['EXIT', [storeAll(0, controlRow('A_ROW', organisation), 8, data)], 'PIM request 1 (all banks, WR bank 0, row 16380, column 8): there is no register 8 [pim-request]'],
  ])('%j', (source, requests, expected) => {
    expect(message(source, ...requests)).toBe(expected);
  });

  it('of what is loaded', () => {
    expect(() => control.program(new Uint32Array(33))).toThrow('a program has 33 words; the instruction memory has 32 [pim-long]');
    expect(() => control.scalars({ s: new Uint32Array(9) })).toThrow('9 scalars for S, which has 8 [pim-scalars]');
    expect(() => control.register('B', 8, [])).toThrow('there is no B[8] [pim-register]');
  });

  it.each([
    [{ registers: 12 }, 'registers of a PIM unit is 12 [pim-config]'],
    [{ banksPerUnit: 3 }, 'banksPerUnit of a PIM unit is 3 [pim-config]'],
    [{ multiplyCycles: 5 }, 'multiplyCycles of a PIM unit is 5 [pim-config]'],
    [{ format: 'binary64' as PimFormat }, 'PIM units do not compute with "binary64" [pim-config]'],
    [{ regsiters: 8 }, 'a PIM unit has no option "regsiters" [unknown-option]'],
    [{ preset: 'samsung' }, 'there is no DRAM preset "samsung" [unknown-preset]'],
  ])('of units: %j', (options, expected) => {
    expect(() => pimConfig(options as PimOptions)).toThrow(expected);
  });
});
