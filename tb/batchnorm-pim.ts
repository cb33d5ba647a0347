import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { batchNormBackward, batchNormForward, burstsOf, collectTensor, dramPreset, fail, goldenBatchNormBackward, goldenNormalise, goldenReluBackward, goldenStatistics, pimConfig, placeTensor, readPolicy, runKernel, TensorMemory, testbench, type HostValues, type Kernel, type Tensor } from '../src/index.ts';
import { ChannelBackend, controllerShape, PimChannel } from '../rtl/controller/index.ts';
import { errorOf, inDoubles } from './batchnorm/doubles.ts';
import { LOSS_SCALE, realLayer } from './batchnorm/layer.ts';
import { measured, Meter, phaseTable, type PhaseRow } from './batchnorm/phases.ts';
import { CheckedTraffic } from './batchnorm/traffic.ts';

const ours = (path: string): string => relative(process.cwd(), join(import.meta.dirname, '..', path));
const EPSILON = 1e-5;
/** Who has the memory, what PIM does with it, and the commands that both give. */
const SHOWN = ['*.{clk,owner,phase}', '*.mode{[0],[1]}', '*.over', '*.controller.arbiter.{hostReads,hostWrites,pimCount,hostGo,closeRows,pimGo,leave}', '*.controller.command_{row,column}_{kind,pc,ba}', '*.controller.command_row_row', '*.controller.command_column_column'].join();

/**
 * Batch normalisation and ReLU of a real layer on real digits, forward and backward, by the PIM units of a memory channel in RTL, while the host reads and writes
 * rows of its own. All results are compared with the golden models, to the bit, and with doubles.
 */
export const batchnorm = testbench({
  name: 'batchnorm-pim',
  summary: 'batch normalisation and ReLU of real feature maps on PIM units, forward and backward, host traffic beside it',
  parameters: z.strictObject({
    model: z.string().default(ours('models/digits.onnx')).describe('the network, an ONNX file; its first convolution is what is normalised'),
    images: z.string().default(ours('models/digits-images.idx3-ubyte.gz')).describe('IDX file of digits, with labels beside it'),
    count: z.coerce.number().int().min(1).default(32).describe('images of the batch'),
    preset: z.string().default('samsung-hbm2').describe('timing set of the memory'),
    format: z.enum(['binary16', 'binary32']).default('binary16').describe('of the PIM units'),
    banksPerUnit: z.coerce.number().int().default(4).describe('4 or 2'),
    policy: z.string().default(ours('tb/batchnorm/layers.json')).describe('policy file; its layers forward and backward are loaded when their kernels begin'),
    rate: z.coerce.number().min(0).max(1).default(0.1).describe('host requests a cycle beside the kernels'),
    window: z.coerce.number().int().min(0).default(1500).describe('cycles in the waveform, from the first turn of PIM on; 0: no waveform'),
  }),
  async run({ params, print, progress, simulate, trace, seed }) {
    const preset = dramPreset(params.preset);
    const config = pimConfig({ preset, format: params.format, banksPerUnit: params.banksPerUnit });
    if (params.window === 0 && trace !== undefined) fail('bad-option', 'window 0 is for no waveform, and --trace asks for one', { hint: 'leave out one of them' });
    const policy = readPolicy(readFileSync(params.policy, 'utf8'), params.policy);
    const file = trace ?? 'waves/batchnorm-pim.vcd';

    // ---- the layer, its place in memory, and its kernels
    const { shape, x: vx, dy: vdy } = realLayer(params.model, params.images, params.count, params.format);
    const memory = new TensorMemory(config);
    const { geometry } = memory;
    const [x, y, dy, dx] = ['x', 'y', 'dy', 'dx'].map((name, i) => memory.tensor(name, shape, { bank: i % config.banksPerUnit })) as [Tensor, Tensor, Tensor, Tensor];
    const kernels: Readonly<Record<'forward' | 'backward', Kernel>> = { forward: batchNormForward(memory, { x, y }, { relu: true }), backward: batchNormBackward(memory, { x, dy, dx, relu: y }) };
    const free = Math.max(...Array.from({ length: config.banksPerUnit }, (_, bank) => memory.region('end', bank, 1).row));

    // ---- the channel
    const sim = simulate(PimChannel({ preset, pim: { format: params.format, banksPerUnit: params.banksPerUnit }, policy }), params.window === 0 ? {} : { trace: { file, signals: SHOWN, startOff: true } });
    sim.reset(1);
    const { burstBytes, burstsPerRow } = preset.organisation;
    const traffic = new CheckedTraffic({ seed, rate: params.rate, banks: controllerShape(preset).banks, row: free, columns: burstsPerRow, words: config.words });
    let own = 0;
    const meter = new Meter(sim, () => own + traffic.reads + traffic.writes);
    let shown: number | undefined;
    const backend = new ChannelBackend(sim, { preset }, {
      traffic,
      eachCycle(cycle) {
        meter.look();
        if (params.window === 0) return;
        if (shown === undefined && Number(sim.out.phase) === 1) {
          shown = cycle;
          sim.traceOn();
        } else if (cycle === (shown ?? Infinity) + params.window) sim.traceOff();
      },
    }); // prettier-ignore
    const put = (tensor: Tensor, values: Float64Array): void => backend.write(placeTensor(geometry, tensor, values));
    const get = (tensor: Tensor): Float64Array => collectTensor(geometry, tensor, backend.read(burstsOf(geometry, tensor)));
    const rows: PhaseRow[] = [];
    const tick = progress('phases on the channel', kernels.forward.phases.length + kernels.backward.phases.length + 4);
    const go = (pass: 'forward' | 'backward', values: HostValues): Promise<HostValues> => {
      Object.assign(sim.in, { ...(policy.layers?.[pass] ?? policy.conditions), load: 1 });
      backend.idle(1);
      sim.in.load = 0;
      const counting = { pim: backend.pim.bind(backend), read: (bursts: Parameters<typeof backend.read>[0]) => ((own += bursts.length), backend.read(bursts)), write: backend.write.bind(backend) };
      return runKernel(kernels[pass], measured(kernels[pass], config, counting, meter, (row) => tick(rows.push({ ...row, kernel: pass }) + 2)), values);
    };

    print(`${shape.images} digits, maps of the first convolution ${Object.values(shape).join(' x ')}, ${params.format}; ${params.preset}, ${config.units} units of ${config.lanes} lanes in each of ${preset.organisation.pseudoChannels} pseudo-channels; ${params.rate} host requests a cycle`);
    put(x, vx);
    tick(1);
    put(dy, vdy);
    tick(2);
    const gamma = Float64Array.from({ length: shape.channels }, (_, c) => 1 + c / 16);
    const beta = Float64Array.from({ length: shape.channels }, (_, c) => (c - 4) / 8);
    const forward = await go('forward', { gamma, beta });
    const backward = await go('backward', forward);
    const [gotY, gotDx] = [get(y), get(dx)];
    tick(rows.length + 4);

    // ---- what it should be
    const golden = { format: config.format, fused: config.fused, group: config.registers, valuesPerSlot: geometry.valuesPerSlot };
    const statistics = goldenStatistics(golden, shape, vx, EPSILON);
    const wantedY = goldenNormalise(golden, shape, vx, statistics, gamma, beta, true);
    const wanted = goldenBatchNormBackward(golden, shape, vx, goldenReluBackward(wantedY, vdy), statistics, gamma);
    const pairs: Readonly<Record<string, readonly [Float64Array, Float64Array]>> = {
      mean: [forward['mean']!, statistics.mean],
      invstd: [forward['invstd']!, statistics.invstd],
      y: [gotY, wantedY],
      dgamma: [backward['dgamma']!, wanted.dgamma],
      dbeta: [backward['dbeta']!, wanted.dbeta],
      dx: [gotDx, wanted.dx],
    };
    for (const [name, [got, want]] of Object.entries(pairs)) {
      const at = want.findIndex((v, i) => !Object.is(v, got[i]));
      if (at >= 0 || got.length !== want.length) fail('batchnorm-differs', `${name}[${at}]: the channel has ${got[at]!}, the golden model ${want[at]!}`);
    }
    const doubles = inDoubles(shape, vx, vdy, gamma, beta, (i) => wantedY[i]! > 0, EPSILON);
    const errors = Object.fromEntries(Object.keys(pairs).map((name) => [name, errorOf(pairs[name]![0], doubles[name as keyof typeof doubles])]));

    const values = Object.values(pairs).reduce((sum, [got]) => sum + got.length, 0);
    print(phaseTable(rows, burstBytes));
    print(`RD + WR and ACT: in turns of PIM, control rows included, of both pseudo-channels together; FLOP: of all lanes, padding included`);
    print(`${values} results, all bit-equal to the golden model; ${traffic.reads} host reads beside the kernels all returned what was last written (${traffic.writes} writes)`);
    print(`largest difference from doubles, beside the largest value: ${Object.entries(errors).map(([name, e]) => `${name} ${e.toExponential(1)}`).join(', ')} (gradients scaled by ${LOSS_SCALE})`);
    if (shown !== undefined) print(`waves of ${params.window} cycles: gtkwave ${relative(process.cwd(), file).replace(/\.vcd$/, '')}.gtkw`);
    return { seed, shape, preset: params.preset, policy: policy.name, phases: rows, values, errors, hostReads: traffic.reads, hostWrites: traffic.writes, cycles: backend.cycle, waves: shown === undefined ? null : file };
  },
});
