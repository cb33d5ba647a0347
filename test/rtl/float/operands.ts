import type { FloatFormat } from '../../../rtl/lib/float/index.ts';

/** Whole numbers below 2^32, after xorshift128 (G. Marsaglia, 2003). */
export function random(seed: number): () => number {
  let [x, y, z, w] = [seed | 1, 362436069, 521288629, 88675123];
  return () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w >>> 0;
  };
}

/** Numbers at which something changes: zeros, ends of subnormals and normals, one and its neighbours, infinities, NaNs; of both signs. */
export function corners({ exponent: E, fraction: F }: FloatFormat): number[] {
  const all = 2 ** F - 1;
  const at = (field: number, fraction: number): number => field * 2 ** F + fraction;
  const [bias, last] = [2 ** (E - 1) - 1, 2 ** E - 1];
  const fields = [0, 1, 2, F, bias - F - 2, bias - F - 1, bias - F, bias - 1, bias, bias + 1, bias + F, bias + F + 1, last - 2, last - 1, last].filter((f) => f >= 0 && f <= last);
  const fractions = [0, 1, 2, 2 ** (F - 1) - 1, 2 ** (F - 1), 2 ** (F - 1) + 1, all - 1, all];
  const magnitudes = [...new Set(fields.flatMap((f) => fractions.map((x) => at(f, x))))];
  return magnitudes.flatMap((m) => [m, m + 2 ** (E + F)]);
}

/**
 * Operands that meet: of any exponents, of near ones, with products at the edge of the subnormals or of infinity, with fractions of few runs (which
 * make ties), corners, and a third operand near the product of the others.
 */
export function mixture(format: FloatFormat, seed: number): (operands: readonly Int32Array[], lane: number) => void {
  const { exponent: E, fraction: F } = format;
  const next = random(seed);
  const special = corners(format);
  const [bias, fields] = [2 ** (E - 1) - 1, 2 ** E];
  const put = (field: number, fraction: number): number => (((next() & 1) << (E + F)) | (Math.min(Math.max(field, 0), fields - 1) << F) | fraction) | 0;
  const runs = (): number => {
    const [i, j] = [next() % (F + 1), next() % (F + 1)];
    return ((2 ** i - 1) ^ (2 ** j - 1)) ^ (next() % 4 === 0 ? 1 : 0);
  };
  const fraction = (): number => (next() % 3 === 0 ? runs() : next() % 2 ** F);
  const near = (field: number): number => field + (next() % 7) - 3;
  const fieldOf = (bits: number): number => (bits >>> F) & (fields - 1);
  const mask = E + F === 31 ? -1 : 2 ** (1 + E + F) - 1;
  return (operands, lane) => {
    const kind = next() % 8;
    const a = kind === 0 ? special[next() % special.length]! : put(next() % fields, fraction());
    const field = kind < 3 ? next() % fields : kind < 6 ? near(fieldOf(a)) : kind === 6 ? near(bias - fieldOf(a) - (next() % (F + 3))) : near(fields - 2 + bias - fieldOf(a));
    const b = kind === 1 ? special[next() % special.length]! : put(field, fraction());
    operands[0]![lane] = a & mask;
    operands[1]![lane] = b & mask;
    if (operands.length < 3) return;
    const product = fieldOf(a) + fieldOf(b) - bias;
    const c = next() % 4 === 0 ? special[next() % special.length]! : put(next() % 3 === 0 ? next() % fields : product + (next() % (4 * F + 8)) - 2 * F - 4, fraction());
    operands[2]![lane] = c & mask;
  };
}
