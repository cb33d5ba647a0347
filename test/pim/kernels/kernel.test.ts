import { describe, expect, it } from 'vitest';
import { assemble } from '../../../src/pim/assembler.ts';
import { pimConfig } from '../../../src/pim/config.ts';
import { batchNormBackward, batchNormForward, batchNormStatistics } from '../../../src/pim/kernels/batch-norm.ts';
import { reluForward, residualAdd, sgdMomentum } from '../../../src/pim/kernels/elementwise.ts';
import { runKernel, type Kernel, type PimBackend } from '../../../src/pim/kernels/kernel.ts';
import { MachineBackend } from '../../../src/pim/kernels/machine-backend.ts';
import { averagePoolForward, maxPoolBackward, maxPoolForward } from '../../../src/pim/kernels/pooling.ts';
import { placeTensor, TensorMemory } from '../../../src/pim/layout.ts';
import { PimMachine } from '../../../src/pim/machine.ts';
import type { PimRequest } from '../../../src/pim/requests.ts';
import { Bench, CONFIGS, tensors } from './harness.ts';

const shape = { images: 2, channels: 3, height: 4, width: 6 };
const halves = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;

describe('kernels', () => {
  it('have programs that fit the instruction memory and that the assembler has nothing against, in every configuration and with both loops', () => {
    for (const config of CONFIGS) {
      // Short channels are one padded group; long ones have full groups before it.
      for (const size of [shape, { ...shape, height: 128, width: 66 }]) {
        const { memory } = new Bench(config);
        const geometry = (window?: typeof halves) => ({ bank: 0, ...(window === undefined ? {} : { window }) });
        const [a, b, c] = [0, 1, 2].map(() => memory.tensor('t', size, geometry())) as [never, never, never];
        const windowed = memory.tensor('w', size, geometry(halves));
        const places = memory.tensor('p', { ...size, height: size.height / 2, width: size.width / 2 }, geometry());
        const kernels: Kernel[] = [
          batchNormForward(memory, { x: a, y: b }, { relu: true }),
          batchNormForward(memory, { x: windowed, y: windowed }),
          batchNormBackward(memory, { x: a, dy: b, dx: c, relu: a }),
          sgdMomentum(memory, { w: a, g: b, v: c }, { decay: true }),
          maxPoolBackward(memory, { x: windowed, y: places, dy: places, dx: windowed }),
          averagePoolForward(memory, { x: windowed, y: places }),
        ];
        for (const phase of kernels.flatMap((k) => k.phases)) {
          if (phase.kind === 'host') continue;
          expect(phase.words.length).toBeLessThanOrEqual(32);
          const { words, warnings } = assemble(phase.source, memory.config);
          expect(words).toEqual(phase.words);
          // Whether AAM makes a hazard depends on columns: the reference machine looks at those when it runs the kernel.
          expect(warnings.map((w) => w.code).filter((code) => code !== 'pim-hazard-column')).toEqual([]);
        }
      }
    }
  });

  it('run on a backend that answers later', async () => {
    const bench = new Bench({});
    const [x, y] = tensors(bench, shape, 2) as [never, never];
    const later = async <T>(value: T): Promise<T> => value;
    const backend: PimBackend = {
      pim: (requests) => later(bench.backend.pim(requests)),
      read: (bursts) => later(bench.backend.read(bursts)),
      write: (bursts) => later(bench.backend.write(bursts)),
    };
    bench.place(x, Float64Array.from({ length: 144 }, (_, i) => i % 48));
    const { mean } = await runKernel(batchNormForward(bench.memory, { x, y }), backend, { gamma: new Float64Array(3).fill(1), beta: new Float64Array(3) });
    // Values count on through an image's channels: 0 to 23 or 24 to 47.
    expect([...mean!]).toEqual([23.5, 23.5, 23.5]);
  });

  it('say what they must be given, and leave constants out when told that they are there', async () => {
    const bench = new Bench({});
    const [x, y] = tensors(bench, shape, 2) as [never, never];
    const forward = batchNormForward(bench.memory, { x, y });
    expect(forward.inputs).toEqual(['gamma', 'beta']);
    expect(batchNormBackward(bench.memory, { x, dy: y, dx: y }).inputs).toEqual(['mean', 'invstd', 'gamma']);
    await expect(bench.run(forward, { gama: new Float64Array(3), beta: new Float64Array(3) })).rejects.toThrow(/batch-norm-forward needs gamma.*gama/s);

    const written: number[] = [];
    const backend: PimBackend = { pim: () => undefined, read: (bursts) => bench.backend.read(bursts), write: (bursts) => void written.push(bursts.length) };
    const given = { gamma: new Float64Array(3), beta: new Float64Array(3) };
    await runKernel(forward, backend, given, { constants: false });
    expect(written).toEqual([]);
    await runKernel(forward, backend, given);
    expect(written).toEqual([forward.constants.length]);
  });

  it('refuse operands that do not meet lane by lane, and windows that are no tiles where channels are summed', () => {
    const { memory } = new Bench({});
    const a = memory.tensor('a', shape, { bank: 0 });
    const b = memory.tensor('b', { ...shape, height: 5 }, { bank: 1 });
    const windowed = memory.tensor('w', shape, { bank: 1, window: halves });
    const overlapping = memory.tensor('o', shape, { bank: 1, window: { kernel: [2, 2], stride: [1, 1], pads: [0, 0, 0, 0] } });
    expect(() => residualAdd(memory, { a, b, y: a })).toThrow(/residual-add: a is 2 x 3 x 4 x 6 and b is 2 x 3 x 5 x 6.*pim-shape/s);
    expect(() => reluForward(memory, { x: a, y: windowed })).toThrow(/w is 2 x 3 x 4 x 6 in windows of 2 x 2, stride 2 x 2/);
    expect(() => batchNormStatistics(memory, { x: overlapping })).toThrow(/batch-norm-statistics: the windows of o.*overlap.*pim-window/s);
    expect(() => maxPoolForward(memory, { x: windowed, y: a })).toThrow(/the windows of w make 2 x 3 x 2 x 3, and a is 2 x 3 x 4 x 6.*pim-window/s);
  });

  it('leave everything alone but their outputs', async () => {
    const config = pimConfig();
    const memory = new TensorMemory(config);
    const machine = new PimMachine(config);
    const backend = new MachineBackend(machine);
    const [x, y, other] = [0, 1, 2].map((bank) => memory.tensor(`t${bank}`, shape, { bank })) as [never, never, never];
    const values = Float64Array.from({ length: 144 }, (_, i) => i - 70);
    const writes = [x, other].flatMap((tensor) => placeTensor(memory.geometry, tensor, values));
    backend.write(writes);
    const stores: PimRequest[] = [];
    await runKernel(reluForward(memory, { x, y }), { ...backend, read: (b) => backend.read(b), write: (b) => backend.write(b), pim: (requests) => backend.pim([...requests].filter((r) => (stores.push(r), true))) });
    expect(backend.read(writes).map(String)).toEqual(writes.map((w) => String(w.words)));
    expect(stores.filter((r) => r.execute && r.write).every((r) => r.bank === 1)).toBe(true);
  });
});
