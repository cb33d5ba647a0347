import { describe, expect, it } from 'vitest';
import { compileGlob, matchPaths, selectTrace, type TraceScope } from '../../src/wave/index.ts';

const PATHS = ['clk', 'top.clk', 'top.core.adc', 'top.core.adc_busy', 'top.core.regs[3]', 'top.core.regs[30]', 'top.core.sub.adc', 'top.mem.addr'];

describe('compileGlob', () => {
  it.each([
    ['top.core.*', ['top.core.adc', 'top.core.adc_busy', 'top.core.regs[3]', 'top.core.regs[30]']],
    ['**.adc*', ['top.core.adc', 'top.core.adc_busy', 'top.core.sub.adc']],
    ['**.clk', ['clk', 'top.clk']],
    ['**', PATHS],
    ['*', ['clk']],
    ['top.**.adc', ['top.core.adc', 'top.core.sub.adc']],
    ['top.{core,mem}.a*', ['top.core.adc', 'top.core.adc_busy', 'top.mem.addr']],
    ['top.{core.{adc,sub.adc},mem.addr}', ['top.core.adc', 'top.core.sub.adc', 'top.mem.addr']],
    ['**.regs[?]', ['top.core.regs[3]']],
    ['clk, top.mem.*', ['clk', 'top.mem.addr']],
    ['top.core.**,!**.adc', ['top.core.adc_busy', 'top.core.regs[3]', 'top.core.regs[30]']],
    ['!top.**', ['clk']],
    ['top.core.adc', ['top.core.adc']],
    ['top.c?re.adc', ['top.core.adc']],
  ])('%s', (glob, expected) => {
    expect(PATHS.filter(compileGlob(glob))).toEqual(expected);
    expect(matchPaths(glob, PATHS)).toEqual(expected);
  });

  it('takes a list', () => {
    expect(PATHS.filter(compileGlob(['clk', '**.addr']))).toEqual(['clk', 'top.mem.addr']);
  });

  it('says what is wrong', () => {
    expect(() => matchPaths('top.core.adk', PATHS)).toThrow('no signal matches "top.core.adk" [wave-glob-empty]\n  hint: did you mean "top.core.adc"');
    expect(() => matchPaths('top.core', PATHS)).toThrow('hint: "top.core" is a scope; write "top.core.**" for the 5 signals in it');
    expect(() => matchPaths('**,!nothing', PATHS)).toThrow('no signal matches "!nothing"');
    expect(() => matchPaths('clk,!clk', PATHS)).toThrow('the exclusions in "clk,!clk" leave no signal');
    expect(() => compileGlob('a,,b')).toThrow('empty pattern in "a,,b" [wave-glob]');
    expect(() => compileGlob('{a,b')).toThrow('"{a,b" opens a brace that it does not close [wave-glob]');
    expect(() => compileGlob('a}')).toThrow('"a}" closes a brace that it did not open [wave-glob]');
  });
});

describe('selectTrace', () => {
  const v = (name: string, offset: number) => ({ name, type: 'wire', width: 1, offset }) as const;
  const top: TraceScope = {
    name: 'top',
    vars: [v('clk', 0)],
    scopes: [{ name: 'core', vars: [v('adc', 1), v('a.b', 2)], scopes: [{ name: 'deep', vars: [v('x', 3)], scopes: [] }] }, { name: 'mem', vars: [v('addr', 4)], scopes: [] }],
  };

  it('keeps what matches and the scopes it lies in', () => {
    expect(selectTrace(top, '**.{x,a_b}')).toEqual({ name: 'top', vars: [], scopes: [{ name: 'core', vars: [v('a.b', 2)], scopes: [{ name: 'deep', vars: [v('x', 3)], scopes: [] }] }] });
    expect(selectTrace(top, '**')).toEqual(top);
  });

  it('does not let a typo pass', () => {
    expect(() => selectTrace(top, 'top.core.acd')).toThrow('"top.core.adc"');
  });
});
