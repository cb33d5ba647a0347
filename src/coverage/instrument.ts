import { fail, knownKeys, Origin, suggest, type Location } from '../diag/index.ts';
import type { Design } from '../hdl/elaborate.ts';
import type { Check, Model, Module } from '../ir/netlist.ts';
import { visitStatements } from '../ir/visit.ts';
import type { Engine } from '../sim/engine.ts';
import { Addition } from './addition.ts';
import { BranchPlan, evaluate, type BranchCounts, type Count } from './branches.ts';
import { Clocks } from './clocks.ts';
import { histogram, type Histogram } from './enums.ts';
import { excludeCoverage } from './exclude.ts';
import { placedInstances, type Placed, type PlacedSignal } from './hierarchy.ts';
import { coverageKinds, type BranchCoverage, type CheckCoverage, type CoverageExclusion, type CoverageKind, type CoverageReport, type EnumCoverage, type LineCoverage, type ModuleCoverage, type ToggleCoverage } from './report.ts';
import { TogglePlan, type Toggled } from './toggles.ts';

export interface CoverageOptions {
  /** What to look at (default: everything); each kind has its price in speed. */
  readonly kinds?: readonly CoverageKind[];
  /** What is not to count, and why. */
  readonly exclude?: readonly CoverageExclusion[];
}

interface PlacedEnum {
  readonly signal: PlacedSignal;
  readonly name: string;
  readonly of: string;
  readonly histogram: Histogram;
}

/** What is watched in an instance. */
interface Watched {
  readonly placed: Placed;
  readonly branches: BranchCounts;
  readonly enums: readonly PlacedEnum[];
}

/**
 * A design with hardware behind it that counts what a run reaches. It behaves as before, cycle by cycle, on every engine: nodes, memories and
 * checks keep their numbers, and nothing of the design reads what was added.
 */
export class CoverageProbe {
  /** For engines; names and checks of people are those of the original. */
  readonly design: Design;
  readonly #original: Design;
  readonly kinds: readonly CoverageKind[];
  readonly #kinds: ReadonlySet<CoverageKind>;
  readonly #watched: readonly Watched[];
  readonly #toggles: TogglePlan;
  readonly #edges: readonly Count[];
  readonly #covers: ReadonlyMap<Check, number>;

  constructor(design: Design, kinds: ReadonlySet<CoverageKind>) {
    const { flat } = design;
    if (flat.domains.length === 0) fail('coverage-no-clock', `${flat.name} has no clock: coverage is what happens at clock edges`, { where: [design.top.origin], hint: 'put it into a module with a clock' });
    this.#original = design;
    this.#kinds = kinds;
    this.kinds = coverageKinds.filter((k) => kinds.has(k));
    const addition = new Addition(flat);
    const clocks = new Clocks(flat);
    const branches = new BranchPlan(addition, clocks);
    const toggles = new TogglePlan(addition, clocks);
    this.#toggles = toggles;
    this.#edges = flat.domains.map((_, d) => branches.edges(d));
    this.#watched = placedInstances(design.top, flat).map((placed): Watched => {
      return {
        placed,
        branches: kinds.has('branch') || kinds.has('check') ? branches.count(placed) : { branches: [], lines: [], checks: [] },
        enums: kinds.has('enum') ? enumsOf(addition, placed) : [],
      };
    });
    const types = byType(this.#watched);
    if (kinds.has('toggle')) for (const all of types.values()) {
      all[0]!.placed.signals.forEach((_, i) => toggles.watch(all.map(({ placed }) => placed.signals[i]!.node), all.map(({ placed }) => placed.domain)));
    }
    branches.finish();
    toggles.finish();
    // What was added is in no module: engines are to take the design as one.
    this.design = { ...design, top: { ...design.top, instances: [] }, flat: addition.build() };
    const covers = new Map<Check, number>();
    visitStatements(this.design.flat.body, (s) => {
      if (s.kind === 'check') covers.set(s, covers.size);
    });
    this.#covers = covers;
  }

  /** What an engine that runs `design` has reached so far. */
  collect(engine: Engine, exclusions: readonly CoverageExclusion[] = []): CoverageReport {
    const { flat } = this.#original;
    const hits = (cover: Check): number => engine.covers[this.#covers.get(cover)!]!;
    const count = (c: Count): number => evaluate(c, hits);
    const seen = new Map<PlacedSignal['node'], Toggled>();
    const toggled = (node: PlacedSignal['node']): Toggled => {
      let result = seen.get(node);
      if (result === undefined) seen.set(node, (result = this.#toggles.read(engine, node)));
      return result;
    };
    const modules = [...byType(this.#watched)].map(([of, all]): ModuleCoverage => {
      const branches = all.map((w) => w.branches);
      return {
        name: of.name,
        instances: all.map((w) => w.placed.path),
        branches: this.#kinds.has('branch') ? branchesOf(branches, count) : [],
        lines: this.#kinds.has('branch') ? linesOf(branches, count) : [],
        toggles: this.#kinds.has('toggle') ? this.#togglesOf(all, toggled) : [],
        enums: statesOf(all, engine),
        checks: this.#kinds.has('check') ? checksOf(branches, count, hits) : [],
      };
    });
    const report: CoverageReport = {
      kind: 'wordline-coverage',
      version: 1,
      top: flat.name,
      runs: 1,
      clocks: flat.domains.map((name, d) => ({ name, edges: count(this.#edges[d]!) })),
      kinds: this.kinds,
      modules,
      exclusions: [],
    };
    return excludeCoverage(report, exclusions);
  }

  #togglesOf(all: readonly Watched[], toggled: (node: number) => Toggled): ToggleCoverage[] {
    return all[0]!.placed.signals.map(({ name, node, origin }, i): ToggleCoverage => {
      const { width, lanes } = this.#original.flat.nodes[node]!;
      const nodes = all.map((w) => w.placed.signals[i]!.node);
      const seen = nodes.map(toggled);
      return {
        signal: name,
        at: place(origin),
        width,
        lanes,
        rose: seen.map((t) => t.rose.toString(16)),
        fell: seen.map((t) => t.fell.toString(16)),
        constant: nodes.map((n) => this.#toggles.isConstant(n)),
      };
    });
  }
}

const probes = new WeakMap<Design, Map<string, CoverageProbe>>();

/** The probe of a design, the same for all simulations of it, so that compiled code is shared. */
export function coverageProbe(design: Design, { kinds = coverageKinds }: CoverageOptions): CoverageProbe {
  for (const kind of kinds) if (!coverageKinds.includes(kind)) fail('coverage-kind', `there is no coverage of kind "${kind}"`, { where: [Origin.here()], hint: suggest(kind, coverageKinds) });
  const set = new Set(kinds);
  const key = coverageKinds.filter((k) => set.has(k)).join();
  let known = probes.get(design);
  if (known === undefined) probes.set(design, (known = new Map<string, CoverageProbe>()));
  let probe = known.get(key);
  if (probe === undefined) known.set(key, (probe = new CoverageProbe(design, set)));
  return probe;
}

/** The option of a simulation, checked; undefined if there is to be no coverage. */
export function coverageOptions(given: boolean | CoverageOptions | undefined): CoverageOptions | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return {};
  knownKeys('coverage', given, ['kinds', 'exclude']);
  return given;
}

function byType(watched: readonly Watched[]): Map<Module | Model, Watched[]> {
  const types = new Map<Module | Model, Watched[]>();
  for (const w of watched) {
    const all = types.get(w.placed.of);
    if (all === undefined) types.set(w.placed.of, [w]);
    else all.push(w);
  }
  return types;
}

const place = ({ location }: Origin): Location | null => location ?? null;

function enumsOf(addition: Addition, { signals }: Placed): PlacedEnum[] {
  return signals
    .filter((s) => s.register)
    .flatMap((signal) => {
      const { lanes, view } = addition.flat.nodes[signal.node]!;
      const states = view?.enum;
      if (states === undefined) return [];
      return Array.from({ length: lanes }, (_, lane) => ({
        signal,
        name: lanes === 1 ? signal.name : `${signal.name}[${lane}]`,
        of: states.name,
        histogram: histogram(addition, signal.node, lane, states),
      }));
    });
}

function branchesOf(all: readonly BranchCounts[], count: (c: Count) => number): BranchCoverage[] {
  return all[0]!.branches.map(
    ({ origin, arms }, b): BranchCoverage => ({
      at: place(origin),
      reached: all.map((w) => count(w.branches[b]!.reached)),
      arms: arms.map(({ label, origin: at }, a) => ({ label, at: place(at), taken: all.map((w) => count(w.branches[b]!.arms[a]!.taken)) })),
    }),
  );
}

function linesOf(all: readonly BranchCounts[], count: (c: Count) => number): LineCoverage[] {
  const lines = new Map<string, { file: string; line: number; hits: number[] }>();
  all[0]!.lines.forEach(({ origin }, i) => {
    const at = origin.location;
    if (at === undefined) return;
    const key = `${at.file}:${at.line}`;
    const entry = lines.get(key) ?? { file: at.file, line: at.line, hits: all.map(() => 0) };
    lines.set(key, entry);
    all.forEach((w, k) => (entry.hits[k] = Math.max(entry.hits[k]!, count(w.lines[i]!.count))));
  });
  return [...lines.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

function statesOf(all: readonly Watched[], engine: Engine): EnumCoverage[] {
  return all[0]!.enums.map(({ signal, name, of, histogram: { states } }, i): EnumCoverage => {
    const counts = all.map((w) => w.enums[i]!.histogram.read(engine));
    return { register: name, at: place(signal.origin), of, states, cycles: counts.map((c) => c.cycles), transitions: counts.map((c) => c.transitions) };
  });
}

function checksOf(all: readonly BranchCounts[], count: (c: Count) => number, hits: (cover: Check) => number): CheckCoverage[] {
  return all[0]!.checks.map(({ source: { check, message, origin } }, i): CheckCoverage => ({
    check,
    message,
    at: place(origin),
    evaluated: all.map((w) => count(w.checks[i]!.evaluated)),
    ...(check === 'cover' && { hits: all.map((w) => hits(w.checks[i]!.source)) }),
  }));
}
