import type { Word } from '../../ir/words.ts';
import { IN_WORDS, type WordGraph } from './graph.ts';
import { rootsOf, type Block, type Branch, type Sink } from './sinks.ts';
import { splitBranches } from './split.ts';

/**
 * From values and sinks to statements: which values get a name (those used more than once, and whatever is nested too deep to stay an
 * expression), in which branch each is computed (the innermost one that holds all its uses), and where one generated function ends and
 * the next begins.
 */
export type Step =
  | { readonly kind: 'let'; readonly word: Word; position: number }
  | { readonly kind: 'sink'; readonly sink: Sink; position: number }
  | { readonly kind: 'branch'; readonly condition: Word; readonly then: Step[]; readonly otherwise: Step[]; position: number };

export interface Plan {
  readonly g: WordGraph;
  /** Statements of each generated function, in order. */
  readonly chunks: readonly (readonly Step[])[];
  /** Named values. */
  readonly named: Uint8Array;
  /** Chunk that a named value is computed in. */
  readonly chunkOf: ReadonlyMap<Word, number>;
  /** Named values that another chunk, or a later branch with the same condition, uses. */
  readonly crossing: ReadonlySet<Word>;
  readonly tables: readonly Word[];
  /** Word operations of a cycle in which every branch is taken. */
  readonly operations: number;
}

export interface PlanOptions {
  /** Operations a generated function may hold. V8 stops optimising functions above 60 kB of bytecode; about 20 bytes an operation. */
  readonly chunk: number;
  /** Operations that a branch may hold before it becomes several with the same condition. */
  readonly branch: number;
  /** Depth of an expression that still stays one. */
  readonly depth: number;
}

/** Leaves cost nothing to write again. */
export const isLeaf = (g: WordGraph, x: Word): boolean => {
  const { op } = g.node(x);
  return op === 'const' || op === 'slot' || op === 'vconst';
};

const READS_REGION: ReadonlySet<string> = new Set(['load', 'lane8', 'lane16', 'lane32', 'vload']);

interface Frame {
  readonly parent: Frame | undefined;
  readonly depth: number;
  readonly steps: Step[];
  /**
   * The first branch with the same condition, if this is a later one (registers and memories are written in different blocks). What both
   * need is computed in the first and read again in this one, not computed in every cycle.
   */
  readonly twin?: Frame | undefined;
}

export function makePlan(g: WordGraph, blocks: readonly Block[], lateFrom: number, options: PlanOptions): Plan {
  const root: Frame = { parent: undefined, depth: 0, steps: [] };
  const frames = new Map<Block, Frame>(blocks.map((b) => [b, root]));
  const uses = new Int32Array(g.nodes.length);
  const place: (Frame | undefined)[] = new Array<Frame | undefined>(g.nodes.length);
  const meet = (a: Frame | undefined, b: Frame): Frame => {
    let [x, y]: [Frame, Frame] = [a ?? b, b];
    while (x !== y) {
      if (x.twin === y) return y;
      if (y.twin === x) return x;
      if (x.depth >= y.depth) x = x.parent!;
      else y = y.parent!;
    }
    return x;
  };
  const use = (x: Word, frame: Frame): void => {
    uses[x]!++;
    place[x] = meet(place[x], frame);
  };

  // Uses by sinks and conditions; then by other values, users before what they use.
  const allRoots: Word[] = [];
  const firsts = new Map<string, Frame>();
  const collect = (b: Block, frame: Frame): void => {
    for (const item of b.items) {
      if (item.kind === 'branch') {
        use(item.condition, frame);
        allRoots.push(item.condition);
        for (const arm of [item.then, item.otherwise]) {
          const key = `${item.condition}:${arm === item.then}`;
          const twin = frame === root ? firsts.get(key) : undefined;
          const inner: Frame = { parent: frame, depth: frame.depth + 1, steps: [], twin };
          if (frame === root && twin === undefined) firsts.set(key, inner);
          frames.set(arm, inner);
          collect(arm, inner);
        }
      } else {
        for (const r of rootsOf(item)) {
          use(r, frame);
          allRoots.push(r);
        }
      }
    }
  };
  for (const b of blocks) collect(b, root);
  const order = postorder(g, allRoots);
  for (let i = order.length - 1; i >= 0; i--) {
    const x = order[i]!;
    for (const a of g.node(x).args) use(a, place[x]!);
  }

  const named = new Uint8Array(g.nodes.length);
  const depth = new Int32Array(g.nodes.length);
  for (const x of order) {
    if (isLeaf(g, x)) continue;
    let d = 0;
    for (const a of g.node(x).args) if (!isLeaf(g, a) && named[a] === 0) d = Math.max(d, depth[a]!);
    depth[x] = d + 1;
    const { op } = g.node(x);
    named[x] = uses[x]! > 1 || d + 1 >= options.depth || op === 'table' ? 1 : 0;
    // These write their argument twice.
    if (op === 'parity' || op === 'ctz') for (const a of g.node(x).args) if (!isLeaf(g, a)) named[a] = 1;
  }

  const done = new Uint8Array(g.nodes.length);
  const tables: Word[] = [];
  /** Emits the named values that `x` needs, each in its own branch. */
  const prepare = (x: Word): void => {
    const stack: { word: Word; next: number }[] = [{ word: x, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (done[top.word] === 1 || g.node(top.word).op === 'const') {
        stack.pop();
        continue;
      }
      const { args } = g.node(top.word);
      if (top.next < args.length) {
        stack.push({ word: args[top.next++]!, next: 0 });
        continue;
      }
      stack.pop();
      if (named[top.word] === 0) continue;
      done[top.word] = 1;
      if (g.node(top.word).op === 'table') tables.push(top.word);
      place[top.word]!.steps.push({ kind: 'let', word: top.word, position: 0 });
    }
  };

  const emit = (b: Block, frame: Frame): void => {
    for (const item of b.items) {
      if (item.kind !== 'branch') {
        for (const r of rootsOf(item)) prepare(r);
        frame.steps.push({ kind: 'sink', sink: item, position: 0 });
        continue;
      }
      prepare(item.condition);
      for (const arm of [item.then, item.otherwise]) emit(arm, frames.get(arm)!);
      frame.steps.push({ kind: 'branch', condition: item.condition, then: frames.get(item.then)!.steps, otherwise: frames.get(item.otherwise)!.steps, position: 0 });
    }
  };
  blocks.forEach((b, i) => {
    if (i === lateFrom) {
      for (const x of readBeforeWrite(g, b, done)) {
        named[x] = 1;
        place[x] = root;
        // What its address needs must be at hand there, too.
        for (const y of postorder(g, [x], done)) place[y] = root;
        prepare(x);
      }
    }
    emit(b, root);
  });

  return cut(g, root.steps, named, tables, options);
}

/** Values in an order in which each comes after its arguments; not below those marked in `stop`. */
function postorder(g: WordGraph, roots: readonly Word[], stop?: Uint8Array): Word[] {
  const seen = new Uint8Array(g.nodes.length);
  const order: Word[] = [];
  const stack: { word: Word; next: number }[] = [];
  for (const r of roots) {
    if (seen[r] === 1 || stop?.[r] === 1) continue;
    seen[r] = 1;
    stack.push({ word: r, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const { args } = g.node(top.word);
      if (top.next < args.length) {
        const a = args[top.next++]!;
        if (seen[a] === 0 && stop?.[a] !== 1) {
          seen[a] = 1;
          stack.push({ word: a, next: 0 });
        }
      } else {
        order.push(top.word);
        stack.pop();
      }
    }
  }
  return order;
}

/**
 * Loads from memories and register Vecs that a late sink needs although an earlier late sink writes there: they must happen before any of
 * the late sinks. (For single slots the code generator keeps the old value.)
 */
function readBeforeWrite(g: WordGraph, late: Block, done: Uint8Array): Word[] {
  const written = new Set<string>();
  const slots = new Set<number>();
  const found = new Set<Word>();
  const resource = (x: Word): string | undefined => {
    const n = g.node(x);
    if (n.op === 'mem') return `memory ${n.resource}`;
    return READS_REGION.has(n.op) ? `region ${n.resource}` : undefined;
  };
  const check = (roots: readonly Word[]): void => {
    if (written.size === 0 && slots.size === 0) return;
    for (const x of postorder(g, roots, done)) {
      const n = g.node(x);
      const r = resource(x);
      if (r !== undefined && written.has(r)) found.add(x);
      // A load also reads slots that are written one by one.
      if (n.op === 'load' && [...slots].some((s) => s >= n.k)) found.add(x);
      if (n.op === 'vload' && n.resource === IN_WORDS && [0, 1, 2, 3].some((i) => slots.has(n.k / 4 + i))) found.add(x);
    }
  };
  const walk = (b: Block): void => {
    for (const item of b.items) {
      if (item.kind === 'branch') {
        check([item.condition]);
        walk(item.then);
        walk(item.otherwise);
        continue;
      }
      check(rootsOf(item));
      if (item.kind === 'memory') written.add(`memory ${item.memory}`);
      else if (item.kind === 'lane' || item.kind === 'vector') written.add(`region ${item.region}`);
      else if (item.kind === 'slot') slots.add(item.slot);
      else if (item.kind === 'model') for (const k of item.writes) slots.add(k);
    }
  };
  walk(late);
  return [...found];
}

/** Cuts the statements into functions and finds what crosses from one to another. */
function cut(g: WordGraph, steps: readonly Step[], named: Uint8Array, tables: readonly Word[], limits: PlanOptions): Plan {
  const weigh = (x: Word, top: boolean): number => {
    if (isLeaf(g, x) || (!top && named[x] === 1)) return 0;
    return g.node(x).args.reduce((sum, a) => sum + weigh(a, false), 1);
  };
  const weight = (s: Step): number => {
    if (s.kind === 'let') return weigh(s.word, true);
    if (s.kind === 'sink') return rootsOf(s.sink).reduce((sum, r) => sum + weigh(r, false), 1);
    return 1 + weigh(s.condition, false) + [...s.then, ...s.otherwise].reduce((sum, t) => sum + weight(t), 0);
  };
  const chunks: Step[][] = [];
  let room = 0;
  let operations = 0;
  for (const s of splitBranches(g, steps, named, weight, limits.branch)) {
    const w = weight(s);
    operations += w;
    if (chunks.length === 0 || room < w) {
      chunks.push([]);
      room = limits.chunk;
    }
    chunks[chunks.length - 1]!.push(s);
    room -= w;
  }

  const chunkOf = new Map<Word, number>();
  const crossing = new Set<Word>();
  let position = 0;
  chunks.forEach((list, chunk) => {
    const scopes = [new Set<Word>()];
    const read = (x: Word, top: boolean): void => {
      if (isLeaf(g, x)) return;
      if (!top && named[x] === 1) {
        if (!scopes.some((s) => s.has(x))) crossing.add(x);
        return;
      }
      for (const a of g.node(x).args) read(a, false);
    };
    const visit = (s: Step): void => {
      s.position = position++;
      if (s.kind === 'let') {
        read(s.word, true);
        chunkOf.set(s.word, chunk);
        scopes[scopes.length - 1]!.add(s.word);
      } else if (s.kind === 'sink') rootsOf(s.sink).forEach((r) => read(r, false));
      else {
        read(s.condition, false);
        for (const arm of [s.then, s.otherwise]) {
          scopes.push(new Set());
          arm.forEach(visit);
          scopes.pop();
        }
      }
    };
    list.forEach(visit);
  });
  return { g, chunks, named, chunkOf, crossing, tables, operations };
}

export type { Branch };
