import { fail } from '../diag/index.ts';

const UNITS: Readonly<Record<string, number>> = { fs: 1e-3, ps: 1, ns: 1e3, us: 1e6, µs: 1e6, ms: 1e9, s: 1e12 };

/** `120ns`, `3.5us`, `1000` (picoseconds), as picoseconds. `option` is for the message. Errors: `bad-time`. */
export function parseTime(text: string, option: string): number {
  const [, number, unit = 'ps'] = /^\s*(\d[\d_]*(?:\.\d+)?)\s*([a-zµ]*)\s*$/i.exec(text) ?? [];
  const size = UNITS[unit === '' ? 'ps' : unit];
  if (number === undefined || size === undefined) {
    fail('bad-time', `${option} ${text} is not a time`, { hint: `write 120ns, 3.5us or 1000 for picoseconds; units are ${Object.keys(UNITS).join(', ')}` });
  }
  // 0.3ns must be 300 ps and not 299.99999999999994.
  return Number((Number(number.replaceAll('_', '')) * size).toPrecision(15));
}
