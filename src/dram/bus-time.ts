import type { DramCommandEvent } from './command.ts';
import { DRAM_COMMANDS, type DramCommand, type DramPreset } from './preset.ts';
import { COMMAND_KINDS, rules, type Rule } from './rules.ts';

/** What the cycles of the data buses of all pseudo-channels went to: everything adds up to cycles x pseudo-channels. */
export interface BusTime {
  /** Bursts. */
  readonly data: number;
  /** Nobody wanted anything of the pseudo-channel. */
  readonly noRequest: number;
  /** Cycles lost to each rule, by its name; most first. */
  readonly rules: Readonly<Record<string, number>>;
  /** Requests waited and no rule was in the way: the controller took its cycles to decide, or had decided for others. */
  readonly controller: number;
}

/** Commands that are remembered: a power of two, and more than any chain of rules between two bursts has. */
const REMEMBERED = 1 << 14;
const NONE = -1;
/** As many as the window of tFAW looks back. */
const MOST_ACTIVATES = 4;

/** A rule, as it is looked up for a command. */
interface Check {
  readonly rule: number;
  readonly cycles: number;
  readonly scope: Rule['scope'];
  readonly from: readonly number[];
  /** It counts from the ACT so many before, and not from the last command. */
  readonly window: number | undefined;
}

const COLUMNS: readonly DramCommand[] = ['RD', 'RDA', 'WR', 'WRA'];

/**
 * Tells from a stream of commands which rules keep data buses idle. Between two bursts of a pseudo-channel it goes back from the second one: if
 * some rule would have been broken a cycle earlier, that rule had the cycles since the command that it counts from, which in turn was given
 * as early as a rule allowed, and so on until the first burst. Where no rule binds, somebody had nothing to ask for or something better to do.
 * Of several rules that bind, the one that reaches back furthest counts, of equals the first by name.
 *
 * A rule that had delayed the first burst as well, by as many cycles, and was running for the second one before that, has not made the gap: both
 * bursts are then looked at before it. Thus tRCD does not count where rows are opened in advance, but what kept one ACT from another.
 *
 * Bursts count at their commands: between RD and WR, latencies are not part of the gap.
 */
export class BusTimeCounter {
  readonly #preset: DramPreset;
  readonly #names: readonly string[];
  readonly #checks: readonly (readonly Check[])[];
  /** By rule. */
  readonly #lost: Float64Array;
  /** By command number, of the last ones: its cycle, the rule that bound it, and the number of the command which that counts from. */
  readonly #cycle = new Float64Array(REMEMBERED);
  readonly #rule = new Int32Array(REMEMBERED);
  readonly #earlier = new Float64Array(REMEMBERED);
  #count = 0;
  /** Number of the last command of each kind in each place: the channel, its pseudo-channels, all groups, all banks. */
  readonly #latest: Float64Array;
  /** Of each pseudo-channel: the last four ACTs, until when bursts last, the number of the last one, since when somebody wants one. */
  readonly #activates: number[][];
  readonly #busyUntil: number[];
  readonly #lastBurst: number[];
  readonly #waitsSince: number[];
  #data = 0;
  #noRequest = 0;
  #controller = 0;

  constructor(preset: DramPreset) {
    const { pseudoChannels, bankGroups, banksPerGroup } = preset.organisation;
    this.#preset = preset;
    const all = rules(preset).filter((r) => r.cycles > 0);
    this.#names = [...new Set(all.map((r) => r.name))];
    this.#lost = new Float64Array(this.#names.length);
    const checkOf = (r: Rule): Check => ({ rule: this.#names.indexOf(r.name), cycles: r.cycles, scope: r.scope, from: r.from.map((c) => DRAM_COMMANDS.indexOf(c)), window: r.window });
    const order = (a: Rule, b: Rule): number => b.cycles - a.cycles || (a.name < b.name ? -1 : 1);
    this.#checks = DRAM_COMMANDS.map((to) => all.filter((r) => r.to.includes(to)).sort(order).map(checkOf)); // prettier-ignore
    this.#latest = new Float64Array((1 + pseudoChannels * (1 + bankGroups * (1 + banksPerGroup))) * DRAM_COMMANDS.length).fill(NONE);
    const each = <T>(make: () => T): T[] => Array.from({ length: pseudoChannels }, make);
    this.#activates = each(() => []);
    this.#busyUntil = each(() => 0);
    this.#lastBurst = each(() => NONE);
    this.#waitsSince = each(() => 0);
  }

  /** Commands in the order of time. */
  push(event: DramCommandEvent): void {
    const { cycle, command, pseudoChannel } = event;
    const kind = DRAM_COMMANDS.indexOf(command);
    const slot = this.#count % REMEMBERED;
    this.#cycle[slot] = cycle;
    this.#bind(event, kind, slot);
    if (COLUMNS.includes(command)) {
      this.#gap(pseudoChannel, cycle, this.#count);
      this.#data += this.#preset.organisation.burstCycles;
      this.#busyUntil[pseudoChannel] = cycle + this.#preset.organisation.burstCycles;
      this.#lastBurst[pseudoChannel] = this.#count;
    }
    this.#remember(event, kind);
    this.#count++;
  }

  /** From this cycle on somebody wants a burst of the pseudo-channel, and nobody did before. Without it, somebody always does. */
  wanted(pseudoChannel: number, cycle: number): void {
    this.#waitsSince[pseudoChannel] = cycle;
  }

  /** Everything before a cycle that is not before the end of the last burst; from then on nobody wants anything. */
  until(cycle: number): BusTime {
    const rest = this.#busyUntil.reduce((sum, end) => sum + Math.max(0, cycle - end), 0);
    const lost = this.#names.map((name, i) => [name, this.#lost[i]!] as const).filter(([, n]) => n > 0).sort(([, a], [, b]) => b - a); // prettier-ignore
    return { data: this.#data, noRequest: this.#noRequest + rest, rules: Object.fromEntries(lost), controller: this.#controller };
  }

  /** Finds the rule that binds a command. */
  #bind({ cycle, pseudoChannel: pc, group, bank }: DramCommandEvent, kind: number, slot: number): void {
    this.#rule[slot] = NONE;
    for (const check of this.#checks[kind]!) {
      const { scope, window } = check;
      const earlier =
        window !== undefined ? this.#activateBefore(window, cycle - check.cycles, pc)
        : scope === 'otherGroup' ? this.#inOtherGroup(check, cycle, pc, group)
        : this.#inPlace(check, cycle, this.#place(scope, pc, group, bank)); // prettier-ignore
      if (earlier === NONE) continue;
      this.#rule[slot] = check.rule;
      this.#earlier[slot] = earlier;
      return;
    }
  }

  #activateBefore(window: number, cycle: number, pc: number): number {
    const number = this.#activates[pc]!.at(-window);
    return number !== undefined && this.#cycleOf(number) === cycle ? number : NONE;
  }

  #inOtherGroup(check: Check, cycle: number, pc: number, group: number): number {
    for (let g = 0; g < this.#preset.organisation.bankGroups; g++) {
      const earlier = g === group ? NONE : this.#inPlace(check, cycle, this.#place('group', pc, g, 0));
      if (earlier !== NONE) return earlier;
    }
    return NONE;
  }

  #inPlace({ from, cycles }: Check, cycle: number, place: number): number {
    for (const kind of from) {
      const number = this.#latest[place + kind]!;
      if (number !== NONE && this.#cycleOf(number) === cycle - cycles) return number;
    }
    return NONE;
  }

  /** Of a command that is not forgotten; others are too old to bind. */
  #cycleOf(number: number): number {
    return number <= this.#count - REMEMBERED ? -Infinity : this.#cycle[number % REMEMBERED]!;
  }

  #place(scope: Exclude<Rule['scope'], 'otherGroup'>, pc: number, group: number, bank: number): number {
    const { pseudoChannels, bankGroups, banksPerGroup } = this.#preset.organisation;
    const groups = 1 + pseudoChannels;
    const banks = groups + pseudoChannels * bankGroups;
    const inPc = pc * bankGroups + group;
    return DRAM_COMMANDS.length * (scope === 'channel' ? 0 : scope === 'pseudoChannel' ? 1 + pc : scope === 'group' ? groups + inPc : banks + inPc * banksPerGroup + bank);
  }

  #remember({ command, pseudoChannel, group, bank }: DramCommandEvent, kind: number): void {
    const { target } = COMMAND_KINDS[command];
    this.#latest[kind] = this.#count;
    if (target === 'channel') return;
    this.#latest[this.#place('pseudoChannel', pseudoChannel, 0, 0) + kind] = this.#count;
    if (target === 'pseudoChannel') return;
    for (const scope of ['group', 'bank'] as const) this.#latest[this.#place(scope, pseudoChannel, group, bank) + kind] = this.#count;
    if (command !== 'ACT') return;
    const last = this.#activates[pseudoChannel]!;
    last.push(this.#count);
    if (last.length > MOST_ACTIVATES) last.shift();
  }

  /** Divides the idle cycles before a burst. */
  #gap(pc: number, cycle: number, number: number): void {
    let [start, end, at] = [this.#busyUntil[pc]!, cycle, number];
    for (let before = this.#lastBurst[pc]!; this.#delaysBoth(at, before); before = this.#earlierOf(before)) {
      const earlier = this.#earlierOf(at);
      start -= end - this.#cycleOf(earlier);
      end = this.#cycleOf(earlier);
      at = earlier;
    }
    while (end > start && this.#ruleOf(at) !== NONE) {
      const rule = this.#ruleOf(at);
      at = this.#earlierOf(at);
      const from = Math.max(start, this.#cycleOf(at));
      this.#lost[rule]! += end - from;
      end = from;
    }
    if (end <= start) return;
    const empty = Math.min(Math.max(0, this.#waitsSince[pc]! - start), end - start);
    this.#noRequest += empty;
    this.#controller += end - start - empty;
  }

  /** Is the rule that binds a command already running when one before it is given, and has it delayed that one by as much? */
  #delaysBoth(number: number, before: number): boolean {
    const rule = this.#ruleOf(number);
    if (rule === NONE || rule !== this.#ruleOf(before)) return false;
    const [mine, its] = [this.#earlierOf(number), this.#earlierOf(before)];
    return its < mine && mine < before && this.#cycleOf(number) - this.#cycleOf(mine) === this.#cycleOf(before) - this.#cycleOf(its);
  }

  #ruleOf(number: number): number {
    return number === NONE || number <= this.#count - REMEMBERED ? NONE : this.#rule[number % REMEMBERED]!;
  }

  #earlierOf(number: number): number {
    return this.#earlier[number % REMEMBERED]!;
  }
}
