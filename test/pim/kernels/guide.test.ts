import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pimConfig } from '../../../src/pim/config.ts';
import {
  averagePoolBackward, averagePoolForward, batchNormBackward, batchNormForward, batchNormGradient, batchNormNormalise, batchNormReductions, batchNormStatistics, kernelCost, maxPoolBackward, maxPoolForward, reluBackward, reluForward,
  residualAdd, sgdMomentum,
} from '../../../src/pim/kernels/index.ts'; // prettier-ignore
import { layoutCost, TensorMemory } from '../../../src/pim/layout.ts';

const guide = readFileSync('docs/pim-kernels.md', 'utf8');

/** Rows of the table under a heading row that begins so. */
function table(heading: string): string[][] {
  const lines = guide.slice(guide.indexOf(`| ${heading}`)).split('\n');
  return lines.slice(2, lines.findIndex((line) => !line.startsWith('|'))).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

describe('tables of the guide', () => {
  it('states what kernels cost', () => {
    const config = pimConfig();
    const memory = new TensorMemory(config);
    const shape = { images: 64, channels: 1, height: 28, width: 28 };
    const halves = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;
    const [a, b, c] = [0, 1, 2].map((bank) => memory.tensor('t', shape, { bank })) as [never, never, never];
    const [w, dw] = [0, 3].map((bank) => memory.tensor('w', shape, { bank, window: halves })) as [never, never];
    const [p, dp] = [1, 2].map((bank) => memory.tensor('p', { ...shape, height: 14, width: 14 }, { bank })) as [never, never];
    const kernels = [
      batchNormStatistics(memory, { x: a }), batchNormNormalise(memory, { x: a, y: b }), batchNormForward(memory, { x: a, y: b }), batchNormForward(memory, { x: a, y: b }, { relu: true }),
      batchNormReductions(memory, { x: a, dy: b }), batchNormGradient(memory, { x: a, dy: b, dx: c }), batchNormBackward(memory, { x: a, dy: b, dx: c }), batchNormBackward(memory, { x: a, dy: b, dx: b, relu: c }),
      reluForward(memory, { x: a, y: b }), reluBackward(memory, { y: a, dy: b, dx: c }), maxPoolForward(memory, { x: w, y: p }), maxPoolBackward(memory, { x: w, y: p, dy: dp, dx: dw }),
      averagePoolForward(memory, { x: w, y: p }), averagePoolBackward(memory, { dy: p, dx: dw }), residualAdd(memory, { a, b, y: c }), sgdMomentum(memory, { w: a, g: b, v: c }),
    ]; // prettier-ignore
    expect(table('kernel | triggers')).toEqual(
      kernels.map((kernel) => {
        const { triggers, activations, turnarounds, hostReads, bytesRead, bytesWritten, flops } = kernelCost(kernel, config);
        return [kernel.name, ...[triggers, activations, turnarounds, hostReads, bytesRead, bytesWritten, flops].map(String), (flops / triggers / config.preset.timing.tCCDL).toFixed(1)];
      }),
    );
  });

  it('states what padding costs', () => {
    const maps = [[64, 56], [64, 28], [64, 14], [64, 7], [32, 14], [32, 7]] as const;
    const rows = table('registers, banks a unit');
    expect(rows.length).toBeGreaterThan(0);
    for (const [units, ...shares] of rows) {
      const [registers, banksPerUnit] = units!.split(',').map(Number) as [number, number];
      const memory = new TensorMemory(pimConfig({ registers, banksPerUnit }));
      expect(shares).toEqual(maps.map(([images, size]) => `${(100 * layoutCost(memory.geometry, memory.tensor('x', { images, channels: 1, height: size, width: size }, { bank: 0 })).padding).toFixed(0)} %`));
    }
  });
});
