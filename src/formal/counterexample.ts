import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WordlineError } from '../diag/index.ts';
import type { Interfaces, ModuleDefinition } from '../hdl/module.ts';
import type { Fields } from '../hdl/types.ts';
import type { PackedCycle, StimulusCycle } from '../export/cosim/stimulus.ts';
import { simulate, type SimulateOptions } from '../sim/simulation.ts';
import type { Recording } from '../wave/index.ts';
import { stimulusOf } from './confirm.ts';
import type { Goal } from './model.ts';
import { apply, play, startFrom } from './play.ts';
import { testbenchText, type Source } from './testbench.ts';
import type { Run, Start } from './unroll.ts';

/** A run that shows something, as our own simulation went through it. */
export interface Shown {
  /** As `replay` takes it. */
  readonly cycles: readonly StimulusCycle[];
  readonly recording: Recording;
  /** What the simulation said when it stopped. */
  readonly message?: string;
  /** Registers and memory words at the beginning, if that is not where a design starts: maybe no run ever gets there. */
  readonly start?: { readonly [path: string]: bigint };
  readonly vcd?: string;
  readonly testbench?: string;
}

/** Where waves and testbenches go. */
export interface Place {
  readonly folder: string;
  /** File name without extension. */
  readonly name: string;
}

const traceTo = (place: Place | undefined): Pick<SimulateOptions, 'trace' | 'record'> => ({ record: true, ...(place !== undefined && { trace: join(place.folder, `${place.name}.vcd`) }) });
const vcdOf = (place: Place | undefined): Pick<Shown, 'vcd'> => (place === undefined ? {} : { vcd: join(place.folder, `${place.name}.vcd`) });

/** Runs what the prover found in a simulation, with waves and, where the module's source is known, as a testbench. */
export function show<I extends Fields, O extends Fields, B extends Interfaces>(
  definition: ModuleDefinition<I, O, B>,
  goal: Goal,
  packed: readonly PackedCycle[],
  place: Place | undefined,
  source: Source | undefined,
): Shown {
  const sim = simulate(definition, traceTo(place));
  let message: string | undefined;
  try {
    play(sim, packed);
  } catch (error) {
    if (!(error instanceof WordlineError)) throw error;
    message = error.problems[0]!.message;
  }
  const recording = sim.recording();
  sim.close();
  const cycles = stimulusOf(sim.design, packed);
  const written = place === undefined || source === undefined ? undefined : join(place.folder, `${place.name}.ts`);
  if (written !== undefined) writeFileSync(written, testbenchText({ goal, cycles, name: place!.name, folder: resolve(place!.folder), source: source!, domains: sim.design.flat.domains }));
  return { cycles, recording, ...(message !== undefined && { message }), ...vcdOf(place), ...(written !== undefined && { testbench: written }) };
}

/** The same for a run from some state, which the interpreter is put into. Asserts do not stop it: it is the whole run that is to be seen. */
export function showInduction<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, { cycles }: Run, start: Start, place: Place | undefined): Shown {
  const sim = simulate(definition, { engine: 'interp', checks: false, ...traceTo(place) });
  startFrom(sim, start);
  play(sim, cycles.slice(0, -1));
  apply(sim, cycles.at(-1)!);
  const recording = sim.recording();
  sim.close();
  const values = [...start.registers.map(({ path, value }) => [path, value] as const), ...start.words.map(({ path, address, value }) => [`${path}[${address}]`, value] as const)];
  return { cycles: stimulusOf(sim.design, cycles), recording, start: Object.fromEntries(values), ...vcdOf(place) };
}
