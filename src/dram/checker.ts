import { fail } from '../diag/index.ts';
import { DataBusChecker } from './check-data.ts';
import { ModeChecker, type Reach } from './check-modes.ts';
import { checkPim, type PimCheckOptions } from './check-pim.ts';
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
  /** With PIM units: how often a pseudo-channel went from one mode to another, `SB to AB`. */
  readonly modes?: Readonly<Record<string, number>>;
  /** The first of them. */
  readonly violations: readonly DramViolation[];
}

export interface DramCheckOptions {
  /** The memory has PIM units: the modes of each pseudo-channel are followed, and what an all-bank command does to each bank. */
  readonly pim?: PimCheckOptions;
}

interface Next {
  next(event: DramCommandEvent, reach: Reach): readonly DramViolation[];
}

interface Channel {
  readonly modes: ModeChecker | undefined;
  readonly parts: readonly Next[];
}

/**
 * Holds a stream of commands to a preset: every rule between two commands, the state of banks and of the channel, the data bus and
 * refresh. Memory does not grow with the stream. It shares the table of rules with the hardware, and no code.
 */
export class DramChecker {
  readonly #preset: DramPreset;
  readonly #keep: number;
  readonly #pim: PimCheckOptions | undefined;
  readonly #channels = new Map<number, Channel>();
  readonly #modes: Record<string, number> = {};
  readonly #counts: Partial<Record<DramCommand, number>> = {};
  readonly #byRule: Record<string, number> = {};
  readonly #violations: DramViolation[] = [];
  #commands = 0;
  #total = 0;
  #first: number | undefined;
  #last: DramCommandEvent | undefined;

  /**
   * @param keep How many violations the report holds; all are counted.
   * @throws WordlineError `dram-pim` if the units do not fit the bank groups.
   */
  constructor(preset: DramPreset, keep = 100, { pim }: DramCheckOptions = {}) {
    if (pim !== undefined) checkPim(pim, preset.organisation);
    this.#preset = preset;
    this.#keep = keep;
    this.#pim = pim;
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
    const { modes, parts } = this.#channel(event.channel);
    const { reach, found } = modes?.next(event) ?? { reach: { banks: COMMAND_KINDS[event.command].target === 'bank' ? [event] : [], data: true }, found: [] };
    return [...parts.flatMap((part) => part.next(event, reach)), ...found];
  }

  #channel(index: number): Channel {
    const known = this.#channels.get(index);
    if (known !== undefined) return known;
    const { organisation } = this.#preset;
    const changed = (change: string): void => void (this.#modes[change] = (this.#modes[change] ?? 0) + 1);
    const channel: Channel = {
      modes: this.#pim === undefined ? undefined : new ModeChecker(this.#preset, this.#pim, changed),
      parts: [new StateChecker(organisation), new TimingChecker(organisation, rules(this.#preset)), new DataBusChecker(this.#preset), new RefreshChecker(organisation, refreshRule(this.#preset))],
    };
    this.#channels.set(index, channel);
    return channel;
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
      ...(this.#pim !== undefined && { modes: { ...this.#modes } }),
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
export function checkCommands(events: Iterable<DramCommandEvent>, preset: DramPreset, keep?: number, options?: DramCheckOptions): DramCheckReport {
  const checker = new DramChecker(preset, keep, options);
  for (const event of events) checker.push(event);
  return checker.report;
}
