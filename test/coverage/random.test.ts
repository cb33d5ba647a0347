import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elaborate, InterpEngine, JsEngine, WasmEngine, type CoverageReport, type Design, type Engine } from '../../src/index.ts';
import { coverageProbe } from '../../src/coverage/instrument.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';
import type { Scope } from '../../src/ir/flatten.ts';
import type { NodeId, Statement } from '../../src/ir/netlist.ts';
import { bitsOf } from '../../src/ir/shape.ts';
import { circuit, recipes, type Recipe } from '../sim/random-circuit.ts';

const CIRCUITS = Number(process.env['WORDLINE_CIRCUITS'] ?? 30);
const CYCLES = 60;
const SEED = Number(process.env['WORDLINE_SEED'] ?? 20240917);
console.log(`random circuits: seed ${SEED} (set WORDLINE_SEED, WORDLINE_CIRCUITS)`);

/** Everything counted once more in plain TypeScript, from the values of all nodes before each edge; for designs of one clock. */
class Oracle {
  readonly rose = new Map<string, bigint>();
  readonly fell = new Map<string, bigint>();
  /** A `when` after the other, as statements stand in the flat design: times reached, then each arm, then none of them. */
  readonly branches: number[][] = [];
  #before: bigint[] | undefined;
  readonly #names = new Map<string, NodeId>();

  constructor(private readonly design: Design) {
    const walk = (scope: Scope, path: string): void => {
      for (const { name, node } of scope.names) this.#names.set(`${path}.${name}`, node);
      for (const child of scope.children) walk(child, `${path}.${child.name}`);
    };
    walk(design.flat.scope, design.flat.name);
    for (const name of this.#names.keys()) {
      this.rose.set(name, 0n);
      this.fell.set(name, 0n);
    }
  }

  edge(values: bigint[], inReset: boolean): void {
    for (const [name, node] of this.#names) {
      const now = values[node]!;
      const before = this.#before?.[node] ?? now;
      this.rose.set(name, this.rose.get(name)! | (now & ~before));
      this.fell.set(name, this.fell.get(name)! | (before & ~now));
    }
    this.#before = values;
    let index = 0;
    const run = (list: readonly Statement[], active: boolean): void => {
      for (const s of list) {
        if (s.kind !== 'when') continue;
        const counts = (this.branches[index++] ??= [0, ...s.arms.map(() => 0), 0]);
        const chosen = s.arms.findIndex((a) => a.condition === undefined || values[a.condition] === 1n);
        if (active) {
          counts[0]!++;
          counts[1 + (chosen === -1 ? s.arms.length : chosen)]!++;
        }
        s.arms.forEach((a, i) => run(a.body, active && i === chosen));
      }
    };
    run(this.design.flat.body, !inReset);
  }
}

/** The same lists from a report: instances stand in the flat design in the order of their types here, one level deep. */
function branchCounts({ modules }: CoverageReport): number[][] {
  return modules.flatMap(({ instances, branches }) => instances.flatMap((_, i) => branches.map((b) => [b.reached[i]!, ...b.arms.map((a) => a.taken[i]!)])));
}

interface Counted {
  readonly reports: readonly CoverageReport[];
  readonly oracle: Oracle;
}

/** With so many instances of the child that they are watched as Vecs. */
const crowded = (recipe: Recipe): Recipe => ({ ...recipe, domains: 1, steps: [...recipe.steps, ...Array.from({ length: 7 }, (_, i) => ({ what: 39, a: 17 * i, b: 0, c: 0, size: i }))] });

/** Runs the plain design and the one with counters, on all engines; they must agree on every node in every cycle. */
function lockstep(recipe: Recipe): Counted {
  const design = elaborate(circuit(recipe));
  const { flat } = design;
  const probe = coverageProbe(design, {});
  const plain = new InterpEngine(design);
  const counting: Engine[] = [InterpEngine, JsEngine, WasmEngine].map((E) => new E(probe.design));
  const all = [plain, ...counting];
  const nodes = flat.nodes.map((n) => n.id);
  const observers = all.map((e) => e.observe(nodes));
  const oracle = new Oracle(design);
  const next = randomWords(recipe.stimulus);
  const resets = flat.domains.map(() => false);
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    for (const id of flat.inputs.values()) {
      if (next() % 3 === 0 && cycle > 0) continue;
      const value = randomBits(next, bitsOf(flat.nodes[id]!));
      for (const e of all) e.poke(id, value);
    }
    if (cycle % 16 === 5 || cycle % 16 === 7) {
      flat.domains.forEach((_, d) => {
        resets[d] = cycle % 16 === 5 && next() % 2 === 0;
        for (const e of all) e.setReset(d, resets[d]);
      });
    }
    observers.forEach((o) => o.settle());
    for (const o of observers) expect(o.image.findIndex((w, i) => w !== observers[0]!.image[i])).toBe(-1);
    const ticking = flat.domains.map((_, d) => d).filter(() => flat.domains.length === 1 || next() % 4 !== 0);
    if (ticking.length === 0) continue;
    const count = next() % 8 === 0 ? 3 : 1;
    for (let i = 0; i < count; i++) {
      oracle.edge(nodes.map((n) => plain.peek(n)), resets[0]!);
      plain.tick(ticking, 1, true);
    }
    for (const e of counting) e.tick(ticking, count, true);
  }
  for (const e of counting) expect([...e.covers.subarray(0, plain.covers.length)]).toEqual([...plain.covers]);
  return { reports: counting.map((e) => probe.collect(e)), oracle };
}

describe('counting hardware', () => {
  it(`changes nothing, and all engines count the same: ${CIRCUITS} random circuits, any number of clocks`, () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const { reports } = lockstep(recipe);
        for (const r of reports) expect(r).toEqual(reports[0]);
      }),
      { numRuns: CIRCUITS, seed: SEED },
    );
  }, 120_000);

  it(`counts what plain TypeScript counts from the values before each edge: ${CIRCUITS} random circuits of one clock`, () => {
    let taken = 0;
    let toggled = 0;
    fc.assert(
      fc.property(recipes, (recipe) => {
        const { reports, oracle } = lockstep(crowded(recipe));
        const [report] = reports;
        const counted = branchCounts(report!);
        expect(counted.length).toBe(oracle.branches.length);
        // Where an `otherwise` is written or the cases are all there are, nothing is left over, and the report has no entry for it.
        counted.forEach((counts, i) => expect([...counts, ...(counts.length < oracle.branches[i]!.length ? [0] : [])]).toEqual(oracle.branches[i]));
        for (const { instances, toggles } of report!.modules) {
          instances.forEach((path, i) => {
            for (const t of toggles) {
              const name = `${path}.${t.signal}`;
              expect([name, BigInt(`0x${t.rose[i]!}`), BigInt(`0x${t.fell[i]!}`)]).toEqual([name, oracle.rose.get(name), oracle.fell.get(name)]);
              oracle.rose.delete(name);
              if (t.rose[i] !== '0') toggled++;
            }
          });
        }
        // No name was forgotten.
        expect([...oracle.rose.keys()]).toEqual([]);
        taken += counted.flat().reduce((a, b) => a + b, 0);
      }),
      { numRuns: CIRCUITS, seed: SEED },
    );
    expect(taken).toBeGreaterThan(1000);
    expect(toggled).toBeGreaterThan(100);
  }, 120_000);
});
