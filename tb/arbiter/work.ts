import { batchNormNormalise, PimMachine, MachineBackend, residualAdd, TensorMemory, type BurstPlace, type BurstWrite, type HostValues, type Kernel, type PimConfig, type PimRequest, placeTensor, burstsOf } from '../../src/index.ts';
import { randomFrom } from './random.ts';

export interface PimLayer {
  readonly name: string;
  /** Its first request. */
  readonly from: number;
}

/** What the PIM units are to do, and what must be in memory before and after. */
export interface PimWork {
  readonly requests: readonly PimRequest[];
  readonly triggers: number;
  readonly layers: readonly PimLayer[];
  readonly before: readonly BurstWrite[];
  /** As the reference machine leaves it: the results of both layers. */
  readonly after: readonly BurstWrite[];
  /** The first row that nothing of it uses. */
  readonly freeRow: number;
  readonly shape: string;
}

/** Names of the layers, as policy files know them. */
export const LAYERS = ['batch-norm', 'residual-add'] as const;

/** The end of a residual block: y = relu(batch norm of x), z = relu(y + shortcut), on random feature maps, in the first `banks` banks of each unit. */
export function pimWork(config: PimConfig, { images, channels, size, seed, banks = config.banksPerUnit }: { readonly images: number; readonly channels: number; readonly size: number; readonly seed: number; readonly banks?: number }): PimWork {
  const random = randomFrom(seed);
  const memory = new TensorMemory(config);
  const { geometry } = memory;
  const shape = { images, channels, height: size, width: size };
  const [x, shortcut, y, z] = [memory.tensor('x', shape, { bank: 0 }), memory.tensor('shortcut', shape, { bank: 1 }), memory.tensor('y', shape, { bank: Math.min(2, banks - 1) }), memory.tensor('z', shape, { bank: 0 })];
  const some = (n: number, least: number, greatest: number): Float64Array => Float64Array.from({ length: n }, () => least + random() * (greatest - least));
  const values: HostValues = { mean: some(channels, -0.5, 0.5), invstd: some(channels, 0.5, 2), gamma: some(channels, 0.5, 1.5), beta: some(channels, -0.5, 0.5) };
  const kernels: readonly Kernel[] = [batchNormNormalise(memory, { x, y }, { relu: true, bank: banks - 1 }), residualAdd(memory, { a: y, b: shortcut, y: z }, { relu: true })];
  const count = images * channels * size * size;
  const before = [x, shortcut].flatMap((tensor) => placeTensor(geometry, tensor, some(count, -2, 2))).concat(kernels.flatMap((k) => k.constants));

  const lists = kernels.map((k) => k.phases.flatMap((phase) => (phase.kind === 'pim' ? [...phase.requests(values)] : [])));
  const requests = lists.flat();
  const machine = new PimMachine(config);
  const backend = new MachineBackend(machine);
  backend.write(before);
  backend.pim(requests);
  const results: readonly BurstPlace[] = [y, z].flatMap((tensor) => burstsOf(geometry, tensor));
  const words = backend.read(results);
  return {
    requests,
    triggers: machine.triggers,
    layers: lists.map((_, i) => ({ name: LAYERS[i]!, from: lists.slice(0, i).reduce((sum, l) => sum + l.length, 0) })),
    before,
    after: results.map((place, i) => ({ ...place, words: words[i]! })),
    freeRow: Math.max(...before.map((b) => b.row), ...results.map((b) => b.row), memory.region('end', geometry.banksPerUnit - 1, 1).row) + 1,
    shape: Object.values(shape).join(' x '),
  };
}
