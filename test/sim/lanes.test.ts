import { describe, expect, it } from 'vitest';
import { bit, elaborate, module, uint, vec, type Hardware, type ModuleDefinition, type Signal } from '../../src/index.ts';
import { Origin } from '../../src/diag/index.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';
import { bitsOf } from '../../src/ir/shape.ts';
import { opNames, type OpName } from '../../src/ir/operators/index.ts';
import { Signal as SignalOf } from '../../src/hdl/signal.ts';
import { compiledForm, planEdge, TUNING } from '../../src/sim/compiled.ts';
import { InterpEngine } from '../../src/sim/interp/engine.ts';
import { WasmEngine } from '../../src/sim/wasm/engine.ts';

/**
 * Every operator on Vec registers of many shapes: on vectors, a part of 16 bytes may be full or not, there may be one or several, and lanes
 * may fill their bytes or not. The values that go in are random; so are the corners of each width.
 */
const SHAPES: readonly (readonly [lanes: number, widths: readonly number[]])[] = [
  [4, [1, 8, 17, 32]],
  [7, [3, 9, 16, 31]],
  [16, [1, 7, 8, 15, 32]],
  [17, [1, 3, 16, 31]],
  [33, [1, 8, 9]],
];
const CYCLES = 16;

type Args = { readonly a: Signal; readonly b: Signal; readonly s: Signal; readonly amount: Signal; readonly index: Signal; readonly scalar: Signal; readonly wide: Signal };

/** Argument lists and attributes with which an operator is tried, for lanes of a width. */
function uses(op: OpName, width: number, lanes: number, { a, b, s, amount, index, scalar, wide }: Args): readonly (readonly [args: readonly Signal[], attrs?: readonly number[]])[] {
  switch (op) {
    case 'mux':
      return [[[s, a, b]], [[s, a, scalar]], [[s, s, b.ne(0)]]].map(([args]) => [args!.map((x, i) => (i > 0 && x.lanes === 1 ? (x.splat(lanes) as unknown as Signal) : x))] as const);
    case 'shl':
    case 'shr':
    case 'sra':
    case 'bitAt':
      return [[[a, amount]], [[a, scalar.trunc(Math.min(5, width)).splat(lanes) as unknown as Signal]], [[wide.splat(lanes) as unknown as Signal, amount]]];
    case 'oneHot':
      return [[[a], [Math.min(20, 2 ** width)]], [[amount], [32]]];
    case 'slice':
      return Array.from({ length: width }, (_, lo) => [[a], [lo, 1 + ((lo * 7) % (width - lo))]] as const);
    case 'zext':
    case 'sext':
      return [[[a], [width]], [[a], [Math.min(32, width + 1)]], [[a], [32]], [[a], [40]]];
    case 'cat':
      return [[[a, b]], [[s, a]], [[a, s, s]], [[a, b, a, b]]];
    case 'splat':
      return [[[scalar], [lanes]]];
    case 'pack':
      return [[Array.from({ length: lanes }, (_, i) => a.at((5 * i + 3) % lanes))], [Array.from({ length: lanes }, (_, i) => (i % 3 === 0 ? scalar : (b.at(i))))], [Array.from({ length: 5 }, (_, i) => (i % 2 === 0 ? a : b).at((3 * i) % lanes))]];
    case 'lane':
      return Array.from({ length: lanes }, (_, i) => [[a], [i]] as const);
    case 'at':
      return [[[a, index]], [[a.add(b), index]]];
    case 'gather':
      return [[[a, amount]], [[a.xor(b), amount]], [[a, b]]];
    case 'insert':
      return [[[a, index, scalar]], [[a.sub(b), index, scalar]]];
    case 'bits':
    case 'foldAnd':
    case 'foldOr':
    case 'foldXor':
    case 'foldAdd':
    case 'foldMin':
    case 'foldMax':
      return [[[a]], [[a.and(b)]]];
    case 'unbits':
      return [[[a.bits()], [lanes]], [[a.xor(b).bits()], [lanes * width]]];
    case 'argMin':
      return [[[s, a]], [[b.ne(0), a.or(b)]]];
    default:
      break;
  }
  return UNARY.has(op) ? [[[a]], [[a.xor(b)]]] : [[[a, b]], [[a, scalar.splat(lanes) as unknown as Signal]], [[a, lit(a, 1)]], [[lit(a, 0), b]]];
}
const UNARY: ReadonlySet<OpName> = new Set(['not', 'neg', 'reduceAnd', 'reduceOr', 'reduceXor', 'reverse', 'firstOne', 'count']);
/** A constant in each lane. */
const lit = (like: Signal, value: number): Signal => new SignalOf(like.builder, like.builder.constant(Array.from({ length: like.lanes }, (_, i) => BigInt(value) << BigInt(i * like.width)).reduce((x, y) => x | y), like, Origin.here()));

/** All uses of some operators on registers of one shape. */
function design(lanes: number, width: number, ops: readonly OpName[]): ModuleDefinition {
  return module(
    'Lanes',
    { in: { a: vec(lanes, uint<number>(width)), b: vec(lanes, uint<number>(width)), s: vec(lanes, bit), amount: vec(lanes, uint(6)), index: uint(6), scalar: uint<number>(width), wide: uint(32), hold: bit } },
    (ins, hw: Hardware) => {
      const kept = (name: 'a' | 'b' | 's' | 'amount'): Signal => {
        const signal = ins[name] as unknown as Signal;
        const reg = hw.reg(`${name}Reg`, vec(lanes, uint<number>(signal.width)), { reset: 0 });
        hw.when(ins.hold.not(), () => reg.next(signal));
        return reg as unknown as Signal;
      };
      const args: Args = { a: kept('a'), b: kept('b'), s: kept('s'), amount: kept('amount'), index: ins.index, scalar: ins.scalar, wide: ins.wide };
      let n = 0;
      for (const op of ops) {
        for (const [operands, attrs = []] of uses(op, width, lanes, args)) {
          const { builder } = args.a;
          const result = new SignalOf(builder, builder.op(op, operands.map((x) => x.id), attrs));
          // Once as it is, and once into a register, by a branch and by a choice.
          hw.name(`${op}${n}`, result as never);
          const reg = hw.reg(`${op}Reg${n++}`, vec(result.lanes, uint<number>(result.width)), { reset: 1 });
          hw.when(ins.hold, () => reg.next(result)).elsewhen(ins.index.bit(0), () => reg.next((args.s.at(0) as Signal<1>).mux(result as never, reg as never)));
        }
      }
      return {};
    },
  ) as unknown as ModuleDefinition;
}

/** The first node and cycle in which engines differ. */
function disagreement(definition: ModuleDefinition, seed: number): string | undefined {
  const d = elaborate(definition);
  const engines = [new InterpEngine(d), new WasmEngine(d)] as const;
  const seen = engines.map((e) => e.observe(d.flat.nodes.map((n) => n.id)));
  const next = randomWords(seed);
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    for (const id of d.flat.inputs.values()) {
      const node = d.flat.nodes[id]!;
      const bits = bitsOf(node);
      const value = cycle % 4 === 1 ? (1n << BigInt(bits)) - 1n : cycle % 4 === 3 ? 0n : randomBits(next, bits);
      for (const e of engines) e.poke(id, value);
    }
    for (const o of seen) o.settle();
    const at = seen[0]!.image.findIndex((w, i) => w !== seen[1]!.image[i]);
    if (at !== -1) {
      const node = d.flat.nodes[seen[0]!.offsets.findLastIndex((f) => f <= at)]!;
      return `cycle ${cycle}: ${node.name ?? (node.kind === 'op' ? node.op : node.kind)} (${node.lanes} x ${node.width}): ${engines.map((e) => e.peek(node.id).toString(16)).join(' / ')}`;
    }
    for (const e of engines) e.tick([0], 1, true);
  }
  return undefined;
}

describe('Vecs in vectors', () => {
  it.each(SHAPES)('%i lanes: every operator means what it does on values', (lanes, widths) => {
    for (const width of widths) {
      expect({ width, differs: disagreement(design(lanes, width, opNames.filter((op) => fits(op, width))), 1000 * lanes + width) }).toEqual({ width, differs: undefined });
    }
  });

  it('are used', () => {
    const d = elaborate(design(16, 8, ['add', 'eq', 'gather']));
    const { graph, layout } = compiledForm(d, true);
    const plan = planEdge(graph, layout, { domains: new Set([0]), resets: 'off', checks: true }, TUNING);
    const ops = new Set(plan.g.nodes.map((n) => n.op));
    for (const op of ['vload', 'i8x16.add', 'i8x16.eq', 'i8x16.swizzle'] as const) expect(ops).toContain(op);
  });
});

/** Products and concatenations of wide lanes are tried on narrower ones. */
const fits = (op: OpName, width: number): boolean => !(op === 'oneHot' && width > 6);
