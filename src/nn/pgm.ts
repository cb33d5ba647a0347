import { fail } from '../diag/index.ts';

/** A grey picture, 0 = black, 255 = white, row by row. */
export interface Pgm {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Larger pictures than this a side are taken for damage. */
const MOST_SIDE = 1 << 14;

/**
 * Reads a PGM picture, plain (P2) or raw (P5), comments included. A maximum other than 255 is scaled to 255 and rounded; only one-byte
 * samples (maximum up to 255) are read.
 * @param name for messages
 * @throws WordlineError `pgm-magic`, `pgm-header`, `pgm-size`, `pgm-value`
 */
export function readPgm(bytes: Uint8Array, name = 'PGM file'): Pgm {
  const magic = String.fromCharCode(...bytes.subarray(0, 2));
  if (magic !== 'P2' && magic !== 'P5') fail('pgm-magic', `${name} is not a grey PGM picture: it starts with ${JSON.stringify(magic)}`, { hint: 'PGM starts with P2 or P5' });
  const tokens = new Tokens(bytes, 2);
  const header = ['width', 'height', 'maximum'].map((what) => tokens.integer() ?? fail('pgm-header', `${name} has no ${what} in its header`));
  const [width, height, maximum] = header as [number, number, number];
  if (width < 1 || height < 1 || width > MOST_SIDE || height > MOST_SIDE) fail('pgm-header', `${name} is ${width} x ${height} pixels`);
  if (maximum < 1 || maximum > 255) fail('pgm-header', `${name} has a maximum of ${maximum}: 1 to 255 is read`);
  const size = width * height;
  const pixels = magic === 'P5' ? bytes.slice(tokens.at + 1, tokens.at + 1 + size) : plain(tokens, size, maximum, name);
  if (pixels.length !== size) fail('pgm-size', `${name} is cut off: ${width} x ${height} = ${size} pixels promised, ${pixels.length} there`);
  for (let i = 0; i < size; i++) {
    if (pixels[i]! > maximum) tooBright(pixels[i]!, maximum, name);
    if (maximum !== 255) pixels[i] = Math.floor((2 * pixels[i]! * 255 + maximum) / (2 * maximum));
  }
  return { width, height, pixels };
}

/** The raw (P5) form. */
export function writePgm({ width, height, pixels }: Pgm): Uint8Array {
  const header = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`);
  const bytes = new Uint8Array(header.length + pixels.length);
  bytes.set(header);
  bytes.set(pixels, header.length);
  return bytes;
}

function plain(tokens: Tokens, size: number, maximum: number, name: string): Uint8Array {
  const values: number[] = [];
  for (let value = tokens.integer(); value !== undefined && values.length < size; value = tokens.integer()) {
    values.push(value > maximum ? tooBright(value, maximum, name) : value);
  }
  return Uint8Array.from(values);
}

function tooBright(value: number, maximum: number, name: string): never {
  return fail('pgm-value', `${name} has a pixel of ${value} above its maximum of ${maximum}`);
}

/** White space and `#` comments separate decimal numbers. */
class Tokens {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  integer(): number | undefined {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.at];
      if (byte === 0x23) while (this.at < bytes.length && bytes[this.at] !== 0x0a && bytes[this.at] !== 0x0d) this.at++;
      else if (byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)) this.at++;
      else break;
    }
    const start = this.at;
    let value = 0;
    for (let byte = bytes[start]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = bytes[++this.at]) value = Math.min(value * 10 + byte - 0x30, 2 ** 31);
    return this.at === start ? undefined : value;
  }
}
