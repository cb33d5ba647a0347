import type { Graph } from '../ir/graph.ts';
import type { CellType } from '../ir/cells.ts';
import type { NodeId } from '../ir/netlist.ts';
import type { Shape } from '../ir/shape.ts';
import { wordCount } from '../ir/words.ts';

import { sizeOf, type LaneSize } from './words/lanes/simd.ts';

/**
 * Where state lives. One array of 32-bit words holds everything that survives a cycle:
 *
 *     | inputs | resets | registers | model outputs | model inputs | cells |
 *
 * A value takes `lanes * wordsPerLane` words, lane 0 first, the least significant word of a lane first. Memories have arrays of their own,
 * `depth` rounded up to a power of two, so that an address cannot leave them.
 *
 * A cell (see `Cell`) has all that is its own in one piece, and all cells of a type look alike: | inputs | registers | model outputs | model inputs |.
 *
 * For an engine with vectors, registers that are Vecs of numbers are packed: their lanes take 1, 2 or 4 bytes each, from a multiple of 16 bytes
 * on and up to another one. A lane of one bit is 0 or 255.
 */
export interface Place {
  readonly first: number;
  readonly lanes: number;
  readonly width: number;
  readonly wordsPerLane: number;
  /** Bytes of a lane, if it is packed. */
  readonly packed?: LaneSize;
}

/** Fewer lanes than this are no gain. */
const LEAST_LANES = 4;

export interface MemoryPlace {
  readonly words: number;
  readonly length: number;
  readonly depth: number;
}

export interface Layout {
  readonly size: number;
  /** Are Vecs packed? */
  readonly vectors: boolean;
  /** Inputs, resets, registers, model outputs by node. */
  readonly places: ReadonlyMap<NodeId, Place>;
  readonly resets: readonly number[];
  /** For each model, where its sampled inputs are put. */
  readonly modelInputs: readonly ReadonlyMap<string, Place>[];
  readonly modelOutputs: readonly ReadonlyMap<string, Place>[];
  readonly memories: readonly MemoryPlace[];
}

/** Cells of one type: the layout of the first one as its module sees it, and where the others are. */
export interface CellLayout {
  readonly type: CellType;
  readonly first: Layout;
  /** Words of a cell, a multiple of 4. */
  readonly size: number;
  /** First word of each cell. */
  readonly at: readonly number[];
  /** Words at the beginning of a cell that hold its inputs, which its surroundings put there. */
  readonly inputs: number;
}

const WORDS_PER_VECTOR = 4;
const align = (words: number): number => Math.ceil(words / WORDS_PER_VECTOR) * WORDS_PER_VECTOR;

/** Gives out words one after the other. */
class Allocator {
  size = 0;
  constructor(private readonly vectors: boolean) {}

  place({ width, lanes }: Shape): Place {
    const wordsPerLane = wordCount(width);
    const p = { first: this.size, lanes, width, wordsPerLane };
    this.size += lanes * wordsPerLane;
    return p;
  }
  register(shape: Shape): Place {
    const { width, lanes } = shape;
    if (!this.vectors || lanes < LEAST_LANES || width > 32) return this.place(shape);
    const packed = sizeOf(width);
    const first = align(this.size);
    this.size = first + align((lanes * packed) / 4);
    return { first, lanes, width, wordsPerLane: 1, packed };
  }
}

const memoryPlace = ({ depth, width }: { readonly depth: number; readonly width: number }): MemoryPlace => {
  const words = wordCount(width);
  return { words, depth, length: 2 ** Math.ceil(Math.log2(depth)) * words };
};

function placeState(graph: Graph, to: Allocator, places: Map<NodeId, Place>, own: (node: NodeId) => boolean): void {
  for (const n of graph.nodes) if (n.kind === 'reg' && own(n.id)) places.set(n.id, to.register(n));
  for (const n of graph.nodes) if (n.kind === 'port' && own(n.id)) places.set(n.id, to.place(n));
}

export function layOut(graph: Graph, vectors = false, types: readonly CellType[] = []): { readonly layout: Layout; readonly cells: readonly CellLayout[] } {
  const to = new Allocator(vectors);
  const places = new Map<NodeId, Place>();
  for (const n of graph.nodes) if (n.kind === 'input') places.set(n.id, to.place(n));
  const resets = graph.domains.map(() => to.size++);
  const reset = (domain: number): Place => ({ first: resets[domain]!, lanes: 1, width: 1, wordsPerLane: 1 });
  for (const n of graph.nodes) if (n.kind === 'reset') places.set(n.id, reset(n.domain));

  const firstOfCells = Math.min(Infinity, ...types.flatMap((t) => t.cells.map((c) => c.first)));
  placeState(graph, to, places, (id) => id < firstOfCells);
  const modelInputs: ReadonlyMap<string, Place>[] = [];
  const placeInputs = (of: Graph, m: Graph['models'][number]): Map<string, Place> => new Map([...m.inputs].map(([port, id]) => [port, to.place(of.nodes[id]!)]));
  const inCells = new Set(types.flatMap((t) => t.cells.flatMap((c) => t.graph.models.map((_, i) => c.model + i))));
  graph.models.forEach((m, i) => {
    if (!inCells.has(i)) modelInputs[i] = placeInputs(graph, m);
  });

  const cells = types.map((type): CellLayout => {
    const own = new Map<NodeId, Place>();
    const begin = (to.size = align(to.size));
    for (const n of type.graph.nodes) if (n.kind === 'input') own.set(n.id, to.place(n));
    const inputs = to.size - begin;
    for (const n of type.graph.nodes) if (n.kind === 'reset') own.set(n.id, reset(type.domain));
    placeState(type.graph, to, own, () => true);
    const ownInputs = type.graph.models.map((m) => placeInputs(type.graph, m));
    const size = align(to.size) - begin;
    const at = type.cells.map((_, i) => begin + i * size);
    to.size = begin + type.cells.length * size;
    type.cells.forEach((cell, i) => {
      const moved = (p: Place): Place => ({ ...p, first: p.first + at[i]! - begin });
      for (const n of type.graph.nodes) if (n.kind === 'reg' || n.kind === 'port') places.set(cell.first + n.id, moved(own.get(n.id)!));
      ownInputs.forEach((ports, m) => (modelInputs[cell.model + m] = new Map([...ports].map(([port, p]) => [port, moved(p)]))));
    });
    const first: Layout = { size: to.size, vectors, places: own, resets: [resets[type.domain]!], modelInputs: ownInputs, modelOutputs: outputsOf(type.graph, own), memories: type.graph.memories.map(memoryPlace) };
    return { type, first, size, at, inputs };
  });
  return { layout: { size: to.size, vectors, places, resets, modelInputs, modelOutputs: outputsOf(graph, places), memories: graph.memories.map(memoryPlace) }, cells };
}

const outputsOf = (graph: Graph, places: ReadonlyMap<NodeId, Place>): Map<string, Place>[] => graph.models.map((m) => new Map([...m.outputs].map(([port, id]) => [port, places.get(id)!])));

/** The word of one lane of up to 32 bits, unsigned. */
export function loadLane(words: Int32Array, { first, width, packed }: Place, lane: number): number {
  if (packed === undefined || packed === 4) return words[first + lane]! >>> 0;
  const bit = 8 * packed * lane;
  return (words[first + (bit >> 5)]! >>> (bit & 31)) & (2 ** width - 1);
}

function storeLane(words: Int32Array, { first, width, packed }: Place, lane: number, value: number): void {
  if (packed === undefined || packed === 4) {
    words[first + lane] = value;
    return;
  }
  const bit = 8 * packed * lane;
  const mask = (2 ** (8 * packed) - 1) << (bit & 31);
  const at = first + (bit >> 5);
  words[at] = (words[at]! & ~mask) | (((width === 1 ? -value : value) << (bit & 31)) & mask);
}

/** Packed value to words of a place. */
export function storeBig(words: Int32Array, place: Place, value: bigint): void {
  const { first, lanes, width, wordsPerLane } = place;
  let rest = value;
  for (let lane = 0; lane < lanes; lane++) {
    let one = BigInt.asUintN(width, rest);
    rest >>= BigInt(width);
    if (place.packed !== undefined) {
      storeLane(words, place, lane, Number(one));
      continue;
    }
    for (let k = 0; k < wordsPerLane; k++) {
      words[first + lane * wordsPerLane + k] = Number(BigInt.asIntN(32, one));
      one >>= 32n;
    }
  }
}

/** Words of a place to the packed value. */
export function loadBig(words: Int32Array, place: Place): bigint {
  const { first, lanes, width, wordsPerLane, packed } = place;
  let value = 0n;
  for (let lane = lanes - 1; lane >= 0; lane--) {
    let one = packed === undefined ? 0n : BigInt(loadLane(words, place, lane));
    for (let k = wordsPerLane - 1; k >= 0 && packed === undefined; k--) one = (one << 32n) | BigInt(words[first + lane * wordsPerLane + k]! >>> 0);
    value = (value << BigInt(width)) | one;
  }
  return value;
}
