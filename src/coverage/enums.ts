import { indexWidth } from '../bits/index.ts';
import { Origin } from '../diag/index.ts';
import type { DomainId, MemoryId, MemoryWrite, NodeId } from '../ir/netlist.ts';
import type { EnumView } from '../ir/shape.ts';
import type { Engine } from '../sim/engine.ts';
import { assign, when, type Addition } from './addition.ts';
import { OTHER } from './report.ts';

/** Cycles until a counter would begin again: more than anybody waits for. */
const COUNTER = 48;

/** How often each state of one register (or lane of one) followed each other. */
export interface Histogram {
  readonly states: readonly string[];
  read(engine: Engine): { readonly cycles: number[]; readonly transitions: number[][] };
}

/**
 * Counts with a memory, whose address is the state of the last cycle and of this one: one word is read and written in a cycle, however many
 * states there are.
 */
export function histogram(addition: Addition, register: NodeId, lane: number, view: EnumView): Histogram {
  const node = addition.flat.nodes[register]!;
  if (node.kind !== 'reg') throw new TypeError('a histogram of what is no register');
  const value = node.lanes === 1 ? register : addition.op('lane', [register], [lane]);
  const initial = BigInt.asUintN(node.width, node.initial >> BigInt(lane * node.width));
  const { slot, slots, slotOf, states } = numbered(addition, value, node.width, view);

  const width = indexWidth(slots);
  const last = addition.reg(width, node.domain, { initial: BigInt(slotOf(initial)), resets: node.resets });
  const memory = addition.memory(2 ** (2 * width), COUNTER);
  const address = addition.op('cat', [last, slot]);
  const write: MemoryWrite = {
    kind: 'write',
    memory,
    address,
    data: addition.op('add', [addition.read(memory, address), addition.constant(1n, COUNTER)]),
    domain: node.domain,
    origin: Origin.unknown,
  };
  addition.statement(assign(last, slot));
  // What a reset does to a state is no transition.
  addition.statement(node.resets ? when(running(addition, node.domain), [write]) : write);

  return { states: [...states.keys()], read: (engine) => count(engine, memory, width, [...states.values()]) };
}

const running = (addition: Addition, domain: DomainId): NodeId => addition.op('not', [addition.reset(domain)]);

interface Numbered {
  /** The state as a number below `slots`. */
  readonly slot: NodeId;
  readonly slots: number;
  readonly slotOf: (value: bigint) => number;
  /** Slots of each state. */
  readonly states: ReadonlyMap<string, readonly number[]>;
}

/** The value itself where that wastes little, otherwise the number of the state in the list of names. */
function numbered(addition: Addition, value: NodeId, width: number, { values }: EnumView): Numbered {
  const names = [...values];
  if (2 ** width <= Math.max(8, 2 * names.length)) {
    const others = Array.from({ length: 2 ** width }, (_, v) => v).filter((v) => !values.has(v));
    const states = new Map<string, number[]>(names.map(([v, name]) => [name, [v]]));
    if (others.length > 0) states.set(OTHER, others);
    return { slot: value, slots: 2 ** width, slotOf: Number, states };
  }
  const slots = names.length + 1;
  const index = (i: number): NodeId => addition.constant(BigInt(i), indexWidth(slots));
  const slot = names.reduce((other, [v], i) => addition.op('mux', [addition.op('eq', [value, addition.constant(BigInt(v), width)]), index(i), other]), index(names.length));
  const slotOf = (v: bigint): number => (values.has(Number(v)) ? names.findIndex(([n]) => BigInt(n) === v) : names.length);
  return { slot, slots, slotOf, states: new Map([...names.map(([, name], i) => [name, [i]] as const), [OTHER, [names.length]] as const]) };
}

function count(engine: Engine, memory: MemoryId, width: number, states: readonly (readonly number[])[]): { cycles: number[]; transitions: number[][] } {
  const from = states.map((slots) => states.map((next) => slots.reduce((n, a) => next.reduce((m, b) => m + Number(engine.readMemory(memory, (a << width) | b)), n), 0)));
  const cycles = states.map((_, to) => from.reduce((n, row) => n + row[to]!, 0));
  return { cycles, transitions: from.map((row, i) => row.map((n, j) => (i === j ? 0 : n))) };
}
