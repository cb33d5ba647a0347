import { describe, expect, it } from 'vitest';
import { McTop } from '../../bench/designs/mc.ts';
import { SimdTop } from '../../bench/designs/simd.ts';
import { bit, elaborate, module, uint, type Hardware, type ModuleDefinition, type Signal } from '../../src/index.ts';
import type { Flat, Scope } from '../../src/ir/flatten.ts';
import { resolve, roots, type Graph, type GraphNode } from '../../src/ir/graph.ts';
import { optimise } from '../../src/ir/passes/index.ts';
import { replicate } from '../../src/ir/passes/lanes/index.ts';
import { randomWords } from '../../src/export/cosim/stimulus.ts';
import { difference } from './graph-interpreter.ts';

type Op = GraphNode & { readonly kind: 'op' };

/** The graph with Vecs, and what the design itself needs of it. */
class Result {
  readonly flat: Flat;
  readonly graph: Graph;
  readonly plain: Graph;
  readonly ops: readonly Op[];

  constructor(definition: ModuleDefinition, always = false) {
    this.flat = elaborate(definition).flat;
    const plain = resolve(this.flat);
    this.plain = optimise(plain);
    this.graph = optimise(replicate(plain, this.flat, { always }));
    this.ops = needed(this.graph);
  }

  node(id: number): GraphNode {
    return this.graph.nodes[id]!;
  }
  /** Vec registers as `name:lanes`. */
  get vecs(): string[] {
    return this.graph.nodes.flatMap((n) => (n.kind === 'reg' && n.lanes > 1 ? [`${n.name}:${n.lanes}`] : [])).sort();
  }
  /** Lanes of the operators of a name. */
  lanes(op: string): number[] {
    return this.ops.filter((n) => n.op === op).map((n) => n.lanes).sort((a, b) => a - b);
  }
  /** What is put into lanes one by one: lanes of other Vecs and constants do not count. */
  inserts(): number {
    return this.ops.filter((n) => n.op === 'pack').reduce((sum, n) => sum + n.args.filter((a) => !this.is(a, 'lane') && this.node(a).kind !== 'const').length, 0);
  }
  is(id: number, op: string): boolean {
    const n = this.node(id);
    return n.kind === 'op' && n.op === op;
  }
  next(name: string): Op {
    const [, next] = [...this.graph.next].find(([reg]) => this.node(reg).name === name)!;
    return this.node(next) as Op;
  }
  scope(...path: string[]): Scope {
    return path.reduce((s, name) => s.children.find((c) => c.name === name)!, this.flat.scope);
  }
  check(): void {
    expect(difference(this.plain, this.graph, 30, randomWords(3))).toBeUndefined();
  }
}

function needed(graph: Graph): Op[] {
  const seen = new Set<number>();
  const work = roots(graph);
  while (work.length > 0) {
    const id = work.pop()!;
    if (seen.has(id)) continue;
    seen.add(id);
    const n = graph.nodes[id]!;
    if (n.kind === 'op' || n.kind === 'read') work.push(...n.args);
  }
  return [...seen].map((id) => graph.nodes[id]!).filter((n): n is Op => n.kind === 'op');
}

describe('the controller', () => {
  const mc = new Result(McTop({ rate: 255 }));

  it('keeps the entries of its queue and its banks in Vecs', () => {
    const queue = ['isValid', 'isWr', 'number', 'toBank', 'toCol', 'toRow'].map((name) => `${name}:32`);
    const banks = ['c_ras', 'c_rc', 'c_rcd', 'c_rp', 'c_rtp', 'c_wr', 'isOpen', 'openRow'].map((name) => `${name}:16`);
    expect(mc.vecs).toEqual([...queue, ...banks].sort());
  });

  it('shows register r of entry i as lane i', () => {
    for (const [instance, reg, count] of [['entry', 'toRow', 32], ['bank', 'c_rp', 16]] as const) {
      for (let i = 0; i < count; i++) {
        const { node } = mc.scope('mc', `${instance}${i}`).names.find((n) => n.name === reg)!;
        const image = mc.node(mc.graph.image[node]!) as Op;
        expect([image.op, image.attrs[0], mc.node(image.args[0]!).name]).toEqual(['lane', i, reg]);
      }
    }
  });

  it('compares sequence numbers of all three tournaments at once, round by round', () => {
    const differences = mc.ops.filter((n) => n.op === 'sub' && n.width === 8 && n.lanes > 1).map((n) => n.lanes);
    expect(differences.sort((a, b) => a - b)).toEqual([3, 6, 12, 24, 48]);
  });

  it('looks the open rows up for all entries at once', () => {
    const rows = mc.ops.filter((n) => n.op === 'gather' && n.width === 14);
    expect(rows.map((n) => [n.lanes, mc.node(n.args[0]!).name, mc.node(n.args[1]!).name])).toEqual([[32, 'openRow', 'toBank']]);
  });

  it('computes a tenth as much one by one, and puts next to nothing into lanes', () => {
    const scalars = (ops: readonly Op[], g: Graph): number => ops.filter((n) => n.lanes === 1 && n.op !== 'lane' && n.args.every((a) => g.nodes[a]!.lanes === 1)).length;
    expect(scalars(mc.ops, mc.graph) * 10).toBeLessThan(scalars(needed(mc.plain), mc.plain));
    // The timers of the four bank groups, which are no instances.
    expect(mc.inserts()).toBeLessThanOrEqual(4);
  });
});

describe('SIMD lanes', () => {
  const simd = new Result(SimdTop);

  it('do FP16 arithmetic on all lanes', () => {
    expect(simd.vecs).toEqual(['ar:16', 'cr:16', 'pr:16', 'yr:16']);
    for (const op of ['mul', 'add', 'sub', 'shr']) expect(simd.lanes(op).filter((lanes) => lanes === 16), op).not.toHaveLength(0);
    expect(simd.lanes('mul')).toEqual([16]);
    expect(simd.lanes('shr')).toEqual([16]);
  });

  it('take their operands from the wide registers without going through scalars', () => {
    for (const name of ['a0', 'b0', 'c0']) expect(simd.ops.some((n) => n.op === 'unbits' && n.lanes === 16 && simd.node(n.args[0]!).name === name), name).toBe(true);
  });

  it('have one condition for all lanes, in the form that becomes a branch', () => {
    for (const name of ['pr', 'cr', 'ar', 'yr']) {
      const next = simd.next(name);
      expect([next.op, simd.is(next.args[0]!, 'splat'), simd.node(next.args[2]!).name]).toEqual(['mux', true, name]);
    }
    const chosen = simd.node(simd.next('yr').args[1]!) as Op;
    expect([chosen.op, simd.is(chosen.args[0]!, 'splat')]).toEqual(['mux', true]);
  });
});

describe('groups', () => {
  const Adder = module('Adder', { in: { a: uint(8), b: uint(8) }, out: { y: uint(8) } }, ({ a, b }, hw) => {
    const bent = a.bit(7).mux(b.xor(a), b.add(3));
    return { y: hw.name('bent', bent.add(a)) };
  });
  const Counter = module('Counter', { in: { en: bit, by: uint(8) }, out: { count: uint(8) } }, ({ en, by }, hw) => {
    const count = hw.reg('count', uint(8), { reset: 0 });
    hw.when(en, () => count.next(count.add(by)));
    return { count };
  });
  const top = (build: (hw: Hardware, bus: Signal<256>, en: Signal<1>) => Signal[]): ModuleDefinition =>
    module('Top', { in: { bus: uint(256), en: bit }, out: { y: uint(8) } }, ({ bus, en }, hw) => {
      const sum = hw.reg('sum', uint(8), { reset: 0 });
      sum.next(hw.vec(build(hw, bus, en)).foldAdd() as Signal<8>);
      return { y: sum };
    }) as unknown as ModuleDefinition;
  const byte = (bus: Signal<256>, i: number): Signal<8> => bus.slice<number, number>(8 * i + 7, 8 * i) as Signal<8>;

  it('a tree of one module is cut into its levels', () => {
    const tree = new Result(
      top((hw, bus) => {
        let level = Array.from({ length: 32 }, (_, i) => byte(bus, i));
        for (let n = 0; level.length > 1; ) level = Array.from({ length: level.length / 2 }, (_, i) => hw.instance(`add${n++}`, Adder, { a: level[2 * i]!, b: level[2 * i + 1]! }).out.y);
        return [level[0]!, level[0]!.not()];
      }),
    );
    expect(tree.lanes('mux').filter((lanes) => lanes >= 4)).toEqual([4, 8, 16]);
    tree.check();
  });

  it('a chain of instances is left alone', () => {
    const chain = new Result(
      top((hw, bus) => {
        let y = byte(bus, 0);
        for (let i = 0; i < 16; i++) y = hw.instance(`add${i}`, Adder, { a: y, b: byte(bus, i) }).out.y;
        return [y, y.not()];
      }),
      true,
    );
    expect(chain.lanes('mux').every((lanes) => lanes === 1)).toBe(true);
    chain.check();
  });

  it('a chain of registers moves lane by lane', () => {
    const pipe = new Result(
      top((hw, bus, en) => {
        let y = byte(bus, 0);
        return Array.from({ length: 16 }, (_, i) => (y = hw.instance(`count${i}`, Counter, { en, by: y }).out.count));
      }),
    );
    expect(pipe.vecs).toEqual(['count:16']);
    expect(pipe.inserts()).toBe(1);
    pipe.check();
  });

  it('a constant of each instance becomes a constant Vec', () => {
    const numbered = new Result(top((hw, _, en) => Array.from({ length: 16 }, (_, i) => hw.instance(`count${i}`, Counter, { en, by: hw.lit(8, i) }).out.count)));
    const add = numbered.ops.find((n) => n.op === 'add' && n.lanes === 16)!;
    expect(add.args.map((a) => numbered.node(a)).find((n) => n.kind === 'const')).toMatchObject({ lanes: 16, value: Array.from({ length: 16 }, (_, i) => BigInt(i) << BigInt(8 * i)).reduce((a, b) => a | b) });
    expect(numbered.inserts()).toBe(0);
    numbered.check();
  });

  it('registers that reset differently stay apart, though their modules have one name', () => {
    const Kept = (reset: boolean) =>
      module('Kept', { in: { d: uint(8) }, out: { q: uint(8) } }, ({ d }, hw) => {
        const q = hw.reg('q', uint(8), reset ? { reset: 9 } : {});
        q.next(q.add(d).xor(q.bit(3).mux(d, 77)));
        return { q };
      });
    const kinds = [Kept(true), Kept(false)];
    const mixed = new Result(top((hw, bus) => Array.from({ length: 16 }, (_, i) => hw.instance(`kept${i}`, kinds[i % 2]!, { d: byte(bus, i) }).out.q)), true);
    expect(mixed.vecs).toEqual([]);
    mixed.check();
  });

  it('more instances than lanes are allowed stay as they are', () => {
    const many = new Result(top((hw, bus, en) => Array.from({ length: 129 }, (_, i) => hw.instance(`count${i}`, Counter, { en, by: byte(bus, i % 32) }).out.count)), true);
    expect(many.vecs).toEqual([]);
  });

  it('instances with rows inside are looked into one by one', () => {
    const Row = module('Row', { in: { en: bit, by: uint(8) }, out: { y: uint(8) } }, ({ en, by }, hw) => ({
      y: hw.vec(Array.from({ length: 16 }, (_, i) => hw.instance(`count${i}`, Counter, { en, by: by.add(i) }).out.count)).foldXor(),
    }));
    const two = new Result(top((hw, bus, en) => [0, 1].map((i) => hw.instance(`row${i}`, Row, { en, by: byte(bus, i) }).out.y)));
    expect(two.vecs).toEqual(['count:16', 'count:16']);
    two.check();
  });

  it('a pair that would only be put together and taken apart again is left alone', () => {
    const Latch = module('Latch', { in: { en: bit, d: uint(8) }, out: { q: uint(8) } }, ({ en, d }, hw) => {
      const q = hw.reg('q', uint(8), { reset: 0 });
      hw.when(en, () => q.next(d));
      return { q };
    });
    const build = (always: boolean) =>
      new Result(
        top((hw, bus) => [0, 1].map((i) => hw.instance(`latch${i}`, Latch, { en: hw.mem(`e${i}`, 4, bit).read(byte(bus, i).slice(1, 0)), d: hw.mem(`m${i}`, 4, uint(8)).read(byte(bus, i).slice(1, 0)) }).out.q)),
        always,
      );
    expect([build(false).vecs, build(true).vecs]).toEqual([[], ['q:2']]);
    build(true).check();
  });

  it('a design without rows is not touched', () => {
    const { flat } = elaborate(module('Alone', { in: { a: uint(8) }, out: { y: uint(8) } }, ({ a }) => ({ y: a.add(1) })));
    const graph = resolve(flat);
    expect(replicate(graph, flat)).toBe(graph);
  });
});
