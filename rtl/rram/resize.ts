import type { Signal } from '../../src/index.ts';

/** A value in another width: cut, or extended with zeros or its sign. */
export function resize<N extends number>(value: Signal<number, N>, width: number, signed = false): Signal<number, N> {
  if (value.width >= width) return value.trunc(width);
  return signed ? value.sext(width) : value.zext(width);
}
