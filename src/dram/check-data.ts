import { placeText, targetText, type DramCommandEvent } from './command.ts';
import type { Reach } from './check-modes.ts';
import type { DramPreset } from './preset.ts';
import type { DramViolation } from './violation.ts';

interface Burst {
  readonly start: number;
  readonly command: DramCommandEvent;
}

/** The bursts on the data bus of each pseudo-channel: no two at once. Says nothing of how the rules came to allow it. */
export class DataBusChecker {
  readonly #preset: DramPreset;
  readonly #bursts: Burst[][];

  constructor(preset: DramPreset) {
    this.#preset = preset;
    this.#bursts = Array.from({ length: preset.organisation.pseudoChannels }, () => []);
  }

  next(event: DramCommandEvent, { data }: Reach): DramViolation[] {
    if (!data) return [];
    const { timing, organisation } = this.#preset;
    const { command, cycle, pseudoChannel } = event;
    const reads = command === 'RD' || command === 'RDA';
    if (!reads && command !== 'WR' && command !== 'WRA') return [];
    const start = cycle + (reads ? timing.RL : timing.WL);
    // What ended before the earliest data of any later command can be forgotten.
    const past = this.#bursts[pseudoChannel]!.filter((b) => b.start + organisation.burstCycles > cycle + Math.min(timing.RL, timing.WL));
    const other = past.findLast((b) => Math.abs(b.start - start) < organisation.burstCycles);
    this.#bursts[pseudoChannel] = [...past, { start, command: event }];
    if (other === undefined) return [];
    const earliest = cycle + (other.start + organisation.burstCycles - start);
    const span = (from: number): string => `${from} to ${from + organisation.burstCycles - 1}`;
    const message =
      `${command} of ${targetText(event)} at ${placeText(event)} has data in cycles ${span(start)}, and ${other.command.command} of ${targetText(other.command)} at ` +
      `${placeText(other.command)} in ${span(other.start)}: not before cycle ${earliest}`;
    return [{ kind: 'data', rule: 'dataBus', command: event, earlier: other.command, earliest, message }];
  }
}
