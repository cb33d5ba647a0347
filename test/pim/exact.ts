/** Exact numbers m * 2^e, and their rounding: nothing here is floating point but what comes in and what goes out. */
export interface Exact {
  readonly m: bigint;
  readonly e: number;
}

export function exact(value: number): Exact {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const all = view.getBigUint64(0);
  const exponent = Number((all >> 52n) & 0x7ffn);
  const fraction = all & ((1n << 52n) - 1n);
  const m = exponent === 0 ? fraction : fraction | (1n << 52n);
  return { m: all >> 63n === 1n ? -m : m, e: Math.max(exponent, 1) - 1075 };
}

export const times = (a: Exact, b: Exact): Exact => ({ m: a.m * b.m, e: a.e + b.e });
export function plus(a: Exact, b: Exact): Exact {
  const e = Math.min(a.e, b.e);
  return { m: (a.m << BigInt(a.e - e)) + (b.m << BigInt(b.e - e)), e };
}

/** To `precision` bits, ties to even, with numbers from 2^least on. Not for zero, whose sign is not known here. */
export function rounded({ m, e }: Exact, { precision, least, most }: { readonly precision: number; readonly least: number; readonly most: number }): number {
  const size = m < 0n ? -m : m;
  const length = size.toString(2).length;
  // The exponent of the last bit that is kept.
  const last = Math.max(e + length - precision, least);
  const drop = last - e;
  let kept = drop <= 0 ? size << BigInt(-drop) : size >> BigInt(drop);
  if (drop > 0) {
    const rest = size - (kept << BigInt(drop));
    const half = 1n << BigInt(drop - 1);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  }
  const value = Number(kept) * 2 ** last;
  return (m < 0n ? -1 : 1) * (value > most ? Infinity : value);
}

export const FORMATS = {
  binary16: { precision: 11, least: -24, most: 65504 },
  binary32: { precision: 24, least: -149, most: (2 - 2 ** -23) * 2 ** 127 },
} as const;
