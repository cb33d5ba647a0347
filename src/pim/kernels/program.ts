import type { PimOp } from '../isa.ts';
import type { Region } from '../layout.ts';

/** Where the walk through a program's loops is: how often the body of each has been done. */
export type LoopName = 'channel' | 'group' | 'plane' | 'fold';
export type Indices = Record<LoopName, number>;

/** What a column command of an instruction speaks to: a slot of a region, which may depend on the loops. */
export interface Access {
  readonly region: Region;
  readonly slot: (at: Indices) => number;
}

/** One instruction, for one column command or, with AAM, for a group of them. */
export interface Step {
  readonly kind: 'step';
  readonly op: PimOp;
  readonly text: string;
  readonly times: number;
  /** Undefined for what needs no bank: it repeats the command before it, which opens no row and turns nothing round. */
  readonly access: Access | undefined;
  readonly store: boolean;
}

export interface Loop {
  readonly kind: 'loop';
  readonly name: LoopName;
  readonly times: number;
  readonly body: readonly Node[];
}

/**
 * A program as a tree, from which both its text and its stream of column commands come, so that the two cannot disagree: instructions are counted in
 * loops by JUMPs, commands by the same loops with the addresses of that turn.
 */
export type Node = Step | Loop;

/** One trigger of a program's stream. */
export interface Command {
  readonly op: PimOp;
  readonly store: boolean;
  /** Whether cells are read or written. */
  readonly cells: boolean;
  readonly region: Region;
  readonly slot: number;
}

/** An instruction for one command. `operands` as in the assembly language; what has BANK in it needs an access. */
export function one(op: PimOp, operands = '', access?: Access): Step {
  return step(op, op, operands, 1, access);
}

/** Instructions for a group of columns, register by register: A and B without an index; `suffix` may be `.RELU`. */
export function aam(group: number): (op: PimOp, operands: string, access?: Access, suffix?: '' | '.RELU') => Step {
  return (op, operands, access, suffix = '') => step(op, `${op}.AAM${suffix}`, operands, group, access);
}

function step(op: PimOp, mnemonic: string, operands: string, times: number, access: Access | undefined): Step {
  return { kind: 'step', op, text: `${mnemonic} ${operands}`.trim(), times, access, store: operands.startsWith('BANK') };
}

export function loop(name: LoopName, times: number, body: readonly Node[]): Loop {
  return { kind: 'loop', name, times, body };
}

/** The assembly text: a JUMP behind all that is done more than once. */
export function assemblyOf(nodes: readonly Node[]): string {
  const lines: string[] = [];
  let labels = 0;
  const repeated = (times: number, name: string, write: () => void): void => {
    const label = `${name}${labels++}`;
    if (times > 1) lines.push(`${label}:`);
    write();
    if (times > 1) lines.push(`  JUMP ${label}, ${times - 1}`);
  };
  const write = (node: Node): void => {
    if (node.times === 0) return;
    if (node.kind === 'step') repeated(node.times, 'column', () => lines.push(`  ${node.text}`));
    else repeated(node.times, node.name, () => node.body.forEach(write));
  };
  nodes.forEach(write);
  return `${[...lines, '  EXIT'].join('\n')}\n`;
}

/** The column commands that take a program from its start to EXIT. */
export function* commandsOf(nodes: readonly Node[]): Generator<Command> {
  const at: Indices = { channel: 0, group: 0, plane: 0, fold: 0 };
  let last: Command | undefined;
  function* walk(node: Node): Generator<Command> {
    for (let i = 0; i < node.times; i++) {
      if (node.kind === 'loop') {
        at[node.name] = i;
        for (const inner of node.body) yield* walk(inner);
        continue;
      }
      const { op, store, access } = node;
      const cells = node.text.includes('BANK');
      if (access !== undefined) last = { op, store, cells, region: access.region, slot: access.slot(at) + i };
      else if (node.times === 1) last = { ...last!, op, cells };
      // A group of commands without a bank: AAM needs the columns of the group, which are around the last one.
      else last = { ...last!, op, cells, slot: last!.slot - (last!.slot % node.times) + i };
      yield last;
    }
  }
  for (const node of nodes) yield* walk(node);
}
