import { fail, suggest } from '../diag/index.ts';

/** Says whether a dotted path is wanted. */
export type PathFilter = (path: string) => boolean;

/**
 * Glob over hierarchical names.
 *
 * | pattern | matches |
 * |---|---|
 * | `*` | any characters within one level |
 * | `**` | any characters, dots too; `**.adc` also matches `adc` at the top |
 * | `?` | one character other than a dot |
 * | `{a,b}` | either; may be nested |
 * | `a, b` | a list: what matches one of them |
 * | `!a` | in a list: takes away what matches |
 *
 * Brackets are letters, since `regs[3]` is a name. Case matters.
 *
 * Errors: `wave-glob` for an empty pattern or a brace without its partner.
 */
export function compileGlob(patterns: string | readonly string[]): PathFilter {
  const { wanted, unwanted } = parse(patterns);
  return (path) => wanted.some(({ regex }) => regex.test(path)) && !unwanted.some(({ regex }) => regex.test(path));
}

/**
 * The paths that match, in their order.
 *
 * Errors: `wave-glob-empty` for each pattern that matches no path, with the nearest ones; what a typo would otherwise do is an empty file.
 */
export function matchPaths(patterns: string | readonly string[], paths: readonly string[]): string[] {
  const { wanted, unwanted } = parse(patterns);
  for (const { text, regex } of [...wanted, ...unwanted]) {
    if (!paths.some((path) => regex.test(path))) fail('wave-glob-empty', `no signal matches "${text}"`, { hint: hint(text, paths) });
  }
  const chosen = paths.filter((path) => wanted.some(({ regex }) => regex.test(path)) && !unwanted.some(({ regex }) => regex.test(path)));
  if (chosen.length === 0) fail('wave-glob-empty', `the exclusions in "${[patterns].flat().join(', ')}" leave no signal`);
  return chosen;
}

interface Pattern {
  readonly text: string;
  readonly regex: RegExp;
}

function hint(text: string, paths: readonly string[]): string {
  const inside = paths.filter((path) => path.startsWith(`${text}.`));
  if (inside.length > 0) return `"${text}" is a scope; write "${text}.**" for the ${inside.length} signals in it`;
  return suggest(text, paths);
}

function parse(patterns: string | readonly string[]): { wanted: Pattern[]; unwanted: Pattern[] } {
  const wanted: Pattern[] = [];
  const unwanted: Pattern[] = [];
  for (const text of splitPatterns(patterns)) {
    const exclude = text.startsWith('!');
    (exclude ? unwanted : wanted).push({ text, regex: toRegExp(exclude ? text.slice(1) : text) });
  }
  // A list of exclusions alone means "all but these".
  if (wanted.length === 0) wanted.push({ text: '**', regex: /^/ });
  return { wanted, unwanted };
}

/** The single patterns of comma lists, in their order. */
export function splitPatterns(patterns: string | readonly string[]): string[] {
  return [patterns].flat().flatMap(splitList);
}

/** Splits at commas outside braces. */
function splitList(list: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const c of list) {
    if (c === '{') depth++;
    if (c === '}') depth--;
    if (c === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += c;
  }
  const trimmed = parts.map((p) => p.trim());
  if (trimmed.some((p) => p === '' || p === '!')) {
    fail('wave-glob', `empty pattern in ${JSON.stringify(list)}`, { hint: 'write "**" for every signal' });
  }
  return trimmed;
}

function toRegExp(glob: string): RegExp {
  let source = '';
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!;
    if (c === '*' && glob[i + 1] === '*') {
      i++;
      // `**.x` takes in `x` itself, so a level more or less does not matter.
      if (glob[i + 1] === '.' && (source === '' || source.endsWith('\\.'))) {
        i++;
        source += '(?:.*\\.)?';
      } else source += '.*';
    } else if (c === '*') source += '[^.]*';
    else if (c === '?') source += '[^.]';
    else if (c === '{') {
      depth++;
      source += '(?:';
    } else if (c === '}' && depth > 0) {
      depth--;
      source += ')';
    } else if (c === '}') fail('wave-glob', `"${glob}" closes a brace that it did not open`);
    else if (c === ',' && depth > 0) source += '|';
    else source += c.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  if (depth > 0) fail('wave-glob', `"${glob}" opens a brace that it does not close`);
  return new RegExp(`^${source}$`);
}
