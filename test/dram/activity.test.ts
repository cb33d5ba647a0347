import { describe, expect, it } from 'vitest';
import { ChannelActivity } from '../../src/dram/activity.ts';
import { dramPreset, dramPresets, type DramCommandEvent, type DramPreset } from '../../src/dram/index.ts';
import { event } from './oracle.ts';
import { legalStream, seeded } from './streams.ts';

/** Looks at each cycle of each pseudo-channel: is a bank open, does one refresh or close by itself, does the clock stand still? */
function oracle(events: readonly DramCommandEvent[], { organisation, timing: t }: DramPreset, cycles: number) {
  const { pseudoChannels, bankGroups, banksPerGroup, burstCycles } = organisation;
  const background = { active: 0, precharged: 0, activePowerDown: 0, prechargedPowerDown: 0 };
  let refreshing = 0;
  const down = new Uint8Array(cycles);
  let since: number | undefined;
  for (const { command, cycle } of events) {
    if (command === 'PDE' || command === 'SRE') since = cycle;
    if ((command === 'PDX' || command === 'SRX') && since !== undefined) down.fill(1, since, cycle);
    if (command === 'PDX' || command === 'SRX') since = undefined;
  }
  if (since !== undefined) down.fill(1, since);
  for (let pc = 0; pc < pseudoChannels; pc++) {
    const active = new Uint8Array(cycles);
    const refresh = new Uint8Array(cycles);
    for (let bank = 0; bank < bankGroups * banksPerGroup; bank++) {
      let opened: number | undefined;
      for (const e of events) {
        if (e.pseudoChannel !== pc && e.pseudoChannel !== -1) continue;
        if (e.bank !== -1 && e.group * banksPerGroup + e.bank !== bank) continue;
        const { command, cycle } = e;
        if (command === 'ACT') opened = cycle;
        if (command === 'REF') refresh.fill(1, cycle, cycle + t.tRFC);
        if (command === 'REF' || command === 'REFSB') active.fill(1, cycle, cycle + (command === 'REF' ? t.tRFC : t.tRFCSB));
        // PRE, or as if there were one as early as may be.
        const rtp = bankGroups > 1 ? t.tRTPL : t.tRTPS;
        const closes = { PRE: cycle, PREA: cycle, RDA: cycle + rtp, WRA: cycle + t.WL + burstCycles + t.tWR }[command as string];
        if (closes === undefined || opened === undefined) continue;
        active.fill(1, opened, Math.max(closes, command.endsWith('A') && command !== 'PREA' ? opened + t.tRAS : 0));
        opened = undefined;
      }
      if (opened !== undefined) active.fill(1, opened);
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      refreshing += refresh[cycle]!;
      background[active[cycle] === 1 ? (down[cycle] === 1 ? 'activePowerDown' : 'active') : down[cycle] === 1 ? 'prechargedPowerDown' : 'precharged']++;
    }
  }
  const counts: Record<string, number> = {};
  for (const { command } of events) counts[command] = (counts[command] ?? 0) + 1;
  return { cycles, counts, background, refreshing };
}

function activity(events: readonly DramCommandEvent[], preset: DramPreset, cycles: number) {
  const counter = new ChannelActivity(preset);
  for (const e of events) counter.push(e);
  return counter.until(cycles);
}

describe('what a channel is busy with', () => {
  it.each(dramPresets.map((p, i) => [p.name, 700 + i] as const))('%s, random legal commands of seed %i: as counted cycle by cycle', (name, seed) => {
    const preset = dramPreset(name);
    const events = legalStream(preset, 500, seeded(seed));
    for (const rest of [1, 40, 3000]) {
      const cycles = events.at(-1)!.cycle + rest;
      expect(activity(events, preset, cycles)).toEqual(oracle(events, preset, cycles));
    }
  });

  it('a refresh that has not ended counts as far as it has come', () => {
    const preset = dramPreset('samsung-hbm2');
    expect(activity([event('REF', 10)], preset, 15).refreshing).toBe(5);
    expect(activity([event('REF', 10)], preset, 5000).refreshing).toBe(preset.timing.tRFC);
  });

  it('has states that add up, also of nothing', () => {
    const preset = dramPreset('dramsim3-hbm2-4gb');
    expect(activity([], preset, 12)).toEqual({ cycles: 12, counts: {}, refreshing: 0, background: { active: 0, precharged: 12, activePowerDown: 0, prechargedPowerDown: 0 } });
  });
});
