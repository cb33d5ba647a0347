import { placedVars, planTrace, vcdName, type TraceScope } from './declare.ts';
import { matchPaths } from './glob.ts';

/**
 * The part of a hierarchy whose variables match: `top.core.*`, `**.adc*`, `{a,b}`, comma lists, `!not.these` (see `compileGlob`).
 * Scopes without a matching variable disappear. Paths are as in the file, e.g. `top.core.adc`.
 *
 * Errors: `wave-glob-empty` with the nearest names if a pattern matches nothing.
 */
export function selectTrace(top: TraceScope, patterns: string | readonly string[]): TraceScope {
  const all = [...placedVars(planTrace(top).top)].map(({ path }) => path);
  const chosen = new Set(matchPaths(patterns, all));
  return prune(top, vcdName(top.name), chosen);
}

function prune(scope: TraceScope, path: string, chosen: ReadonlySet<string>): TraceScope {
  const scopes = scope.scopes.map((inner) => prune(inner, `${path}.${vcdName(inner.name)}`, chosen));
  return {
    ...scope,
    vars: scope.vars.filter(({ name }) => chosen.has(`${path}.${vcdName(name)}`)),
    scopes: scopes.filter(({ vars, scopes: below }) => vars.length + below.length > 0),
  };
}
