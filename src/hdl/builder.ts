import { Bits } from '../bits/index.ts';
import { fail, Origin, WordlineError, type Problem } from '../diag/index.ts';
import type { Instance, Memory, Node, NodeId, Statement, When } from '../ir/netlist.ts';
import { operators, type OpName } from '../ir/operators/index.ts';
import { describeShape, sameShape, scalar, type Shape, type View } from '../ir/shape.ts';

type NodeInit = Node extends infer N ? (N extends Node ? Omit<N, 'id'> : never) : never;

const NAME = /^[A-Za-z_][A-Za-z0-9_$]*$/;
const NAME_RULE = 'letters, digits and underscores, not starting with a digit';

/** What the builder needs to know of a signal. */
interface SignalLike {
  readonly builder: Builder;
  readonly id: NodeId;
}

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
  readonly #names = new Map<string, { readonly origin: Origin; readonly what: string | undefined }>();
  readonly #atEnd: (() => void)[] = [];
  #closed = false;

  constructor(
    readonly moduleName: string,
    domains: readonly string[],
    origin: Origin,
  ) {
    this.domains = [...domains];
    if (!NAME.test(moduleName)) this.report('bad-name', `"${moduleName}" is not a name of a module: ${NAME_RULE}`, [origin]);
    // Waves and Verilog show clock and reset beside the signals.
    for (const d of domains) for (const name of [d, d === 'clk' ? 'rst' : `rst_${d}`]) this.claim(name, origin, 'a clock domain or its reset');
  }

  node(id: NodeId): Node {
    return this.nodes[id]!;
  }

  shape(id: NodeId): Shape {
    return this.nodes[id]!;
  }

  add(init: NodeInit): NodeId {
    this.#open(init.origin);
    if (init.kind === 'reg') this.clocked(`register "${init.name ?? ''}"`, init.origin);
    const id = this.nodes.length;
    // An input of an instance is named after both, and the instance's name is claimed already.
    if (init.name !== undefined && !(init.kind === 'wire' && init.feeds !== undefined)) this.claim(init.name, init.origin);
    this.nodes.push({ ...init, id });
    return id;
  }

  constant(value: bigint, { width, lanes }: Shape, origin: Origin): NodeId {
    return this.add({ kind: 'const', value, width, lanes, origin });
  }

  op(op: OpName, args: readonly NodeId[], attrs: readonly number[] = [], origin = Origin.here()): NodeId {
    const shapes = args.map((a) => this.shape(a));
    const shape = operators[op].shape(shapes, attrs);
    if (typeof shape !== 'string') return this.add({ kind: 'op', op, args, attrs, width: shape.width, lanes: shape.lanes, origin });
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

  claim(name: string, origin: Origin, what?: string): void {
    const before = this.#names.get(name);
    if (before !== undefined) {
      const names = before.what === undefined ? 'names two things' : `is the name of ${before.what}`;
      this.report('duplicate-name', `"${name}" ${names} in module ${this.moduleName}`, [origin, before.origin]);
    }
    if (!NAME.test(name)) this.report('bad-name', `"${name}" is not a name: ${NAME_RULE}`, [origin]);
    this.#names.set(name, { origin, what });
  }

  statement(s: Statement): void {
    this.#open(s.origin);
    if (s.kind === 'write') this.clocked(`a write of memory "${this.memories[s.memory]!.name}"`, s.origin);
    if (s.kind === 'check') this.clocked(`${s.check} "${s.message}"`, s.origin);
    this.#block.push(s);
  }

  /** Reports something that needs a clock in a module that has none. */
  clocked(what: string, origin: Origin): void {
    if (this.domains.length === 0) this.report('no-clock', `${what} in module ${this.moduleName}, which has no clock domain`, [origin], 'name one in `domains`');
  }

  /** The list of problems is read when the module is finished: what comes later must not get lost in it. */
  #open(origin: Origin): void {
    if (this.#closed) {
      fail('module-closed', `module ${this.moduleName} is finished: hardware cannot be added to it any more`, { where: [origin], hint: 'describe hardware only inside the build function, before it returns' });
    }
  }

  /** The node of a signal; a signal of another module is a mistake, and a zero of the same shape stands in for it. */
  own(signal: SignalLike, origin: Origin): NodeId {
    if (signal.builder === this) return signal.id;
    this.#open(origin);
    const name = signal.builder.node(signal.id).name ?? 'a signal';
    this.report('foreign-signal', `${name} of module ${signal.builder.moduleName} used in module ${this.moduleName}`, [origin], 'pass it through a port');
    return this.constant(0n, signal.builder.shape(signal.id), origin);
  }

  /** Runs `body` with its statements going into an arm of `when`. */
  arm(when: When, condition: NodeId | undefined, origin: Origin, body: () => void): void {
    const arm = { condition, body: [] as Statement[], origin };
    when.arms.push(arm);
    const outer = this.#block;
    this.#block = arm.body;
    try {
      body();
    } finally {
      this.#block = outer;
    }
  }

  /** Does `when` stand at the end of the statements that are being written? Names given to expressions meanwhile do no harm. */
  isLast(when: When): boolean {
    const last = this.#block.findLast((s) => s.kind !== 'assign' || (this.node(s.target) as { label?: boolean }).label !== true);
    return last === when;
  }

  inDomain<T>(domain: number, body: () => T): T {
    const outer = this.domain;
    this.domain = domain;
    try {
      return body();
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

  condition(signal: SignalLike, what: string, origin: Origin): NodeId {
    const id = this.own(signal, origin);
    if (sameShape(this.shape(id), scalar(1))) return id;
    this.report('width-mismatch', `${what}: the condition is ${describeShape(this.shape(id))} instead of 1 bit`, [origin]);
    return this.constant(0n, scalar(1), origin);
  }

  report(code: string, message: string, where: readonly (Origin | undefined)[] = [], hint?: string): void {
    this.problems.push({ code, message, where, ...(hint !== undefined && { hint }) });
  }

  /** Something to do when everything else has been written. */
  atEnd(work: () => void): void {
    this.#atEnd.push(work);
  }

  close(): void {
    for (const work of this.#atEnd) work();
    this.#closed = true;
  }
}
