import { describe, expect, it } from 'vitest';
import { addressMapping, checkCommands, DRAM_MAPPINGS, dramPreset, generateRequests, readRequests, type DramCommandEvent } from '../../src/dram/index.ts';
import { serve } from './scheduler.ts';
import { fixture, readAll } from './streams.ts';

const SIMULATORS = [
  { folder: 'dramsim3', preset: dramPreset('dramsim3-hbm2-4gb'), mapping: DRAM_MAPPINGS.dramsim3 },
  { folder: 'ramulator2', preset: dramPreset('ramulator2-hbm2-2000'), mapping: DRAM_MAPPINGS.ramulator2 },
];

/** Of a command, all that matters; cycles from the first one. */
const relative = (events: readonly DramCommandEvent[]) =>
  events.map(({ cycle, command, pseudoChannel, group, bank, row, column }) => ({ cycle: cycle - events[0]!.cycle, command, pseudoChannel, group, bank, row, column }));

describe.each(SIMULATORS)('$folder', ({ folder, preset, mapping: text }) => {
  const mapping = addressMapping(text, preset.organisation);

  it.each(['raw_single_read', 'same_bank_rows'])('%s: nothing to choose, so every command is in the same cycle', (name) => {
    const ours = serve(readRequests(fixture(`${folder}/${name}.trc`), mapping), mapping, preset);
    const theirs = readAll(`${folder}/${name}.cmd`, preset);
    // DRAMsim3 runs on until its first refresh, when there is nothing left to do.
    const rest = theirs.slice(ours.length).map((e) => e.command);
    expect(['', 'PRE,REF']).toContain(rest.join());
    expect(relative(ours)).toEqual(relative(theirs.slice(0, ours.length)));
    expect(ours.length).toBe(name === 'raw_single_read' ? 2 : 35);
  });

  it('stream64: all reads are where they should be, in the order of requests for each pseudo-channel', () => {
    const where = [...readRequests(fixture(`${folder}/stream64.trc`), mapping)].map((r) => mapping.locate(r.address));
    const reads = readAll(`${folder}/stream64.cmd`, preset).filter((e) => e.command === 'RD');
    expect(reads.length).toBe(64);
    for (let pc = 0; pc < preset.organisation.pseudoChannels; pc++) {
      const place = ({ pseudoChannel, group, bank, row, column }: Omit<DramCommandEvent, 'cycle' | 'command'>) => [pseudoChannel, group, bank, row, column];
      const theirs = reads.filter((e) => e.pseudoChannel === pc).map(place);
      const ours = where.filter((l) => l.pseudoChannel === pc).map((l) => place({ ...l, channel: 0 }));
      if (folder === 'ramulator2') expect(theirs).toEqual(ours);
      // Reads of two rows may overtake each other.
      else expect(new Set(theirs.map(String))).toEqual(new Set(ours.map(String)));
    }
  });

  it.each(['stream', 'random', 'hot-row', 'strided'] as const)('%s requests make streams that the checker passes', (pattern) => {
    const requests = generateRequests({ pattern, count: 150, writes: 0.4, seed: 9 }, mapping, preset.organisation);
    expect(checkCommands(serve(requests, mapping, preset), preset).violations.map((v) => v.message)).toEqual([]);
  });
});
