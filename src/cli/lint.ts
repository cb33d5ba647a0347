import Table from 'cli-table3';
import { fail, formatProblem, type Problem } from '../diag/index.ts';
import { elaborate, type Design } from '../hdl/elaborate.ts';
import { problemsOf, type ModuleDefinition } from '../hdl/module.ts';
import type { Module } from '../ir/netlist.ts';
import type { Io } from './io.ts';
import { load, modules } from './load.ts';
import { EXIT, jsonProblem, toProblems } from './report.ts';

export interface LintOptions {
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** Sizes of a design, for the summary. */
interface Size {
  readonly name: string;
  readonly modules: number;
  readonly registers: number;
  readonly registerBits: number;
  readonly memories: number;
  readonly nodes: number;
}

/** Builds and checks every module that a file exports, and tells all that is wrong with them. */
export async function lint(file: string, { json = false, strict = false }: LintOptions, io: Io): Promise<number> {
  const restore = json ? io.diverted?.() : undefined;
  try {
    const found = new Map<string, Problem>();
    const note = (problems: readonly Problem[]): void => {
      // A module that several others place has its problems once.
      for (const p of problems) found.set(formatProblem(p), strict ? { ...p, severity: 'error' } : p);
    };
    const sizes: Size[] = [];
    for (const definition of definitions(await exportsOf(file, io, note), file, found.size > 0)) {
      const { design, problems } = check(definition);
      note(problems);
      if (design !== undefined) sizes.push(sizeOf(design));
    }
    const problems = [...found.values()];
    const warnings = problems.filter((p) => p.severity === 'warning').length;
    const errors = problems.length - warnings;
    if (json) io.out(`${JSON.stringify({ file, errors, warnings, problems: problems.map(jsonProblem), modules: sizes })}\n`);
    else {
      const { red, yellow, green } = io.colors.out;
      for (const p of problems) io.out(`${formatProblem(p)}\n`);
      if (sizes.length > 0) io.out(`${table(sizes)}\n`);
      const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
      const text = `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
      io.out(`${errors > 0 ? red(text) : warnings > 0 ? yellow(text) : green(text)}\n`);
    }
    return errors > 0 ? EXIT.failed : EXIT.ok;
  } finally {
    restore?.();
  }
}

/** A mistake that shows when the file is loaded is a finding like the others; a file that is not there is not. */
async function exportsOf(file: string, io: Io, note: (problems: readonly Problem[]) => void): Promise<ReadonlyMap<string, unknown>> {
  try {
    return await load(file, io);
  } catch (error) {
    const problems = toProblems(error);
    if (problems.some((p) => p.code === 'no-file' || p.code === 'not-a-module')) throw error;
    note(problems);
    return new Map();
  }
}

function definitions(exports: ReadonlyMap<string, unknown>, file: string, failed: boolean): ModuleDefinition[] {
  const all = [...modules(exports, file).values()];
  if (all.length > 0 || failed) return all;
  const families = [...exports].filter(([, v]) => typeof v === 'function').map(([name]) => name);
  return fail('nothing-to-lint', `${file} exports no module`, {
    hint: families.length > 0 ? `functions such as ${families[0]} make modules from parameters: export one that is made, e.g. export const example = ${families[0]}(...)` : `export const Name = module('Name', ports, build)`,
  });
}

function check(definition: ModuleDefinition): { design?: Design; problems: readonly Problem[] } {
  try {
    const design = elaborate(definition);
    return { design, problems: design.warnings };
  } catch (error) {
    // What is thrown are the errors; the warnings stand beside them.
    const problems = toProblems(error).map((p) => (p.code === 'unexpected' ? { ...p, code: 'build-failed', message: `module ${definition.name}: ${p.message}` } : p));
    return { problems: [...problems, ...warningsOf(definition)] };
  }
}

function warningsOf(definition: ModuleDefinition): Problem[] {
  const all = new Set<Module>();
  const visit = (m: Module): void => {
    if (all.has(m)) return;
    all.add(m);
    for (const { of } of m.instances) if (of.kind === 'module') visit(of);
  };
  try {
    visit(definition.make());
  } catch {
    // It could not be built at all, and that has been told.
    return [];
  }
  return [...all].flatMap(problemsOf).filter((p) => p.severity === 'warning');
}

function sizeOf({ top, flat }: Design): Size {
  const count = (m: Module): number => m.instances.reduce((sum, { of }) => sum + (of.kind === 'module' ? count(of) : 1), 1);
  const registers = flat.nodes.filter((n) => n.kind === 'reg');
  return {
    name: top.name,
    modules: count(top),
    registers: registers.length,
    registerBits: registers.reduce((sum, r) => sum + r.width * r.lanes, 0),
    memories: flat.memories.length,
    nodes: flat.nodes.length,
  };
}

function table(sizes: readonly Size[]): string {
  const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' };
  const out = new Table({
    head: ['module', 'modules', 'registers', 'register bits', 'memories', 'nodes'],
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const s of sizes) out.push([s.name, s.modules, s.registers, s.registerBits, s.memories, s.nodes]);
  return out.toString();
}
