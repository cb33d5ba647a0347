import { Origin } from '../diag/index.ts';
import type { Flat } from '../ir/flatten.ts';
import type { DomainId, MemoryId, Node, NodeId, Statement } from '../ir/netlist.ts';
import { operators, type OpName } from '../ir/operators/index.ts';
import type { Shape } from '../ir/shape.ts';

const origin = Origin.unknown;
const bit: Shape = { width: 1, lanes: 1 };
const shapeOf = (shape: number | Shape): Shape => (typeof shape === 'number' ? { width: shape, lanes: 1 } : shape);

/**
 * Hardware that is put behind a flat design. Everything is appended, nothing of the design is touched: its nodes, memories and checks keep
 * their numbers, so that whoever knows the design can work with the longer one.
 */
export class Addition {
  readonly #nodes: Node[];
  readonly #body: Statement[] = [];
  readonly #memories: Flat['memories'][number][];
  readonly #constants = new Map<string, NodeId>();

  constructor(readonly flat: Flat) {
    this.#nodes = [...flat.nodes];
    this.#memories = [...flat.memories];
  }

  /** The design with all that was added. */
  build(): Flat {
    return { ...this.flat, nodes: this.#nodes, memories: this.#memories, body: [...this.flat.body, ...this.#body] };
  }

  shape(id: NodeId): Shape {
    return this.#nodes[id]!;
  }

  op(op: OpName, args: readonly NodeId[], attrs: readonly number[] = []): NodeId {
    const shape = operators[op].shape(args.map((a) => this.#nodes[a]!), attrs);
    if (typeof shape === 'string') throw new TypeError(`${op}: ${shape}`);
    return this.#add({ kind: 'op', op, args, attrs, width: shape.width, lanes: shape.lanes, origin });
  }

  /** A packed value, of one lane if a width is all that is said. */
  constant(value: bigint, shape: number | Shape): NodeId {
    const { width, lanes } = shapeOf(shape);
    const key = `${lanes}x${width}:${value}`;
    let id = this.#constants.get(key);
    if (id === undefined) this.#constants.set(key, (id = this.#add({ kind: 'const', value, width, lanes, origin })));
    return id;
  }

  reg(shape: number | Shape, domain: DomainId, { initial = 0n, resets = false }: { readonly initial?: bigint; readonly resets?: boolean } = {}): NodeId {
    const { width, lanes } = shapeOf(shape);
    return this.#add({ kind: 'reg', domain, initial, resets, synchroniser: false, width, lanes, origin });
  }

  reset(domain: DomainId): NodeId {
    return this.#add({ kind: 'reset', domain, ...bit, origin });
  }

  memory(depth: number, width: number): MemoryId {
    const id = this.#memories.length;
    this.#memories.push({ id, name: '', path: '', depth, width, initial: [], origin });
    return id;
  }

  read(memory: MemoryId, address: NodeId): NodeId {
    return this.#add({ kind: 'read', memory, args: [address], width: this.#memories[memory]!.width, lanes: 1, origin });
  }

  statement(...statements: readonly Statement[]): void {
    this.#body.push(...statements);
  }

  #add(node: Node extends infer N ? (N extends Node ? Omit<N, 'id'> : never) : never): NodeId {
    const id = this.#nodes.length;
    this.#nodes.push({ ...node, id });
    return id;
  }
}

export const assign = (target: NodeId, value: NodeId): Statement => ({ kind: 'assign', target, value, origin });
export const when = (condition: NodeId, body: Statement[], otherwise?: Statement[]): Statement => ({
  kind: 'when',
  arms: [{ condition, body, origin }, ...(otherwise === undefined ? [] : [{ condition: undefined, body: otherwise, origin }])],
  origin,
});
