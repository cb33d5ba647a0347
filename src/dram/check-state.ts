import { placeText, targetText, type DramCommandEvent } from './command.ts';
import type { BankPlace, Reach } from './check-modes.ts';
import type { Organisation } from './preset.ts';
import { COMMAND_KINDS } from './rules.ts';
import type { DramViolation, DramViolationKind } from './violation.ts';

interface BankState {
  readonly pseudoChannel: number;
  readonly group: number;
  readonly bank: number;
  /** The ACT that opened it. */
  opener?: DramCommandEvent | undefined;
}

/** What each way out is out of. */
const ENTRY = { PDX: 'PDE', SRX: 'SRE' } as const;

/**
 * Which banks are open, and whether the channel sleeps. At the beginning all banks are closed and the channel is awake. After a mistake the
 * state is what the command would have led to if it had been allowed, so that one mistake is told once.
 */
export class StateChecker {
  readonly #banks: readonly BankState[];
  readonly #organisation: Organisation;
  /** PDE or SRE. */
  #asleep: DramCommandEvent | undefined;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    const { pseudoChannels, bankGroups, banksPerGroup } = organisation;
    this.#banks = Array.from({ length: pseudoChannels * bankGroups * banksPerGroup }, (_, i) => ({
      pseudoChannel: Math.floor(i / banksPerGroup / bankGroups),
      group: Math.floor(i / banksPerGroup) % bankGroups,
      bank: i % banksPerGroup,
    }));
  }

  /** @param reach The banks that a command of a bank speaks to. */
  next(event: DramCommandEvent, reach: Reach): DramViolation[] {
    const banks = this.#targets(event, reach.banks);
    const found = [...this.#power(event), ...this.#row(event, banks)];
    this.#change(event, banks);
    return found;
  }

  #power(event: DramCommandEvent): DramViolation[] {
    const { command } = event;
    const entry = this.#asleep;
    const exits = command === 'PDX' || command === 'SRX' ? ENTRY[command] : undefined;
    if (exits !== undefined && entry?.command !== exits) {
      const state = exits === 'PDE' ? 'power-down' : 'self-refresh';
      return [broken('power', 'notPoweredDown', event, `the channel is not in ${state}`, entry)];
    }
    if (exits === undefined && entry !== undefined) {
      const [rule, state] = entry.command === 'PDE' ? ['powerDown', 'power-down'] : ['selfRefresh', 'self-refresh'];
      return [broken('power', rule, event, `the channel is in ${state} since ${placeText(entry)}`, entry)];
    }
    return [];
  }

  #row(event: DramCommandEvent, banks: readonly BankState[]): DramViolation[] {
    const { needs } = COMMAND_KINDS[event.command];
    if (needs === 'closed') {
      const open = banks.filter((b) => b.opener !== undefined);
      if (open.length === 0) return [];
      const { opener } = open[0]!;
      const which = open.length === 1 ? `${targetText(opener!)} is open` : `${open.length} banks are open, ${targetText(opener!)} for one,`;
      return [broken('state', 'bankOpen', event, `${which} since ${placeText(opener!)}`, opener)];
    }
    if (needs === 'open') {
      if (banks.some((b) => b.opener === undefined)) return [broken('state', 'bankClosed', event, banks.length === 1 ? 'the bank is closed' : 'a bank is closed that it speaks to')];
      const opener = (banks.find((b) => b.opener!.row !== event.row) ?? banks[0]!).opener!;
      if (event.row >= 0 && opener.row >= 0 && event.row !== opener.row) return [broken('state', 'wrongRow', event, `it means row ${event.row}, and row ${opener.row} is open since ${placeText(opener)}`, opener)];
    }
    return [];
  }

  #targets({ command, pseudoChannel }: DramCommandEvent, spoken: readonly BankPlace[]): readonly BankState[] {
    const { target } = COMMAND_KINDS[command];
    if (target === 'channel') return this.#banks;
    if (target === 'pseudoChannel') return this.#banks.filter((b) => b.pseudoChannel === pseudoChannel);
    const { bankGroups, banksPerGroup } = this.#organisation;
    return spoken.map(({ group, bank }) => this.#banks[(pseudoChannel * bankGroups + group) * banksPerGroup + bank]!);
  }

  #change(event: DramCommandEvent, banks: readonly BankState[]): void {
    const { command } = event;
    // The way out of the other sleep does not wake it.
    if (command === 'PDE' || command === 'SRE') this.#asleep = event;
    else if (command === 'PDX' || command === 'SRX') {
      if (this.#asleep?.command === ENTRY[command]) this.#asleep = undefined;
    }
    const kept = command === 'RD' || command === 'WR' || command === 'PDE' || command === 'PDX' || command === 'SRX';
    if (!kept) for (const bank of banks) bank.opener = command === 'ACT' ? event : undefined;
  }
}

export function broken(kind: DramViolationKind, rule: string, command: DramCommandEvent, why: string, earlier?: DramCommandEvent): DramViolation {
  return { kind, rule, command, ...(earlier !== undefined && { earlier }), message: `${command.command} of ${targetText(command)} at ${placeText(command)}: ${why}` };
}
