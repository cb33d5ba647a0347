import { fail } from '../diag/index.ts';
import { controlRow } from '../dram/check-pim.ts';
import { poolProblem, windowed, windowProblem, type Window } from '../nn/shape.ts';
import { requireConfig, type PimConfig } from './config.ts';
import { packValues, unpackValues } from './values.ts';

/** What layouts and kernels must know of a channel with PIM units, beside its configuration. */
export interface PimGeometry extends Pick<PimConfig, 'format' | 'width' | 'words' | 'lanes' | 'units' | 'banksPerUnit'> {
  readonly pseudoChannels: number;
  /** Columns that one AAM instruction goes through: as many as there are registers in a file. */
  readonly group: number;
  readonly columns: number;
  /** Rows of a bank that have cells. */
  readonly rows: number;
  /** Values that one column command of every unit of the channel moves. */
  readonly valuesPerSlot: number;
}

export function pimGeometry({ preset: { organisation }, registers, format, width, words, lanes, units, banksPerUnit }: PimConfig): PimGeometry {
  const { pseudoChannels, burstsPerRow } = organisation;
  return { format, width, words, lanes, units, banksPerUnit, pseudoChannels, group: registers, columns: burstsPerRow, rows: controlRow('B_ROW', organisation), valuesPerSlot: pseudoChannels * units * lanes };
}

/** One burst of the channel as the host addresses it in SB mode; `bank` is that of the pseudo-channel. */
export interface BurstPlace {
  readonly pseudoChannel: number;
  readonly bank: number;
  readonly row: number;
  readonly column: number;
}

export interface BurstWrite extends BurstPlace {
  readonly words: Uint32Array;
}

/** Slots one after another, from the start of a row on, in the same bank of every unit. A slot is one column in every unit of the channel. */
export interface Region {
  readonly name: string;
  /** In the unit. */
  readonly bank: number;
  readonly row: number;
  readonly slots: number;
}

/** Feature maps of a batch: N x C x H x W. */
export interface TensorShape {
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A tensor in the memory of a channel. Each feature-map channel is spread over all lanes of all units, so that its scalars are the same in all of them, and takes
 * whole groups of columns. With a window it is kept as planes: plane j holds, for each place of the window, the value at position j in it.
 */
export interface Tensor extends Region {
  readonly shape: TensorShape;
  readonly window: Window;
  /** Positions in the window: 1 without one. */
  readonly planes: number;
  /** Values in a plane of one channel: images x places of the window. */
  readonly planeValues: number;
  /** Of a plane of one channel. */
  readonly groups: number;
  readonly slotsPerChannel: number;
  /** The windows tile the map: every value lies in exactly one plane, and planes hold nothing else. */
  readonly tiled: boolean;
}

const POINT: Window = { kernel: [1, 1], stride: [1, 1], pads: [0, 0, 0, 0] };

export interface TensorOptions {
  /** In the unit. */
  readonly bank: number;
  /** Of the pool that reads it; default: each value for itself. */
  readonly window?: Window;
}

/** Gives out the rows of a channel, bank by bank of the unit. Everything begins with a row of its own, so columns with equal low bits meet. */
export class TensorMemory {
  readonly geometry: PimGeometry;
  readonly #next: number[];

  constructor(readonly config: PimConfig) {
    requireConfig(config);
    this.geometry = pimGeometry(config);
    this.#next = Array.from({ length: this.geometry.banksPerUnit }, () => 0);
  }

  /**
   * @throws WordlineError `pim-bank`, `pim-memory` when the bank is full
   */
  region(name: string, bank: number, slots: number): Region {
    const { banksPerUnit, rows, columns } = this.geometry;
    const row = this.#next[bank];
    if (!Number.isSafeInteger(slots) || slots < 0) fail('pim-shape', `${name} is to have ${slots} slots`);
    if (row === undefined) fail('pim-bank', `${name} is to lie in bank ${bank} of the unit`, { hint: `a unit has banks 0 to ${banksPerUnit - 1}` });
    const end = row + Math.ceil(slots / columns);
    if (end > rows) fail('pim-memory', `${name} needs ${end - row} rows of bank ${bank} and ${rows - row} are left`, { hint: 'another bank of the unit, fewer images or fewer channels at once' });
    this.#next[bank] = end;
    return { name, bank, row, slots };
  }

  /**
   * @throws WordlineError `pim-shape`, `pim-window`, and those of `region`
   */
  tensor(name: string, shape: TensorShape, { bank, window = POINT }: TensorOptions): Tensor {
    if (![shape.images, shape.channels, shape.height, shape.width].every((n) => Number.isSafeInteger(n) && n > 0)) {
      fail('pim-shape', `${name} has the impossible shape ${textOf(shape)}`);
    }
    const wrong = windowProblem(shape, window) ?? poolProblem(window);
    if (wrong !== undefined) fail('pim-window', `${name}, ${textOf(shape)}: ${wrong}`);
    const places = windowed(shape, window, shape.channels);
    const planes = window.kernel[0] * window.kernel[1];
    const planeValues = shape.images * places.height * places.width;
    const { valuesPerSlot, group } = this.geometry;
    const groups = Math.ceil(planeValues / (valuesPerSlot * group));
    const slotsPerChannel = groups * planes * group;
    const tiled = window.pads.every((p) => p === 0) && tiles(window.kernel[0], window.stride[0], places.height, shape.height) && tiles(window.kernel[1], window.stride[1], places.width, shape.width);
    return { ...this.region(name, bank, slotsPerChannel * shape.channels), shape, window, planes, planeValues, groups, slotsPerChannel, tiled };
  }

  /** Parameters, gradients, momenta: a row of numbers. */
  vector(name: string, length: number, bank: number): Tensor {
    return this.tensor(name, { images: 1, channels: 1, height: 1, width: length }, { bank });
  }
}

const tiles = (kernel: number, stride: number, places: number, size: number): boolean => places * kernel === size && (places === 1 || kernel === stride);

export const textOf = ({ images, channels, height, width }: TensorShape): string => `${images} x ${channels} x ${height} x ${width}`;

/** The column command that speaks to a slot. */
export function slotPlace({ columns }: PimGeometry, { bank, row }: Region, slot: number): { bank: number; row: number; column: number } {
  return { bank, row: row + Math.floor(slot / columns), column: slot % columns };
}

/** The bursts of some slots, in the order of values: pseudo-channel by pseudo-channel, unit by unit, slot by slot. */
export function burstsOf(geometry: PimGeometry, region: Region, from = 0, count = region.slots): BurstPlace[] {
  const places: BurstPlace[] = [];
  for (let slot = from; slot < from + count; slot++) {
    const { bank, row, column } = slotPlace(geometry, region, slot);
    for (let unit = 0; unit < geometry.units; unit++) {
      for (let pseudoChannel = 0; pseudoChannel < geometry.pseudoChannels; pseudoChannel++) places.push({ pseudoChannel, bank: unit * geometry.banksPerUnit + bank, row, column });
    }
  }
  return places;
}

/** Writes that put `values` into the first slots of a region, in the order of {@link burstsOf}; the rest of the last slot is +0. */
export function writeRegion(geometry: PimGeometry, region: Region, values: ArrayLike<number>): BurstWrite[] {
  const { lanes } = geometry;
  return burstsOf(geometry, region).map((place, i) => ({ ...place, words: packValues(Float64Array.from({ length: lanes }, (_, lane) => values[i * lanes + lane] ?? 0), geometry) }));
}

/** The values of bursts that were read in the order of {@link burstsOf}. */
export function valuesOf(geometry: PimGeometry, bursts: readonly Uint32Array[]): Float64Array {
  const values = new Float64Array(bursts.length * geometry.lanes);
  bursts.forEach((words, i) => values.set(unpackValues(words, geometry), i * geometry.lanes));
  return values;
}

/**
 * What the host writes to place a tensor: every burst of it, padding included, which is +0.
 *
 * @param values N x C x H x W
 * @param outside what positions of windows beyond the edge of a map hold: 0, or -Infinity for a maximum
 * @throws WordlineError `pim-shape`
 */
export function placeTensor(geometry: PimGeometry, tensor: Tensor, values: ArrayLike<number>, outside = 0): BurstWrite[] {
  const { images, channels, height, width } = tensor.shape;
  if (values.length !== images * channels * height * width) fail('pim-shape', `${tensor.name} takes ${textOf(tensor.shape)} = ${images * channels * height * width} values and got ${values.length}`);
  const cells = new Float64Array(tensor.slots * geometry.valuesPerSlot);
  eachPosition(geometry, tensor, (cell, value) => (cells[cell] = value < 0 ? outside : values[value]!));
  return writeRegion(geometry, tensor, cells);
}

/**
 * A tensor from the bursts that the host read, in the order of {@link burstsOf}: N x C x H x W. Where windows overlap, what lies in several planes is added up, as
 * the gradient of a pool needs it: plane by plane within a place of the window, places in order.
 *
 * @throws WordlineError `pim-shape`
 */
export function collectTensor(geometry: PimGeometry, tensor: Tensor, bursts: readonly Uint32Array[]): Float64Array {
  const wanted = tensor.slots * geometry.units * geometry.pseudoChannels;
  if (bursts.length !== wanted) fail('pim-shape', `${tensor.name} lies in ${wanted} bursts and got ${bursts.length}`, { hint: 'those of burstsOf, in their order' });
  const { images, channels, height, width } = tensor.shape;
  const cells = valuesOf(geometry, bursts);
  const values = new Float64Array(images * channels * height * width);
  const first = new Uint8Array(values.length).fill(1);
  eachPosition(geometry, tensor, (cell, value) => {
    if (value < 0) return;
    // Not 0 + x: that would lose the sign of -0.
    values[value] = first[value] === 1 ? cells[cell]! : values[value]! + cells[cell]!;
    first[value] = 0;
  });
  return values;
}

/** Visits every position of every window with the index of its lane in the region, and of its value in N x C x H x W; -1 if it lies outside. */
function eachPosition(geometry: PimGeometry, tensor: Tensor, visit: (cell: number, value: number) => void): void {
  const { images, channels, height, width } = tensor.shape;
  const { kernel, stride, pads } = tensor.window;
  const places = windowed(tensor.shape, tensor.window, channels);
  for (let c = 0; c < channels; c++) {
    let position = 0;
    for (let n = 0; n < images; n++) {
      for (let oy = 0; oy < places.height; oy++) {
        for (let ox = 0; ox < places.width; ox++, position++) {
          for (let plane = 0; plane < tensor.planes; plane++) {
            const y = oy * stride[0] - pads[0] + Math.floor(plane / kernel[1]);
            const x = ox * stride[1] - pads[1] + (plane % kernel[1]);
            const inside = y >= 0 && y < height && x >= 0 && x < width;
            visit(cellOf(geometry, tensor, c, plane, position), inside ? ((n * channels + c) * height + y) * width + x : -1);
          }
        }
      }
    }
  }
}

/** Slots of a channel: group by group, in each the planes one after another, so that a window is within a few columns. */
function cellOf({ group, valuesPerSlot }: PimGeometry, { slotsPerChannel, planes }: Tensor, channel: number, plane: number, position: number): number {
  const slot = Math.floor(position / valuesPerSlot);
  const inChannel = (Math.floor(slot / group) * planes + plane) * group + (slot % group);
  return (channel * slotsPerChannel + inChannel) * valuesPerSlot + (position % valuesPerSlot);
}

/** What a layout costs. */
export interface LayoutCost {
  /** Of the tensor itself. */
  readonly values: number;
  /** Lanes that hold no value of their own, or one a second time, as a share of all. */
  readonly padding: number;
  /** Of every bank of this number. */
  readonly rows: number;
  /** Host requests that place or collect it. */
  readonly bursts: number;
  readonly bytes: number;
}

export function layoutCost(geometry: PimGeometry, { shape, slots }: Tensor): LayoutCost {
  const values = shape.images * shape.channels * shape.height * shape.width;
  const bursts = slots * geometry.pseudoChannels * geometry.units;
  return {
    values,
    padding: 1 - values / (slots * geometry.valuesPerSlot),
    rows: Math.ceil(slots / geometry.columns),
    bursts,
    bytes: bursts * geometry.words * 4,
  };
}
