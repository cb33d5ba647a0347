import { relative } from 'node:path';
import { excludedBy, lineName } from './exclude.ts';
import type { CoverageReport } from './report.ts';
import { total } from './totals.ts';

export interface FileOptions {
  /** Files below this folder are named relative to it; default: the current folder. */
  readonly root?: string;
}

interface SourceFile {
  readonly lines: Map<number, number>;
  /** By line, the arms of each `when` that begins there; `undefined`: it was never reached. */
  readonly branches: Map<number, (number | undefined)[][]>;
}

/**
 * Lines and branches as an LCOV tracefile (`geninfo(1)`), for `genhtml`, editors and review tools.
 *
 * `DA` is the count of a line, `BRDA` that of an arm; arms stand at the line where their `when` begins, each `when` of each module type as a
 * block of its own, so that nothing that one type leaves out is hidden by another. Bits and states have no place in the format.
 */
export function coverageLcov(reports: CoverageReport | readonly CoverageReport[], { root = process.cwd() }: FileOptions = {}): string {
  const files = new Map<string, SourceFile>();
  const file = (path: string): SourceFile => {
    let found = files.get(path);
    if (found === undefined) files.set(path, (found = { lines: new Map(), branches: new Map() }));
    return found;
  };
  for (const report of [reports].flat() as readonly CoverageReport[]) {
    const why = excludedBy(report);
    for (const { instances, lines, branches } of report.modules) {
      const counting = (name: string): number[] => [...instances.keys()].filter((i) => why(`${instances[i]!}.${name}`) === undefined);
      for (const { file: path, line, hits } of lines) {
        const of = counting(lineName({ line }));
        if (of.length > 0) file(path).lines.set(line, (file(path).lines.get(line) ?? 0) + total(hits, of));
      }
      for (const { at, reached, arms } of branches) {
        if (at === null) continue;
        const taken = arms.flatMap((arm): (number | undefined)[] => {
          const of = counting(lineName(arm.at));
          return of.length === 0 ? [] : [total(reached, of) === 0 ? undefined : total(arm.taken, of)];
        });
        const blocks = file(at.file).branches.get(at.line) ?? [];
        if (taken.length > 0) file(at.file).branches.set(at.line, [...blocks, taken]);
      }
    }
  }
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, source]) => record(shownPath(path, root), source))
    .join('');
}

/** Relative to the root if it lies below it. */
export function shownPath(path: string, root: string): string {
  const short = relative(root, path);
  return short.startsWith('..') ? path : short;
}

function record(path: string, { lines, branches }: SourceFile): string {
  const arms = [...branches].sort(byLine).flatMap(([line, blocks]) => blocks.flatMap((block, b) => block.map((taken, a) => ({ text: `BRDA:${line},${b},${a},${taken ?? '-'}`, hit: (taken ?? 0) > 0 }))));
  const counts = [...lines].sort(byLine);
  return [
    'TN:',
    `SF:${path}`,
    ...arms.map((a) => a.text),
    `BRF:${arms.length}`,
    `BRH:${arms.filter((a) => a.hit).length}`,
    ...counts.map(([line, hits]) => `DA:${line},${hits}`),
    `LF:${counts.length}`,
    `LH:${counts.filter(([, hits]) => hits > 0).length}`,
    'end_of_record',
    '',
  ].join('\n');
}

const byLine = ([a]: readonly [number, unknown], [b]: readonly [number, unknown]): number => a - b;
