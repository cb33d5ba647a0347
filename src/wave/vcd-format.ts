/**
 * Tables that turn bits into ASCII without strings.
 *
 * Eight digits at a time travel as one float64: a byte of ASCII digits is 0x30 or 0x31, so no such pattern is a NaN (which an engine may
 * rewrite), and a double is the widest thing that a `DataView` stores unaligned in one machine instruction.
 */

/** Digits of each byte, most significant first: entry `b` holds the 8 characters of `b` in memory order (little endian double). */
export const BYTE_DIGITS: Float64Array = (() => {
  const table = new Float64Array(256);
  for (let b = 0; b < 256; b++) table[b] = packAscii(b.toString(2).padStart(8, '0'));
  return table;
})();

/** Up to 8 ASCII characters as a double that `setFloat64(at, value, true)` writes in reading order. */
export function packAscii(text: string): number {
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
  return view.getFloat64(0, true);
}

const FIRST = 33; // '!'
const COUNT = 94; // '!' to '~'

/** The n-th identifier code: `!`, `"`, ... `~`, `!!`, `"!`, ...; four characters suffice for 78 million. */
export function identifierCode(n: number): string {
  let code = '';
  for (let rest = n + 1; rest > 0; rest = Math.floor((rest - 1) / COUNT)) {
    code += String.fromCharCode(FIRST + ((rest - 1) % COUNT));
  }
  return code;
}

/**
 * A real as VCD shows it. IEEE 1364 says `%.16g`, which loses the last bit of one double in two; the shortest decimal that reads back as
 * the same double is equally legal for `strtod` and loses nothing.
 */
export function realText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Units of time and their picoseconds, the largest first. */
export const TIME_UNITS = [
  ['s', 1e12],
  ['ms', 1e9],
  ['us', 1e6],
  ['ns', 1e3],
  ['ps', 1],
] as const;

/** `10 ns` for 10000; undefined unless it is 1, 10 or 100 of a unit, which is all that VCD can say. */
export function timescaleText(ps: number): string | undefined {
  for (const [unit, size] of TIME_UNITS) {
    for (const factor of [100, 10, 1]) if (ps === factor * size) return `${factor} ${unit}`;
  }
  return undefined;
}
