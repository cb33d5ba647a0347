import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { fail } from '../diag/index.ts';

/** How a tool is started: from an npm package if there is one that is installed, or else from the path. */
interface Tool {
  readonly program: string;
  readonly args: readonly string[];
  /** npm package with the tool as WebAssembly, and a script that gives it the manners of the program. */
  readonly npm?: { readonly name: string; readonly script: string };
  readonly install: string;
}

/** Runs Yosys in the current folder: its files are those of the folder. */
const YOSYS = `
import { readFileSync, writeFileSync } from 'node:fs';
const [, url, script] = process.argv;
const { runYosys, Exit } = await import(url);
const quiet = { stdout: () => undefined, stderr: (bytes) => bytes && process.stderr.write(bytes) };
try {
  const files = await runYosys(['-q', '-p', script], { 'design.v': readFileSync('design.v') }, quiet);
  writeFileSync('design.smt2', files['design.smt2']);
} catch (error) {
  if (!(error instanceof Exit)) process.stderr.write(String(error));
  process.exit(1);
}
`;

/**
 * Reads SMT-LIB from its input as the z3 program does. A batch is complete when it ends with an echo; long ones are taken in pieces, since
 * their text goes through the stack. The call is the synchronous one: the asynchronous one waits for ever now and then, on a busy machine.
 */
const Z3 = `
import { createInterface } from 'node:readline';
const { default: { init } } = await import(process.argv[1]);
const { Z3, em } = await init();
const context = Z3.mk_context(Z3.mk_config());
let lines = [];
let size = 0;
const flush = () => {
  process.stdout.write(em.ccall('Z3_eval_smtlib2_string', 'string', ['number', 'string'], [context, lines.join('\\n')]));
  lines = [];
  size = 0;
};
for await (const line of createInterface({ input: process.stdin })) {
  // A command begins at the beginning of a line.
  if (size > 50_000 && line.startsWith('(')) flush();
  lines.push(line);
  size += line.length;
  if (line.startsWith('(echo ')) flush();
}
process.exit(0);
`;

/** Solvers that answer incrementally. The first one is the default. */
const solvers = {
  z3: { program: 'z3', args: ['-in', '-smt2'], npm: { name: 'z3-solver', script: Z3 }, install: 'npm install z3-solver, or on Debian: apt-get install z3' },
  'z3-native': { program: 'z3', args: ['-in', '-smt2'], install: 'on Debian: apt-get install z3' },
  cvc5: { program: 'cvc5', args: ['--incremental', '--produce-models', '--lang=smt2'], install: 'on Debian: apt-get install cvc5' },
} as const satisfies Readonly<Record<string, Tool>>;

export type SolverName = keyof typeof solvers;
export const solverNames = Object.keys(solvers) as SolverName[];

const yosys: Tool = { program: 'yosys', args: ['-q', '-p'], npm: { name: '@yowasp/yosys', script: YOSYS }, install: 'npm install @yowasp/yosys, or on Debian: apt-get install yosys' };

const require = createRequire(import.meta.url);

/** Where an installed package begins; undefined: it is not installed. */
function packageEntry(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

const onPath = (program: string): boolean => (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

/** The command that starts a tool; `more` goes to it. Errors: `missing-tool`. */
function commandOf({ program, args, npm, install }: Tool, more: readonly string[]): readonly [string, readonly string[]] {
  const entry = npm === undefined ? undefined : packageEntry(npm.name);
  if (entry !== undefined) return [process.execPath, ['--no-warnings', '--input-type=module', '-e', npm!.script, '--', pathToFileURL(entry).href, ...more]];
  if (onPath(program)) return [program, [...args, ...more]];
  return fail('missing-tool', `${npm === undefined ? program : `${npm.name} (or ${program})`} is not installed`, { hint: install });
}

/** The tool that a proof with this solver would lack. */
export function missingProver(solver: SolverName = 'z3'): string | undefined {
  const lacks = ({ npm, program }: Tool): boolean => (npm === undefined || packageEntry(npm.name) === undefined) && !onPath(program);
  return [yosys, solvers[solver]].find(lacks)?.program;
}

/** Says what a proof would lack before it begins. Errors: `missing-tool`. */
export function requireProver(solver: SolverName): void {
  for (const tool of [yosys, solvers[solver]]) commandOf(tool, []);
}

/** Starts a tool in a folder; whoever starts it ends it. */
export function start(tool: 'yosys' | SolverName, more: readonly string[], cwd?: string): ChildProcessWithoutNullStreams {
  const [command, args] = commandOf(tool === 'yosys' ? yosys : solvers[tool], more);
  return spawn(command, args, { stdio: 'pipe', ...(cwd !== undefined && { cwd }) });
}
