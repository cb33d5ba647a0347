import { fail } from '../diag/index.ts';
import type { FormalModel, Goal, Lemma } from './model.ts';
import { Solver, Stopped } from './solver.ts';
import type { SolverName } from './tools.ts';
import type { Translation } from './translate.ts';
import { Unrolling, type Run } from './unroll.ts';

/** What became of one goal. */
export type Verdict =
  /** An assert fails, or a cover is hit, at the end of `cycle`, and of no earlier one. */
  | { readonly status: 'found'; readonly cycle: number; readonly run: Run }
  /** Never, in any run. `under`: in runs in which these other asserts, which can fail, do not. */
  | { readonly status: 'never'; readonly k: number; readonly under: readonly Goal[] }
  /** Not in the first `cycles` cycles. `induction`: a run from a state that may not be reachable, at whose end it happens after all. */
  | { readonly status: 'open'; readonly cycles: number; readonly induction?: Run; readonly reason?: string };

export interface SearchOptions {
  readonly solver: SolverName;
  /** Cycles of bounded model checking. */
  readonly depth: number;
  /** Longest induction. */
  readonly k: number;
  readonly signal?: AbortSignal;
  readonly progress?: (at: { readonly what: 'base' | 'induction'; readonly cycles: number; readonly open: number }) => void;
}

export interface Found {
  readonly verdicts: ReadonlyMap<Goal, Verdict>;
  /** Asserts that no run of `depth` cycles is asked for: their `when`s do not hold. */
  readonly unasked: ReadonlySet<Goal>;
}

const either = (terms: readonly string[]): string => (terms.length === 1 ? terms[0]! : `(or ${terms.join(' ')})`);

/**
 * Bounded model checking and k-induction of all goals at once, deeper and deeper.
 *
 * Runs are those that a simulation can make: they keep to the assumptions and end where the first assert fails. So a goal is found in the
 * cycle in which a simulation would stop at it. Induction asks whether k cycles in which nothing bad happens can be followed by a bad one; the
 * goals that support each other are the greatest set that is inductive together.
 */
class Search {
  readonly #verdicts = new Map<Goal, Verdict>();
  readonly #induction = new Map<Goal, Run>();
  readonly #unasked: Set<Goal>;
  readonly #asserts: readonly Goal[];
  readonly #failed: Goal[] = [];
  #open: Goal[];
  #lemmas: Lemma[];
  #reason: string | undefined;
  #done = 0;

  constructor(
    private readonly model: FormalModel,
    private readonly base: Unrolling,
    private readonly step: Unrolling,
    private readonly options: SearchOptions,
  ) {
    this.#asserts = model.goals.filter((g) => g.check.check === 'assert');
    this.#open = [...model.goals];
    this.#lemmas = [...model.lemmas];
    this.#unasked = new Set(model.goals.filter((g) => g.active !== undefined));
    this.step.extend();
  }

  async run(): Promise<void> {
    const { depth, k, progress } = this.options;
    for (let n = 0; n < depth && (this.#open.length > 0 || this.#unasked.size > 0); n++) {
      progress?.({ what: 'base', cycles: n + 1, open: this.#open.length });
      if (!(await this.#deepen(n))) return;
      this.#done = n + 1;
      if (n + 1 > k || this.#open.length === 0) continue;
      progress?.({ what: 'induction', cycles: n + 1, open: this.#open.length });
      await this.#induct(n + 1);
    }
  }

  found(): Found {
    const { options } = this;
    const reason = this.#reason ?? (options.signal?.aborted === true ? 'there was no more time' : undefined);
    for (const goal of this.#open) {
      const induction = this.#induction.get(goal);
      this.#verdicts.set(goal, { status: 'open', cycles: this.#done, ...(induction !== undefined && { induction }), ...(reason !== undefined && { reason }) });
    }
    return { verdicts: this.#verdicts, unasked: this.#unasked };
  }

  /** Looks at the end of cycle `n`, counted from 0. False: no run gets there. */
  async #deepen(n: number): Promise<boolean> {
    const { base, model } = this;
    base.extend();
    if ((model.assumptions.length > 0 || model.never.length > 0 || this.#failed.length > 0) && !(await base.solver.check())) {
      if (this.#failed.length === 0) contradiction(model, n);
      this.#reason = `no run gets beyond cycle ${n - 1}, where ${this.#failed.map((g) => `"${g.check.message}"`).join(' or ')} fails`;
      return false;
    }
    // Of several that fail in one cycle a simulation stops at the first.
    const earlier = (goal: Goal): Goal[] => this.#asserts.slice(0, this.#asserts.indexOf(goal));
    const firstToFail = (goal: Goal): string => `(and ${[base.at(goal.bad, n), ...earlier(goal).map((e) => `(not ${base.at(e.bad, n)})`)].join(' ')})`;
    await this.#find(n, (g) => g.check.check === 'assert', firstToFail);
    for (const goal of this.#asserts) base.never(goal.bad, n);
    await this.#find(n, (g) => g.check.check === 'cover', (g) => base.at(g.bad, n));
    this.#lemmas = await this.#survivors(this.#lemmas, (l) => base.at(l.bad, n));
    const still = await this.#survivors([...this.#unasked], (g) => base.at(g.active!, n));
    for (const goal of this.#unasked) if (!still.includes(goal)) this.#unasked.delete(goal);
    return true;
  }

  /** Finds all open goals of a kind that a run can end with. */
  async #find(n: number, kind: (g: Goal) => boolean, ends: (g: Goal) => string): Promise<void> {
    const { solver } = this.base;
    for (;;) {
      const goals = this.#open.filter(kind);
      if (goals.length === 0) return;
      const hit = await solver.find([either(goals.map(ends))], async () => {
        const values = await solver.values(goals.map(ends));
        return { goal: goals[values.indexOf(1n)]!, run: await this.base.run() };
      });
      if (hit === undefined) return;
      this.#decide(hit.goal, { status: 'found', cycle: n, run: hit.run });
      if (hit.goal.check.check === 'assert') this.#failed.push(hit.goal);
    }
  }

  /** Those of which no run shows the opposite. */
  async #survivors<T>(candidates: readonly T[], term: (c: T) => string): Promise<T[]> {
    const { solver } = this.base;
    let left = [...candidates];
    while (left.length > 0) {
      const values = await solver.find([either(left.map(term))], () => solver.values(left.map(term)));
      if (values === undefined) break;
      left = left.filter((_, i) => values[i] === 0n);
    }
    return left;
  }

  /** Tries to prove what is open from k cycles in which nothing bad happened. */
  async #induct(k: number): Promise<void> {
    const { step } = this;
    const { solver } = step;
    step.extend();
    this.#induction.clear();
    let together: (Goal | Lemma)[] = [...this.#open, ...this.#lemmas];
    while (together.some((g) => 'check' in g)) {
      const bad = together.map((g) => step.at(g.bad, k));
      const good = Array.from({ length: k }, (_, n) => [...together, ...this.#failed].map((g) => `(not ${step.at(g.bad, n)})`)).flat();
      const found = await solver.find([...good, either(bad)], async () => {
        // A run that comes back to where it was could be shorter: shorter ones have been looked at.
        const repetition = await step.repetition();
        if (repetition !== undefined) return { repetition };
        return { values: await solver.values(bad), run: await step.run() };
      });
      if (found === undefined) {
        for (const g of together) {
          if ('check' in g) this.#decide(g, { status: 'never', k, under: [...this.#failed] });
          step.keep(g.bad);
        }
        this.#lemmas = this.#lemmas.filter((l) => !together.includes(l));
        return;
      }
      if (found.repetition !== undefined) {
        step.distinguish(...found.repetition);
        continue;
      }
      together = together.filter((g, i) => {
        if (found.values[i] === 0n) return true;
        if ('check' in g) this.#induction.set(g, found.run);
        return false;
      });
    }
  }

  #decide(goal: Goal, verdict: Verdict): void {
    this.#verdicts.set(goal, verdict);
    this.#open = this.#open.filter((g) => g !== goal);
  }
}

function contradiction(model: FormalModel, n: number): never {
  fail('assumptions-contradict', n === 0 ? 'no inputs satisfy the assumptions in the first cycle' : `no run of more than ${n} cycle${n === 1 ? '' : 's'} satisfies the assumptions`, {
    where: model.assumptions.map((a) => a.check.origin),
    hint: `everything would hold of nothing: weaken ${model.assumptions.map((a) => `"${a.check.message}"`).join(' or ')}`,
  });
}

/** Searches with two solvers: one for runs from the start, one for induction. Errors: `assumptions-contradict`, `missing-tool`, `solver-failed`. */
export async function search(model: FormalModel, translation: Translation, options: SearchOptions): Promise<Found> {
  const solvers: Solver[] = [];
  const started = (): Solver => {
    const solver = new Solver(options.solver);
    solvers.push(solver);
    return solver;
  };
  const stop = (): void => solvers.forEach((s) => s.stop());
  options.signal?.addEventListener('abort', stop);
  try {
    const work = new Search(model, new Unrolling(started(), model, translation, 'start'), new Unrolling(started(), model, translation, 'anywhere'), options);
    try {
      if (options.signal?.aborted !== true) await work.run();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
    return work.found();
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stop();
  }
}

