import { distance } from 'fastest-levenshtein';

/** The valid names closest to what was typed, best first, for "did you mean"; empty if none is near. */
export function nearest(typed: string, valid: Iterable<string>, most = 3): string[] {
  const limit = Math.max(2, Math.ceil(typed.length / 2));
  return [...valid]
    .map((name) => ({ name, d: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ d }) => d <= limit)
    .sort((a, b) => a.d - b.d || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** `did you mean "a" or "b"?`, or the list of what there is when nothing is near. */
export function suggest(typed: string, valid: Iterable<string>): string {
  const all = [...valid];
  const near = nearest(typed, all);
  if (near.length > 0) return `did you mean ${near.map((n) => `"${n}"`).join(' or ')}?`;
  if (all.length === 0) return 'there are none';
  return `valid: ${all.slice(0, 20).join(', ')}${all.length > 20 ? `, ... (${all.length} in all)` : ''}`;
}
