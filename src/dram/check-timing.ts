import { placeText, targetText, type DramCommandEvent } from './command.ts';
import type { BankPlace, Reach } from './check-modes.ts';
import { DRAM_COMMANDS, type DramCommand, type Organisation } from './preset.ts';
import { COMMAND_KINDS, type Rule, type RuleScope } from './rules.ts';
import type { DramViolation } from './violation.ts';

/** The last command of each kind. */
type Latest = Partial<Record<DramCommand, DramCommandEvent>>;

/** The commands of a bank, of a group, ...: the last of each kind, and as many ACTs before as a window rule looks back at. */
interface History {
  readonly latest: Latest;
  readonly recent: Map<Rule, DramCommandEvent[]>;
}

/**
 * Remembers the commands of a channel and finds, for the next one, the rules that it breaks. What is kept is a fixed number of commands for
 * each bank, group, pseudo-channel and for the channel: since `cycles` of a rule is a constant, only the last of each kind can bind.
 */
export class TimingChecker {
  readonly #organisation: Organisation;
  readonly #rulesTo: ReadonlyMap<DramCommand, readonly Rule[]>;
  readonly #windows: readonly Rule[];
  /** The channel, then its pseudo-channels, all groups, all banks: see {@link TimingChecker.#place}. */
  readonly #histories: readonly History[];

  constructor(organisation: Organisation, rules: readonly Rule[]) {
    const { pseudoChannels, bankGroups, banksPerGroup } = organisation;
    this.#organisation = organisation;
    this.#rulesTo = new Map(DRAM_COMMANDS.map((command) => [command, rules.filter((r) => r.to.includes(command))]));
    this.#windows = rules.filter((r) => r.window !== undefined);
    this.#histories = Array.from({ length: 1 + pseudoChannels * (1 + bankGroups * (1 + banksPerGroup)) }, (): History => ({ latest: {}, recent: new Map() }));
  }

  /**
   * The rules that it breaks, each at most once, and it becomes part of what later ones are held to. A command that speaks to several banks is
   * held to the rules of each, and counts as that many; what it does to one bank at once with another is no matter of rules between commands.
   */
  next(event: DramCommandEvent, reach: Reach): DramViolation[] {
    const spoken = reach.banks.length === 0 ? NO_BANK : reach.banks;
    const broken = new Map<string, DramViolation>();
    for (const rule of this.#rulesTo.get(event.command)!) {
      for (const past of this.#pasts(rule.scope, event.pseudoChannel, spoken)) {
        for (const earlier of held(rule, past, spoken.length)) {
          const earliest = earlier.cycle + rule.cycles;
          if (event.cycle < earliest && earliest > (broken.get(rule.name)?.earliest ?? -Infinity)) broken.set(rule.name, violation(rule, earlier, event, earliest));
        }
      }
    }
    for (const place of spoken) this.#remember(event, place);
    return [...broken.values()];
  }

  /** Where a scope's commands are. */
  #place(scope: Exclude<RuleScope, 'otherGroup'>, pc: number, group: number, bank: number): History {
    const { pseudoChannels, bankGroups, banksPerGroup } = this.#organisation;
    const groups = 1 + pseudoChannels;
    const banks = groups + pseudoChannels * bankGroups;
    const index = { channel: 0, pseudoChannel: 1 + pc, group: groups + pc * bankGroups + group, bank: banks + (pc * bankGroups + group) * banksPerGroup + bank };
    return this.#histories[index[scope]]!;
  }

  /** Each once, whatever number of banks leads to it. */
  #pasts(scope: RuleScope, pc: number, spoken: readonly BankPlace[]): Iterable<History> {
    return spoken.length === 1 ? this.#places(scope, pc, spoken[0]!) : new Set(spoken.flatMap((place) => this.#places(scope, pc, place)));
  }

  #places(scope: RuleScope, pc: number, { group, bank }: BankPlace): readonly History[] {
    if (scope !== 'otherGroup') return [this.#place(scope, pc, group, bank)];
    const places: History[] = [];
    for (let g = 0; g < this.#organisation.bankGroups; g++) if (g !== group) places.push(this.#place('group', pc, g, 0));
    return places;
  }

  #remember(event: DramCommandEvent, { group, bank }: BankPlace): void {
    const { pseudoChannel, command } = event;
    for (const scope of HEARD_BY[COMMAND_KINDS[command].target]) {
      const past = this.#place(scope, pseudoChannel, group, bank);
      past.latest[command] = event;
      for (const rule of this.#windows) {
        if (rule.from.includes(command)) past.recent.set(rule, [...(past.recent.get(rule) ?? []), event].slice(-rule.window!));
      }
    }
  }
}

/** What a command of more than a bank has for a place. */
const NO_BANK: readonly BankPlace[] = [{ group: -1, bank: -1 }];

/** Whose history a command becomes part of. */
const HEARD_BY = {
  bank: ['bank', 'group', 'pseudoChannel', 'channel'],
  pseudoChannel: ['pseudoChannel', 'channel'],
  channel: ['channel'],
} as const;

/** The commands of a place that a rule holds the next one to, which counts as `count`: only the last of those is bound by a window to the latest. */
function held(rule: Rule, { latest, recent }: History, count: number): readonly DramCommandEvent[] {
  if (rule.window !== undefined) {
    const ring = recent.get(rule) ?? [];
    const before = ring.at(Math.min(count, rule.window) - 1 - rule.window);
    return before === undefined ? [] : [before];
  }
  const found: DramCommandEvent[] = [];
  for (const command of rule.from) {
    const last = latest[command];
    if (last !== undefined) found.push(last);
  }
  return found;
}

function violation(rule: Rule, earlier: DramCommandEvent, command: DramCommandEvent, earliest: number): DramViolation {
  const window = rule.window === undefined ? '' : `, ${rule.window} before it`;
  const formula = rule.formula === rule.name || rule.formula === String(rule.cycles) ? '' : ` = ${rule.formula}`;
  return {
    kind: 'timing',
    rule: rule.name,
    command,
    earlier,
    earliest,
    message:
      `${command.command} of ${targetText(command)} at ${placeText(command)} is ${command.cycle - earlier.cycle} cycles after ` +
      `${earlier.command} of ${targetText(earlier)} at ${placeText(earlier)}${window}: ${rule.name}${formula} is ${rule.cycles}, so not before cycle ${earliest}`,
  };
}
