import { suggest } from '../diag/index.ts';
import { linesOf, type Line, type TextSource } from './lines.ts';
import type { AddressMapping, LocationField } from './mapping.ts';

/** A read or write of one burst. */
export interface DramRequest {
  /** In bytes; bits below the burst do not count. */
  readonly address: number;
  readonly write: boolean;
  /** When it comes, at the earliest; 0 in formats without time. */
  readonly cycle: number;
}

/**
 * | format     | a line is                                                    |
 * |------------|--------------------------------------------------------------|
 * | dramsim3   | `0xADDRESS READ|WRITE cycle`                                 |
 * | ramulator2 | `LD address` or `ST address` (LoadStoreTrace)                |
 * | vector     | `R\|W channel,pseudochannel,group,bank,row,column` (ReadWriteTrace) |
 */
export type RequestFormat = 'dramsim3' | 'ramulator2' | 'vector';
export const REQUEST_FORMATS: readonly RequestFormat[] = ['dramsim3', 'ramulator2', 'vector'];

const OPERATIONS: Readonly<Record<RequestFormat, ReadonlyMap<string, boolean>>> = {
  dramsim3: new Map([['read', false], ['write', true]]),
  ramulator2: new Map([['ld', false], ['st', true]]),
  vector: new Map([['r', false], ['w', true]]),
};

const LEVELS: readonly (readonly [name: string, field: LocationField | undefined])[] = [['channel', undefined], ['pseudo-channel', 'pseudoChannel'], ['group', 'group'], ['bank', 'bank'], ['row', 'row'], ['column', 'column']];

/** What stands at a place of an address vector, and its greatest number. There is one channel. */
function vectorLevel(i: number, { bits }: AddressMapping): readonly [name: string, most: number] {
  const [name, field] = LEVELS[i]!;
  return [name, 2 ** bits.filter((b) => b.field === field).length - 1];
}

type Reader = (line: Line, mapping: AddressMapping) => DramRequest;

const READERS: Readonly<Record<RequestFormat, Reader>> = {
  dramsim3(line) {
    const [address, operation, cycle] = line.words;
    line.end(line.words, 3);
    if (address !== undefined && !/^0x/i.test(address.text)) line.expected('an address, 0x and hexadecimal digits', address);
    return { address: line.count(address, 'an address, 0x and hexadecimal digits'), write: line.name(operation, 'READ or WRITE', OPERATIONS.dramsim3), cycle: line.count(cycle, 'the cycle, a number') };
  },
  ramulator2(line) {
    const [operation, address] = line.words;
    line.end(line.words, 2);
    return { write: line.name(operation, 'LD or ST', OPERATIONS.ramulator2), address: line.count(address, 'an address, decimal or 0x'), cycle: 0 };
  },
  vector(line, mapping) {
    const [operation, vector] = line.words;
    line.end(line.words, 2);
    const write = line.name(operation, 'R or W', OPERATIONS.vector);
    const parts = vector === undefined ? [] : vector.text.split(',');
    if (parts.length !== 6) line.expected('channel, pseudo-channel, group, bank, row and column: six numbers between commas', vector);
    let at = vector!.column;
    const [, pseudoChannel, group, bank, row, column] = parts.map((text, i) => {
      const cell = { text, column: at };
      const value = line.count(cell, 'a number');
      const [name, most] = vectorLevel(i, mapping);
      if (value > most) line.expected(most === 0 ? `${name} 0, the only one` : `a ${name} from 0 to ${most}`, cell);
      at += text.length + 1;
      return value;
    }) as [number, number, number, number, number, number];
    return { address: mapping.addressOf({ pseudoChannel, group, bank, row, column, offset: 0 }), write, cycle: 0 };
  },
};

/**
 * Requests of a trace, one at a time.
 *
 * @param mapping Makes addresses of address vectors, and says how many bits an address may have.
 * Errors: `dram-file`; `dram-trace` with file, line and column.
 */
export function* readRequests(source: TextSource, mapping: AddressMapping, format?: RequestFormat): Generator<DramRequest> {
  let known = format;
  let now = 0;
  for (const line of linesOf(source)) {
    if (line.text.trim() === '' || line.text.startsWith('#')) continue;
    known ??= formatOf(line);
    const request = READERS[known](line, mapping);
    if (request.address >= 2 ** mapping.addressBits) line.fail(`address 0x${request.address.toString(16)} is beyond the channel, which has ${mapping.addressBits} address bits`, 1, 'there is one channel: addresses have no bits for others');
    if (request.cycle < now) line.fail(`cycle ${request.cycle} comes after cycle ${now}`, 1, 'requests must be in the order of time');
    now = request.cycle;
    yield request;
  }
}

function formatOf(line: Line): RequestFormat {
  const [first, second] = line.words.map((w) => w.text.toLowerCase());
  for (const format of REQUEST_FORMATS) if (OPERATIONS[format].has((format === 'dramsim3' ? second : first) ?? '')) return format;
  const operations = REQUEST_FORMATS.flatMap((f) => [...OPERATIONS[f].keys()]);
  return line.fail('this is no request of a known format', 1, `0x40 READ 0, LD 0x40 or R 0,0,0,0,0,2; ${suggest(first ?? '', operations)}`);
}

/** A line of the format `dramsim3`, with `\n`. */
export function requestLine({ address, write, cycle }: DramRequest): string {
  return `0x${address.toString(16).toUpperCase()} ${write ? 'WRITE' : 'READ'} ${cycle}\n`;
}
