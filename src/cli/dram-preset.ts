import { readFileSync, writeFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import Table from 'cli-table3';
import { fail, WordlineError } from '../diag/index.ts';
import { customDramPreset } from '../dram/custom.ts';
import { timingFigure } from '../dram/figure.ts';
import type { DramPreset, OrganisationName, TimingName } from '../dram/preset.ts';
import { dramPreset, dramPresets } from '../dram/presets.ts';
import { rules } from '../dram/rules.ts';
import type { Io } from './io.ts';
import { existing } from './load.ts';
import { EXIT } from './report.ts';

/** A preset that comes with the package, or the JSON file of one. */
export function choosePreset(choice: string, io: Io): DramPreset {
  if (extname(choice) !== '.json') return dramPreset(choice);
  const text = readFileSync(existing(choice, io), 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail('dram-preset', `${choice} is not JSON: ${(error as Error).message}`);
  }
  try {
    return customDramPreset(json);
  } catch (error) {
    // A set has many numbers: the message says in which file they are.
    if (error instanceof WordlineError) throw new WordlineError(error.problems.map((p) => ({ ...p, message: `${choice}: ${p.message}` })));
    throw error;
  }
}

export interface PresetOptions {
  readonly rules?: boolean;
  readonly svg?: string;
  readonly json?: boolean;
}

/** All presets in a line each, or one with the source of each number, its rules, or its picture. */
export function showPresets(choice: string | undefined, options: PresetOptions, io: Io): number {
  if (choice === undefined) {
    if (options.rules === true || options.svg !== undefined) fail('usage', 'of which preset?', { hint: `wordline dram presets ${dramPresets[0]!.name} ...` });
    io.out(options.json === true ? `${JSON.stringify({ presets: dramPresets })}\n` : `${listTable()}\n`);
    return EXIT.ok;
  }
  const preset = choosePreset(choice, io);
  if (options.svg !== undefined) {
    const svg = timingFigure(preset);
    if (options.svg === '-') io.out(svg);
    else write(resolve(io.cwd, options.svg), svg, options.svg);
  }
  if (options.json === true) io.out(`${JSON.stringify({ ...preset, rules: rules(preset) })}\n`);
  else if (options.svg === undefined) io.out(options.rules === true ? `${rulesTable(preset)}\n` : `${presetTable(preset)}\n`);
  return EXIT.ok;
}

function write(path: string, text: string, shown: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    fail('write-failed', `cannot write ${shown}: ${(error as Error).message}`);
  }
}

type Cells = readonly (string | number)[];

export function plainTable(head: readonly string[], body: readonly Cells[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true }, colAligns: head.map((_, i) => (body.every((r) => typeof r[i] === 'number' || r[i] === '') ? 'right' : 'left')) });
  table.push(...body.map((r) => [...r]));
  return table.toString();
}

const listTable = (): string =>
  plainTable(['preset', 'tCK ps', 'banks', 'RL', 'WL', 'tRCDRD', 'tRP', 'tRAS', 'what it is'], dramPresets.map(({ name, tCK, organisation: o, timing: t, source }) => [name, tCK, `${o.pseudoChannels} x ${o.bankGroups} x ${o.banksPerGroup}`, t.RL, t.WL, t.tRCDRD, t.tRP, t.tRAS, source]));

function presetTable({ name, source, tCK, organisation, timing, sources }: DramPreset): string {
  const values = Object.entries({ ...organisation, ...timing }) as [OrganisationName | TimingName, number][];
  return `${name}: ${source}\ntCK ${tCK} ps\n${plainTable(['parameter', 'value', 'source'], values.map(([key, value]) => [key, value, sources[key]]))}`;
}

function rulesTable(preset: DramPreset): string {
  const rows = rules(preset).map((r) => [r.name, r.from.join(' '), r.to.length > 6 ? `${r.to.slice(0, 6).join(' ')} ...` : r.to.join(' '), r.scope, r.cycles, r.window === undefined ? r.formula : `${r.formula}, ${r.window} before`]);
  return plainTable(['rule', 'from', 'to', 'scope', 'cycles', 'formula'], rows);
}
