import { suggest, fail } from '../diag/index.ts';
import { DramChecker, type DramCheckOptions, type DramCheckReport } from '../dram/checker.ts';
import { parseColumns, type ActStamp } from '../dram/command-formats.ts';
import { targetText } from '../dram/command.ts';
import { COMMAND_FORMATS, readCommands, type CommandFormat } from '../dram/read-commands.ts';
import { choosePreset, plainTable } from './dram-preset.ts';
import type { Io } from './io.ts';
import { existing } from './load.ts';
import { EXIT } from './report.ts';

export interface CheckOptions {
  readonly preset: string;
  readonly format?: string;
  readonly columns?: string;
  readonly actStamp?: string;
  readonly scope?: string;
  readonly pim?: string;
  readonly max: string;
  readonly json?: boolean;
}

/** Holds a command trace to a preset; 1 if it breaks a rule. */
export function checkTrace(file: string, options: CheckOptions, io: Io): number {
  const preset = choosePreset(options.preset, io);
  const max = /^\d+$/.test(options.max) ? Number(options.max) : fail('bad-option', `--max ${options.max}`, { hint: 'a number of violations, e.g. --max 20' });
  const asked = oneOf<CommandFormat>('--format', options.format, COMMAND_FORMATS);
  const actStamp = oneOf<ActStamp>('--act-stamp', options.actStamp, ['first', 'last']);
  const columns = options.columns === undefined ? undefined : parseColumns(options.columns);
  const path = existing(file, io);
  const checker = new DramChecker(preset, max, pimOption(options.pim));
  const format = readCommands(
    path,
    preset,
    { ...(asked !== undefined && { format: asked }), ...(actStamp !== undefined && { actStamp }), ...(columns !== undefined && { columns }), ...(options.scope !== undefined && { scope: options.scope }) },
    (event) => checker.push(event),
  );
  const { report } = checker;
  io.out(options.json === true ? `${JSON.stringify({ file, format, ...report })}\n` : reportText(file, format, report));
  return report.total === 0 ? EXIT.ok : EXIT.failed;
}

function pimOption(given: string | undefined): DramCheckOptions {
  if (given === undefined) return {};
  return /^\d+$/.test(given) ? { pim: { banksPerUnit: Number(given) } } : fail('bad-option', `--pim ${given}`, { hint: 'how many banks share a PIM unit, e.g. --pim 4' });
}

function oneOf<T extends string>(option: string, given: string | undefined, valid: readonly T[]): T | undefined {
  if (given === undefined) return undefined;
  return valid.find((v) => v === given) ?? fail('bad-option', `${option} ${given}`, { hint: suggest(given, valid) });
}

function reportText(file: string, format: CommandFormat, { commands, counts, firstCycle, lastCycle, total, byRule, preset, violations, modes = {} }: DramCheckReport): string {
  const span = firstCycle === undefined ? '' : ` in cycles ${firstCycle} to ${lastCycle}`;
  const kinds = Object.entries(counts).map(([name, n]) => `${name} ${n}`).join(', ');
  const changes = Object.entries(modes).map(([change, n]) => `${change} ${n}`).join(', ');
  const head = `${file} (${format}): ${commands} commands${span}${kinds === '' ? '' : `: ${kinds}`}\n${changes === '' ? '' : `modes: ${changes}\n`}`;
  if (total === 0) return `${head}no violation of ${preset}\n`;
  const rows = violations.map(({ rule, command, earlier, earliest, kind }) => [
    command.cycle,
    command.line ?? '',
    command.command,
    targetText(command),
    rule,
    earlier === undefined ? '' : `${earlier.command} ${targetText(earlier)} at ${earlier.cycle}${earlier.line === undefined ? '' : `, line ${earlier.line}`}`,
    earliest === undefined ? '' : kind === 'refresh' ? `by ${earliest}` : `from ${earliest}`,
  ]);
  const table = rows.length === 0 ? '' : `${plainTable(['cycle', 'line', 'command', 'of', 'rule', 'after', 'legal'], rows)}\n`;
  const more = total > rows.length ? `the first ${rows.length} of ` : '';
  const sums = Object.entries(byRule).map(([name, n]) => `${name} ${n}`).join(', ');
  return `${head}${table}${more}${total} violation${total === 1 ? '' : 's'} of ${preset}: ${sums}\n`;
}
