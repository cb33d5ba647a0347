import { describe, expect, it } from 'vitest';
import { checkCount, fit, integer, shorten, show } from '../../src/bits/check.ts';
import { problemOf } from './problem.ts';

describe('checks', () => {
  it('numbers must be exact integers, and the message offers the bigint', () => {
    expect(integer(-3)).toBe(-3n);
    expect(problemOf(() => integer(2 ** 60))).toMatchObject({
      code: 'value-not-integer',
      message: '1152921504606846976 is beyond 2^53, where a number is no longer exact',
      hint: 'write it as a bigint: 1152921504606846976n',
    });
    expect(problemOf(() => integer(Infinity)).message).toBe('Infinity is not an integer');
    expect(problemOf(() => integer('7' as unknown as number)).message).toBe('"7" is not an integer');
  });

  it('ranges of wide values are powers, not digits', () => {
    expect(problemOf(() => fit(64, 1n << 64n)).message).toBe(
      '18446744073709551616 does not fit 64 bits: the range is -9223372036854775808 to 18446744073709551615',
    );
    expect(problemOf(() => fit(1, 2)).message).toBe('2 does not fit 1 bit: the range is -1 to 1');
    expect(problemOf(() => fit(65, 1n << 65n)).message).toBe('36893488147419103232 does not fit 65 bits: the range is -2^64 to 2^65-1');
  });

  it('long values show their ends', () => {
    expect(shorten(10n ** 99n + 7n)).toBe('10000000000000000000...00000007 (100 digits)');
    expect(show(-12n)).toBe('-12n');
    expect(show('x'.repeat(99))).toBe(`"${'x'.repeat(40)}..."`);
    expect([show(true), show(undefined), show({}), show(() => 1)]).toEqual(['true', 'undefined', 'a value of type object', 'a value of type function']);
  });

  it('counts have bounds', () => {
    expect(checkCount('rows', 3, 0, 3)).toBe(3);
    expect(problemOf(() => checkCount('rows', 4, 0, 3)).message).toBe('rows 4 is not an integer from 0 to 3');
  });
});
