import { describe, expect, it } from 'vitest';
import { BusTimeCounter, type BusTime } from '../../src/dram/bus-time.ts';
import { dramPreset, dramPresets, type DramCommandEvent, type DramPreset } from '../../src/dram/index.ts';
import { event, limits } from './oracle.ts';
import { legalStream, seeded } from './streams.ts';

const COLUMNS = ['RD', 'RDA', 'WR', 'WRA'];

function counted(events: readonly DramCommandEvent[], preset: DramPreset, cycles: number): BusTime {
  const counter = new BusTimeCounter(preset);
  for (const e of events) counter.push(e);
  return counter.until(cycles);
}

/** The rule that binds the command at `i` and reaches back furthest, and the command that it counts from: all pairs are looked at. */
function binding(events: readonly DramCommandEvent[], i: number, preset: DramPreset): { readonly rule: string; readonly cycles: number; readonly from: number } | undefined {
  const b = events[i]!;
  const found = events.slice(0, i).flatMap((a, from) => limits(a, b, preset).filter(([, cycles]) => cycles > 0 && a.cycle + cycles === b.cycle).map(([rule, cycles]) => ({ rule, cycles, from }))); // prettier-ignore
  if (b.command === 'ACT') {
    const acts = events.flatMap((a, from) => (from < i && a.command === 'ACT' && a.pseudoChannel === b.pseudoChannel ? [from] : []));
    const fourth = acts.at(-4);
    if (fourth !== undefined && events[fourth]!.cycle + preset.timing.tFAW === b.cycle) found.push({ rule: 'tFAW', cycles: preset.timing.tFAW, from: fourth });
  }
  return found.sort((x, y) => y.cycles - x.cycles || (x.rule < y.rule ? -1 : 1))[0];
}

/** Each idle cycle of each data bus by itself. */
function oracle(events: readonly DramCommandEvent[], preset: DramPreset): { readonly data: number; readonly rules: Record<string, number>; readonly controller: number } {
  const rules: Record<string, number> = {};
  let [data, controller] = [0, 0];
  for (let pc = 0; pc < preset.organisation.pseudoChannels; pc++) {
    let start = 0;
    let last: number | undefined;
    events.forEach((e, i) => {
      if (!COLUMNS.includes(e.command) || e.pseudoChannel !== pc) return;
      const owner = new Map<number, string>();
      let [first, second] = [last, i];
      // The same wait for both, the second one's begun before the first one is given.
      for (let shared = true; shared; ) {
        const [a, b] = [first === undefined ? undefined : binding(events, first, preset), binding(events, second, preset)];
        shared = a !== undefined && b !== undefined && a.rule === b.rule && a.cycles === b.cycles && b.from < first! && a.from < b.from;
        if (shared) [first, second] = [a!.from, b!.from];
      }
      const shift = e.cycle - events[second]!.cycle;
      start -= shift;
      for (let at: number | undefined = second; at !== undefined && events[at]!.cycle > start; ) {
        const bound: ReturnType<typeof binding> = binding(events, at, preset);
        if (bound !== undefined) for (let cycle = events[bound.from]!.cycle; cycle < events[at]!.cycle; cycle++) owner.set(cycle, bound.rule);
        at = bound?.from;
      }
      for (let cycle = start; cycle < e.cycle - shift; cycle++) {
        const rule = owner.get(cycle);
        if (rule === undefined) controller++;
        else rules[rule] = (rules[rule] ?? 0) + 1;
      }
      start = e.cycle + preset.organisation.burstCycles;
      last = i;
      data += preset.organisation.burstCycles;
    });
  }
  return { data, rules, controller };
}

describe('what keeps the data bus idle', () => {
  it.each(dramPresets.map((p, i) => [p.name, 500 + i] as const))('%s, random legal commands of seed %i: each cycle has the owner that looking at all pairs gives it', (name, seed) => {
    const preset = dramPreset(name);
    const events = legalStream(preset, 350, seeded(seed));
    const cycles = events.at(-1)!.cycle + 100;
    const { noRequest, ...rest } = counted(events, preset, cycles);
    expect(rest).toEqual(oracle(events, preset));
    const all = rest.data + noRequest + rest.controller + Object.values(rest.rules).reduce((a, b) => a + b, 0);
    expect(all).toBe(cycles * preset.organisation.pseudoChannels);
  });

  it('a rule has its cycles also behind another one: REF, tRFC, ACT, tRCDRD, RD', () => {
    const preset = dramPreset('samsung-hbm2');
    const { tRFC, tRCDRD } = preset.timing;
    const events = [event('REF', 40), event('ACT', 40 + tRFC), event('RD', 40 + tRFC + tRCDRD)];
    const { rules, controller } = counted(events, preset, 1000);
    expect(rules).toEqual({ tRFC, tRCDRD });
    expect(controller).toBe(40);
  });

  it('rows that are opened in advance wait for each other, and not for tRCD', () => {
    const preset = dramPreset('samsung-hbm2');
    const { tRCDRD, tRRDS, tFAW } = preset.timing;
    // Eight banks of four groups, one read each: four ACTs tRRDS apart, and the next ones tFAW after those.
    const at = Array.from({ length: 8 }, (_, i) => 2 + (i % 4) * tRRDS + Math.floor(i / 4) * tFAW);
    const events = at.flatMap((cycle, i) => [event('ACT', cycle, { group: i % 4, bank: i >> 2 }), event('RD', cycle + tRCDRD, { group: i % 4, bank: i >> 2 })]).sort((a, b) => a.cycle - b.cycle);
    const { rules } = counted(events, preset, 200);
    const gap = tRRDS - preset.organisation.burstCycles;
    expect(tFAW).toBe(4 * tRRDS);
    // tFAW keeps the second four away from the first, and those of each from one another only because they had been apart.
    expect(rules).toEqual({ tRCDRD, tRRDS: 6 * gap, tFAW: gap });
  });

  it('tells waiting for requests from waiting for the controller', () => {
    const preset = dramPreset('samsung-hbm2');
    const counter = new BusTimeCounter(preset);
    const { tRCDRD } = preset.timing;
    counter.wanted(1, 30);
    counter.push(event('ACT', 32, { pseudoChannel: 1 }));
    counter.push(event('RD', 32 + tRCDRD, { pseudoChannel: 1 }));
    counter.wanted(1, 100);
    counter.push(event('RD', 105, { pseudoChannel: 1 }));
    const burst = preset.organisation.burstCycles;
    const second = 100 - (32 + tRCDRD + burst);
    expect(counter.until(200)).toEqual({ data: 2 * burst, noRequest: 30 + second + (200 - 105 - burst) + 200, rules: { tRCDRD }, controller: 2 + 5 });
  });

  it('forgets, and is none the worse for it: a million commands', () => {
    const preset = dramPreset('qv100-hbm2');
    const counter = new BusTimeCounter(preset);
    const { tCCDS, tRCDRD } = preset.timing;
    counter.push(event('ACT', 2));
    counter.push(event('ACT', 2 + preset.timing.tRRDS, { group: 1 }));
    const first = 2 + preset.timing.tRRDS + tRCDRD;
    for (let i = 0; i < 1_000_000; i++) counter.push(event('RD', first + i * (tCCDS + 3), { group: (i + 1) % 2 }));
    const { controller, rules, data } = counter.until(first + 1_000_000 * (tCCDS + 3));
    expect([data, rules['tRCDRD']]).toEqual([1_000_000, tRCDRD]);
    expect(controller).toBe(2 + 999_999 * (tCCDS + 3 - 1));
  });
});
