import { timeText } from './value.ts';
import { visitVcd, type VcdSource } from './vcd-reader.ts';
import type { VcdHeader, VcdScope } from './vcd-syntax.ts';

export interface SummaryScope {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  /** Variables of this scope, without those of inner scopes. */
  readonly vars: number;
  /** Changes of this scope and all below it; an alias counts in each place. */
  readonly changes: number;
  readonly scopes: readonly SummaryScope[];
}

/** What is inside a VCD file. */
export interface VcdSummary {
  readonly timescalePs: number;
  /** Ticks. */
  readonly startTime: number;
  readonly endTime: number;
  readonly date?: string;
  readonly version?: string;
  /** Names, and the values they stand for: the difference are aliases. */
  readonly vars: number;
  readonly slots: number;
  /** Value changes, the initial dump not included. */
  readonly changes: number;
  /** Time stamps. */
  readonly times: number;
  readonly scopes: readonly SummaryScope[];
  /** The signals that change most, at most ten, under the first of their names. */
  readonly busiest: readonly { readonly path: string; readonly width: number; readonly changes: number }[];
  readonly truncated?: string;
  /** Sections of the header that were passed over. */
  readonly ignored: readonly string[];
}

const BUSIEST = 10;

/**
 * Reads a VCD file once, in constant memory, and counts. A file that was cut off is summed up as far as it goes.
 *
 * Errors: those of `visitVcd`.
 */
export function summary(source: VcdSource): VcdSummary {
  let header: VcdHeader | undefined;
  let counts = new Float64Array(0);
  let times = 0;
  let first: number | undefined;
  let dumping = false;
  const count = (slot: number): void => {
    if (!dumping) counts[slot]!++;
  };
  const parser = visitVcd(
    source,
    {
      header: (h) => {
        header = h;
        counts = new Float64Array(h.slots.length);
      },
      time: (ticks) => {
        first ??= ticks;
        times++;
        return undefined;
      },
      dump: (_section, begins) => {
        dumping = begins;
      },
      bits: count,
      real: count,
      string: count,
      event: count,
    },
    { allowTruncated: true },
  );
  const h = header!;
  const firstName = new Map<number, (typeof h.vars)[number]>();
  for (const v of h.vars) if (!firstName.has(v.slot)) firstName.set(v.slot, v);
  const busiest = [...firstName.values()]
    .map((v) => ({ path: v.path, width: v.width, changes: counts[v.slot]! }))
    .filter((v) => v.changes > 0)
    .sort((a, b) => b.changes - a.changes)
    .slice(0, BUSIEST);
  return {
    timescalePs: h.timescalePs,
    startTime: first ?? 0,
    endTime: Math.max(0, parser.ticks),
    ...(h.date === undefined ? {} : { date: h.date }),
    ...(h.version === undefined ? {} : { version: h.version }),
    vars: h.vars.length,
    slots: h.slots.length,
    changes: counts.reduce((sum, n) => sum + n, 0),
    times,
    scopes: h.scopes.map((scope) => sumScope(scope, counts)),
    busiest,
    ...(parser.truncated === undefined ? {} : { truncated: parser.truncated }),
    ignored: h.ignored,
  };
}

function sumScope(scope: VcdScope, counts: Float64Array): SummaryScope {
  const scopes = scope.scopes.map((inner) => sumScope(inner, counts));
  const own = scope.vars.reduce((sum, v) => sum + counts[v.slot]!, 0);
  return { name: scope.name, path: scope.path, type: scope.type, vars: scope.vars.length, changes: scopes.reduce((sum, s) => sum + s.changes, own), scopes };
}

/** A summary for people, without colours. */
export function summaryText(s: VcdSummary): string {
  const lines = [
    `timescale  ${timeText(s.timescalePs)}`,
    `duration   ${timeText(s.startTime * s.timescalePs)} .. ${timeText(s.endTime * s.timescalePs)}, ${s.times} time stamp${s.times === 1 ? '' : 's'}`,
    `signals    ${s.vars} name${s.vars === 1 ? '' : 's'} of ${s.slots} value${s.slots === 1 ? '' : 's'}`,
    `changes    ${s.changes}`,
  ];
  if (s.version !== undefined) lines.push(`written by ${s.version}`);
  if (s.date !== undefined) lines.push(`date       ${s.date}`);
  if (s.truncated !== undefined) lines.push(`cut off    ${s.truncated}`);
  if (s.ignored.length > 0) lines.push(`not read   ${s.ignored.map((k) => `$${k}`).join(', ')}`);
  lines.push('', 'scopes');
  const visit = (scope: SummaryScope, depth: number): void => {
    lines.push(`${'  '.repeat(depth + 1)}${scope.name}  ${scope.vars} signal${scope.vars === 1 ? '' : 's'}, ${scope.changes} change${scope.changes === 1 ? '' : 's'}`);
    scope.scopes.forEach((inner) => visit(inner, depth + 1));
  };
  s.scopes.forEach((scope) => visit(scope, 0));
  if (s.busiest.length > 0) {
    const digits = String(s.busiest[0]!.changes).length;
    lines.push('', 'busiest', ...s.busiest.map((b) => `  ${String(b.changes).padStart(digits)}  ${b.path}${b.width > 1 ? `[${b.width - 1}:0]` : ''}`));
  }
  return lines.join('\n');
}
