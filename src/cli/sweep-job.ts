import type { JobContext } from '../many/index.ts';
import { makeContext, type TestbenchContext, type TestbenchOptions } from '../sim/testbench.ts';
import { jsonValue } from './json.ts';
import { load, testbenches } from './load.ts';
import { parseParameters } from './parameters.ts';
import { chooseTestbench } from './run.ts';

/** What all points of a sweep have in common. Parameters stay texts: what a schema makes of them need not be clonable. */
export interface SweepShared {
  readonly file: string;
  readonly cwd: string;
  readonly bench: string | undefined;
  readonly engine: TestbenchOptions['engine'];
  /** Parameters as for `run`: options, and values of `--param`. */
  readonly rest: readonly string[];
  readonly param: readonly string[];
  /** Names of the command's own options. */
  readonly general: readonly string[];
}

export interface SweepPoint {
  readonly seed: number;
  /** The swept parameters, `name=value`. */
  readonly set: readonly string[];
}

/** One point of `wordline sweep`, in a worker thread: the testbench as `wordline run` starts it, silent and without waves; its result as JSON has it. */
export async function sweepPoint({ seed, set }: SweepPoint, { shared }: JobContext<SweepShared>): Promise<unknown> {
  const { file, bench, engine, rest, param, general } = shared;
  const { definition, parameters } = chooseTestbench(testbenches(await load(file, shared), file), file, bench);
  const params = parseParameters(parameters, rest, [...param, ...set], { general, testbench: definition.name });
  const { context, finish } = makeContext(params, { seed, ...(engine !== undefined && { engine }) }, { print: () => undefined, progress: () => () => undefined });
  try {
    return jsonValue(await definition.run(withoutWaves(context)));
  } finally {
    finish();
  }
}

/** All points would write the same file. */
function withoutWaves<P>(context: TestbenchContext<P>): TestbenchContext<P> {
  return {
    ...context,
    simulate: (definition, given = {}) => {
      const { trace: _, ...rest } = given;
      return context.simulate(definition, rest);
    },
  };
}
