import type { Module, NodeId, OpNode } from '../ir/netlist.ts';
import type { OpName } from '../ir/operators/index.ts';
import type { Shape } from '../ir/shape.ts';

/** Operators that people write between their operands. */
const BETWEEN: Readonly<Partial<Record<OpName, string>>> = { and: '&', or: '|', xor: '^', add: '+', addWide: '+', sub: '-', subWide: '-', mul: '*', eq: '==', ne: '!=', lt: '<', le: '<=', ltS: '<', leS: '<=' };

/** How many operators deep a sentence goes. */
const DEPTH = 2;

/** A node in a few words: its name, its number, or a short expression of those. */
export function textOf(module: Module, id: NodeId, depth = DEPTH): string {
  const node = module.nodes[id]!;
  if (node.name !== undefined) return node.name;
  switch (node.kind) {
    case 'const':
      return valueText(node.value, node);
    case 'port':
      return `${module.instances[node.instance]!.name}.${node.port}`;
    case 'read':
      return `${module.memories[node.memory]!.name}[${depth > 0 ? textOf(module, node.args[0], depth - 1) : '...'}]`;
    case 'op':
      return depth > 0 ? opText(node.op, operandTexts(module, node, depth - 1), node.attrs) : '...';
    case 'wire':
      return node.feeds === undefined ? 'a wire' : `${module.instances[node.feeds.instance]!.name}.${node.feeds.port}`;
    case 'reset':
      return 'reset';
    case 'input':
    case 'reg':
      return node.kind;
  }
}

/** A number, or those of all lanes. */
export function valueText(value: bigint, { width, lanes }: Shape): string {
  if (lanes === 1) return String(value);
  return `[${Array.from({ length: lanes }, (_, i) => BigInt.asUintN(width, value >> BigInt(i * width))).join(', ')}]`;
}

/** Operands, in brackets where it takes them. */
export function operandTexts(module: Module, { op, args }: OpNode, depth = DEPTH - 1): string[] {
  return args.map((id) => {
    const node = module.nodes[id]!;
    const text = textOf(module, id, depth);
    const loose = node.kind === 'op' && node.name === undefined && BETWEEN[node.op] !== undefined && text !== '...';
    return loose && (BETWEEN[op] !== undefined || op === 'slice') ? `(${text})` : text;
  });
}

/** An operator over the texts of its operands. */
export function opText(op: OpName, args: readonly string[], attrs: readonly number[]): string {
  if (BETWEEN[op] !== undefined) return args.join(` ${BETWEEN[op]} `);
  if (op === 'slice') return `${args[0]!}[${attrs[0]! + attrs[1]! - 1}:${attrs[0]!}]`;
  if (op === 'mux') return `mux(${args.join(', ')})`;
  return `${op}(${args.join(', ')})`;
}
