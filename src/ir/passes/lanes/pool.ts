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
    const id = this.nodes.length;
    this.nodes.push({ ...node, id });
    this.#before.push(-1);
    this.#hashes.push(0);
    return id;
  }

  /** Gives a node that was added before its arguments were known their ids. */
  patch(id: NodeId, node: GraphNode): void {
    this.nodes[id] = { ...node, id };
  }

  constant(value: bigint, { width, lanes }: Shape, origin: Origin = Origin.unknown): NodeId {
    const hash = mix(mix(mix(1, width), lanes), Number(BigInt.asIntN(32, value ^ (value >> 32n))));
    return this.#once(hash, { kind: 'const', value, width, lanes, id: 0, origin }, (n) => n.kind === 'const' && n.value === value && n.width === width && n.lanes === lanes);
  }

  read(node: GraphNode & { readonly kind: 'read' }, address: NodeId): NodeId {
    return this.#once(mix(mix(2, node.memory), address), { ...node, args: [address] }, (n) => n.kind === 'read' && n.memory === node.memory && n.args[0] === address);
  }

  reset(node: GraphNode & { readonly kind: 'reset' }): NodeId {
    return this.#once(mix(3, node.domain), node, (n) => n.kind === 'reset' && n.domain === node.domain);
  }

  op(op: OpName, args: readonly NodeId[], attrs: readonly number[] = [], origin: Origin = Origin.unknown): NodeId {
    const row = operators[op];
    const shapes = args.map((a) => this.nodes[a]!);
    if (shapes.every((n) => n.kind === 'const')) {
      const values = args.map((a) => Bits.unchecked(bitsOf(this.nodes[a]!), this.constantOf(a)!));
      return this.constant(row.value(values, shapes, attrs).value, row.shape(shapes, attrs) as Shape, origin);
    }
    const short = simplified(this, op, args, attrs, origin);
    if (short !== undefined) return short;

    const swaps = row.commutes === true && args.length === 2;
    let hash = mix(4, opNumber.get(op)!);
    if (swaps) hash = mix(mix(hash, Math.min(args[0]!, args[1]!)), Math.max(args[0]!, args[1]!));
    else for (const a of args) hash = mix(hash, a);
    for (const a of attrs) hash = mix(hash, a);
    const { width, lanes } = row.shape(shapes, attrs) as Shape;
    return this.#once(
      hash,
      { kind: 'op', op, args, attrs, width, lanes, id: 0, origin },
      (n) => n.kind === 'op' && n.op === op && sameList(n.attrs, attrs) && (sameList(n.args, args) || (swaps && n.args[0] === args[1] && n.args[1] === args[0])),
    );
  }

  #once(hash: number, node: GraphNode, same: (n: GraphNode) => boolean): NodeId {
    const mask = this.#heads.length - 1;
    const spread = hash ^ (hash >>> 16);
    for (let id = this.#heads[spread & mask]!; id !== -1; id = this.#before[id]!) if (this.#hashes[id] === spread && same(this.nodes[id]!)) return id;
    const id = this.add(node);
    this.#hashes[id] = spread;
    this.#before[id] = this.#heads[spread & mask]!;
    this.#heads[spread & mask] = id;
    if (id > this.#heads.length) this.#grow();
    return id;
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
