import type { Graph } from '../ir/graph.ts';
import type { NodeId } from '../ir/netlist.ts';
import { wordCount } from '../ir/words.ts';

/**
 * Where state lives. One array of 32-bit words holds everything that survives a cycle:
 *
 *     | inputs | resets | registers | model outputs | model inputs |
 *
 * A value takes `lanes * wordsPerLane` words, lane 0 first, the least significant word of a lane first. Memories have arrays of their own,
 * `depth` rounded up to a power of two, so that an address cannot leave them.
 */
export interface Place {
  readonly first: number;
  readonly lanes: number;
  readonly width: number;
  readonly wordsPerLane: number;
}

export interface MemoryPlace {
  readonly words: number;
  readonly length: number;
  readonly depth: number;
}

export interface Layout {
  readonly size: number;
  /** Inputs, resets, registers, model outputs by node. */
  readonly places: ReadonlyMap<NodeId, Place>;
  readonly resets: readonly number[];
  /** For each model, where its sampled inputs are put. */
  readonly modelInputs: readonly ReadonlyMap<string, Place>[];
  readonly modelOutputs: readonly ReadonlyMap<string, Place>[];
  readonly memories: readonly MemoryPlace[];
}

export function layOut(graph: Graph): Layout {
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
  for (const n of graph.nodes) if (n.kind === 'reg') places.set(n.id, place(n));
  for (const n of graph.nodes) if (n.kind === 'port') places.set(n.id, place(n));
  const modelOutputs = graph.models.map((m) => new Map([...m.outputs].map(([port, id]) => [port, places.get(id)!])));
  const modelInputs = graph.models.map((m) => new Map([...m.inputs].map(([port, id]) => [port, place(graph.nodes[id]!)])));
  const memories = graph.memories.map(({ depth, width }): MemoryPlace => {
    const words = wordCount(width);
    return { words, depth, length: 2 ** Math.ceil(Math.log2(depth)) * words };
  });
  return { size, places, resets, modelInputs, modelOutputs, memories };
}

/** Packed value to words of a place. */
export function storeBig(words: Int32Array, { first, lanes, width, wordsPerLane }: Place, value: bigint): void {
  let rest = value;
  for (let lane = 0; lane < lanes; lane++) {
    let one = BigInt.asUintN(width, rest);
    rest >>= BigInt(width);
    for (let k = 0; k < wordsPerLane; k++) {
      words[first + lane * wordsPerLane + k] = Number(BigInt.asIntN(32, one));
      one >>= 32n;
    }
  }
}

/** Words of a place to the packed value. */
export function loadBig(words: Int32Array, { first, lanes, width, wordsPerLane }: Place): bigint {
  let value = 0n;
  for (let lane = lanes - 1; lane >= 0; lane--) {
    let one = 0n;
    for (let k = wordsPerLane - 1; k >= 0; k--) one = (one << 32n) | BigInt(words[first + lane * wordsPerLane + k]! >>> 0);
    value = (value << BigInt(width)) | one;
  }
  return value;
}
