import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../rtl/controller/index.ts';
import { CauseHistogram } from '../../src/cli/dram-causes.ts';
import { pinsOf, RequestPlayer } from '../../src/cli/dram-player.ts';
import { addressMapping, dramPreset, dramPresets, DRAM_MAPPINGS, type DramCommandEvent } from '../../src/dram/index.ts';
import type { ModelIo } from '../../src/index.ts';

const preset = dramPreset('samsung-hbm2');
const mapping = addressMapping(DRAM_MAPPINGS.interleaved, preset.organisation);

/** Sixteen bits for each cause. */
const packed = (cycles: readonly number[]): Int32Array => new Int32Array(Uint16Array.from([...cycles, ...(cycles.length % 2 === 1 ? [0] : [])]).buffer);

/** The ports of a player, of which a test says what stands on some in a cycle. */
function ports(): { readonly io: ModelIo; readonly see: (values: Readonly<Record<string, number | readonly number[]>>) => void } {
  const names = ['happens', 'taken', 'forwarded', 'valid', 'id', 'written', 'writtenId', 'causes', 'writtenCauses', 'rowKind', 'rowPc', 'rowBa', 'row', 'columnKind', 'columnPc', 'columnBa', 'column'];
  const port = (words: number): { words: Int32Array } => ({ words: new Int32Array(words) });
  const seen = Object.fromEntries(names.map((n) => [n, port(5)]));
  const out = Object.fromEntries(['offer', 'write', 'number', 'address'].map((n) => [n, port(2)]));
  return {
    io: { in: seen, out } as unknown as ModelIo,
    see(values) {
      for (const { words } of Object.values(seen)) words.fill(0);
      seen['happens']!.words[0] = Object.keys(values).length > 0 ? 1 : 0;
      for (const [name, value] of Object.entries(values)) seen[name]!.words.set(typeof value === 'number' ? [value] : packed(value));
    },
  };
}

function story(told: (latency: number) => readonly number[]) {
  const commands: DramCommandEvent[] = [];
  const wanted: number[][] = [];
  const player = new RequestPlayer([{ address: 0x40, write: false, cycle: 2 }], preset, mapping, { command: (c) => void commands.push(c), wanted: (pc, cycle) => void wanted.push([pc, cycle]) });
  const behaviour = player.behaviour();
  const { io, see } = ports();
  behaviour.reset?.(io);
  const offers: number[] = [];
  for (let cycle = 0; cycle < 10; cycle++) {
    offers.push(io.out['offer']!.words[0]!);
    see(cycle === 4 ? { taken: 1 } : cycle === 9 ? { valid: 1, id: io.out['number']!.words[0]!, causes: told(5) } : {});
    behaviour.clock?.(io);
  }
  return { player, offers, wanted };
}
const split = (latency: number): number[] => CAUSES.map((_, i) => (i === 0 ? latency - 3 : i === 1 ? 3 : 0));

describe('the player of requests', () => {
  it('offers a request from its cycle on until it is taken, and measures from there', () => {
    const { player, offers, wanted } = story(split);
    expect(offers).toEqual([0, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(wanted).toEqual([[mapping.locate(0x40).pseudoChannel, 4]]);
    expect(player.latency.reads.numbers).toMatchObject({ count: 1, total: 5 });
    expect(player.acceptance.numbers).toMatchObject({ count: 1, total: 2 });
    expect(player.causes.reads.buckets).toEqual([{ from: 4, to: 7, requests: 1, cycles: expect.objectContaining({ queue: 2, direction: 3, data: 0 }) as unknown }]);
    expect(player.cycles).toBe(10);
  });

  it('does not accept causes that do not add up', () => {
    expect(() => story((latency) => split(latency + 1))).toThrow(/causes of a request that was answered in cycle 9 have 6 cycles, and it took 5/);
  });
});

it('a histogram of causes has all cycles of each, in the span of the latency', () => {
  const histogram = new CauseHistogram();
  const list = [1, 2, 3, 4, 1000, 1023, 1024, 65_535];
  for (const latency of list) expect(histogram.add(latency, packed([...CAUSES.keys()].map((i) => (i === 2 ? latency : 0))))).toBe(latency);
  const { buckets } = histogram;
  expect(buckets.map((b) => b.requests)).toEqual([1, 2, 1, 2, 1, 1]);
  for (const { from, to, cycles } of buckets) expect(cycles[CAUSES[2]]).toBe(list.filter((l) => l >= from && l <= to).reduce((a, b) => a + b, 0));
});

it('pins carry what fits them', () => {
  expect(Object.fromEntries(dramPresets.map((p) => [p.name, pinsOf(p.organisation)]))).toEqual({
    'samsung-hbm2': 'HBM2', 'dramsim3-hbm2-4gb': undefined, 'ramulator2-hbm2-1600': 'HBM2E', 'ramulator2-hbm2-2000': 'HBM2E', 'ramulator2-hbm2-2400': 'HBM2E', 'qv100-hbm2': undefined, 'hbm2e-3200': 'HBM2E',
  }); // prettier-ignore
  expect(pinsOf({ ...preset.organisation, rows: 2 ** 16 })).toBeUndefined();
  expect(pinsOf({ ...preset.organisation, burstsPerRow: 64 })).toBeUndefined();
});
