import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { McTop } from '../../bench/designs/mc.ts';
import { SimdTop } from '../../bench/designs/simd.ts';
import { SysTop } from '../../bench/designs/sys.ts';
import { elaborate, type ModuleDefinition } from '../../src/index.ts';
import { resolve, type Graph } from '../../src/ir/graph.ts';
import { invariantBroken, optimise } from '../../src/ir/passes/index.ts';
import { replicate } from '../../src/ir/passes/lanes/index.ts';
import { randomWords } from '../../src/export/cosim/stimulus.ts';
import { circuit, recipes } from '../sim/random-circuit.ts';
import { difference } from './graph-interpreter.ts';
import { rows, rowsOf } from './replicated-circuit.ts';

const SEED = Number(process.env['WORDLINE_SEED'] ?? 20231109);

function forms(definition: ModuleDefinition): { plain: Graph; vectors: Graph; always: Graph } {
  const { flat } = elaborate(definition);
  const plain = resolve(flat);
  const [vectors, always] = [{}, { always: true }].map((options) => replicate(plain, flat, options));
  for (const g of [vectors!, always!]) expect(invariantBroken(g)).toBeUndefined();
  return { plain: optimise(plain), vectors: optimise(vectors!), always: always! };
}

describe('instances side by side', () => {
  it(`random circuits mean the same (seed ${SEED})`, () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const { plain, vectors, always } = forms(circuit(recipe));
        for (const g of [vectors, always]) expect(difference(plain, g, 12, randomWords(recipe.stimulus))).toBeUndefined();
      }),
      { numRuns: 80, seed: SEED },
    );
  }, 60_000);

  it(`random rows of instances mean the same (seed ${SEED})`, () => {
    let vecs = 0;
    fc.assert(
      fc.property(rows, (recipe) => {
        const { plain, vectors, always } = forms(rowsOf(recipe));
        if (vectors.nodes.some((n) => n.kind === 'reg' && n.lanes === recipe.lanes)) vecs++;
        for (const g of [vectors, always]) expect(difference(plain, g, 12, randomWords(recipe.stimulus))).toBeUndefined();
      }),
      { numRuns: 80, seed: SEED },
    );
    expect(vecs).toBeGreaterThan(20);
  }, 60_000);

  it.each([
    ['the controller', McTop({ rate: 255 }), 60],
    ['SIMD lanes', SimdTop, 60],
    ['a system of sixteen instances', SysTop, 6],
  ])('%s: the same as without Vecs', (_, definition, cycles) => {
    const { plain, vectors } = forms(definition);
    expect(difference(plain, vectors, cycles, randomWords(1))).toBeUndefined();
  }, 60_000);
});
