import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { fail, suggest } from '../diag/index.ts';

/** A file's path, or the file's content. */
export type TextSource = string | { readonly text: string; readonly name?: string };

/** A word of a line, and where it begins: columns count from 1. */
export interface Cell {
  readonly text: string;
  readonly column: number;
}

/** A line of a file, and how to complain about it. */
export class Line {
  readonly text: string;
  readonly number: number;
  readonly file: string;

  constructor(text: string, number: number, file: string) {
    this.text = text;
    this.number = number;
    this.file = file;
  }

  /** Words between blanks. */
  get words(): Cell[] {
    return [...this.text.matchAll(/\S+/g)].map((m) => ({ text: m[0], column: m.index + 1 }));
  }

  /** Cells between commas, as RFC 4180 has them, but for line ends in quotes; blanks around them do not count. */
  get cells(): Cell[] {
    return [...this.text.matchAll(/(?<=^|,)(\s*)(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))/g)].map((m) => ({ text: m[2]?.replaceAll('""', '"') ?? m[3]!.trim(), column: m.index + m[1]!.length + 1 }));
  }

  /** @throws WordlineError `dram-trace`: what is wrong, at `file:line:column`. */
  fail(message: string, column: number, hint?: string): never {
    return fail('dram-trace', message, { where: [{ file: this.file, line: this.number, column }], ...(hint !== undefined && { hint }) });
  }

  /** What was expected, and what is there. */
  expected(what: string, cell: Cell | undefined, hint?: string): never {
    return this.fail(`expected ${what}, found ${cell === undefined ? 'the end of the line' : cell.text === '' ? 'nothing' : `"${cell.text}"`}`, cell?.column ?? this.text.length + 1, hint);
  }

  /** A number: decimal, or hexadecimal with 0x. */
  count(cell: Cell | undefined, what: string, { least = 0 }: { readonly least?: number } = {}): number {
    const text = cell?.text ?? '';
    const [, sign, digits] = /^(-?)(0[xX][\da-fA-F]+|\d+)$/.exec(text) ?? [];
    const value = digits === undefined ? NaN : Number(digits) * (sign === '-' ? -1 : 1);
    if (!Number.isSafeInteger(value) || value < least) this.expected(what, cell);
    return value;
  }

  /** One of some names; case does not count. */
  name<T>(cell: Cell | undefined, what: string, names: ReadonlyMap<string, T>): T {
    return names.get(cell?.text.toLowerCase() ?? '') ?? this.expected(what, cell, cell === undefined ? undefined : suggest(cell.text, names.keys()));
  }

  /** No more words than there should be. */
  end(cells: readonly Cell[], most: number): void {
    if (cells.length > most) this.expected('the end of the line', cells[most]);
  }
}

const CHUNK = 1 << 20;

/** The lines of a file, one at a time; `\r` at the end is not part of them. Errors: `dram-file`. */
export function* linesOf(source: TextSource): Generator<Line> {
  const file = typeof source === 'string' ? source : (source.name ?? 'text');
  let rest = '';
  let number = 0;
  const line = (text: string): Line => new Line(text.endsWith('\r') ? text.slice(0, -1) : text, ++number, file);
  for (const chunk of typeof source === 'string' ? chunksOf(source) : [source.text]) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    for (const text of parts) yield line(text);
  }
  if (rest !== '') yield line(rest);
}

function* chunksOf(path: string): Generator<string> {
  const fd = open(path);
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(CHUNK);
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) yield decoder.write(buffer.subarray(0, length));
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    return fail('dram-file', `cannot read ${path}: ${(error as Error).message}`);
  }
}
