import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pimConfig } from '../../src/pim/config.ts';
import { burstsOf, collectTensor, layoutCost, placeTensor, TensorMemory, slotPlace, writeRegion, type BurstPlace, type Tensor } from '../../src/pim/layout.ts';
import { unpackValues } from '../../src/pim/values.ts';

const shapes = fc.record({ images: fc.integer({ min: 1, max: 5 }), channels: fc.integer({ min: 1, max: 4 }), height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) });
const configs = fc.record({ format: fc.constantFrom('binary16' as const, 'binary32' as const), banksPerUnit: fc.constantFrom(2, 4), registers: fc.constantFrom(8, 16, 32) });
const windows = fc.constantFrom(
  { kernel: [1, 1], stride: [1, 1], pads: [0, 0, 0, 0] } as const,
  { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const,
  { kernel: [3, 3], stride: [2, 2], pads: [1, 1, 1, 1] } as const,
  { kernel: [2, 3], stride: [1, 2], pads: [1, 0, 0, 2] } as const,
);
const key = ({ pseudoChannel, bank, row, column }: BurstPlace): string => [pseudoChannel, bank, row, column].join();
const count = (t: Tensor): number => t.shape.images * t.shape.channels * t.shape.height * t.shape.width;
const fits = (t: { height: number; width: number }, k: readonly [number, number], p: readonly number[]): boolean => k[0] <= t.height + p[0]! + p[2]! && k[1] <= t.width + p[1]! + p[3]!;

describe('a tensor in the channel', () => {
  it('comes back from where it was placed, in every configuration and shape', () => {
    fc.assert(
      fc.property(configs, shapes, (config, shape) => {
        const memory = new TensorMemory(pimConfig(config));
        memory.region('before', 1, 5);
        const tensor = memory.tensor('x', shape, { bank: 1 });
        const values = Float64Array.from({ length: count(tensor) }, (_, i) => i + 1);
        const writes = placeTensor(memory.geometry, tensor, values);
        expect(writes.map(key)).toEqual(burstsOf(memory.geometry, tensor).map(key));
        expect(new Set(writes.map(key)).size).toBe(writes.length);
        expect(collectTensor(memory.geometry, tensor, writes.map((w) => w.words))).toEqual(values);
        // Every value once, +0 elsewhere.
        const lanes = writes.flatMap((w) => [...unpackValues(w.words, memory.geometry)]);
        expect(lanes.filter((v) => v !== 0).sort((a, b) => a - b)).toEqual([...values]);
        expect(lanes.every((v) => !Object.is(v, -0))).toBe(true);
        expect(layoutCost(memory.geometry, tensor)).toMatchObject({ bursts: writes.length, bytes: writes.length * 32, padding: 1 - values.length / lanes.length });
      }),
      { numRuns: 200 },
    );
  });

  it('holds, plane by plane, what each window covers, and collects the sum of what lies in several planes', () => {
    fc.assert(
      fc.property(configs, shapes, windows, (config, shape, window) => {
        fc.pre(fits(shape, window.kernel, window.pads));
        const memory = new TensorMemory(pimConfig(config));
        const tensor = memory.tensor('x', shape, { bank: 0, window });
        const places = { y: Math.floor((shape.height + window.pads[0] + window.pads[2] - window.kernel[0]) / window.stride[0]) + 1, x: Math.floor((shape.width + window.pads[1] + window.pads[3] - window.kernel[1]) / window.stride[1]) + 1 };
        const covered = new Float64Array(count(tensor));
        for (let i = 0; i < covered.length; i++) {
          const [y, x] = [Math.floor(i / shape.width) % shape.height, i % shape.width];
          for (let oy = 0; oy < places.y; oy++) {
            for (let ox = 0; ox < places.x; ox++) {
              const [ky, kx] = [y + window.pads[0] - oy * window.stride[0], x + window.pads[1] - ox * window.stride[1]];
              if (ky >= 0 && ky < window.kernel[0] && kx >= 0 && kx < window.kernel[1]) covered[i]! += 1;
            }
          }
        }
        const writes = placeTensor(memory.geometry, tensor, covered.map(() => 1));
        expect(collectTensor(memory.geometry, tensor, writes.map((w) => w.words))).toEqual(covered);
        expect(tensor.tiled).toBe(covered.every((n) => n === 1) && tensor.planes * places.y * places.x === shape.height * shape.width);
      }),
      { numRuns: 200 },
    );
  });

  it('has whole groups for each channel, so that operands of one place meet in one unit and one register', () => {
    fc.assert(
      fc.property(configs, shapes, (config, shape) => {
        const memory = new TensorMemory(pimConfig(config));
        const [a, b] = [memory.tensor('a', shape, { bank: 0 }), memory.tensor('b', shape, { bank: 1 })];
        expect(a.slotsPerChannel % memory.geometry.group).toBe(0);
        for (let slot = 0; slot < a.slots; slot++) expect(slotPlace(memory.geometry, a, slot).column).toBe(slotPlace(memory.geometry, b, slot).column);
      }),
    );
  });

  it('keeps off the control rows and out of other tensors', () => {
    const memory = new TensorMemory(pimConfig({ banksPerUnit: 2 }));
    const rows = memory.config.preset.organisation.rows - 5;
    const first = memory.region('first', 0, 32 * (rows - 1));
    const last = memory.region('last', 0, 1);
    expect([first.row, last.row]).toEqual([0, rows - 1]);
    expect(() => memory.region('one more', 0, 1)).toThrow(/one more needs 1 rows of bank 0 and 0 are left.*pim-memory/s);
    expect(() => memory.region('nowhere', 2, 1)).toThrow(/banks 0 to 1/);
  });

  it('names what is wrong with a shape, a window or the number of values', () => {
    const memory = new TensorMemory(pimConfig());
    const shape = { images: 1, channels: 2, height: 3, width: 3 };
    expect(() => memory.tensor('x', { ...shape, images: 0 }, { bank: 0 })).toThrow(/x has the impossible shape 0 x 2 x 3 x 3.*pim-shape/s);
    expect(() => memory.tensor('x', shape, { bank: 0, window: { kernel: [4, 4], stride: [4, 4], pads: [0, 0, 0, 0] } })).toThrow(/pim-window/);
    expect(() => placeTensor(memory.geometry, memory.tensor('x', shape, { bank: 0 }), [1, 2])).toThrow(/1 x 2 x 3 x 3 = 18 values and got 2/);
  });

  it('writes values that are fewer than a region has with +0 behind them', () => {
    const memory = new TensorMemory(pimConfig());
    const writes = writeRegion(memory.geometry, memory.region('strip', 0, 1), [1, 2, 3]);
    expect(writes).toHaveLength(8);
    expect([...unpackValues(writes[0]!.words, memory.geometry)]).toEqual([1, 2, 3, ...Array.from({ length: 13 }, () => 0)]);
  });
});
