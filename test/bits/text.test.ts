import { describe, expect, it } from 'vitest';
import { Bits } from '../../src/bits/index.ts';
import { problemOf } from './problem.ts';

describe('numbers as text', () => {
  it.each([
    ["8'hff", 8, 255n],
    ["12'd100", 12, 100n],
    ["4'b1010", 4, 10n],
    ["6'o17", 6, 15n],
    ["16'hDE_ad", 16, 0xdeadn],
    ["8'shff", 8, 255n],
    [" 32 'H 1 ", 32, 1n],
    ["1'B1", 1, 1n],
  ])('%s', (text, width, value) => {
    const a = Bits.parse<string>(text);
    expect([a.width, a.value]).toEqual([width, value]);
  });

  it('binary digits carry their width', () => {
    expect(Bits.fromBinary('1010_0101')).toEqual(Bits.of(8, 0xa5));
    expect(Bits.fromBinary('0001').width).toBe(4);
    expect(Bits.fromBinary('1', 12)).toEqual(Bits.of(12, 1));
    expect(Bits.fromHex(12, 'F_f').value).toBe(255n);
  });

  const states = 'values have two states: there is no x or z';
  const write = "write width, base and digits: 8'hff, 12'd100, 4'b1010";
  it.each<[() => unknown, string, string, string | undefined]>([
    [() => Bits.fromBinary('12'), 'bad-literal', '"12" is not a string of binary digits', undefined],
    [() => Bits.fromBinary(''), 'bad-literal', '"" is not a string of binary digits', undefined],
    [() => Bits.fromBinary('1x0z'), 'bad-literal', '"1x0z" is not a string of binary digits', states],
    [() => Bits.fromBinary('_1'), 'bad-literal', '"_1" is not a string of binary digits', undefined],
    [() => Bits.fromBinary('111', 2), 'value-range', '7 does not fit 2 bits: the range is -2 to 3', 'Bits.wrap keeps the low bits'],
    [() => Bits.fromHex(8, '0xff'), 'bad-literal', '"0xff" is not a string of hexadecimal digits', 'write the digits without a prefix'],
    [() => Bits.fromHex(8, '-1'), 'bad-literal', '"-1" is not a string of hexadecimal digits', undefined],
    [() => Bits.fromHex(8, '100'), 'value-range', '256 does not fit 8 bits: the range is -128 to 255', 'Bits.wrap keeps the low bits'],
    [() => Bits.fromHex(8, 255 as unknown as string), 'bad-literal', '255 is not a string of hexadecimal digits', undefined],
    [() => Bits.parse("8'hxx"), 'bad-literal', '"xx" is not a string of hexadecimal digits', states],
    [() => Bits.parse("8'd1f"), 'bad-literal', '"1f" is not a string of decimal digits', undefined],
    [() => Bits.parse("3'o8"), 'bad-literal', '"8" is not a string of octal digits', undefined],
    [() => Bits.parse("4'd16"), 'value-range', '16 does not fit 4 bits: the range is -8 to 15', 'Bits.wrap keeps the low bits'],
    [() => Bits.parse("0'd0"), 'width-range', 'width 0 is not an integer from 1 to 1048576', undefined],
    [() => Bits.parse('255'), 'bad-literal', '"255" is not a sized Verilog literal', write],
    [() => Bits.parse("'hff"), 'bad-literal', `"'hff" is not a sized Verilog literal`, write],
    [() => Bits.parse(null as unknown as string), 'bad-literal', 'null is not a sized Verilog literal', write],
  ])('error #%#', (act, code, message, hint) => {
    const problem = problemOf(act);
    expect([problem.code, problem.message, problem.hint]).toEqual([code, message, hint]);
  });
});
