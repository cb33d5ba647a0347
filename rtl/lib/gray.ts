import { module, parametric, uint, bit, type Signal } from '../../src/index.ts';
import { checkParameters, whole } from './parameters.ts';

/** Reflected binary code of a number: numbers that differ by 1 (modulo 2^width) differ in one bit of it. */
export const toGray = <W extends number>(x: Signal<W>): Signal<W> => x.xor(x.shr(1));

/** The number of a reflected binary code: bit i is the parity of bits i and up. */
export function fromGray<W extends number>(code: Signal<W>): Signal<W> {
  let x = code;
  for (let shift = 1; shift < x.width; shift *= 2) x = x.xor(x.shr(shift));
  return x;
}

/** Counts in Gray code, wrapping at 2^width; `value` is the number behind `code`. Both come from registers. */
export const GrayCounter = parametric((p: { readonly width: number }) => {
  checkParameters('GrayCounter', p, { width: whole(1) });
  return module(`GrayCounter${p.width}`, { in: { enable: bit }, out: { code: uint(p.width), value: uint(p.width) } }, ({ enable }, hw) => {
    const code = hw.reg('code', uint(p.width), { reset: 0 });
    const value = hw.reg('value', uint(p.width), { reset: 0 });
    const next = value.add(1);
    hw.when(enable, () => {
      value.next(next);
      code.next(toGray(next));
    });
    hw.assert(code.eq(toGray(value)), 'the code is that of the value');
    hw.assert(enable.not().or(code.xor(toGray(next)).count().eq(1)), 'one bit changes in a step');
    hw.cover(enable.and(next.eq(0)), 'wraps');
    return { code, value };
  });
});
