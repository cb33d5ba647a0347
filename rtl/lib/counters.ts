import { bit, indexWidth, module, parametric, uint } from '../../src/index.ts';
import { countWidth, decrement, increment } from './modular.ts';
import { checkParameters, whole } from './parameters.ts';

/** Counts up and down and wraps at 2^width; `up` and `down` together do nothing. */
export const UpDownCounter = parametric((p: { readonly width: number }) => {
  checkParameters('UpDownCounter', p, { width: whole(1) });
  return module(`UpDownCounter${p.width}`, { in: { up: bit, down: bit }, out: { value: uint(p.width) } }, ({ up, down }, hw) => {
    const value = hw.reg('value', uint(p.width), { reset: 0 });
    hw.when(up.and(down.not()), () => value.next(value.add(1))).elsewhen(down.and(up.not()), () => value.next(value.sub(1)));
    hw.cover(up.and(down.not()).and(value.not().eq(0)), 'wraps upwards');
    hw.cover(down.and(up.not()).and(value.eq(0)), 'wraps downwards');
    return { value };
  });
});

/** Counts up to `most` and down to 0, and stays there; `up` and `down` together do nothing. */
export const SaturatingCounter = parametric((p: { readonly most: number }) => {
  checkParameters('SaturatingCounter', p, { most: whole(1) });
  return module(`SaturatingCounter${p.most}`, { in: { up: bit, down: bit }, out: { value: uint(countWidth(p.most)) } }, ({ up, down }, hw) => {
    const value = hw.reg('value', uint(countWidth(p.most)), { reset: 0 });
    hw.when(up.and(down.not()).and(value.ne(p.most)), () => value.next(value.add(1))).elsewhen(down.and(up.not()), () => value.next(value.subSat(1)));
    hw.assert(value.le(p.most), 'stays within its range');
    hw.cover(up.and(down.not()).and(value.eq(p.most)), 'stays at the top');
    hw.cover(down.and(up.not()).and(value.eq(0)), 'stays at zero');
    return { value };
  });
});

/** Counts 0, 1, ... modulus - 1 and again; `wraps` in the cycle before a 0. `down` turns it round. */
export const ModuloCounter = parametric((p: { readonly modulus: number }) => {
  checkParameters('ModuloCounter', p, { modulus: whole(1) });
  const { modulus } = p;
  return module(`ModuloCounter${modulus}`, { in: { enable: bit, down: bit }, out: { value: uint(indexWidth(modulus)), wraps: bit } }, ({ enable, down }, hw) => {
    const value = hw.reg('value', uint(indexWidth(modulus)), { reset: 0 });
    const wraps = enable.and(value.eq(down.mux(0, hw.lit(value.width, modulus - 1))));
    hw.when(enable, () => value.next(down.mux(decrement(value, modulus), increment(value, modulus))));
    hw.assert(value.zext(value.width + 1).lt(modulus), 'stays below its modulus');
    hw.cover(wraps.and(down.not()), 'wraps upwards');
    hw.cover(wraps.and(down), 'wraps downwards');
    return { value, wraps };
  });
});
