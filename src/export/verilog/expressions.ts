import type { Module, Node, NodeId, OpNode } from '../../ir/netlist.ts';
import { operators } from '../../ir/operators/index.ts';
import { guarded, laneAt, type VerilogOperand, type VerilogScope } from '../../ir/operators/verilog.ts';
import { bitsOf, type Shape } from '../../ir/shape.ts';
import { components } from '../../ir/visit.ts';
import type { Driven } from './drivers.ts';
import { functionText } from './functions.ts';
import { range, type Namer } from './names.ts';
import { Inline, Literal, Operand, Ref } from './operands.ts';
import { copiedFrom, cutCycle, needsOf } from './pieces.ts';

/** Longest expression that is written where it is used; a chain of `? :` may be as long as it likes. */
const INLINE = 72;

export interface Sources {
  readonly module: Module;
  readonly driven: Driven;
  /** Verilog names of everything that designers named, of instance outputs and resets. */
  readonly idOf: (id: NodeId) => string | undefined;
  readonly memoryOf: (memory: number) => string;
  readonly resetOf: (domain: number) => string;
  /** Output ports are declared already. */
  readonly isPort: (id: NodeId) => boolean;
  readonly namer: Namer;
  readonly comment: (node: Node) => string;
  /** Nodes that lie on a cycle of nodes, though not of bits. */
  readonly cyclic: ReadonlySet<NodeId>;
}

/** Nodes to look at from `roots` on, with the number of times each is mentioned. */
export function countUses({ nodes, driver }: Driven, roots: readonly NodeId[]): Int32Array {
  const uses = new Int32Array(nodes.length);
  const work = [...roots];
  for (let id = work.pop(); id !== undefined; id = work.pop()) if (uses[id]!++ === 0) work.push(...dependenciesOf(nodes[id]!, driver));
  return uses;
}

export function dependenciesOf(node: Node, driver: ReadonlyMap<NodeId, NodeId>): readonly NodeId[] {
  if (node.kind === 'op' || node.kind === 'read') return node.args;
  return node.kind === 'wire' ? [driver.get(node.id)!] : [];
}

/** Writes the combinational logic of a module: declarations in an order in which each comes after what it reads. */
export class Expressions implements VerilogScope {
  readonly lines: string[] = [];
  readonly functions: string[] = [];
  readonly #operands = new Map<NodeId, Operand>();
  readonly #functionNames = new Map<string, string>();
  /** Operators that are written under the name of the wire that they drive. */
  readonly #names = new Map<NodeId, NodeId>();

  constructor(
    private readonly s: Sources,
    private readonly uses: Int32Array,
  ) {
    const { nodes, driver } = s.driven;
    // What is on a cycle is written in pieces, each of which needs a name of its own.
    const onCycle = new Set(components(nodes.length, (id) => dependenciesOf(nodes[id]!, driver)).filter((group) => group.length > 1).flat());
    for (const [wire, value] of driver) {
      if (onCycle.has(value) || this.#rippling(nodes[value]!)) continue;
      if (uses[wire]! > 0 && s.idOf(wire) !== undefined && nodes[value]!.kind === 'op' && !this.#names.has(value)) this.#names.set(value, wire);
    }
  }

  get(id: NodeId): Operand {
    return this.#masked?.get(id) ?? this.#operands.get(id)!;
  }

  write(): void {
    const { nodes, driver } = this.s.driven;
    const next = (id: NodeId): readonly NodeId[] => (this.uses[id] === 0 ? [] : dependenciesOf(nodes[id]!, driver));
    for (const group of components(nodes.length, next)) {
      const used = group.filter((id) => this.uses[id]! > 0);
      const [only] = used;
      if (used.length > 1 || (only !== undefined && (next(only).includes(only) || this.#rippling(nodes[only]!)))) this.#pieces(used);
      else if (only !== undefined) this.#operands.set(only, this.#make(nodes[only]!));
    }
  }

  // ---- cycles of nodes that are none of bits --------------------------------------------------------------------------------------

  /**
   * On a cycle through other modules, and of a kind that makes x of all its bits when one operand bit is x: a four-valued simulator would
   * never get out of that.
   */
  #rippling(node: Node): boolean {
    return node.kind === 'op' && this.s.cyclic.has(node.id) && operators[node.op].grain !== 'bit' && operators[node.op].grain !== 'move';
  }

  /** Values that stand for others while a piece is being written. */
  #masked: ReadonlyMap<NodeId, Operand> | undefined;

  /** Writes a cycle of nodes piece by piece: each computes the whole, of which only the piece is right, from the bits that the piece needs. */
  #pieces(group: readonly NodeId[]): void {
    const { driven } = this.s;
    const done = new Map<NodeId, { readonly lo: number; readonly value: VerilogOperand }[]>(group.map((id) => [id, []]));
    /** Bits [lo, lo + length) of a node, or the first few of them that stand together. */
    const known = (id: NodeId, lo: number, length: number): VerilogOperand => {
      const pieces = done.get(id);
      if (pieces === undefined) return this.#operands.get(id)!.part(lo, length);
      const { lo: from, value } = pieces.find((p) => p.lo <= lo && lo < p.lo + p.value.width)!;
      return value.part(lo - from, Math.min(length, from + value.width - lo));
    };
    // What comes back through another module is known only bit by bit.
    for (const piece of cutCycle(driven, group, group.some((id) => this.#rippling(driven.nodes[id]!)) ? 'bits' : 'lanes')) {
      const node = driven.nodes[piece.node]!;
      const args = dependenciesOf(node, driven.driver);
      const copied = copiedFrom(driven, piece);
      let value: VerilogOperand;
      if (copied !== undefined) {
        // Bits that are only moved are mentioned where they come from.
        value = this.#gathered(copied.map((c) => (c.arg === undefined ? undefined : { node: args[c.arg]!, lo: c.lo })), copied.map((c) => c.length), known, { width: piece.length, lanes: 1 });
      } else {
        const needs = needsOf(driven, piece);
        this.#masked = new Map(args.map((a, k) => [a, needs[k]!.every((n) => n) && !done.has(a) ? this.#operands.get(a)! : this.#maskedOperand(a, needs[k]!, known)]));
        value = (node.kind === 'op' ? this.#op(node) : this.#make(node)).part(piece.lo, piece.length);
        this.#masked = undefined;
      }
      done.get(node.id)!.push({ lo: piece.lo, value });
    }
    for (const id of group) {
      const node = driven.nodes[id]!;
      const parts = done.get(id)!.sort((a, b) => a.lo - b.lo).map((p) => p.value);
      const text = parts.length === 1 ? parts[0]!.bare : wrap(`{${[...parts].reverse().map((p) => p.bare).join(', ')}}`);
      const name = this.s.idOf(id);
      if (name !== undefined) this.#assign(name, node, text);
      this.#operands.set(id, name === undefined ? new Inline(text, node, () => this.#wire(node.kind === 'op' ? node.op : node.kind, bitsOf(node), text), parts) : new Ref(name, node));
    }
  }

  /** Runs of bits side by side, low ones first; `undefined` stands for zeros. */
  #gathered(runs: readonly ({ readonly node: NodeId; readonly lo: number } | undefined)[], lengths: readonly number[], known: (id: NodeId, lo: number, length: number) => VerilogOperand, shape: Shape): Operand {
    const parts: VerilogOperand[] = [];
    runs.forEach((run, i) => {
      for (let at = 0; at < lengths[i]!; ) {
        const rest = lengths[i]! - at;
        const part = run === undefined ? new Literal(0n, { width: rest, lanes: 1 }, () => '') : known(run.node, run.lo + at, rest);
        parts.push(part);
        at += part.width * part.lanes;
      }
    });
    const [only] = parts;
    if (parts.length === 1 && only instanceof Operand) return only.as(shape);
    const text = wrap(`{${[...parts].reverse().map((p) => p.bare).join(', ')}}`);
    return new Inline(text, shape, () => this.#wire('needed', bitsOf(shape), text), parts);
  }

  /** Needed bits as they are, zeros elsewhere. */
  #maskedOperand(id: NodeId, needed: readonly boolean[], known: (id: NodeId, lo: number, length: number) => VerilogOperand): Operand {
    const runs: ({ readonly node: NodeId; readonly lo: number } | undefined)[] = [];
    const lengths: number[] = [];
    for (let lo = 0; lo < needed.length; lo += lengths.at(-1)!) {
      let end = lo + 1;
      while (end < needed.length && needed[end] === needed[lo]) end++;
      runs.push(needed[lo] === true ? { node: id, lo } : undefined);
      lengths.push(end - lo);
    }
    return this.#gathered(runs, lengths, known, this.s.driven.nodes[id]!);
  }

  #make(node: Node): Operand {
    const { idOf, memoryOf, resetOf } = this.s;
    switch (node.kind) {
      case 'const':
        return new Literal(node.value, node, (value, bits) => this.#wire('constant', bits, new Literal(value, { width: bits, lanes: 1 }, () => '').text));
      case 'input':
      case 'reg':
      case 'port':
        return new Ref(idOf(node.id)!, node);
      case 'reset':
        return new Ref(resetOf(node.domain), node);
      case 'read':
        return this.#place(node, this.#read(memoryOf(node.memory), this.s.module.memories[node.memory]!, this.get(node.args[0])), 'read');
      case 'op':
        return this.#op(node);
      case 'wire':
        return this.#named(node);
    }
  }

  #read(name: string, { depth, width }: { depth: number; width: number }, address: Operand): string {
    // An address that is long enough and no longer needs no test; but a sum in the brackets would not wrap in Icarus.
    return 2 ** address.width === depth ? `${name}[${address.constant ?? address.name}]` : guarded(address, depth, width, () => `${name}[${address.constant ?? address.name}]`);
  }

  #named(node: Node & { kind: 'wire' }): Operand {
    const value = this.s.driven.driver.get(node.id)!;
    const id = this.s.idOf(node.id);
    const operand = this.get(value);
    // Inputs of instances have no name of their own: their value stands in the list of ports.
    if (id === undefined) return this.uses[node.id]! > 1 && !operand.cheap ? new Ref(operand.name, node) : operand.as(node);
    if (this.#names.get(value) !== node.id) this.#assign(id, node, operand.bare);
    return new Ref(id, node);
  }

  // ---- operators ------------------------------------------------------------------------------------------------------------------

  #op(node: OpNode): Operand {
    const row = operators[node.op].verilog;
    const args = node.args.map((a) => this.get(a));
    const [first] = args;
    const whole = node.lanes === 1 || row.of !== 'lane' || (node.op === 'mux' && first!.splat !== undefined);
    if (!whole) return this.#loop(node, args);
    const operands: VerilogOperand[] = node.op === 'mux' && first!.splat !== undefined ? [first!.splat, ...args.slice(1)] : args;
    const shape: Shape = row.of === 'value' ? node : { width: bitsOf(node), lanes: 1 };
    if (node.op === 'splat' && !this.#names.has(node.id)) return this.#splat(node, first!);
    const made = row.text(operands, shape, node.attrs, this);
    if (made instanceof Operand) {
      if (!made.cheap && this.uses[node.id]! > 1) return new Ref(made.name, node);
      return this.#names.has(node.id) ? this.#declared(node, made.bare) : made.as(node);
    }
    const text = typeof made === 'string' ? made : made.text;
    return this.#place(node, node.op === 'mux' ? chain(operands) : wrap(text), node.op, { alone: row.alone === true, pieces: this.#concatenated(node, args) });
  }

  /** What a concatenation consists of, low part first, so that a slice of it can be one of its parts. */
  #concatenated(node: OpNode, args: readonly Operand[]): readonly VerilogOperand[] {
    if (node.op === 'pack') return args;
    if (node.op === 'cat' && node.lanes === 1) return [...args].reverse();
    return node.op === 'zext' && node.lanes === 1 ? args : [];
  }

  /** Its value is mentioned instead of it where an operator takes one value for all lanes; it may never be written. */
  #splat(node: OpNode, first: Operand): Operand {
    const value = first.cheap || this.uses[node.id] === 1 ? first : new Ref(first.name, first.shape);
    const made = operators.splat.verilog.text([value], node, node.attrs, this);
    const operand = new Inline(typeof made === 'string' ? made : made.bare, node, () => this.#declared(node, typeof made === 'string' ? made : made.bare, 'splat').base);
    operand.splat = value;
    return operand;
  }

  /** One lane, repeated. */
  #loop(node: OpNode, args: readonly Operand[]): Operand {
    const row = operators[node.op].verilog;
    const id = this.#declare(node);
    const i = this.s.namer.numbered('lane');
    const operands = args.map((a) => a.splat ?? a.lane(i));
    const made = row.text(operands, { width: node.width, lanes: 1 }, node.attrs, this);
    const text = typeof made === 'string' ? made : made.bare;
    this.lines.push(
      `genvar ${i};`,
      `generate for (${i} = 0; ${i} < ${node.lanes}; ${i} = ${i} + 1) begin : ${this.s.namer.unique(`each_${i}`)}`,
      `  assign ${id}${laneAt(i, node.width)} = ${text};`,
      'end endgenerate',
    );
    return new Ref(id, node);
  }

  /** An expression: where it is used, if that is one place and it is short; else as a wire. */
  #place(node: Node, text: string, base: string, { alone = false, pieces = [] }: { alone?: boolean; pieces?: readonly VerilogOperand[] } = {}): Operand {
    if (this.#names.has(node.id) || alone || this.uses[node.id]! > 1 || (text.length > INLINE && base !== 'mux')) return this.#declared(node, text, base);
    return new Inline(text, node, () => this.#declared(node, text, base).base, pieces);
  }

  #declared(node: Node, text: string, base = 'op'): Ref {
    const wire = this.#names.get(node.id);
    const id = wire === undefined ? this.s.namer.numbered(base) : this.s.idOf(wire)!;
    this.#assign(id, wire === undefined ? node : this.s.driven.nodes[wire]!, text);
    return new Ref(id, node);
  }

  #declare(node: OpNode): string {
    const wire = this.#names.get(node.id);
    const id = wire === undefined ? this.s.namer.numbered(node.op) : this.s.idOf(wire)!;
    if (wire === undefined || !this.s.isPort(wire)) this.lines.push(`wire ${range(bitsOf(node))}${id};`);
    return id;
  }

  #assign(id: string, node: Node, text: string): void {
    const comment = this.s.idOf(node.id) === undefined ? '' : this.s.comment(node);
    this.lines.push(`${this.s.isPort(node.id) ? 'assign ' : `wire ${range(bitsOf(node))}`}${id} = ${text};${comment}`);
  }

  #wire(base: string, bits: number, text: string): string {
    const id = this.s.namer.numbered(base);
    this.lines.push(`wire ${range(bits)}${id} = ${text};`);
    return id;
  }

  call(key: string, width: number, operands: readonly VerilogOperand[], body: Parameters<VerilogScope['call']>[3], local?: number): string {
    let name = this.#functionNames.get(key);
    if (name === undefined) {
      this.#functionNames.set(key, (name = this.s.namer.unique(key)));
      this.functions.push(...functionText(name, width, operands.map((o) => o.width * o.lanes), body, local));
    }
    return `${name}(${operands.map((o) => o.bare).join(', ')})`;
  }
}

/** `a ? b : c ? d : e` over several lines if it is long. */
function chain([select, yes, no]: readonly VerilogOperand[]): string {
  const text = `${select!.text} ? ${yes!.text} : ${no!.bare}`;
  return text.length <= INLINE ? text : `${select!.text} ? ${yes!.text}\n    : ${no!.bare}`;
}

/** Breaks a long list at its commas. */
function wrap(text: string): string {
  if (text.length < 120) return text;
  let line = 0;
  return text.replace(/, /g, (comma, at: number) => {
    if (at - line < 100) return comma;
    line = at;
    return ',\n    ';
  });
}
