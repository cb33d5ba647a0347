import { formatLocation, type Location, type Origin } from './location.ts';

/** What is wrong, where, and how to put it right. `code` is stable and meant for programs, e.g. `width-mismatch`. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** One place, or several where a conflict has two sides. */
  readonly where?: readonly (Origin | Location | undefined)[];
  readonly hint?: string;
  /** A warning does not stop anything; default: error. */
  readonly severity?: 'error' | 'warning';
}

/** The one error class of the kit: one or several problems, collected and thrown together. */
export class WordlineError extends Error {
  override readonly name = 'WordlineError';
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map(formatProblem).join('\n'));
    this.problems = list;
  }

  /** The code of the first problem. */
  get code(): string {
    return this.problems[0]?.code ?? 'unknown';
  }
}

/** `file:line:column: message [code]`, further places and the hint on lines of their own. */
export function formatProblem({ code, message, where = [], hint, severity }: Problem): string {
  const places = where.map((w) => (w === undefined ? undefined : 'location' in w ? w.location : w)).filter((l) => l !== undefined);
  const [first, ...others] = new Set(places.map(formatLocation));
  const lines = [`${first === undefined ? '' : `${first}: `}${severity === 'warning' ? 'warning: ' : ''}${message} [${code}]`];
  for (const place of others) lines.push(`  and ${place}`);
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

/** Throws one problem. */
export function fail(code: string, message: string, more: Omit<Problem, 'code' | 'message'> = {}): never {
  throw new WordlineError({ code, message, ...more });
}
