import { fail, knownKeys, Origin, suggest } from '../diag/index.ts';
import { compileGlob } from '../wave/glob.ts';
import type { CoverageExclusion, CoverageReport, ModuleCoverage } from './report.ts';

/** The name of an arm or a check in its instance: where it was written. */
export const lineName = (at: { readonly line: number } | null): string => (at === null ? 'line' : `line${at.line}`);

/** Says why a point (`Top.core.state`, `Top.core.line42`) does not count; undefined if it does. */
export type Excluded = (path: string) => string | undefined;

export function excludedBy({ exclusions }: Pick<CoverageReport, 'exclusions'>): Excluded {
  const filters = exclusions.map(({ match, reason }) => ({ matches: compileGlob(match), reason }));
  return (path) => filters.find((f) => f.matches(path))?.reason;
}

/** Names of all points of a module type in all its instances. */
function* pointPaths({ instances, branches, toggles, enums, checks }: ModuleCoverage): Generator<string> {
  const names = new Set([
    ...branches.flatMap((b) => [lineName(b.at), ...b.arms.map((a) => lineName(a.at))]),
    ...toggles.map((t) => t.signal),
    ...enums.map((e) => e.register),
    ...checks.map((c) => lineName(c.at)),
  ]);
  for (const instance of instances) for (const name of names) yield `${instance}.${name}`;
}

/**
 * The report with more points taken out. Nothing is forgotten: the counts stay, and the reasons go with the report.
 *
 * Errors: `coverage-exclusion` for one without a reason or that matches nothing, which is what a typo or an old name would do.
 */
export function excludeCoverage(report: CoverageReport, exclusions: readonly CoverageExclusion[]): CoverageReport {
  if (exclusions.length === 0) return report;
  const paths = report.modules.flatMap((m) => [...pointPaths(m)]);
  for (const exclusion of exclusions) {
    knownKeys('a coverage exclusion', exclusion, ['match', 'reason']);
    const { match, reason } = exclusion;
    const where = [Origin.here()];
    if (typeof match !== 'string' || typeof reason !== 'string' || reason.trim() === '') {
      fail('coverage-exclusion', `exclusion ${JSON.stringify(exclusion)} needs a pattern and a reason`, { where, hint: "{ match: 'Top.core.debug_*', reason: 'only for waves' }" });
    }
    const matches = compileGlob(match);
    if (!paths.some(matches)) fail('coverage-exclusion', `no coverage point of ${report.top} matches "${match}"`, { where, hint: suggest(match, paths) });
  }
  return { ...report, exclusions: [...report.exclusions, ...exclusions] };
}
