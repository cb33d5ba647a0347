/** What a lane does with two or three numbers of its format. Numbers are doubles that the format holds exactly. */
export interface LaneArithmetic {
  readonly round: (x: number) => number;
  readonly add: (a: number, b: number) => number;
  readonly sub: (a: number, b: number) => number;
  readonly mul: (a: number, b: number) => number;
  /** a * b + c: rounded twice, or once when fused. */
  readonly mac: (a: number, b: number, c: number) => number;
}

const buffer = new Float64Array(1);
const words = new Uint32Array(buffer.buffer);

/**
 * Sums and products of two numbers of 11 or 24 bits are rounded once although they pass through doubles: products are exact in a double, and 53 bits are at least twice
 * 24 bits and two more, which makes the second rounding of a sum harmless.
 */
export function laneArithmetic(format: 'binary16' | 'binary32', fused = false): LaneArithmetic {
  const round = format === 'binary32' ? Math.fround : toHalf;
  return {
    round,
    add: (a, b) => round(a + b),
    sub: (a, b) => round(a - b),
    mul: (a, b) => round(a * b),
    mac: fused ? (a, b, c) => round(sumToOdd(a * b, c)) : (a, b, c) => round(round(a * b) + c),
  };
}

/** The nearest number of 11 bits; the unit in the last place is at least 2^-24. */
function toHalf(x: number): number {
  if (!Number.isFinite(x)) return x;
  if (Math.abs(x) >= 65520) return x > 0 ? Infinity : -Infinity;
  buffer[0] = x;
  const exponent = ((words[1]! >>> 20) & 0x7ff) - 1023;
  // 1.5 * 2^52 units: the sum has its last bit at one unit, whatever the sign of x.
  const large = 1.5 * 2 ** (52 + Math.max(exponent, -14) - 10);
  const nearest = x + large - large;
  return nearest === 0 && (x < 0 || Object.is(x, -0)) ? -0 : nearest;
}

/**
 * a + b in a double, rounded to odd: where it is not exact, the neighbour with an odd last bit. Another rounding to far fewer bits then comes out as if there had
 * been only that one (Boldo and Melquiond, 2008).
 */
function sumToOdd(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isFinite(sum)) return sum;
  const part = sum - a;
  const rest = a - (sum - part) + (b - part);
  if (rest === 0) return sum;
  buffer[0] = sum;
  if ((words[0]! & 1) === 1) return sum;
  // One unit further from zero, or nearer to it; the low word is even, so that only going down can borrow.
  if (rest > 0 === sum > 0) words[0] = words[0]! + 1;
  else if (words[0] === 0) {
    words[0] = 0xffff_ffff;
    words[1] = words[1]! - 1;
  } else words[0] = words[0]! - 1;
  return buffer[0];
}
