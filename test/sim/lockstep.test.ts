import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elaborate, type Design } from '../../src/index.ts';
import { TUNING } from '../../src/sim/compiled.ts';
import type { Engine } from '../../src/sim/engine.ts';
import { InterpEngine } from '../../src/sim/interp/engine.ts';
import { JsEngine } from '../../src/sim/js/engine.ts';
import { WasmEngine } from '../../src/sim/wasm/engine.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';
import { bitsOf } from '../../src/ir/shape.ts';
import { allOperators, circuit, covered, recipes, type Recipe } from './random-circuit.ts';

const CIRCUITS = Number(process.env['WORDLINE_CIRCUITS'] ?? 1000);
const CYCLES = 100;
const SEED = Number(process.env['WORDLINE_SEED'] ?? 20231109);

/** Functions of a few operations each, so that even small circuits have values and registers that cross from one to another. */
class ChoppedJs extends JsEngine {
  constructor(design: Design) {
    super(design, { ...TUNING, chunk: 12, branch: 7, depth: 4 });
  }
}

/** Also, every module with several instances is a cell, and looked at often. */
class ChoppedWasm extends WasmEngine {
  constructor(design: Design) {
    super(design, { chunk: 12, branch: 7, depth: 4, cells: { operators: 1, forOutputs: 1 }, look: 2 });
  }
}

/** Runs all engines with the same stimulus; undefined if they agree on every node in every cycle, else what differs first. */
export function disagreement(recipe: Recipe, engines: (new (design: Design) => Engine)[]): string | undefined {
  const design = elaborate(circuit(recipe));
  const { flat } = design;
  const running = engines.map((E) => new E(design));
  const nodes = flat.nodes.map((n) => n.id);
  const observers = running.map((e) => e.observe(nodes));
  const next = randomWords(recipe.stimulus);
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    for (const [name, id] of flat.inputs) {
      if (next() % 3 === 0 && cycle > 0) continue;
      const value = randomBits(next, bitsOf(flat.nodes[id]!));
      for (const e of running) e.poke(flat.inputs.get(name)!, value);
    }
    if (cycle % 16 === 0 || cycle % 16 === 2) {
      flat.domains.forEach((_, d) => {
        const on = cycle % 16 === 0 && next() % 2 === 0;
        for (const e of running) e.setReset(d, on);
      });
    }
    observers.forEach((o) => o.settle());
    const [first, ...others] = observers;
    for (const [k, o] of others.entries()) {
      const at = o.image.findIndex((w, i) => w !== first!.image[i]);
      if (at === -1) continue;
      const node = flat.nodes[first!.offsets.findLastIndex((f) => f <= at)]!;
      return `cycle ${cycle}: node ${node.id} (${node.kind}${node.kind === 'op' ? ` ${node.op}` : ''} ${node.name ?? ''}, ${node.lanes} x ${node.width}): ${running[0]!.name} ${running[0]!.peek(node.id)}, ${running[k + 1]!.name} ${running[k + 1]!.peek(node.id)}`;
    }
    const ticking = flat.domains.map((_, d) => d).filter(() => next() % 4 !== 0);
    const count = next() % 8 === 0 ? 3 : 1;
    if (ticking.length > 0) for (const e of running) e.tick(ticking, count, true);
  }
  const covers = running.map((e) => e.covers.join());
  return covers.some((c) => c !== covers[0]) ? `covers: ${covers.join(' / ')}` : undefined;
}

describe('engines in lockstep', () => {
  it('the generator knows every operator', () => {
    expect([...covered].sort()).toEqual([...allOperators].sort());
  });

  it(`${CIRCUITS} random circuits agree on every node in every one of ${CYCLES} cycles (seed ${SEED})`, () => {
    console.log(`random circuits: seed ${SEED} (set WORDLINE_SEED, WORDLINE_CIRCUITS)`);
    const seen = new Set<string>();
    fc.assert(
      fc.property(recipes, (recipe) => {
        for (const n of elaborate(circuit(recipe)).flat.nodes) seen.add(n.kind === 'op' ? n.op : n.kind);
        expect(disagreement(recipe, [InterpEngine, JsEngine, ChoppedJs, WasmEngine, ChoppedWasm])).toBeUndefined();
      }),
      { numRuns: CIRCUITS, seed: SEED },
    );
    // All node kinds and all operators were really there.
    for (const op of allOperators) expect(seen, `operator ${op} never generated`).toContain(op);
    for (const kind of ['const', 'input', 'wire', 'reg', 'read', 'port', 'reset']) expect(seen).toContain(kind);
  }, 300_000);
});
