import { describe, expect, it } from 'vitest';
import { batchNormForward, batchNormBackward } from '../../../src/pim/kernels/batch-norm.ts';
import { FLOPS, kernelCost } from '../../../src/pim/kernels/cost.ts';
import { reluBackward, residualAdd, sgdMomentum } from '../../../src/pim/kernels/elementwise.ts';
import { maxPoolBackward } from '../../../src/pim/kernels/pooling.ts';
import type { Kernel } from '../../../src/pim/kernels/kernel.ts';
import type { PimOp } from '../../../src/pim/isa.ts';
import { Bench, tensors } from './harness.ts';

const shape = { images: 16, channels: 4, height: 16, width: 16 };
const halves = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;

/** Some kernels with something of everything: several phases, scalars, padding, windows. */
function kernels(bench: Bench): Kernel[] {
  const [a, b, c, d] = tensors(bench, shape, 4) as [never, never, never, never];
  const [x, dx] = tensors(bench, shape, 2, halves) as [never, never];
  const [y, dy] = tensors(bench, { ...shape, height: 8, width: 8 }, 2) as [never, never];
  const odd = tensors(bench, { ...shape, height: 15 }, 2) as [never, never];
  return [
    batchNormForward(bench.memory, { x: a, y: b }, { relu: true }),
    batchNormForward(bench.memory, { x: odd[0], y: odd[1] }),
    batchNormBackward(bench.memory, { x: a, dy: b, dx: c, relu: d }),
    residualAdd(bench.memory, { a, b, y: c }),
    sgdMomentum(bench.memory, { w: a, g: b, v: c }),
    reluBackward(bench.memory, { y: a, dy: b, dx: b }),
    maxPoolBackward(bench.memory, { x, y, dy, dx }),
  ];
}

describe('the cost of a kernel', () => {
  it('is what the reference machine and its memory are asked for', async () => {
    for (const registers of [8, 32]) {
      const bench = new Bench({ registers });
      const { machine } = bench.backend;
      const { memory } = machine;
      const units = 2 * bench.config.units;
      for (const kernel of kernels(bench)) {
        const before = { counts: { ...machine.counts }, triggers: machine.triggers, requests: machine.requests };
        const moved = { read: 0, written: 0, host: 0 };
        const read = memory.read.bind(memory);
        const write = memory.write.bind(memory);
        memory.read = (...place) => (moved.read++, read(...place));
        memory.write = (...place) => (moved.written++, write(...place));
        const hostRead = bench.backend.read.bind(bench.backend);
        bench.backend.read = (bursts) => ((moved.host += bursts.length), hostRead(bursts));
        await bench.run(kernel, Object.fromEntries(kernel.inputs.map((name) => [name, new Float64Array(kernel.channels).fill(0.5)])));
        Object.assign(memory, { read, write });
        bench.backend.read = hostRead;

        const cost = kernelCost(kernel, bench.config);
        const executed = (Object.keys(FLOPS) as PimOp[]).reduce((n, op) => n + FLOPS[op] * (machine.counts[op] - before.counts[op]), 0);
        expect({ kernel: kernel.name, flops: cost.flops, triggers: cost.triggers, all: cost.triggers + cost.controlWrites + cost.broadcastWrites }).toEqual({
          kernel: kernel.name,
          flops: executed * units * bench.config.lanes,
          triggers: machine.triggers - before.triggers,
          all: machine.requests - before.requests,
        });
        expect(cost.hostReads).toBe(moved.host);
        expect(cost.bytesRead).toBe(32 * (moved.read - moved.host));
        expect(cost.bytesWritten).toBe(32 * (moved.written - cost.broadcastWrites * units - cost.constantWrites));
      }
    }
  });

  it('has no row conflicts where operands are in banks of their own, and some where they share one', () => {
    const [four, two] = [4, 2].map((banksPerUnit) => {
      const bench = new Bench({ banksPerUnit });
      const [a, b, y] = tensors(bench, shape, 3) as [never, never, never];
      return kernelCost(residualAdd(bench.memory, { a, b, y }), bench.config);
    });
    // A channel of 16 x 16 x 16 values is 32 slots of four units, a row; and 16 of eight units, two groups.
    expect(four!.activations).toBe(3 * 4);
    // y shares its bank with a: every group of 8 columns changes the row to and fro; b has two rows for itself.
    expect(two!.activations).toBe(2 + 2 * (4 * 2));
    expect([four!.triggers, two!.triggers]).toEqual([3 * 32 * 4, 3 * 16 * 4]);
  });
});
