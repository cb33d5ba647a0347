import { describe, expect, it } from 'vitest';
import { goldenBatchNormBackward, goldenNormalise, goldenStatistics } from '../../../src/pim/golden/batch-norm.ts';
import { goldenAdd, goldenRelu, goldenReluBackward, goldenSgd } from '../../../src/pim/golden/elementwise.ts';
import { goldenAveragePool, goldenAveragePoolBackward, goldenMaxPool, goldenMaxPoolBackward } from '../../../src/pim/golden/pooling.ts';
import { burstsOf, collectTensor, placeTensor, runKernel, simulate, batchNormBackward, batchNormForward, reluForward, reluBackward, residualAdd, sgdMomentum, maxPoolForward, maxPoolBackward, averagePoolForward, averagePoolBackward, type HostValues, type Kernel, type Tensor } from '../../../src/index.ts';
import { ChannelBackend, PimChannel, type HostAccess, type HostTraffic } from '../../../rtl/controller/index.ts';
import { Bench, bitsOf, count, goldenTensor, numbers, tensors } from '../../pim/kernels/harness.ts';

/** Reads and writes of rows that no kernel uses, one in `every` cycles at most; each read must return what was last written. */
class Checked implements HostTraffic {
  readonly #kept = new Map<string, number>();
  readonly #order = new Map<string, number[]>();
  #next: HostAccess | undefined;
  #state: number;
  reads = 0;
  writes = 0;
  constructor(private readonly words: number, private readonly banks: number, private readonly every: number, seed: number) {
    this.#state = seed;
  }
  offer(cycle: number): HostAccess | undefined {
    if (this.#next === undefined && cycle % this.every === 0) {
      const r = (this.#state = (Math.imul(this.#state, 1103515245) + 12345) >>> 0);
      const value = Math.imul(r, 2654435761) >>> 0;
      this.#next = { bank: (r >>> 8) % this.banks, row: 900 + ((r >>> 16) & 3), column: (r >>> 20) & 7, ...((r & 0x4000_0000) !== 0 && { words: new Uint32Array(this.words).fill(value) }) };
    }
    return this.#next;
  }
  taken(): void {
    const { bank, row, column, words } = this.#next!;
    const place = `${bank}.${row}.${column}`;
    if (words !== undefined) this.#kept.set(place, words[0]!);
    else this.#order.set(place, [...(this.#order.get(place) ?? []), this.#kept.get(place) ?? 0]);
    this.#next = undefined;
  }
  answered({ bank, row, column }: HostAccess, _: number, words?: Uint32Array): void {
    if (words === undefined) return void this.writes++;
    this.reads++;
    expect(words).toEqual(new Uint32Array(this.words).fill(this.#order.get(`${bank}.${row}.${column}`)!.shift()!));
  }
}

/** A memory with a channel of hardware behind it. */
class Hardware extends Bench {
  readonly traffic: Checked;
  readonly channel: ChannelBackend;
  constructor(options: { format: 'binary16' | 'binary32'; banksPerUnit: number; registers: number }, policy: string) {
    super(options);
    const { preset, words } = this.config;
    const sim = simulate(PimChannel({ preset, pim: options, policy }));
    sim.reset(1);
    this.traffic = new Checked(words, preset.organisation.pseudoChannels * preset.organisation.bankGroups * preset.organisation.banksPerGroup, 37, 5);
    this.channel = new ChannelBackend(sim, { preset }, { traffic: this.traffic });
  }
  put(tensor: Tensor, values: ArrayLike<number>, outside = 0): void {
    this.channel.write(placeTensor(this.memory.geometry, tensor, values, outside));
  }
  get(tensor: Tensor): string[] {
    return bitsOf(collectTensor(this.memory.geometry, tensor, this.channel.read(burstsOf(this.memory.geometry, tensor))));
  }
  go(kernel: Kernel, values: HostValues = {}): Promise<HostValues> {
    return runKernel(kernel, this.channel, values);
  }
}

const shape = { images: 2, channels: 2, height: 8, width: 10 };
const places = { ...shape, height: 4, width: 5 };
const halves = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;
const CASES = [
  { format: 'binary16', banksPerUnit: 4, registers: 8, policy: 'paper' },
  { format: 'binary16', banksPerUnit: 2, registers: 8, policy: 'fcfs' },
  { format: 'binary32', banksPerUnit: 4, registers: 16, policy: 'paper' },
  { format: 'binary32', banksPerUnit: 2, registers: 8, policy: 'pim-first' },
] as const;

describe.each(CASES)('kernels in hardware, host traffic beside them, $format, $banksPerUnit banks a unit, policy $policy', ({ policy, ...options }) => {
  it('batch normalisation with ReLU, forward and backward, and its parts', async () => {
    const hw = new Hardware(options, policy);
    const { memory, golden } = hw;
    const [x, y, dy] = tensors(hw, shape, 3) as [Tensor, Tensor, Tensor];
    const [vx, vdy] = [numbers(1, count(shape), options.format), numbers(2, count(shape), options.format)] as const;
    const [gamma, beta] = [Float64Array.of(1, 1.5), Float64Array.of(0.25, -0.5)];
    hw.put(x, vx);
    hw.put(dy, vdy);
    const made = await hw.go(batchNormForward(memory, { x, y }, { relu: true }), { gamma, beta });
    const statistics = goldenStatistics(golden, goldenTensor(x), vx, 1e-5);
    expect(made).toEqual({ gamma, beta, ...statistics });
    const vy = goldenNormalise(golden, goldenTensor(x), vx, statistics, gamma, beta, true);
    expect(hw.get(y)).toEqual(bitsOf(vy));
    const back = await hw.go(batchNormBackward(memory, { x, dy, dx: dy, relu: y }), made);
    const wanted = goldenBatchNormBackward(golden, goldenTensor(x), vx, goldenReluBackward(vy, vdy), statistics, gamma);
    expect(back).toMatchObject({ dgamma: wanted.dgamma, dbeta: wanted.dbeta });
    expect(hw.get(dy)).toEqual(bitsOf(wanted.dx));
    expect(hw.traffic.reads).toBeGreaterThan(20);
    expect(hw.traffic.writes).toBeGreaterThan(20);
  });

  it('ReLU, residual add, SGD', async () => {
    const hw = new Hardware(options, policy);
    const { memory, golden } = hw;
    const [a, b, y] = tensors(hw, shape, 3) as [Tensor, Tensor, Tensor];
    const [va, vb] = [numbers(3, count(shape), options.format), numbers(4, count(shape), options.format)] as const;
    hw.put(a, va);
    hw.put(b, vb);
    await hw.go(reluForward(memory, { x: a, y }));
    expect(hw.get(y)).toEqual(bitsOf(goldenRelu(va)));
    await hw.go(reluBackward(memory, { y, dy: b, dx: y }));
    expect(hw.get(y)).toEqual(bitsOf(goldenReluBackward(goldenRelu(va), vb)));
    await hw.go(residualAdd(memory, { a, b, y }, { relu: true }));
    expect(hw.get(y)).toEqual(bitsOf(goldenAdd(golden, va, vb, true)));

    const [w, g, v] = [0, 1, 2].map((i) => memory.vector(`v${i}`, 300, hw.bank(i))) as [Tensor, Tensor, Tensor];
    const [vw, vg, vv] = [5, 6, 7].map((seed) => numbers(seed, 300, options.format)) as [Float64Array, Float64Array, Float64Array];
    hw.put(w, vw);
    hw.put(g, vg);
    hw.put(v, vv);
    await hw.go(sgdMomentum(memory, { w, g, v }, { decay: true }), { rate: Float64Array.of(0.1), momentum: Float64Array.of(0.9), decay: Float64Array.of(1e-3) });
    const wanted = goldenSgd(golden, vw, vg, vv, { rate: 0.1, momentum: 0.9, decay: 1e-3 });
    expect(hw.get(w)).toEqual(bitsOf(wanted.w));
    expect(hw.get(v)).toEqual(bitsOf(wanted.v));
  });

  it('pools, forward and backward', async () => {
    const hw = new Hardware(options, policy);
    const { memory, golden } = hw;
    const [x, dx] = [0, 1].map((i) => memory.tensor(`x${i}`, shape, { bank: hw.bank(i), window: halves })) as [Tensor, Tensor];
    const [p, dp] = [2, 3].map((i) => memory.tensor(`p${i}`, places, { bank: hw.bank(i) })) as [Tensor, Tensor];
    const [vx, vdp] = [numbers(8, count(shape), options.format), numbers(9, count(places), options.format)] as const;
    hw.put(x, vx);
    hw.put(dp, vdp);
    await hw.go(maxPoolForward(memory, { x, y: p }));
    expect(hw.get(p)).toEqual(bitsOf(goldenMaxPool(goldenTensor(x), halves, vx)));
    await hw.go(maxPoolBackward(memory, { x, y: p, dy: dp, dx }));
    expect(hw.get(dx)).toEqual(bitsOf(goldenMaxPoolBackward(goldenTensor(x), halves, vx, vdp)));
    await hw.go(averagePoolForward(memory, { x, y: p }));
    expect(hw.get(p)).toEqual(bitsOf(goldenAveragePool(golden, goldenTensor(x), halves, vx)));
    await hw.go(averagePoolBackward(memory, { dy: dp, dx }));
    expect(hw.get(dx)).toEqual(bitsOf(goldenAveragePoolBackward(golden, goldenTensor(x), halves, vdp)));
  });
});
