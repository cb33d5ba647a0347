import type { Signal } from '../../../src/index.ts';

/**
 * Shifters in steps of powers of two. Each step is a multiplexer: so are they built in hardware, and so they stay vectors where units stand side
 * by side and every lane shifts by an amount of its own.
 */

/** The value without its low `drop` bits; the last bit left says whether it or any of them was 1 ("jamming", after J. R. Hauser). */
export function jam(x: Signal, drop: number): Signal {
  if (drop === 0) return x;
  const kept: Signal = x.slice(x.width - 1, drop);
  return kept.or(x.trunc<number>(drop).reduceOr().zext<number>(kept.width));
}

/** `x >> by`, where the last bit also says whether any 1 was shifted out. Any amount may come. */
export function shiftRightJam(x: Signal, by: Signal): Signal {
  const steps = Math.ceil(Math.log2(x.width));
  let y = x;
  for (let k = 0; k < Math.min(steps, by.width); k++) y = by.bit(k).mux(jam(y, 2 ** k).zext<number>(x.width), y);
  if (by.width <= steps) return y;
  const far = by.slice<number, number>(by.width - 1, steps).reduceOr();
  return far.mux(x.reduceOr().zext<number>(x.width), y);
}

/** Distances in which up to `width - 1` leading zeros are shifted out, longest first. */
const steps = (width: number): number[] => Array.from({ length: Math.ceil(Math.log2(width)) }, (_, k) => 2 ** k).reverse();

/** Are the top `n` bits 0? */
const leads = (x: Signal, n: number): Signal<1> => x.slice<number, number>(x.width - 1, x.width - n).eq(0);

/** `x` shifted left until its top bit is 1, and by how much; 0 stays 0. */
export function normalise(x: Signal): { value: Signal; shift: Signal } {
  let value = x;
  const taken = steps(x.width).map((n) => {
    const clear = leads(value, n);
    value = clear.mux(value.shl(n), value);
    return clear;
  });
  const [first, ...rest] = taken;
  return { value, shift: first!.cat(...rest) };
}

/**
 * `x` shifted left until its top bit is 1, but so that `exponent`, the weight of that bit, stays at least 1: what does not get there is
 * subnormal.
 */
export function normaliseWithin(x: Signal, exponent: Signal): { value: Signal; exponent: Signal } {
  let [value, weight] = [x, exponent];
  for (const n of steps(x.width)) {
    const move = n >= 2 ** weight.width ? undefined : leads(value, n).and(weight.gt(n));
    if (move === undefined) continue;
    value = move.mux(value.shl(n), value);
    weight = move.mux(weight.sub(n), weight);
  }
  return { value, exponent: weight };
}
