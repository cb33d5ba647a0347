import type { Origin } from '../diag/index.ts';
import type { OpName } from './operators/index.ts';
import type { Shape, View } from './shape.ts';

/**
 * The netlist of one module type.
 *
 * A node is an integer id into `nodes`. There are eight kinds, and they are all there will be:
 *
 * | kind     | value                                                                                           |
 * |----------|-------------------------------------------------------------------------------------------------|
 * | `const`  | a constant                                                                                      |
 * | `input`  | an input port of this module                                                                    |
 * | `op`     | a combinational operator of `operators.ts` over other nodes                                     |
 * | `wire`   | whatever the statements assign to it in this cycle                                              |
 * | `reg`    | state; keeps its value at a clock edge unless a statement assigns to it; resets synchronously   |
 * | `read`   | the word of a memory at an address, before this cycle's writes                                  |
 * | `port`   | an output port of an instance or model                                                          |
 * | `reset`  | 1 while a clock domain is in reset                                                              |
 *
 * Behaviour is a tree of statements (`body`), so that the branches of `when` survive: engines evaluate a branch lazily inside it and
 * Verilog prints it as it was written. Within a branch the last assignment to a target wins; a nested branch overrides what stood
 * before it. Inputs of instances are wires of the parent (named `instance.port`) that connect by assignment like any other.
 *
 * Values: see `Shape`. Two-state. Registers and memories start at their reset (or initial) value, zero if none is given.
 */
export type NodeId = number;
export type DomainId = number;
export type MemoryId = number;

interface NodeBase extends Shape {
  readonly id: NodeId;
  readonly origin: Origin;
  /** What the designer called it; unique in the module. */
  name?: string;
  readonly view?: View;
}

export interface ConstNode extends NodeBase {
  readonly kind: 'const';
  readonly value: bigint;
}
export interface InputNode extends NodeBase {
  readonly kind: 'input';
}
export interface OpNode extends NodeBase {
  readonly kind: 'op';
  readonly op: OpName;
  readonly args: readonly NodeId[];
  /** Static numbers of the operator, e.g. [lo, length] of a slice. */
  readonly attrs: readonly number[];
}
export interface WireNode extends NodeBase {
  readonly kind: 'wire';
  /** Set on the wires that are inputs of an instance or model. */
  readonly feeds?: { readonly instance: number; readonly port: string };
  /** Only a name for an expression, made to be looked at; nobody needs to read it. */
  readonly label?: boolean;
}
export interface RegNode extends NodeBase {
  readonly kind: 'reg';
  readonly domain: DomainId;
  /** Value before the first clock edge, packed. */
  readonly initial: bigint;
  /** Does the domain's reset load `initial`? */
  readonly resets: boolean;
  /** Stated by the designer to receive a signal of another domain (first stage of a synchroniser). */
  readonly synchroniser: boolean;
}
export interface ReadNode extends NodeBase {
  readonly kind: 'read';
  readonly memory: MemoryId;
  readonly args: readonly [NodeId];
}
export interface PortNode extends NodeBase {
  readonly kind: 'port';
  readonly instance: number;
  readonly port: string;
}
export interface ResetNode extends NodeBase {
  readonly kind: 'reset';
  readonly domain: DomainId;
}
export type Node = ConstNode | InputNode | OpNode | WireNode | RegNode | ReadNode | PortNode | ResetNode;

export interface Assign {
  readonly kind: 'assign';
  readonly target: NodeId;
  /** One lane of the target: a node that gives its number. Absent: the whole target. Numbers beyond the last lane assign nothing. */
  readonly lane?: NodeId;
  readonly value: NodeId;
  readonly origin: Origin;
}
export interface MemoryWrite {
  readonly kind: 'write';
  readonly memory: MemoryId;
  readonly address: NodeId;
  readonly data: NodeId;
  readonly domain: DomainId;
  readonly origin: Origin;
}
export interface Check {
  readonly kind: 'check';
  readonly check: 'assert' | 'assume' | 'cover';
  readonly condition: NodeId;
  readonly message: string;
  /** Shown with their names when the check fails. */
  readonly values: readonly { readonly name: string; readonly node: NodeId }[];
  readonly domain: DomainId;
  readonly origin: Origin;
}
export interface When {
  readonly kind: 'when';
  /** Tried in order; the last may have no condition (otherwise). `origin` is where the arm begins. */
  readonly arms: { readonly condition: NodeId | undefined; readonly body: Statement[]; readonly origin: Origin }[];
  readonly origin: Origin;
}
export type Statement = Assign | MemoryWrite | Check | When;

export interface Memory {
  readonly id: MemoryId;
  readonly name: string;
  readonly depth: number;
  readonly width: number;
  /** Packed words from address 0; the rest is zero. */
  readonly initial: readonly bigint[];
  readonly origin: Origin;
}

export interface Instance {
  readonly name: string;
  readonly of: Module | Model;
  /** Port name to the wire of this module that feeds it. */
  readonly inputs: ReadonlyMap<string, NodeId>;
  /** Port name to the `port` node of this module. */
  readonly outputs: ReadonlyMap<string, NodeId>;
  /** For each domain of `of`, the domain of this module that drives it. */
  readonly domains: readonly DomainId[];
  readonly origin: Origin;
}

export interface Module {
  readonly kind: 'module';
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputs: ReadonlyMap<string, NodeId>;
  readonly outputs: ReadonlyMap<string, NodeId>;
  readonly body: readonly Statement[];
  readonly memories: readonly Memory[];
  readonly instances: readonly Instance[];
  /** Names of the clock domains; the first is the default one. */
  readonly domains: readonly string[];
  readonly origin: Origin;
}

export interface PortType extends Shape {
  readonly view?: View;
}

/**
 * Behaviour in TypeScript behind typed ports, sampled at the clock edge: at an edge it sees the settled inputs of the cycle that ends
 * and sets the outputs of the next one, like a register.
 */
export interface Model {
  readonly kind: 'model';
  readonly name: string;
  readonly inputs: ReadonlyMap<string, PortType>;
  readonly outputs: ReadonlyMap<string, PortType>;
  /** The model is called only at edges where this one-bit input is 1; absent: at every edge. */
  readonly fire?: string;
  /** One per simulated instance. */
  readonly create: () => ModelBehaviour;
  /** Verilog with the same module name and ports (plus `clk`, `rst`), if there is one. */
  readonly verilog?: string;
  readonly origin: Origin;
}

export interface ModelBehaviour {
  /** Called at the clock edge. */
  clock(io: ModelIo): void;
  /** Called while the domain is in reset instead of `clock`. */
  reset?(io: ModelIo): void;
  /** State that must survive snapshot and restore; any structured-clonable value. */
  save?(): unknown;
  restore?(state: unknown): void;
}

/**
 * Ports as a model sees them. `words` are live views of 32-bit words, least significant first; a lane of a `Vec` port of up to 32 bits
 * is one word. Writing an output changes it after the edge.
 */
export interface ModelIo {
  readonly in: Readonly<Record<string, ModelPort>>;
  readonly out: Readonly<Record<string, ModelPort>>;
}
export interface ModelPort extends Shape {
  /** Words of one lane: ceil(width / 32). */
  readonly wordsPerLane: number;
  readonly words: Int32Array;
  /** Value of lane 0 (or of the given lane) as an unsigned number; only for widths up to 32. */
  get(lane?: number): number;
  set(value: number, lane?: number): void;
  getBig(lane?: number): bigint;
  setBig(value: bigint, lane?: number): void;
}
