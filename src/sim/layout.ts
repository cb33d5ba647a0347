import type { Graph } from '../ir/graph.ts';
import type { NodeId } from '../ir/netlist.ts';
import { wordCount } from '../ir/words.ts';

import { sizeOf, type LaneSize } from './words/lanes/simd.ts';

/**
 * Where state lives. One array of 32-bit words holds everything that survives a cycle:
 *
 *     | inputs | resets | registers | model outputs | model inputs |
 *
 * A value takes `lanes * wordsPerLane` words, lane 0 first, the least significant word of a lane first. Memories have arrays of their own,
 * `depth` rounded up to a power of two, so that an address cannot leave them.
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
const WORDS_PER_VECTOR = 4;

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

export function layOut(graph: Graph, vectors = false): Layout {
  let size = 0;
  const place = ({ width, lanes }: { width: number; lanes: number }): Place => {
    const wordsPerLane = wordCount(width);
    const p = { first: size, lanes, width, wordsPerLane };
    size += lanes * wordsPerLane;
    return p;
  };
  const places = new Map<NodeId, Place>();
  for (const n of graph.nodes) if (n.kind === 'input') places.set(n.id, place(n));
  const resets = graph.domains.map(() => size++);
  for (const n of graph.nodes) {
    if (n.kind === 'reset') places.set(n.id, { first: resets[n.domain]!, lanes: 1, width: 1, wordsPerLane: 1 });
  }
  const packed = ({ width, lanes }: { width: number; lanes: number }): Place => {
    const bytes = sizeOf(width);
    const align = (words: number): number => Math.ceil(words / WORDS_PER_VECTOR) * WORDS_PER_VECTOR;
    const first = align(size);
    size = first + align((lanes * bytes) / 4);
    return { first, lanes, width, wordsPerLane: 1, packed: bytes };
  };
  for (const n of graph.nodes) {
    if (n.kind === 'reg') places.set(n.id, vectors && n.lanes >= LEAST_LANES && n.width <= 32 ? packed(n) : place(n));
  }
  for (const n of graph.nodes) if (n.kind === 'port') places.set(n.id, place(n));
  const modelOutputs = graph.models.map((m) => new Map([...m.outputs].map(([port, id]) => [port, places.get(id)!])));
  const modelInputs = graph.models.map((m) => new Map([...m.inputs].map(([port, id]) => [port, place(graph.nodes[id]!)])));
  const memories = graph.memories.map(({ depth, width }): MemoryPlace => {
    const words = wordCount(width);
    return { words, depth, length: 2 ** Math.ceil(Math.log2(depth)) * words };
  });
  return { size, vectors, places, resets, modelInputs, modelOutputs, memories };
}

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
