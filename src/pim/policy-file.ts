import type { ObjectNode, ValueNode } from '@humanwhocodes/momoa';
import { suggest, WordlineError, type Problem } from '../diag/index.ts';
import { readJson } from './json.ts';
import { COMPARISONS, CONDITIONS, DEFAULT_CONDITIONS, IDLE, MOST_TERMS, OBSERVATIONS, POLICIES, type Clause, type Comparison, type Condition, type ConditionTuple, type Observation, type Policy, type Term } from './policy.ts';

/** What is asked of the file: the first place and message of everything that is wrong. */
class Reader {
  readonly problems: Problem[] = [];
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  wrong(node: ValueNode   | { readonly loc: ValueNode['loc'] }, message: string, hint?: string): undefined {
    const { line, column } = node.loc.start;
    this.problems.push({ code: 'pim-policy', message, where: [{ file: this.file, line, column }], ...(hint !== undefined && { hint }) });
    return undefined;
  }

  /** Members by name. Unknown and repeated names, and missing ones, are problems. */
  object(node: ValueNode, what: string, names: readonly string[] | undefined, needed: readonly string[] = []): Map<string, ValueNode> | undefined {
    if (node.type !== 'Object') return this.wrong(node, `${what} is an object, not ${kindOf(node)}`);
    const members = new Map<string, ValueNode>();
    for (const { name: key, value } of (node satisfies ObjectNode).members) {
      const name = key.type === 'String' ? key.value : key.name;
      if (names !== undefined && !names.includes(name)) this.wrong(key, `${what} has no "${name}"`, suggest(name, names));
      else if (members.has(name)) this.wrong(key, `${what} has "${name}" twice`);
      else members.set(name, value);
    }
    for (const name of needed) if (!members.has(name)) this.wrong(node, `${what} has no "${name}"`, `it needs ${needed.join(', ')}`);
    return members;
  }

  list<T>(node: ValueNode | undefined, what: string, read: (item: ValueNode, index: number) => T | undefined): T[] {
    if (node === undefined) return [];
    if (node.type !== 'Array') {
      this.wrong(node, `${what} is a list, not ${kindOf(node)}`);
      return [];
    }
    return node.elements.flatMap(({ value }, i) => read(value, i) ?? []);
  }

  text(node: ValueNode | undefined, what: string): string | undefined {
    if (node === undefined) return undefined;
    return node.type === 'String' && node.value.trim() !== '' ? node.value : this.wrong(node, `${what} is a text that is not empty, not ${kindOf(node)}`);
  }

  oneOf<T extends string>(node: ValueNode | undefined, what: string, names: readonly T[]): T | undefined {
    const text = this.text(node, what);
    return text === undefined ? undefined : (names.find((n) => n === text) ?? this.wrong(node!, `there is no ${what} "${text}"`, suggest(text, names)));
  }

  whole(node: ValueNode, what: string, bits: number): number | undefined {
    const most = 2 ** bits - 1;
    if (node.type === 'Number' && Number.isInteger(node.value) && node.value >= 0 && node.value <= most) return node.value;
    return this.wrong(node, `${what} is a whole number from 0 to ${most}, not ${node.type === 'Number' ? node.value : kindOf(node)}`);
  }
}

const kindOf = (node: ValueNode): string => ({ Object: 'an object', Array: 'a list', String: `"${node.type === 'String' ? node.value : ''}"`, Number: 'a number', Boolean: 'true or false', Null: 'null', NaN: 'NaN', Infinity: 'Infinity' })[node.type];
const names = <K extends string>(table: Readonly<Record<K, unknown>>): K[] => Object.keys(table) as K[];

function conditionsOf(reader: Reader, node: ValueNode | undefined, what: string, base: ConditionTuple): ConditionTuple {
  const members = node === undefined ? undefined : reader.object(node, what, names(CONDITIONS));
  const given = [...(members ?? [])].map(([name, value]) => [name, reader.whole(value, name, CONDITIONS[name as Condition].bits)]);
  return { ...base, ...(Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Partial<ConditionTuple>) };
}

function clauseOf(reader: Reader, node: ValueNode): Clause | undefined {
  const fields = ['observation', 'is', 'value'];
  const members = reader.object(node, 'a clause', fields, fields);
  const observation = reader.oneOf<Observation>(members?.get('observation'), 'observation', names(OBSERVATIONS));
  const is = reader.oneOf<Comparison>(members?.get('is'), 'comparison', COMPARISONS);
  const given = members?.get('value');
  if (given === undefined) return undefined;
  const value = given.type === 'String' ? reader.oneOf<Condition>(given, 'condition', names(CONDITIONS)) : observation && reader.whole(given, `the value of ${observation}`, OBSERVATIONS[observation].bits);
  return observation === undefined || is === undefined || value === undefined ? undefined : { observation, is, value };
}

function termOf(reader: Reader, node: ValueNode, taken: Set<string>): Term | undefined {
  const members = reader.object(node, 'a reason', ['reason', 'all'], ['reason', 'all']);
  const place = members?.get('reason');
  const reason = reader.text(place, 'reason');
  const clauses = members?.get('all');
  const all = reader.list(clauses, 'all', (c) => clauseOf(reader, c));
  if (clauses?.type === 'Array' && clauses.elements.length === 0) reader.wrong(clauses, 'all is empty', 'a clause, e.g. { "observation": "turnCycles", "is": ">=", "value": "maxSlice" }');
  if (reason === undefined) return undefined;
  if (reason === IDLE) reader.wrong(place!, `"${IDLE}" is the reason for which a turn ends that has no requests left`, 'another name');
  if (taken.has(reason)) reader.wrong(place!, `two reasons are called "${reason}"`);
  taken.add(reason);
  return { reason, all };
}

function termsOf(reader: Reader, node: ValueNode | undefined, what: string): Term[] {
  const taken = new Set<string>();
  const terms = reader.list(node, what, (item) => termOf(reader, item, taken));
  if (terms.length > MOST_TERMS) reader.wrong(node!, `${what} has ${terms.length} reasons, and there are counters for ${MOST_TERMS}`);
  return terms;
}

function layersOf(reader: Reader, node: ValueNode | undefined, base: ConditionTuple): Readonly<Record<string, ConditionTuple>> | undefined {
  const members = node === undefined ? undefined : reader.object(node, 'layers', undefined);
  return members && Object.fromEntries([...members].map(([name, value]) => [name, conditionsOf(reader, value, `layer "${name}"`, base)]));
}

const FIELDS = ['name', 'summary', 'extends', 'conditions', 'layers', 'toPim', 'toHost', 'partition'];

/**
 * A policy of one's own, as JSON: `name`, `toPim` and `toHost` (lists of `{ reason, all: [{ observation, is, value }] }`), or `extends` with the name of a
 * policy and what is different; `conditions`, and `layers` by name, each with what is different in that layer.
 *
 * @throws WordlineError `pim-policy`, with everything that is wrong and its file, line and column.
 */
export function readPolicy(text: string, file = 'policy'): Policy {
  const reader = new Reader(file);
  const policy = policyOf(reader, readJson(text, file, 'pim-policy'));
  if (reader.problems.length > 0 || policy === undefined) throw new WordlineError(reader.problems);
  return policy;
}

function policyOf(reader: Reader, body: ValueNode): Policy | undefined {
  const given = body.type === 'Object' && body.members.some(({ name }) => (name.type === 'String' ? name.value : name.name) === 'extends');
  const members = reader.object(body, 'a policy', FIELDS, given ? ['name'] : ['name', 'toPim', 'toHost']);
  if (members === undefined) return undefined;
  const from = reader.oneOf(members.get('extends'), 'policy', [...POLICIES.keys()]);
  const base = from === undefined ? undefined : POLICIES.get(from);
  const name = reader.text(members.get('name'), 'name') ?? '';
  if (POLICIES.has(name)) reader.wrong(members.get('name')!, `there is a policy "${name}" already`, 'another name');
  const summary = reader.text(members.get('summary'), 'summary') ?? base?.summary ?? name;
  const conditions = conditionsOf(reader, members.get('conditions'), 'conditions', base?.conditions ?? DEFAULT_CONDITIONS);
  const layers = layersOf(reader, members.get('layers'), conditions);
  const toPim = members.has('toPim') ? termsOf(reader, members.get('toPim'), 'toPim') : (base?.toPim ?? []);
  const toHost = members.has('toHost') ? termsOf(reader, members.get('toHost'), 'toHost') : (base?.toHost ?? []);
  const flag = members.get('partition');
  if (flag !== undefined && flag.type !== 'Boolean') reader.wrong(flag, `partition is true or false, not ${kindOf(flag)}`);
  const partition = flag?.type === 'Boolean' ? flag.value : base?.partition === true;
  if (partition && toPim.length + toHost.length > 0) reader.wrong(flag ?? body, 'with partition nothing is handed over', 'empty lists toPim and toHost');
  return { name, summary, conditions, toPim, toHost, ...(layers !== undefined && { layers }), ...(partition && { partition }) };
}
