import { Origin, fail, knownKeys, suggest, type Location } from '../diag/index.ts';
import { elaborate } from '../hdl/elaborate.ts';
import type { Interfaces, ModuleDefinition } from '../hdl/module.ts';
import type { Fields } from '../hdl/types.ts';
import { makeFolder } from '../wave/index.ts';
import { confirm } from './confirm.ts';
import { show, showInduction, type Place, type Shown } from './counterexample.ts';
import { formalModel, type Goal, type ModelOptions } from './model.ts';
import { search, type Found, type SearchOptions, type Verdict } from './search.ts';
import { Stopped } from './solver.ts';
import type { Source } from './testbench.ts';
import { requireProver, solverNames, type SolverName } from './tools.ts';
import { translate } from './translate.ts';

export interface ProveOptions {
  /** Clock cycles of bounded model checking; default 20. */
  readonly depth?: number;
  /** Longest induction; default: `depth`. 0: bounded model checking only. */
  readonly k?: number;
  /** Seconds after which what is not decided is left undecided. */
  readonly timeout?: number;
  readonly solver?: SolverName;
  /** `off` (default): a run starts as after reset, and no reset comes. `free`: a reset may come in any domain and cycle. */
  readonly resets?: 'off' | 'free';
  /** Verilog twins of models, by the name of the model. */
  readonly twins?: Readonly<Record<string, string>>;
  /** Folder for waves of counterexamples, witnesses and failed inductions, and for testbenches. */
  readonly out?: string;
  /** How a testbench imports the module; without it none is written. */
  readonly source?: Source;
  readonly signal?: AbortSignal;
  readonly progress?: SearchOptions['progress'];
}

/** What became of one assert or cover. */
export interface PropertyReport {
  readonly kind: 'assert' | 'cover';
  readonly message: string;
  /** Instance that it is in; empty: the module itself. */
  readonly path: string;
  readonly where: Location | undefined;
  /**
   * | of an assert | of a cover | |
   * |---|---|---|
   * | `proved` | `unreachable` | in all runs; `k` is the length of the induction |
   * | `failed` | `covered` | in `cycle` (counted from 0), and in no earlier one; see `run` |
   * | `bounded` | `bounded` | not in the first `cycles` cycles; whether ever is open, see `induction` |
   * | `unknown` | `unknown` | likewise, and `reason` says why the search ended early |
   */
  readonly status: 'proved' | 'failed' | 'covered' | 'unreachable' | 'bounded' | 'unknown';
  readonly k?: number;
  readonly cycle?: number;
  readonly cycles?: number;
  readonly reason?: string;
  /** Messages of asserts that fail: this one was decided for runs in which those do not. */
  readonly under?: readonly string[];
  /** The conditions around the assert did not hold in any run of that depth: it said nothing. */
  readonly unasked?: boolean;
  readonly run?: Shown;
  /** A run from a state that maybe no run reaches, at whose end the assert fails: what an induction stumbles over. */
  readonly induction?: Shown;
}

export interface ProofReport {
  readonly module: string;
  readonly solver: SolverName;
  readonly depth: number;
  readonly k: number;
  readonly seconds: number;
  readonly properties: readonly PropertyReport[];
  /** `failed`: an assert fails or a cover is unreachable. `undecided`: neither, but something is open that was to be proved. */
  readonly result: 'proved' | 'failed' | 'undecided';
}

/** @internal */
export const OPTIONS: readonly (keyof ProveOptions)[] = ['depth', 'k', 'timeout', 'solver', 'resets', 'twins', 'out', 'source', 'signal', 'progress'];

/** A time limit, and whoever else may stop the work. */
function limited({ timeout, signal }: ProveOptions): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = timeout === undefined ? undefined : setTimeout(abort, timeout * 1000);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

/** @internal Also what `equivalent` does, with its own lemmas. */
export async function proveWith<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, options: ProveOptions, lemmas?: ModelOptions['lemmas']): Promise<ProofReport> {
  const start = performance.now();
  const design = elaborate(definition);
  const { depth = 20, k = depth, resets = 'off', solver = 'z3', timeout } = options;
  const where = [Origin.here()];
  if (!Number.isInteger(depth) || depth < 1) fail('bad-option', `a depth is a whole number of cycles of at least 1, not ${depth}`, { where });
  if (!Number.isInteger(k) || k < 0) fail('bad-option', `k is a whole number of cycles of at least 0, not ${k}`, { where });
  if (timeout !== undefined && !(timeout > 0)) fail('bad-option', `a timeout is a number of seconds above 0, not ${timeout}`, { where });
  if (!solverNames.includes(solver)) fail('bad-option', `there is no solver "${String(solver)}"`, { where, hint: suggest(String(solver), solverNames) });
  if (![...design.flat.checkPaths.keys()].some((c) => c.check !== 'assume')) {
    fail('nothing-to-prove', `${definition.name} has no assert and no cover`, { where: [design.top.origin], hint: "hw.assert(condition, 'what must hold')" });
  }

  requireProver(solver);
  // Before the work: a proof may take hours.
  if (options.out !== undefined) makeFolder(options.out);
  const model = formalModel(design, { resets, ...(options.twins && { twins: options.twins }), ...(lemmas && { lemmas }) });
  const { signal, end } = limited(options);
  let found: Found;
  try {
    const translation = await translate(model.top, model.verilog, signal);
    found = await search(model, translation, { solver, depth, k, signal, ...(options.progress && { progress: options.progress }) });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    found = { verdicts: new Map(model.goals.map((g) => [g, { status: 'open', cycles: 0, reason: 'there was no more time' }])), unasked: new Set() };
  } finally {
    end();
  }
  if (options.signal?.aborted === true) fail('interrupted', 'interrupted');

  const placeFor = places(definition.name, options.out);
  const properties = model.goals.map((goal): PropertyReport => {
    const verdict = found.verdicts.get(goal)!;
    const cover = goal.check.check === 'cover';
    const about = { kind: cover ? 'cover' : 'assert', message: goal.check.message, path: goal.path, where: goal.check.origin.location, ...(found.unasked.has(goal) && { unasked: true }) } as const;
    switch (verdict.status) {
      case 'found':
        return { ...about, status: cover ? 'covered' : 'failed', cycle: verdict.cycle, run: show(definition, goal, confirm(design, goal, verdict.run), placeFor(goal, ''), options.source) };
      case 'never':
        return { ...about, status: cover ? 'unreachable' : 'proved', k: verdict.k, ...(verdict.under.length > 0 && { under: verdict.under.map((g) => g.check.message) }) };
      case 'open':
        return { ...about, ...openReport(verdict), ...(verdict.induction !== undefined && { induction: showInduction(definition, verdict.induction, verdict.induction.start!, placeFor(goal, '.induction')) }) };
    }
  });
  return { module: definition.name, solver, depth, k, seconds: (performance.now() - start) / 1000, properties, result: resultOf(properties, k) };
}

function openReport({ cycles, reason }: Verdict & { readonly status: 'open' }): Pick<PropertyReport, 'status' | 'cycles' | 'reason'> {
  return reason === undefined ? { status: 'bounded', cycles } : { status: 'unknown', cycles, reason };
}

function resultOf(properties: readonly PropertyReport[], k: number): ProofReport['result'] {
  if (properties.some((p) => p.status === 'failed' || p.status === 'unreachable')) return 'failed';
  // Who asks for no induction gets all that was asked for when the bound is reached.
  const open = properties.some((p) => p.status === 'unknown' || (p.status === 'bounded' && (k > 0 || p.kind === 'cover')));
  return open ? 'undecided' : 'proved';
}

/** A file name for each goal that is shown. */
function places(module: string, folder: string | undefined): (goal: Goal, suffix: string) => Place | undefined {
  const taken = new Set<string>();
  return ({ check, path }, suffix) => {
    if (folder === undefined) return undefined;
    const slug = check.message.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 48);
    const base = [module, path, slug].filter((p) => p !== '').join('.');
    let name = base + suffix;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}${suffix}`;
    taken.add(name);
    return { folder, name };
  };
}

/**
 * Proves the asserts of a module and of everything below it, under their assumes, and looks for runs that reach its covers: bounded model
 * checking and k-induction through Yosys and an SMT solver. What fails is replayed in our own simulation before it is reported.
 *
 * Errors: `nothing-to-prove`, `assumptions-contradict`, `no-verilog`, `missing-tool`, `proof-mismatch`, `interrupted`.
 */
export async function prove<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, options: ProveOptions = {}): Promise<ProofReport> {
  knownKeys('prove', options, OPTIONS);
  return proveWith(definition, options);
}
