/** An answer of an SMT solver: a word, or a list. */
type Sexpr = string | readonly Sexpr[];

/** Words are separated by blanks and brackets, or stand between bars. */
const TOKEN = /\(|\)|\|[^|]*\||"[^"]*"|[^\s()|"]+/g;

function parse(text: string): Sexpr {
  const open: Sexpr[][] = [[]];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '(') open.push([]);
    else if (token === ')') {
      const done = open.pop()!;
      open.at(-1)?.push(done);
    } else open.at(-1)!.push(token);
  }
  return open[0]![0] ?? [];
}

function value(e: Sexpr): bigint {
  if (e === 'true') return 1n;
  if (e === 'false') return 0n;
  if (typeof e === 'string' && e.startsWith('#')) return BigInt(`0${e.slice(1)}`);
  // (_ bv5 8)
  if (typeof e !== 'string' && e[0] === '_' && typeof e[1] === 'string') return BigInt(e[1].slice(2));
  throw new Error(`no value: ${JSON.stringify(e)}`);
}

/** The answer to a `get-value` of so many terms: booleans and bit vectors as numbers. */
export function parseValues(answer: string, count: number): bigint[] {
  const pairs = parse(answer);
  if (typeof pairs === 'string' || pairs.length !== count) throw new Error(`${count} values were asked for: ${answer.slice(0, 200)}`);
  return pairs.map((pair) => value(pair[1]!));
}
