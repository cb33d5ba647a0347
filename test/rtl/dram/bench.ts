import { simulate, type ColumnCommand, type DramCommand, type DramPreset, type RowCommand } from '../../../src/index.ts';
import { BankState, ColumnKind, RowKind, violationNames } from '../../../rtl/dram/index.ts';

/** A command as tests write it: fields left out are 0. */
export interface Cmd {
  readonly command: DramCommand;
  readonly pc?: number;
  readonly sid?: number;
  readonly ba?: number;
  readonly row?: number;
  readonly column?: number;
  readonly mr?: number;
  readonly op?: number;
}

type AnyRow = RowCommand | 'PDX' | 'SRX';
export const NO_ROW = { kind: RowKind.RNOP, pc: 0, sid: 0, ba: 0, row: 0 };
export const NO_COLUMN = { kind: ColumnKind.CNOP, pc: 0, sid: 0, ba: 0, column: 0, mr: 0, op: 0 };
export const isRow = (command: DramCommand): boolean => Object.hasOwn(RowKind, command);

type Commands = ReturnType<typeof simulateBanks>['io']['command'];
const simulateBanks = (preset: DramPreset) => simulate(BankState({ preset, enforce: false }));

/** Puts at most one command of each bus on the port. */
export function drive(port: Commands, commands: readonly Cmd[]): void {
  const row = commands.find((c) => isRow(c.command));
  const column = commands.find((c) => !isRow(c.command));
  const { pc = 0, sid = 0, ba = 0 } = row ?? {};
  port.row = row === undefined ? NO_ROW : { kind: RowKind[row.command as AnyRow], pc, sid, ba, row: row.row ?? 0 };
  port.column =
    column === undefined
      ? NO_COLUMN
      : { kind: ColumnKind[column.command as ColumnCommand], pc: column.pc ?? 0, sid: column.sid ?? 0, ba: column.ba ?? 0, column: column.column ?? 0, mr: column.mr ?? 0, op: column.op ?? 0 };
}

/** Names of the bits that are set. */
export function namesOf(preset: DramPreset, broken: number | bigint): string[] {
  const bits = BigInt(broken);
  return violationNames(preset).filter((_, i) => (bits >> BigInt(i)) & 1n);
}

export type Timed = readonly [cycle: number, ...commands: Cmd[]];

/** What is broken, by the cycle in which it is: `{ 46: ['tRC'] }`. Commands are given in the order of time. */
export function violationsOf(preset: DramPreset, commands: readonly Timed[]): Record<number, string[]> {
  using sim = simulateBanks(preset);
  const found: Record<number, string[]> = {};
  let now = 0;
  const goTo = (cycle: number): void => {
    drive(sim.io.command, []);
    sim.step(cycle - now);
    now = cycle;
  };
  for (const [cycle, ...all] of commands) {
    goTo(cycle);
    drive(sim.io.command, all);
    if (sim.out.violation === 1) found[cycle] = namesOf(preset, sim.out.broken);
    sim.step();
    now++;
  }
  return found;
}
