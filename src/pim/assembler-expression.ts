/** A piece of a line, and where it begins: columns count from 1. */
export interface Cell {
  readonly text: string;
  readonly column: number;
}

/** A piece of a text in a message: short, and nothing in it that a terminal obeys. */
export const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);

/** What is wrong in an expression, and where. */
export class ExpressionError extends Error {
  constructor(
    message: string,
    readonly column: number,
    /** A name that nobody knows. */
    readonly unknown?: string,
  ) {
    super(message);
  }
}

/** Brackets and signs within each other. */
const DEPTH = 64;
const TOKEN = /\s*(0[xX][\da-fA-F]+|0[bB][01]+|\d+|[A-Za-z_]\w*|[-+*/%()])/y;

/**
 * Whole numbers, names, `+ - * / %` and brackets; `/` and `%` leave whole numbers.
 * @throws ExpressionError
 */
export function evaluate(cell: Cell, names: (name: string) => number | undefined): number {
  return new Expression(cell, names).value();
}

class Expression {
  readonly #tokens: Cell[] = [];
  #next = 0;
  #depth = 0;

  constructor(private readonly cell: Cell, private readonly names: (name: string) => number | undefined) {
    const { text, column } = cell;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null) {
        const rest = text.slice(from);
        throw new ExpressionError(`${quoted(rest.trim())} cannot be read as a number`, column + from + rest.length - rest.trimStart().length);
      }
      this.#tokens.push({ text: match[1]!, column: column + TOKEN.lastIndex - match[1]!.length });
    }
  }

  value(): number {
    const value = this.#sum();
    const left = this.#tokens[this.#next];
    if (left !== undefined) throw new ExpressionError(`unexpected "${left.text}"`, left.column);
    return value;
  }

  #take(texts: string): string | undefined {
    const token = this.#tokens[this.#next]?.text;
    if (token === undefined || !texts.includes(token)) return undefined;
    this.#next++;
    return token;
  }

  #sum(): number {
    let value = this.#product();
    for (let sign = this.#take('+-'); sign !== undefined; sign = this.#take('+-')) value += sign === '+' ? this.#product() : -this.#product();
    return value;
  }

  #product(): number {
    let value = this.#atom();
    for (let sign = this.#take('*/%'); sign !== undefined; sign = this.#take('*/%')) {
      const by = this.#atom();
      if (sign !== '*' && by === 0) throw new ExpressionError('division by zero', this.cell.column);
      value = sign === '*' ? value * by : sign === '/' ? Math.trunc(value / by) : value % by;
    }
    return value;
  }

  #atom(): number {
    if (++this.#depth > DEPTH) throw new ExpressionError(`more than ${DEPTH} brackets and signs within each other`, this.cell.column);
    const value = this.#inner();
    this.#depth--;
    return value;
  }

  #inner(): number {
    if (this.#take('-') !== undefined) return -this.#atom();
    if (this.#take('(') !== undefined) {
      const value = this.#sum();
      if (this.#take(')') === undefined) throw new ExpressionError('a bracket is not closed', this.cell.column);
      return value;
    }
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw new ExpressionError('a number is missing', this.cell.column + this.cell.text.length);
    if (/^\d/.test(token.text)) return Number(token.text);
    if (!/^\w/.test(token.text)) throw new ExpressionError(`unexpected "${token.text}"`, token.column);
    const value = this.names(token.text);
    if (value === undefined) throw new ExpressionError(`nothing is called "${token.text}"`, token.column, token.text);
    return value;
  }
}
