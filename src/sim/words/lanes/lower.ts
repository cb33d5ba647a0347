import type { Graph, GraphNode } from '../../../ir/graph.ts';
import type { NodeId } from '../../../ir/netlist.ts';
import { operators } from '../../../ir/operators/index.ts';
import type { Lowered, Operand, VecOperand, Word } from '../../../ir/words.ts';
import type { Layout } from '../../layout.ts';
import { IN_WORDS, type WordGraph } from '../graph.ts';
import { LaneWords, LONGEST_TABLE } from './words.ts';
import { REDUCTIONS } from './reductions.ts';
import { VEC_ROWS } from './vecs.ts';
import { sizeOf } from './simd.ts';

type Op = GraphNode & { readonly kind: 'op' };

/** How single words of nodes are made. */
export interface ScalarWords {
  range(id: NodeId, lane: number, lo: number, length: number): Word;
}

/** A Vec in vectors: a value of the `LaneWords` of its number of lanes. */
export interface Lanes {
  readonly of: LaneWords;
  readonly value: Word;
}

/** Below this number of lanes, a Vec that does not come out of vectors is not put into any. */
const WORTH_IT = 8;
/** Widths at which lanes of a number are lanes of the words that hold it. */
const ALIGNED: readonly number[] = [8, 16, 32];

/**
 * Vecs in vectors. Which ones: packed registers, and whatever is made of them lane by lane; everything else stays in words, and is put into
 * vectors where it meets them.
 */
export class LaneLowering {
  readonly #inVectors: Uint8Array;
  readonly #known = new Map<NodeId, Word>();
  readonly #byLanes = new Map<number, LaneWords>();

  constructor(
    private readonly graph: Graph,
    private readonly layout: Layout,
    private readonly g: WordGraph,
    private readonly scalar: ScalarWords,
    /** All nodes in groups, each after its arguments; cyclic ones are together. */
    order: readonly (readonly NodeId[])[],
    cyclic: ReadonlySet<NodeId>,
  ) {
    this.#inVectors = new Uint8Array(graph.nodes.length);
    for (const [id] of order) if (!cyclic.has(id!) && this.#belongs(graph.nodes[id!]!)) this.#inVectors[id!] = 1;
  }

  /** Is the node worked out in vectors? */
  has(id: NodeId): boolean {
    return this.#inVectors[id] === 1;
  }

  of(lanes: number): LaneWords {
    let words = this.#byLanes.get(lanes);
    if (words === undefined) this.#byLanes.set(lanes, (words = new LaneWords(this.g, lanes)));
    return words;
  }

  #belongs(node: GraphNode): boolean {
    if (node.lanes < 2 || node.width > 32) return false;
    if (node.kind === 'reg') return this.layout.places.get(node.id)!.packed !== undefined;
    if (node.kind !== 'op' || node.op === 'splat' || node.op === 'unbits') return false;
    if (node.op === 'insert') return this.has(node.args[0]!);
    if (node.op === 'pack') return node.args.every((a) => this.laneOf(a) !== undefined);
    if (node.args.some((a) => this.graph.nodes[a]!.width > 32)) return false;
    if (node.op === 'gather') return this.#looksUp(node);
    if (node.args.some((a) => this.has(a))) return true;
    const args = node.args.map((a) => this.graph.nodes[a]!);
    return node.lanes >= WORTH_IT && args.every((a) => this.#cheap(a));
  }

  /** A table that lies in words is better read by the lanes, one by one. */
  #looksUp({ args: [table, index], lanes }: Op): boolean {
    const from = this.graph.nodes[table!]!;
    if (from.lanes > LONGEST_TABLE || (!this.has(table!) && this.layout.places.has(table!))) return false;
    return this.has(index!) || (lanes >= WORTH_IT && this.has(table!));
  }

  /** Can it be put into vectors with few instructions, or (looked up lane by lane in words) is it worth them? */
  #cheap(n: GraphNode): boolean {
    return n.kind === 'const' || (n.kind === 'op' && (n.op === 'splat' || n.op === 'gather' || (n.op === 'unbits' && (n.width === 1 || ALIGNED.includes(n.width)))));
  }

  /** The Vec in vectors, and the lane of it, that a value is. */
  laneOf(id: NodeId): { readonly vec: NodeId; readonly lane: number } | undefined {
    const n = this.graph.nodes[id]!;
    if (n.kind !== 'op' || n.op !== 'lane' || !this.has(n.args[0]!)) return undefined;
    return { vec: n.args[0]!, lane: n.attrs[0]! };
  }

  /** Any Vec of up to 32 bits a lane, in vectors. */
  lanes(id: NodeId): Lanes {
    const of = this.of(this.graph.nodes[id]!.lanes);
    let value = this.#known.get(id);
    if (value === undefined) this.#known.set(id, (value = this.#make(this.graph.nodes[id]!, of)));
    return { of, value };
  }

  /** The lane that a word names, which is below the number of lanes. */
  laneAt(id: NodeId, index: Word): Word {
    const { of, value } = this.lanes(id);
    return (of.reader(value) ?? ((i: Word) => this.of(1).gatherOne(of, value, i)))(index);
  }

  #make(node: GraphNode, of: LaneWords): Word {
    const { g } = this;
    if (node.kind === 'reg' && this.has(node.id)) return this.#register(node, of);
    if (node.kind === 'const') {
      const lane = (i: number): number => Number((node.value >> BigInt(i * node.width)) & ((1n << BigInt(node.width)) - 1n));
      return of.build(Array.from({ length: node.lanes }, (_, i) => g.constant(lane(i))));
    }
    const words = node.kind === 'input' || node.kind === 'port' ? this.layout.places.get(node.id) : undefined;
    if (words !== undefined && words.wordsPerLane === 1) {
      const parts = Array.from({ length: of.parts.count(4) }, (_, p) => g.vload(4 * words.first + 16 * p, IN_WORDS));
      return of.number(4, parts, node.width);
    }
    if (node.kind === 'op') {
      const row = VEC_ROWS[node.op];
      if (row !== undefined) {
        const made = row(this, node, of, this.scalar);
        if (made !== undefined) return made;
      } else if (this.has(node.id)) return this.#elementwise(node, of);
    }
    return of.build(Array.from({ length: node.lanes }, (_, i) => this.scalar.range(node.id, i, 0, node.width)));
  }

  #register(node: GraphNode, of: LaneWords): Word {
    const { g } = this;
    const place = this.layout.places.get(node.id)!;
    const size = sizeOf(node.width);
    const byte = 4 * place.first;
    const parts = Array.from({ length: of.parts.count(size) }, (_, p) => g.vload(byte + 16 * p, node.id));
    if (node.width === 1) return of.mask(1, parts, (index) => g.and(g.laneLoad(1, byte, index, 8, node.id), g.constant(1)));
    return of.number(size, parts, node.width, (index) => g.laneLoad(size, byte, index, node.width, node.id));
  }

  /** The row of the operator table, on lanes instead of words. */
  #elementwise(node: Op, of: LaneWords): Word {
    const args = node.args.map((a): VecOperand => {
      const operand = this.operand(of, this.lanes(a).value, this.graph.nodes[a]!.width);
      return { width: operand.width, lanes: 1, lane: () => operand };
    });
    const lowered = operators[node.op].words(of, args, node.attrs, 0, node.width);
    return of.trunc('word' in lowered ? lowered.word(0) : lowered.range(0, node.width), node.width);
  }

  operand(of: LaneWords, value: Word, width: number): Operand {
    const range = (lo: number, length: number): Word => (lo >= width ? of.constant(0) : of.trunc(of.shr(value, lo), Math.min(length, width - lo)));
    return { width, range, word: (k) => range(32 * k, 32) };
  }

  node(id: NodeId): GraphNode {
    return this.graph.nodes[id]!;
  }

  /** An operator that makes words of a Vec in vectors, if there is a way without its lanes one by one. */
  reduced(node: Op): Lowered | undefined {
    const vec = node.args[node.op === 'argMin' ? 1 : 0]!;
    const row = REDUCTIONS[node.op];
    return row !== undefined && this.has(vec) ? row(this, node, this.g) : undefined;
  }
}
