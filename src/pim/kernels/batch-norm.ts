import type { TensorMemory, Tensor } from '../layout.ts';
import { rounded } from '../values.ts';
import { pimPhase, sequence, type HostPhase, type HostValues, type Kernel } from './kernel.ts';
import { checkOperands, eachGroup, loadScalars, maskOf, needTiles, sameShape, scalarWrites, scratchBank, type GroupBody } from './parts.ts';
import { aam, loop, type Node } from './program.ts';
import { hostSums, reduction, sumReads, type Reduction } from './reduce.ts';

export interface StatisticsOptions extends ScratchOptions {
  /** Added to the variance. Default 1e-5, as in PyTorch. */
  readonly epsilon?: number;
}

const channels = (tensor: Tensor, f: (channel: number) => number): Float64Array => Float64Array.from({ length: tensor.shape.channels }, (_, c) => f(c));
const valuesOfChannel = ({ shape }: Tensor): number => shape.images * shape.height * shape.width;

/**
 * Mean, variance (divided by N H W) and 1 / sqrt(variance + epsilon) of each channel, as `mean`, `variance`, `invstd`. In two passes: one pass that sums x and x^2
 * takes as many column commands (a bank operand can be used once in an instruction, so x must be fetched before it is squared) and loses everything when the mean
 * is large beside the deviation.
 */
export function batchNormStatistics(memory: TensorMemory, tensors: { readonly x: Tensor }, options: StatisticsOptions = {}): Kernel {
  const name = 'batch-norm-statistics';
  checkOperands(name, memory, tensors, ['x'], options, ['epsilon', 'bank']);
  const { x } = tensors;
  const { epsilon = 1e-5, bank = scratchBank(memory.geometry) } = options;
  needTiles(name, x);
  const { geometry } = memory;
  const each = aam(geometry.group);
  const n = valuesOfChannel(x);
  const mask = maskOf(memory, x, bank);
  const centres = memory.region(`${name}: mean`, bank, x.shape.channels);
  const sum = reduction(memory, { name: 'sum of x', tensor: x, bank, body: (at) => [each('ADD', 'B, B, BANK', at(x))] });
  const squares = reduction(memory, {
    name: 'sum of (x - mean)^2',
    tensor: x,
    bank,
    scalars: centres,
    apart: true,
    body: (at, padded) => [each('SUB', 'A, BANK, S[0]', at(x)), ...(padded ? [each('GATE', 'A, A, BANK', mask.access)] : []), each('MAC', 'B, A, A')],
    prepare: ({ mean }) => scalarWrites(geometry, centres, (c) => ({ s: [mean![c]!] })),
  });
  const phases: Kernel['phases'] = [
    sum.phase,
    hostSumPhase(memory, 'mean', [sum], ['mean'], ([sums]) => ({ mean: channels(x, (c) => sums![c]! / n) })),
    squares.phase,
    hostSumPhase(memory, 'variance', [squares], ['variance', 'invstd'], ([sums], { mean }) => {
      // The units took the distance to the rounded mean, which is off by a known amount.
      const off = (c: number): number => mean![c]! - rounded(geometry.format, mean![c]!);
      const variance = channels(x, (c) => Math.max(0, sums![c]! / n - off(c) * off(c)));
      return { variance, invstd: variance.map((v) => 1 / Math.sqrt(v + epsilon)) };
    }),
  ];
  return { name, geometry, channels: x.shape.channels, inputs: [], constants: mask.constants, phases };
}

export interface NormaliseOptions extends ScratchOptions {
  /** max(y, 0) is stored: costs nothing, a store can do it. */
  readonly relu?: boolean;
}

/** y = gamma (x - mean) invstd + beta as x * scale + shift. Inputs: `mean`, `invstd`, `gamma`, `beta`. x and y may be the same. */
export function batchNormNormalise(memory: TensorMemory, tensors: { readonly x: Tensor; readonly y: Tensor }, options: NormaliseOptions = {}): Kernel {
  const { relu = false, bank = scratchBank(memory.geometry) } = options;
  const name = relu ? 'batch-norm-relu-normalise' : 'batch-norm-normalise';
  checkOperands(name, memory, tensors, ['x', 'y'], options, ['relu', 'bank']);
  const { x, y } = tensors;
  sameShape(name, x, y);
  const { geometry, config } = memory;
  const each = aam(geometry.group);
  const mask = maskOf(memory, x, bank);
  const scalars = memory.region(`${name}: scale and shift`, bank, x.shape.channels);
  const body: GroupBody = (at, padded) => [each('MAD', 'A, BANK, M[0]', at(x)), ...masked(padded), each('MOV', 'BANK, A', at(y), relu ? '.RELU' : '')];
  const masked = (padded: boolean): Node[] => (padded ? [each('GATE', 'A, A, BANK', mask.access)] : []);
  const nodes = [loop('channel', x.shape.channels, [loadScalars(scalars), ...eachGroup(geometry, x, true, body)])];
  const prepare = ({ mean, invstd, gamma, beta }: HostValues): ReturnType<typeof scalarWrites> =>
    scalarWrites(geometry, scalars, (c) => {
      // The shift is made for the scale that the units have, so that a value at the mean becomes beta.
      const scale = rounded(geometry.format, gamma![c]! * invstd![c]!);
      return { m: [scale], s: [beta![c]! - mean![c]! * scale] };
    });
  return { name, geometry, channels: x.shape.channels, inputs: ['mean', 'invstd', 'gamma', 'beta'], constants: mask.constants, phases: [pimPhase(config, geometry, name, nodes, prepare)] };
}

/** Statistics of the batch, then y. Inputs: `gamma`, `beta`. Makes `mean`, `variance`, `invstd`. */
export function batchNormForward(memory: TensorMemory, tensors: { readonly x: Tensor; readonly y: Tensor }, options: StatisticsOptions & NormaliseOptions = {}): Kernel {
  const { epsilon = 1e-5, bank = scratchBank(memory.geometry), relu = false } = options;
  const name = relu ? 'batch-norm-relu-forward' : 'batch-norm-forward';
  checkOperands(name, memory, tensors, ['x', 'y'], options, ['epsilon', 'relu', 'bank']);
  return sequence(name, [batchNormStatistics(memory, { x: tensors.x }, { epsilon, bank }), batchNormNormalise(memory, tensors, { relu, bank })]);
}

export interface ScratchOptions {
  /** Of the unit, for sums and scalars; default: the last one. */
  readonly bank?: number;
}

export interface BackwardTensors {
  readonly x: Tensor;
  readonly dy: Tensor;
}

/**
 * `dbeta` = sum of dy, `dgamma` = sum of dy (x - mean) invstd. Inputs: `mean`, `invstd`.
 *
 * @param relu the output of the ReLU behind: dy is first put to +0, in memory, where that is 0
 */
export function batchNormReductions(memory: TensorMemory, tensors: BackwardTensors & { readonly relu?: Tensor | undefined }, options: ScratchOptions = {}): Kernel {
  const name = 'batch-norm-reductions';
  checkOperands(name, memory, tensors, ['x', 'dy'], options, ['bank'], ['relu']);
  const { x, dy, relu } = tensors;
  const { bank = scratchBank(memory.geometry) } = options;
  sameShape(name, x, dy, ...(relu === undefined ? [] : [relu]));
  needTiles(name, x);
  const { geometry } = memory;
  const each = aam(geometry.group);
  const centres = memory.region(`${name}: mean`, bank, x.shape.channels);
  const gated: GroupBody = (at) => [each('FILL', 'A, BANK', at(dy)), each('GATE', 'A, A, BANK', at(relu!)), each('MOV', 'BANK, A', at(dy)), each('ADD', 'B, B, A')];
  const plain: GroupBody = (at) => [each('ADD', 'B, B, BANK', at(dy))];
  const sum = reduction(memory, { name: relu === undefined ? 'sum of dy' : 'mask dy, sum of dy', tensor: dy, bank, body: relu === undefined ? plain : gated });
  const products = reduction(memory, {
    name: 'sum of dy (x - mean)',
    tensor: x,
    bank,
    scalars: centres,
    // Padding of dy is +0, so that padding adds nothing.
    body: (at) => [each('SUB', 'A, BANK, S[0]', at(x)), each('MAC', 'B, A, BANK', at(dy))],
    prepare: ({ mean }) => scalarWrites(geometry, centres, (c) => ({ s: [mean![c]!] })),
  });
  const host = hostSumPhase(memory, 'dgamma and dbeta', [sum, products], ['dgamma', 'dbeta'], ([dbeta, sums], { mean, invstd }) => {
    const product = (c: number): number => sums![c]! + (rounded(geometry.format, mean![c]!) - mean![c]!) * dbeta![c]!;
    return { dbeta: dbeta!, dgamma: channels(x, (c) => product(c) * invstd![c]!) };
  });
  return { name, geometry, channels: x.shape.channels, inputs: ['mean', 'invstd'], constants: [], phases: [sum.phase, products.phase, host] };
}

/**
 * dx = gamma invstd (dy - dbeta / n - (x - mean) invstd dgamma / n), as x * p + q, plus dy * r. Inputs: `mean`, `invstd`, `gamma`, `dgamma`, `dbeta`. dx may be dy or x.
 */
export function batchNormGradient(memory: TensorMemory, tensors: BackwardTensors & { readonly dx: Tensor }, options: ScratchOptions = {}): Kernel {
  const name = 'batch-norm-gradient';
  checkOperands(name, memory, tensors, ['x', 'dy', 'dx'], options, ['bank']);
  const { x, dy, dx } = tensors;
  const { bank = scratchBank(memory.geometry) } = options;
  sameShape(name, x, dy, dx);
  const { geometry, config } = memory;
  const each = aam(geometry.group);
  const n = valuesOfChannel(x);
  const mask = maskOf(memory, x, bank);
  const scalars = memory.region(`${name}: factors`, bank, x.shape.channels);
  const body: GroupBody = (at, padded) => [
    each('MAD', 'A, BANK, M[0]', at(x)),
    each('MAC', 'A, BANK, M[1]', at(dy)),
    ...(padded ? [each('GATE', 'A, A, BANK', mask.access)] : []),
    each('MOV', 'BANK, A', at(dx)),
  ];
  const nodes = [loop('channel', x.shape.channels, [loadScalars(scalars), ...eachGroup(geometry, x, true, body)])];
  const prepare = ({ mean, invstd, gamma, dgamma, dbeta }: HostValues): ReturnType<typeof scalarWrites> =>
    scalarWrites(geometry, scalars, (c) => {
      const r = rounded(geometry.format, gamma![c]! * invstd![c]!);
      const p = rounded(geometry.format, (-gamma![c]! * invstd![c]! * invstd![c]! * dgamma![c]!) / n);
      return { m: [p, r], s: [(-r * dbeta![c]!) / n - p * mean![c]!] };
    });
  return { name, geometry, channels: x.shape.channels, inputs: ['mean', 'invstd', 'gamma', 'dgamma', 'dbeta'], constants: mask.constants, phases: [pimPhase(config, geometry, name, nodes, prepare)] };
}

/** `dgamma`, `dbeta` and dx. Inputs: `mean`, `invstd`, `gamma`. With `relu`, the output of a fused ReLU, dy becomes the gradient behind the normalisation. */
export function batchNormBackward(memory: TensorMemory, tensors: BackwardTensors & { readonly dx: Tensor; readonly relu?: Tensor }, options: ScratchOptions = {}): Kernel {
  const { x, dy, dx, relu } = tensors;
  const name = relu === undefined ? 'batch-norm-backward' : 'batch-norm-relu-backward';
  checkOperands(name, memory, tensors, ['x', 'dy', 'dx'], options, ['bank'], ['relu']);
  return sequence(name, [batchNormReductions(memory, { x, dy, relu }, options), batchNormGradient(memory, { x, dy, dx }, options)]);
}

/** The host reads the sums of some reductions, adds up their lanes and computes with them. */
function hostSumPhase(memory: TensorMemory, name: string, reductions: readonly Reduction[], makes: readonly string[], compute: (sums: readonly Float64Array[], values: HostValues) => HostValues): HostPhase {
  const reads = reductions.map(({ sums }) => sumReads(memory, sums));
  return {
    kind: 'host',
    name,
    reads: reads.flat(),
    makes,
    compute(bursts, values) {
      let from = 0;
      return compute(reductions.map(({ sums }, i) => hostSums(memory, sums, bursts.slice(from, (from += reads[i]!.length)))), values);
    },
  };
}
