import { closeSync, openSync, readSync } from 'node:fs';
import { extname } from 'node:path';
import type { ValueNode } from '@humanwhocodes/momoa';
import { fail, suggest, WordlineError, type Location, type Problem } from '../diag/index.ts';
import { quoted } from '../pim/assembler-expression.ts';
import { assembleAll } from '../pim/assembler.ts';
import { checkPimWords } from '../pim/check.ts';
import { PIM_BANKS_PER_UNIT, PIM_FORMATS, PIM_REGISTERS, pimConfig, stageCycles, type PimConfig } from '../pim/config.ts';
import { readJson } from '../pim/json.ts';
import { choosePreset } from './dram-preset.ts';
import type { Io } from './io.ts';
import { existing } from './load.ts';

/** What the units are, as the command line has it. */
export interface PimUnitOptions {
  readonly preset: string;
  readonly format: string;
  readonly registers: string;
  readonly banks: string;
  readonly multiplyCycles?: string;
  readonly addCycles?: string;
}

/** Errors: `bad-option`, and those of presets and of `pimConfig`. */
export function pimUnits({ preset: name, format, registers, banks, multiplyCycles, addCycles }: PimUnitOptions, io: Io): PimConfig {
  const known = PIM_FORMATS.find((f) => f === format) ?? fail('bad-option', `--format ${format}`, { hint: suggest(format, PIM_FORMATS) });
  const one = (option: string, text: string, valid: readonly number[]): number => valid.find((n) => String(n) === text) ?? fail('bad-option', `${option} ${text}`, { hint: `it may be ${valid.join(', ')}` });
  const preset = choosePreset(name, io);
  const stage = stageCycles(preset);
  return pimConfig({
    preset,
    format: known,
    registers: one('--registers', registers, PIM_REGISTERS),
    banksPerUnit: one('--banks', banks, PIM_BANKS_PER_UNIT),
    ...(multiplyCycles !== undefined && { multiplyCycles: one('--multiply-cycles', multiplyCycles, stage) }),
    ...(addCycles !== undefined && { addCycles: one('--add-cycles', addCycles, stage) }),
  });
}

export interface PimProgramFile {
  readonly words: readonly number[];
  /** Of assembly: the line of each word, as it is written, and labels. */
  readonly source?: readonly { readonly text: string; readonly line: number }[];
  readonly problems: readonly Problem[];
}

/** Microcode, and where each word of it is from. */
interface Microcode {
  readonly words: readonly number[];
  readonly places: readonly Location[];
}

/** A program: microcode if the file is called `.hex` or `.json`, otherwise assembly. Errors: `pim-file`. */
export function readProgram(file: string, config: PimConfig, io: Io): PimProgramFile {
  const microcode = readWords(file, io);
  if (microcode !== undefined) return { words: microcode.words, problems: checkPimWords(microcode.words, config, { file, places: microcode.places }) };
  const { lines, problems } = assembleAll(readText(file, io), config, { file });
  return { words: lines.map((l) => l.word), source: lines.map((l) => ({ text: l.text, line: l.where.line })), problems };
}

/** Throws if a program has errors; its warnings. */
export function warningsOf({ problems }: PimProgramFile): readonly Problem[] {
  const errors = problems.filter((p) => p.severity !== 'warning');
  if (errors.length > 0) throw new WordlineError(problems);
  return problems;
}

/** The words of microcode; undefined if the name of the file says that it is none. Errors: `pim-file`. */
export function readWords(file: string, io: Io): Microcode | undefined {
  const read = READERS[extname(file)];
  if (read === undefined) return undefined;
  const entries = read(readText(file, io), file);
  return { words: entries.map((e) => e.word), places: entries.map((e) => e.where) };
}

/** Far more than any program: a larger file is something else, and some devices have no end. */
const MOST_BYTES = 1 << 20;

/** Text of UTF-8, without characters that no text has and a terminal might obey. */
export function readText(file: string, io: Io): string {
  const bytes = firstBytes(existing(file, io), file);
  if (bytes.length > MOST_BYTES) fail('pim-file', `${file} has more than ${MOST_BYTES} bytes`, { hint: 'a program has 32 words: is this one?' });
  const text = new TextDecoder().decode(bytes);
  const at = text.search(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffd]/);
  if (at < 0) return text;
  const before = text.slice(0, at).split('\n');
  const where = { file, line: before.length, column: before.at(-1)!.length + 1 };
  return fail('pim-file', 'this is no text: a byte that UTF-8 does not have, or a control character', { where: [where], hint: 'programs, microcode and policies are text of UTF-8' });
}

function firstBytes(path: string, shown: string): Buffer {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  try {
    const fd = openSync(path, 'r');
    try {
      for (let n = -1; n !== 0 && length < bytes.length; length += n) n = readSync(fd, bytes, length, bytes.length - length, null);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    fail('pim-file', `cannot read ${shown}: ${(error as Error).message}`);
  }
  return bytes.subarray(0, length);
}

interface PlacedWord {
  readonly word: number;
  readonly where: Location;
}

const READERS: Readonly<Record<string, (text: string, file: string) => readonly PlacedWord[]>> = { '.hex': hexWords, '.json': jsonWords };

/** A word of 8 digits a line, as `$readmemh` takes it. */
function hexWords(text: string, file: string): PlacedWord[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const word = line.replace(/(\/\/|#).*$/, '').trim();
    if (word === '') return [];
    const where = { file, line: i + 1, column: line.indexOf(word) + 1 };
    if (!/^(0x)?[\da-fA-F]{1,8}$/.test(word)) fail('pim-file', `${quoted(word)} is not a word of 32 bits`, { where: [where], hint: 'a word a line, in up to 8 hexadecimal digits' });
    return [{ word: parseInt(word.replace(/^0x/, ''), 16), where }];
  });
}

/** An array of numbers, or an object that has it as `words`. */
function jsonWords(text: string, file: string): PlacedWord[] {
  const body = readJson(text, file, 'pim-file');
  const place = (node: ValueNode): Location => ({ file, line: node.loc.start.line, column: node.loc.start.column });
  const list = body.type === 'Object' ? body.members.find(({ name }) => name.type === 'String' && name.value === 'words')?.value : body;
  if (list?.type !== 'Array') return fail('pim-file', 'there are no words', { where: [place(list ?? body)], hint: 'it should be an array of numbers, or { "words": [...] }' });
  return list.elements.map(({ value: node }, i) => {
    const word = node.type === 'Number' ? node.value : NaN;
    return Number.isInteger(word) && word >= 0 && word < 2 ** 32 ? { word, where: place(node) } : fail('pim-file', `word ${i} is not a number of 32 bits`, { where: [place(node)], hint: '0 to 4294967295' });
  });
}
