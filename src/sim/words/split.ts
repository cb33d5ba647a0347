import type { WordGraph } from './graph.ts';
import { isLeaf, type Step } from './plan.ts';

/**
 * Branches that are too large become several with the same condition, one after the other. `weight` is that of a step. What one piece computes
 * for another goes through a temporary, also where both come into the same function.
 */
export function splitBranches(g: WordGraph, steps: readonly Step[], named: Uint8Array, weight: (s: Step) => number, limit: number): Step[] {
  const pieces = (s: Step): Step[] => {
    if (s.kind !== 'branch' || weight(s) <= limit) return [s];
    const then = groups(s.then.flatMap(pieces));
    const otherwise = groups(s.otherwise.flatMap(pieces));
    const { condition } = s;
    const known = isLeaf(g, condition) || named[condition] === 1;
    // Worked out once, before any piece changes what it depends on.
    if (!known) named[condition] = 1;
    return [
      ...(known ? [] : [{ kind: 'let', word: condition, position: 0 } as const]),
      ...then.map((part): Step => ({ kind: 'branch', condition, then: part, otherwise: [], position: 0 })),
      ...otherwise.map((part): Step => ({ kind: 'branch', condition, then: [], otherwise: part, position: 0 })),
    ];
  };
  const groups = (items: readonly Step[]): Step[][] => {
    const made: Step[][] = [];
    let room = 0;
    for (const item of items) {
      const w = weight(item);
      if (made.length === 0 || room < w) {
        made.push([]);
        room = limit - 1; // the branch itself
      }
      made[made.length - 1]!.push(item);
      room -= w;
    }
    return made;
  };
  return steps.flatMap(pieces);
}
