import { placeText, type DramCommandEvent } from './command.ts';
import type { Organisation } from './preset.ts';
import type { RefreshRule } from './rules.ts';
import type { DramViolation } from './violation.ts';

interface BankRefresh {
  readonly pseudoChannel: number;
  readonly name: string;
  /** The last cycle in which the number of refreshes owed is still allowed. */
  deadline: number;
  last?: DramCommandEvent | undefined;
}

/**
 * Counts what each bank is owed. From the first command of the trace on, a refresh becomes due every tREFI; time in self-refresh does not
 * count. When one comes too late, it is told once, with the first command that shows that time has passed, and the debt is forgiven by one.
 */
export class RefreshChecker {
  readonly #rule: RefreshRule;
  readonly #banks: BankRefresh[] = [];
  readonly #organisation: Organisation;
  /** Of the trace; later by the time that the channel slept. */
  #start = 0;
  /** The least deadline of all banks. */
  #next = Infinity;
  #asleep: number | undefined;

  constructor(organisation: Organisation, rule: RefreshRule) {
    this.#organisation = organisation;
    this.#rule = rule;
  }

  next(event: DramCommandEvent): DramViolation[] {
    // Memory that is never refreshed has no deadline.
    if (this.#rule.interval === 0) return [];
    if (this.#banks.length === 0) this.#begin(event.cycle);
    const found = this.#asleep === undefined && event.cycle > this.#next ? this.#late(event) : [];
    this.#change(event);
    return found;
  }

  #begin(cycle: number): void {
    const { pseudoChannels, bankGroups, banksPerGroup } = this.#organisation;
    this.#start = cycle;
    const deadline = cycle + (this.#rule.postpone + 1) * this.#rule.interval;
    for (let pseudoChannel = 0; pseudoChannel < pseudoChannels; pseudoChannel++) {
      for (let group = 0; group < bankGroups; group++) {
        for (let bank = 0; bank < banksPerGroup; bank++) this.#banks.push({ pseudoChannel, name: `${group}.${bank}`, deadline });
      }
    }
    this.#next = deadline;
  }

  /** Banks that are late by the same are one violation. */
  #late(event: DramCommandEvent): DramViolation[] {
    const groups = new Map<string, BankRefresh[]>();
    for (const bank of this.#banks) {
      if (bank.deadline < event.cycle) groups.set(`${bank.pseudoChannel} ${bank.deadline}`, [...(groups.get(`${bank.pseudoChannel} ${bank.deadline}`) ?? []), bank]);
    }
    return [...groups.values()].map((banks) => {
      const { pseudoChannel, name, deadline, last } = banks[0]!;
      for (const bank of banks) while (bank.deadline < event.cycle) bank.deadline += this.#rule.interval;
      this.#schedule();
      const which = banks.length === 1 ? `bank ${name}` : `${banks.length} banks`;
      const since = last === undefined ? 'none since the trace began' : `the last was ${last.command} at ${placeText(last)}`;
      const message =
        `${which} of PC ${pseudoChannel} should have been refreshed by cycle ${deadline} and ${event.command} is at ${placeText(event)}: ` +
        `at most ${this.#rule.postpone} refreshes may be owed, one each ${this.#rule.interval} cycles (tREFI); ${since}`;
      return { kind: 'refresh', rule: 'tREFI', command: event, ...(last !== undefined && { earlier: last }), earliest: deadline, message };
    });
  }

  #change(event: DramCommandEvent): void {
    const { command, cycle, pseudoChannel, group, bank } = event;
    if (command === 'SRE') this.#asleep ??= cycle;
    else if (command === 'SRX' && this.#asleep !== undefined) {
      this.#start += cycle - this.#asleep;
      for (const b of this.#banks) b.deadline += cycle - this.#asleep;
      this.#asleep = undefined;
      this.#schedule();
    } else if (command === 'REF' || command === 'REFSB') {
      const { interval, postpone } = this.#rule;
      const due = Math.floor((cycle - this.#start) / interval);
      for (const b of this.#banks) {
        if (b.pseudoChannel !== pseudoChannel || (command === 'REFSB' && b.name !== `${group}.${bank}`)) continue;
        // What is done too far in advance does not count.
        b.deadline = Math.min(b.deadline + interval, this.#start + (due + 2 * postpone + 1) * interval);
        b.last = event;
      }
      this.#schedule();
    }
  }

  #schedule(): void {
    this.#next = Math.min(...this.#banks.map((b) => b.deadline));
  }
}
