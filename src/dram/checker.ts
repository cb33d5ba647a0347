import { fail } from '../diag/index.ts';
import { DataBusChecker } from './check-data.ts';
import { RefreshChecker } from './check-refresh.ts';
import { broken, StateChecker } from './check-state.ts';
import { TimingChecker } from './check-timing.ts';
import { placeText, type DramCommandEvent } from './command.ts';
import type { DramCommand, DramPreset, Organisation } from './preset.ts';
import { COMMAND_KINDS, refreshRule, rules } from './rules.ts';
import type { DramViolation } from './violation.ts';

/** What a stream of commands was found to be. */
export interface DramCheckReport {
  readonly preset: string;
  readonly commands: number;
  /** How many of each command. */
  readonly counts: Readonly<Partial<Record<DramCommand, number>>>;
  /** Of the first and the last command; absent if there was none. */
  readonly firstCycle?: number;
  readonly lastCycle?: number;
  /** How many violations in all, and of each rule. */
  readonly total: number;
  readonly byRule: Readonly<Record<string, number>>;
  /** The first of them. */
  readonly violations: readonly DramViolation[];
}

interface Next {
  next(event: DramCommandEvent): readonly DramViolation[];
}

/**
 * Holds a stream of commands to a preset: every rule between two commands, the state of banks and of the channel, the data bus and
 * refresh. Memory does not grow with the stream. It shares the table of rules with the hardware, and no code.
 */
export class DramChecker {
  readonly #preset: DramPreset;
  readonly #keep: number;
  readonly #channels = new Map<number, readonly Next[]>();
  readonly #counts: Partial<Record<DramCommand, number>> = {};
  readonly #byRule: Record<string, number> = {};
  readonly #violations: DramViolation[] = [];
  #commands = 0;
  #total = 0;
  #first: number | undefined;
  #last: DramCommandEvent | undefined;

  /** @param keep How many violations the report holds; all are counted. */
  constructor(preset: DramPreset, keep = 100) {
    this.#preset = preset;
    this.#keep = keep;
  }

  /**
   * The next command; cycles must not decrease.
   *
   * @returns what it breaks.
   * @throws WordlineError `dram-order`.
   */
  push(event: DramCommandEvent): readonly DramViolation[] {
    const last = this.#last;
    if (last !== undefined && event.cycle < last.cycle) {
      fail('dram-order', `${event.command} at ${placeText(event)} comes after ${last.command} at ${placeText(last)}`, { hint: 'commands must be in the order of time' });
    }
    this.#first ??= event.cycle;
    this.#last = event;
    this.#commands++;
    this.#counts[event.command] = (this.#counts[event.command] ?? 0) + 1;
    const found = this.#check(event);
    for (const violation of found) {
      this.#total++;
      this.#byRule[violation.rule] = (this.#byRule[violation.rule] ?? 0) + 1;
      if (this.#violations.length < this.#keep) this.#violations.push(violation);
    }
    return found;
  }

  #check(event: DramCommandEvent): readonly DramViolation[] {
    const wrong = addressProblem(event, this.#preset.organisation);
    if (wrong !== undefined) return [broken('address', 'address', event, wrong)];
    let parts = this.#channels.get(event.channel);
    if (parts === undefined) {
      const { organisation } = this.#preset;
      parts = [new StateChecker(organisation), new TimingChecker(organisation, rules(this.#preset)), new DataBusChecker(this.#preset), new RefreshChecker(organisation, refreshRule(this.#preset))];
      this.#channels.set(event.channel, parts);
    }
    return parts.flatMap((part) => part.next(event));
  }

  get report(): DramCheckReport {
    return {
      preset: this.#preset.name,
      commands: this.#commands,
      counts: { ...this.#counts },
      ...(this.#first !== undefined && { firstCycle: this.#first }),
      ...(this.#last !== undefined && { lastCycle: this.#last.cycle }),
      total: this.#total,
      byRule: { ...this.#byRule },
      violations: [...this.#violations],
    };
  }
}

/** Only what the command uses is looked at. */
function addressProblem(event: DramCommandEvent, organisation: Organisation): string | undefined {
  const { target } = COMMAND_KINDS[event.command];
  const column = COMMAND_KINDS[event.command].needs === 'open';
  const used: readonly (readonly [name: string, value: number, count: number])[] = [
    ...(target === 'channel' ? [] : [['pseudo-channel', event.pseudoChannel, organisation.pseudoChannels] as const]),
    ...(target !== 'bank' ? [] : [['bank group', event.group, organisation.bankGroups] as const, ['bank', event.bank, organisation.banksPerGroup] as const]),
    // Traces may leave these out.
    ...((event.command === 'ACT' || column) && event.row >= 0 ? [['row', event.row, organisation.rows] as const] : []),
    ...(column && event.column >= 0 ? [['column', event.column, organisation.burstsPerRow] as const] : []),
  ];
  const wrong = used.find(([, value, count]) => value < 0 || value >= count);
  if (wrong === undefined) return undefined;
  const [name, value, count] = wrong;
  return value < 0 ? `no ${name} is given` : `there is no ${name} ${value}, only 0 to ${count - 1}`;
}

/** Checks a stream that is in memory; see {@link DramChecker}. */
export function checkCommands(events: Iterable<DramCommandEvent>, preset: DramPreset, keep?: number): DramCheckReport {
  const checker = new DramChecker(preset, keep);
  for (const event of events) checker.push(event);
  return checker.report;
}
