import { suggest, WordlineError, type Problem } from '../diag/index.ts';
import type { Activity } from './activity.ts';
import type { DramPreset } from './preset.ts';

/** A number that energy is computed from. */
export interface EnergyParameter {
  readonly value: number;
  readonly unit: 'pJ' | 'pJ/byte' | 'mW';
  /** Where it is from; `our choice` where there is no source. */
  readonly source: string;
  /** What it is of, and how it is computed. */
  readonly formula: string;
}

/** The file with the currents that the table is made of: VDD in volts, IDD in milliamperes, of a channel of 128 bits at 1 GHz. */
export const ENERGY_SOURCE = 'DRAMsim3 0eb6360, configs/HBM2_4Gb_x128.ini';
const [VDD, IDD0, IDD2P, IDD2N, IDD3P, IDD3N, IDD4W, IDD4R, IDD5AB] = [1.2, 65, 28, 40, 40, 55, 500, 390, 250] as const;
/** Of the same file: nanoseconds, bytes and bits. */
const [tRC, tRAS, tRP, tRFC, BURST, BURST_BYTES, BITS, ROW_BYTES, BANKS] = [48, 34, 14, 260, 2, 64, 128, 2048, 16] as const;

const from = (value: number, unit: EnergyParameter['unit'], formula: string, source = ENERGY_SOURCE): EnergyParameter => ({ value, unit, source, formula });

/**
 * What commands and states cost, by the usual arithmetic on data-sheet currents (V x mA x ns = pJ). Commands come on top of `active`. Currents are of
 * the cells and their periphery, without the interface; they are those of a simulator's file and not of silicon.
 */
export const ENERGY_PARAMETERS = {
  activate: from(VDD * (IDD0 * tRC - (IDD3N * tRAS + IDD2N * tRP)), 'pJ', 'ACT with its PRE, row of 2048 bytes: VDD (IDD0 tRC - IDD3N tRAS - IDD2N tRP)'),
  read: from((VDD * (IDD4R - IDD3N) * BURST) / BURST_BYTES, 'pJ/byte', 'RD: VDD (IDD4R - IDD3N) of a burst'),
  write: from((VDD * (IDD4W - IDD3N) * BURST) / BURST_BYTES, 'pJ/byte', 'WR: VDD (IDD4W - IDD3N) of a burst'),
  refresh: from(VDD * (IDD5AB - IDD3N) * tRFC, 'pJ', 'REF: VDD (IDD5AB - IDD3N) tRFC'),
  refreshBank: from((VDD * (IDD5AB - IDD3N) * tRFC) / BANKS, 'pJ', 'REFSB: refresh / 16 banks', 'our choice'),
  active: from(VDD * IDD3N, 'mW', 'a bank is open: VDD IDD3N'),
  precharged: from(VDD * IDD2N, 'mW', 'all banks are closed: VDD IDD2N'),
  activePowerDown: from(VDD * IDD3P, 'mW', 'a bank is open, clock stopped: VDD IDD3P'),
  prechargedPowerDown: from(VDD * IDD2P, 'mW', 'all banks are closed, clock stopped: VDD IDD2P'),
} as const satisfies Readonly<Record<string, EnergyParameter>>;
export type EnergyName = keyof typeof ENERGY_PARAMETERS;
export type EnergyTable = Readonly<Record<EnergyName, EnergyParameter>>;

const NAMES = Object.keys(ENERGY_PARAMETERS) as EnergyName[];

/** The table with some numbers from `name=value,...`. Errors, all at once: `bad-option`. */
export function energyTable(text?: string): EnergyTable {
  const table: Record<EnergyName, EnergyParameter> = { ...ENERGY_PARAMETERS };
  const problems: Problem[] = [];
  for (const pair of text === undefined ? [] : text.split(',')) {
    const [, given = '', digits = ''] = /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(pair) ?? [];
    const name = NAMES.find((n) => n === given);
    if (digits === '') problems.push({ code: 'bad-option', message: `energy "${pair}" is not of the form name=number`, hint: 'e.g. read=20,active=80' });
    else if (name === undefined) problems.push({ code: 'bad-option', message: `there is no energy parameter "${given}"`, hint: suggest(given, NAMES) });
    else table[name] = { value: Number(digits), unit: ENERGY_PARAMETERS[name].unit, source: 'given', formula: '' };
  }
  if (problems.length > 0) throw new WordlineError(problems);
  return table;
}

export interface EnergyPart extends EnergyParameter {
  readonly name: EnergyName;
  /** How often: commands, bytes, or cycles of pseudo-channels. */
  readonly amount: number;
  readonly nJ: number;
}

export interface EnergyReport {
  readonly parts: readonly EnergyPart[];
  readonly nJ: number;
  /** Mean power. */
  readonly mW: number;
  /** Of a byte on the data bus; absent if there was none. */
  readonly pJPerByte?: number;
}

/** How the table, which is of a channel of 128 bits, is fitted to another organisation. Our choice. */
export const ENERGY_SCALE = 'by bytes of a row for ACT, by bytes moved for RD and WR, by width of the data bus for all else (our choice)';

/** Energy of an activity of at least one cycle. */
export function energyOf({ cycles, counts, background }: Activity, { organisation, tCK }: DramPreset, table: EnergyTable): EnergyReport {
  const { burstBytes, burstCycles, burstsPerRow } = organisation;
  const width = (8 * burstBytes) / (2 * burstCycles) / BITS;
  const row = (burstBytes * burstsPerRow) / ROW_BYTES;
  const ns = tCK / 1000;
  const count = (...commands: readonly (keyof typeof counts)[]): number => commands.reduce((sum, c) => sum + (counts[c] ?? 0), 0);
  const reads = burstBytes * count('RD', 'RDA');
  const writes = burstBytes * count('WR', 'WRA');
  const amounts: Readonly<Record<EnergyName, readonly [amount: number, scale: number]>> = {
    activate: [count('ACT'), row],
    read: [reads, 1],
    write: [writes, 1],
    refresh: [count('REF'), width],
    refreshBank: [count('REFSB'), width],
    active: [background.active, width * ns],
    precharged: [background.precharged, width * ns],
    activePowerDown: [background.activePowerDown, width * ns],
    prechargedPowerDown: [background.prechargedPowerDown, width * ns],
  };
  const parts = NAMES.map((name): EnergyPart => ({ name, ...table[name], amount: amounts[name][0], nJ: (table[name].value * amounts[name][0] * amounts[name][1]) / 1000 }));
  const nJ = parts.reduce((sum, p) => sum + p.nJ, 0);
  return { parts, nJ, mW: (nJ * 1000) / (cycles * ns), ...(reads + writes > 0 && { pJPerByte: (nJ * 1000) / (reads + writes) }) };
}
