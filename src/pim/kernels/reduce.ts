import { burstsOf, valuesOf, type TensorMemory, type Region, type Tensor } from '../layout.ts';
import { ControlWrites } from '../requests.ts';
import { pimPhase, type PimPhase, type Preparation } from './kernel.ts';
import { aam, loop } from './program.ts';
import { eachGroup, fold, loadScalars, ofChannel, ZERO, type GroupBody } from './parts.ts';

/** A sum over each channel: what the units leave in `sums`, one slot a channel. */
export interface Reduction {
  readonly phase: PimPhase;
  readonly sums: Region;
}

export interface ReductionOptions {
  readonly name: string;
  readonly tensor: Tensor;
  readonly bank: number;
  /** Adds a group to B, register by register. */
  readonly body: GroupBody;
  /** Whether padded groups have a body of their own. */
  readonly apart?: boolean;
  /** Scalars, a slot a channel, that are loaded when the channel begins; without them all scalars are zero. */
  readonly scalars?: Region;
  readonly prepare?: Preparation;
}

/**
 * Channel by channel: B to +0, every group added to it, B folded into one register, which is stored. A lane then holds its part of the sum;
 * lanes are added by the host, because no instruction moves a value from lane to lane or from unit to unit.
 */
export function reduction(memory: TensorMemory, { name, tensor, bank, body, apart = false, scalars, prepare = () => [] }: ReductionOptions): Reduction {
  const { config, geometry } = memory;
  const { group } = geometry;
  const sums = memory.region(`${name}: sums`, bank, tensor.shape.channels);
  const scratch = memory.region(`${name}: registers`, bank, group === 8 ? 0 : group);
  const begin = scalars === undefined ? [] : [loadScalars(scalars)];
  const clear = aam(group)('MOV', `B, ${ZERO}`, { region: tensor, slot: (i) => i.channel * tensor.slotsPerChannel });
  const nodes = [loop('channel', tensor.shape.channels, [...begin, clear, ...eachGroup(geometry, tensor, apart, body), ...fold(group, scratch, ofChannel(sums))])];
  const zero = scalars === undefined ? [new ControlWrites(config).scalars({})] : [];
  return { phase: pimPhase(config, geometry, name, nodes, (values) => [...prepare(values), ...zero]), sums };
}

/** The host's part: the lanes of each channel added in doubles, units in order, in them pseudo-channels, in them lanes. */
export function hostSums({ geometry }: TensorMemory, { slots }: Region, bursts: readonly Uint32Array[]): Float64Array {
  const values = valuesOf(geometry, bursts);
  return Float64Array.from({ length: slots }, (_, c) => values.subarray(c * geometry.valuesPerSlot, (c + 1) * geometry.valuesPerSlot).reduce((sum, v) => sum + v, 0));
}

/** What the host reads for that. */
export const sumReads = ({ geometry }: TensorMemory, sums: Region): ReturnType<typeof burstsOf> => burstsOf(geometry, sums);

