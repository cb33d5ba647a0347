import { CONF_PARTITION, controlRowOf, type ControlRow, type PimCheckOptions } from './check-pim.ts';
import { broken } from './check-state.ts';
import { placeText, type DramCommandEvent } from './command.ts';
import type { DramPreset } from './preset.ts';
import { COMMAND_KINDS } from './rules.ts';
import type { DramViolation } from './violation.ts';

/** Which banks of its pseudo-channel a command of a bank speaks to, and whether its data are on DQ. */
export interface Reach {
  readonly banks: readonly BankPlace[];
  readonly data: boolean;
}

export interface BankPlace {
  readonly group: number;
  readonly bank: number;
}

/** `AB?`: all banks, and a write of `CONF_ROW` whose data the stream does not tell has said whether triggers are on. */
export type PimMode = 'SB' | 'AB' | 'AB_PIM' | 'AB?';

interface PseudoChannel {
  mode: PimMode;
  /** Banks of a unit that are PIM's, from the first; 0: all. What follows is about them. */
  partition: number;
  /** The write that says another value of `execute` or of the partition, until its data have come. */
  pending?: { readonly mode: PimMode; readonly partition: number; readonly from: number; readonly command: DramCommandEvent } | undefined;
  /** The ACT that opened a bank, by `place`; in all-bank modes each of the banks it spoke to. */
  readonly open: Map<number, DramCommandEvent>;
}

const isRead = ({ command }: DramCommandEvent): boolean => command === 'RD' || command === 'RDA';
const isWrite = ({ command }: DramCommandEvent): boolean => command === 'WR' || command === 'WRA';
const AUTO_PRECHARGE: readonly string[] = ['RDA', 'WRA'];

/** What closing a control row makes of a mode. */
const CLOSED: Readonly<Partial<Record<ControlRow, PimMode>>> = { AB_ROW: 'AB', SB_ROW: 'SB' };

/**
 * Follows the modes of the pseudo-channels of a channel with PIM units, by nothing but the commands and what is written to `CONF_ROW`. After a
 * mistake the mode is what the command would have led to.
 */
export class ModeChecker {
  readonly #preset: DramPreset;
  readonly #pim: PimCheckOptions;
  readonly #pseudoChannels: readonly PseudoChannel[];
  readonly #changed: (change: string) => void;

  /** @param changed Is told of each change, `SB to AB`. */
  constructor(preset: DramPreset, pim: PimCheckOptions, changed: (change: string) => void) {
    this.#preset = preset;
    this.#pim = pim;
    this.#pseudoChannels = Array.from({ length: preset.organisation.pseudoChannels }, () => ({ mode: 'SB', partition: 0, open: new Map() }));
    this.#changed = changed;
  }

  /** What the next command speaks to, and how it misuses the modes. */
  next(event: DramCommandEvent): { readonly reach: Reach; readonly found: readonly DramViolation[] } {
    const pc = this.#pseudoChannels[event.pseudoChannel];
    if (pc === undefined) {
      // Of the channel: MRS and self-refresh leave no row open, and no mode is entered by them.
      if (COMMAND_KINDS[event.command].needs === 'closed') for (const each of this.#pseudoChannels) each.open.clear();
      return { reach: { banks: [], data: false }, found: [] };
    }
    this.#settle(pc, event.cycle);
    const banks = this.#banks(pc, event);
    const row = this.#control(pc, event);
    const found = [...this.#column(pc, event, row), ...this.#row(pc, event, banks)];
    return { reach: { banks, data: this.#data(pc, event, row) }, found };
  }

  #banks({ mode, partition }: PseudoChannel, { command, group, bank }: DramCommandEvent): readonly BankPlace[] {
    if (COMMAND_KINDS[command].target !== 'bank') return [];
    if (mode === 'SB' || command === 'REFSB' || !this.#isPims(partition, bank)) return [{ group, bank }];
    const { bankGroups, banksPerGroup } = this.#preset.organisation;
    const { banksPerUnit } = this.#pim;
    const units = (bankGroups * banksPerGroup) / banksPerUnit;
    return Array.from({ length: units }, (_, unit) => {
      const index = unit * banksPerUnit + (bank % banksPerUnit);
      return { group: Math.floor(index / banksPerGroup), bank: index % banksPerGroup };
    });
  }

  #isPims(partition: number, bank: number): boolean {
    return partition === 0 || bank % this.#pim.banksPerUnit < partition;
  }

  #place({ group, bank }: BankPlace): number {
    return group * this.#preset.organisation.banksPerGroup + bank;
  }

  /** The control row that is open in the bank of a column command. */
  #control({ open }: PseudoChannel, event: DramCommandEvent): ControlRow | undefined {
    const row = open.get(this.#place(event))?.row;
    return row === undefined ? undefined : controlRowOf(row, this.#preset.organisation);
  }

  #data({ mode, partition }: PseudoChannel, event: DramCommandEvent, row: ControlRow | undefined): boolean {
    // A trigger has nothing on DQ; where the mode is not known, nothing is claimed.
    return mode === 'SB' || mode === 'AB' || !this.#isPims(partition, event.bank) || (isWrite(event) && row !== undefined);
  }

  #column(pc: PseudoChannel, event: DramCommandEvent, row: ControlRow | undefined): readonly DramViolation[] {
    const [read, write] = [isRead(event), isWrite(event)];
    if (!read && !write) return [];
    const mode = (rule: string, why: string): readonly DramViolation[] => [broken('mode', rule, event, why)];
    const single = pc.mode === 'SB' || !this.#isPims(pc.partition, event.bank);
    if (pc.mode === 'AB?' && read && !single) this.#enter(pc, 'AB_PIM');
    if (row !== undefined && (single || read)) return mode('controlRow', `${row} has no cells: it is ${read ? 'not read' : 'written in all-bank modes only'}`);
    if (row !== undefined && CLOSED[row] !== undefined) return mode('controlRow', `${row} has no registers, the mode changes with the PRE that closes it`);
    if (read && pc.mode === 'AB' && !single) return mode('allBankRead', 'all banks of the pseudo-channel would answer at once: it is in all-bank mode, and reads only trigger (execute = 1) or are of one bank');
    return write && row === 'CONF_ROW' && event.column === 0 ? this.#configure(pc, event) : [];
  }

  /** A write to column 0 of `CONF_ROW`: its word 0 says whether triggers are on, and which banks are PIM's. */
  #configure(pc: PseudoChannel, event: DramCommandEvent): readonly DramViolation[] {
    const { timing, organisation } = this.#preset;
    const mode: PimMode = event.data === undefined ? 'AB?' : event.data % 2 === 1 ? 'AB_PIM' : 'AB';
    const before = pc.pending ?? pc;
    const partition = event.data === undefined ? before.partition : (event.data >>> CONF_PARTITION.shift) & (2 ** CONF_PARTITION.bits - 1);
    if (mode === before.mode && partition === before.partition) return [];
    pc.pending = { mode, partition, from: event.cycle + timing.WL + organisation.burstCycles, command: event };
    const own = this.#banks(pc, event).map((b) => this.#place(b));
    // Banks that change hands must be closed, too.
    return partition === before.partition ? this.#others(pc, event, own, `${before.mode} to ${mode}`) : this.#others({ ...pc, partition: 0 }, event, own, `a partition of ${before.partition} to ${partition}`);
  }

  #row(pc: PseudoChannel, event: DramCommandEvent, banks: readonly BankPlace[]): readonly DramViolation[] {
    const { command } = event;
    if (command === 'ACT') {
      for (const place of banks) pc.open.set(this.#place(place), event);
      const { pending } = pc;
      if (pending === undefined || (pending.partition === pc.partition && !this.#isPims(pc.partition, event.bank))) return [];
      return [{ ...broken('mode', 'modeRowsOpen', event, `the mode changes to ${pending.mode} in cycle ${pending.from}, when the data of the write at ${placeText(pending.command)} have come`, pending.command), earliest: pending.from }];
    }
    const closes = command === 'PRE' || command === 'PREA' || command === 'REF' || command === 'REFSB' || AUTO_PRECHARGE.includes(command);
    if (!closes) return [];
    const places = COMMAND_KINDS[command].target === 'bank' ? banks.map((b) => this.#place(b)) : [...pc.open.keys()];
    const found = command === 'PRE' || command === 'PREA' ? this.#close(pc, event, places) : [];
    for (const place of places) pc.open.delete(place);
    return found;
  }

  #close(pc: PseudoChannel, event: DramCommandEvent, places: readonly number[]): readonly DramViolation[] {
    const leads = (place: number): PimMode | undefined => CLOSED[controlRowOf(pc.open.get(place)?.row ?? -1, this.#preset.organisation) ?? 'CONF_ROW'];
    const next = pc.mode === 'SB' ? 'AB' : 'SB';
    const own = places.filter((place) => leads(place) === next && this.#isPims(pc.partition, place));
    if (own.length === 0) return [];
    if (pc.mode === 'AB?') this.#enter(pc, 'AB');
    const change = `${pc.mode} to ${next}`;
    const direct = pc.mode === 'AB_PIM' ? [broken('mode', 'modeExit', event, 'it closes SB_ROW while triggers are on: AB_PIM is left by writing execute = 0 to CONF_ROW')] : [];
    this.#enter(pc, next);
    pc.pending = undefined;
    return [...direct, ...this.#others(pc, event, own, change)];
  }

  /** No other row of PIM's banks may be open while the mode changes. */
  #others({ open, partition }: PseudoChannel, event: DramCommandEvent, own: readonly number[], change: string): readonly DramViolation[] {
    const other = [...open].find(([place]) => !own.includes(place) && this.#isPims(partition, place));
    if (other === undefined) return [];
    const [, opener] = other;
    return [broken('mode', 'modeRowsOpen', event, `it changes the mode from ${change} while row ${opener.row} is open since ${placeText(opener)}`, opener)];
  }

  #settle(pc: PseudoChannel, cycle: number): void {
    if (pc.pending === undefined || cycle < pc.pending.from) return;
    if (pc.mode !== pc.pending.mode) this.#enter(pc, pc.pending.mode);
    pc.partition = pc.pending.partition;
    pc.pending = undefined;
  }

  #enter(pc: PseudoChannel, mode: PimMode): void {
    this.#changed(`${pc.mode} to ${mode}`);
    pc.mode = mode;
  }
}
