import { fail, knownKeys } from '../../diag/index.ts';
import { placeTensor, slotPlace, textOf, type BurstWrite, type PimGeometry, type TensorMemory, type Region, type Tensor } from '../layout.ts';
import { storeAll, type PimRequest } from '../requests.ts';
import { packValues } from '../values.ts';
import { loop, one, type Access, type Indices, type Node, type Step } from './program.ts';

/** The operand, of a tensor or of another of the same shape, that belongs to where the program is. */
export type At = (region: Region) => Access;

/** Instructions for one group of columns; `padded` groups have lanes that hold no value. */
export type GroupBody = (at: At, padded: boolean) => readonly Node[];

const isPadded = ({ group, valuesPerSlot }: PimGeometry, { groups, planeValues }: Tensor): boolean => planeValues < groups * group * valuesPerSlot;

/** Every group of the channel that the program is at. With `apart`, padded groups have a body of their own: they are the last of a channel, one for each plane. */
export function eachGroup(geometry: PimGeometry, tensor: Tensor, apart: boolean, body: GroupBody): Node[] {
  const { group } = geometry;
  const all = tensor.groups * tensor.planes;
  const padded = apart && isPadded(geometry, tensor) ? tensor.planes : 0;
  const from = (first: number): At => (region) => ({ region, slot: (i: Indices) => i.channel * tensor.slotsPerChannel + (first + i.group) * group });
  return [
    { first: 0, times: all - padded, padded: false },
    { first: all - padded, times: padded, padded: true },
  ].flatMap(({ first, times, padded: last }) => (times === 0 ? [] : [loop('group', times, body(from(first), last))]));
}

/** A group with 1 where a padded group of the tensor has values and +0 where it has padding. */
export interface Mask {
  readonly access: Access;
  readonly constants: readonly BurstWrite[];
}

export function maskOf(memory: TensorMemory, tensor: Tensor, bank: number): Mask {
  const { geometry } = memory;
  const perGroup = geometry.group * geometry.valuesPerSlot;
  const count = tensor.planeValues - (tensor.groups - 1) * perGroup;
  const region = memory.vector(`mask of ${tensor.name}`, count, bank);
  return { access: { region, slot: () => 0 }, constants: isPadded(geometry, tensor) ? placeTensor(geometry, region, new Float64Array(count).fill(1)) : [] };
}

/** M[i] and S[i] of one channel. */
export interface Scalars {
  readonly m?: readonly number[];
  readonly s?: readonly number[];
}

/** Writes of the scalars of all channels to the cells of all units at once, one slot a channel: the program takes them from there without a change of mode. */
export function scalarWrites(geometry: PimGeometry, region: Region, of: (channel: number) => Scalars): PimRequest[] {
  const half = geometry.lanes / 2;
  return Array.from({ length: region.slots }, (_, channel) => {
    const { m = [], s = [] } = of(channel);
    const { bank, row, column } = slotPlace(geometry, region, channel);
    return storeAll(bank, row, column, packValues(Array.from({ length: geometry.lanes }, (_, i) => (i < half ? m[i] : s[i - half]) ?? 0), geometry));
  });
}

/** The slot of the channel that the program is at. */
export const ofChannel = (region: Region): Access => ({ region, slot: (i) => i.channel });

/** Loads the channel's scalars. */
export const loadScalars = (region: Region): Step => one('FILL', 'SRF, BANK', ofChannel(region));

/** A scalar that nobody sets: zero. The last one of both formats is S[3] of binary32. */
export const ZERO = 'S[3]';

/** The bank of the unit where constants and sums lie: the last, so that the first ones keep their rows open for tensors. */
export const scratchBank = ({ banksPerUnit }: PimGeometry): number => banksPerUnit - 1;

/**
 * Adds the registers of B into B[0] and stores it. Four chains: B[j], B[j + 4], ... in this order for j = 0 to 3; then (0 + 2) + (1 + 3). Eight registers are added where they
 * are; more would not fit in the instruction memory and pass through cells, where a JUMP counts over columns.
 */
export function fold(group: number, scratch: Region, sums: Access): Node[] {
  const chains = [0, 1, 2, 3];
  const first: Node[] =
    group === 8
      ? chains.map((j) => one('ADD', `B[${j}], B[${j}], B[${j + 4}]`))
      : [
          { kind: 'step', op: 'MOV', text: 'MOV.AAM BANK, B', times: group, access: { region: scratch, slot: () => 0 }, store: true },
          loop('fold', group / 4 - 1, chains.map((j) => one('ADD', `B[${j}], B[${j}], BANK`, { region: scratch, slot: (i) => 4 * (i.fold + 1) + j }))),
        ];
  // The NOPs wait for the sums before them.
  return [...first, one('ADD', 'B[0], B[0], B[2]'), one('ADD', 'B[1], B[1], B[3]'), one('NOP'), one('ADD', 'B[0], B[0], B[1]'), one('NOP'), one('MOV', 'BANK, B[0]', sums)];
}

/**
 * The operands and options of a kernel are the ones that it has, and its tensors are laid out for this memory.
 *
 * @throws WordlineError `unknown-option`, `pim-operands`
 */
export function checkOperands(kernel: string, { geometry }: TensorMemory, tensors: object, needed: readonly string[], options: object = {}, optionNames: readonly string[] = [], optional: readonly string[] = []): void {
  knownKeys(kernel, tensors, [...needed, ...optional]);
  knownKeys(kernel, options, optionNames);
  const given = new Map(Object.entries(tensors as Readonly<Record<string, Tensor | undefined>>));
  for (const name of needed) if (given.get(name) === undefined) fail('pim-operands', `${kernel} needs the tensor ${name}`, { hint: `it takes ${[...needed, ...optional].join(', ')}` });
  for (const tensor of given.values()) {
    if (tensor === undefined) continue;
    const groups = Math.ceil(tensor.planeValues / (geometry.valuesPerSlot * geometry.group));
    if (tensor.bank >= geometry.banksPerUnit || tensor.slotsPerChannel !== groups * tensor.planes * geometry.group) {
      fail('pim-operands', `${kernel}: ${tensor.name} was laid out for other units than this memory has`, { hint: 'take it from the same TensorMemory' });
    }
  }
}

/** @throws WordlineError `pim-shape` unless both have the same shape and the same windows */
export function sameShape(kernel: string, first: Tensor, ...others: readonly Tensor[]): void {
  for (const other of others) {
    const same = textOf(first.shape) === textOf(other.shape) && JSON.stringify(first.window) === JSON.stringify(other.window);
    if (!same) fail('pim-shape', `${kernel}: ${first.name} is ${describe(first)} and ${other.name} is ${describe(other)}`, { hint: 'operands that meet lane by lane need the same shape and the same windows' });
  }
}

/** @throws WordlineError `pim-window` if values lie in several planes or in none: sums over a channel would count them wrongly */
export function needTiles(kernel: string, tensor: Tensor): void {
  if (!tensor.tiled) fail('pim-window', `${kernel}: the windows of ${tensor.name}, ${describe(tensor)}, overlap or leave something out`, { hint: 'place the tensor without windows, or with windows that tile the map' });
}

const describe = ({ shape, window }: Tensor): string => {
  const plain = window.kernel.every((n) => n === 1);
  return plain ? textOf(shape) : `${textOf(shape)} in windows of ${window.kernel.join(' x ')}, stride ${window.stride.join(' x ')}`;
};
