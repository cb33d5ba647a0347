import { simulate, type EngineName, type Fields, type Interfaces, type ModuleDefinition, type Simulation, type Snapshot } from '../../../src/index.ts';

/** What a block should do, written without it: state as plain data, one call per cycle. */
export interface Model<S, In, Out> {
  readonly start: S;
  /** Outputs in a state under inputs. */
  readonly outputs: (state: S, inputs: In) => Out;
  readonly next: (state: S, inputs: In) => S;
}

/** How a block is driven and read. */
export interface Drive<Sim, In, Out> {
  readonly set: (sim: Sim, inputs: In) => void;
  readonly get: (sim: Sim) => Out;
}

/**
 * Goes through every state that a block and its model reach together, with every input in each, and calls `differ` where their outputs do.
 * Returns how many pairs of states there are.
 */
export function explore<I extends Fields, O extends Fields, B extends Interfaces, S, In, Out>(
  definition: ModuleDefinition<I, O, B>,
  engine: EngineName,
  model: Model<S, In, Out>,
  drive: Drive<Simulation<I, O, B>, In, Out>,
  inputs: readonly In[],
  compare: (got: Out, expected: Out, inputs: In, state: S) => void,
  most = 20_000,
): number {
  const sim = simulate(definition, { engine });
  const seen = new Set<string>();
  const open: { readonly state: S; readonly at: Snapshot }[] = [];
  const visit = (state: S): void => {
    const at = sim.snapshot();
    const key = JSON.stringify([state, [...at.engine.words], at.engine.memories.map((m) => [...m])]);
    if (seen.has(key)) return;
    if (seen.size >= most) throw new Error(`more than ${most} states`);
    seen.add(key);
    open.push({ state, at });
  };
  for (const first of inputs.slice(0, 1)) drive.set(sim, first);
  visit(model.start);
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    for (const given of inputs) {
      sim.restore(here.at);
      drive.set(sim, given);
      compare(drive.get(sim), model.outputs(here.state, given), given, here.state);
      sim.step();
      drive.set(sim, inputs[0]!);
      visit(model.next(here.state, given));
    }
  }
  return seen.size;
}
