import Table from 'cli-table3';
import { assemble, averagePoolBackward, averagePoolForward, batchNormBackward, batchNormForward, batchNormGradient, batchNormNormalise, batchNormReductions, batchNormStatistics, ControlWrites, dramPreset, kernelCost, maxPoolBackward, maxPoolForward, pimConfig, reluBackward, reluForward, residualAdd, runKernel, sgdMomentum, simulate, TensorMemory, type Kernel, type PimRequest, type Tensor } from '../src/index.ts';
import { ChannelBackend, PimChannel } from '../rtl/controller/index.ts';
import { RowKind } from '../rtl/dram/index.ts';

/** Where the cycles between two requests of PIM go; the first that holds has what is more than the tCCDL of a trigger. */
const LIMITS = ['triggers', 'refresh', 'modes', 'control', 'rows', 'turnaround', 'other'] as const;
type Limits = Record<(typeof LIMITS)[number], number>;

interface KernelRow {
  readonly kernel: string;
  readonly flops: number;
  /** Of the PIM phases, from when the first request is offered until the last has had its effect. */
  readonly cycles: number;
  readonly hostCycles: number;
  readonly limits: Limits;
}

const SHAPE = { images: 64, channels: 1, height: 28, width: 28 };
const PLACES = { ...SHAPE, height: 14, width: 14 };
const WINDOW = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;
type Make = (m: TensorMemory, t: readonly [Tensor, Tensor, Tensor, Tensor]) => Kernel;
const FLAT: readonly Make[] = [
  (m, [x]) => batchNormStatistics(m, { x }),
  (m, [x, y]) => batchNormNormalise(m, { x, y }),
  (m, [x, y]) => batchNormForward(m, { x, y }),
  (m, [x, y]) => batchNormForward(m, { x, y }, { relu: true }),
  (m, [x, dy]) => batchNormReductions(m, { x, dy }),
  (m, [x, dy, dx]) => batchNormGradient(m, { x, dy, dx }),
  (m, [x, dy, dx]) => batchNormBackward(m, { x, dy, dx }),
  (m, [x, dy, dx, relu]) => batchNormBackward(m, { x, dy, dx, relu }),
  (m, [x, y]) => reluForward(m, { x, y }),
  (m, [y, dy, dx]) => reluBackward(m, { y, dy, dx }),
  (m, [a, b, y]) => residualAdd(m, { a, b, y }),
  (m, [w, g, v]) => sgdMomentum(m, { w, g, v }),
];
/** x, y, dy, dx. */
const POOLS: readonly Make[] = [
  (m, [x, y]) => maxPoolForward(m, { x, y }),
  (m, [x, y, dy, dx]) => maxPoolBackward(m, { x, y, dy, dx }),
  (m, [x, y]) => averagePoolForward(m, { x, y }),
  (m, [, , dy, dx]) => averagePoolBackward(m, { dy, dx }),
];

type Config = ReturnType<typeof pimConfig>;

async function kernelRow(config: Config, make: Make, pools: boolean): Promise<KernelRow> {
  const { preset } = config;
  const memory = new TensorMemory(config);
  const small = (bank: number): boolean => pools && (bank === 1 || bank === 2);
  const tensors = [0, 1, 2, 3].map((bank) => memory.tensor(`t${bank}`, small(bank) ? PLACES : SHAPE, { bank, ...(pools && !small(bank) && { window: WINDOW }) })) as [Tensor, Tensor, Tensor, Tensor];
  const kernel = make(memory, tensors);
  const sim = simulate(PimChannel({ preset, pim: {} }));
  sim.reset(1);
  const limits = Object.fromEntries(LIMITS.map((name) => [name, 0])) as Limits;
  const kinds = sim.signal('controller.command_row_kind');
  const refreshes = [...RowKind.view.enum.values].filter(([, name]) => name.startsWith('REF')).map(([code]) => code);
  let [served, last, list, refreshed, cycle] = [0, 0, [] as readonly PimRequest[], false, 0];
  let [before, rows]: [PimRequest | undefined, Map<number, number>] = [undefined, new Map()];
  const give = (gap: number, next: PimRequest | undefined): void => {
    if (next === undefined) {
      limits.other += gap;
      return;
    }
    const base = next.execute ? Math.min(gap, preset.timing.tCCDL) : 0;
    limits.triggers += base;
    const why = (): (typeof LIMITS)[number] => {
      if (refreshed) return 'refresh';
      if (before?.execute !== next.execute) return 'modes';
      if (!next.execute) return 'control';
      if (rows.get(next.bank) !== next.row) return 'rows';
      return before.write !== next.write ? 'turnaround' : 'other';
    };
    limits[why()] += gap - base;
    if (next.execute) rows.set(next.bank, next.row);
    before = next;
    refreshed = false;
  };
  const eachCycle = (now: number): void => {
    cycle = now;
    if (refreshes.includes(Number(kinds.get()))) refreshed = true;
    const done = Number(sim.out.pimFinished);
    for (; served < done; last = cycle) give(cycle - last, list[served++ - start]);
  };
  let start = 0;
  const backend = new ChannelBackend(sim, { preset }, { eachCycle });
  let [cycles, hostCycles] = [0, 0];
  const one = Float64Array.of(1);
  await runKernel(kernel, {
    pim(requests) {
      list = [...requests];
      [start, last, before, rows] = [served, backend.cycle, undefined, new Map()];
      const from = last;
      backend.pim(list);
      eachCycle(backend.cycle);
      give(backend.cycle - last, undefined);
      cycles += backend.cycle - from;
    },
    read(bursts) {
      const from = backend.cycle;
      const words = backend.read(bursts);
      hostCycles += backend.cycle - from;
      return words;
    },
    write: (bursts) => backend.write(bursts),
  }, { gamma: one, beta: one, mean: one, invstd: one, dgamma: one, dbeta: one, rate: one, momentum: one }); // prettier-ignore
  sim.close();
  return { kernel: kernel.name, flops: kernelCost(kernel, config).flops, cycles, hostCycles, limits };
}

interface SpeedRow {
  readonly load: string;
  readonly cyclesPerSecond: number;
}

const SPEEDS = [
  ['PIM saturated', true, false],
  ['host saturated, reads of one row', false, true],
  ['both', true, true],
  ['idle', false, false],
] as const;
const SLICE = 50_000;

/** Triggers of one loop, and reads of one burst, as fast as they are taken; the faster of two slices after one to warm up. */
function speedRow(config: Config, [load, pim, host]: (typeof SPEEDS)[number]): SpeedRow {
  const { preset } = config;
  const sim = simulate(PimChannel({ preset, pim: {}, policy: 'round-robin-time' }));
  sim.reset(1);
  const control = new ControlWrites(config);
  const { words } = assemble('loop: FILL A[0], BANK\nJUMP loop, 65535\nEXIT', config);
  if (pim) new ChannelBackend(sim, { preset }).pim([...control.program(words), control.start()]);
  if (pim) Object.assign(sim.io.pim, { valid: 1, execute: 1, write: 0, bank: 1, row: 3, column: 0 });
  if (host) Object.assign(sim.io.request, { valid: 1, write: 0, id: 0, bank: 0, row: 9, column: 0 });
  const slices = [0, 1, 2].map(() => {
    const from = process.cpuUsage();
    sim.step(SLICE);
    const { user, system } = process.cpuUsage(from);
    return user + system;
  });
  sim.close();
  return { load, cyclesPerSecond: (1e6 * SLICE) / Math.min(slices[1]!, slices[2]!) };
}

/** Every kernel on the channel in RTL with an idle host: what it achieves beside the peak, and where the cycles of PIM go. Then the speed of the simulation. */
export async function pimBench({ json, preset }: { readonly json: boolean; readonly preset: string }): Promise<void> {
  const config = pimConfig({ preset: dramPreset(preset) });
  const kernels: KernelRow[] = [];
  for (const [list, pools] of [[FLAT, false], [POOLS, true]] as const) for (const make of list) kernels.push(await kernelRow(config, make, pools));
  const peak = (2 * config.lanes * config.units) / config.preset.timing.tCCDL;
  const speeds = SPEEDS.map((speed) => speedRow(config, speed));
  const { pseudoChannels } = config.preset.organisation;
  if (json) {
    console.log(JSON.stringify({ bench: 'pim', node: process.version, preset, shape: SHAPE, peakOfPseudoChannel: peak, pseudoChannels, kernels, speeds }, undefined, 2));
    return;
  }
  console.log(`peak: ${peak} FLOP/cycle of a pseudo-channel (${config.units} units of ${config.lanes} lanes, a product and a sum in tCCDL = ${config.preset.timing.tCCDL}), ${peak * pseudoChannels} of the channel`);
  const table = new Table({ head: ['kernel', 'cycles', 'FLOP/cycle', 'of peak', ...LIMITS, 'host cycles'], colAligns: ['left', ...new Array<'right'>(LIMITS.length + 4).fill('right')] });
  for (const { kernel, flops, cycles, limits, hostCycles } of kernels) {
    table.push([kernel, cycles, (flops / cycles).toFixed(1), `${((100 * flops) / cycles / peak / pseudoChannels).toFixed(0)} %`, ...LIMITS.map((name) => `${((100 * limits[name]) / cycles).toFixed(1)} %`), hostCycles]);
  }
  console.log(table.toString());
  for (const { load, cyclesPerSecond } of speeds) console.log(`${load}: ${(cyclesPerSecond / 1000).toFixed(0)} kcycles/s`);
}
