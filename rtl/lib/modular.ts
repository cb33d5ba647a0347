import { indexWidth, type Signal } from '../../src/index.ts';

/** Width of a number from 0 to `most`. */
export const countWidth = (most: number): number => indexWidth(most + 1);

/** `x + 1` modulo `modulus`, for x below it. */
export function increment(x: Signal, modulus: number): Signal {
  return modulus === 2 ** x.width ? x.add(1) : x.eq(modulus - 1).mux(0, x.add(1));
}

/** `x - 1` modulo `modulus`, for x below it. */
export function decrement(x: Signal, modulus: number): Signal {
  return modulus === 2 ** x.width ? x.sub(1) : x.eq(0).mux(modulus - 1, x.sub(1));
}

/** `x + y` modulo `modulus` in the width of x, for x below it and y at most as great. */
export function addModulo(x: Signal, y: Signal, modulus: number): Signal {
  const width = countWidth(2 * modulus);
  const sum = x.zext(width).add(y.zext(width));
  return sum.ge(modulus).mux(sum.sub(modulus), sum).trunc(x.width);
}
