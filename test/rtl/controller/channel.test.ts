import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bit, dramPreset, module, simulate } from '../../../src/index.ts';
import { controllerShape, DramController, MemoryChannel } from '../../../rtl/controller/index.ts';
import { DramDevice } from '../../../rtl/dram/index.ts';
import { seedOf } from '../../cosim/helpers.ts';
import { options, presets, requests } from './arbitrary.ts';

const work = presets.chain((preset) => fc.record({ given: options(preset), list: requests(preset, 60) }));

/** Requests one after the other, each as soon as it is taken; data of reads by number. */
function through({ given, list }: typeof work extends fc.Arbitrary<infer T> ? T : never): { readonly got: readonly string[]; readonly expected: readonly string[] } {
  const shape = controllerShape(given.preset);
  const sim = simulate(MemoryChannel({ ...given, idBits: 8 }));
  sim.reset(1);
  const memory = new Map<string, number[]>();
  const expected: string[] = [];
  const got: string[] = [];
  let answers = 0;
  const watch = (): void => {
    if (sim.io.response.written === 1) answers++;
    if (sim.io.response.valid !== 1) return;
    answers++;
    got[Number(sim.io.response.id)] = (sim.io.response.data as number[]).map((w) => w.toString(16)).join();
  };
  const step = (): void => {
    sim.step();
    watch();
  };
  list.forEach((r, id) => {
    for (let i = 0; i < r.gap; i++) step();
    Object.assign(sim.io.request, { valid: 1, write: r.write ? 1 : 0, id, bank: r.bank, row: r.row, column: r.column, data: new Array<number>(shape.words).fill(r.value * 0x01010101), mask: shape.bytes > 32 ? r.mask : Number(r.mask) });
    while (sim.io.request.ready !== 1) step();
    step();
    sim.io.request.valid = 0;
    const place = `${r.bank}.${r.row}.${r.column}`;
    const cells = memory.get(place) ?? new Array<number>(shape.bytes).fill(0);
    if (r.write) memory.set(place, cells.map((old, i) => (((r.mask >> BigInt(i)) & 1n) === 1n ? old : r.value)));
    else expected[id] = Array.from({ length: shape.words }, (_, w) => [3, 2, 1, 0].reduce((word, b) => word * 256 + cells[4 * w + b]!, 0).toString(16)).join();
  });
  for (let i = 0; answers < list.length; i++) {
    if (i > 50_000) throw new Error(`${list.length - answers} requests were never answered`);
    step();
  }
  return { got, expected };
}

it('controller and device, both in hardware, keep data for any preset and policy, and no rule is broken', () => {
  fc.assert(
    fc.property(work, (w) => {
      const { got, expected } = through(w);
      expect(got).toEqual(expected);
    }),
    { numRuns: 14, seed: seedOf(41) },
  );
});

it('is stopped by a device that has another rule than the controller', () => {
  const preset = dramPreset('dramsim3-hbm2-4gb');
  const stricter = { ...preset, timing: { ...preset.timing, tRCDRD: preset.timing.tRCDRD + 1 } };
  const Mismatch = module('Mismatch', { in: { valid: bit } }, ({ valid }, hw) => {
    const { io } = hw.instance('controller', DramController({ preset, reads: 4, writes: 4 }), { stop: 0 });
    const device = hw.instance('device', DramDevice({ preset: stricter }));
    hw.connect(io.command, device.io.command);
    hw.connect(io.data, device.io.data);
    io.request.valid.set(valid);
    for (const name of ['write', 'id', 'bank', 'row', 'column', 'data', 'mask'] as const) io.request[name].set(0);
    return {};
  });
  const sim = simulate(Mismatch);
  sim.reset(1);
  sim.in.valid = 1;
  expect(() => sim.step(50)).toThrow(/tRCDRD/);
});
