import { describe, expect, it } from 'vitest';
import {
  BINARY16, BINARY32, FloatAdd, FloatAddPipeline, FloatCompare, FloatConvert, FloatExtreme, FloatMultiply, FloatMultiplyAdd, FloatMultiplyAddPipeline, FloatMultiplyPipeline, FloatRelu, FloatToInteger, IntegerToFloat, nanRules,
  type NanRule,
} from '../../../rtl/lib/index.ts';
import { cosimAll, describeDifference, elaborate, equivalent, randomStimulus, simulate, uint, module, WordlineError, type Definition, type Signal } from '../../../src/index.ts';
import { need } from '../../cosim/helpers.ts';
import { random } from './operands.ts';

/** What the units have in common, as far as types go. */
type Unit = Extract<Definition, { readonly kind: 'module' }>;
const format = BINARY16;
const MINI = { exponent: 3, fraction: 2 };

describe('pipelines', () => {
  const stagesOf = (most: number): number[] => Array.from({ length: most }, (_, i) => i + 1);
  const families: [string, Unit, (stages: number) => Unit, number][] = [
    ['add', FloatAdd({ format }), (stages) => FloatAddPipeline({ format, stages }), 4],
    ['multiply', FloatMultiply({ format }), (stages) => FloatMultiplyPipeline({ format, stages }), 4],
    ['multiply-add', FloatMultiplyAdd({ format }), (stages) => FloatMultiplyAddPipeline({ format, stages }), 8],
    ['fused', FloatMultiplyAdd({ format, fused: true }), (stages) => FloatMultiplyAddPipeline({ format, fused: true, stages }), 5],
  ];
  it.each(families)('%s: any number of stages gives what the logic gives, that many enabled edges later', (_, plain, piped, most) => {
    const logic = simulate(plain);
    const read = (sim: typeof logic): unknown => JSON.stringify(sim.out);
    for (const stages of stagesOf(most)) {
      const next = random(stages);
      const sim = simulate(piped(stages));
      const expected: unknown[] = [];
      for (let i = 0; i < 120; i++) {
        const operands = Object.fromEntries(['a', 'b', 'c'].filter((name) => name in (plain.ports as { in: object }).in).map((name) => [name, next() & 0xffff]));
        const enable = next() % 4 === 0 ? 0 : 1;
        Object.assign(logic.in, operands);
        Object.assign(sim.in, operands, { enable });
        if (enable === 1) expected.push(read(logic));
        sim.step();
        if (expected.length >= stages) expect(read(sim)).toBe(expected[expected.length - stages]);
      }
    }
  });
});

describe('rules for NaNs', () => {
  const [snan1, qnan2, infinity, one] = [0xfc01, 0x7e02, 0x7c00, 0x3c00];
  const sum = (nan: NanRule, a: number, b: number): number => {
    const sim = simulate(FloatAdd({ format, nan }));
    Object.assign(sim.in, { a, b });
    return sim.out.y as number;
  };
  it.each<[NanRule, number[]]>([
    ['canonical', [0x7e00, 0x7e00, 0x7e00, 0x7e00]],
    ['first', [0xfe01, 0x7e02, 0x7e02, 0x7e00]],
    ['half', [0xfe01, 0x7e02, 0x7e02, 0x7fff]],
  ])('%s', (nan, expected) => {
    expect([sum(nan, snan1, qnan2), sum(nan, qnan2, snan1), sum(nan, one, qnan2), sum(nan, infinity, infinity | 0x8000)]).toEqual(expected);
  });
  it('are all tested', () => expect(nanRules).toEqual(['canonical', 'first', 'half']));
});

it('one rounding and two differ where they should', () => {
  const result = (fused: boolean): number => {
    const sim = simulate(FloatMultiplyAdd({ format, fused }));
    Object.assign(sim.in, { a: 0x3c01, b: 0x3c01, c: 0xbc02 });
    return sim.out.y as number;
  };
  expect([result(false), result(true)]).toEqual([0x0000, 0x0010]);
});

describe('parameters', () => {
  it.each<[string, () => unknown, string]>([
    ['an exponent of 2 bits', () => FloatAdd({ format: { exponent: 2, fraction: 1 } }), 'FloatAdd: format must be a format'],
    ['an unknown rule', () => FloatMultiply({ format, nan: 'none' as NanRule }), 'FloatMultiply: nan must be one of canonical, first, half, not none'],
    ['too many stages', () => FloatAddPipeline({ format, stages: 5 }), 'FloatAddPipeline: stages must be a whole number from 1 to 4, not 5'],
    ['a misspelt name', () => FloatAdd({ format, nam: 'first' } as never), 'FloatAdd has no parameter "nam"'],
  ])('%s is an error', (_, make, message) => {
    expect(make).toThrow(WordlineError);
    expect(make).toThrow(message);
  });
});

describe('proofs', () => {
  const ports = { in: { a: uint(16), b: uint(16) }, out: { y: uint(16) } } as const;
  const of = (name: string, unit: Definition, swapped: boolean) =>
    module(name, ports, ({ a, b }, hw) => ({ y: (hw.instance('unit', unit, (swapped ? { a: b, b: a } : { a, b }) as never).out as unknown as { y: Signal<16> }).y }));
  it('the greater of two binary16 numbers is the same in either order', async () => {
    const unit = FloatExtreme({ format, operation: 'maximumNumber' });
    expect((await equivalent(of('Ab', unit, false), of('Ba', unit, true))).result).toBe('proved');
  });
  it('the sum of two binary16 numbers is the same in either order', async () => {
    const unit = FloatAdd({ format });
    expect((await equivalent(of('Ab', unit, false), of('Ba', unit, true))).result).toBe('proved');
  });
  it('binary16 to binary32 and back changes nothing but NaNs, which become canonical', async () => {
    const io = { in: { a: uint(16) }, out: { y: uint(16) } } as const;
    const There = module('There', io, ({ a }, hw) => {
      const wide = hw.instance('wide', FloatConvert({ from: BINARY16, to: BINARY32 }), { a } as never).out as unknown as { y: Signal<32> };
      return { y: (hw.instance('narrow', FloatConvert({ from: BINARY32, to: BINARY16 }), { a: wide.y } as never).out as unknown as { y: Signal<16> }).y };
    });
    const Same = module('Same', io, ({ a }, hw) => ({ y: a.slice(14, 0).gt(0x7c00).mux(hw.lit(16, 0x7e00), a) }));
    expect((await equivalent(There, Same)).result).toBe('proved');
  });
});

describe('Verilog', () => {
  const designs = [
    FloatAdd({ format }), FloatMultiply({ format, nan: 'half' }), FloatMultiply({ format: BINARY32 }), FloatMultiplyAdd({ format: MINI, fused: true, nan: 'first' }), FloatMultiplyAddPipeline({ format, stages: 3 }),
    FloatCompare({ format }), FloatExtreme({ format, operation: 'minimum' }), FloatRelu({ format }), FloatConvert({ from: BINARY16, to: BINARY32 }), FloatConvert({ from: BINARY32, to: BINARY16, nan: 'first' }),
    IntegerToFloat({ format, width: 32 }), FloatToInteger({ format: BINARY32, width: 16 }),
  ].map((d: Unit) => elaborate(d)); // prettier-ignore
  it('names no signal that nobody uses', () => expect(designs.flatMap((d) => d.warnings.map((w) => w.message))).toEqual([]));
  it('runs in Icarus as the units do here', (context) => {
    need(context, 'icarus');
    const results = cosimAll(designs.map((design) => ({ design, stimulus: randomStimulus(design, { cycles: 300, seed: 4 }) })));
    expect(results.flatMap(({ difference }, i) => (difference === undefined ? [] : [`${designs[i]!.flat.name}: ${describeDifference(difference)}`]))).toEqual([]);
  });
});
