import { z } from 'zod';
import { nearest, suggest, WordlineError, type Problem } from '../diag/index.ts';
import { parametersOf, type Parameter } from './schema.ts';

/** What was typed for one parameter; no text: the name alone, or with `no-` before it. */
interface Given {
  readonly name: string;
  readonly text: string | undefined;
  readonly negated: boolean;
  /** As it was typed, for messages. */
  readonly typed: string;
}

/** Parameters that `general` options hide can be given with `--param` only. */
export interface ParseOptions {
  /** Names of the command's own options, for suggestions. */
  readonly general: readonly string[];
  /** The testbench, for messages. */
  readonly testbench: string;
}

/**
 * Reads what the command itself did not know, `--limit 5 --mode=fast --no-check`, and the values of `--param`, by the testbench's schema.
 * All mistakes are thrown together.
 *
 * Errors: `unknown-parameter`, `bad-parameter`, `missing-parameter`, `repeated-parameter`, `unexpected-argument`.
 */
export function parseParameters(schema: z.ZodObject, rest: readonly string[], assignments: readonly string[], options: ParseOptions): Record<string, unknown> {
  const parameters = parametersOf(schema);
  const problems: Problem[] = [];
  const given = [...fromAssignments(assignments, problems), ...fromArguments(rest, parameters, problems)];
  const values: Record<string, unknown> = {};
  for (const one of given) {
    const parameter = find(parameters, one.name);
    if (parameter === undefined) problems.push(unknown(one, parameters, options));
    else if (parameter.name in values) problems.push({ code: 'repeated-parameter', message: `parameter "${parameter.name}" is given twice` });
    else values[parameter.name] = read(parameter, one, problems);
  }
  for (const p of parameters) {
    if (p.required && !(p.name in values)) problems.push({ code: 'missing-parameter', message: `parameter "${p.name}" has no default and must be given`, hint: `--${p.name} <${p.takes}>` });
  }
  if (problems.length > 0) throw new WordlineError(problems);

  const result = schema.safeParse(values);
  if (result.success) return result.data;
  // Each value is right by itself; what is left are rules between several of them.
  throw new WordlineError(
    result.error.issues.map(({ message, path }) => ({ code: 'bad-parameter', message: path.length === 0 ? message : `parameter "${path.join('.')}": ${message}` })),
  );
}

/** `imageCount` may be typed `--image-count`. */
const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
const find = (parameters: readonly Parameter[], name: string): Parameter | undefined => parameters.find((p) => p.name === name || kebab(p.name) === name);

function fromAssignments(assignments: readonly string[], problems: Problem[]): Given[] {
  return assignments.flatMap((typed) => {
    const at = typed.indexOf('=');
    if (at > 0) return [{ name: typed.slice(0, at), text: typed.slice(at + 1), negated: false, typed: `--param ${typed}` }];
    problems.push({ code: 'bad-parameter', message: `--param ${typed} is not of the form name=value` });
    return [];
  });
}

function fromArguments(rest: readonly string[], parameters: readonly Parameter[], problems: Problem[]): Given[] {
  const given: Given[] = [];
  for (let i = 0; i < rest.length; i++) {
    const typed = rest[i]!;
    const [, dashes, name = '', text] = /^(--?)([^=]*)(?:=([^]*))?$/.exec(typed) ?? [];
    if (dashes === undefined || name === '') {
      problems.push({ code: 'unexpected-argument', message: `nothing is known to do with the argument "${typed}"`, ...(typed.includes('=') && { hint: `parameters are given as --${typed} or --param ${typed}` }) });
      continue;
    }
    const positive = name.replace(/^no-/, '');
    const negated = positive !== name && find(parameters, name) === undefined && (find(parameters, positive)?.boolean ?? false);
    const parameter = find(parameters, negated ? positive : name);
    let value = text;
    const next = rest[i + 1];
    if (value === undefined && !negated && next !== undefined) {
      // The value of an unknown one must not be taken for a second mistake.
      const takesNext = parameter?.boolean === true ? next === 'true' || next === 'false' : !next.startsWith('-') || /^-[\d.]/.test(next);
      if (takesNext) value = rest[++i];
    }
    given.push({ name: negated ? positive : name, text: value, negated, typed: `${dashes}${name}` });
  }
  return given;
}

function unknown({ name, typed }: Given, parameters: readonly Parameter[], { general, testbench }: ParseOptions): Problem {
  const own = parameters.map((p) => p.name);
  const bare = name.replace(/^no-/, '');
  // An option of the command, only if it is nearer than every parameter.
  const [best] = nearest(bare, typed.startsWith('--param ') ? own : [...own, ...general], 1);
  const near = best === undefined ? [] : nearest(bare, own.includes(best) ? own : general);
  const list = own.length === 0 ? `testbench ${testbench} has no parameters` : suggest('', own);
  return {
    code: 'unknown-parameter',
    message: `testbench "${testbench}" has no parameter "${name}"`,
    hint: near.length > 0 ? `did you mean ${near.map((n) => `--${n}`).join(' or ')}?` : list,
  };
}

function read(parameter: Parameter, { text, negated, typed }: Given, problems: Problem[]): unknown {
  const { name, takes, boolean, field, readings } = parameter;
  const bad = (message: string): undefined => void problems.push({ code: 'bad-parameter', message });
  if (text === undefined) return boolean ? !negated : bad(`${typed} needs a value: ${takes}`);
  if (negated) return bad(`${typed} takes no value, "${text}" was given`);
  const all = readings(text);
  const results = all.map((value) => ({ value, result: z.safeParse(field, value) }));
  const fits = results.find(({ result }) => result.success);
  if (fits !== undefined) return fits.value;
  const why = results[0]!.result.error!.issues.map((i) => i.message).join('; ');
  return bad(`parameter "${name}" cannot be "${text}": it takes ${boolean ? 'true or false' : `${takes} (${why})`}`);
}

/** A line for each parameter, in two columns: the option, and its meaning and default. */
export function parameterLines(schema: z.ZodObject): [option: string, meaning: string][] {
  return parametersOf(schema).map((p) => {
    const option = p.boolean ? `--[no-]${p.name}` : `--${p.name} <${p.takes}>`;
    const rest = p.required ? '(required)' : p.default === undefined ? '' : `(default: ${defaultText(p.default)})`;
    return [option, [p.description, rest].filter((t) => t !== '').join(' ')];
  });
}

const defaultText = (value: unknown): string => (value === '' ? 'empty' : typeof value === 'bigint' ? value.toString() : typeof value === 'string' ? value : (JSON.stringify(value) ?? 'computed'));
