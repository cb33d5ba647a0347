import { describe, expect, it } from 'vitest';
import {
  assemble, batchNormBackward, batchNormForward, burstsOf, collectTensor, ControlWrites, kernelCost, MachineBackend, packLanes, PimMachine, pimConfig, reluForward, residualAdd, runKernel, sgdMomentum, TensorMemory,
  type PimOptions, type Tensor,
} from '../../src/index.ts'; // prettier-ignore

const config = pimConfig();
const control = new ControlWrites(config);
const shape = { images: 1, channels: 2, height: 4, width: 4 };
const tensors = (options: PimOptions = {}): { readonly memory: TensorMemory; readonly x: Tensor; readonly y: Tensor } => {
  const memory = new TensorMemory(pimConfig(options));
  return { memory, x: memory.tensor('x', shape, { bank: 0 }), y: memory.tensor('y', shape, { bank: 1 }) };
};
const { memory, x, y } = tensors();
const deep = tensors({ registers: 32 });

/** What a compiler would find; programs are often run without one. */
const wrong = <T>(value: unknown): T => value as T;

describe('what a PIM channel is not to be asked', () => {
  it.each<[string, () => unknown]>([
    ['fused of a PIM unit is "yes" [pim-config]', () => pimConfig(wrong({ fused: 'yes' }))],
    ['the preset of a PIM unit is 5 [pim-config]', () => pimConfig(wrong({ preset: 5 }))],
    ['the preset of a PIM unit is null [pim-config]', () => pimConfig(wrong({ preset: null }))],
    ['these are no PIM units, but options of some [pim-config]', () => assemble('EXIT', wrong({ registers: 16 }))],
    ['these are no PIM units, but options of some [pim-config]', () => new PimMachine(wrong({ registers: 16 }))],
    ['these are no PIM units, but options of some [pim-config]', () => new TensorMemory(wrong({}))],
    ['word 1 of a program is -1 [pim-word]', () => control.program([0, -1])],
    ['word 0 of a program is 4294967296 [pim-word]', () => control.program([2 ** 32])],
    ['scalars has no option "M" [unknown-option]', () => control.scalars(wrong({ M: [1] }))],
    ['start has no option "claer" [unknown-option]', () => control.start(wrong({ claer: true }))],
    ['lane 0 is 70000 [pim-lanes]', () => control.scalars({ m: [70_000] })],
    ['lane 8 is 0.5 [pim-lanes]', () => control.scalars({ s: [0.5] })],
    ['17 lanes for a burst of 16 [pim-lanes]', () => packLanes(new Array<number>(17).fill(0), config)],
    ['there is no A[0.5] [pim-register]', () => control.register('A', 0.5, [])],
    ['there is no C[0] [pim-register]', () => control.register(wrong('C'), 0, [])],
    ['9 words for a burst of 8 [pim-lanes]', () => control.register('B', 0, new Array<number>(9).fill(0))],
    ['there is no A[8] in unit 0 of pseudo-channel 0 [pim-register]', () => new PimMachine(config).vector('A', 8, 0)],
    ['there is no B[0] in unit 4 of pseudo-channel 0 [pim-register]', () => new PimMachine(config).vector('B', 0, 4)],
    ['x has the impossible shape 1 x 1 x 2 x undefined [pim-shape]', () => memory.tensor('x', wrong({ images: 1, channels: 1, height: 2 }), { bank: 0 })],
    ['x is to have -5 slots [pim-shape]', () => memory.region('x', 0, -5)],
    ['x lies in 128 bursts and got 0 [pim-shape]', () => collectTensor(memory.geometry, x, [])],
    ['batch-norm-forward needs the tensor y [pim-operands]', () => batchNormForward(memory, wrong({ x }))],
    ['batch-norm-forward has no option "rleu" [unknown-option]', () => batchNormForward(memory, { x, y }, wrong({ rleu: true }))],
    ['batch-norm-backward has no option "rleu" [unknown-option]', () => batchNormBackward(memory, wrong({ x, dy: y, dx: y, rleu: y }))],
    ['residual-add has no option "x" [unknown-option]', () => residualAdd(memory, wrong({ a: x, b: x, y, x }))],
    ['sgd-momentum has no option "rate" [unknown-option]', () => sgdMomentum(memory, { w: x, g: y, v: y }, wrong({ rate: 1 }))],
    ['relu-forward: x was laid out for other units than this memory has [pim-operands]', () => reluForward(memory, { x: deep.x, y: deep.y })],
    ['relu-forward: y was laid out for other units than this memory has [pim-operands]', () => reluForward(memory, { x, y: deep.y })],
  ])('%s', (message, act) => {
    expect(act).toThrow(message);
  });

  it('values for fewer feature-map channels than there are', async () => {
    const kernel = batchNormForward(memory, { x, y });
    const backend = new MachineBackend(new PimMachine(config));
    const two = Float64Array.of(1, 1);
    await expect(runKernel(kernel, backend, { gamma: Float64Array.of(1), beta: two })).rejects.toThrow('kernel batch-norm-forward takes 2 values of gamma and got 1 [pim-value]');
    await expect(runKernel(kernel, backend, { gamma: two, beta: two })).resolves.toHaveProperty('mean');
    expect(kernelCost(kernel, config).triggers).toBeGreaterThan(0);
    expect(burstsOf(memory.geometry, x)).toHaveLength(128);
  });
});
