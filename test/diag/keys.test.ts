import { expect, it } from 'vitest';
import { bit, module, parametric, simulate, uint } from '../../src/index.ts';

const Free = module('Free', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }, hw) => {
  const y = hw.reg('y', uint(8), { reset: 0 });
  y.next(x);
  return { y };
});

it('options that nobody reads are mistakes, also where no compiler has looked', () => {
  const Wrong = module('Wrong', { out: { y: bit } }, (_, hw) => ({ y: hw.reg('y', bit, { rest: 0 } as object) }));
  expect(() => simulate(Wrong)).toThrow(/register "y" has no option "rest"[^]*did you mean "reset"\?/);
  expect(() => simulate(Free, { engin: 'js' } as object)).toThrow(/simulate has no option "engin"[^]*did you mean "engine"\?/);
  expect(() => simulate(Free, { clocks: { clk: { frequency: 1 } as object } })).toThrow(/clock "clk" has no option "frequency"/);
  expect(() => simulate(Free, { trace: { fil: 'x.vcd' } as never })).toThrow(/trace has no option "fil"/);
});

it('what is no module is said to be none', () => {
  const family = parametric((p: { width: number }) => module(`W${p.width}`, { in: { x: uint(p.width) }, out: { y: uint(p.width) } }, ({ x }) => ({ y: x })));
  expect(() => simulate(family as never)).toThrow(/a function where a module definition is needed[^]*called with its parameters/);
  expect(() => simulate(undefined as never)).toThrow(/undefined where a module definition is needed/);
});
