import type { Location } from '../diag/index.ts';

/**
 * What a run has reached: plain data, so that it goes to JSON and back and several runs add up.
 *
 * Everything belongs to a module type and is counted per instance: arrays called "per instance" have one entry for each of `instances`.
 * Counts are numbers of clock edges outside reset. Bit sets are hexadecimal numbers without prefix, bit 0 the least significant.
 */
export interface CoverageReport {
  readonly kind: 'wordline-coverage';
  readonly version: 1;
  /** Name of the module at the top. */
  readonly top: string;
  /** Simulations that have been added up. */
  readonly runs: number;
  /** Edges of each clock outside its reset. */
  readonly clocks: readonly { readonly name: string; readonly edges: number }[];
  /** What was looked at; the rest was not, and is not in the percentages. */
  readonly kinds: readonly CoverageKind[];
  readonly modules: readonly ModuleCoverage[];
  /** What is not to count. */
  readonly exclusions: readonly CoverageExclusion[];
}

/** `branch`: arms and lines; `toggle`: bits; `enum`: states of registers; `check`: assertions, assumptions and covers. */
export type CoverageKind = 'branch' | 'toggle' | 'enum' | 'check';
export const coverageKinds: readonly CoverageKind[] = ['branch', 'toggle', 'enum', 'check'];

/** Takes points out of the account, for a reason that the tables repeat. */
export interface CoverageExclusion {
  /** Glob over hierarchical names: `Top.core.debug_*` for signals, `Top.core.line42` for arms and checks, `Top.core.**` for an instance. */
  readonly match: string;
  readonly reason: string;
}

export interface ModuleCoverage {
  readonly name: string;
  /** Dotted paths from the top, which is the first part: `Top.core`. */
  readonly instances: readonly string[];
  readonly branches: readonly BranchCoverage[];
  readonly lines: readonly LineCoverage[];
  readonly toggles: readonly ToggleCoverage[];
  readonly enums: readonly EnumCoverage[];
  readonly checks: readonly CheckCoverage[];
}

/** A `when` or `switch`. */
export interface BranchCoverage {
  readonly at: Location | null;
  /** Per instance: how often it was reached, which is how often one of its arms was taken. */
  readonly reached: readonly number[];
  readonly arms: readonly ArmCoverage[];
}

export interface ArmCoverage {
  /** `arm 1`, `arm 2`, ..., `otherwise`, or `implied else` for the case that no condition holds and nothing is written. */
  readonly label: string;
  readonly at: Location | null;
  /** Per instance. */
  readonly taken: readonly number[];
}

/** A line with assignments, memory writes, checks or the beginning of an arm; its count is that of what was done most often on it. */
export interface LineCoverage {
  readonly file: string;
  readonly line: number;
  /** Per instance. */
  readonly hits: readonly number[];
}

export interface ToggleCoverage {
  readonly signal: string;
  readonly at: Location | null;
  readonly width: number;
  readonly lanes: number;
  /** Per instance: the bits that went from 0 to 1, lane 0 lowest. */
  readonly rose: readonly string[];
  /** Per instance: the bits that went from 1 to 0. */
  readonly fell: readonly string[];
  /** Per instance: is the signal a constant there? Then its bits are no goals. */
  readonly constant: readonly boolean[];
}

export interface EnumCoverage {
  /** A register, or `name[i]` for a lane of one. */
  readonly register: string;
  readonly at: Location | null;
  /** Name of the enumeration. */
  readonly of: string;
  /** Its states, and at the end `(other)` if the register can hold a value that has no name. */
  readonly states: readonly string[];
  /** Per instance: cycles in each state. */
  readonly cycles: readonly (readonly number[])[];
  /** Per instance: how often the state of the row was followed by that of the column; 0 on the diagonal, since staying is no transition. */
  readonly transitions: readonly (readonly (readonly number[])[])[];
}

/** What stands for all values without a name. */
export const OTHER = '(other)';

export interface CheckCoverage {
  readonly check: 'assert' | 'assume' | 'cover';
  readonly message: string;
  readonly at: Location | null;
  /** Per instance: edges at which it was looked at, which for an assertion is all that can be told. */
  readonly evaluated: readonly number[];
  /** Per instance: edges at which the condition of a cover was 1; absent for the others. */
  readonly hits?: readonly number[];
}
