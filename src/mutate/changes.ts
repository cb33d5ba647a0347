import type { Origin } from '../diag/index.ts';
import type { Assign, ConstNode, Module, NodeId, OpNode, RegNode, Statement, When } from '../ir/netlist.ts';
import type { OpName } from '../ir/operators/index.ts';
import { scalar, type Shape } from '../ir/shape.ts';
import { visitStatements } from '../ir/visit.ts';
import { withCondition, withConstant, withNewOp, withNode, withOp, withStatement } from './edit.ts';
import { isLive, type Live } from './live.ts';
import { operandTexts, opText, textOf, valueText } from './text.ts';

/**
 * | kind        | what is changed                                                              |
 * |-------------|------------------------------------------------------------------------------|
 * | operator    | another of the same shape; a comparison with its border moved or turned round |
 * | operand     | one side of and, or and xor is left out; not does nothing                    |
 * | multiplexer | arms swapped, or always the same one                                         |
 * | slice       | one bit higher or lower                                                      |
 * | constant    | one more, one less; of one bit: the other                                    |
 * | condition   | of `when`: turned round, always, never                                       |
 * | assignment  | of a register or, where there is another value, of a wire: left out          |
 * | write       | of a memory: left out                                                        |
 * | reset       | value of a register with its lowest bit turned round                         |
 */
export const MUTATION_KINDS = ['operator', 'operand', 'multiplexer', 'slice', 'constant', 'condition', 'assignment', 'write', 'reset'] as const;
export type MutationKind = (typeof MUTATION_KINDS)[number];

/** A small mistake that somebody could have made. */
export interface Change {
  readonly kind: MutationKind;
  /** `count < 3 became count <= 3` */
  readonly what: string;
  readonly origin: Origin;
  apply(): Module;
}

/** What may stand in the place of an operator. */
const SWAPS: Readonly<Partial<Record<OpName, readonly OpName[]>>> = {
  and: ['or'], or: ['and'], xor: ['or'], add: ['sub'], sub: ['add'], addWide: ['subWide'], subWide: ['addWide'], subSat: ['sub'],
  eq: ['ne'], ne: ['eq'], lt: ['le'], le: ['lt'], ltS: ['leS'], leS: ['ltS'], min: ['max'], max: ['min'], minS: ['maxS'], maxS: ['minS'],
  reduceAnd: ['reduceOr'], reduceOr: ['reduceAnd'], reduceXor: ['reduceOr'], shl: ['shr'], shr: ['shl'], sra: ['shr'], sext: ['zext'],
};

/** not(a < b) is b <= a: a comparison turned round needs no node more. */
const TURNED: Readonly<Partial<Record<OpName, OpName>>> = { lt: 'le', le: 'lt', ltS: 'leS', leS: 'ltS' };

/** Operands that a sentence can name. */
const LONG = 4;

/** All changes of a module alone, in the order of its nodes and then of its statements. */
export function changesOf(module: Module, live: Live): Change[] {
  const found: Change[] = [];
  for (const node of module.nodes) {
    if (!live.nodes.has(node.id)) continue;
    if (node.kind === 'op') found.push(...ofOperator(module, node));
    else if (node.kind === 'reg' && node.resets) found.push(ofReset(module, node));
  }
  return [...found, ...ofStatements(module, live)];
}

const became = (before: string, after: string): string => `${before} became ${after}`;

function ofOperator(module: Module, node: OpNode): Change[] {
  const { op, args, attrs, origin } = node;
  const found: Change[] = [];
  const names = operandTexts(module, node);
  const before = opText(op, names, attrs);
  const to = (kind: MutationKind, change: Parameters<typeof withOp>[2], after: string): void => {
    found.push({ kind, what: became(before, after), origin, apply: () => withOp(module, node, change) });
  };
  for (const other of SWAPS[op] ?? []) to('operator', { op: other }, opText(other, names, attrs));
  const turned = TURNED[op];
  if (turned !== undefined) to('operator', { op: turned, args: args.toReversed() }, opText(turned, names.toReversed(), attrs));
  // x & x is x.
  if (op === 'and' || op === 'or' || op === 'xor') for (const i of [0, 1]) to('operand', { op: 'and', args: [args[i]!, args[i]!] }, names[i]!);
  if (op === 'not') to('operand', { op: 'and', args: [args[0]!, args[0]!] }, names[0]!);
  if (op === 'mux' && args[1] !== args[2]) {
    const [select, yes, no] = args as readonly [NodeId, NodeId, NodeId];
    to('multiplexer', { args: [select, no, yes] }, opText(op, [names[0]!, names[2]!, names[1]!], attrs));
    to('multiplexer', { args: [select, yes, yes] }, names[1]!);
    to('multiplexer', { args: [select, no, no] }, names[2]!);
  }
  if (op === 'slice') {
    const [lo, length] = attrs as readonly [number, number];
    for (const at of [lo + 1, lo - 1]) if (at >= 0 && at + length <= module.nodes[args[0]!]!.width) to('slice', { attrs: [at, length] }, opText(op, names, [at, length]));
  }
  args.forEach((arg, i) => {
    const constant = module.nodes[arg]!;
    if (constant.kind !== 'const') return;
    for (const value of near(constant)) {
      const what = args.length > LONG ? `argument ${i + 1} of ${op} is ${valueText(value, constant)} instead of ${names[i]!}` : became(before, opText(op, names.with(i, valueText(value, constant)), attrs));
      found.push({
        kind: 'constant',
        what,
        origin,
        apply: () => {
          const [more, id] = withConstant(module, value, constant, constant.origin);
          return withOp(more, node, { args: args.with(i, id) });
        },
      });
    }
  });
  return found;
}

/** Values one away from a constant, in each of its lanes. */
function near({ value, width, lanes }: ConstNode): bigint[] {
  const moved = (by: bigint): bigint => {
    let all = 0n;
    for (let i = lanes - 1; i >= 0; i--) all = (all << BigInt(width)) | BigInt.asUintN(width, (value >> BigInt(i * width)) + by);
    return all;
  };
  return width === 1 ? [moved(1n)] : [moved(1n), moved(-1n)];
}

function ofReset(module: Module, reg: RegNode): Change {
  const initial = reg.initial ^ 1n;
  return { kind: 'reset', what: `${reg.name ?? 'a register'} begins with ${valueText(initial, reg)} instead of ${valueText(reg.initial, reg)}`, origin: reg.origin, apply: () => withNode(module, { ...reg, initial }) };
}

function ofStatements(module: Module, live: Live): Change[] {
  const found: Change[] = [];
  const given = new Set<NodeId>();
  visitStatements(module.body, (s, conditions) => {
    if (!isLive(s, live)) return;
    if (s.kind === 'when') found.push(...ofConditions(module, s, live));
    else if (s.kind === 'assign') {
      found.push(...ofValue(module, s));
      // A wire without a value in some cycle would be no hardware.
      if (module.nodes[s.target]!.kind === 'reg' || given.has(s.target)) found.push(dropped(module, s, 'assignment', `${textOf(module, s.target)} no longer gets ${textOf(module, s.value)}`));
      if (conditions.length === 0 && s.lane === undefined) given.add(s.target);
    } else if (s.kind === 'write') {
      found.push(dropped(module, s, 'write', `${module.memories[s.memory]!.name} is no longer written at ${textOf(module, s.address)}`));
    }
  });
  return found;
}

const dropped = (module: Module, s: Statement, kind: MutationKind, what: string): Change => ({ kind, what, origin: s.origin, apply: () => withStatement(module, s, undefined) });

/** Constants that are assigned. */
function ofValue(module: Module, s: Assign): Change[] {
  const constant = module.nodes[s.value]!;
  if (constant.kind !== 'const') return [];
  return near(constant).map((value) => ({
    kind: 'constant' as const,
    what: `${textOf(module, s.target)} gets ${valueText(value, constant)} instead of ${valueText(constant.value, constant)}`,
    origin: s.origin,
    apply: () => {
      const [more, id] = withConstant(module, value, constant, constant.origin);
      return withStatement(more, s, { ...s, value: id });
    },
  }));
}

const BIT: Shape = scalar(1);

function ofConditions(module: Module, when: When, live: Live): Change[] {
  return when.arms.flatMap(({ condition, body, origin }, i): Change[] => {
    if (condition === undefined || !body.some((s) => isLive(s, live))) return [];
    const text = textOf(module, condition);
    const stuck = (value: bigint, word: string): Change => ({
      kind: 'condition',
      what: `when ${text} became ${word}`,
      origin,
      apply: () => {
        const [more, id] = withConstant(module, value, BIT, origin);
        return withCondition(more, when, i, id);
      },
    });
    const turned: Change = {
      kind: 'condition',
      what: `when ${text} became when not ${text}`,
      origin,
      apply: () => {
        const [more, id] = withNewOp(module, 'not', [condition], BIT, origin);
        return withCondition(more, when, i, id);
      },
    };
    const given = module.nodes[condition]!;
    // What is always so cannot become so.
    return [turned, stuck(1n, 'always'), stuck(0n, 'never')].filter((_, k) => given.kind !== 'const' || given.value !== 2n - BigInt(k));
  });
}
