import type { Origin } from '../../../diag/index.ts';
import type { NodeId } from '../../netlist.ts';
import type { OpName } from '../../operators/index.ts';
import { logic } from '../../operators/logic.ts';
import { arithmetic } from '../../operators/arithmetic.ts';
import { moves } from '../../operators/move.ts';
import { shifts } from '../../operators/shift.ts';
import type { Pool } from './pool.ts';

/** Operators that work lane by lane. */
export const elementwise: ReadonlySet<OpName> = new Set(Object.keys({ ...logic, ...arithmetic, ...moves, ...shifts }) as OpName[]);

type Rule = (pool: Pool, args: readonly NodeId[], attrs: readonly number[], origin: Origin) => NodeId | undefined;

/** Said shorter: what an operator that only moves bits or lanes comes to, seen together with what makes its arguments. */
const rules: Partial<Record<OpName, Rule>> = {
  slice(pool, [x], [lo, length], origin) {
    const node = pool.node(x!);
    if (length === node.width) return x!;
    if (node.kind !== 'op') return undefined;
    const from = (y: NodeId, at: number): NodeId => pool.op('slice', [y], [at, length!], origin);
    switch (node.op) {
      case 'slice':
        return from(node.args[0]!, lo! + node.attrs[0]!);
      case 'cat': {
        let at = 0;
        for (const piece of [...node.args].reverse()) {
          const { width } = pool.node(piece);
          if (lo! >= at && lo! + length! <= at + width) return from(piece, lo! - at);
          at += width;
        }
        return undefined;
      }
      case 'zext': {
        const { width } = pool.node(node.args[0]!);
        if (lo! + length! <= width) return from(node.args[0]!, lo!);
        if (lo! >= width) return pool.constant(0n, { width: length!, lanes: node.lanes }, origin);
        return pool.op('zext', [pool.op('slice', [node.args[0]!], [lo!, width - lo!], origin)], [length!], origin);
      }
      case 'sext':
        return lo! + length! <= pool.node(node.args[0]!).width ? from(node.args[0]!, lo!) : undefined;
      case 'bits': {
        const { width } = pool.node(node.args[0]!);
        const lane = Math.floor(lo! / width);
        return lo! + length! <= (lane + 1) * width ? from(pool.op('lane', [node.args[0]!], [lane], origin), lo! % width) : undefined;
      }
      default:
        return undefined;
    }
  },
  zext(pool, [x], [to], origin) {
    if (pool.node(x!).width === to) return x!;
    const inner = pool.as(x!, 'zext');
    return inner && pool.op('zext', [inner.args[0]!], [to!], origin);
  },
  sext: (pool, [x], [to]) => (pool.node(x!).width === to ? x! : undefined),
  cat: (_, args) => (args.length === 1 ? args[0]! : undefined),

  lane(pool, [v], [i], origin) {
    const node = pool.node(v!);
    if (node.lanes === 1) return v!;
    if (node.kind === 'const') return pool.constant((node.value >> BigInt(i! * node.width)) & ((1n << BigInt(node.width)) - 1n), { width: node.width, lanes: 1 }, origin);
    if (node.kind !== 'op') return undefined;
    if (node.op === 'pack') return node.args[i!]!;
    if (node.op === 'splat') return node.args[0]!;
    return node.op === 'unbits' ? pool.op('slice', [node.args[0]!], [i! * node.width, node.width], origin) : undefined;
  },
  splat: (_, [x], [lanes]) => (lanes === 1 ? x! : undefined),
  pack(pool, args, _, origin) {
    if (args.length === 1) return args[0]!;
    if (args.every((a) => a === args[0])) return pool.op('splat', [args[0]!], [args.length], origin);
    const { width } = pool.node(args[0]!);
    const lane = pool.as(args[0]!, 'lane');
    if (lane !== undefined) {
      const v = lane.args[0]!;
      if (pool.node(v).lanes !== args.length) return undefined;
      return args.every((a, i) => isOf(pool, a, 'lane', v, i)) ? v : undefined;
    }
    const slice = pool.as(args[0]!, 'slice');
    if (slice === undefined) return undefined;
    const [x, lo] = [slice.args[0]!, slice.attrs[0]!];
    if (!args.every((a, i) => isOf(pool, a, 'slice', x, lo + i * width))) return undefined;
    return pool.op('unbits', [pool.op('slice', [x], [lo, width * args.length], origin)], [args.length], origin);
  },
  bits: (pool, [v]) => (pool.node(v!).lanes === 1 ? v! : pool.as(v!, 'unbits')?.args[0]),
  unbits(pool, [x], [lanes], origin) {
    if (lanes === 1) return x!;
    if (!spreads(pool, x!, lanes!)) return undefined;
    return spread(pool, x!, lanes!, origin);
  },
  at: (pool, [v, index], _, origin) => fixed(pool, index!, pool.node(v!).lanes, pool.node(v!).width, (i) => pool.op('lane', [v!], [i], origin)),
  bitAt(pool, [x, index], _, origin) {
    if (pool.node(x!).lanes > 1) return undefined;
    return fixed(pool, index!, pool.node(x!).width, 1, (i) => pool.op('slice', [x!], [i, 1], origin));
  },
};

/**
 * Can the bits of a value be made apart from each other, without making the value? So can those of a Vec and of a number that says which bit
 * is set, and what goes on between such bits.
 */
function spreads(pool: Pool, x: NodeId, lanes: number, depth = 8): boolean {
  const node = pool.node(x);
  if (node.kind !== 'op') return node.kind === 'const';
  switch (node.op) {
    case 'bits':
      return pool.node(node.args[0]!).lanes === lanes;
    case 'oneHot':
      return node.width === lanes && pool.node(node.args[0]!).width <= 32;
    case 'and':
    case 'or':
    case 'xor':
    case 'not':
    case 'mux':
      return depth > 0 && node.args.every((a, i) => (node.op === 'mux' && i === 0) || spreads(pool, a, lanes, depth - 1));
    default:
      return false;
  }
}

/** The bits of what `spreads`, one a lane (or as many as a lane of the Vec has). */
function spread(pool: Pool, x: NodeId, lanes: number, origin: Origin): NodeId {
  const node = pool.node(x);
  if (node.kind !== 'op') return pool.op('unbits', [x], [lanes], origin);
  if (node.op === 'bits') return node.args[0]!;
  if (node.op === 'oneHot') {
    const position = node.args[0]!;
    const { width } = pool.node(position);
    // Lanes that the position cannot name are never set.
    const reach = width < 31 ? Math.min(lanes, 2 ** width) : lanes;
    const numbers = Array.from({ length: lanes }, (_, i) => pool.constant(BigInt(i) & ((1n << BigInt(width)) - 1n), { width, lanes: 1 }));
    const is = pool.op('eq', [pool.op('splat', [position], [lanes], origin), pool.op('pack', numbers, [], origin)], [], origin);
    return reach === lanes ? is : pool.op('and', [is, pool.constant((1n << BigInt(reach)) - 1n, { width: 1, lanes })], [], origin);
  }
  const args = node.args.map((a, i) => (node.op === 'mux' && i === 0 ? pool.op('splat', [a], [lanes], origin) : spread(pool, a, lanes, origin)));
  return pool.op(node.op, args, [], origin);
}

const isOf = (pool: Pool, id: NodeId, op: OpName, source: NodeId, first: number): boolean => {
  const node = pool.as(id, op);
  return node !== undefined && node.args[0] === source && node.attrs[0] === first;
};

/** What stands at a place known beforehand; zero beyond the last. */
function fixed(pool: Pool, index: NodeId, count: number, width: number, inside: (i: number) => NodeId): NodeId | undefined {
  const value = pool.constantOf(index);
  if (value === undefined) return undefined;
  return value < BigInt(count) ? inside(Number(value)) : pool.constant(0n, { width, lanes: 1 });
}

/** The one value that all lanes hold, if that can be seen. */
export function uniformOf(pool: Pool, id: NodeId): NodeId | undefined {
  const node = pool.node(id);
  if (node.lanes === 1) return id;
  if (node.kind === 'op') return node.op === 'splat' ? node.args[0] : undefined;
  if (node.kind !== 'const') return undefined;
  const one = node.value & ((1n << BigInt(node.width)) - 1n);
  for (let rest = node.value, i = 0; i < node.lanes; i++, rest >>= BigInt(node.width)) if ((rest & ((1n << BigInt(node.width)) - 1n)) !== one) return undefined;
  return pool.constant(one, { width: node.width, lanes: 1 });
}

/** A node that stands for `op(args)` without being it; undefined: it stays what it is. */
export function simplified(pool: Pool, op: OpName, args: readonly NodeId[], attrs: readonly number[], origin: Origin): NodeId | undefined {
  const { lanes } = pool.node(args[0]!);
  if (lanes > 1 && elementwise.has(op)) {
    // The same in all lanes: once is enough.
    if (args.some((a) => pool.node(a).kind !== 'const' && pool.as(a, 'splat') === undefined)) return rules[op]?.(pool, args, attrs, origin);
    const ones = args.map((a) => uniformOf(pool, a));
    if (ones.every((x) => x !== undefined)) return pool.op('splat', [pool.op(op, ones, attrs, origin)], [lanes], origin);
  }
  return rules[op]?.(pool, args, attrs, origin);
}
