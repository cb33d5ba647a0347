import { fail } from '../diag/index.ts';
import type { DramCommand } from './preset.ts';

/**
 * Commands on the pins of a channel, from the truth table of JESD235. Row commands travel on R, column commands on C, both at both edges of
 * CK: word 0 at the rising and word 1 at the falling edge of the first cycle, words 2 and 3 those of the second cycle, which only ACT has.
 */
export type PinStandard = 'HBM2' | 'HBM2E';

/** Pins of the two buses. HBM2E has one more each. */
export const PIN_WIDTHS: Readonly<Record<PinStandard, { readonly R: number; readonly C: number }>> = { HBM2: { R: 6, C: 8 }, HBM2E: { R: 7, C: 9 } };

export type RowCommand = 'RNOP' | 'ACT' | 'PRE' | 'PREA' | 'REFSB' | 'REF' | 'PDE' | 'SRE';
export type ColumnCommand = 'CNOP' | 'RD' | 'RDA' | 'WR' | 'WRA' | 'MRS';

/** `pc`: pseudo-channel; `sid`: stack; `ba`: {group, bank}; `row`: RA; `column`: CA[5:1], in bursts; `mr`, `op`: number and value of a mode register. */
export type PinField = 'sid' | 'ba' | 'pc' | 'row' | 'column' | 'mr' | 'op';
export type PinFields = Partial<Record<PinField, number>>;
export type PinCommand<Name> = { readonly command: Name } & Readonly<PinFields>;

/** Bits of a word that have one value in this command: `[word, bit, value]`. */
type Fixed = readonly (readonly [word: number, bit: number, value: 0 | 1])[];
/** Where the bits of a field are, the most significant first: `[word, bit]`. */
type Places = readonly (readonly [word: number, bit: number])[];

interface Layout {
  /** Words: 2 a cycle. */
  readonly words: number;
  readonly fixed: Fixed;
  readonly fields: Readonly<Partial<Record<PinField, Places>>>;
  /** Where each cycle's parity is. */
  readonly parity: Places;
}

/** `'011'` at the lowest bits of a word. */
const code = (word: number, bits: string): Fixed => [...bits].map((b, i) => [word, bits.length - 1 - i, b === '1' ? 1 : 0] as const);
/** Bits `high` to `low` of a word. */
const span = (word: number, high: number, low = high): Places => Array.from({ length: high - low + 1 }, (_, i) => [word, high - i] as const);

const BA: Places = [...span(1, 5), ...span(0, 5, 3)];
const PC: Places = span(1, 3);
const ROW_PARITY: Places = span(1, 2);

/** The table itself. † in the data sheet: pins that only HBM2E has. */
function rowLayouts(standard: PinStandard): Readonly<Record<RowCommand, Layout>> {
  const more = (place: Places): Places => (standard === 'HBM2E' ? place : []);
  const bank = { sid: [...more(span(0, 6)), ...span(1, 1)], ba: BA, pc: PC };
  const row = [...more(span(0, 6)), ...span(1, 4), ...span(1, 1, 0), ...span(2, 5, 0), ...span(3, 5, 3), ...span(3, 1, 0)];
  const all = (layout: Omit<Layout, 'words' | 'parity'>): Layout => ({ words: 2, parity: ROW_PARITY, ...layout });
  return {
    RNOP: { words: 2, fixed: code(0, '111'), fields: {}, parity: [] },
    ACT: { words: 4, fixed: code(0, '10'), fields: { sid: [...more(span(1, 6)), ...span(0, 2)], ba: BA, pc: PC, row }, parity: [...span(1, 2), ...span(3, 2)] },
    PRE: all({ fixed: [...code(0, '011'), [1, 4, 0]], fields: bank }),
    PREA: all({ fixed: [...code(0, '011'), [1, 4, 1]], fields: { pc: PC } }),
    REFSB: all({ fixed: [...code(0, '100'), [1, 4, 0]], fields: bank }),
    REF: all({ fixed: [...code(0, '100'), [1, 4, 1]], fields: { pc: PC } }),
    PDE: all({ fixed: code(0, '111'), fields: {} }),
    SRE: all({ fixed: code(0, '100'), fields: {} }),
  };
}

function columnLayouts(standard: PinStandard): Readonly<Record<ColumnCommand, Layout>> {
  const wide = standard === 'HBM2E';
  const fields = { sid: [...(wide ? span(0, 8) : []), ...span(1, 0)], ba: span(0, 7, 4), pc: span(1, 7), column: [...span(1, 6, 3), ...span(1, 1)] };
  const burst = (bits: string): Layout => ({ words: 2, fixed: code(0, bits), fields, parity: span(1, 2) });
  return {
    CNOP: { words: 2, fixed: code(0, '111'), fields: {}, parity: [] },
    RD: burst('0101'),
    RDA: burst('1101'),
    WR: burst('0001'),
    WRA: burst('1001'),
    // HBM2 has no C[8] for OP[7]: it stands at C[3] of the rising edge, which is free in MRS (our choice).
    MRS: { words: 2, fixed: code(0, '000'), fields: { mr: span(0, 7, 4), op: [...(wide ? span(1, 8) : span(0, 3)), ...span(1, 7, 3), ...span(1, 1, 0)] }, parity: span(1, 2) },
  };
}

const ROWS = { HBM2: rowLayouts('HBM2'), HBM2E: rowLayouts('HBM2E') };
const COLUMNS = { HBM2: columnLayouts('HBM2'), HBM2E: columnLayouts('HBM2E') };

const NO_OPERATION = new Set<string>(['RNOP', 'CNOP']);

function encode(name: string, layout: Layout, fields: PinFields, width: number, parity: boolean): number[] {
  // Pins that mean nothing are high in a NOP and low otherwise.
  const words = Array.from({ length: layout.words }, () => (NO_OPERATION.has(name) ? (1 << width) - 1 : 0));
  const set = (word: number, bit: number, value: number): void => {
    words[word] = (words[word]! & ~(1 << bit)) | (value << bit);
  };
  for (const [word, bit, value] of layout.fixed) set(word, bit, value);
  for (const [field, places] of Object.entries(layout.fields) as [PinField, Places][]) {
    const value = fields[field] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** places.length) fail('dram-encoding', `${name}: ${field} ${value} does not fit in its ${places.length} pins`);
    places.forEach(([word, bit], i) => set(word, bit, (value >>> (places.length - 1 - i)) & 1));
  }
  if (parity) for (const [word, bit] of layout.parity) set(word, bit, ones(words[word - 1]!) ^ ones(words[word]!));
  return words;
}

/** 1 if a word has an odd number of ones. */
function ones(word: number): 0 | 1 {
  let odd: 0 | 1 = 0;
  for (let w = word; w !== 0; w &= w - 1) odd = odd === 0 ? 1 : 0;
  return odd;
}

function fieldsOf(layout: Layout, words: readonly number[]): PinFields {
  return Object.fromEntries(Object.entries(layout.fields).map(([field, places]) => [field, places.reduce((value, [word, bit]) => value * 2 + ((words[word]! >>> bit) & 1), 0)]));
}

const matches = ({ fixed }: Layout, words: readonly number[]): boolean => fixed.every(([word, bit, value]) => ((words[word]! >>> bit) & 1) === value);

/**
 * Words on R of a row command: 2, or 4 for ACT. PDE and SRE are PDE and SRE because CKE goes low with them. Fields that are left out are 0.
 *
 * @throws WordlineError `dram-encoding` if a field does not fit.
 */
export function encodeRow(command: PinCommand<RowCommand>, standard: PinStandard, parity = false): number[] {
  return encode(command.command, ROWS[standard][command.command], command, PIN_WIDTHS[standard].R, parity);
}

/** Words on C of a column command: 2. */
export function encodeColumn(command: PinCommand<ColumnCommand>, standard: PinStandard, parity = false): number[] {
  return encode(command.command, COLUMNS[standard][command.command], command, PIN_WIDTHS[standard].C, parity);
}

const KEPT: readonly RowCommand[] = ['RNOP', 'ACT', 'PRE', 'PREA', 'REFSB', 'REF'];
const LOWERED: readonly RowCommand[] = ['PDE', 'SRE'];

/**
 * The row command that begins with these words, and how many words it takes; with only the first 2 of an ACT, its row is meaningless. `lowers`:
 * CKE is high before and low in this cycle. `undefined`: no command of the table.
 */
export function decodeRow(words: readonly number[], lowers: boolean, standard: PinStandard): { readonly command: PinCommand<RowCommand>; readonly words: number } | undefined {
  const layouts = ROWS[standard];
  const name = (lowers ? LOWERED : KEPT).find((n) => matches(layouts[n], words));
  return name === undefined ? undefined : { command: { command: name, ...fieldsOf(layouts[name], words) }, words: layouts[name].words };
}

/** The column command of these two words; `undefined`: no command of the table. */
export function decodeColumn(words: readonly number[], standard: PinStandard): PinCommand<ColumnCommand> | undefined {
  const layouts = COLUMNS[standard];
  const name = (Object.keys(layouts) as ColumnCommand[]).find((n) => matches(layouts[n], words));
  return name === undefined ? undefined : { command: name, ...fieldsOf(layouts[name], words) };
}

/** Whether the pins of each clock cycle, both half cycles together, have an even number of ones. */
export function evenParity(words: readonly number[]): boolean {
  return words.every((word, i) => i % 2 === 1 || ones(word) === ones(words[i + 1] ?? 0));
}

/** Field widths of a command on the pins. */
export function pinFieldWidths(command: RowCommand | ColumnCommand, standard: PinStandard): Readonly<PinFields> {
  const layouts: Readonly<Record<string, Layout>> = { ...ROWS[standard], ...COLUMNS[standard] };
  return Object.fromEntries(Object.entries(layouts[command]!.fields).map(([field, places]) => [field, places.length]));
}

/** The command of the closed list, or `undefined` for a NOP. */
export function commandOnPins(name: RowCommand | ColumnCommand): DramCommand | undefined {
  return name === 'RNOP' || name === 'CNOP' ? undefined : name;
}
