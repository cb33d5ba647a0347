import type { Module, Node, NodeId, OpNode } from '../../ir/netlist.ts';
import { operators } from '../../ir/operators/index.ts';
import { guarded, laneAt, type VerilogOperand, type VerilogScope } from '../../ir/operators/verilog.ts';
import { bitsOf, type Shape } from '../../ir/shape.ts';
import { components } from '../../ir/visit.ts';
import type { Driven } from './drivers.ts';
import { functionText } from './functions.ts';
import { range, type Namer } from './names.ts';
import { Inline, Literal, Operand, Ref } from './operands.ts';

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
    for (const [wire, value] of driver) {
      if (uses[wire]! > 0 && s.idOf(wire) !== undefined && nodes[value]!.kind === 'op' && !this.#names.has(value)) this.#names.set(value, wire);
    }
  }

  get(id: NodeId): Operand {
    return this.#operands.get(id)!;
  }

  write(): void {
    const { nodes, driver } = this.s.driven;
    for (const group of components(nodes.length, (id) => (this.uses[id] === 0 ? [] : dependenciesOf(nodes[id]!, driver)))) {
      for (const id of group) if (this.uses[id]! > 0) this.#operands.set(id, this.#make(nodes[id]!));
    }
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
    // An address that is long enough and no longer needs no name.
    return 2 ** address.width === depth ? `${name}[${address.bare}]` : guarded(address, depth, width, () => `${name}[${address.constant ?? address.name}]`);
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
    return this.#place(node, node.op === 'mux' ? chain(operands) : wrap(text), node.op, { alone: row.alone === true, pieces: this.#pieces(node, args) });
  }

  /** What a concatenation consists of, low part first, so that a slice of it can be one of its parts. */
  #pieces(node: OpNode, args: readonly Operand[]): readonly VerilogOperand[] {
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
