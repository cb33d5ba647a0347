import type { DramCommandEvent } from './command.ts';
import type { DramCommand, DramPreset, Timing } from './preset.ts';
import { COMMAND_KINDS, rules } from './rules.ts';

/** States of a pseudo-channel that draw different currents. A refresh counts as `active`: what it draws is told above that. */
export const BACKGROUND_STATES = ['active', 'precharged', 'activePowerDown', 'prechargedPowerDown'] as const;
export type BackgroundState = (typeof BACKGROUND_STATES)[number];

/** What a stream of commands has kept a channel busy with. */
export interface Activity {
  readonly cycles: number;
  readonly counts: Readonly<Partial<Record<DramCommand, number>>>;
  /** Cycles in each state, of all pseudo-channels: they add up to cycles x pseudo-channels. */
  readonly background: Readonly<Record<BackgroundState, number>>;
  /** Cycles within tRFC of a REF, of all pseudo-channels. */
  readonly refreshing: number;
}

interface PseudoChannel {
  /** Open banks, and since when. */
  readonly open: Map<number, number>;
  /** Up to here it is active without an open bank: a bank is being refreshed, or closes by itself. */
  activeUntil: number;
  /** Up to here it has been counted. */
  counted: number;
  refreshes: number;
  lastRefresh: number;
}

/** Counts commands, open banks and refreshes of a channel; cycles must not decrease. Self-refresh counts as power-down. */
export class ChannelActivity {
  readonly #channels: readonly PseudoChannel[];
  readonly #banksPerGroup: number;
  readonly #timing: Timing;
  readonly #counts: Partial<Record<DramCommand, number>> = {};
  readonly #background: Record<BackgroundState, number> = { active: 0, precharged: 0, activePowerDown: 0, prechargedPowerDown: 0 };
  /** Cycles that a bank is busy for after a command that leaves it closed. */
  readonly #busy: Readonly<Partial<Record<DramCommand, number>>>;
  #down = false;

  constructor(preset: DramPreset) {
    const { organisation, timing } = preset;
    this.#channels = Array.from({ length: organisation.pseudoChannels }, () => ({ open: new Map<number, number>(), activeUntil: 0, counted: 0, refreshes: 0, lastRefresh: 0 }));
    this.#banksPerGroup = organisation.banksPerGroup;
    this.#timing = timing;
    const toRest = (from: DramCommand): number => Math.max(...rules(preset).filter((r) => r.from.includes(from) && r.to.includes('ACT') && r.scope === 'bank').map((r) => r.cycles));
    // An auto-precharge keeps the bank open until tRP before it may be opened again.
    this.#busy = { REF: timing.tRFC, REFSB: timing.tRFCSB, RDA: toRest('RDA') - timing.tRP, WRA: toRest('WRA') - timing.tRP };
  }

  push({ cycle, command, pseudoChannel, group, bank }: DramCommandEvent): void {
    this.#counts[command] = (this.#counts[command] ?? 0) + 1;
    const { target } = COMMAND_KINDS[command];
    for (const pc of target === 'channel' ? this.#channels : [this.#channels[pseudoChannel]!]) {
      this.#count(pc, cycle);
      const number = group * this.#banksPerGroup + bank;
      const atLeast = command === 'RDA' || command === 'WRA' ? (pc.open.get(number) ?? cycle) + this.#timing.tRAS : cycle;
      pc.activeUntil = Math.max(pc.activeUntil, atLeast, cycle + (this.#busy[command] ?? 0));
      if (command === 'ACT') pc.open.set(number, cycle);
      else if (command === 'PREA') pc.open.clear();
      else if (command !== 'RD' && command !== 'WR' && target === 'bank') pc.open.delete(number);
      if (command === 'REF') {
        pc.refreshes++;
        pc.lastRefresh = cycle;
      }
    }
    if (target === 'channel') this.#down = command === 'PDE' || command === 'SRE';
  }

  /** Everything before a cycle that is not before the last command. */
  until(cycle: number): Activity {
    for (const pc of this.#channels) this.#count(pc, cycle);
    const { tRFC } = this.#timing;
    const refreshing = this.#channels.map(({ refreshes, lastRefresh }) => (refreshes === 0 ? 0 : (refreshes - 1) * tRFC + Math.min(tRFC, cycle - lastRefresh)));
    return { cycles: cycle, counts: { ...this.#counts }, background: { ...this.#background }, refreshing: refreshing.reduce((a, b) => a + b, 0) };
  }

  #count(pc: PseudoChannel, cycle: number): void {
    const span = cycle - pc.counted;
    const active = pc.open.size > 0 ? span : Math.min(span, Math.max(0, pc.activeUntil - pc.counted));
    this.#background[this.#down ? 'activePowerDown' : 'active'] += active;
    this.#background[this.#down ? 'prechargedPowerDown' : 'precharged'] += span - active;
    pc.counted = cycle;
  }
}
