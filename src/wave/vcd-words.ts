/** Codes of up to three characters as small numbers, for looking them up in an array; -1 for longer ones. */
export function shortKey(code: string): number {
  if (code.length > 3) return -1;
  let key = 0;
  for (let i = code.length - 1; i >= 0; i--) key = key * 94 + (code.charCodeAt(i) - 32);
  return key;
}

/** Bytes as text, one character each. */
export function latin(buffer: Uint8Array, from: number, to: number): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset + from, to - from).toString('latin1');
}

/** What `%g` prints, infinities and NaN too; undefined for anything else. */
export function parseReal(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const special = /^([+-]?)(nan|inf(?:inity)?)(?:\(.*\))?$/i.exec(text);
  if (special === null) return undefined;
  if (special[2]!.toLowerCase() === 'nan') return NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}
