import { describe, expect, it } from 'vitest';
import { fixture, parsed, wordline } from './io.ts';

const run = (...argv: string[]): ReturnType<typeof wordline> => wordline(['run', fixture('kinds'), ...argv]);
const values = async (...argv: string[]): Promise<Record<string, unknown>> => parsed(await run(...argv, '--json'))['parameters'] as Record<string, unknown>;

const DEFAULTS = { count: 10, coerced: 1, mode: 'fast', check: true, flag: false, big: '5', sizes: [1, 2], bits: 'ideal', fileName: '' };

describe('parameters', () => {
  it('have their defaults', async () => {
    expect(await values()).toEqual(DEFAULTS);
  });

  it('are options, with a blank or an equals sign, or --param', async () => {
    expect(await values('--count', '20', '--mode=exact', '--param', 'ratio=0.5', '--big', '0xff', '--sizes', '3,4', '--bits', '6', '--file-name', 'a b=c')).toEqual({
      ...DEFAULTS, count: 20, mode: 'exact', ratio: 0.5, big: '255', sizes: [3, 4], bits: 6, fileName: 'a b=c',
    });
  });

  it('may be mixed with the options of the command, and be negative', async () => {
    expect(await values('--seed', '1', '--coerced', '-2.5', '--stack', '--count', '1_0')).toEqual({ ...DEFAULTS, coerced: -2.5 });
  });

  it.each([
    [['--flag'], { flag: true }],
    [['--no-check'], { check: false }],
    [['--check', 'false', '--flag=true'], { check: false, flag: true }],
    [['--param', 'check=off', '--param', 'flag=1'], { check: false, flag: true }],
  ])('that are booleans: %j', async (argv, expected) => {
    expect(await values(...argv)).toEqual({ ...DEFAULTS, ...expected });
  });

  it.each([
    [['--cuont', '3'], 'testbench "kinds" has no parameter "cuont" [unknown-parameter]\n  hint: did you mean --count?'],
    [['--tarce', 'a.vcd'], 'no parameter "tarce" [unknown-parameter]\n  hint: did you mean --trace'],
    [['--cverage', 'c'], 'no parameter "cverage" [unknown-parameter]\n  hint: did you mean --coverage'],
    [['--zzzzzzzzzz'], 'no parameter "zzzzzzzzzz" [unknown-parameter]\n  hint: valid: count, coerced, '],
    [['--param', 'tarce=1'], 'no parameter "tarce" [unknown-parameter]'],
    [['--param', 'count'], '--param count is not of the form name=value [bad-parameter]'],
    [['--count', '0'], 'parameter "count" cannot be "0": it takes integer 1..255 (Too small: expected number to be >=1) [bad-parameter]'],
    [['--count', 'many'], 'parameter "count" cannot be "many": it takes integer 1..255 ('],
    [['--count', ''], 'parameter "count" cannot be "": it takes integer 1..255 ('],
    [['--ratio', '1'], 'parameter "ratio" cannot be "1": it takes number >0 <1 ('],
    [['--mode', 'slow'], 'parameter "mode" cannot be "slow": it takes fast|exact ('],
    [['--check=maybe'], 'parameter "check" cannot be "maybe": it takes true or false [bad-parameter]'],
    [['--bits', 'best'], 'parameter "bits" cannot be "best": it takes ideal|integer >=1 ('],
    [['--big', '1.5'], 'parameter "big" cannot be "1.5": it takes bigint ('],
    [['--sizes', '1,x'], 'parameter "sizes" cannot be "1,x": it takes integer,... ('],
    [['--count'], '--count needs a value: integer 1..255 [bad-parameter]'],
    [['--no-check=1'], '--no-check takes no value, "1" was given [bad-parameter]'],
    [['--no-count'], 'no parameter "no-count" [unknown-parameter]\n  hint: did you mean --count?'],
    [['--count', '2', '--param', 'count=3'], 'parameter "count" is given twice [repeated-parameter]'],
    [['count=3'], 'nothing is known to do with the argument "count=3" [unexpected-argument]\n  hint: parameters are given as --count=3 or --param count=3'],
    [['--count', '13'], 'thirteen is not counted [bad-parameter]'],
  ])('that are wrong say what, what was given and what is allowed: %j', async (argv, message) => {
    const said = await run(...argv);
    expect(said.code).toBe(2);
    expect(said.err).toContain(message);
    expect(said.out).toBe('');
  });

  it('tells all mistakes at once', async () => {
    const said = await run('--moed', 'fast', '--count', '0', '--json');
    expect(parsed(said)).toMatchObject({ error: { code: 'unknown-parameter', others: [{ code: 'bad-parameter' }] } });
    expect(said).toMatchObject({ code: 2, err: '' });
  });

  it('that have no default must be given', async () => {
    const said = await wordline(['run', fixture('required')]);
    expect(said.code).toBe(2);
    expect(said.err).toContain('parameter "file" has no default and must be given [missing-parameter]\n  hint: --file <string>');
    expect(parsed(await wordline(['run', fixture('required'), '--file', 'a.bin', '--json']))['result']).toBe('a.bin');
  });
});
