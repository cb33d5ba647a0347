import type { Graph, GraphNode } from '../../ir/graph.ts';
import type { NodeId } from '../../ir/netlist.ts';
import { operators } from '../../ir/operators/index.ts';
import { components } from '../../ir/visit.ts';
import { join, wordCount, wordWidth, type Operand, type VecOperand, type Word } from '../../ir/words.ts';
import type { Layout } from '../layout.ts';
import type { WordGraph } from './graph.ts';
import type { Resets } from './sinks.ts';
import { LaneLowering } from './lanes/lower.ts';
import type { LaneSize } from './lanes/simd.ts';

/** Levels of recursion between two values that are made beforehand. */
const LEVELS = 50;

const argsOf = (n: GraphNode): readonly NodeId[] => (n.kind === 'op' || n.kind === 'read' ? n.args : []);

/**
 * From netlist nodes to words, on demand: only what is asked for is made, and a range of a concatenation asks only for the pieces it lies
 * in. Nodes on a cycle of nodes are made bit by bit, so that bits that do not depend on each other do not seem to.
 */
export class Lowering {
  readonly #cyclic = new Set<NodeId>();
  readonly #ranges = new Map<string, Word>();
  readonly #operands = new Map<string, Operand>();
  readonly #visited: Uint8Array;
  /** Levels of a value above the nearest one made beforehand. */
  readonly #depth: Int32Array;
  /** Vecs in vectors, for engines that have them. */
  readonly #vectors: LaneLowering | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly layout: Layout,
    private readonly g: WordGraph,
    private readonly resets: Resets,
  ) {
    const groups = components(graph.nodes.length, (id) => argsOf(graph.nodes[id]!));
    for (const group of groups) {
      if (group.length > 1 || argsOf(graph.nodes[group[0]!]!).includes(group[0]!)) for (const id of group) this.#cyclic.add(id);
    }
    this.#vectors = layout.vectors ? new LaneLowering(graph, layout, g, this, groups, this.#cyclic) : undefined;
    this.#visited = new Uint8Array(graph.nodes.length);
    this.#depth = new Int32Array(graph.nodes.length);
  }

  /** Word k of a lane. */
  word(id: NodeId, lane: number, k: number): Word {
    this.#prepare(id);
    return this.#word(id, lane, k);
  }

  /** All words of a value: lane 0 first, least significant word first. */
  words(id: NodeId): Word[] {
    this.#prepare(id);
    return this.#words(id);
  }

  /** Is a Vec worked out in vectors? */
  inVectors(id: NodeId): boolean {
    return this.#vectors?.has(id) === true;
  }

  /** A Vec as it is packed: numbers, or masks of single bits, in lanes of `size` bytes. */
  packed(id: NodeId, size: LaneSize): readonly Word[] {
    this.#prepare(id);
    const { of, value } = this.#vectors!.lanes(id);
    return this.graph.nodes[id]!.width === 1 ? of.maskOf(value, size) : of.numberOf(value, size);
  }

  /** A Vec of constants, packed. */
  packedConstants(words: readonly Word[], width: number, size: LaneSize): readonly Word[] {
    const of = this.#vectors!.of(words.length);
    const value = of.build(words);
    return width === 1 ? of.maskOf(value, size) : of.numberOf(value, size);
  }

  /**
   * Values are made by recursion into their arguments. So that the depth of a design does not become the depth of the stack, every so many
   * levels a value is made beforehand, from the bottom up.
   */
  #prepare(root: NodeId): void {
    const stack: { id: NodeId; next: number }[] = [{ id: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const args = argsOf(this.graph.nodes[top.id]!);
      if (top.next === 0 && this.#visited[top.id] === 1) stack.pop();
      else if (top.next < args.length) {
        this.#visited[top.id] = 1;
        stack.push({ id: args[top.next++]!, next: 0 });
      } else {
        stack.pop();
        this.#visited[top.id] = 1;
        let depth = 0;
        for (const a of args) depth = Math.max(depth, this.#depth[a]! + 1);
        if (depth >= LEVELS && !this.#cyclic.has(top.id)) {
          if (this.inVectors(top.id)) this.#vectors!.lanes(top.id);
          else this.#words(top.id);
          depth = 0;
        }
        this.#depth[top.id] = depth;
      }
    }
  }

  #word(id: NodeId, lane: number, k: number): Word {
    return this.range(id, lane, 32 * k, wordWidth(this.graph.nodes[id]!.width, k));
  }

  #words(id: NodeId): Word[] {
    const { lanes, width } = this.graph.nodes[id]!;
    return Array.from({ length: lanes * wordCount(width) }, (_, i) => this.#word(id, Math.floor(i / wordCount(width)), i % wordCount(width)));
  }

  range(id: NodeId, lane: number, lo: number, length: number): Word {
    const node = this.graph.nodes[id]!;
    if (lo >= node.width || length <= 0) return this.g.constant(0);
    const len = Math.min(length, node.width - lo);
    const key = `${id}:${lane}:${lo}:${len}`;
    let word = this.#ranges.get(key);
    if (word === undefined) this.#ranges.set(key, (word = this.#makeRange(node, lane, lo, len)));
    return word;
  }

  #makeRange(node: GraphNode, lane: number, lo: number, length: number): Word {
    const { g } = this;
    if (this.#cyclic.has(node.id) && length > 1) {
      return join(g, Array.from({ length }, (_, i) => ({ word: this.range(node.id, lane, lo + i, 1), width: 1 })));
    }
    if (this.inVectors(node.id)) {
      const { of, value } = this.#vectors!.lanes(node.id);
      return g.trunc(g.shr(of.lane(value, lane), lo), length);
    }
    switch (node.kind) {
      case 'const':
        return g.constant(Number((node.value >> BigInt(lane * node.width + lo)) & ((1n << BigInt(length)) - 1n)));
      case 'reset':
        if (this.resets !== 'mixed') return g.constant(this.resets === 'on' ? 1 : 0);
        break;
      case 'op': {
        const row = operators[node.op];
        if (this.#cyclic.has(node.id)) {
          const bit = this.#oneBit(node, lane, lo);
          if (bit !== undefined) return bit;
        }
        const lowered = this.#vectors?.reduced(node) ?? row.words(g, node.args.map((a) => this.#vec(a)), node.attrs, lane, node.width);
        if ('range' in lowered) return g.trunc(lowered.range(lo, length), length);
        if (lo % 32 === 0 && length === wordWidth(node.width, lo / 32)) return lowered.word(lo / 32);
        return this.#cut(lowered.word, lo, length);
      }
      case 'read': {
        const address = this.#word(node.args[0], 0, 0);
        const { words } = this.layout.memories[node.memory]!;
        const width = this.graph.memories[node.memory]!.width;
        return this.#cut((k) => g.memory(node.memory, address, k, words, wordWidth(width, k)), lo, length);
      }
      case 'input':
      case 'reg':
      case 'port':
        break;
    }
    const place = this.layout.places.get(node.id)!;
    const first = place.first + lane * place.wordsPerLane;
    return this.#cut((k) => g.slot(first + k, wordWidth(node.width, k)), lo, length);
  }

  /** A range from whole words. */
  #cut(word: (k: number) => Word, lo: number, length: number): Word {
    const { g } = this;
    const k = Math.floor(lo / 32);
    const offset = lo % 32;
    const first = g.shr(word(k), offset);
    if (offset + length <= 32) return g.trunc(first, length);
    return g.trunc(g.or(first, g.shl(word(k + 1), 32 - offset, 32)), length);
  }

  /** One bit of an operator on a cycle from just the bits it needs; undefined if the operator has no such form. */
  #oneBit(node: GraphNode & { kind: 'op' }, lane: number, bit: number): Word | undefined {
    const row = operators[node.op];
    const { g } = this;
    if (row.grain === 'bit') {
      const args = node.args.map((a): VecOperand => {
        const { width } = this.graph.nodes[a]!;
        // The condition of a mux has one bit for all bits of the others.
        return this.#single({ width: 1, range: () => this.range(a, lane, width === 1 ? 0 : bit, 1) });
      });
      const lowered = row.words(g, args, node.attrs, 0, 1);
      return 'word' in lowered ? lowered.word(0) : lowered.range(0, 1);
    }
    if (row.grain === 'carry') {
      const width = bit + 1;
      const args = node.args.map((a) => this.#single({ width, range: (lo, length) => this.range(a, lane, lo, Math.min(length, width - lo)) }));
      const lowered = row.words(g, args, node.attrs, 0, width);
      return 'word' in lowered ? g.trunc(g.shr(lowered.word(Math.floor(bit / 32)), bit % 32), 1) : undefined;
    }
    return undefined;
  }

  #single({ width, range }: { width: number; range: (lo: number, length: number) => Word }): VecOperand {
    const operand: Operand = {
      width,
      range: (lo, length) => (lo >= width ? this.g.constant(0) : range(lo, Math.min(length, width - lo))),
      word: (k) => range(32 * k, wordWidth(width, k)),
    };
    return { width, lanes: 1, lane: () => operand };
  }

  #vec(id: NodeId): VecOperand {
    const node = this.graph.nodes[id]!;
    if (this.inVectors(id)) {
      return { width: node.width, lanes: node.lanes, lane: (i) => this.#operand(id, i), load: (index) => this.#vectors!.laneAt(id, index) };
    }
    const place = node.lanes > 1 && (node.kind === 'reg' || node.kind === 'input' || node.kind === 'port') ? this.layout.places.get(id) : undefined;
    return {
      width: node.width,
      lanes: node.lanes,
      lane: (i) => this.#operand(id, i),
      load: place && ((index, k) => this.g.load(place.first + k, place.wordsPerLane, index, wordWidth(place.width, k), id)),
    };
  }

  #operand(id: NodeId, lane: number): Operand {
    const key = `${id}:${lane}`;
    let operand = this.#operands.get(key);
    if (operand === undefined) {
      operand = {
        width: this.graph.nodes[id]!.width,
        range: (lo, length) => this.range(id, lane, lo, length),
        word: (k) => this.#word(id, lane, k),
      };
      this.#operands.set(key, operand);
    }
    return operand;
  }
}
