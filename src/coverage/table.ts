import { createRequire } from 'node:module';
import type Table from 'cli-table3';
import type { Location } from '../diag/index.ts';
import { excludedBy, lineName } from './exclude.ts';
import { shownPath, type FileOptions } from './lcov.ts';
import type { CoverageReport, EnumCoverage, ModuleCoverage } from './report.ts';
import { coverageTotals, measures, percent, total, type Tallies } from './totals.ts';

/** Loaded when a table is printed: a CommonJS package that the kit imports costs the `js` engine speed (docs/decisions/js-engine.md). */
const tables = (): typeof Table => createRequire(import.meta.url)('cli-table3') as typeof Table;

export interface CoverageTableOptions extends FileOptions {
  /** How many of the missed goals are listed (default: all); how many are not is said. */
  readonly missed?: number;
  /** Also every line with its count and its arms, those with something missing first (default false). */
  readonly lines?: boolean;
}

/** For people: what was missed, by file and line; then percentages by module type; states and their transitions; lines if wanted. */
export function coverageTable(report: CoverageReport, { root = process.cwd(), missed: most = Infinity, lines = false }: CoverageTableOptions = {}): string {
  const { all, modules, missed, excluded } = coverageTotals(report);
  const where = (at: Location | null): string => (at === null ? 'unknown place' : `${shownPath(at.file, root)}:${at.line}`);
  const { top, runs, clocks } = report;
  const parts = [`Coverage of ${top}: ${runs} run${runs === 1 ? '' : 's'}, ${clocks.map(({ name, edges }) => `${edges} edges of ${name}`).join(', ')} outside reset`];

  if (missed.length > 0) {
    parts.push(`\nMissed (${missed.length}):`, table(undefined, missed.slice(0, most).map((m) => [where(m.at), m.module, m.what])));
    if (missed.length > most) parts.push(`  and ${missed.length - most} more`);
  }
  const row = (name: string, instances: string, tallies: Tallies): string[] => [name, instances, ...measures.map((k) => (tallies[k].goals === 0 ? '-' : `${percent(tallies[k])} % (${tallies[k].reached}/${tallies[k].goals})`))];
  parts.push('\nBy module type:', table(['module', 'instances', ...measures], [...modules.map((m) => row(m.name, `${m.instances}`, m.tallies)), row('all', '', all)]));

  const registers = report.modules.flatMap((m) => m.enums.map((e) => transitions(m, e)));
  if (registers.length > 0) parts.push('', ...registers);
  if (lines) parts.push('\nBy line:', table(['line', 'module', 'count', 'arms taken'], lineRows(report, where)));
  if (excluded.length > 0) parts.push('\nLeft out:', table(['reason', 'goals'], excluded.map(({ reason, goals }) => [reason, `${goals}`])));
  return `${parts.join('\n')}\n`;
}

/** A table without lines; what is not asked for has no head. */
function table(head: readonly string[] | undefined, rows: readonly (readonly string[])[]): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' };
  const t = new (tables())({ ...(head !== undefined && { head: [...head] }), chars: none, style: { head: [], border: [], 'padding-left': 2, 'padding-right': 0 } });
  t.push(...rows.map((r) => [...r]));
  return t
    .toString()
    .split('\n')
    .map((l) => l.trimEnd())
    .join('\n');
}

/** The states of a register in all instances together: from the row to the column; on the diagonal the cycles in the state. */
function transitions({ name }: ModuleCoverage, { register, of, states, cycles, transitions: seen }: EnumCoverage): string {
  const every = [...cycles.keys()];
  const cell = (from: number, to: number): string => `${from === to ? total(cycles.map((c) => c[from]!), every) : total(seen.map((m) => m[from]![to]!), every)}`;
  const rows = states.map((state, i) => [state, ...states.map((_, j) => cell(i, j))]);
  return `States of ${name}.${register} (${of}), from the row to the column; on the diagonal: cycles in it\n${table(['', ...states], rows)}`;
}

function lineRows(report: CoverageReport, where: (at: Location) => string): string[][] {
  const why = excludedBy(report);
  const rows = report.modules.flatMap(({ name, instances, lines, branches }) => {
    const of = (line: number): number[] => [...instances.keys()].filter((i) => why(`${instances[i]!}.${lineName({ line })}`) === undefined);
    return lines
      .filter(({ line }) => of(line).length > 0)
      .map(({ file, line, hits }) => {
        const counting = of(line);
        const arms = branches.flatMap((b) => b.arms).filter((a) => a.at?.file === file && a.at.line === line).map((a) => total(a.taken, counting));
        const count = total(hits, counting);
        const missing = count === 0 || arms.includes(0);
        return { missing, row: [where({ file, line, column: 1 }), name, `${count}`, arms.length === 0 ? '' : `${arms.filter((n) => n > 0).length}/${arms.length} (${arms.join(', ')})`] };
      });
  });
  return [...rows.filter((r) => r.missing), ...rows.filter((r) => !r.missing)].map((r) => r.row);
}
