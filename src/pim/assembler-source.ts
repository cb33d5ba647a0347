import { suggest, type Location, type Problem } from '../diag/index.ts';
import { evaluate, ExpressionError, quoted, type Cell } from './assembler-expression.ts';
import { MOST_CHECKED } from './check.ts';

/** One instruction or `.word` of the text, after repetition. */
export interface Statement {
  /** The line without its comment and labels. */
  readonly text: string;
  readonly line: number;
  /** What stands first, without suffixes, and the suffixes without their dots. */
  readonly name: Cell;
  readonly suffixes: readonly Cell[];
  readonly operands: readonly Cell[];
  /** Constants that hold here. */
  readonly constants: ReadonlyMap<string, number>;
}

interface SourceLine {
  readonly number: number;
  readonly labels: readonly Cell[];
  /** Without comment and labels. */
  readonly rest: Cell;
}

/** Names and their values. */
export interface Names {
  get(name: string): number | undefined;
  keys(): Iterable<string>;
}

const LABEL = /^(\s*)([A-Za-z_]\w*)\s*:/;
const NAME = /^[A-Za-z_]\w*$/;
/** More rounds of a `.repeat` fill the instruction memory. */
const ROUNDS = 32;
/** Any text, however wrong, is soon through: rounds of all `.repeat` together, how deep they nest, characters, and mistakes. */
const MOST_ROUNDS = 1024;
const MOST_DEPTH = 16;
const MOST_TEXT = 1 << 18;
const MOST_PROBLEMS = 100;
const DIRECTIVES = ['.equ', '.repeat', '.end', '.word'];

/** Reads lines, comments, labels, constants and repetition; what is wrong is collected in `problems`. */
export class AssemblySource {
  readonly statements: Statement[] = [];
  /** The word that each label stands before. */
  readonly labels = new Map<string, number>();
  readonly problems: Problem[] = [];
  readonly #lines: readonly SourceLine[];
  #rounds = 0;
  #depth = 0;
  #stopped = false;

  constructor(text: string, private readonly file: string) {
    const long = text.length > MOST_TEXT;
    this.#lines = long ? [] : text.split(/\r?\n/).map(splitLine);
    if (long) this.problem('pim-long', `the text has ${text.length} characters; at most ${MOST_TEXT} are read`, 1, 1, 'a program has 32 words: is this one?');
    this.#expand(0, this.#lines.length, new Map());
  }

  location(line: number, column: number): Location {
    return { file: this.file, line, column };
  }

  problem(code: string, message: string, line: number, column: number, hint?: string): undefined {
    this.problems.push({ code, message, where: [this.location(line, column)], ...(hint !== undefined && { hint }) });
  }

  /** The value of an expression, or undefined and a problem. */
  value(cell: Cell, line: number, names: Names): number | undefined {
    try {
      return evaluate(cell, (name) => names.get(name));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      // It may stand in what was not looked at, and why that was not is told.
      if (error.unknown !== undefined && this.#cut) return undefined;
      const hint = error.unknown === undefined ? undefined : suggest(error.unknown, names.keys());
      return this.problem(error.unknown === undefined ? 'pim-syntax' : 'pim-name', error.message, line, error.column, hint);
    }
  }

  #expand(from: number, to: number, constants: Map<string, number>): void {
    for (let i = from; i < to && !this.#full(this.#lines[i]!.number); i++) {
      const { number, labels, rest } = this.#lines[i]!;
      for (const label of labels) this.#label(label, number, constants);
      if (rest.text === '') continue;
      const [, head = '', body = ''] = /^(\S+)\s*([^]*)$/.exec(rest.text)!;
      const operands = splitOperands(body, rest.column + rest.text.length - body.length);
      const name = head.toLowerCase();
      if (name === '.repeat') {
        const end = this.#endOf(i, to);
        if (end === undefined) return this.problem('pim-syntax', '.repeat has no .end', number, rest.column, 'a line with .end closes what is repeated');
        this.#repeat(i, end, operands, constants);
        i = end;
      } else if (name === '.equ') this.#constant(operands, number, rest, constants);
      else if (name === '.end') this.problem('pim-syntax', '.end closes no .repeat', number, rest.column);
      else if (name.startsWith('.') && name !== '.word') this.problem('pim-syntax', `there is no directive ${quoted(head)}`, number, rest.column, suggest(name, DIRECTIVES));
      else this.#statement(head, operands, number, rest, constants);
    }
  }

  get #cut(): boolean {
    return this.#stopped || this.statements.length > MOST_CHECKED;
  }

  /** Whether there is so much, or so much wrong, that the rest does not matter. */
  #full(line: number): boolean {
    if (!this.#stopped && this.problems.length >= MOST_PROBLEMS) {
      this.#stopped = true;
      this.problem('pim-syntax', `${MOST_PROBLEMS} mistakes: what follows has not been looked at`, line, 1);
    }
    return this.#cut;
  }

  #statement(head: string, operands: readonly Cell[], line: number, rest: Cell, constants: ReadonlyMap<string, number>): void {
    const [name = '', ...suffixes] = head === head.replace(/^\./, '') ? head.split('.') : [head];
    let column = rest.column + name.length + 1;
    const cells = suffixes.map((text) => {
      const cell = { text, column };
      column += text.length + 1;
      return cell;
    });
    this.statements.push({ text: rest.text, line, name: { text: name, column: rest.column }, suffixes: cells, operands, constants: new Map(constants) });
  }

  #label({ text, column }: Cell, line: number, constants: ReadonlyMap<string, number>): void {
    if (this.labels.has(text)) return this.problem('pim-label', `the label "${text}" is there twice`, line, column, 'in a .repeat a label comes with each round: put it before .repeat');
    if (constants.has(text)) return this.problem('pim-label', `"${text}" is a constant already`, line, column);
    this.labels.set(text, this.statements.length);
  }

  #constant([name, value, ...more]: readonly Cell[], line: number, rest: Cell, constants: Map<string, number>): void {
    if (name === undefined || value === undefined || more.length > 0 || !NAME.test(name.text)) return this.problem('pim-syntax', '.equ takes a name and a value', line, rest.column, '.equ COLUMNS, 8');
    if (constants.has(name.text) || this.labels.has(name.text)) return this.problem('pim-label', `"${name.text}" has a value already`, line, name.column);
    const number = this.value(value, line, constants);
    // Without its value it is known all the same: one mistake is one message.
    constants.set(name.text, number ?? 0);
  }

  #repeat(from: number, end: number, [count, variable, ...more]: readonly Cell[], constants: Map<string, number>): void {
    const { number, rest } = this.#lines[from]!;
    if (count === undefined || more.length > 0 || (variable !== undefined && !NAME.test(variable.text))) return this.problem('pim-syntax', '.repeat takes a count and perhaps a name', number, rest.column, '.repeat 8, i');
    const rounds = this.value(count, number, constants);
    if (rounds === undefined) return;
    if (this.#depth === MOST_DEPTH) return this.problem('pim-syntax', `more than ${MOST_DEPTH} .repeat within each other`, number, rest.column);
    if (rounds < 0 || rounds > ROUNDS) return this.problem('pim-syntax', `.repeat ${rounds}`, number, count.column, `0 to ${ROUNDS}; loops of the program are made with JUMP`);
    this.#depth++;
    for (let i = 0; i < rounds && !this.#stopped; i++) {
      if (++this.#rounds > MOST_ROUNDS) {
        this.#stopped = true;
        this.problem('pim-syntax', `more than ${MOST_ROUNDS} rounds of .repeat in all`, number, rest.column, 'loops of the program are made with JUMP');
      }
      const inside = new Map(constants);
      if (variable !== undefined) inside.set(variable.text, i);
      this.#expand(from + 1, end, inside);
    }
    this.#depth--;
  }

  /** The line of the .end that belongs to the .repeat of a line. */
  #endOf(from: number, to: number): number | undefined {
    for (let i = from, depth = 0; i < to; i++) {
      const text = this.#lines[i]!.rest.text.toLowerCase();
      if (/^\.repeat\b/.test(text)) depth++;
      if (/^\.end\b/.test(text) && --depth === 0) return i;
    }
    return undefined;
  }
}

function splitLine(text: string, i: number): SourceLine {
  let rest = text.replace(/[;#].*$/, '').trimEnd();
  let column = 1;
  const labels: Cell[] = [];
  for (let match = LABEL.exec(rest); match !== null; match = LABEL.exec(rest)) {
    labels.push({ text: match[2]!, column: column + match[1]!.length });
    column += match[0].length;
    rest = rest.slice(match[0].length);
  }
  const blanks = rest.length - rest.trimStart().length;
  return { number: i + 1, labels, rest: { text: rest.trimStart(), column: column + blanks } };
}

function splitOperands(text: string, column: number): Cell[] {
  if (text.trim() === '') return [];
  let at = column;
  return text.split(',').map((part) => {
    const cell = { text: part.trim(), column: at + part.length - part.trimStart().length };
    at += part.length + 1;
    return cell;
  });
}
