import { basename } from 'node:path';
import { fail, type Location } from '../diag/index.ts';
import type { CoverageReport } from './report.ts';

/**
 * Adds up runs of one design: many seeds, many testbenches. The order does not matter. `names` say whose report is whose in an error.
 *
 * Errors: `coverage-mismatch` with the first thing in which two designs differ; `coverage-nothing` if there is no report.
 */
export function mergeCoverage(reports: readonly CoverageReport[], names: readonly string[] = reports.map((_, i) => `report ${i + 1}`)): CoverageReport {
  const [first, ...others] = reports;
  if (first === undefined) fail('coverage-nothing', 'there is no coverage to merge');
  return others.reduce((all, next, i) => {
    const difference = coverageMismatch(all, next);
    if (difference !== undefined) {
      const [a, b] = difference;
      fail('coverage-mismatch', `coverage of different designs: ${names[0]!} has ${a}, ${names[i + 1]!} has ${b}`, { hint: 'only runs of the same design with the same kinds of coverage can be added up' });
    }
    return added(all, next);
  }, first);
}

/** What two reports do not have in common: the first difference, as each has it. */
export function coverageMismatch(a: CoverageReport, b: CoverageReport): readonly [string, string] | undefined {
  const [mine, theirs] = [[...outline(a), 'nothing more'], [...outline(b), 'nothing more']];
  const at = mine.findIndex((line, i) => line !== theirs[i]);
  return at === -1 ? undefined : [mine[at]!, theirs[at]!];
}

/** Everything about a report but the counts. Of a file only the name: the same design may lie in another folder on another machine. */
function* outline({ top, clocks, kinds, modules }: CoverageReport): Generator<string> {
  const place = (at: Location | null): string => (at === null ? '' : ` at ${basename(at.file)}:${at.line}:${at.column}`);
  yield `the top module ${top}`;
  yield `coverage of kind ${kinds.join(', ')}`;
  for (const { name } of clocks) yield `clock ${name}`;
  for (const m of modules) {
    yield `module ${m.name}`;
    for (const path of m.instances) yield `instance ${path} of ${m.name}`;
    for (const b of m.branches) yield `a branch of ${m.name}${place(b.at)} with ${b.arms.map((a) => a.label).join(', ')}`;
    for (const { file, line } of m.lines) yield `line ${basename(file)}:${line} of ${m.name}`;
    for (const t of m.toggles) yield `signal ${t.signal} of ${m.name} with ${t.lanes} x ${t.width} bits${t.constant.some((c) => c) ? `, constant in ${t.constant.filter((c) => c).length} instances` : ''}`;
    for (const e of m.enums) yield `register ${e.register} of ${m.name} with the states ${e.states.join(', ')} of ${e.of}`;
    for (const c of m.checks) yield `${c.check} "${c.message}" of ${m.name}${place(c.at)}`;
  }
}

type Numbers = readonly number[];
const sum = (a: Numbers, b: Numbers): number[] => a.map((x, i) => x + b[i]!);
const either = (a: readonly string[], b: readonly string[]): string[] => a.map((x, i) => (BigInt(`0x${x}`) | BigInt(`0x${b[i]!}`)).toString(16));
const zip = <T>(a: readonly T[], b: readonly T[], f: (x: T, y: T) => T): T[] => a.map((x, i) => f(x, b[i]!));

function added(a: CoverageReport, b: CoverageReport): CoverageReport {
  return {
    ...a,
    runs: a.runs + b.runs,
    clocks: zip(a.clocks, b.clocks, (x, y) => ({ ...x, edges: x.edges + y.edges })),
    modules: zip(a.modules, b.modules, (m, n) => ({
      ...m,
      branches: zip(m.branches, n.branches, (x, y) => ({ ...x, reached: sum(x.reached, y.reached), arms: zip(x.arms, y.arms, (s, t) => ({ ...s, taken: sum(s.taken, t.taken) })) })),
      lines: zip(m.lines, n.lines, (x, y) => ({ ...x, hits: sum(x.hits, y.hits) })),
      toggles: zip(m.toggles, n.toggles, (x, y) => ({ ...x, rose: either(x.rose, y.rose), fell: either(x.fell, y.fell) })),
      enums: zip(m.enums, n.enums, (x, y) => ({
        ...x,
        cycles: zip<Numbers>(x.cycles, y.cycles, sum),
        transitions: zip<readonly Numbers[]>(x.transitions, y.transitions, (s, t) => zip<Numbers>(s, t, sum)),
      })),
      checks: zip(m.checks, n.checks, (x, y) => ({ ...x, evaluated: sum(x.evaluated, y.evaluated), ...(x.hits !== undefined && y.hits !== undefined && { hits: sum(x.hits, y.hits) }) })),
    })),
    exclusions: [...new Map([...a.exclusions, ...b.exclusions].map((e) => [JSON.stringify(e), e])).values()],
  };
}
