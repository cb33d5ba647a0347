import type { PackedCycle, StimulusCycle } from '../export/cosim/stimulus.ts';
import { fail } from '../diag/index.ts';
import type { Design } from '../hdl/elaborate.ts';
import type { Engine } from '../sim/engine.ts';
import { JsEngine } from '../sim/js/engine.ts';
import type { Goal } from './model.ts';
import type { Run } from './unroll.ts';

/** What a simulation makes of a run: the check that stopped it in a cycle (counted from 0), and the covers hit in the last one. */
export interface Outcome {
  readonly stopped?: { readonly check: number; readonly cycle: number };
  readonly covered: readonly number[];
}

/** A design on an engine, to be run again and again from the start. */
export class Runner {
  readonly #engine: Engine;
  readonly #start: ReturnType<Engine['save']>;
  readonly #inputs: readonly number[];
  readonly #checks: readonly (readonly [number, number])[];

  constructor({ flat }: Design, engine: Engine) {
    this.#engine = engine;
    this.#start = engine.save();
    this.#inputs = [...flat.inputs.values()];
    this.#checks = [...flat.checkPaths.keys()].flatMap((c, i) => (c.check === 'cover' ? [[i, i] as const] : []));
  }

  run(cycles: readonly PackedCycle[]): Outcome {
    const engine = this.#engine;
    engine.restore(this.#start);
    for (const [n, cycle] of cycles.entries()) {
      cycle.inputs.forEach((value, i) => engine.poke(this.#inputs[i]!, value));
      cycle.resets.forEach((on, d) => engine.setReset(d, on));
      const before = n === cycles.length - 1 ? engine.covers.slice() : undefined;
      if (engine.tick(cycle.ticks.flatMap((on, d) => (on ? [d] : [])), 1, true) === 0) return { stopped: { check: engine.failed!, cycle: n }, covered: [] };
      if (before !== undefined) return { covered: this.#checks.flatMap(([i]) => (engine.covers[i]! > before[i]! ? [i] : [])) };
    }
    return { covered: [] };
  }
}

/** Replays that making a run simpler may take. */
const REPLAYS = 3000;

/**
 * Lets our own engine run what the prover found, and makes it simpler as long as it ends in the same way: an input is 0 where that is enough,
 * or else keeps its value. Errors: `proof-mismatch` if the engine does not agree.
 */
export function confirm(design: Design, { check, index: wanted }: Goal, { cycles }: Run): readonly PackedCycle[] {
  const runner = new Runner(design, new JsEngine(design));
  const last = cycles.length - 1;
  const same = ({ stopped, covered }: Outcome): boolean => (check.check === 'cover' ? covered.includes(wanted) : stopped?.check === wanted && stopped.cycle === last);
  const outcome = runner.run(cycles);
  if (!same(outcome)) {
    const is = outcome.stopped === undefined ? 'finds nothing wrong' : `stops at check ${outcome.stopped.check} in cycle ${outcome.stopped.cycle}`;
    fail('proof-mismatch', `the prover says that ${check.check} "${check.message}" ${check.check === 'cover' ? 'is hit' : 'fails'} in cycle ${last}; the simulation ${is}`, {
      where: [check.origin],
      hint: design.flat.models.length > 0 ? 'does the Verilog of a model do what its TypeScript does?' : 'this is a defect of wordline: please report it',
    });
  }
  let best = [...cycles];
  let left = REPLAYS;
  const attempt = (n: number, changed: PackedCycle): boolean => {
    if (left-- <= 0) return false;
    const next = best.with(n, changed);
    const fits = same(runner.run(next));
    if (fits) best = next;
    return fits;
  };
  for (let n = 0; n < best.length; n++) {
    best[n]!.inputs.forEach((value, i) => {
      const before = n === 0 ? 0n : best[n - 1]!.inputs[i]!;
      for (const simpler of new Set([0n, before])) if (value === simpler || attempt(n, { ...best[n]!, inputs: best[n]!.inputs.with(i, simpler) })) return;
    });
    best[n]!.resets.forEach((on, d) => on && attempt(n, { ...best[n]!, resets: best[n]!.resets.with(d, false) }));
  }
  return best;
}

/** A run as a testbench would write it: inputs where they change. */
export function stimulusOf({ flat }: Design, cycles: readonly PackedCycle[]): StimulusCycle[] {
  const names = [...flat.inputs.keys()];
  return cycles.map(({ inputs, resets, ticks }, n) => {
    const changed = inputs.flatMap((value, i) => (value === (n === 0 ? 0n : cycles[n - 1]!.inputs[i]!) ? [] : [[names[i]!, value <= 0xffffffffn ? Number(value) : value] as const]));
    const reset = flat.domains.filter((_, d) => resets[d]);
    const tick = flat.domains.filter((_, d) => ticks[d]);
    return { ...(changed.length > 0 && { in: Object.fromEntries(changed) }), ...(reset.length > 0 && { reset }), ...(tick.length < flat.domains.length && { tick }) };
  });
}
