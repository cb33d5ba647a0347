import { controlRow, type ControlRow, type DramCommandEvent, type DramPreset } from '../../src/dram/index.ts';
import { earliest, event } from './oracle.ts';
import type { Random } from './streams.ts';

/** A command and whether all units hear it. */
export interface Heard {
  readonly event: DramCommandEvent;
  readonly all: boolean;
}

/** The commands of one bank each that it stands for. */
export function single({ event: e, all }: Heard, { organisation: o }: DramPreset, banksPerUnit: number): DramCommandEvent[] {
  if (!all || e.bank === -1 || e.command === 'REFSB') return [e];
  const heard: DramCommandEvent[] = [];
  for (let group = 0; group < o.bankGroups; group++) {
    for (let bank = 0; bank < o.banksPerGroup; bank++) if (bank % banksPerUnit === e.bank % banksPerUnit) heard.push({ ...e, group, bank });
  }
  return heard;
}

/** What the second telling of the rules says of each of those, and of five ACTs some of which are at once. */
export function earliestOfAll(before: readonly Heard[], next: Heard, preset: DramPreset, banksPerUnit: number): Map<string, number> {
  const now = next.event.cycle || before.at(-1)?.event.cycle || 0;
  const past = before.filter((h) => h.event.cycle > now - 1200).flatMap((h) => single(h, preset, banksPerUnit));
  const own = single(next, preset, banksPerUnit);
  const found = new Map<string, number>();
  const limit = (rule: string, cycle: number): void => void found.set(rule, Math.max(cycle, found.get(rule) ?? -Infinity));
  for (const one of own) for (const [rule, cycle] of earliest(past, one, preset)) limit(rule, cycle);
  if (next.event.command === 'ACT') {
    const acts = past.filter((a) => a.command === 'ACT' && a.pseudoChannel === next.event.pseudoChannel);
    for (let mine = 1; mine <= Math.min(4, own.length); mine++) {
      const first = acts.at(mine - 5);
      if (first !== undefined) limit('tFAW', first.cycle + preset.timing.tFAW);
    }
  }
  return found;
}

interface Step {
  readonly event: DramCommandEvent;
  readonly all: boolean;
  /** It waits for the data of the write before, which change the mode. */
  readonly settled?: boolean;
}

/** Work of one pseudo-channel without end: host accesses, then a visit to the all-bank modes, and so on. */
function* work(pc: number, preset: DramPreset, banksPerUnit: number, random: Random): Generator<Step, never> {
  const { organisation: o } = preset;
  const below = (n: number): number => Math.floor(random() * n);
  const row = (name: ControlRow): number => controlRow(name, o);
  const place = (): { pseudoChannel: number; group: number; bank: number } => ({ pseudoChannel: pc, group: below(o.bankGroups), bank: below(o.banksPerGroup) });
  const bankOf = (b: number): { pseudoChannel: number; group: number; bank: number } => ({ pseudoChannel: pc, group: below(o.bankGroups), bank: below(o.banksPerGroup / banksPerUnit) * banksPerUnit + b });
  for (;;) {
    for (let i = below(4); i > 0; i--) {
      const p = place();
      yield { event: event('ACT', 0, { ...p, row: 2 }), all: false };
      for (let n = below(3); n > 0; n--) yield { event: event(below(2) === 0 ? 'RD' : 'WR', 0, { ...p, row: 2 }), all: false };
      yield { event: event('PRE', 0, p), all: false };
      if (below(2) === 0) yield { event: event('REFSB', 0, place()), all: false };
    }
    const enter = place();
    yield { event: event('ACT', 0, { ...enter, row: row('AB_ROW') }), all: false };
    yield { event: event(below(2) === 0 ? 'PRE' : 'PREA', 0, enter), all: false };
    for (let rounds = 1 + below(3); rounds > 0; rounds--) {
      if (below(3) === 0) yield { event: event('REF', 0, { pseudoChannel: pc }), all: true };
      if (below(3) === 0) yield { event: event('REFSB', 0, place()), all: true };
      const b = below(banksPerUnit);
      const execute = (on: number): Step[] => [
        { event: event('ACT', 0, { ...bankOf(b), row: row('CONF_ROW') }), all: true },
        { event: event('WR', 0, { ...bankOf(b), row: row('CONF_ROW'), column: 4 }), all: true },
        { event: event('WR', 0, { ...bankOf(b), row: row('CONF_ROW'), column: 0, data: on }), all: true },
        { event: event('PRE', 0, bankOf(b)), all: true, settled: true },
      ];
      yield* execute(1);
      const [one, two] = [below(banksPerUnit), below(banksPerUnit)];
      const banks = one === two ? [one] : [one, two];
      for (const x of banks) yield { event: event('ACT', 0, { ...bankOf(x), row: x }), all: true };
      for (let n = below(6); n > 0; n--) {
        const x = banks[below(banks.length)]!;
        yield { event: event(below(3) === 0 ? 'WR' : 'RD', 0, { ...bankOf(x), row: x }), all: true };
      }
      if (below(2) === 0) yield { event: event(below(2) === 0 ? 'RDA' : 'WRA', 0, { ...bankOf(one), row: one }), all: true };
      yield { event: event('PREA', 0, { pseudoChannel: pc }), all: true };
      yield* execute(0);
    }
    const leave = place();
    yield { event: event('ACT', 0, { ...leave, row: row('SB_ROW') }), all: true };
    yield { event: event('PRE', 0, { ...leave, group: below(o.bankGroups) }), all: true };
  }
}

/** Random legal commands of a channel with PIM units, each as early as the second telling allows or a little later. */
export function legalPimStream(preset: DramPreset, banksPerUnit: number, length: number, random: Random): Heard[] {
  const { timing, organisation } = preset;
  const works = Array.from({ length: organisation.pseudoChannels }, (_, pc) => work(pc, preset, banksPerUnit, random));
  const heard: Heard[] = [];
  while (heard.length < length) {
    const { event: next, all, settled = false } = works[Math.floor(random() * works.length)]!.next().value;
    const configured = heard.findLast((h) => h.event.pseudoChannel === next.pseudoChannel && h.event.data !== undefined);
    const wait = settled && configured !== undefined ? configured.event.cycle + timing.WL + organisation.burstCycles : 0;
    const least = Math.max(wait, heard.at(-1)?.event.cycle ?? 0, ...earliestOfAll(heard, { event: next, all }, preset, banksPerUnit).values());
    heard.push({ event: { ...next, cycle: least + (random() < 0.8 ? 0 : Math.floor(random() * 4)) }, all });
  }
  return heard;
}
