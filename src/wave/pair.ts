import { fail, suggest } from '../diag/index.ts';
import type { VcdHeader, VcdKind, VcdScope } from './vcd-syntax.ts';

/** A piece of a signal, from the low bits up. */
export interface Piece {
  readonly slot: number;
  readonly width: number;
}

/** A signal of two files. */
export interface Pair {
  /** Path below the scope in the first file, and the full paths in both. */
  readonly name: string;
  readonly path: string;
  readonly otherPath: string;
  readonly kind: VcdKind;
  readonly width: number;
  readonly ours: readonly Piece[];
  readonly theirs: readonly Piece[];
  /** Place in the first file. */
  readonly order: number;
}

export interface Pairing {
  readonly scopes: readonly [ours: string, theirs: string];
  readonly pairs: readonly Pair[];
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
}

interface Found {
  readonly pieces: readonly Piece[];
  readonly kind: VcdKind;
  readonly width: number;
  /** The variables that it consists of. */
  readonly vars: readonly string[];
}

/** Signals below a scope by their path there. Lanes, `v[0]`, `v[1]`, ..., are also one vector `v`, unless there is such a signal. */
function below({ vars, slots }: VcdHeader, scope: string): Map<string, Found> {
  const found = new Map<string, Found>();
  const lanes = new Map<string, { readonly lane: number; readonly name: string }[]>();
  for (const { path, slot, width } of vars) {
    if (!path.startsWith(`${scope}.`)) continue;
    const name = path.slice(scope.length + 1);
    const { kind } = slots[slot]!;
    found.set(name, { pieces: [{ slot, width }], kind, width, vars: [name] });
    const [, base, lane] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
    if (base === undefined || kind !== 'bits') continue;
    const list = lanes.get(base) ?? [];
    lanes.set(base, list);
    list.push({ lane: Number(lane), name });
  }
  for (const [base, list] of lanes) {
    list.sort((p, q) => p.lane - q.lane);
    if (found.has(base) || list.some(({ lane }, i) => lane !== i)) continue;
    const pieces = list.flatMap(({ name }) => found.get(name)!.pieces);
    found.set(base, { pieces, kind: 'bits', width: pieces.reduce((n, p) => n + p.width, 0), vars: list.map((l) => l.name) });
  }
  return found;
}

function allScopes(scopes: readonly VcdScope[]): string[] {
  return scopes.flatMap((s) => [s.path, ...allScopes(s.scopes)]);
}

/** Depth first, but only as many as a search over all pairs of them can bear. */
const MOST = 40;

/** Finds what two files have in common. */
export function pairSignals(a: VcdHeader, b: VcdHeader, names: ReadonlyMap<string, string>, given?: readonly [string, string]): Pairing {
  const [scopesA, scopesB] = [allScopes(a.scopes), allScopes(b.scopes)];
  if (given !== undefined) {
    for (const [i, [all, scope]] of [[scopesA, given[0]] as const, [scopesB, given[1]] as const].entries()) {
      if (!all.includes(scope)) fail('wave-no-scope', `the ${i === 0 ? 'first' : 'second'} file has no scope "${scope}"`, { hint: suggest(scope, all) });
    }
    return pairBelow(a, b, given, names);
  }
  let best: Pairing = { scopes: [scopesA[0] ?? '', scopesB[0] ?? ''], pairs: [], onlyOurs: [], onlyTheirs: [] };
  const nearTop = (all: readonly string[]): string[] => [...all].sort((s, t) => s.split('.').length - t.split('.').length).slice(0, MOST);
  for (const scopeA of nearTop(scopesA)) {
    for (const scopeB of nearTop(scopesB)) {
      const pairing = pairBelow(a, b, [scopeA, scopeB], names);
      // The first of equals is the one nearest to the top.
      if (pairing.pairs.length > best.pairs.length) best = pairing;
    }
  }
  return best;
}

function pairBelow(a: VcdHeader, b: VcdHeader, scopes: readonly [string, string], names: ReadonlyMap<string, string>): Pairing {
  const [ours, theirs] = [below(a, scopes[0]), below(b, scopes[1])];
  const pairs: Pair[] = [];
  const [usedA, usedB] = [new Set<string>(), new Set<string>()];
  for (const [name, mine] of ours) {
    // Lanes that were paired one by one are not compared once more as a whole.
    if (mine.vars.length > 1 && mine.vars.every((v) => usedA.has(v))) continue;
    const otherName = names.get(name) ?? name;
    const other = theirs.get(otherName);
    if (other?.kind !== mine.kind || other.width !== mine.width || mine.kind === 'event') continue;
    pairs.push({ name, path: `${scopes[0]}.${name}`, otherPath: `${scopes[1]}.${otherName}`, kind: mine.kind, width: mine.width, ours: mine.pieces, theirs: other.pieces, order: pairs.length });
    for (const v of mine.vars) usedA.add(v);
    for (const v of other.vars) usedB.add(v);
  }
  const rest = (all: Map<string, Found>, used: Set<string>, scope: string): string[] => [...all].filter(([name, { vars }]) => vars.length === 1 && vars[0] === name && !used.has(name)).map(([name]) => `${scope}.${name}`);
  return { scopes, pairs, onlyOurs: rest(ours, usedA, scopes[0]), onlyTheirs: rest(theirs, usedB, scopes[1]) };
}
