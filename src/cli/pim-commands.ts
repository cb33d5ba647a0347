import { extname } from 'node:path';
import { fail, suggest, WordlineError, type Problem } from '../diag/index.ts';
import { disassemble } from '../pim/disassembler.ts';
import { listPim, type PimListing } from '../pim/listing.ts';
import { plainTable } from './dram-preset.ts';
import type { Io } from './io.ts';
import { pimUnits, readProgram, readWords, warningsOf, type PimProgramFile, type PimUnitOptions } from './pim-files.ts';
import { EXIT, jsonProblem, reportError } from './report.ts';
import { actualPath, Staging, TextFile } from './staging.ts';

interface Answer {
  readonly json?: boolean;
}

export interface AsmOptions extends PimUnitOptions, Answer {
  readonly out?: string;
  readonly as?: string;
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');
const KINDS = ['hex', 'json'] as const;

/** Microcode of assembly, to a file or the standard output. */
export function asm(file: string, options: AsmOptions, io: Io): number {
  const { out, as = out !== undefined && extname(out) === '.json' ? 'json' : 'hex', json = false } = options;
  const kind = KINDS.find((k) => k === as) ?? fail('bad-option', `--as ${as}`, { hint: suggest(as, KINDS) });
  if (out !== undefined && actualPath(out, io) === actualPath(file, io)) fail('bad-option', `--out ${out} is the program itself`, { hint: 'give the microcode a name of its own, e.g. kernel.hex' });
  const program = readProgram(file, pimUnits(options, io), io);
  const warnings = warningsOf(program);
  const text = kind === 'json' ? `${JSON.stringify({ words: program.words })}\n` : program.words.map((w) => `${hex(w)}\n`).join('');
  if (out !== undefined) writeText(out, text, io);
  if (json) io.out(`${JSON.stringify({ file, ...(out !== undefined && { out }), words: program.words, warnings: warnings.map(jsonProblem) })}\n`);
  else {
    warn(warnings, io);
    io.out(out === undefined ? text : `${out}: ${program.words.length} words\n`);
  }
  return EXIT.ok;
}

function writeText(out: string, text: string, io: Io): void {
  const staging = new Staging(io);
  try {
    const file = new TextFile(staging.file(out), out);
    file.write(text);
    file.close();
    staging.keep();
  } finally {
    staging.discard();
  }
}

/** Assembly of microcode. */
export function dis(file: string, { json = false }: Answer, io: Io): number {
  const { words } = readWords(file, io) ?? fail('bad-option', `${file} is not called .hex or .json`, { hint: 'microcode is: `wordline pim asm kernel.pim -o kernel.hex` makes it' });
  const text = disassemble(words);
  io.out(json ? `${JSON.stringify({ file, text })}\n` : text);
  return EXIT.ok;
}

/** A program with what it costs on the bus. */
export function list(file: string, options: PimUnitOptions & Answer, io: Io): number {
  const config = pimUnits(options, io);
  const program = readProgram(file, config, io);
  const warnings = warningsOf(program);
  const listing = listPim(program.words, config);
  if (options.json === true) io.out(`${JSON.stringify({ file, ...listing, warnings: warnings.map(jsonProblem) })}\n`);
  else {
    warn(warnings, io);
    io.out(`${listingText(listing, program)}\n`);
  }
  return EXIT.ok;
}

function listingText({ words, commands, reads, writes, cycles }: PimListing, { source }: PimProgramFile): string {
  const rows = words.map((w) => [w.address, hex(w.word), ...(source === undefined ? [] : [source[w.address]!.line]), source?.[w.address]?.text ?? w.text, w.command === 'none' ? '' : w.command, w.slots, w.cycles, w.times]);
  const table = plainTable(['word', 'code', ...(source === undefined ? [] : ['line']), 'instruction', 'needs', 'slots', 'cycles', 'times'], rows);
  return `${table}\n${commands} column commands (${reads} RD, ${writes} WR, ${commands - reads - writes} either), at least ${cycles} cycles`;
}

/** Tells everything that is wrong with a program; 1 if there are errors. */
export function check(file: string, options: PimUnitOptions & Answer, io: Io): number {
  const { words, problems } = readProgram(file, pimUnits(options, io), io);
  const warnings = problems.filter((p) => p.severity === 'warning');
  const errors = problems.filter((p) => p.severity !== 'warning');
  const code = errors.length > 0 ? EXIT.failed : EXIT.ok;
  if (options.json === true) io.out(`${JSON.stringify({ file, words: words.length, errors: errors.map(jsonProblem), warnings: warnings.map(jsonProblem) })}\n`);
  else {
    warn(problems, io);
    io.out(`${file}: ${counted(words.length, 'word')}, ${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}\n`);
  }
  return code;
}

const counted = (n: number, what: string): string => `${n === 0 ? 'no' : n} ${what}${n === 1 ? '' : 's'}`;

function warn(problems: readonly Problem[], io: Io): void {
  if (problems.length > 0) reportError(new WordlineError(problems), io, { json: false, stack: false });
}
