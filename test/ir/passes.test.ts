import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bits, bit, elaborate, module, uint, vec, type Fields, type Hardware, type Interfaces, type ModuleDefinition, type Signal } from '../../src/index.ts';
import { resolve, type Graph, type GraphNode } from '../../src/ir/graph.ts';
import type { NodeId } from '../../src/ir/netlist.ts';
import { operators, type OpName } from '../../src/ir/operators/index.ts';
import { shareCommon } from '../../src/ir/passes/common.ts';
import { removeDead } from '../../src/ir/passes/dead.ts';
import { foldConstants } from '../../src/ir/passes/fold.ts';
import { invariantBroken, optimise, passes } from '../../src/ir/passes/index.ts';
import { bitsOf } from '../../src/ir/shape.ts';
import { components } from '../../src/ir/visit.ts';

const graphOf = <I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>): Graph => resolve(elaborate(definition).flat);
const count = (graph: Graph, what: GraphNode['kind'] | OpName): number => graph.nodes.filter((n) => n.kind === what || (n.kind === 'op' && n.op === what)).length;

/** The node that an output, named by its flat node, has become, in words. */
function outputOf<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, pass: (g: Graph) => Graph, name = 'y'): string {
  const { flat } = elaborate(definition);
  const graph = pass(resolve(flat));
  const print = (id: NodeId): string => {
    const n = graph.nodes[id]!;
    if (n.kind === 'const') return String(n.value);
    return n.kind === 'op' ? `${n.op}(${n.args.map(print).join(', ')})` : (n.name ?? n.kind);
  };
  return print(graph.image[flat.outputs.get(name)!]!);
}

describe('folding constants', () => {
  const y = (build: Parameters<typeof make>[0]): string => outputOf(make(build), foldConstants);
  const make = (build: (s: { a: Signal<8>; b: Signal<8>; c: Signal<1> }, hw: Hardware) => Signal<8>) =>
    module('F', { in: { a: uint(8), b: uint(8), c: bit }, out: { y: uint(8) } }, (s, hw) => ({ y: build(s, hw) }));

  it('computes what is known', () => {
    expect(y((_, hw) => hw.lit(8, 200).add(100).xor(1))).toBe('45');
    expect(y(({ a }, hw) => hw.lit(1, 1).mux(a, hw.lit(8, 3)))).toBe('a');
    expect(y(({ a }, hw) => hw.lit(1, 0).mux(a, hw.lit(8, 3)))).toBe('3');
  });

  it('drops what a constant makes trivial, and keeps the rest', () => {
    expect(y(({ a }) => a.and(0))).toBe('0');
    expect(y(({ a }) => a.and(255))).toBe('a');
    expect(y(({ a }) => a.or(255))).toBe('255');
    expect(y(({ a }) => a.or(0))).toBe('a');
    expect(y(({ a }) => a.xor(a))).toBe('0');
    expect(y(({ a }) => a.and(a).or(a))).toBe('a');
    expect(y(({ a }) => a.add(0))).toBe('a');
    expect(y(({ a }) => a.sub(0))).toBe('a');
    expect(y(({ a }) => a.sub(a))).toBe('0');
    expect(y(({ a, c }) => c.mux(a, a))).toBe('a');
    expect(y(({ a }) => a.and(254))).toBe('and(a, 254)');
    expect(y(({ a, b }) => a.sub(b))).toBe('sub(a, b)');
  });
});

describe('sharing and removing', () => {
  it('makes equal expressions one, whatever the order of arguments that commute', () => {
    const M = module('M', { in: { a: uint(8), b: uint(8) }, out: { y: uint(8), z: uint(8), d: uint(8) } }, ({ a, b }) => ({ y: a.add(b), z: b.add(a), d: a.sub(b).xor(b.sub(a)) }));
    const shared = shareCommon(graphOf(M));
    expect([count(shared, 'add'), count(shared, 'sub')]).toEqual([1, 2]);
    expect(invariantBroken(shared)).toBeUndefined();
  });

  it('shares reads of one memory at one address, and never registers', () => {
    const M = module('M', { in: { a: uint(2) }, out: { y: uint(8) } }, ({ a }, hw) => {
      const [m, n] = [hw.mem('m', 4, uint(8)), hw.mem('n', 4, uint(8))];
      const [r, s] = [hw.reg('r', uint(8)), hw.reg('s', uint(8))];
      r.next(m.read(a));
      s.next(m.read(a).add(n.read(a)));
      return { y: r.xor(s) };
    });
    const shared = shareCommon(graphOf(M));
    expect([count(shared, 'read'), count(shared, 'reg')]).toEqual([2, 2]);
  });

  it('drops what nobody can see, and keeps inputs and names', () => {
    const M = module('M', { in: { a: uint(8), spare: uint(8) }, out: { y: uint(8) } }, ({ a }, hw) => {
      hw.name('seen', a.add(1));
      a.mul(a);
      return { y: a.not() };
    });
    const graph = graphOf(M);
    // Forgotten by name: as an exporter or engine does with nodes that nobody asked for.
    const named = new Set([...elaborate(M).flat.scope.names.map((n) => n.node)]);
    const image = graph.image.map((id, flatId) => (named.has(flatId) ? id : -1));
    const live = removeDead({ ...graph, image });
    expect([count(live, 'mul'), count(live, 'add'), count(live, 'not'), count(live, 'input')]).toEqual([0, 1, 1, 2]);
    expect(invariantBroken(live)).toBeUndefined();
  });
});

/** Values of all nodes of a graph for inputs and registers given by name. */
function evaluate(graph: Graph, given: ReadonlyMap<string, bigint>): (bigint | undefined)[] {
  const values: (Bits | undefined)[] = graph.nodes.map((n) => (n.kind === 'const' ? Bits.unchecked(bitsOf(n), n.value) : n.kind === 'input' || n.kind === 'reg' ? Bits.wrap(bitsOf(n), given.get(n.name!) ?? 0n) : n.kind === 'reset' ? Bits.zero(1) : undefined));
  const argsOf = (n: GraphNode): readonly NodeId[] => (n.kind === 'op' ? n.args : []);
  for (const [id] of components(graph.nodes.length, (i) => argsOf(graph.nodes[i]!))) {
    const n = graph.nodes[id!]!;
    if (n.kind === 'op') values[n.id] = operators[n.op].value(n.args.map((a) => values[a]!), n.args.map((a) => graph.nodes[a]!), n.attrs);
  }
  return values.map((v) => v?.value);
}

describe('every pass', () => {
  const M = module('M', { in: { a: uint(8), b: uint(8), c: bit, v: vec(3, uint(8)) }, out: { y: uint(8), z: uint(8), w: vec(3, uint(8)) } }, ({ a, b, c, v }, hw) => {
    const r = hw.reg('r', uint(8), { reset: 1 });
    const rv = hw.reg('rv', vec(3, uint(8)));
    const w = hw.wire('w_', uint(8), { default: 3 });
    hw.when(c, () => {
      r.next(a.add(b).sub(b.add(a)).or(r));
      w.set(a.and(255));
      rv.nextAt(a.trunc(2), b);
    })
      .elsewhen(a.eq(b), () => {
        w.set(hw.lit(8, 5).add(4));
        rv.next(v);
      })
      .otherwise(() => r.next(hw.reset().mux(a, a.xor(0))));
    hw.assert(c.or(1), 'true');
    return { y: w, z: r.add(a.mul(b).trunc(8)), w: rv.add(v).min(a) };
  });

  for (const { label, run } of [...passes, { label: 'all of them', run: (g: Graph) => optimise(g) }]) {
    it(`keeps what every node and every register means: ${label}`, () => {
      const before = graphOf(M);
      const after = run(before);
      expect(invariantBroken(after)).toBeUndefined();
      expect(after.nodes.length).toBeLessThanOrEqual(before.nodes.length);
      const byte = fc.bigInt({ min: 0n, max: 255n });
      fc.assert(
        fc.property(byte, byte, fc.bigInt({ min: 0n, max: 1n }), fc.bigInt({ min: 0n, max: (1n << 24n) - 1n }), byte, (a, b, c, v, r) => {
          const given = new Map([['a', a], ['b', c === 1n ? b : a], ['c', c], ['v', v], ['r', r], ['rv', v ^ 0x010203n]]);
          const [old, now] = [evaluate(before, given), evaluate(after, given)];
          before.image.forEach((id, flatId) => expect(now[after.image[flatId]!]).toBe(old[id]));
          const next = (graph: Graph, values: readonly (bigint | undefined)[]) => Object.fromEntries([...graph.next].map(([reg, to]) => [graph.nodes[reg]!.name!, values[to]]));
          expect(next(after, now)).toEqual(next(before, old));
        }),
        { numRuns: 50, seed: 20231109 },
      );
    });
  }

  it('makes a graph smaller where there is something to gain', () => {
    const before = graphOf(M);
    const after = optimise(before);
    expect(after.nodes.length).toBeLessThan(before.nodes.length * 0.8);
    expect(count(after, 'add')).toBeLessThan(count(before, 'add'));
  });

  it('survives cycles of nodes', () => {
    const Ripple = module('Ripple', { in: { x: vec(4, uint(8)) }, out: { sums: vec(4, uint(8)) } }, ({ x }, hw) => {
      const sums = hw.wire('sums', vec(4, uint(8)));
      sums.setAt(0, x.at(0));
      for (let i = 1; i < 4; i++) sums.setAt(i, sums.at(i - 1).add(x.at(i)));
      return { sums };
    });
    expect(invariantBroken(optimise(graphOf(Ripple)))).toBeUndefined();
  });
});

describe('a broken graph', () => {
  const M = module('M', { in: { a: uint(8), b: uint(4) }, out: { y: uint(8) } }, ({ a, b }, hw) => {
    const r = hw.reg('r', uint(8));
    r.next(a.add(b.zext(8)));
    hw.cover(a.eq(b.zext(8)), 'equal');
    return { y: r };
  });
  const change = (edit: (g: { -readonly [K in keyof Graph]: Graph[K] }, nodes: GraphNode[]) => void): string | undefined => {
    const graph = { ...graphOf(M), nodes: graphOf(M).nodes.map((n) => ({ ...n })) };
    edit(graph, graph.nodes);
    return invariantBroken(graph);
  };
  const find = (nodes: readonly GraphNode[], op: string): number => nodes.findIndex((n) => n.kind === 'op' && n.op === op);

  it('is caught, and described', () => {
    expect(change(() => undefined)).toBeUndefined();
    expect(change((_, nodes) => void (nodes[1] = { ...nodes[1]!, id: 7 }))).toBe('node 1 thinks it is 7');
    expect(change((_, nodes) => void (nodes[find(nodes, 'add')] = { ...nodes[find(nodes, 'add')]!, args: [0, 99] } as GraphNode))).toMatch(/^node \d+ refers to node 99, which does not exist$/);
    expect(change((_, nodes) => void (nodes[find(nodes, 'add')] = { ...nodes[find(nodes, 'add')]!, args: [0, 1] } as GraphNode))).toMatch(/^node \d+ \(add\): widths differ: 8 and 4$/);
    expect(change((_, nodes) => void (nodes[find(nodes, 'add')] = { ...nodes[find(nodes, 'add')]!, width: 9 }))).toMatch(/^node \d+ \(add\) is 9 bits and should be 8 bits$/);
    expect(change((g) => void (g.next = new Map([...g.next.keys()].map((reg) => [reg, 99]))))).toMatch(/^register \d+ or its next value 99 does not exist$/);
    expect(change((g) => void (g.next = new Map([...g.next.keys()].map((reg) => [reg, 1]))))).toMatch(/^register \d+ gets a value of another shape$/);
    expect(change((g) => void (g.checks = g.checks.map((c) => ({ ...c, active: 99 }))))).toBe('something refers to node 99, which does not exist');
    expect(change((g) => void (g.image = g.image.map(() => 99)))).toBe('something refers to node 99, which does not exist');
  });

  it('names the pass that broke it', () => {
    const bad = { label: 'break it', run: (g: Graph): Graph => ({ ...g, nodes: g.nodes.map((n) => ({ ...n, id: n.id + 1 })) }) };
    expect(() => optimise(graphOf(M), [bad])).toThrow('pass "break it" broke the netlist: node 0 thinks it is 1');
  });
});

describe('components', () => {
  it('come in the order of dependence, however deep', () => {
    const n = 50_000;
    const chain = components(n, (id) => (id + 1 < n ? [id + 1] : []));
    expect(chain[0]).toEqual([n - 1]);
    expect(chain.at(-1)).toEqual([0]);
    const cyclic = components(5, (id) => [[1], [2], [0, 3], [], [4]][id]!);
    expect(cyclic.map((c) => [...c].sort())).toEqual([[3], [0, 1, 2], [4]]);
  });

  it('keeps deep nests of when linear', () => {
    const Deep = module('Deep', { in: { a: uint(16) }, out: { y: uint(16) } }, ({ a }, hw) => {
      const regs = Array.from({ length: 1500 }, (_, i) => hw.reg(`r${i}`, uint(16)));
      regs.forEach((r, i) => hw.when(a.eq(i), () => r.next(a)).otherwise(() => hw.when(a.bit(0), () => r.next(r.add(1)))));
      return { y: regs.reduce<Signal<16>>((x, r) => x.xor(r), a) };
    });
    const { flat } = elaborate(Deep);
    const start = performance.now();
    resolve(flat);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
