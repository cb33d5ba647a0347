import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail, nearest, WordlineError, type Location } from '../diag/index.ts';
import { ModuleDefinition } from '../hdl/module.ts';
import { readTypeScript } from '../many/typescript.ts';
import { Testbench } from '../sim/testbench.ts';
import type { Io } from './io.ts';
import { placeOf, toProblems } from './report.ts';

const MODULES = ['.ts', '.mts', '.js', '.mjs'];

/** The exports of a file of the user, by name. Errors: `no-file`, `not-a-module`, `load-failed`, and those the file itself throws. */
export async function load(file: string, io: Pick<Io, 'cwd'>): Promise<ReadonlyMap<string, unknown>> {
  const path = existing(file, io);
  if (!MODULES.includes(extname(path))) fail('not-a-module', `${file} is not a TypeScript or JavaScript file`, { hint: `it should end in ${MODULES.join(', ')}` });
  await readTypeScript();
  try {
    const exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    return new Map(Object.entries(exports));
  } catch (error) {
    const [problem] = toProblems(error);
    if (problem !== undefined && problem.code !== 'unexpected') throw error;
    const text = problem?.message ?? String(error);
    const syntax = syntaxErrors(text);
    const reasons = syntax.length > 0 ? syntax : [{ text, where: placeOf(error) }];
    const failed = new WordlineError(reasons.map(({ text, where }) => ({ code: 'load-failed', message: `cannot load ${file}: ${text}`, where: [where] })));
    failed.cause = error;
    throw failed;
  }
}

/** The compiler of TypeScript writes several errors into one message; its columns count from 0. */
function syntaxErrors(message: string): { text: string; where: Location }[] {
  return [...message.matchAll(/^(.+):(\d+):(\d+): ERROR: (.*)$/gm)].map(([, file, line, column, text]) => ({ text: text!, where: { file: file!, line: Number(line), column: Number(column) + 1 } }));
}

/** The full path of a file that is there. */
export function existing(file: string, io: Pick<Io, 'cwd'>): string {
  const path = resolve(io.cwd, file);
  if (existsSync(path) && !statSync(path).isDirectory()) return path;
  const what = existsSync(path) ? `${file} is a folder` : `there is no file ${file}`;
  return fail('no-file', what, { hint: nearFiles(path, io) });
}

/** Files of the same kind: in the folder that was meant, or in `tb` and `waves`, where they usually are. */
function nearFiles(path: string, io: Pick<Io, 'cwd'>): string {
  const extension = extname(path) === '' ? '.ts' : extname(path);
  const folders = [existsSync(path) ? path : dirname(path), join(io.cwd, 'tb'), join(io.cwd, 'waves'), io.cwd].filter((f, i, all) => existsSync(f) && all.indexOf(f) === i);
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((f) => extname(f) === extension && !f.endsWith('.d.ts'))
      .map((f) => join(folder, f)),
  );
  const wanted = basename(path, extension);
  // Who names a folder means one of the files in it, whatever the folder is called.
  const near = existsSync(path) ? [] : nearest(wanted, new Set(files.map((f) => basename(f, extension))));
  const chosen = near.length > 0 ? near.flatMap((n) => files.filter((f) => basename(f, extension) === n)) : files;
  const names = chosen.map((f) => relative(io.cwd, f));
  if (names.length === 0) return `no ${extension} files in ${folders.map((f) => relative(io.cwd, f) || '.').join(' or ')}`;
  return near.length > 0 ? `did you mean ${names.slice(0, 3).join(' or ')}?` : `there are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`;
}

/** Testbenches among the exports, by the name of the export. One that is exported twice counts once. */
export function testbenches(exports: ReadonlyMap<string, unknown>, file: string): ReadonlyMap<string, Testbench> {
  return pick(exports, file, (v): v is Testbench => v instanceof Testbench, (v) => 'definition' in v && v.constructor.name === 'Testbench');
}

/** Module definitions among the exports. */
export function modules(exports: ReadonlyMap<string, unknown>, file: string): ReadonlyMap<string, ModuleDefinition> {
  return pick(exports, file, (v): v is ModuleDefinition => v instanceof ModuleDefinition, (v) => 'build' in v && v.constructor.name === 'ModuleDefinition');
}

function pick<T extends object>(exports: ReadonlyMap<string, unknown>, file: string, is: (v: unknown) => v is T, looksLike: (v: object) => boolean): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const [name, value] of exports) {
    if (is(value)) {
      if (![...found.values()].includes(value)) found.set(name, value);
    } else if (typeof value === 'object' && value !== null && looksLike(value)) {
      // Its checks and its state would be kept where this copy does not look.
      fail('other-copy', `"${name}" in ${file} was made with another copy of wordline than the one that is running`, { hint: 'start the copy that the file imports: `npx wordline` in its project' });
    }
  }
  return found;
}
