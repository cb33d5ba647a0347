import { extname } from 'node:path';
import { fail } from '../diag/index.ts';
import { readTextCommands, textFormatOf, type ActStamp, type CommandField, type TextCommandFormat } from './command-formats.ts';
import type { DramCommandEvent } from './command.ts';
import { linesOf } from './lines.ts';
import type { DramPreset } from './preset.ts';
import { readVcdCommands } from './vcd-commands.ts';

export type CommandFormat = TextCommandFormat | 'vcd';
export const COMMAND_FORMATS: readonly CommandFormat[] = ['wordline', 'dramsim3', 'ramulator2', 'csv', 'vcd'];

export interface ReadCommandOptions {
  /** Default: what the file looks like. */
  readonly format?: CommandFormat;
  /** Of a CSV: the header of the column that holds a field. */
  readonly columns?: Partial<Record<CommandField, string>>;
  /** Default: what the format says. */
  readonly actStamp?: ActStamp;
  /** Of a VCD: where the pins are. */
  readonly scope?: string;
}

/**
 * Commands of a file, in the order of time. Constant memory.
 *
 * @returns the format it was read as.
 * Errors: `dram-format` if it is not clear; those of `readTextCommands` and `readVcdCommands`.
 */
export function readCommands(path: string, { organisation }: DramPreset, options: ReadCommandOptions, visit: (event: DramCommandEvent) => void): CommandFormat {
  const { format = formatOf(path), columns, actStamp, scope } = options;
  if (format === 'vcd') {
    readVcdCommands(path, { organisation, ...(scope !== undefined && { scope }) }, visit);
    return format;
  }
  for (const event of readTextCommands(path, format, { organisation, ...(columns !== undefined && { columns }), ...(actStamp !== undefined && { actStamp }) })) visit(event);
  return format;
}

function formatOf(path: string): CommandFormat {
  if (extname(path) === '.vcd') return 'vcd';
  for (const { text } of linesOf(path)) {
    if (text.trim() === '') continue;
    if (text.trimStart().startsWith('$')) return 'vcd';
    return textFormatOf(text) ?? fail('dram-format', `what ${path} is cannot be seen from its first line: ${text.slice(0, 60)}`, { hint: `say which format it has: ${COMMAND_FORMATS.join(', ')}` });
  }
  return fail('dram-format', `${path} is empty`);
}
