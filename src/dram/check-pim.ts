import { fail } from '../diag/index.ts';
import type { Organisation } from './preset.ts';

/** What a checker must know of PIM units to follow the modes of a bus. */
export interface PimCheckOptions {
  /** Banks that a unit serves, all of one group: an all-bank command speaks to the same one of every unit. */
  readonly banksPerUnit: number;
}

/** Rows from the top of a bank that speak to the PIM logic instead of cells: the bus contract, see docs/dram.md. */
const FROM_TOP = { AB_ROW: 1, SB_ROW: 2, CONF_ROW: 3, A_ROW: 4, B_ROW: 5 } as const;
export type ControlRow = keyof typeof FROM_TOP;

/** Where in word 0 of column 0 of `CONF_ROW` the number of banks of a unit stands that are PIM's; 0: all of them. */
export const CONF_PARTITION = { shift: 4, bits: 4 } as const;

/** The control row that a row is. */
export function controlRowOf(row: number, { rows }: Organisation): ControlRow | undefined {
  return (Object.keys(FROM_TOP) as ControlRow[]).find((name) => row === rows - FROM_TOP[name]);
}

/** The row that a control row is. */
export function controlRow(name: ControlRow, { rows }: Organisation): number {
  return rows - FROM_TOP[name];
}

/** Errors: `dram-pim` if units of so many banks do not fit the bank groups. */
export function checkPim({ banksPerUnit }: PimCheckOptions, { banksPerGroup }: Organisation): void {
  const fits = Array.from({ length: banksPerGroup }, (_, i) => i + 1).filter((n) => banksPerGroup % n === 0);
  if (!fits.includes(banksPerUnit)) fail('dram-pim', `a PIM unit of ${banksPerUnit} banks does not fit in bank groups of ${banksPerGroup}`, { hint: `banksPerUnit may be ${fits.join(', ')}` });
}
