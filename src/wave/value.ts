import type { Radix, TraceEnum } from './declare.ts';
import { TIME_UNITS } from './vcd-format.ts';

/**
 * A value in a recording: a number for up to 32 bits (unsigned) and for reals, a bigint for wider vectors, and a string of the full width
 * of `0 1 x z`, most significant first, where bits are unknown. Strings (an extension of VCD) are strings too; the signal's kind tells.
 */
export type WaveValue = number | bigint | string;

/** VHDL's nine values in Verilog's four. */
const FOUR: Readonly<Record<string, string>> = { u: 'x', w: 'x', '-': 'x', l: '0', h: '1' };

/**
 * Digits of a VCD value, most significant first, as a value. Fewer digits than bits are extended on the left: with the first digit where it
 * is x or z, otherwise with 0 (IEEE 1364-2005, 18.2.1).
 */
export function digitsToValue(digits: Uint8Array, from: number, to: number, width: number): WaveValue {
  if (width <= 32) {
    let value = 0;
    let i = from;
    for (; i < to; i++) {
      const d = digits[i]! - 48;
      if (d !== 0 && d !== 1) break;
      value = value * 2 + d;
    }
    if (i === to) return value;
  }
  let text = Buffer.from(digits.buffer, digits.byteOffset + from, to - from).toString('latin1').toLowerCase();
  if (/[^01xz]/.test(text)) text = text.replace(/[^01xz]/g, (c) => FOUR[c] ?? 'x');
  if (!/[xz]/.test(text)) return width <= 32 ? parseInt(text, 2) : BigInt(`0b${text}`);
  const first = text[0]!;
  return text.padStart(width, first === '1' ? '0' : first);
}

/** How values are written in pictures. */
export interface ValueStyle {
  readonly kind: 'bits' | 'real' | 'event' | 'string';
  readonly width: number;
  readonly radix?: Radix | undefined;
  readonly enum?: TraceEnum | undefined;
}

/**
 * A value as a person reads it. Hex, octal and binary have all their digits, without a prefix. An unknown digit is `x` or `z`; a hex or
 * octal digit of which only some bits are unknown is `X`. A value without a name in its enumeration is shown in hex.
 */
export function valueText(value: WaveValue, style: ValueStyle): string {
  const { kind, width } = style;
  if (kind === 'string') return String(value);
  if (kind === 'real') return realShort(Number(value));
  if (kind === 'event') return '!';
  if (typeof value === 'string') return unknownText(value, style);
  const radix = style.radix ?? (style.enum === undefined ? (width === 1 ? 'bin' : 'hex') : 'enum');
  switch (radix) {
    case 'enum':
      return enumName(value, style.enum) ?? digits(value, 16, Math.ceil(width / 4));
    case 'bin':
      return digits(value, 2, width);
    case 'oct':
      return digits(value, 8, Math.ceil(width / 3));
    case 'hex':
      return digits(value, 16, Math.ceil(width / 4));
    case 'dec':
      return value.toString();
    case 'signed':
      return BigInt.asIntN(width, BigInt(value)).toString();
    case 'real':
      return realShort(bitsToReal(value, width));
    case 'ascii':
      return ascii(value, width);
  }
}

/** A text cut to `room` characters: of a number the low digits are kept, which are what changes; of a name or a real the beginning. */
export function cutText(text: string, room: number, { kind, radix, enum: names }: ValueStyle): string {
  if (text.length <= room) return text;
  const number = kind === 'bits' && names === undefined && radix !== 'ascii' && radix !== 'real';
  return number ? `…${text.slice(text.length - room + 1)}` : `${text.slice(0, room - 1)}…`;
}

function digits(value: number | bigint, base: number, count: number): string {
  return value.toString(base).toUpperCase().padStart(count, '0');
}

/** The name of a value; the map may hold numbers or bigints. */
export function enumName(value: number | bigint, names: TraceEnum | undefined): string | undefined {
  if (names === undefined) return undefined;
  const direct = names.values.get(value);
  if (direct !== undefined) return direct;
  const big = BigInt(value);
  return names.values.get(big) ?? (big <= BigInt(Number.MAX_SAFE_INTEGER) ? names.values.get(Number(big)) : undefined);
}

function unknownText(bits: string, { radix }: ValueStyle): string {
  if (radix === 'bin' || bits.length === 1) return bits;
  if (radix === 'dec' || radix === 'signed' || radix === 'real' || radix === 'ascii') return /^z+$/.test(bits) ? 'z' : 'x';
  const size = radix === 'oct' ? 3 : 4;
  let text = '';
  for (let end = bits.length; end > 0; end -= size) {
    const group = bits.slice(Math.max(0, end - size), end);
    const digit = /^x+$/.test(group) ? 'x' : /^z+$/.test(group) ? 'z' : /[xz]/.test(group) ? 'X' : parseInt(group, 2).toString(16).toUpperCase();
    text = digit + text;
  }
  return text;
}

/** A vector read as an IEEE 754 number, for widths of 32 and 64; other widths read as the integer they are. */
function bitsToReal(value: number | bigint, width: number): number {
  const view = new DataView(new ArrayBuffer(8));
  if (width === 32) {
    view.setUint32(0, Number(value));
    return view.getFloat32(0);
  }
  if (width !== 64) return Number(value);
  view.setBigUint64(0, BigInt(value));
  return view.getFloat64(0);
}

/** Six significant digits: a picture is no place for seventeen. */
function realShort(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}

function ascii(value: number | bigint, width: number): string {
  let text = '';
  for (let rest = BigInt(value), n = Math.ceil(width / 8); n > 0; n--, rest >>= 8n) {
    const c = Number(rest & 255n);
    text = (c >= 32 && c < 127 ? String.fromCharCode(c) : '.') + text;
  }
  return text;
}

/** `12.5 ns` for 12500; the largest unit in which the number is at least 1. */
export function timeText(ps: number): string {
  if (ps === 0) return '0';
  for (const [unit, size] of TIME_UNITS) if (Math.abs(ps) >= size) return `${+(ps / size).toPrecision(15)} ${unit}`;
  return `${+(ps * 1000).toPrecision(15)} fs`;
}
