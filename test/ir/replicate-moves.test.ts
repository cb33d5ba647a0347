import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elaborate, module, uint, vec, type Hardware, type ModuleDefinition, type Signal } from '../../src/index.ts';
import { resolve, type Graph } from '../../src/ir/graph.ts';
import { invariantBroken } from '../../src/ir/passes/index.ts';
import { normalise } from '../../src/ir/passes/lanes/normalise.ts';
import { randomWords } from '../../src/export/cosim/stimulus.ts';
import { circuit, recipes } from '../sim/random-circuit.ts';
import { difference } from './graph-interpreter.ts';

const SEED = Number(process.env['WORDLINE_SEED'] ?? 20231109);
type Values = { readonly a: Signal<8>; readonly b: Signal<5>; readonly c: Signal<1>; readonly v: Signal<4, 4>; readonly w: Signal<1, 16> };

/** The expression, normalised, as text; it is compared with what it came from on random values. */
function normal(build: (s: Values, hw: Hardware) => Signal<number, number>): string {
  const M = module('M', { in: { a: uint(8), b: uint(5), c: uint(1), v: vec(4, uint(4)), w: vec(16, uint(1)) } }, (s, hw) => {
    hw.name('y', build(s as unknown as Values, hw));
    return {};
  }) as unknown as ModuleDefinition;
  const { flat } = elaborate(M);
  const plain = resolve(flat);
  const { graph } = normalise(plain);
  expect(invariantBroken(graph)).toBeUndefined();
  expect(difference(plain, graph, 40, randomWords(5))).toBeUndefined();
  const print = (id: number): string => {
    const n = graph.nodes[id]!;
    if (n.kind === 'const') return String(n.value);
    return n.kind === 'op' ? `${n.op}${n.attrs.length > 0 ? `[${n.attrs.join()}]` : ''}(${n.args.map(print).join(', ')})` : (n.name ?? n.kind);
  };
  return print(graph.image[flat.scope.names.find((n) => n.name === 'y')!.node]!);
}

describe('moves are followed to where bits come from', () => {
  it.each<[string, (s: Values, hw: Hardware) => Signal<number, number>, string]>([
    ['a slice of a slice', ({ a }) => a.slice(6, 1).slice(3, 2), 'slice[3,2](a)'],
    ['a slice of a concatenation', ({ a, b }) => a.cat(b).slice(9, 6), 'slice[1,4](a)'],
    ['a slice across a concatenation', ({ a, b }) => a.cat(b).slice(5, 4), 'slice[4,2](cat(a, b))'],
    ['a slice of an extension', ({ b }) => b.zext(9).slice(3, 2), 'slice[2,2](b)'],
    ['a slice across an extension', ({ b }) => b.zext(9).slice(6, 3), 'zext[4](slice[3,2](b))'],
    ['a slice beyond what was extended', ({ b }) => b.zext(9).slice(8, 6), '0'],
    ['a slice of a sign extension', ({ b }) => b.sext(9).slice(4, 1), 'slice[1,4](b)'],
    ['a slice of the bits of a Vec', ({ v }) => v.bits().slice(10, 9), 'slice[1,2](lane[2](v))'],
    ['a slice across lanes', ({ v }) => v.bits().slice(8, 7), 'slice[7,2](bits(v))'],
    ['a lane of a pack', ({ a }, hw) => hw.vec([a, a.not()]).at(1), 'not(a)'],
    ['a lane of a number cut into lanes', ({ a }) => a.unbits(4).at(3), 'slice[6,2](a)'],
    ['all lanes of a Vec, packed again', ({ v }, hw) => hw.vec(v.toArray()), 'v'],
    ['some lanes of a Vec', ({ v }, hw) => hw.vec([v.at(1), v.at(0)]), 'pack(lane[1](v), lane[0](v))'],
    ['slices side by side, packed', ({ a }, hw) => hw.vec([0, 1, 2].map((i) => a.slice<number, number>(2 * i + 2, 2 * i + 1))), 'unbits[3](slice[1,6](a))'],
    ['the same in all lanes', ({ a }) => a.splat(3).add(a.splat(3).not()), 'splat[3](add(a, not(a)))'],
    ['a known lane', ({ v }, hw) => v.at(hw.lit(3, 2)), 'lane[2](v)'],
    ['a known lane that is none', ({ v }, hw) => v.at(hw.lit(3, 5)), '0'],
    ['a known bit', ({ a }, hw) => a.bit(hw.lit(3, 2)), 'slice[2,1](a)'],
    ['bits of Vecs, to lanes again', ({ w, c }, hw) => c.mux(w.bits().not(), hw.lit(16, 0)).unbits(16), 'mux(splat[16](c), not(w), 0)'],
    ['what is half known stays', ({ b }) => b.and(0).add(b), 'add(and(b, 0), b)'],
  ])('%s', (_, build, text) => expect(normal(build)).toBe(text));

  it('which bit is set, bit by bit: all widths of the position beside all numbers of bits', () => {
    for (let width = 1; width <= 5; width++) {
      for (let lanes = 2; lanes <= 20; lanes++) expect(normal(({ b }) => b.trunc(width).oneHot(lanes).unbits(lanes))).toContain('eq(splat');
    }
  });

  it(`random circuits mean the same (seed ${SEED})`, () => {
    const cyclic = { seen: 0 };
    fc.assert(
      fc.property(recipes, (recipe) => {
        const plain: Graph = resolve(elaborate(circuit(recipe)).flat);
        const { graph, cyclic: onCycle } = normalise(plain);
        if (graph.nodes.some((n) => onCycle(n.id))) cyclic.seen++;
        expect(invariantBroken(graph)).toBeUndefined();
        expect(difference(plain, graph, 8, randomWords(recipe.stimulus))).toBeUndefined();
      }),
      { numRuns: 100, seed: SEED },
    );
    expect(cyclic.seen).toBeGreaterThan(0);
  }, 60_000);
});
