/** Numbers as text: binary and hexadecimal digits with `_` between them, and Verilog literals such as `8'hff`. */
import { reject, show } from './check.ts';

export interface Literal {
  readonly width: number;
  readonly value: bigint;
}

/** Width of a Verilog literal, `8` for `8'hff`. */
export type LiteralWidth<T extends string> = T extends `${infer W extends number}'${string}` ? W : number;

const BASES = {
  b: { name: 'binary', digits: /^[01](?:_?[01])*$/, prefix: '0b' },
  o: { name: 'octal', digits: /^[0-7](?:_?[0-7])*$/, prefix: '0o' },
  d: { name: 'decimal', digits: /^[0-9](?:_?[0-9])*$/, prefix: '' },
  h: { name: 'hexadecimal', digits: /^[0-9a-f](?:_?[0-9a-f])*$/, prefix: '0x' },
} as const;
export type Base = keyof typeof BASES;

/** The value of a string of digits, and how many digits it has. */
export function digits(text: string, base: Base): { value: bigint; count: number } {
  if (typeof text !== 'string') reject('bad-literal', `${show(text)} is not a string of ${BASES[base].name} digits`);
  const lower = text.toLowerCase();
  if (!BASES[base].digits.test(lower)) {
    const prefixed = /^0[xbo]/.test(lower) ? 'write the digits without a prefix' : undefined;
    const unknown = /^[0-9a-f_]*[xz?]/.test(lower) ? 'values have two states: there is no x or z' : undefined;
    reject('bad-literal', `${show(text)} is not a string of ${BASES[base].name} digits`, prefixed ?? unknown);
  }
  const plain = lower.replaceAll('_', '');
  return { value: BigInt(BASES[base].prefix + plain), count: plain.length };
}

/** A sized Verilog literal. `s` is accepted and changes nothing: signedness belongs to the operator here. */
export function verilog(text: string): Literal {
  const match = typeof text === 'string' ? /^\s*(\d+)\s*'\s*s?([bodh])\s*(\S+)\s*$/i.exec(text) : null;
  if (match === null) {
    reject('bad-literal', `${show(text)} is not a sized Verilog literal`, "write width, base and digits: 8'hff, 12'd100, 4'b1010");
  }
  const [, width, base, rest] = match as unknown as [string, string, string, string];
  return { width: Number(width), value: digits(rest, base.toLowerCase() as Base).value };
}
