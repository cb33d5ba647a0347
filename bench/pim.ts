import Table from 'cli-table3';
import { averagePoolBackward, averagePoolForward, batchNormBackward, batchNormForward, batchNormGradient, batchNormNormalise, batchNormReductions, batchNormStatistics, dramPreset, FLOPS, kernelCost, maxPoolBackward, maxPoolForward, pimConfig, reluBackward, reluForward, residualAdd, runKernel, sgdMomentum, simulate, TensorMemory, type Kernel, type PimBackend, type PimConfig, type PimPhase } from '../src/index.ts';
import { ChannelBackend, PimChannel, type HostAccess, type HostTraffic, type PimChannelSimulation } from '../rtl/controller/index.ts';

/** What a trigger does. */
type Command = ReturnType<PimPhase['commands']> extends Iterable<infer C> ? C : never;

/** What the cycles of a kernel go to; each cycle to one of them. */
export const CAUSES = ['compute', 'move', 'row', 'turnaround', 'load', 'refresh', 'handover', 'host', 'other'] as const;
export type Cause = (typeof CAUSES)[number];

/** ACT, REFSB, REF; WR. */
const [ACT, REFSB, REF, WR] = [1, 4, 5, 3];
const CONTROL_ROWS = 5;
const AB_PIM = 2;
const IN_PIM = 4;

/**
 * Reads the commands of pseudo-channel 0 (the other does the same). A trigger has its own tCCDL cycles; what passes from their end to the next column command
 * goes to the first cause on the bus between: refresh, hand-over, loads and modes, a row, a turnaround.
 */
class CommandReader {
  readonly cycles = Object.fromEntries(CAUSES.map((c) => [c, 0])) as Record<Cause, number>;
  flops = 0;
  triggers = 0;
  readonly #get: Record<string, { get(): number | bigint }>;
  readonly #sim: PimChannelSimulation;
  readonly #config: PimConfig;
  readonly #open: number[] = [];
  #commands: Iterator<Command> | undefined;
  /** Cycles since the last column command, and what came in them. */
  #gap = 0;
  readonly #seen = new Set<'refresh' | 'handover' | 'load' | 'row'>();
  #last: { readonly cause: 'compute' | 'move' | 'load'; readonly write: boolean } | undefined;

  constructor(sim: PimChannelSimulation, config: PimConfig) {
    this.#sim = sim;
    this.#config = config;
    const names = ['row_kind', 'row_pc', 'row_ba', 'row_row', 'column_kind', 'column_pc', 'column_ba'];
    this.#get = Object.fromEntries(names.map((name) => [name, (sim as unknown as { signal(path: string): { get(): number | bigint } }).signal(`controller.command_${name}`)]));
  }

  begin(commands: Iterator<Command>): void {
    this.#commands = commands;
    this.#last = undefined;
    this.#gap = 0;
    this.#seen.clear();
  }

  /** The end of a phase of PIM: the rest is the last command's, then hand-over. */
  end(): void {
    this.#close(undefined);
    this.#commands = undefined;
  }

  look(): void {
    if (this.#commands === undefined) {
      this.cycles.host++;
      return;
    }
    const of = (name: string): number => Number(this.#get[name]!.get());
    const { organisation } = this.#config.preset;
    const row = of('row_kind');
    if (Number(this.#sim.out.phase) !== IN_PIM) this.#seen.add('handover');
    if (row !== 0 && of('row_pc') === 0) {
      if (row === REF || row === REFSB) this.#seen.add('refresh');
      else if (row === ACT) {
        const at = of('row_row');
        this.#open[of('row_ba') % this.#config.banksPerUnit] = at;
        this.#seen.add(at >= organisation.rows - CONTROL_ROWS ? 'load' : 'row');
      } else this.#seen.add('row');
    }
    const column = of('column_kind');
    if (column !== 0 && of('column_pc') === 0) {
      const write = column === WR;
      const control = this.#open[of('column_ba') % this.#config.banksPerUnit]! >= organisation.rows - CONTROL_ROWS;
      const trigger = !control && Number(this.#sim.out.mode[0]) === AB_PIM;
      if (!trigger) this.#seen.add('load');
      this.#close(write);
      if (trigger) {
        const { value } = this.#commands.next() as { value: Command };
        const flops = FLOPS[value.op];
        this.flops += flops * this.#config.lanes * this.#config.units * organisation.pseudoChannels;
        this.triggers++;
        this.#last = { cause: flops > 0 ? 'compute' : 'move', write };
      } else this.#last = { cause: 'load', write };
    }
    this.#gap++;
  }

  #close(write: boolean | undefined): void {
    const own = this.#last === undefined ? 0 : Math.min(this.#gap, this.#config.preset.timing.tCCDL);
    if (this.#last !== undefined) this.cycles[this.#last.cause] += own;
    const order = ['refresh', 'handover', 'load', 'row'] as const;
    const turned = this.#last !== undefined && write !== undefined && this.#last.write !== write;
    const cause: Cause = write === undefined ? 'handover' : (order.find((c) => this.#seen.has(c)) ?? (turned ? 'turnaround' : 'other'));
    this.cycles[cause] += this.#gap - own;
    this.#gap = 0;
    this.#seen.clear();
  }
}

const SHAPE = { images: 64, channels: 1, height: 28, width: 28 };
const HALVES = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] } as const;

type Make = (memory: TensorMemory, bank: (i: number) => number) => Kernel;
const on = (make: (memory: TensorMemory, t: readonly ReturnType<TensorMemory['tensor']>[]) => Kernel): Make => (memory, bank) => make(memory, ['a', 'b', 'c', 'd'].map((name, i) => memory.tensor(name, SHAPE, { bank: bank(i) })));
const pools = (make: (memory: TensorMemory, t: Record<'x' | 'y' | 'dy' | 'dx', ReturnType<TensorMemory['tensor']>>) => Kernel): Make => (memory, bank) => {
  const small = { ...SHAPE, height: 14, width: 14 };
  return make(memory, { x: memory.tensor('x', SHAPE, { bank: bank(0), window: HALVES }), y: memory.tensor('y', small, { bank: bank(1) }), dy: memory.tensor('dy', small, { bank: bank(2) }), dx: memory.tensor('dx', SHAPE, { bank: bank(3), window: HALVES }) });
};
const KERNELS: readonly Make[] = [
  on((m, [x]) => batchNormStatistics(m, { x: x! })),
  on((m, [x, y]) => batchNormNormalise(m, { x: x!, y: y! })),
  on((m, [x, y]) => batchNormForward(m, { x: x!, y: y! })),
  on((m, [x, y]) => batchNormForward(m, { x: x!, y: y! }, { relu: true })),
  on((m, [x, dy]) => batchNormReductions(m, { x: x!, dy: dy! })),
  on((m, [x, dy, dx]) => batchNormGradient(m, { x: x!, dy: dy!, dx: dx! })),
  on((m, [x, dy, dx]) => batchNormBackward(m, { x: x!, dy: dy!, dx: dx! })),
  on((m, [x, dy, dx, relu]) => batchNormBackward(m, { x: x!, dy: dy!, dx: dx!, relu: relu! })),
  on((m, [x, y]) => reluForward(m, { x: x!, y: y! })),
  on((m, [y, dy, dx]) => reluBackward(m, { y: y!, dy: dy!, dx: dx! })),
  pools((m, { x, y }) => maxPoolForward(m, { x, y })),
  pools((m, t) => maxPoolBackward(m, t)),
  pools((m, { x, y }) => averagePoolForward(m, { x, y })),
  pools((m, { dy, dx }) => averagePoolBackward(m, { dy, dx })),
  on((m, [a, b, y]) => residualAdd(m, { a: a!, b: b!, y: y! })),
  on((m, [w, g, v]) => sgdMomentum(m, { w: w!, g: g!, v: v! }, { decay: true })),
];

export interface KernelResult {
  readonly kernel: string;
  readonly total: number;
  readonly flopPerCycle: number;
  readonly cycles: Readonly<Record<Cause, number>>;
}

async function measure(make: Make, config: PimConfig): Promise<KernelResult> {
  const { preset, format, banksPerUnit, registers } = config;
  const memory = new TensorMemory(config);
  const kernel = make(memory, (i) => i % banksPerUnit);
  const sim = simulate(PimChannel({ preset, pim: { format, banksPerUnit, registers }, policy: 'pim-first' }));
  sim.reset(1);
  const reader = new CommandReader(sim, config);
  let counting = false;
  const channel = new ChannelBackend(sim, { preset }, { eachCycle: () => counting && reader.look() });
  channel.write(kernel.constants);
  const from = channel.cycle;
  counting = true;
  const programs = kernel.phases.filter((phase) => phase.kind === 'pim')[Symbol.iterator]();
  const backend: PimBackend = {
    pim(requests) {
      reader.begin((programs.next().value as PimPhase).commands()[Symbol.iterator]());
      channel.pim(requests);
      reader.end();
    },
    read: (bursts) => channel.read(bursts),
    write: (bursts) => channel.write(bursts),
  };
  const values = Object.fromEntries(kernel.inputs.map((name) => [name, new Float64Array(kernel.channels).fill(0.5)]));
  await runKernel(kernel, backend, values, { constants: false });
  const total = channel.cycle - from;
  const { flops, triggers } = kernelCost(kernel, config);
  const sum = Object.values(reader.cycles).reduce((a, b) => a + b, 0);
  if (sum !== total || flops !== reader.flops || triggers !== reader.triggers) throw new Error(`${kernel.name}: the commands seen do not add up: ${sum} of ${total} cycles, ${reader.flops} of ${flops} FLOP, ${reader.triggers} of ${triggers} triggers`);
  return { kernel: kernel.name, total, flopPerCycle: flops / total, cycles: reader.cycles };
}

/** Reads of one row after another, one a cycle as long as they are taken. */
class Stream implements HostTraffic {
  #at = 0;
  #next: HostAccess | undefined;
  readonly #banks: number;
  constructor(banks: number) {
    this.#banks = banks;
  }
  offer(): HostAccess {
    return (this.#next ??= { bank: this.#at % this.#banks, row: 4096 + ((this.#at / (32 * this.#banks)) | 0) % 1024, column: ((this.#at / this.#banks) | 0) % 32 });
  }
  taken(): void {
    this.#next = undefined;
    this.#at++;
  }
}

const LOADS = [
  { name: 'idle', host: false, pim: false },
  { name: 'host saturated', host: true, pim: false },
  { name: 'PIM saturated', host: false, pim: true },
  { name: 'both saturated', host: true, pim: true },
] as const;

export interface SpeedResult {
  readonly load: string;
  readonly cycles: number;
  readonly cyclesPerSecond: number;
}

/** Simulated cycles in a second of CPU time, testbench included. */
async function speed({ name, host, pim }: (typeof LOADS)[number], config: PimConfig, seconds: number): Promise<SpeedResult> {
  const { preset, format, banksPerUnit, registers } = config;
  const memory = new TensorMemory(config);
  const kernel = KERNELS[1]!(memory, (i) => i % banksPerUnit);
  const sim = simulate(PimChannel({ preset, pim: { format, banksPerUnit, registers }, policy: 'paper' }));
  sim.reset(1);
  const { organisation } = preset;
  const banks = organisation.pseudoChannels * organisation.bankGroups * organisation.banksPerGroup;
  const channel = new ChannelBackend(sim, { preset }, host ? { traffic: new Stream(banks) } : {});
  const values = Object.fromEntries(kernel.inputs.map((input) => [input, new Float64Array(kernel.channels).fill(0.5)]));
  const slice = async (): Promise<void> => {
    if (pim) await runKernel(kernel, channel, values, { constants: false });
    else channel.idle(5000);
  };
  await slice();
  await slice();
  const from = channel.cycle;
  const start = process.cpuUsage();
  let spent = 0;
  while (spent < 1e6 * seconds) {
    await slice();
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
  const cycles = channel.cycle - from;
  return { load: name, cycles, cyclesPerSecond: (1e6 * cycles) / spent };
}

export async function pimBench({ json, preset: name, banksPerUnit, seconds }: { readonly json: boolean; readonly preset: string; readonly banksPerUnit: number; readonly seconds: number }): Promise<void> {
  const preset = dramPreset(name);
  const config = pimConfig({ preset, banksPerUnit });
  const peak = (config.lanes * 2 * config.units) / preset.timing.tCCDL;
  const { pseudoChannels } = preset.organisation;
  const kernels: KernelResult[] = [];
  for (const make of KERNELS) kernels.push(await measure(make, config));
  const speeds: SpeedResult[] = [];
  for (const load of LOADS) speeds.push(await speed(load, config, seconds));
  if (json) return console.log(JSON.stringify({ bench: 'pim', node: process.version, preset: name, banksPerUnit, peak: { pseudoChannel: peak, channel: peak * pseudoChannels }, kernels, speeds }, undefined, 2));
  console.log(`peak: ${peak} FLOP/cycle of a pseudo-channel, ${peak * pseudoChannels} of the channel (${config.units} units of ${config.lanes} lanes each, a product and a sum every ${preset.timing.tCCDL} cycles)`);
  const table = new Table({ head: ['kernel', 'cycles', 'FLOP/cycle', ...CAUSES], colAligns: ['left', ...new Array<'right'>(CAUSES.length + 2).fill('right')] });
  for (const { kernel, total, flopPerCycle, cycles } of kernels) table.push([kernel, total, flopPerCycle.toFixed(1), ...CAUSES.map((c) => cycles[c])]);
  console.log(table.toString());
  for (const { load, cyclesPerSecond } of speeds) console.log(`${load}: ${(cyclesPerSecond / 1000).toFixed(0)} kcycles/s`);
}
