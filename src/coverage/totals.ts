import { formatLocation, type Location } from '../diag/index.ts';
import { popcount } from '../bits/math.ts';
import { excludedBy, lineName, type Excluded } from './exclude.ts';
import { OTHER, type CoverageReport, type ModuleCoverage, type ToggleCoverage } from './report.ts';

/** What is counted in percent. Toggles: two goals a bit, to rise and to fall. States: those with a name. */
export type Measure = 'lines' | 'branches' | 'toggles' | 'states' | 'checks';
export const measures: readonly Measure[] = ['lines', 'branches', 'toggles', 'states', 'checks'];

export interface Tally {
  readonly reached: number;
  readonly goals: number;
}
export type Tallies = Readonly<Record<Measure, Tally>>;

/** A goal (or the goals of one signal or register) that was missed by a module type in all its instances together. */
export interface MissedGoal {
  readonly measure: Measure;
  readonly module: string;
  readonly at: Location | null;
  /** In words: `arm 2 never taken (reached 40 times)`. */
  readonly what: string;
}

export interface CoverageTotals {
  readonly all: Tallies;
  /** By module type, in the order of the report. */
  readonly modules: readonly { readonly name: string; readonly instances: number; readonly tallies: Tallies }[];
  /** Missed goals, by file and line; a line on which an arm is missed only as that. */
  readonly missed: readonly MissedGoal[];
  /** Goals that do not count, by reason. */
  readonly excluded: readonly { readonly reason: string; readonly goals: number }[];
}

/** Why goals are left out that no run could reach. */
const CONSTANT = 'the signal is a constant';

/** Adds up what counts: the instances of a type together, without what is excluded. */
export function coverageTotals(report: CoverageReport): CoverageTotals {
  const sum = new Summing(excludedBy(report));
  const modules = report.modules.map((m) => ({ name: m.name, instances: m.instances.length, tallies: sum.module(m) }));
  const all = Object.fromEntries(measures.map((k) => [k, modules.reduce((t, { tallies }) => add(t, tallies[k]), NONE)])) as unknown as Tallies;
  return { all, modules, missed: sum.missed.filter((m) => m.measure !== 'lines' || !sum.missed.some((n) => n.measure === 'branches' && sameLine(m, n))).sort(byPlace), excluded: [...sum.excluded].map(([reason, goals]) => ({ reason, goals })) };
}

/** In percent with one decimal, rounded down so that 100.0 means all; a dash where there are no goals. */
export const percent = ({ reached, goals }: Tally): string => (goals === 0 ? '-' : (Math.floor((1000 * reached) / goals) / 10).toFixed(1));

const NONE: Tally = { reached: 0, goals: 0 };
const add = (a: Tally, b: Tally): Tally => ({ reached: a.reached + b.reached, goals: a.goals + b.goals });
export const total = (counts: readonly number[], of: readonly number[]): number => of.reduce((n, i) => n + counts[i]!, 0);

/** An arm that begins on a line and is never taken says more than that the line is not done. */
const sameLine = (a: MissedGoal, b: MissedGoal): boolean => a.module === b.module && a.at?.file === b.at?.file && a.at?.line === b.at?.line;

function byPlace(a: MissedGoal, b: MissedGoal): number {
  if (a.at === null || b.at === null) return (a.at === null ? 1 : 0) - (b.at === null ? 1 : 0);
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1;
  return a.at.line - b.at.line || a.at.column - b.at.column;
}

class Summing {
  readonly missed: MissedGoal[] = [];
  readonly excluded = new Map<string, number>();

  constructor(private readonly why: Excluded) {}

  module(m: ModuleCoverage): Tallies {
    const tallies: Record<Measure, Tally> = { lines: NONE, branches: NONE, toggles: NONE, states: NONE, checks: NONE };
    const goal = (measure: Measure, at: Location | null, reached: number, goals: number, what: () => string): void => {
      tallies[measure] = add(tallies[measure], { reached, goals });
      if (reached < goals) this.missed.push({ measure, module: m.name, at, what: what() });
    };
    for (const { file, line, hits } of m.lines) {
      this.#counting(m, lineName({ line }), 1, (of) => goal('lines', { file, line, column: 1 }, total(hits, of) > 0 ? 1 : 0, 1, () => 'nothing on this line was done'));
    }
    for (const { reached, arms } of m.branches) {
      for (const { label, at, taken } of arms) {
        this.#counting(m, lineName(at), 1, (of) => goal('branches', at, total(taken, of) > 0 ? 1 : 0, 1, () => `${label} never taken (reached ${times(total(reached, of))})`));
      }
    }
    for (const t of m.toggles) {
      const bits = t.width * t.lanes;
      this.#counting(m, t.signal, 2 * bits, (of) => {
        const live = of.filter((i) => !t.constant[i]!);
        if (live.length === 0) this.#leaveOut(CONSTANT, 2 * bits);
        else {
          const [rose, fell] = [union(t.rose, live), union(t.fell, live)];
          goal('toggles', t.at, popcount(rose) + popcount(fell), 2 * bits, () => stuck(t, rose, fell));
        }
      });
    }
    for (const e of m.enums) {
      const names = e.states.filter((s) => s !== OTHER);
      this.#counting(m, e.register, names.length, (of) => {
        const unseen = names.filter((_, s) => of.every((i) => e.cycles[i]![s] === 0));
        goal('states', e.at, names.length - unseen.length, names.length, () => `${e.register} was never ${unseen.join(', ')}`);
      });
    }
    for (const { check, message, at, evaluated, hits } of m.checks) {
      this.#counting(m, lineName(at), 1, (of) => {
        const what = (): string => `${check} "${message}" ${hits === undefined ? 'was never looked at' : `was never hit (looked at ${times(total(evaluated, of))})`}`;
        goal('checks', at, total(hits ?? evaluated, of) > 0 ? 1 : 0, 1, what);
      });
    }
    return tallies;
  }

  /** Calls with the instances in which a point counts; if there are none, its goals do not count. */
  #counting({ instances }: ModuleCoverage, name: string, goals: number, use: (instances: readonly number[]) => void): void {
    const reasons = instances.map((path) => this.why(`${path}.${name}`));
    const left = [...reasons.keys()].filter((i) => reasons[i] === undefined);
    if (left.length > 0) use(left);
    else this.#leaveOut(reasons[0]!, goals);
  }

  #leaveOut(reason: string, goals: number): void {
    this.excluded.set(reason, (this.excluded.get(reason) ?? 0) + goals);
  }
}

export const times = (n: number): string => (n === 1 ? 'once' : `${n} times`);

const union = (sets: readonly string[], of: readonly number[]): bigint => of.reduce((all, i) => all | BigInt(`0x${sets[i]!}`), 0n);

/** `value: [7:4] never rose, [7:4] never fell`; lanes as `value[2][7:4]`. */
function stuck({ signal, width, lanes }: ToggleCoverage, rose: bigint, fell: bigint): string {
  const parts = ([['never rose', rose], ['never fell', fell]] as const).flatMap(([what, seen]) =>
    Array.from({ length: lanes }, (_, lane) => {
      const mine = ranges(BigInt.asUintN(width, seen >> BigInt(lane * width)), width);
      const names = width === 1 ? [''] : mine;
      return mine.length === 0 ? [] : [`${lanes === 1 ? '' : `[${lane}]`}${names.join(' and ')} ${what}`.trim()];
    }).flat(),
  );
  return `${signal}: ${parts.join(', ')}`;
}

/** The zeros of a set as ranges of bits, highest first. */
function ranges(set: bigint, width: number): string[] {
  const found: string[] = [];
  for (let high = width - 1; high >= 0; high--) {
    if ((set >> BigInt(high)) & 1n) continue;
    let low = high;
    while (low > 0 && !((set >> BigInt(low - 1)) & 1n)) low--;
    found.push(low === high ? `[${high}]` : `[${high}:${low}]`);
    high = low;
  }
  return found;
}

export const placeText = (at: Location | null, line = false): string => (at === null ? 'unknown place' : line ? `${at.file}:${at.line}` : formatLocation(at));
