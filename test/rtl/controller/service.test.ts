import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dramPreset, dramPresets } from '../../../src/dram/index.ts';
import { simulate } from '../../../src/index.ts';
import { DramBench } from '../../../bench/designs/dram.ts';
import { seedOf } from '../../cosim/helpers.ts';
import { requests, serveOrShow } from './arbitrary.ts';
import type { Request } from './harness.ts';
import { overtakes } from './bound.ts';

const read = (bank: number, row: number, column: number): Request => ({ gap: 0, write: false, bank, row, column, value: 0, mask: 0n });
const write = (bank: number, row: number, column: number): Request => ({ ...read(bank, row, column), write: true });

describe('nobody starves', () => {
  const preset = dramPreset('ramulator2-hbm2-2000');

  it.each([1, 4, 20])('with an age cap of %i, hits overtake a conflict as often and no more', (ageCap) => {
    const list = [read(0, 0, 0), read(0, 1, 0), ...Array.from({ length: 60 }, (_, i) => read(0, 0, i % 32))];
    const outcome = serveOrShow({ preset, reads: 16, writes: 4, ageCap, idBits: 7, statistics: 'requests', refresh: 'none' }, list);
    expect(overtakes(outcome)[1]!.overtaken).toBe(ageCap);
  });

  it('a request with p older ones before it is overtaken at most (p + 1) x cap times', () => {
    fc.assert(
      fc.property(requests(preset, 100), fc.integer({ min: 1, max: 6 }), (list, ageCap) => {
        const outcome = serveOrShow({ preset, reads: 8, writes: 8, ageCap, statistics: 'requests' }, list.map((r) => ({ ...r, gap: 0 })));
        for (const { overtaken, ahead } of overtakes(outcome)) expect(overtaken).toBeLessThanOrEqual((ahead + 1) * ageCap);
      }),
      { numRuns: 25, seed: seedOf(3) },
    );
  });

  it('a stream of writes does not keep a read waiting, nor a stream of reads a write', () => {
    const options = { preset, reads: 8, writes: 8, idBits: 7, refresh: 'none', drain: { wait: 200 } } as const;
    const other = (i: number): readonly [number, number, number] => [(4 * i) % 32, 0, (i >> 3) % 32];
    const among = (one: Request, many: (i: number) => Request): Request[] => [...Array.from({ length: 100 }, (_, i) => many(i)), one, ...Array.from({ length: 500 }, (_, i) => many(100 + i))];
    const waitOf = (list: readonly Request[]): number => {
      const { accepted, answered } = serveOrShow(options, list).served[100]!;
      return answered - accepted;
    };
    // One turn of the others, of 16, and a row cycle of its own.
    expect(waitOf(among(read(3, 5, 0), (i) => write(...other(i))))).toBeLessThan(200);
    // The write has to be old first.
    expect(waitOf(among(write(3, 5, 0), (i) => read(...other(i))))).toBeLessThan(200 + 200);
  });
});

describe('streaming reads', () => {
  const share = (preset: string, entries: number): number => {
    const { organisation, timing } = dramPreset(preset);
    const sim = simulate(DramBench({ traffic: { order: 'stream', writes: 0, every: 1 }, options: { preset, reads: entries, writes: entries } }));
    sim.reset(1);
    sim.step(500);
    const before = sim.out.answered;
    const cycles = timing.tREFI - 600;
    sim.step(cycles);
    return (sim.out.answered - before) / cycles / (organisation.pseudoChannels / organisation.burstCycles);
  };
  it.each(dramPresets.map(({ name }) => name))('%s: at least 95 in a hundred cycles of the data bus between refreshes, and no more than all', (preset) => {
    const reached = share(preset, 64);
    expect(reached).toBeGreaterThanOrEqual(0.95);
    expect(reached).toBeLessThanOrEqual(1);
  });
  it('32 entries do as well with the latencies of HBM2', () => {
    expect(share('ramulator2-hbm2-2000', 32)).toBeGreaterThanOrEqual(0.95);
  });
});

describe('refreshes that are owed', () => {
  it.each(['all-bank', 'per-bank'] as const)('%s: wait while the channel is given away, and are made up for', (refresh) => {
    const preset = dramPreset('ramulator2-hbm2-2000');
    const { tREFI } = preset.timing;
    // Seven are owed in the end, one less than may be.
    const { commands } = serveOrShow({ preset, reads: 4, writes: 4, refresh }, [read(0, 0, 0)], { stop: { at: 100, resume: Math.floor(7.2 * tREFI) }, until: 12 * tREFI });
    const banks = refresh === 'all-bank' ? 2 : 32;
    expect(commands.filter(({ cycle }) => cycle > 200 && cycle < 7.2 * tREFI)).toEqual([]);
    expect(commands.filter(({ command }) => command.startsWith('REF')).length).toBeGreaterThanOrEqual(11 * banks);
  });
});
