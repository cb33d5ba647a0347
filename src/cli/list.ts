import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fail, formatProblem, nearest, type Problem } from '../diag/index.ts';
import type { Testbench } from '../sim/testbench.ts';
import type { Io } from './io.ts';
import { jsonValue } from './json.ts';
import { load, testbenches } from './load.ts';
import { parameterLines } from './parameters.ts';
import { EXIT, jsonProblem, toProblems } from './report.ts';
import { parametersOf } from './schema.ts';

interface Listed {
  readonly file: string;
  readonly benches: readonly Testbench[];
  readonly problems: readonly Problem[];
}

/** Testbenches in the files under some folders. Files that export none are helpers and are passed over. */
export async function list(folders: readonly string[], options: { readonly json?: boolean }, io: Io): Promise<number> {
  const restore = options.json === true ? io.diverted?.() : undefined;
  try {
    const files = [...new Set((folders.length === 0 ? ['tb'] : folders).flatMap((folder) => sources(folder, io)))];
    const all: Listed[] = [];
    // One after the other: what a file prints or does when it is loaded stays in order.
    for (const file of files) all.push(await look(file, io));
    const failed = all.filter((l) => l.problems.length > 0);
    if (options.json === true) {
      io.out(`${JSON.stringify({ testbenches: all.flatMap(({ file, benches }) => benches.map((b) => asJson(file, b))), errors: failed.map(({ file, problems }) => ({ file, problems: problems.map(jsonProblem) })) })}\n`);
    } else {
      for (const { file, benches } of all) for (const bench of benches) io.out(asText(file, bench, benches.length > 1, io));
      if (all.every((l) => l.benches.length === 0)) io.out(`no testbenches in ${folders.length === 0 ? 'tb' : folders.join(', ')}\n`);
      for (const { file, problems } of failed) io.err(`${io.colors.err.red(file)}\n${problems.map((p) => indent(formatProblem(p))).join('\n')}\n`);
    }
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  } finally {
    restore?.();
  }
}

const indent = (text: string): string => text.replace(/^/gm, '  ');

async function look(file: string, io: Io): Promise<Listed> {
  try {
    return { file, benches: [...testbenches(await load(file, io), file).values()], problems: [] };
  } catch (error) {
    return { file, benches: [], problems: toProblems(error) };
  }
}

/** TypeScript files of a folder and of those in it, by name; a file stands for itself. */
function sources(folder: string, io: Io): string[] {
  const path = resolve(io.cwd, folder);
  if (!existsSync(path)) {
    const there = readdirSync(io.cwd, { withFileTypes: true }).filter((d) => d.isDirectory()).map((d) => d.name);
    const near = nearest(folder, there);
    fail('no-folder', `there is no folder ${folder}`, { hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'name the folders of your testbenches: wordline list <dir ...>' });
  }
  if (!statSync(path).isDirectory()) return [relative(io.cwd, path)];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.m?ts$/.test(f) && !/\.d\.m?ts$/.test(f) && !f.split(/[\\/]/).includes('node_modules'))
    .sort()
    .map((f) => relative(io.cwd, join(path, f)));
}

function asText(file: string, { definition, parameters }: Testbench, several: boolean, io: Io): string {
  const { bold, dim } = io.colors.out;
  const lines = parameterLines(parameters);
  const wide = Math.max(0, ...lines.map(([option]) => option.length));
  const head = `${bold(definition.name)}  ${definition.summary}\n  ${dim(`wordline run ${file}${several ? ` --bench ${definition.name}` : ''}`)}\n`;
  return head + lines.map(([option, meaning]) => `    ${option.padEnd(wide)}  ${meaning}`.trimEnd() + '\n').join('');
}

function asJson(file: string, { definition, parameters: schema }: Testbench): unknown {
  const parameters = parametersOf(schema).map((p) => ({
    name: p.name,
    takes: p.takes,
    description: p.description,
    required: p.required,
    ...(p.default !== undefined && { default: jsonValue(p.default) }),
  }));
  return { file, name: definition.name, summary: definition.summary, parameters };
}
