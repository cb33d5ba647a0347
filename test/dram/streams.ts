import { readCommands, type DramCommand, type DramCommandEvent, type DramPreset } from '../../src/dram/index.ts';
import { earliest, event, openRow } from './oracle.ts';

export const fixture = (name: string): string => `test/fixtures/dram/${name}`;

export function readAll(name: string, preset: DramPreset): DramCommandEvent[] {
  const events: DramCommandEvent[] = [];
  readCommands(fixture(name), preset, {}, (e) => events.push(e));
  return events;
}

/** The command traces of the independent simulators, and what they were made with. */
export const TRACES = ['raw_single_read', 'same_bank_rows', 'stream64'].flatMap((name) => [
  { file: `dramsim3/${name}.cmd`, preset: 'dramsim3-hbm2-4gb' },
  { file: `ramulator2/${name}.cmd`, preset: 'ramulator2-hbm2-2000' },
]);

export type Random = () => number;

/** Numerical Recipes' generator. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const OF_CHANNEL: readonly DramCommand[] = ['MRS', 'PDE', 'PDX', 'SRE', 'SRX'];

/**
 * Random commands that are legal, each as early as the oracle allows or a little later. All banks are used, but few rows, and commands that
 * take long are rare.
 */
export function legalStream(preset: DramPreset, length: number, random: Random): DramCommandEvent[] {
  const { pseudoChannels, bankGroups, banksPerGroup } = preset.organisation;
  const below = (n: number): number => Math.floor(random() * n);
  const events: DramCommandEvent[] = [];
  let asleep: 'PDX' | 'SRX' | undefined;
  const isOpen = (pc: number, group: number, bank: number): boolean => openRow(events, pc, group, bank) !== undefined;
  const anyOpen = (pc: number): boolean => Array.from({ length: bankGroups * banksPerGroup }, (_, i) => i).some((i) => isOpen(pc, Math.floor(i / banksPerGroup), i % banksPerGroup));
  const allOpen = (): boolean => Array.from({ length: pseudoChannels }, (_, pc) => pc).some(anyOpen);
  const put = (next: DramCommandEvent): void => {
    const least = Math.max(0, events.at(-1)?.cycle ?? 0, ...earliest(events, next, preset).values());
    events.push({ ...next, cycle: least + (random() < 0.7 ? 0 : below(4)) });
  };
  let last = { pseudoChannel: 0, group: 0, bank: 0, row: 0 };
  while (events.length < length) {
    // Neighbours in a group and bursts of one row would be rare by chance.
    const place = random() < 0.4 ? last : { pseudoChannel: below(pseudoChannels), group: below(bankGroups), bank: below(banksPerGroup), row: below(3) };
    last = place;
    const { pseudoChannel: pc, group, bank } = place;
    const dice = random();
    if (asleep !== undefined) {
      put(event(asleep, 0));
      asleep = undefined;
    } else if (dice < 0.04) {
      const command = OF_CHANNEL[below(4) === 0 ? 1 : below(2) === 0 ? 3 : 0]!;
      if (command !== 'PDE') for (let p = 0; p < pseudoChannels; p++) if (anyOpen(p)) put(event('PREA', 0, { pseudoChannel: p }));
      if (command !== 'PDE' && allOpen()) throw new Error('PREA has not closed all banks');
      put(event(command, 0));
      asleep = command === 'PDE' ? 'PDX' : command === 'SRE' ? 'SRX' : undefined;
    } else if (dice < 0.08) {
      if (anyOpen(pc)) put(event('PREA', 0, place));
      put(event('REF', 0, place));
    } else if (isOpen(pc, group, bank)) {
      const row = openRow(events, pc, group, bank)!;
      const command = dice < 0.2 ? 'PRE' : (['RD', 'WR', 'RD', 'WR', 'RD', 'WR', 'RDA', 'WRA'] as const)[below(8)]!;
      put(event(command, 0, { ...place, row }));
    } else put(event(dice < 0.15 ? 'REFSB' : 'ACT', 0, place));
  }
  return events;
}
