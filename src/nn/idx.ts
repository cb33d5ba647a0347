import { gunzipSync, gzipSync } from 'node:zlib';
import { fail } from '../diag/index.ts';

/** An IDX file of unsigned bytes (the format of MNIST): dimensions, then the bytes, last dimension fastest. */
export interface Idx {
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/** A gzip member starts with these two bytes. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Two zero bytes, a type (8 = unsigned byte), the number of dimensions. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && bytes[2]! >= 8 && bytes[2]! <= 14 && bytes[3]! > 0;
}

const TYPES: Record<number, string> = { 8: 'unsigned byte', 9: 'signed byte', 11: 'short', 12: 'int', 13: 'float', 14: 'double' };

/**
 * Reads an IDX file of unsigned bytes, gzipped or not.
 * @param name for messages
 * @throws WordlineError `idx-gzip`, `idx-magic`, `idx-type`, `idx-size`
 */
export function readIdx(file: Uint8Array, name = 'IDX file'): Idx {
  const bytes = isGzip(file) ? unzip(file, name) : file;
  if (!isIdx(bytes)) {
    fail('idx-magic', `${name} is not an IDX file: it starts with ${hex(bytes) || 'nothing'}`, { hint: 'IDX starts with 00 00 08 and the number of dimensions' });
  }
  if (bytes[2] !== 8) fail('idx-type', `${name} holds ${TYPES[bytes[2]!] ?? 'unknown'} values: only unsigned bytes (type 08) are read`);
  const rank = bytes[3]!;
  const header = 4 + 4 * rank;
  if (bytes.length < header) fail('idx-size', `${name} is cut off in its header: ${bytes.length} of ${header} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = dims.reduce((product, n) => product * n, 1);
  if (bytes.length - header !== size) {
    const state = bytes.length - header < size ? 'cut off' : 'too long';
    fail('idx-size', `${name} is ${state}: ${dims.join(' x ')} = ${size} values promised, ${bytes.length - header} there`);
  }
  return { dims, data: bytes.subarray(header) };
}

/**
 * The bytes of an IDX file, gzipped when asked for (reproducibly: no time of day inside).
 * @throws WordlineError `idx-size` when the data does not fill the dimensions
 */
export function writeIdx({ dims, data }: Idx, gzip = false): Uint8Array {
  const size = dims.reduce((product, n) => product * n, 1);
  if (size !== data.length) fail('idx-size', `${dims.join(' x ')} = ${size} values wanted, ${data.length} given`);
  const bytes = new Uint8Array(4 + 4 * dims.length + data.length);
  bytes.set([0, 0, 8, dims.length]);
  const view = new DataView(bytes.buffer);
  dims.forEach((n, i) => view.setUint32(4 + 4 * i, n));
  bytes.set(data, 4 + 4 * dims.length);
  if (!gzip) return bytes;
  const zipped = new Uint8Array(gzipSync(bytes, { level: 9 }));
  // The header names the operating system that wrote it; 255 is "unknown".
  zipped[9] = 255;
  return zipped;
}

function unzip(file: Uint8Array, name: string): Uint8Array {
  try {
    return new Uint8Array(gunzipSync(file, { maxOutputLength: 2 ** 30 }));
  } catch (error) {
    return fail('idx-gzip', `${name} is a damaged gzip file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
}
