import Table from 'cli-table3';

/** A row of a sweep: what was chosen, and what came of it. */
export interface Row {
  readonly set: readonly string[];
  readonly seed: number;
  /** As JSON has it; absent if the point failed or was not run. */
  readonly result?: unknown;
  /** What went wrong, in one line. */
  readonly error?: string;
}

/** Column names and cells. Fields of results are columns; a result that is no object is one. Lists and objects in it are JSON. */
export function cells(rows: readonly Row[]): { readonly head: string[]; readonly body: string[][] } {
  const swept = [...new Set(rows.flatMap((r) => r.set.map((s) => s.slice(0, s.indexOf('=')))))];
  const results = rows.map(({ result }) => fieldsOf(result));
  const fields = [...new Set(results.flatMap((r) => Object.keys(r)))];
  const failed = rows.some((r) => r.error !== undefined);
  const body = rows.map(({ set, seed, error }, i) => [
    ...set.map((s) => s.slice(s.indexOf('=') + 1)),
    String(seed),
    ...fields.map((f) => cell(results[i]![f])),
    ...(failed ? [error ?? ''] : []),
  ]);
  return { head: [...swept, 'seed', ...fields, ...(failed ? ['error'] : [])], body };
}

function fieldsOf(result: unknown): Readonly<Record<string, unknown>> {
  if (result === undefined || result === null) return {};
  return typeof result === 'object' && !Array.isArray(result) ? (result as Record<string, unknown>) : { result };
}

const cell = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));

/** Longer cells are cut in a table for people. */
const WIDEST = 32;

export function textTable(rows: readonly Row[]): string {
  const { head, body } = cells(rows);
  const table = new Table({ head, style: { head: [], border: [], compact: true }, colAligns: head.map((_, c) => (body.every((r) => r[c] === '' || Number.isFinite(Number(r[c]))) ? 'right' : 'left')) });
  table.push(...body.map((r) => r.map((text) => (text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text))));
  return `${table.toString()}\n`;
}

/** RFC 4180, with a header line. */
export function csv(rows: readonly Row[]): string {
  const { head, body } = cells(rows);
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [head, ...body].map((r) => `${r.map(quoted).join(',')}\r\n`).join('');
}
