import type { Location, Problem } from '../diag/index.ts';
import { requireConfig, type PimConfig } from './config.ts';
import { instructionText } from './disassembler.ts';
import { successors } from './flow.ts';
import { clashOf, decodePim, isIndexed, isVector, nearestPim, encodePim, PIM_JUMPS, PIM_OPS, PIM_WORDS, pimForm, type PimInstruction, type PimOperand } from './isa.ts';

/** A text with more words is only said to be too long. */
export const MOST_CHECKED = 8 * PIM_WORDS;

/** A word of a program, and where it is from. */
export interface PimEntry {
  readonly word: number;
  /** undefined if the word is none. */
  readonly instruction: PimInstruction | undefined;
  readonly where: Location;
  /** Of the operands in the order of the text. */
  readonly operands?: readonly Location[];
  /** What is wrong with it has been told. */
  readonly broken?: boolean;
}

/**
 * Everything that is wrong with microcode: `pim-opcode`, `pim-word` for bits that mean nothing, `pim-operand` for operands that do not go together,
 * `pim-register` and `pim-scalar` for indices that the units do not have, `pim-count` and `pim-target` of JUMPs, `pim-long`, `pim-end` where no
 * EXIT is reached, `pim-endless` and `pim-jumps` for JUMPs without instructions between them, `pim-hazard`; warnings: `pim-unreachable`,
 * `pim-hazard-column` where it depends on the columns. The number of a word stands in the place of a line, unless `places` says where
 * each word is from.
 */
export function checkPimWords(words: ArrayLike<number>, config: PimConfig, { file = 'microcode', places }: { readonly file?: string; readonly places?: readonly Location[] } = {}): Problem[] {
  const all = Array.from(words);
  // The rest of an instruction memory is no part of the program.
  const used = all.findLastIndex((w) => w !== 0) + 1;
  return checkEntries(all.slice(0, used).map((word, i) => ({ word, instruction: decodePim(word), where: places?.[i] ?? { file, line: i, column: 1 } })), config, { file, line: places === undefined ? 0 : 1, column: 1 });
}

/** The same of words that are from somewhere; `start` is where a first one would be. */
export function checkEntries(entries: readonly PimEntry[], config: PimConfig, start: Location): Problem[] {
  requireConfig(config);
  if (entries.length === 0) return [{ code: 'pim-end', message: 'the program has no instruction', where: [start], hint: 'the least is EXIT' }];
  if (entries.length > MOST_CHECKED) return lengthProblems(entries);
  return [...lengthProblems(entries), ...entries.flatMap((entry) => entryProblems(entry, entries.length, config)), ...pathProblems(entries), ...hazards(entries, config)];
}

function lengthProblems(entries: readonly PimEntry[]): Problem[] {
  const first = entries[PIM_WORDS];
  if (first === undefined) return [];
  return [{ code: 'pim-long', message: `the program has ${entries.length > MOST_CHECKED ? `more than ${MOST_CHECKED}` : entries.length} words; the instruction memory has ${PIM_WORDS}`, where: [first.where], hint: 'use JUMP for what repeats, or run it in parts' }];
}

/** What is wrong with a word by itself. */
function entryProblems({ word, instruction, where, operands = [], broken = false }: PimEntry, length: number, config: PimConfig): Problem[] {
  if (broken) return [];
  const problem = (code: string, message: string, hint: string, place = 0): Problem => ({ code, message, where: [operands[place] ?? where], hint });
  if (instruction === undefined) return [{ ...wordProblem(word), where: [where] }];
  const { op, destination, sources, target, count } = instruction;
  if (op === 'JUMP') {
    return [
      ...(target < length ? [] : [problem('pim-target', `JUMP goes to word ${target}, and the last is ${length - 1}`, 'a label stands before an instruction')]),
      ...(count > 0 ? [] : [problem('pim-count', 'JUMP 0 times', 'a JUMP jumps 1 to 65535 times and then goes on, so that a loop runs once more than that', 1)]),
    ];
  }
  const clash = clashOf(instruction);
  const given = destination === undefined ? sources : [destination, ...sources];
  const range = given.flatMap((operand, place) => {
    const found = rangeProblem(operand, config);
    return found === undefined ? [] : [problem(found.code, found.message, found.hint, place)];
  });
  return [...(clash === undefined ? [] : [{ code: 'pim-operand', message: clash.message, where: [where], hint: clash.hint }]), ...range];
}

/** An operand that the units do not have. */
export function rangeProblem({ space, index }: PimOperand, { registers, scalars }: Pick<PimConfig, 'registers' | 'scalars'>): { readonly code: string; readonly message: string; readonly hint: string } | undefined {
  const vector = isVector(space);
  const size = vector ? registers : scalars;
  if (!isIndexed(space) || index < size) return undefined;
  return { code: vector ? 'pim-register' : 'pim-scalar', message: `there is no ${space}[${index}]`, hint: `these units have ${space}[0] to ${space}[${size - 1}]` };
}

function wordProblem(word: number): Problem {
  const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
  const op = PIM_OPS[word >>> 28];
  if (op === undefined) return { code: 'pim-opcode', message: `${hex(word)} has the opcode ${word >>> 28}, which is no instruction`, hint: `opcodes are 0 (${PIM_OPS[0]}) to ${PIM_OPS.length - 1} (${PIM_OPS.at(-1)})` };
  const near = nearestPim(word);
  if (near === undefined) return { code: 'pim-word', message: `${hex(word)} has an operand that ${op} does not take`, hint: 'see the spaces of its operands in docs/pim.md' };
  return { code: 'pim-word', message: `${hex(word)} has bits that ${op} does not use: ${hex((word ^ encodePim(near)) >>> 0)}`, hint: `${instructionText(near)} is ${hex(encodePim(near))}` };
}

/** Words that the program can come to. */
function reachable(entries: readonly PimEntry[]): Set<number> {
  const seen = new Set<number>();
  const open = [0];
  for (let word = open.pop(); word !== undefined; word = open.pop()) {
    if (seen.has(word) || word >= entries.length) continue;
    seen.add(word);
    open.push(...successors(entries[word]!.instruction, word));
  }
  return seen;
}

function pathProblems(entries: readonly PimEntry[]): Problem[] {
  const seen = reachable(entries);
  const unreachable = entries.flatMap(({ where }, i): Problem[] => (seen.has(i) || (i > 0 && !seen.has(i - 1)) ? [] : [{ code: 'pim-unreachable', message: 'the program never comes here', where: [where], severity: 'warning' }]));
  const last = entries.at(-1)!;
  const ends = seen.has(entries.length - 1) && last.instruction?.op !== 'EXIT';
  const end: Problem[] = ends ? [{ code: 'pim-end', message: 'the program runs off its end behind this', where: [last.where], hint: 'end it with EXIT' }] : [];
  return [...end, ...jumpProblems(entries, seen), ...unreachable];
}

/** JUMPs take no time, so only so many can follow each other, and none itself. */
function jumpProblems(entries: readonly PimEntry[], seen: ReadonlySet<number>): Problem[] {
  const problems: Problem[] = [];
  const isJump = (word: number): boolean => entries[word]?.instruction?.op === 'JUMP';
  const lengths = new Map<number, number>();
  const under = new Set<number>();
  const lengthFrom = (word: number): number => {
    if (!isJump(word)) return 0;
    const known = lengths.get(word);
    if (known !== undefined) return known;
    under.add(word);
    let longest = 0;
    for (const next of successors(entries[word]!.instruction, word)) {
      if (under.has(next)) problems.push({ code: 'pim-endless', message: 'JUMPs lead back to themselves without an instruction between them', where: [entries[word]!.where], hint: 'a loop needs at least one instruction that takes a column command' });
      else longest = Math.max(longest, lengthFrom(next));
    }
    under.delete(word);
    lengths.set(word, longest + 1);
    return longest + 1;
  };
  for (const word of [...seen].sort((a, b) => a - b)) {
    const fromJump = [...seen].some((w) => w !== word && isJump(w) && successors(entries[w]!.instruction, w).includes(word));
    const length = lengthFrom(word);
    if (length > PIM_JUMPS && !fromJump) problems.push({ code: 'pim-jumps', message: `${length} JUMPs may follow each other from here`, where: [entries[word]!.where], hint: `at most ${PIM_JUMPS}: put an instruction between them` });
  }
  return problems;
}

/** An instruction that uses the result of another too early, on any path. */
function hazards(entries: readonly PimEntry[], { distance }: PimConfig): Problem[] {
  const problems: Problem[] = [];
  for (const [word, { instruction }] of entries.entries()) {
    const result = instruction?.destination;
    if (result === undefined || !isVector(result.space) || pimForm(instruction!.op).kind !== 'arithmetic') continue;
    for (const [later, apart] of following(entries, word, distance - 1)) {
      const found = meeting(entries, word, later, result);
      if (found !== undefined) problems.push(hazardProblem(entries, word, later, apart, distance, found));
    }
  }
  return problems;
}

/** Instructions that may be executed 1 to `most` commands after one, each with the smallest such number. */
function following(entries: readonly PimEntry[], word: number, most: number): Map<number, number> {
  const found = new Map<number, number>();
  let front = new Set([word]);
  for (let apart = 1; apart <= most; apart++) {
    const next = new Set<number>();
    const passed = new Set<number>();
    const open = [...front].flatMap((w) => successors(entries[w]!.instruction, w));
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (passed.has(at) || at >= entries.length) continue;
      passed.add(at);
      const { instruction } = entries[at]!;
      if (instruction?.op === 'JUMP') open.push(...successors(instruction, at));
      else if (instruction?.op !== 'EXIT') next.add(at);
    }
    for (const at of next) if (!found.has(at)) found.set(at, apart);
    front = next;
  }
  return found;
}

interface Meeting {
  readonly operand: PimOperand;
  /** Whether it depends on the columns of the commands. */
  readonly maybe: boolean;
  /** Which operand of the text it is. */
  readonly place: number;
}

function meeting(entries: readonly PimEntry[], word: number, later: number, result: PimOperand): Meeting | undefined {
  const { instruction } = entries[later]!;
  if (instruction === undefined) return undefined;
  const { destination, sources, aam } = instruction;
  const given = destination === undefined ? sources : [destination, ...sources];
  const byColumn = aam || entries[word]!.instruction!.aam;
  // A loop of one AAM instruction goes through the columns.
  if (byColumn && word === later) return undefined;
  const place = given.findIndex((o) => o.space === result.space && (byColumn || o.index === result.index));
  return place < 0 ? undefined : { operand: byColumn ? { ...given[place]!, index: 0 } : given[place]!, maybe: byColumn, place };
}

function hazardProblem(entries: readonly PimEntry[], word: number, later: number, apart: number, distance: number, { operand, maybe, place }: Meeting): Problem {
  const { instruction, where, operands } = entries[later]!;
  const name = maybe ? `a register of ${operand.space}` : `${operand.space}[${operand.index}]`;
  const by = instructionText(entries[word]!.instruction!);
  const itself = word === later ? ' in the round before' : '';
  return {
    code: maybe ? 'pim-hazard-column' : 'pim-hazard',
    message: `${instructionText(instruction!)} ${maybe ? 'may use' : 'uses'} ${name} ${apart} instruction${apart === 1 ? '' : 's'} after ${by}${itself} computes it; it is free ${distance} after`,
    where: [operands?.[place] ?? where, entries[word]!.where],
    hint: maybe ? `it does if the columns of the two commands are the same register: the reference machine and the unit tell` : `put ${distance - apart === 1 ? 'an instruction' : `${distance - apart} instructions`} that does not use it, or NOP, between them`,
    ...(maybe && { severity: 'warning' as const }),
  };
}
