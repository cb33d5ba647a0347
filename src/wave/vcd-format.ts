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
