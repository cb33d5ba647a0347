import { FS } from './script.ts';
import { readLines } from './lines.ts';
import type { Watch } from './watch.ts';

/** The first value that differs. Values in hexadecimal; `x` digits are unknown ones. */
export interface Difference {
  /** Dotted path of a signal, or `path[address]` of a memory word at the end. */
  readonly signal: string;
  /** All signals that differ at that moment, this one first. */
  readonly all: readonly string[];
  /** Number of the sample, from 0; of a memory the number of samples. */
  readonly cycle: number;
  readonly timePs: number;
  readonly ours: string;
  readonly theirs: string;
  /** Who says so: an engine of ours, and an engine or a tool. */
  readonly sides: readonly [ours: string, theirs: string];
}

/** What one side printed: a file of lines, and whose it is. */
export interface Side {
  readonly name: string;
  readonly path: string;
}

const MISSING = '(nothing)';

/** Compares two sides line by line; equal lines are not taken apart. */
export function compareSides(ours: Side, theirs: Side, { signals, memories }: Watch): Difference | undefined {
  const other = readLines(theirs.path);
  let cycle = 0;
  let timePs = 0;
  try {
    for (const line of readLines(ours.path)) {
      const { value: said, done } = other.next();
      const mine = line.split(' ', 1)[0]!;
      if (!mine.startsWith('memory')) timePs = Math.floor(Number(mine) / FS);
      if (line !== said) {
        const values = line.split(' ');
        const there = done === true ? [] : said.split(' ');
        const inMemory = /^memory(\d+)$/.exec(values[0]!);
        const nameOf = (i: number): string => (inMemory === null ? signals[i - 1]!.path : `${memories[Number(inMemory[1])]!.path}[${i - 1}]`);
        const wrong = values.map((v, i) => (i === 0 || v === there[i] ? -1 : i)).filter((i) => i >= 0);
        const at = wrong[0];
        const difference = { cycle, timePs, sides: [ours.name, theirs.name] as const };
        // Only the time differs: the other side was not where it should have been.
        if (at === undefined) return { ...difference, signal: '(time)', all: [], ours: values[0]!, theirs: there[0] ?? MISSING };
        return { ...difference, signal: nameOf(at), all: wrong.map(nameOf), ours: values[at]!, theirs: there[at] ?? MISSING };
      }
      if (!mine.startsWith('memory')) cycle++;
    }
    return undefined;
  } finally {
    other.return(undefined);
  }
}

/** Says a difference in a line. */
export function describeDifference({ signal, cycle, ours, theirs, sides, all }: Difference): string {
  const more = all.length > 1 ? `, and ${all.length - 1} more signal${all.length > 2 ? 's' : ''} differ${all.length > 2 ? '' : 's'} there` : '';
  return `cycle ${cycle}: ${signal} is ${ours} in ${sides[0]} and ${theirs} in ${sides[1]}${more}`;
}
