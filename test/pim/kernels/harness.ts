import fc from 'fast-check';
import { pimConfig, type PimConfig, type PimOptions } from '../../../src/pim/config.ts';
import type { GoldenShape, GoldenTensor } from '../../../src/pim/golden/order.ts';
import { MachineBackend } from '../../../src/pim/kernels/machine-backend.ts';
import { runKernel, type HostValues, type Kernel } from '../../../src/pim/kernels/kernel.ts';
import { burstsOf, collectTensor, placeTensor, TensorMemory, valuesOf, type Tensor, type TensorShape } from '../../../src/pim/layout.ts';
import type { Window } from '../../../src/nn/shape.ts';
import { PimMachine } from '../../../src/pim/machine.ts';
import { rounded } from '../../../src/pim/values.ts';

/** A memory with a reference machine behind it. */
export class Bench {
  readonly config: PimConfig;
  readonly memory: TensorMemory;
  readonly backend: MachineBackend;
  readonly golden: GoldenShape;

  constructor(options: PimOptions) {
    this.config = pimConfig(options);
    this.memory = new TensorMemory(this.config);
    this.backend = new MachineBackend(new PimMachine(this.config));
    const { format, fused, registers } = this.config;
    this.golden = { format, fused, group: registers, valuesPerSlot: this.memory.geometry.valuesPerSlot };
  }

  /** A bank of the unit; where a unit has fewer, operands share them. */
  bank(i: number): number {
    return i % this.config.banksPerUnit;
  }

  place(tensor: Tensor, values: ArrayLike<number>, outside = 0): void {
    this.backend.write(placeTensor(this.memory.geometry, tensor, values, outside));
  }

  collect(tensor: Tensor): Float64Array {
    return collectTensor(this.memory.geometry, tensor, this.backend.read(burstsOf(this.memory.geometry, tensor)));
  }

  /** Lanes of a tensor's region that are not +0. */
  lanesInUse(tensor: Tensor): number {
    return valuesOf(this.memory.geometry, this.backend.read(burstsOf(this.memory.geometry, tensor))).filter((v) => !Object.is(v, 0)).length;
  }

  run(kernel: Kernel, values: HostValues = {}): Promise<HostValues> {
    return runKernel(kernel, this.backend, values);
  }
}

export const count = ({ images, channels, height, width }: TensorShape): number => images * channels * height * width;

/** Every organisation of a unit that the instruction set leaves open. */
export const CONFIGS = (['binary16', 'binary32'] as const).flatMap((format) =>
  [2, 4].flatMap((banksPerUnit) => [8, 16, 32].flatMap((registers) => [false, true].map((fused) => ({ format, banksPerUnit, registers, fused })))),
);
export const configs = fc.constantFrom(...CONFIGS);

/** Odd shapes and even ones; some fill more than a group, some not a slot. */
export const shapes: fc.Arbitrary<TensorShape> = fc.oneof(
  fc.record({ images: fc.integer({ min: 1, max: 4 }), channels: fc.integer({ min: 1, max: 3 }), height: fc.integer({ min: 1, max: 11 }), width: fc.integer({ min: 1, max: 11 }) }),
  fc.record({ images: fc.integer({ min: 1, max: 3 }), channels: fc.integer({ min: 1, max: 2 }), height: fc.constant(32), width: fc.constantFrom(32, 33, 64) }),
);

/** A generator of numbers with a seed of its own: as many as a tensor has, which no list of fast-check's could be shrunk from in time. */
export function numbers(seed: number, n: number, format: 'binary16' | 'binary32', make: (uniform: () => number) => number = normal): Float64Array {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float64Array.from({ length: n }, () => rounded(format, make(uniform)));
}

export function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Few different numbers, among them both zeros, so that there are ties. */
export const coarse = (uniform: () => number): number => [-1, -0, 0, 0.5, 1, 2][Math.floor(uniform() * 6)]!;

export const goldenTensor = (tensor: Tensor): GoldenTensor => ({ ...tensor.shape, tile: tensor.window.kernel });

/** `n` tensors of a shape, in bank after bank. */
export function tensors(bench: Bench, shape: TensorShape, n: number, window?: Window): Tensor[] {
  return Array.from({ length: n }, (_, i) => bench.memory.tensor(`t${i}`, shape, { bank: bench.bank(i), ...(window === undefined ? {} : { window }) }));
}

/** Bits of each number, so that -0 and +0 differ. */
export const bitsOf = (values: Float64Array): string[] => Array.from(values, (v) => (Object.is(v, -0) ? '-0' : String(v)));
