import { fail, Origin, suggest } from '../diag/index.ts';
import type { Interfaces } from '../hdl/module.ts';
import type { Fields } from '../hdl/types.ts';
import { packStimulus, type PackedCycle, type StimulusCycle } from '../export/cosim/stimulus.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Start } from './unroll.ts';

/** Sets inputs and resets as they are in a cycle. */
export function apply<I extends Fields, O extends Fields, B extends Interfaces>(sim: Simulation<I, O, B>, cycle: PackedCycle): void {
  const { flat } = sim.design;
  [...flat.inputs.values()].forEach((id, i) => sim.engine.poke(id, cycle.inputs[i]!));
  flat.domains.forEach((d, i) => sim.setReset(cycle.resets[i]!, d));
}

/** Gives a simulation the inputs of some cycles and lets its clocks tick at the end of each. */
export function play<I extends Fields, O extends Fields, B extends Interfaces>(sim: Simulation<I, O, B>, cycles: readonly PackedCycle[]): void {
  const { domains } = sim.design.flat;
  for (const cycle of cycles) {
    apply(sim, cycle);
    const [first, ...others] = domains.filter((_, d) => cycle.ticks[d]);
    if (first === undefined) fail('no-tick', 'a cycle at whose end no clock ticks', { where: [Origin.here()], hint: suggest('', domains) });
    sim.tick(first, ...others);
  }
}

/**
 * Replays a run that somebody wrote down: what `in` does not mention keeps its value, 0 at first, `reset` are the domains in reset, and
 * `tick` the clocks that tick at the end of the cycle (default: all).
 */
export function replay<I extends Fields, O extends Fields, B extends Interfaces>(sim: Simulation<I, O, B>, cycles: Iterable<StimulusCycle>): void {
  play(sim, packStimulus(sim.design, cycles));
}

/** Puts registers and memories into a state, reachable or not. The interpreter lets anybody do that. */
export function startFrom<I extends Fields, O extends Fields, B extends Interfaces>({ engine }: Simulation<I, O, B>, { registers, words }: Start): void {
  for (const { node, value } of registers) engine.poke(node, value);
  for (const { memory, address, value } of words) engine.writeMemory(memory, address, value);
}
