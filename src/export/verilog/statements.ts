import type { Assign, Check, MemoryWrite, Module, NodeId, Statement } from '../../ir/netlist.ts';
import { laneText, shortIndex, verilogLiteral } from '../../ir/operators/verilog.ts';
import { bitsOf } from '../../ir/shape.ts';
import { Literal, Ref, type Operand } from './operands.ts';

type Leaf = Exclude<Statement, { kind: 'when' }>;

export interface StatementSources {
  readonly module: Module;
  readonly get: (id: NodeId) => Operand;
  readonly idOf: (id: NodeId) => string | undefined;
  readonly memoryOf: (memory: number) => string;
}

const indent = (lines: readonly string[]): string[] => lines.map((l) => `  ${l}`);

/** The statements that `leaf` prints (as no lines: not at all), in their `when`s as if / else. */
export function tree(body: readonly Statement[], get: (id: NodeId) => Operand, leaf: (s: Leaf) => readonly string[]): string[] {
  const lines: string[] = [];
  for (const s of body) {
    if (s.kind !== 'when') {
      lines.push(...leaf(s));
      continue;
    }
    const arms = s.arms.map((arm) => ({ condition: arm.condition, lines: tree(arm.body, get, leaf) }));
    while (arms.at(-1)?.lines.length === 0) arms.pop();
    arms.forEach((arm, i) => {
      const head = arm.condition === undefined ? 'begin' : `if (${get(arm.condition).bare}) begin`;
      lines.push(`${i === 0 ? '' : 'end else '}${head}`, ...indent(arm.lines));
    });
    if (arms.length > 0) lines.push('end');
  }
  return lines;
}

/** A register, or one lane of it, gets its next value. */
export function assignText({ module, get, idOf }: StatementSources, s: Assign): string[] {
  const node = module.nodes[s.target]!;
  const target = new Ref(idOf(s.target)!, node);
  const value = get(s.value).bare;
  if (s.lane === undefined) return [`${target.text} <= ${value};`];
  const { width, lanes } = node;
  const lane = module.nodes[s.lane]!;
  if (lane.kind === 'const') return lane.value < BigInt(lanes) ? [`${target.part(Number(lane.value) * width, width).text} <= ${value};`] : [];
  const index = get(s.lane);
  const write = `${lanes === 1 ? target.text : laneText(target, shortIndex(index, lanes))} <= ${value};`;
  return [2 ** index.width <= lanes ? write : `if (${index.text} < ${verilogLiteral(index.width, BigInt(lanes))}) ${write}`];
}

/** Beyond the depth nothing is written. */
export function writeText({ module, get, memoryOf }: StatementSources, s: MemoryWrite): string[] {
  const { depth } = module.memories[s.memory]!;
  const address = get(s.address);
  // A name for a constant: Yosys takes a memory that is only written at literal addresses for registers, and says so.
  if (address instanceof Literal) return address.value < BigInt(depth) ? [`${memoryOf(s.memory)}[${address.named().text}] <= ${get(s.data).bare};`] : [];
  // A name for a sum, too: in the brackets Icarus would not let it wrap.
  const write = `${memoryOf(s.memory)}[${address.name}] <= ${get(s.data).bare};`;
  return [2 ** address.width === depth ? write : `if (${address.name} < ${verilogLiteral(address.width, BigInt(depth))}) ${write}`];
}

/** Text inside a Verilog string. */
const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&').replace(/%/g, '%%').replace(/[^\x20-\x7e]/g, '?');

export const formalText = ({ get }: StatementSources, s: Check): string[] => [`${s.check} (${get(s.condition).bare});`];

export function displayText({ get }: StatementSources, s: Check, place: string): string[] {
  if (s.check === 'cover') return [];
  return [`if (!${get(s.condition).text}) $display("%m: ${s.check} failed at %0t: ${quoted(s.message)}${place === '' ? '' : ` (${quoted(place)})`}", $time);`];
}

/** Initial contents of a memory: an array has none until somebody gives it some. */
export function memoryText(name: string, { depth, width, initial }: Module['memories'][number], loop: string): string[] {
  const words = initial.flatMap((value, i) => (value === 0n ? [] : [`${name}[${i}] = ${verilogLiteral(width, value)};`]));
  return [
    `reg ${width === 1 ? '' : `[${width - 1}:0] `}${name} [0:${depth - 1}];`,
    `integer ${loop};`,
    'initial begin',
    `  for (${loop} = 0; ${loop} < ${depth}; ${loop} = ${loop} + 1) ${name}[${loop}] = ${verilogLiteral(width, 0n)};`,
    ...indent(words),
    'end',
  ];
}

export const initialText = (node: { readonly width: number; readonly lanes: number }, value: bigint): string => verilogLiteral(bitsOf(node), value);
