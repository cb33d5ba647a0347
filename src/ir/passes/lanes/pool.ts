import { Bits } from '../../../bits/index.ts';
import { Origin } from '../../../diag/index.ts';
import type { GraphNode } from '../../graph.ts';
import type { NodeId } from '../../netlist.ts';
import { opNames, operators, type OpName } from '../../operators/index.ts';
import { bitsOf, type Shape } from '../../shape.ts';
import { simplified } from './moves.ts';

export type OpGraphNode = GraphNode & { readonly kind: 'op' };

const opNumber = new Map(opNames.map((name, i) => [name, i + 1]));
const mix = (hash: number, x: number): number => (Math.imul(hash ^ x, 0x9e3779b1) ^ (hash >>> 15)) | 0;
const spread = (hash: number): number => hash ^ (hash >>> 16);
const none: readonly number[] = [];
const sameList = (a: readonly number[], b: readonly number[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Nodes of a graph that is being made: each expression once, and what only moves bits or lanes as short as it can be said. */
export class Pool {
  readonly nodes: GraphNode[] = [];
  /** Expressions by hash: the last one made, and from each the one before. */
  #heads = new Int32Array(1 << 12).fill(-1);
  readonly #before: number[] = [];
  readonly #hashes: number[] = [];

  node(id: NodeId): GraphNode {
    return this.nodes[id]!;
  }

  /** The node as an operator of that name. */
  as(id: NodeId, op: OpName): OpGraphNode | undefined {
    const node = this.nodes[id]!;
    return node.kind === 'op' && node.op === op ? node : undefined;
  }

  constantOf(id: NodeId): bigint | undefined {
    const node = this.nodes[id]!;
    return node.kind === 'const' ? node.value : undefined;
  }

  /** A node that is one of its kind: state, an input, a part of a cycle. */
  add(node: GraphNode): NodeId {
    return this.#push({ ...node, id: this.nodes.length }, 0);
  }

  /** Gives a node that was added before its arguments were known their ids. */
  patch(id: NodeId, node: GraphNode): void {
    this.nodes[id] = { ...node, id };
  }

  constant(value: bigint, { width, lanes }: Shape, origin: Origin = Origin.unknown): NodeId {
    const hash = spread(mix(mix(mix(1, width), lanes), Number(BigInt.asIntN(32, value ^ (value >> 32n)))));
    for (let id = this.#head(hash); id !== -1; id = this.#before[id]!) {
      const n = this.nodes[id]!;
      if (n.kind === 'const' && n.value === value && n.width === width && n.lanes === lanes) return id;
    }
    return this.#chain({ kind: 'const', value, width, lanes, id: this.nodes.length, origin }, hash);
  }

  read(node: GraphNode & { readonly kind: 'read' }, address: NodeId): NodeId {
    const hash = spread(mix(mix(2, node.memory), address));
    for (let id = this.#head(hash); id !== -1; id = this.#before[id]!) {
      const n = this.nodes[id]!;
      if (n.kind === 'read' && n.memory === node.memory && n.args[0] === address) return id;
    }
    return this.#chain({ ...node, id: this.nodes.length, args: [address] }, hash);
  }

  reset(node: GraphNode & { readonly kind: 'reset' }): NodeId {
    const hash = spread(mix(3, node.domain));
    for (let id = this.#head(hash); id !== -1; id = this.#before[id]!) {
      const n = this.nodes[id]!;
      if (n.kind === 'reset' && n.domain === node.domain) return id;
    }
    return this.#chain({ ...node, id: this.nodes.length }, hash);
  }

  /** `shape`, if it is known. */
  op(op: OpName, args: readonly NodeId[], attrs: readonly number[] = none, origin: Origin = Origin.unknown, shape?: Shape): NodeId {
    if (this.#areConstant(args)) return this.#folded(op, args, attrs, origin);
    const short = simplified(this, op, args, attrs, origin);
    if (short !== undefined) return short;
    const row = operators[op];
    const swaps = row.commutes === true && args.length === 2;
    let hash = mix(4, opNumber.get(op)!);
    if (swaps) hash = mix(mix(hash, Math.min(args[0]!, args[1]!)), Math.max(args[0]!, args[1]!));
    else for (const a of args) hash = mix(hash, a);
    for (const a of attrs) hash = mix(hash, a);
    hash = spread(hash);
    for (let id = this.#head(hash); id !== -1; id = this.#before[id]!) {
      const n = this.nodes[id]!;
      if (n.kind === 'op' && n.op === op && sameList(n.attrs, attrs) && (sameList(n.args, args) || (swaps && n.args[0] === args[1] && n.args[1] === args[0]))) return id;
    }
    const { width, lanes } = shape ?? (row.shape(args.map((a) => this.nodes[a]!), attrs) as Shape);
    return this.#chain({ kind: 'op', op, args, attrs, width, lanes, id: this.nodes.length, origin }, hash);
  }

  #areConstant(args: readonly NodeId[]): boolean {
    for (const a of args) if (this.nodes[a]!.kind !== 'const') return false;
    return true;
  }

  #folded(op: OpName, args: readonly NodeId[], attrs: readonly number[], origin: Origin): NodeId {
    const nodes = args.map((a) => this.nodes[a]!);
    const values = nodes.map((n) => Bits.unchecked(bitsOf(n), n.kind === 'const' ? n.value : 0n));
    return this.constant(operators[op].value(values, nodes, attrs).value, operators[op].shape(nodes, attrs) as Shape, origin);
  }

  #head(hash: number): NodeId {
    return this.#heads[hash & (this.#heads.length - 1)]!;
  }

  #push(node: GraphNode, hash: number): NodeId {
    this.#before.push(-1);
    this.#hashes.push(hash);
    return this.nodes.push(node) - 1;
  }

  /** Adds an expression where it will be found again. */
  #chain(node: GraphNode, hash: number): NodeId {
    if (node.id > this.#heads.length) this.#grow();
    const slot = hash & (this.#heads.length - 1);
    this.#push(node, hash);
    this.#before[node.id] = this.#heads[slot]!;
    return (this.#heads[slot] = node.id);
  }

  #grow(): void {
    const heads = new Int32Array(this.#heads.length * 4).fill(-1);
    const chained: NodeId[] = [];
    for (const head of this.#heads) for (let id = head; id !== -1; id = this.#before[id]!) chained.push(id);
    for (const id of chained) {
      const at = this.#hashes[id]! & (heads.length - 1);
      this.#before[id] = heads[at]!;
      heads[at] = id;
    }
    this.#heads = heads;
  }
}
