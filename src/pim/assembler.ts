import { suggest, WordlineError, type Location, type Problem } from '../diag/index.ts';
import { quoted, type Cell } from './assembler-expression.ts';
import { AssemblySource, type Names, type Statement } from './assembler-source.ts';
import { checkEntries, rangeProblem, type PimEntry } from './check.ts';
import { pimConfig, type PimConfig } from './config.ts';
import { clashOf, decodePim, encodePim, isIndexed, isVector, PIM_COUNT, PIM_OPS, PIM_WORDS, pimForm, type DestinationSpace, type PimInstruction, type PimOp, type PimOperand, type PimSpace, type SourceSpace } from './isa.ts';

/** A word of a program and the line that it is from. */
export interface PimLine extends PimEntry {
  readonly text: string;
  readonly where: Location;
}

export interface PimAssembly {
  readonly words: Uint32Array;
  readonly lines: readonly PimLine[];
  /** The word before which each label stands. */
  readonly labels: ReadonlyMap<string, number>;
  /** What may be wrong. */
  readonly warnings: readonly Problem[];
}

export interface AssembleOptions {
  /** What messages call the text; default `program`. */
  readonly file?: string;
}

/**
 * Instructions of a text in the syntax of docs/pim.md.
 *
 * Errors, all that there are at once, each with file, line and column: `pim-syntax`, `pim-name`, `pim-label`, `pim-opcode`, `pim-operand`, and those
 * of the checks (see `checkPimWords`).
 */
export function assemble(text: string, config: PimConfig = pimConfig(), options: AssembleOptions = {}): PimAssembly {
  const { problems, lines, labels } = assembleAll(text, config, options);
  const errors = problems.filter((p) => p.severity !== 'warning');
  if (errors.length > 0) throw new WordlineError(errors);
  return { words: Uint32Array.from(lines, (l) => l.word), lines, labels, warnings: problems };
}

/** The same, with problems instead of exceptions. A line with an error has no instruction. */
export function assembleAll(text: string, config: PimConfig, { file = 'program' }: AssembleOptions = {}): { readonly lines: readonly PimLine[]; readonly labels: ReadonlyMap<string, number>; readonly problems: readonly Problem[] } {
  const source = new AssemblySource(text, file);
  const lines = source.statements.map((statement): PimLine => {
    const where = source.location(statement.line, statement.name.column);
    const operands = statement.operands.map((o) => source.location(statement.line, o.column));
    const parsed = statement.name.text.toLowerCase() === '.word' ? wordOf(source, statement) : instructionOf(source, statement, config);
    const word = typeof parsed === 'number' ? parsed : parsed === undefined ? 0 : encodePim(parsed);
    const instruction = typeof parsed === 'number' ? decodePim(parsed) : parsed;
    return { text: statement.text, where, operands, word, instruction, broken: parsed === undefined };
  });
  // A program that could not be read is not empty.
  const unread = lines.length === 0 && source.problems.length > 0;
  const all = [...source.problems, ...(unread ? [] : checkEntries(lines, config, source.location(1, 1)))];
  // Rounds of a .repeat have the same mistake.
  const unique = new Map(all.map((p) => [JSON.stringify([p.code, p.message, p.where]), p]));
  const place = ({ where: [first] = [] }: Problem): number => (first !== undefined && 'line' in first ? first.line * 2 ** 20 + first.column : 0);
  return { lines, labels: source.labels, problems: [...unique.values()].sort((a, b) => place(a) - place(b)) };
}

const FLAGS = ['AAM', 'RELU'];

/** The instruction of a statement, or undefined and a problem. */
function instructionOf(source: AssemblySource, statement: Statement, config: PimConfig): PimInstruction | undefined {
  const { name, suffixes, operands, line } = statement;
  const op = PIM_OPS.find((o) => o === name.text.toUpperCase());
  if (op === undefined) return source.problem('pim-opcode', `there is no instruction ${quoted(name.text)}`, line, name.column, name.text.endsWith(':') ? 'a label has letters of English, digits and _' : suggest(name.text.toUpperCase(), PIM_OPS));
  const form = pimForm(op);
  let fine = true;
  const wrong = (code: string, message: string, column: number, hint?: string): undefined => {
    fine = false;
    return source.problem(code, message, line, column, hint);
  };
  const given = new Set(suffixes.map((s) => s.text.toUpperCase()));
  const aam = given.has('AAM');
  const relu = given.has('RELU');
  for (const [i, { text, column }] of suffixes.entries()) {
    if (!FLAGS.includes(text.toUpperCase())) wrong('pim-operand', `there is no ${quoted(`${op}.${text}`)}`, column, suggest(text.toUpperCase(), FLAGS));
    else if (suffixes.slice(0, i).some((s) => s.text.toUpperCase() === text.toUpperCase())) wrong('pim-operand', `${text} is there twice`, column, 'once is enough');
  }
  if (relu && !form.relu) wrong('pim-operand', `${op} has no RELU`, name.column, 'MOV and FILL have: use MOV.RELU behind it');
  const shape = SHAPES[op];
  if (operands.length !== shape.length) {
    return wrong('pim-operand', `${op} takes ${shape.length === 0 ? 'no operands' : `${shape.length} operand${shape.length === 1 ? '' : 's'}`}, not ${operands.length}`, operands[shape.length]?.column ?? name.column, shape.length === 0 ? op : `${op} ${shape.join(', ')}`);
  }
  const none = { op, aam, relu, destination: undefined, sources: [], target: 0, count: 0 };
  if (op === 'JUMP') {
    const target = numberOf(source, statement, operands[0]!, 'a label or a word', PIM_WORDS - 1);
    const count = numberOf(source, statement, operands[1]!, 'a count', PIM_COUNT, `1 to ${PIM_COUNT}`);
    return target === undefined || count === undefined || !fine ? undefined : { ...none, target, count };
  }
  const operand = <S extends PimSpace>(cell: Cell, spaces: readonly S[]): PimOperand<S> | undefined => {
    const found = operandOf(source, statement, cell, spaces, aam, wrong);
    const range = found === undefined ? undefined : rangeProblem(found, config);
    return range === undefined ? found : wrong(range.code, range.message, cell.column, range.hint);
  };
  const destination = form.destination.length === 0 ? undefined : operand<DestinationSpace>(operands[0]!, form.destination);
  const sources = form.sources.map((spaces, i) => operand<SourceSpace>(operands[i + 1]!, spaces));
  const instruction = { ...none, destination, sources: sources as PimOperand<SourceSpace>[] };
  if (!fine || sources.includes(undefined) || (form.destination.length > 0 && destination === undefined)) return undefined;
  if (aam && ![destination, ...sources].some((o) => o !== undefined && isVector(o.space))) return wrong('pim-operand', `${op}.AAM has no operand in A or B`, name.column, 'leave AAM out');
  const clash = clashOf(instruction);
  if (clash !== undefined) return wrong('pim-operand', clash.message, name.column, clash.hint);
  return instruction;
}

const NAMES = ['a', 'b', 'c'];
/** Operands of each instruction, as hints show them. */
const SHAPES = Object.fromEntries(
  PIM_OPS.map((op) => {
    const { destination, sources } = pimForm(op);
    const froms = sources.map((s, i) => (s.length === 1 ? (s[0] === 'BANK' ? 'BANK' : `${s[0]}[i]`) : sources.length === 1 ? 'src' : NAMES[i]!));
    return [op, op === 'JUMP' ? ['label', 'count'] : destination.length === 0 ? [] : ['dst', ...froms]];
  }),
) as unknown as Readonly<Record<PimOp, readonly string[]>>;

const OPERAND = /^([A-Za-z_]\w*)\s*(?:\[([^\]]*)\])?$/;

function operandOf<S extends PimSpace>(source: AssemblySource, statement: Statement, { text, column }: Cell, spaces: readonly S[], aam: boolean, wrong: (code: string, message: string, column: number, hint?: string) => undefined): PimOperand<S> | undefined {
  const [, name = '', inside] = OPERAND.exec(text) ?? [];
  const space = spaces.find((s) => s === name.toUpperCase());
  if (space === undefined) return wrong('pim-operand', text === '' ? 'an operand is missing' : `${quoted(text)} cannot stand here`, column, `valid: ${spaces.map((s) => (isIndexed(s) ? `${s}[i]` : s)).join(', ')}`);
  const byColumn = aam && isVector(space);
  if (!isIndexed(space) && inside !== undefined) return wrong('pim-operand', `${space} has no index`, column, space);
  if (!isIndexed(space) || (inside === undefined && byColumn)) return { space, index: 0 };
  if (inside === undefined) return wrong('pim-operand', `which ${space}?`, column, `${space}[0]`);
  const at = { text: inside, column: column + text.indexOf('[') + 1 };
  const index = numberOf(source, statement, at, `an index of ${space}`, Infinity, 'it counts from 0');
  if (index === undefined) return undefined;
  if (byColumn && index !== 0) return wrong('pim-operand', `with AAM the column is the index of ${space}, not ${index}`, at.column, `write ${space}`);
  return { space, index };
}

function wordOf(source: AssemblySource, statement: Statement): number | undefined {
  const { operands, name, line } = statement;
  if (operands.length !== 1) return source.problem('pim-operand', '.word takes one number', line, name.column, '.word 0x00000000');
  return numberOf(source, statement, operands[0]!, 'a word', 2 ** 32 - 1);
}

/** A number that fits its field. */
function numberOf(source: AssemblySource, { line, constants }: Statement, cell: Cell, what: string, most: number, range = `0 to ${most}`): number | undefined {
  const names: Names = { get: (name) => constants.get(name) ?? source.labels.get(name), keys: () => [...source.labels.keys(), ...constants.keys()] };
  const value = source.value(cell, line, names);
  if (value === undefined || (value >= 0 && value <= most)) return value;
  return source.problem('pim-operand', `${value} is not ${what}`, line, cell.column, range);
}
