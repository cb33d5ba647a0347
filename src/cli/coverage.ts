import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { coverageLcov, coverageMismatch, coverageTable, coverageTotals, excludeCoverage, mergeCoverage, parseCoverage, parseExclusions, type CoverageReport } from '../coverage/index.ts';
import { fail } from '../diag/index.ts';
import type { Io } from './io.ts';
import { EXIT } from './report.ts';

/** Missed goals that a run lists; the whole list is in the files. */
const SHOWN = 20;

/** What a run leaves behind: files, text for people, and totals for programs. */
export interface CoverageOutcome {
  /** Relative to the current folder. */
  readonly files: readonly string[];
  readonly text: string;
  readonly totals: readonly { readonly top: string; readonly totals: ReturnType<typeof coverageTotals>['all'] }[];
}

/** Writes `<Top>.json` for each design that was simulated, its simulations added up, and `coverage.info` with the lines of all. */
export function writeCoverage(reports: readonly CoverageReport[], folder: string, io: Io): CoverageOutcome {
  const designs: CoverageReport[] = [];
  for (const report of reports) {
    const same = designs.findIndex((d) => coverageMismatch(d, report) === undefined);
    if (same === -1) designs.push(report);
    else designs[same] = mergeCoverage([designs[same]!, report]);
  }
  const written = new Map<string, string>();
  for (const design of designs) {
    let name = design.top;
    for (let i = 2; written.has(`${name}.json`); i++) name = `${design.top}-${i}`;
    written.set(`${name}.json`, `${JSON.stringify(design)}\n`);
  }
  written.set('coverage.info', coverageLcov(designs, { root: io.cwd }));
  for (const [name, text] of written) write(join(folder, name), text, io);
  return {
    files: [...written.keys()].map((name) => relative(io.cwd, resolve(io.cwd, folder, name))),
    text: designs.map((d) => coverageTable(d, { root: io.cwd, missed: SHOWN })).join('\n'),
    totals: designs.map((d) => ({ top: d.top, totals: coverageTotals(d).all })),
  };
}

interface Options {
  readonly out?: string;
  readonly lcov?: string;
  readonly exclude?: string;
  readonly lines?: boolean;
  readonly json?: boolean;
}

/** `wordline coverage merge` and `wordline coverage report`. */
export function addCoverage(program: Command, io: Io, done: (code: number) => void): void {
  const coverage = program.command('coverage').description('Add up and show the coverage that `wordline run --coverage <folder>` has written.');
  coverage
    .command('merge')
    .description('Add up runs of one design, e.g. with many seeds.')
    .argument('<file...>', 'JSON files of runs')
    .requiredOption('--out <file>', 'write the sum to this JSON file')
    .option('--lcov <file>', 'write lines and branches to this LCOV file')
    .option('--exclude <file>', 'leave out what this JSON file lists: [{ "match": "Top.core.debug_*", "reason": "only for waves" }]')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((files: string[], options: Options) => {
      const sum = read(files, options, io);
      // Everything is made before the first file is written.
      const lcov = coverageLcov(sum, { root: io.cwd });
      write(options.out!, `${JSON.stringify(sum)}\n`, io);
      if (options.lcov !== undefined) write(options.lcov, lcov, io);
      io.out(options.json === true ? `${JSON.stringify({ out: options.out, runs: sum.runs, totals: coverageTotals(sum).all })}\n` : `${options.out!}: ${sum.runs} runs of ${sum.top}\n`);
      done(EXIT.ok);
    });
  coverage
    .command('report')
    .description('Show what was missed, by file and line, and percentages by module type; of several files the sum.')
    .argument('<file...>', 'JSON files of runs')
    .option('--lines', 'also every line with its count and its arms, those with something missing first')
    .option('--lcov <file>', 'write lines and branches to this LCOV file')
    .option('--exclude <file>', 'leave out what this JSON file lists')
    .option('--json', 'print totals and missed goals as one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((files: string[], options: Options) => {
      const sum = read(files, options, io);
      if (options.lcov !== undefined) write(options.lcov, coverageLcov(sum, { root: io.cwd }), io);
      io.out(options.json === true ? `${JSON.stringify({ top: sum.top, runs: sum.runs, ...coverageTotals(sum) })}\n` : coverageTable(sum, { root: io.cwd, lines: options.lines === true }));
      done(EXIT.ok);
    });
}

function read(files: readonly string[], { exclude }: Options, io: Io): CoverageReport {
  const sum = mergeCoverage(
    files.map((f) => parseCoverage(textOf(f, io), f)),
    files,
  );
  return exclude === undefined ? sum : excludeCoverage(sum, parseExclusions(textOf(exclude, io), exclude));
}

function textOf(file: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8');
  } catch (error) {
    return fail('no-file', `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function write(file: string, text: string, io: Io): void {
  const path = resolve(io.cwd, file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    fail('write-failed', `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
