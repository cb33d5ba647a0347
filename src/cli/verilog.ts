import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail, suggest } from '../diag/index.ts';
import { exportVerilog } from '../export/index.ts';
import type { ModuleDefinition } from '../hdl/module.ts';
import type { Io } from './io.ts';
import { load, modules } from './load.ts';
import { EXIT } from './report.ts';

interface Chosen {
  /** Which module, if the file exports several: the name of the export or of the module. */
  readonly module?: string;
  readonly json?: boolean;
}

export interface ExportOptions extends Chosen {
  readonly out?: string;
  readonly models?: string;
}

const MODELS = ['twin', 'stub', 'required'] as const;

/** Verilog of a module: to the standard output, or to a file. */
export async function exportCommand(file: string, { module, json = false, out, models = 'twin' }: ExportOptions, io: Io): Promise<number> {
  const kind = MODELS.find((m) => m === models) ?? fail('bad-option', `--models ${models}`, { hint: suggest(models, MODELS) });
  const { text, top, modules: all, blackBoxes } = exportVerilog(await choose(file, module, io), { models: kind });
  if (out !== undefined) {
    const path = resolve(io.cwd, out);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    } catch (error) {
      fail('write-failed', `cannot write ${out}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (json) io.out(`${JSON.stringify({ file, top, modules: [...all.keys()], blackBoxes, ...(out === undefined ? { text } : { out }) })}\n`);
  else if (out === undefined) io.out(text);
  else io.out(`${out}: module ${top} and ${all.size - 1} below it\n`);
  if (blackBoxes.length > 0) io.err(`warning: ${blackBoxes.join(', ')} without Verilog of ${blackBoxes.length === 1 ? 'its' : 'their'} own: empty module${blackBoxes.length === 1 ? '' : 's'}\n`);
  return EXIT.ok;
}

/** The module that is meant: the only one of a file, or the one that is named. */
export async function choose(file: string, name: string | undefined, io: Io): Promise<ModuleDefinition> {
  const exports = await load(file, io);
  if (name !== undefined && typeof exports.get(name) === 'function') fail('which-module', `${name} of ${file} is a function that makes modules`, { hint: `export one that is made: export const Name = ${name}({ ... })` });
  const all = [...modules(exports, file)];
  const names = all.map(([key]) => key);
  if (all.length === 0) fail('no-module', `${file} exports no module`, { hint: `export const Name = module('Name', ports, build); a family of modules must be called with its parameters` });
  if (name === undefined) return all.length === 1 ? all[0]![1] : fail('which-module', `${file} exports ${all.length} modules`, { hint: `choose one with --module: ${names.join(', ')}` });
  const found = all.find(([key, m]) => key === name || m.name === name);
  return found?.[1] ?? fail('which-module', `${file} exports no module "${name}"`, { hint: suggest(name, names) });
}
