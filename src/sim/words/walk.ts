import type { Word } from '../../ir/words.ts';
import { VECTOR_BYTES } from './graph.ts';
import { isLeaf, type Plan, type Step } from './plan.ts';
import { rootsOf, type Sink } from './sinks.ts';

/**
 * What a code generator writes for one function. Values have names: `slot` k of the state as it was at the start of the cycle, and word x.
 * A name is declared before it is used, and is known until its branch ends.
 */
export interface FunctionWriter {
  /** Declares slot k from the state. */
  slot(k: number): void;
  /** Declares slot k from a temporary, because the state has a new value by now. */
  oldSlot(k: number, temporary: number): void;
  /** Declares word x from a temporary. */
  temporary(x: Word, temporary: number): void;
  /** Puts slot k, which has been declared, into a temporary. */
  keep(temporary: number, k: number): void;
  /** Declares word x as its expression, and puts it into a temporary if others need it. */
  let(x: Word, temporary: number | undefined): void;
  /** Puts the entries of a table into temporaries. */
  table(x: Word, first: number): void;
  sink(s: Sink): void;
  branch(condition: Word, negate: boolean): void;
  otherwise(): void;
  end(): void;
}

/**
 * Walks a plan function by function. Registers are written in place; who still needs the old value after that gets a copy made before, by
 * name within a function and in a temporary across functions. This is where that is decided, for all code generators.
 */
export class Walk {
  /** Words of the array of temporaries. */
  readonly temporaries: number;
  readonly #temporaryOf = new Map<Word, number>();
  readonly #tableOf = new Map<Word, number>();
  readonly #hazards: ReadonlyMap<number, Hazard>;
  readonly #oldCopies = new Map<number, number>();
  readonly #costs = new Map<Word, number>();

  constructor(readonly plan: Plan) {
    let count = 0;
    const { g } = plan;
    // Vectors first, so that all lie at multiples of their size.
    for (const x of plan.crossing) {
      if (!g.isVector(x)) continue;
      this.#temporaryOf.set(x, count);
      count += VECTOR_BYTES / 4;
    }
    for (const x of plan.crossing) if (!g.isVector(x)) this.#temporaryOf.set(x, count++);
    for (const t of plan.tables) {
      this.#tableOf.set(t, count);
      count += plan.g.node(t).args.length;
    }
    this.#hazards = findHazards(plan);
    for (const [slot, { laterChunks }] of this.#hazards) if (laterChunks.size > 0) this.#oldCopies.set(slot, count++);
    this.temporaries = count;
  }

  /** First temporary of a table. */
  tableOf(x: Word): number {
    return this.#tableOf.get(x)!;
  }

  /** Is it written by its name, or as a constant? */
  simple(x: Word): boolean {
    return isLeaf(this.plan.g, x) || this.plan.named[x] === 1;
  }

  /** Operations that writing it takes. */
  cost(x: Word): number {
    if (this.simple(x)) return 0;
    let c = this.#costs.get(x);
    if (c === undefined) this.#costs.set(x, (c = this.plan.g.node(x).args.reduce((sum, a) => sum + this.cost(a), 1)));
    return c;
  }

  function(chunk: number, writer: FunctionWriter): void {
    const { g, named } = this.plan;
    /** Names known at the current place, innermost branch last. */
    const scopes: Set<string>[] = [new Set()];
    const known = (n: string): boolean => scopes.some((s) => s.has(n));
    const declare = (n: string): void => void scopes[scopes.length - 1]!.add(n);

    const slot = (k: number): void => {
      if (known(`r${k}`)) return;
      const hazard = this.#hazards.get(k);
      if (hazard !== undefined && hazard.chunk < chunk) writer.oldSlot(k, this.#oldCopies.get(k)!);
      else writer.slot(k);
      declare(`r${k}`);
    };

    /** Declares everything an expression reads. */
    const load = (x: Word, top = false): void => {
      const n = g.node(x);
      if (n.op === 'const' || n.op === 'table') return;
      if (!top && named[x] === 1) {
        if (known(`v${x}`)) return;
        writer.temporary(x, this.#temporaryOf.get(x)!);
        declare(`v${x}`);
      } else if (n.op === 'slot') slot(n.k);
      else for (const a of n.args) load(a);
    };

    /** Copies old values of what a top-level statement overwrites and somebody still reads. */
    const rescue = (step: Step): void => {
      for (const k of slotsWritten(step)) {
        const hazard = this.#hazards.get(k);
        if (hazard === undefined || hazard.chunk !== chunk) continue;
        slot(k);
        const copy = this.#oldCopies.get(k);
        if (copy !== undefined) writer.keep(copy, k);
      }
    };

    const scoped = (body: readonly Step[]): void => {
      scopes.push(new Set());
      for (const s of body) visit(s);
      scopes.pop();
    };

    const visit = (s: Step): void => {
      if (s.kind === 'let') {
        if (g.node(s.word).op === 'table') {
          for (const a of g.node(s.word).args) load(a);
          writer.table(s.word, this.tableOf(s.word));
          return;
        }
        load(s.word, true);
        writer.let(s.word, this.#temporaryOf.get(s.word));
        declare(`v${s.word}`);
      } else if (s.kind === 'sink') {
        for (const r of rootsOf(s.sink)) load(r);
        writer.sink(s.sink);
      } else {
        if (s.then.length === 0 && s.otherwise.length === 0) return;
        load(s.condition);
        writer.branch(s.condition, s.then.length === 0);
        scoped(s.then.length === 0 ? s.otherwise : s.then);
        if (s.then.length > 0 && s.otherwise.length > 0) {
          writer.otherwise();
          scoped(s.otherwise);
        }
        writer.end();
      }
    };
    for (const s of this.plan.chunks[chunk]!) {
      rescue(s);
      visit(s);
    }
  }
}

/** Does a function hold checks, and so may it end early? */
export const hasCheck = (steps: readonly Step[]): boolean => steps.some((s) => s.kind === 'sink' && s.sink.kind === 'check');

interface Hazard {
  /** Chunk that writes the slot. */
  readonly chunk: number;
  /** Chunks after it that still read the old value. */
  readonly laterChunks: Set<number>;
}

/** Slots that a statement may write; a lane chosen at run time may be any. */
function slotsWritten(step: Step): number[] {
  if (step.kind === 'sink') return slotsOf(step.sink);
  return step.kind === 'branch' ? [...step.then, ...step.otherwise].flatMap(slotsWritten) : [];
}

function slotsOf(s: Sink): number[] {
  if (s.kind === 'slot') return [s.slot];
  if (s.kind === 'model') return [...s.writes];
  return s.kind === 'lane' && s.packed === undefined ? Array.from({ length: s.lanes * s.stride }, (_, i) => s.first + i) : [];
}

/** Slots that are read after they have been written, with who reads them. */
function findHazards({ g, chunks, named }: Plan): Map<number, Hazard> {
  const written = new Map<number, { position: number; chunk: number }>();
  const reads: { slot: number; position: number; chunk: number }[] = [];
  chunks.forEach((steps, chunk) => {
    const read = (x: Word, position: number, top = false): void => {
      const n = g.node(x);
      if (n.op === 'const' || (!top && named[x] === 1 && n.op !== 'table')) return;
      if (n.op === 'slot') reads.push({ slot: n.k, position, chunk });
      else for (const a of n.args) if (top || n.op !== 'table') read(a, position);
    };
    const visit = (s: Step): void => {
      if (s.kind === 'let') read(s.word, s.position, true);
      else if (s.kind === 'sink') {
        rootsOf(s.sink).forEach((r) => read(r, s.position));
        // A slot that is written in several places counts from the first.
        for (const k of slotsOf(s.sink)) if (!written.has(k)) written.set(k, { position: s.position, chunk });
      } else {
        read(s.condition, s.position);
        s.then.forEach(visit);
        s.otherwise.forEach(visit);
      }
    };
    steps.forEach(visit);
  });
  const hazards = new Map<number, Hazard>();
  for (const { slot, position, chunk } of reads) {
    const w = written.get(slot);
    if (w === undefined || position <= w.position) continue;
    let hazard = hazards.get(slot);
    if (hazard === undefined) hazards.set(slot, (hazard = { chunk: w.chunk, laterChunks: new Set() }));
    if (chunk > w.chunk) hazard.laterChunks.add(chunk);
  }
  return hazards;
}
