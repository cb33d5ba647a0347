import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { formatProblem, WordlineError, type Location, type Problem } from '../diag/index.ts';
import type { Io } from './io.ts';

/** Codes that mean that the command was not understood, which is another exit code than a run that went wrong. */
const USAGE = new Set([
  'usage', 'no-file', 'no-folder', 'not-a-module', 'no-testbench', 'several-testbenches', 'unknown-testbench', 'unknown-parameter', 'bad-parameter',
  'missing-parameter', 'repeated-parameter', 'unexpected-argument', 'bad-seed', 'bad-time', 'bad-option', 'unknown-engine', 'nothing-to-lint', 'which-module', 'no-module', 'bad-window', 'no-trace', 'unknown-preset',
]);

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export interface ReportOptions {
  readonly json: boolean;
  readonly stack: boolean;
}

/** A problem as programs read it. */
export interface JsonProblem {
  readonly code: string;
  readonly message: string;
  readonly where: readonly Location[];
  readonly hint?: string;
  readonly severity?: 'error' | 'warning';
}

export function places({ where = [] }: Problem): Location[] {
  return where.map((w) => (w === undefined ? undefined : 'location' in w ? w.location : w)).filter((l) => l !== undefined);
}

export function jsonProblem(problem: Problem): JsonProblem {
  const { code, message, hint, severity } = problem;
  return { code, message, where: places(problem).map(({ file, line, column }) => ({ file, line, column })), ...(hint !== undefined && { hint }), ...(severity !== undefined && { severity }) };
}

/** Also one that another copy of the kit has thrown. */
function problemsIn(error: unknown): readonly Problem[] | undefined {
  if (error instanceof WordlineError) return error.problems;
  const other = error as Partial<WordlineError> | null | undefined;
  return other?.name === 'WordlineError' && Array.isArray(other.problems) ? other.problems : undefined;
}

/** A frame of the user's own code. */
const FRAME = /(?:file:\/\/)?(\/[^():]+|[A-Za-z]:[\\/][^():]+):(\d+):(\d+)\)?$/;

export function placeOf(error: unknown): Location | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const line of stack.split('\n').filter((l) => /^\s*at /.test(l))) {
    const [, file, row, column] = FRAME.exec(line) ?? [];
    if (file !== undefined && !line.includes('node:') && !file.includes('/node_modules/')) return { file, line: Number(row), column: Number(column) };
  }
  return undefined;
}

/** Anything that was thrown, as problems. */
export function toProblems(error: unknown): readonly Problem[] {
  const known = problemsIn(error);
  if (known !== undefined) return known;
  if (error instanceof CommanderError) {
    // Its suggestion stands in brackets on a line of its own.
    const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
    const hint = more.join(' ').replace(/^\((.*)\)$/, '$1');
    return [{ code: 'usage', message: first, ...(hint !== '' && { hint }) }];
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  const cause = error instanceof Error && error.cause !== undefined ? `: ${error.cause instanceof Error ? error.cause.message : JSON.stringify(error.cause)}` : '';
  return [{ code: 'unexpected', message: message + cause, where: [placeOf(error)] }];
}

export function exitCode(problems: readonly Problem[]): number {
  const code = problems[0]?.code ?? '';
  return code === 'interrupted' ? EXIT.interrupted : USAGE.has(code) ? EXIT.usage : EXIT.failed;
}

/** Tells what went wrong; `more` is what else a program should know, such as the seed. Returns the exit code. */
export function reportError(error: unknown, io: Io, { json, stack }: ReportOptions, more: Readonly<Record<string, unknown>> = {}): number {
  const problems = toProblems(error);
  const code = exitCode(problems);
  if (json) {
    const [first, ...others] = problems;
    const body = { ...(first === undefined ? { code: 'unknown', message: 'unknown' } : jsonProblem(first)), ...(others.length > 0 && { others: others.map(jsonProblem) }) };
    io.out(`${JSON.stringify({ error: body, ...more })}\n`);
  } else {
    const { red, dim, yellow } = io.colors.err;
    for (const problem of problems) {
      const [first = '', ...rest] = formatProblem(problem).split('\n');
      io.err(`${[problem.severity === 'warning' ? yellow(first) : red(first), ...rest.map(dim)].join('\n')}\n`);
    }
    if (code === EXIT.usage) io.err(dim('see `wordline --help`\n'));
    else if (problems[0]?.code === 'unexpected' && !stack) io.err(dim('  hint: --stack shows how it came to this\n'));
  }
  if (stack) {
    // What was thrown in a file that could not be loaded says more than that it could not be loaded.
    const origin = error instanceof WordlineError && error.cause !== undefined ? error.cause : error;
    io.err(`${inspect(origin)}\n`);
  }
  return code;
}
