import { describe, expect, it } from 'vitest';
import { checkCommands, dramPreset, dramPresets, rules, type DramCommandEvent, type DramPreset } from '../../src/dram/index.ts';
import { earliest } from './oracle.ts';
import { legalStream, readAll, seeded, TRACES } from './streams.ts';

/** The stream with one command a cycle earlier, behind what is in that cycle already. */
function mutated(events: readonly DramCommandEvent[], i: number): { readonly events: DramCommandEvent[]; readonly moved: DramCommandEvent } {
  const moved = { ...events[i]!, cycle: events[i]!.cycle - 1 };
  const others = events.filter((_, k) => k !== i);
  const at = others.findIndex((e) => e.cycle > moved.cycle);
  return { events: [...others.slice(0, at === -1 ? others.length : at), moved, ...others.slice(at === -1 ? others.length : at)], moved };
}

/** Moves every command that some rule binds; how many there were of each rule. */
function moveAll(events: readonly DramCommandEvent[], preset: DramPreset): Map<string, number> {
  const seen = new Map<string, number>();
  expect(checkCommands(events, preset).violations.map((v) => v.message)).toEqual([]);
  events.forEach((e, i) => {
    const binding = [...earliest(events.slice(0, i), e, preset)].filter(([, cycle]) => cycle === e.cycle).map(([rule]) => rule);
    if (binding.length === 0) return;
    const { events: early, moved } = mutated(events, i);
    const found = checkCommands(early, preset, Infinity).violations.filter((v) => v.command === moved && v.kind === 'timing');
    const named = found.filter((v) => v.earliest === e.cycle).map((v) => v.rule);
    expect(named.sort(), `${e.command} at ${e.cycle}`).toEqual(binding.sort());
    for (const { earlier, message } of found) {
      expect(earlier!.cycle).toBeLessThanOrEqual(moved.cycle);
      expect(message).toContain(`not before cycle ${e.cycle}`);
    }
    for (const rule of binding) seen.set(rule, (seen.get(rule) ?? 0) + 1);
  });
  return seen;
}

describe('traces of other simulators', () => {
  for (const { file, preset: name } of TRACES) {
    const preset = dramPreset(name);
    it(`${file}: no violation, and each command that is bound would break its rule a cycle earlier`, () => {
      const events = readAll(file, preset);
      const seen = moveAll(events, preset);
      // A command stands behind each read, at least the ACT of its row.
      expect(seen.get('tRCDRD')).toBe(events.filter((e) => e.command === 'ACT').length);
    });
  }
});

describe('random legal streams', () => {
  const seen = new Map<string, number>();
  for (const [i, preset] of dramPresets.entries()) {
    const seed = 1000 + i;
    it(`${preset.name}, seed ${seed}`, () => {
      for (const [rule, times] of moveAll(legalStream(preset, 600, seeded(seed)), preset)) seen.set(rule, (seen.get(rule) ?? 0) + times);
    });
  }

  it('have commands that are bound by each rule', () => {
    const names = new Set(dramPresets.flatMap((p) => rules(p).map((r) => r.name)));
    expect([...names].filter((n) => !seen.has(n))).toEqual([]);
  });
});
