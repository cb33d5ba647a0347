import { isDeepStrictEqual } from 'node:util';
import { WordlineError } from '../diag/index.ts';
import type { Flat } from '../ir/flatten.ts';
import type { Engine } from './engine.ts';

/** What a testbench does to an engine besides letting time pass. */
const CALLS = ['poke', 'pokeNumber', 'pokeLanes', 'setReset', 'writeMemory'] as const;
type Call = (typeof CALLS)[number];

export type Happening = { readonly edges: number } | { readonly together: readonly string[] } | { readonly call: Call; readonly args: readonly unknown[] };

interface Checkpoint<S> {
  readonly state: S;
  readonly happened: Happening[];
  edges: number;
}

/** Share of the time that checkpoints may take. */
const SHARE = 0.01;
/** What happened since a checkpoint is forgotten only with it: after so much of it another one is due. */
const MANY = 100_000;

/**
 * Remembers enough to repeat the last cycles of a run: two checkpoints, and what the testbench did since. Checkpoints are as far apart as makes
 * them cheap, but never nearer than `reach` edges, so that one of the two always lies as far back.
 */
export class Journal<S> {
  #older: Checkpoint<S> | undefined;
  #newest: Checkpoint<S>;
  #spacing: number;
  #cost = 0;
  #since = 0;

  constructor(
    engine: Engine,
    private readonly take: () => S,
    private readonly reach: number,
  ) {
    this.#spacing = reach;
    this.#newest = this.#checkpoint();
    for (const call of CALLS) {
      const act = (engine[call] as (...args: unknown[]) => void).bind(engine);
      (engine as unknown as Record<Call, (...args: unknown[]) => void>)[call] = (...args) => {
        this.#newest.happened.push({ call, args: args.map((a) => (typeof a === 'object' ? Array.from(a as ArrayLike<number>) : a)) });
        act(...args);
      };
    }
  }

  /** Starts again here: what lies behind does not lead here. */
  restart(): void {
    this.#older = undefined;
    this.#newest = this.#checkpoint();
  }

  /** Edges from now on after which it wants to hear of them; at least 1. */
  get room(): number {
    return Math.max(1, this.#spacing - this.#newest.edges);
  }

  /** The next edge will be one of exactly these clocks. */
  together(clocks: readonly string[]): void {
    this.#newest.happened.push({ together: clocks });
  }

  /** Time has passed. */
  passed(edges: number): void {
    if (edges === 0) return;
    const { happened } = this.#newest;
    const last = happened.at(-1);
    if (last !== undefined && 'edges' in last) happened[happened.length - 1] = { edges: last.edges + edges };
    else happened.push({ edges });
    this.#newest.edges += edges;
    if (this.#newest.edges < this.#spacing && (happened.length < MANY || this.#newest.edges < this.reach)) return;
    const rate = this.#newest.edges / Math.max(1e-3, performance.now() - this.#since);
    this.#spacing = Math.max(this.reach, Math.ceil((this.#cost / SHARE) * rate));
    this.#older = this.#newest;
    this.#newest = this.#checkpoint();
  }

  /** A state at least `reach` edges back, or at the start, and what happened from there to here. */
  back(): { readonly state: S; readonly happened: readonly Happening[] } {
    const older = this.#older;
    if (older === undefined || this.#newest.edges >= this.reach) return this.#newest;
    return { state: older.state, happened: [...older.happened, ...this.#newest.happened] };
  }

  #checkpoint(): Checkpoint<S> {
    const start = performance.now();
    const state = this.take();
    this.#since = performance.now();
    this.#cost = this.#since - start;
    return { state, happened: [], edges: 0 };
  }
}

/** The error with something more to say. */
export function withNote(error: unknown, note: string): unknown {
  if (error instanceof WordlineError) {
    const [first, ...others] = error.problems;
    return new WordlineError([{ ...first!, hint: first!.hint === undefined ? note : `${first!.hint}; ${note}` }, ...others]);
  }
  if (error instanceof Error) error.message += `\n  hint: ${note}`;
  return error;
}

/** Are two engines of one design in the same state, models apart? */
export function sameState(flat: Flat, a: Engine, b: Engine): boolean {
  const kept = flat.nodes.filter(({ kind }) => kind === 'reg' || kind === 'input' || kind === 'port');
  return kept.every(({ id }) => a.peek(id) === b.peek(id)) && isDeepStrictEqual(a.save().memories, b.save().memories);
}

/** Paths of models that cannot be brought back to an earlier state. */
export function forgetful(flat: Flat): string[] {
  return flat.models.filter(({ model }) => model.create().restore === undefined).map(({ path }) => path);
}
