import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Bits, MAX_WIDTH } from '../../src/bits/index.ts';
import { binary, mixed, resized, sized, unary, wires, type Wires } from './model.ts';
import { problemOf } from './problem.ts';

const WIDTHS = [1, 2, 3, 4, 5];
const all = (width: number): Bits[] => Array.from({ length: 2 ** width }, (_, v) => Bits.of<number>(width, v));
const wiresOf = (b: Bits): Wires => wires(b.width, Number(b.value));

/** Calls an operator by name, as a table of operators must. */
function call(a: Bits, name: string, ...args: unknown[]): Bits {
  const method = (a as unknown as Record<string, (...args: unknown[]) => Bits>)[name];
  if (method === undefined) throw new Error(`Bits has no operator ${name}`);
  return method.apply(a, args);
}

function check(got: Bits, want: Wires, what: () => string): void {
  // Plain comparisons first: half a million `expect`s would be most of the time.
  const text = want.map((b) => (b ? '1' : '0')).reverse().join('');
  if (got.width === want.length && got.toBinary() === text) return;
  expect.fail(`${what()} gives ${got.toBinary()}, the model says ${text}`);
}

describe('every operator on every value of 1 to 5 bits, against wires and gates', () => {
  it.each(Object.entries(binary))('%s', (name, model) => {
    for (const w of WIDTHS) {
      for (const a of all(w)) {
        for (const b of all(w)) {
          const want = model(wiresOf(a), wiresOf(b));
          check(call(a, name, b), want, () => `${a.toString()}.${name}(${b.toString()})`);
          check(call(a, name, b.toNumber()), want, () => `${a.toString()}.${name}(${b.toNumber()})`);
          check(call(a, name, b.toSignedBigInt()), want, () => `${a.toString()}.${name}(${b.toSignedBigInt()}n)`);
        }
      }
    }
  });

  it.each(Object.entries(mixed))('%s of all pairs of widths', (name, model) => {
    for (const w of WIDTHS) {
      for (const v of WIDTHS) {
        for (const a of all(w)) {
          for (const b of all(v)) check(call(a, name, b), model(wiresOf(a), wiresOf(b)), () => `${a.toString()}.${name}(${b.toString()})`);
        }
      }
    }
  });

  it.each(Object.entries(unary))('%s', (name, model) => {
    for (const a of WIDTHS.flatMap(all)) check(call(a, name), model(wiresOf(a)), () => `${a.toString()}.${name}()`);
  });

  it.each(Object.entries(sized))('%s', (name, model) => {
    for (const a of WIDTHS.flatMap(all)) {
      for (const n of [1, 2, 3, 5, 8, 33]) check(call(a, name, n), model(wiresOf(a), n), () => `${a.toString()}.${name}(${n})`);
    }
  });

  it.each(Object.entries(resized))('%s', (name, model) => {
    for (const a of WIDTHS.flatMap(all)) {
      const sizes = name === 'trunc' ? WIDTHS.filter((n) => n <= a.width) : [a.width, a.width + 1, a.width + 7];
      for (const n of sizes) check(call(a, name, n), model(wiresOf(a), n), () => `${a.toString()}.${name}(${n})`);
    }
  });

  it('constant shift amounts, indices and slices', () => {
    for (const a of WIDTHS.flatMap(all)) {
      for (const n of [0, 1, 2, 3, 4, 5, 6, 100]) {
        for (const name of ['shl', 'shr', 'sra']) {
          check(call(a, name, n), mixed[name]!(wiresOf(a), wires(7, n)), () => `${a.toString()}.${name}(${n})`);
        }
      }
      for (let hi = 0; hi < a.width; hi++) {
        check(a.bit(hi), [wiresOf(a)[hi]!], () => `${a.toString()}.bit(${hi})`);
        for (let lo = 0; lo <= hi; lo++) {
          check(a.slice(hi, lo), wiresOf(a).slice(lo, hi + 1), () => `${a.toString()}.slice(${hi}, ${lo})`);
        }
      }
    }
  });

  it('no operator is left out of the tables', () => {
    const readings = /^(constructor|to[A-Z]\w*|equals)$/;
    const operators = Object.getOwnPropertyNames(Bits.prototype).filter((name) => !readings.test(name));
    const tested = [binary, mixed, unary, sized, resized].flatMap((table) => Object.keys(table));
    expect(operators.sort()).toEqual([...tested, 'slice', 'mux'].sort());
  });

  it('mux, with a literal on either side', () => {
    const [one, zero] = [Bits.bool(true), Bits.bool(false)];
    for (const a of WIDTHS.flatMap(all)) {
      const b = a.not();
      expect(one.mux(a, b)).toBe(a);
      expect(zero.mux(a, b)).toBe(b);
      expect(zero.mux(a, b.toNumber()).equals(b)).toBe(true);
      expect(one.mux(a.toSignedNumber(), b).equals(a)).toBe(true);
    }
  });

  it('multiplication by a literal counts it as wide as the value', () => {
    expect(Bits.of(4, 15).mul(15)).toEqual(Bits.of(8, 225));
    expect(Bits.of(4, 15).mulS(15)).toEqual(Bits.of(8, 1));
    expect(Bits.of(4, -8).mulS(-8n)).toEqual(Bits.of(8, 64));
  });

  it('cat takes any number of parts', () => {
    expect(Bits.of(2, 1).cat()).toEqual(Bits.of(2, 1));
    expect(Bits.of(2, 1).cat(Bits.of(3, 6), Bits.of(1, 1), Bits.of(4, 9)).toBinary()).toBe('0111011001');
  });
});

describe('making and reading values', () => {
  it('of takes exactly what fits', () => {
    for (const w of [...WIDTHS, 53, 64, 65, 4096, MAX_WIDTH]) {
      const power = 1n << BigInt(w);
      expect(Bits.of(w, power - 1n).equals(Bits.ones(w))).toBe(true);
      expect(Bits.of(w, -1).equals(Bits.ones(w))).toBe(true);
      expect(Bits.of(w, -power / 2n).value).toBe(power / 2n);
      expect(problemOf(() => Bits.of(w, power)).code).toBe('value-range');
      expect(problemOf(() => Bits.of(w, -power / 2n - 1n)).code).toBe('value-range');
      expect(Bits.wrap(w, power + 1n).value).toBe(1n);
      expect(Bits.wrap(w, -1).equals(Bits.ones(w))).toBe(true);
      expect(Bits.zero(w).value).toBe(0n);
    }
  });

  it('reads numbers up to 2^53 - 1 either side', () => {
    expect(Bits.of(64, 2n ** 53n - 1n).toNumber()).toBe(Number.MAX_SAFE_INTEGER);
    expect(Bits.of(64, -(2n ** 53n) + 1n).toSignedNumber()).toBe(Number.MIN_SAFE_INTEGER);
    expect(Bits.of(8, 200).toSignedNumber()).toBe(-56);
    expect(Bits.of(8, 200).toSignedBigInt()).toBe(-56n);
    expect(Bits.of(8, 200).toBigInt()).toBe(200n);
  });

  it('shows itself as a Verilog literal', () => {
    const a = Bits.of(9, 10);
    expect([a.toBinary(), a.toHex(), a.toString()]).toEqual(['000001010', '00a', "9'h00a"]);
    expect(inspect({ a })).toBe("{ a: 9'h00a }");
    expect(JSON.stringify({ a })).toBe(`{"a":"9'h00a"}`);
  });

  it('equals needs the same width', () => {
    expect(Bits.of<number>(8, 1).equals(Bits.of(9, 1))).toBe(false);
    expect(Bits.of<number>(8, 1).equals(Bits.of(8, 1))).toBe(true);
  });
});

describe('every error of an operator', () => {
  const a: Bits = Bits.of(8, 200);
  const nine: Bits = Bits.of(9, 0);
  const wide: Bits = Bits.zero(MAX_WIDTH);
  it.each<[string, () => unknown, string, string]>([
    ['add', () => a.add(nine), 'width-mismatch', 'add: 8 bits and 9 bits'],
    ['lt', () => Bits.zero<number>(1).lt(nine), 'width-mismatch', 'lt: 1 bit and 9 bits'],
    ['xor', () => a.xor(256), 'value-range', '256 does not fit 8 bits: the range is -128 to 255'],
    ['sub', () => a.sub(-129n), 'value-range', '-129 does not fit 8 bits: the range is -128 to 255'],
    ['mul', () => a.mul(256), 'value-range', '256 does not fit 8 bits: the range is -128 to 255'],
    ['add', () => a.add(0.5), 'value-not-integer', '0.5 is not an integer'],
    ['add', () => call(a, 'add', '1'), 'bad-operand', 'add: "1" is not a Bits, a number or a bigint'],
    ['mulS', () => call(a, 'mulS', null), 'bad-operand', 'mulS: null is not a Bits, a number or a bigint'],
    ['shl', () => a.shl(-1), 'index-range', 'shl amount -1 is not an integer of at least 0'],
    ['sra', () => a.sra(1.5), 'index-range', 'sra amount 1.5 is not an integer of at least 0'],
    ['shr', () => call(a, 'shr', '1'), 'index-range', 'shr amount "1" is not an integer of at least 0'],
    ['bit', () => a.bit(8), 'index-range', 'bit of 8 bits: 8 is not an integer from 0 to 7'],
    ['bit', () => call(a, 'bit', undefined), 'index-range', 'bit of 8 bits: undefined is not an integer from 0 to 7'],
    ['slice', () => a.slice(8, 0), 'index-range', 'slice(8, 0) of 8 bits: needs 7 >= hi >= lo >= 0'],
    ['slice', () => a.slice(2, 3), 'index-range', 'slice(2, 3) of 8 bits: needs 7 >= hi >= lo >= 0'],
    ['slice', () => a.slice(2, -1), 'index-range', 'slice(2, -1) of 8 bits: needs 7 >= hi >= lo >= 0'],
    ['zext', () => a.zext(7), 'width-mismatch', 'zext to 7 bits of 8 bits'],
    ['sext', () => a.sext(1), 'width-mismatch', 'sext to 1 bit of 8 bits'],
    ['trunc', () => a.trunc(9), 'width-mismatch', 'trunc to 9 bits of 8 bits'],
    ['trunc', () => a.trunc(0), 'width-range', 'width 0 is not an integer from 1 to 1048576'],
    ['repeat', () => a.repeat(0), 'index-range', 'repeat count 0 is not an integer of at least 1'],
    ['repeat', () => a.repeat(1 << 20), 'width-range', 'width 8388608 is not an integer from 1 to 1048576'],
    ['oneHot', () => a.oneHot(0), 'width-range', 'width 0 is not an integer from 1 to 1048576'],
    ['cat', () => wide.cat(a), 'width-range', 'width 1048584 is not an integer from 1 to 1048576'],
    ['cat', () => call(a, 'cat', nine, 3), 'bad-operand', 'cat: 3 is not a Bits'],
    ['addWide', () => wide.addWide(0), 'width-range', 'width 1048577 is not an integer from 1 to 1048576'],
    ['mul', () => wide.mul(a), 'width-range', 'width 1048584 is not an integer from 1 to 1048576'],
    ['mux', () => a.mux(a, a), 'width-mismatch', 'mux: the condition is 8 bits wide'],
    ['mux', () => a.bit(0).mux(a, nine), 'width-mismatch', 'mux: 8 bits and 9 bits'],
    ['mux', () => call(a.bit(0), 'mux', 1, 2), 'width-unknown', 'mux of two literals has no width'],
    ['mux', () => call(a.bit(0), 'mux', a, 'x'), 'bad-operand', 'mux: "x" is not a Bits, a number or a bigint'],
    ['toNumber', () => Bits.of(54, 2n ** 53n).toNumber(), 'value-range', '9007199254740992 is beyond 2^53 - 1'],
    ['toSignedNumber', () => Bits.of(64, -(2n ** 53n)).toSignedNumber(), 'value-range', '-9007199254740992 is beyond 2^53 - 1'],
    ['of', () => Bits.of(0, 0), 'width-range', 'width 0 is not an integer from 1 to 1048576'],
    ['of', () => Bits.of(1.5, 0), 'width-range', 'width 1.5 is not an integer from 1 to 1048576'],
    ['of', () => Bits.of(MAX_WIDTH + 1, 0), 'width-range', 'width 1048577 is not an integer from 1 to 1048576'],
    ['wrap', () => Bits.wrap(8, NaN), 'value-not-integer', 'NaN is not an integer'],
  ])('%s #%$', (_name, act, code, message) => {
    expect(problemOf(act)).toMatchObject({ code, message });
  });

  it('points at the line outside the kit', () => {
    expect(() => a.add(nine)).toThrow(/^\S*bits\.test\.ts:\d+:\d+: add: 8 bits and 9 bits \[width-mismatch\]\n {2}hint: make them equal/);
  });
});
