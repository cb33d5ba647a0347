import { fail, suggest } from '../diag/index.ts';
import type { DramCommandEvent } from './command.ts';
import { linesOf, type Cell, type Line, type TextSource } from './lines.ts';
import { DRAM_COMMANDS, type DramCommand, type Organisation } from './preset.ts';
import { COMMAND_KINDS } from './rules.ts';

/** What a line of a command trace tells. */
export const COMMAND_FIELDS = ['cycle', 'command', 'channel', 'pseudoChannel', 'group', 'bank', 'row', 'column', 'data'] as const;
export type CommandField = (typeof COMMAND_FIELDS)[number];

/** The cycle with which ACT is stamped: the first of the two it takes on the row bus, or the last, from which its rules count. */
export type ActStamp = 'first' | 'last';

export interface TextCommandOptions {
  readonly organisation: Organisation;
  /** Header of the column that holds a field, where it is not one of the usual names. */
  readonly columns?: Partial<Record<CommandField, string>>;
  readonly actStamp?: ActStamp;
}

/** Names that simulators give to commands, in lower case. */
const NAMES: ReadonlyMap<string, DramCommand> = new Map<string, DramCommand>([
  ...DRAM_COMMANDS.map((c) => [c.toLowerCase(), c] as const),
  // DRAMsim3
  ['activate', 'ACT'], ['precharge', 'PRE'], ['read', 'RD'], ['read_p', 'RDA'], ['write', 'WR'], ['write_p', 'WRA'], ['refresh', 'REF'],
  ['refresh_bank', 'REFSB'], ['self_refresh_enter', 'SRE'], ['self_refresh_exit', 'SRX'],
  // Ramulator
  ['prepb', 'PRE'], ['preab', 'PREA'], ['refab', 'REF'], ['refpb', 'REFSB'],
]);

/** Usual headers, in lower case and without blanks and underscores. */
const HEADERS: Readonly<Record<CommandField, readonly string[]>> = {
  cycle: ['cycle', 'clock', 'clk', 'time'],
  command: ['command', 'cmd'],
  channel: ['channel', 'ch'],
  pseudoChannel: ['pseudochannel', 'pc', 'pch'],
  group: ['group', 'bankgroup', 'bg'],
  bank: ['bank', 'ba'],
  row: ['row', 'ra'],
  column: ['column', 'col', 'ca'],
  data: ['data'],
};

const plain = (header: string): string => header.toLowerCase().replace(/[\s_]/g, '');

/** The values of a line before what the file leaves to the reader is filled in. */
type Given = Readonly<Record<Exclude<CommandField, 'command' | 'bank' | 'group'>, number>> & { readonly command: DramCommand; readonly group: number; readonly bank: number };

/** Where the fields of a CSV are. */
type Columns = ReadonlyMap<CommandField, number>;

function columnsOf(line: Line, wanted: Partial<Record<CommandField, string>>): Columns {
  const headers = line.cells;
  const columns = new Map<CommandField, number>();
  for (const field of COMMAND_FIELDS) {
    const asked = wanted[field];
    const at = headers.findIndex(({ text }) => (asked === undefined ? HEADERS[field].includes(plain(text)) : text === asked));
    if (at !== -1) columns.set(field, at);
    else if (asked !== undefined) line.fail(`there is no column "${asked}" for ${field}`, 1, suggest(asked, headers.map((h) => h.text)));
    else if (field === 'cycle' || field === 'command') {
      line.fail(`no column of the header is the ${field}`, 1, `one of ${HEADERS[field].join(', ')}, or say which column it is: ${field}=<name>`);
    }
  }
  return columns;
}

function csvLine(line: Line, columns: Columns, { bankGroups, banksPerGroup }: Organisation): Given {
  const cells = line.cells;
  // Data are left out with their comma where there are none.
  const most = Math.max(...[...columns].filter(([field]) => field !== 'data').map(([, at]) => at)) + 1;
  if (cells.length < most) line.fail(`expected ${most} cells, found ${cells.length}`, line.text.length + 1);
  const cell = (field: CommandField): Cell | undefined => (columns.has(field) ? cells[columns.get(field)!] : undefined);
  const command = line.name(cell('command'), 'a command', NAMES);
  const optional = (field: CommandField, absent: number): number => {
    const given = cell(field);
    return given === undefined ? absent : given.text === '' ? -1 : line.count(given, `the ${field}, a number of at least -1`, { least: -1 });
  };
  const bank = optional('bank', -1);
  // Without a column for the group, banks are counted through all groups.
  const flat = !columns.has('group') && bank >= 0;
  if (flat && bank >= bankGroups * banksPerGroup) line.expected(`a bank from 0 to ${bankGroups * banksPerGroup - 1}, counted through all groups`, cell('bank'));
  return {
    cycle: line.count(cell('cycle'), 'the cycle, a number'),
    command,
    channel: optional('channel', 0),
    pseudoChannel: optional('pseudoChannel', 0),
    group: flat ? Math.floor(bank / banksPerGroup) : optional('group', -1),
    bank: flat ? bank % banksPerGroup : bank,
    row: optional('row', -1),
    column: optional('column', -1),
    data: optional('data', -1),
  };
}

/** Clock, command, channel, rank, group, bank, row and column, between blanks. */
function dramsim3Line(line: Line): Given {
  const words = line.words;
  const number = (i: number, what: string): number => line.count(words[i], what, { least: -1 });
  const given = {
    cycle: line.count(words[0], 'the clock, a number'),
    command: line.name(words[1], 'a command', NAMES),
    channel: number(2, 'the channel, a number'),
    pseudoChannel: 0,
    group: number(4, 'the bank group, a number'),
    bank: number(5, 'the bank, a number'),
    row: number(6, 'the row, a number'),
    column: number(7, 'the column, a number'),
    data: -1,
  };
  if (number(3, 'the rank, a number') > 0) line.expected('rank 0, the only one of an HBM channel', words[3]);
  line.end(words, 8);
  return given;
}

/**
 * | format    | what                                                          | ACT is stamped with |
 * |-----------|---------------------------------------------------------------|---------------------|
 * | wordline  | CSV, header `cycle,command,channel,pseudoChannel,group,...`   | its last cycle      |
 * | dramsim3  | the command trace of DRAMsim3: columns between blanks         | its only cycle      |
 * | ramulator2 | the CSV of CmdTraceRecorder in Ramulator 2.1                 | its first cycle     |
 * | csv       | any CSV with a header                                         | as is said          |
 */
export type TextCommandFormat = 'wordline' | 'dramsim3' | 'ramulator2' | 'csv';

interface FormatRow {
  readonly csv: boolean;
  readonly actStamp: ActStamp;
}

const FORMATS: Readonly<Record<TextCommandFormat, FormatRow>> = {
  wordline: { csv: true, actStamp: 'last' },
  dramsim3: { csv: false, actStamp: 'last' },
  ramulator2: { csv: true, actStamp: 'first' },
  csv: { csv: true, actStamp: 'last' },
};

/** The first line of a command file; {@link WORDLINE_DATA_HEADER} of one with data. */
export const WORDLINE_HEADER = COMMAND_FIELDS.filter((f) => f !== 'data').join(',');
/** With what writes to control rows write. */
export const WORDLINE_DATA_HEADER = COMMAND_FIELDS.join(',');
const RAMULATOR_HEADER = /^clock,command,Channel,PseudoChannel,BankGroup,Bank,/;

/** What a text's first line shows it to be. */
export function textFormatOf(first: string): TextCommandFormat | undefined {
  if (first.trim() === WORDLINE_HEADER || first.trim() === WORDLINE_DATA_HEADER) return 'wordline';
  if (RAMULATOR_HEADER.test(first)) return 'ramulator2';
  if (/^\s*\d+\s+[a-z_]+\s/.test(first)) return 'dramsim3';
  return first.includes(',') ? 'csv' : undefined;
}

/**
 * Commands of a text, in the order of time, with ACT in its last cycle whatever the format says. A field that an all-bank command or a command
 * of the channel has no use for is -1.
 *
 * Errors: `dram-file`; `dram-trace` with file, line and column.
 */
export function* readTextCommands(source: TextSource, format: TextCommandFormat, options: TextCommandOptions): Generator<DramCommandEvent> {
  const { organisation, columns: wanted = {} } = options;
  const { csv, actStamp } = FORMATS[format];
  const late = (options.actStamp ?? actStamp) === 'first' ? 1 : 0;
  // ACTs wait here until everything that belongs before their last cycle has come.
  let waiting: DramCommandEvent[] = [];
  let columns: Columns | undefined;
  let now = 0;
  let channel = 0;
  for (const line of linesOf(source)) {
    if (line.text.trim() === '') continue;
    if (csv && columns === undefined) {
      columns = columnsOf(line, wanted);
      continue;
    }
    const given = columns === undefined ? dramsim3Line(line) : csvLine(line, columns, organisation);
    if (given.cycle < now) line.fail(`cycle ${given.cycle} comes after cycle ${now}`, 1, 'commands must be in the order of time');
    now = given.cycle;
    if (given.channel >= 0) channel = given.channel;
    const early = waiting.filter((w) => w.cycle <= now);
    waiting = waiting.filter((w) => w.cycle > now);
    yield* early;
    // DRAMsim3 leaves the channel out when a rank is refreshed; its files are of one channel each.
    const event = asEvent({ ...given, channel }, line.number, given.command === 'ACT' ? late : 0);
    if (event.cycle > now) waiting.push(event);
    else yield event;
  }
  yield* waiting;
}

function asEvent({ cycle, command, channel, pseudoChannel, group, bank, row, column, data }: Given, line: number, late: number): DramCommandEvent {
  const { target, needs } = COMMAND_KINDS[command];
  return {
    cycle: cycle + late,
    command,
    channel,
    pseudoChannel: target === 'channel' ? -1 : pseudoChannel,
    group: target === 'bank' ? group : -1,
    bank: target === 'bank' ? bank : -1,
    row: command === 'ACT' || needs === 'open' ? row : -1,
    column: needs === 'open' ? column : -1,
    ...(data >= 0 && { data }),
    line,
  };
}

/** A line of the format `wordline`, with `\n`; the file begins with {@link WORDLINE_HEADER}, or {@link WORDLINE_DATA_HEADER} if a command has data. */
export function commandCsvLine(event: DramCommandEvent): string {
  const fields = COMMAND_FIELDS.filter((f) => f !== 'data' || event.data !== undefined);
  return `${fields.map((f) => (event[f] === -1 ? '' : event[f])).join(',')}\n`;
}

/** The columns that `field=header` pairs name. Errors: `bad-option`. */
export function parseColumns(text: string): Partial<Record<CommandField, string>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      const field = pair.slice(0, Math.max(at, 0)).trim();
      if (at < 1) fail('bad-option', `"${pair}" does not say which column a field is in`, { hint: 'e.g. cycle=time,command=op,group=bg' });
      if (!(COMMAND_FIELDS as readonly string[]).includes(field)) fail('bad-option', `commands have no field "${field}"`, { hint: suggest(field, COMMAND_FIELDS) });
      return [field, pair.slice(at + 1).trim()] as const;
    }),
  );
}
