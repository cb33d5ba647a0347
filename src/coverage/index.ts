export { excludeCoverage } from './exclude.ts';
export { parseCoverage, parseExclusions } from './file.ts';
export type { CoverageOptions } from './instrument.ts';
export { coverageLcov, type FileOptions as CoverageLcovOptions } from './lcov.ts';
export { coverageMismatch, mergeCoverage } from './merge.ts';
export {
  coverageKinds,
  type ArmCoverage,
  type BranchCoverage,
  type CheckCoverage,
  type CoverageExclusion,
  type CoverageKind,
  type CoverageReport,
  type EnumCoverage,
  type LineCoverage,
  type ModuleCoverage,
  type ToggleCoverage,
} from './report.ts';
export { coverageTable, type CoverageTableOptions } from './table.ts';
export { coverageTotals, type CoverageTotals, type Measure as CoverageMeasure, type MissedGoal, type Tallies, type Tally } from './totals.ts';
