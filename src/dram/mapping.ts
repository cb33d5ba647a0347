import { fail, suggest } from '../diag/index.ts';
import type { Organisation } from './preset.ts';

/** Where a burst is. `bank`: in its group. `offset`: bytes in the burst. */
export interface DramLocation {
  readonly pseudoChannel: number;
  readonly group: number;
  readonly bank: number;
  readonly row: number;
  readonly column: number;
  readonly offset: number;
}
export type LocationField = keyof DramLocation;

/** Field names as mappings have them. */
const NAMES: ReadonlyMap<string, LocationField> = new Map([
  ['row', 'row'], ['bank', 'bank'], ['group', 'group'], ['pc', 'pseudoChannel'], ['column', 'column'], ['offset', 'offset'],
]);

/** A bit of a field is the exclusive or of some bits of the address: what both hardware and software do. */
export interface MappedBit {
  readonly field: LocationField;
  /** Of the field, 0 the lowest. */
  readonly bit: number;
  /** Of the address, ascending; one, and more with a hash. */
  readonly from: readonly number[];
}

/** A bijection between addresses and places, made by {@link addressMapping}. */
export interface AddressMapping {
  /** As it was given. */
  readonly text: string;
  /** Bits of an address: the channel holds 2 to the power of that many bytes. */
  readonly addressBits: number;
  readonly bits: readonly MappedBit[];
  /** The place of an address, a byte count from 0 to 2^addressBits - 1. Errors: `dram-address`. */
  locate(address: number): DramLocation;
  /** The address of a place. Errors: `dram-address`. */
  addressOf(location: DramLocation): number;
}

/** Bits of each field in an organisation. */
export function fieldWidths({ pseudoChannels, bankGroups, banksPerGroup, rows, burstsPerRow, burstBytes }: Organisation): Readonly<Record<LocationField, number>> {
  return {
    pseudoChannel: Math.log2(pseudoChannels),
    group: Math.log2(bankGroups),
    bank: Math.log2(banksPerGroup),
    row: Math.log2(rows),
    column: Math.log2(burstsPerRow),
    offset: Math.log2(burstBytes),
  };
}

/** `row:3^column[4:2]`: three bits of the row, mixed with three of the column. */
interface Piece {
  readonly field: LocationField;
  readonly width: number;
  readonly mixed: readonly { readonly field: LocationField; readonly high: number; readonly low: number }[];
}

const PIECE = /^([a-z]+)(?::(\d+))?((?:\^[a-z]+(?:\[\d+(?::\d+)?\])?)*)$/;
const MIX = /\^([a-z]+)(?:\[(\d+)(?::(\d+))?\])?/g;

/**
 * An address mapping from a text: the fields of an address, most significant first, between blanks.
 *
 * ```text
 * row bank group pc column offset             each field in one piece, of its full width
 * row column:3 bank group pc column:2 offset  a field in several pieces, with their widths
 * row bank^row group^row[3:2] pc column offset  hashed with the lowest bits of the row, or with bits 3 and 2 of it
 * ```
 *
 * `^` mixes with the bits of the address that the other field has in the layout, before hashing. Every bit of the organisation must be
 * there, and two addresses must not meet: otherwise the text is refused.
 *
 * @throws WordlineError `dram-mapping`.
 */
export function addressMapping(text: string, organisation: Organisation): AddressMapping {
  const widths = fieldWidths(organisation);
  const pieces = piecesOf(text, widths);
  const layout = layOut(text, pieces, widths);
  const bits = mix(text, pieces, layout);
  const inverse = invert(text, bits);
  const addressBits = bits.length;
  return {
    text,
    addressBits,
    bits,
    locate(address) {
      if (!Number.isInteger(address) || address < 0 || address >= 2 ** addressBits) fail('dram-address', `address ${hex(address)} is not among the ${addressBits} bits of a channel`);
      const [low, high] = halves(address);
      const place: Record<LocationField, number> = { pseudoChannel: 0, group: 0, bank: 0, row: 0, column: 0, offset: 0 };
      for (const { field, bit, from } of bits) place[field] |= parity(from, low, high) << bit;
      return place;
    },
    addressOf(location) {
      const raw = bits.map(({ field, bit }) => (location[field] >>> bit) & 1);
      for (const [field, width] of Object.entries(widths) as [LocationField, number][]) {
        if (!Number.isInteger(location[field]) || location[field] < 0 || location[field] >= 2 ** width) fail('dram-address', `there is no ${field} ${location[field]}, only 0 to ${2 ** width - 1}`);
      }
      return inverse.reduce((address, rows, bit) => address + (rows.reduce((p, r) => p ^ raw[r]!, 0) === 1 ? 2 ** bit : 0), 0);
    },
  };
}

const hex = (address: number): string => (Number.isInteger(address) ? `0x${address.toString(16)}` : String(address));
const halves = (address: number): readonly [number, number] => [address % 2 ** 32 | 0, Math.floor(address / 2 ** 32)];
const parity = (from: readonly number[], low: number, high: number): number => from.reduce((p, b) => p ^ ((b < 32 ? low >>> b : high >>> (b - 32)) & 1), 0);

function fieldNamed(name: string, text: string): LocationField {
  return NAMES.get(name) ?? fail('dram-mapping', `address mapping "${text}" has no field "${name}"`, { hint: suggest(name, NAMES.keys()) });
}

function piecesOf(text: string, widths: Readonly<Record<LocationField, number>>): Piece[] {
  const words = text.trim().split(/[\s|]+/);
  return words.map((word) => {
    const [, name, width, mixes = ''] = PIECE.exec(word) ?? fail('dram-mapping', `"${word}" of address mapping "${text}" is not understood`, { hint: 'a field, its bits if it comes in pieces, and what it is mixed with: row, column:3, bank^row, group:2^row[3:2]' });
    const field = fieldNamed(name!, text);
    const bits = width === undefined ? widths[field] : Number(width);
    const mixed = [...mixes.matchAll(MIX)].map(([, other, high, low]) => {
      const from = fieldNamed(other!, text);
      const top = high === undefined ? bits - 1 : Number(high);
      const bottom = high === undefined ? 0 : Number(low ?? high);
      if (top >= widths[from]) fail('dram-mapping', `"${word}" of address mapping "${text}" wants bit ${top} of ${other}, which has ${widths[from]} bits`);
      if (top - bottom + 1 !== bits) fail('dram-mapping', `"${word}" of address mapping "${text}" mixes ${bits} bits with ${top - bottom + 1}`, { hint: `give as many, e.g. ${other}[${bottom + bits - 1}:${bottom}]` });
      return { field: from, high: top, low: bottom };
    });
    return { field, width: bits, mixed };
  });
}

/** Bits of the address that make up each field, the field's lowest first. */
type Layout = ReadonlyMap<LocationField, readonly number[]>;

function layOut(text: string, pieces: readonly Piece[], widths: Readonly<Record<LocationField, number>>): Layout {
  const layout = new Map<LocationField, number[]>();
  let at = 0;
  for (const { field, width } of pieces.toReversed()) {
    const places = layout.get(field) ?? [];
    for (let i = 0; i < width; i++) places.push(at++);
    layout.set(field, places);
  }
  for (const [name, field] of NAMES) {
    const got = layout.get(field)?.length ?? 0;
    if (got !== widths[field]) fail('dram-mapping', `address mapping "${text}" has ${got} bits for ${name}, and the organisation has ${widths[field]}`, { hint: got === 0 ? `add ${name}` : `the pieces of ${name} must add up to ${widths[field]}` });
  }
  return layout;
}

function mix(text: string, pieces: readonly Piece[], layout: Layout): MappedBit[] {
  const done = new Map<LocationField, number>();
  const bits = pieces.toReversed().flatMap(({ field, width, mixed }) => {
    const first = done.get(field) ?? 0;
    done.set(field, first + width);
    return Array.from({ length: width }, (_, i): MappedBit => {
      const from = [layout.get(field)![first + i]!, ...mixed.map((m) => layout.get(m.field)![m.low + i]!)];
      // Twice the same bit is none.
      const odd = [...new Set(from)].filter((b) => from.filter((x) => x === b).length % 2 === 1);
      return { field, bit: first + i, from: odd.sort((a, b) => a - b) };
    });
  });
  if (bits.length > 52) fail('dram-mapping', `address mapping "${text}" has ${bits.length} bits`, { hint: 'addresses have at most 52' });
  return bits;
}

/** For each bit of the address, the mapped bits whose exclusive or it is: Gauss and Jordan, over bits. */
function invert(text: string, bits: readonly MappedBit[]): readonly (readonly number[])[] {
  const rows = bits.map(({ from }, i) => ({ left: from.reduce((m, b) => m | (1n << BigInt(b)), 0n), right: 1n << BigInt(i) }));
  for (let column = 0; column < rows.length; column++) {
    const mask = 1n << BigInt(column);
    const pivot = rows.findIndex((r, i) => i >= column && (r.left & mask) !== 0n);
    if (pivot === -1) fail('dram-mapping', `address mapping "${text}" sends two addresses to one place`, { hint: 'fields that are mixed with each other lose bits: mix only with fields that are not mixed themselves' });
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    rows.forEach((row, i) => {
      if (i !== column && (row.left & mask) !== 0n) rows[i] = { left: row.left ^ rows[column]!.left, right: row.right ^ rows[column]!.right };
    });
  }
  return rows.map(({ right }) => bits.flatMap((_, i) => ((right >> BigInt(i)) & 1n) === 1n ? [i] : []));
}

/** Mappings of the reference simulators, and one that spreads streams over bank groups. */
export const DRAM_MAPPINGS = {
  /** DRAMsim3 rorabgbachco: row, group, bank, column. */
  dramsim3: 'row group bank pc column offset',
  /** Ramulator 2.1 RoBaRaCoCh, whose levels are channel, pseudo-channel, group, bank. */
  ramulator2: 'row bank group pc column offset',
  /** Neighbouring bursts go to other pseudo-channels and bank groups, and rows are spread over banks. */
  interleaved: 'row bank^row column group pc offset',
} as const;
