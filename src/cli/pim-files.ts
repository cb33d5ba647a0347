import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fail, suggest, WordlineError, type Problem } from '../diag/index.ts';
import { assembleAll } from '../pim/assembler.ts';
import { checkPimWords } from '../pim/check.ts';
import { PIM_FORMATS, pimConfig, type PimConfig } from '../pim/config.ts';
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
export function pimUnits({ preset, format, registers, banks, multiplyCycles, addCycles }: PimUnitOptions, io: Io): PimConfig {
  const known = PIM_FORMATS.find((f) => f === format) ?? fail('bad-option', `--format ${format}`, { hint: suggest(format, PIM_FORMATS) });
  const count = (option: string, text: string): number => (/^\d+$/.test(text) ? Number(text) : fail('bad-option', `${option} ${text}`, { hint: `a whole number, e.g. ${option} 4` }));
  return pimConfig({
    preset: choosePreset(preset, io),
    format: known,
    registers: count('--registers', registers),
    banksPerUnit: count('--banks', banks),
    ...(multiplyCycles !== undefined && { multiplyCycles: count('--multiply-cycles', multiplyCycles) }),
    ...(addCycles !== undefined && { addCycles: count('--add-cycles', addCycles) }),
  });
}

export interface PimProgramFile {
  readonly words: readonly number[];
  /** Of assembly: the line of each word, as it is written, and labels. */
  readonly source?: readonly { readonly text: string; readonly line: number }[];
  readonly problems: readonly Problem[];
}

/** A program: microcode if the file is called `.hex` or `.json`, otherwise assembly. */
export function readProgram(file: string, config: PimConfig, io: Io): PimProgramFile {
  const words = readWords(file, io);
  if (words !== undefined) return { words, problems: checkPimWords(words, config, { file }) };
  const { lines, problems } = assembleAll(readFileSync(existing(file, io), 'utf8'), config, { file });
  return { words: lines.map((l) => l.word), source: lines.map((l) => ({ text: l.text, line: l.where.line })), problems };
}

/** Throws if a program has errors; its warnings. */
export function warningsOf({ problems }: PimProgramFile): readonly Problem[] {
  const errors = problems.filter((p) => p.severity !== 'warning');
  if (errors.length > 0) throw new WordlineError(problems);
  return problems;
}

/** The words of microcode; undefined if the name of the file says that it is none. Errors: `pim-file`. */
export function readWords(file: string, io: Io): number[] | undefined {
  const kind = extname(file);
  if (kind !== '.hex' && kind !== '.json') return undefined;
  const text = readFileSync(existing(file, io), 'utf8');
  return kind === '.hex' ? hexWords(text, file) : jsonWords(text, file);
}

/** A word of 8 digits a line, as `$readmemh` takes it. */
function hexWords(text: string, file: string): number[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const word = line.replace(/(\/\/|#).*$/, '').trim();
    if (word === '') return [];
    if (!/^(0x)?[\da-fA-F]{1,8}$/.test(word)) fail('pim-file', `"${word}" is not a word of 32 bits`, { where: [{ file, line: i + 1, column: line.indexOf(word) + 1 }], hint: 'a word a line, in up to 8 hexadecimal digits' });
    return [parseInt(word.replace(/^0x/, ''), 16)];
  });
}

/** An array of numbers, or an object that has it as `words`. */
function jsonWords(text: string, file: string): number[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail('pim-file', `${file} is not JSON: ${(error as Error).message}`);
  }
  const list: unknown = typeof json === 'object' && json !== null && 'words' in json ? json.words : json;
  if (!Array.isArray(list)) return fail('pim-file', `${file} has no words`, { hint: 'it should be an array of numbers, or { "words": [...] }' });
  return list.map((word: unknown, i) => (typeof word === 'number' && Number.isInteger(word) && word >= 0 && word < 2 ** 32 ? word : fail('pim-file', `${file}: word ${i} is not a number of 32 bits: ${JSON.stringify(word)}`)));
}
