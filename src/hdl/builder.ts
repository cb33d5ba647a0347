import { Bits } from '../bits/index.ts';
import { Origin, WordlineError, type Problem } from '../diag/index.ts';
import type { Instance, Memory, Node, NodeId, Statement, When } from '../ir/netlist.ts';
import { operators, type OpName } from '../ir/operators/index.ts';
import { describeShape, sameShape, scalar, type Shape, type View } from '../ir/shape.ts';

type NodeInit = Node extends infer N ? (N extends Node ? Omit<N, 'id'> : never) : never;

/**
 * A module while it is being written: nodes, statements and problems. Mistakes do not throw; they are collected, the node gets a harmless
 * value of the right shape, and the designer hears of all of them at once.
 */
export class Builder {
  readonly nodes: Node[] = [];
  readonly memories: Memory[] = [];
  readonly instances: Instance[] = [];
  readonly inputs = new Map<string, NodeId>();
  readonly outputs = new Map<string, NodeId>();
  readonly body: Statement[] = [];
  readonly problems: Problem[] = [];
  readonly domains: string[];
  domain = 0;
  #block: Statement[] = this.body;
  readonly #names = new Map<string, Origin>();
  #closed = false;

  constructor(
    readonly moduleName: string,
    domains: readonly string[],
  ) {
    this.domains = [...domains];
  }

  node(id: NodeId): Node {
    return this.nodes[id]!;
  }

  shape(id: NodeId): Shape {
    return this.nodes[id]!;
  }

  add(init: NodeInit): NodeId {
    if (this.#closed) this.report('module-closed', 'hardware cannot be added after the module has been built', [init.origin]);
    if (init.kind === 'reg' && this.domains.length === 0) {
      this.report('no-clock', `register "${init.name ?? ''}" in module ${this.moduleName}, which has no clock domain`, [init.origin], 'name one in `domains`');
    }
    const id = this.nodes.length;
    if (init.name !== undefined) this.claim(init.name, init.origin);
    this.nodes.push({ ...init, id });
    return id;
  }

  constant(value: bigint, { width, lanes }: Shape, origin: Origin): NodeId {
    return this.add({ kind: 'const', value, width, lanes, origin });
  }

  op(op: OpName, args: readonly NodeId[], attrs: readonly number[] = [], origin = Origin.here()): NodeId {
    const shapes = args.map((a) => this.shape(a));
    const shape = operators[op].shape(shapes, attrs);
    if (typeof shape !== 'string') return this.add({ kind: 'op', op, args, attrs, ...shape, origin });
    const hint = shape.startsWith('widths differ') ? 'make them equal with zext, sext, trunc or slice' : undefined;
    this.report('width-mismatch', `${op}: ${shape}`, [origin], hint);
    const { width, lanes } = shapes[op === 'mux' ? 1 : 0]!;
    const guess = ['eq', 'ne', 'lt', 'le', 'ltS', 'leS'].includes(op) ? 1 : width;
    return this.constant(0n, { width: guess, lanes }, origin);
  }

  /** A literal as a constant of the given shape; every lane gets it. */
  literal(value: number | bigint, { width, lanes }: Shape, origin = Origin.here()): NodeId {
    let one = 0n;
    try {
      one = Bits.of(width, value).value;
    } catch (error) {
      if (!(error instanceof WordlineError)) throw error;
      this.report('value-range', error.problems[0]!.message, [origin]);
    }
    let all = 0n;
    for (let i = 0; i < lanes; i++) all = (all << BigInt(width)) | one;
    return this.constant(all, { width, lanes }, origin);
  }

  /** Checks that a value fits a target and adapts it if not, after reporting. */
  fitted(value: NodeId, want: Shape, what: string, origin: Origin): NodeId {
    const have = this.shape(value);
    if (sameShape(have, want)) return value;
    if (have.lanes === 1 && have.width === want.width) return this.op('splat', [value], [want.lanes], origin);
    this.report('width-mismatch', `${what}: ${describeShape(have)} assigned to ${describeShape(want)}`, [origin, this.nodes[value]!.origin], 'make them equal with zext, sext, trunc or slice');
    return this.constant(0n, want, origin);
  }

  claim(name: string, origin: Origin): void {
    const before = this.#names.get(name);
    if (before !== undefined) this.report('duplicate-name', `"${name}" names two things in module ${this.moduleName}`, [origin, before]);
    if (!/^[A-Za-z_][A-Za-z0-9_.$]*$/.test(name)) {
      this.report('bad-name', `"${name}" is not a name: letters, digits and underscores, not starting with a digit`, [origin]);
    }
    this.#names.set(name, origin);
  }

  statement(s: Statement): void {
    this.#block.push(s);
  }

  /** Runs `body` with its statements going into an arm of `when`. */
  arm(when: When, condition: NodeId | undefined, body: () => void): void {
    const arm = { condition, body: [] as Statement[] };
    (when.arms as { condition: NodeId | undefined; body: Statement[] }[]).push(arm);
    const outer = this.#block;
    this.#block = arm.body;
    try {
      body();
    } finally {
      this.#block = outer;
    }
  }

  /** Is the statement list that is being written the one `when` stands in? (`elsewhen` must directly follow.) */
  isLast(when: When): boolean {
    return this.#block.at(-1) === when;
  }

  inDomain(domain: number, body: () => void): void {
    const outer = this.domain;
    this.domain = domain;
    try {
      body();
    } finally {
      this.domain = outer;
    }
  }

  wire(name: string | undefined, shape: Shape, origin: Origin, view?: View, extra: { feeds?: { instance: number; port: string }; label?: boolean } = {}): NodeId {
    return this.add({
      kind: 'wire',
      width: shape.width,
      lanes: shape.lanes,
      origin,
      ...(name !== undefined && { name }),
      ...(view && { view }),
      ...extra,
    });
  }

  condition(id: NodeId, what: string, origin: Origin): NodeId {
    if (sameShape(this.shape(id), scalar(1))) return id;
    this.report('width-mismatch', `${what}: the condition is ${describeShape(this.shape(id))} instead of 1 bit`, [origin]);
    return this.constant(0n, scalar(1), origin);
  }

  report(code: string, message: string, where: readonly (Origin | undefined)[] = [], hint?: string): void {
    this.problems.push({ code, message, where, ...(hint !== undefined && { hint }) });
  }

  close(): void {
    this.#closed = true;
  }
}
