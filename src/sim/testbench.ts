import type { z } from 'zod';
import type { Interfaces, ModuleDefinition } from '../hdl/module.ts';
import type { CoverageReport } from '../coverage/report.ts';
import { fail } from '../diag/index.ts';
import type { Fields } from '../hdl/types.ts';
import type { Engine } from './engine.ts';
import { simulate, type SimulateOptions, type Simulation } from './simulation.ts';

/** What the person or program that started a testbench wants of it. */
export interface TestbenchOptions {
  /** For every random choice. */
  readonly seed: number;
  /** The VCD to write; absent: the testbench decides. */
  readonly trace?: string;
  /** Which signals go into it. */
  readonly signals?: string;
  readonly engine?: SimulateOptions['engine'];
  /** Count coverage in every simulation that is started through the context. */
  readonly coverage?: boolean;
  /** Asked between clock edges: has somebody pressed Ctrl-C? The next step then fails with `interrupted`. */
  readonly interrupted?: () => boolean;
}

/** How a testbench talks to the outside. */
export interface Reporter {
  /** A line for people; silent where a program reads the result. */
  readonly print: (text: string) => void;
  /** Announces `total` pieces of work; call the result with how many are done. Shows rate and time left on a terminal. */
  readonly progress: (label: string, total: number) => (done: number) => void;
}

export interface TestbenchContext<P> extends TestbenchOptions, Reporter {
  readonly params: P;
  /** `simulate` with the engine and trace that were asked for; what is given here only fills the gaps. Closed when the testbench ends. */
  readonly simulate: <I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, options?: SimulateOptions) => Simulation<I, O, B>;
}

export interface TestbenchDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** A strict zod object with defaults and descriptions; its keys are the options of the command line. */
  readonly parameters: S;
  /** Does the work; returns the result, which `--json` prints. Throws if what it tests is wrong. */
  readonly run: (context: TestbenchContext<z.infer<S>>) => unknown;
}

/** A runnable testbench: a value that a file under `tb/` exports and `wordline run` finds. */
export class Testbench<S extends z.ZodObject = z.ZodObject> {
  constructor(readonly definition: TestbenchDefinition<S>) {}
}

/**
 * ```ts
 * export const counter = testbench({
 *   name: 'counter',
 *   summary: 'counts to the limit',
 *   parameters: z.strictObject({ limit: z.coerce.number().int().min(1).default(10).describe('last value') }),
 *   run({ params, simulate }) { ... return { cycles }; },
 * });
 * ```
 */
export function testbench<S extends z.ZodObject>(definition: TestbenchDefinition<S>): Testbench<S> {
  return new Testbench(definition);
}

/** Edges between two looks at `interrupted`, in a long run of them. */
const BREATH = 1000;

/** Lets an engine ask before it moves on; long runs are taken in pieces. All ways to pass time end in `tick`. */
function askBetweenEdges(engine: Engine, interrupted: () => boolean): void {
  const tick = engine.tick.bind(engine);
  engine.tick = (domains, count, checks) => {
    let done = 0;
    for (;;) {
      if (interrupted()) fail('interrupted', 'interrupted');
      const piece = Math.min(count - done, BREATH);
      const ticked = tick(domains, piece, checks);
      done += ticked;
      // Fewer than asked for: an assertion failed.
      if (ticked < piece || done >= count) return done;
    }
  };
}

/** Makes the context of a run; simulations it starts are closed by `finish`. `traced` is the VCD of the first one that writes one, `coverage` what each has reached. */
export function makeContext<P>(params: P, options: TestbenchOptions, reporter: Reporter): { context: TestbenchContext<P>; finish: () => void; traced: () => string | undefined; coverage: () => CoverageReport[] } {
  const open: { close(): void; coverage(): CoverageReport }[] = [];
  let traced: string | undefined;
  const context: TestbenchContext<P> = {
    ...options,
    ...reporter,
    params,
    simulate(definition, given = {}) {
      const file = options.trace ?? (typeof given.trace === 'string' ? given.trace : given.trace?.file);
      // One file, one simulation: the first one that is started.
      const trace = file === undefined || traced !== undefined ? undefined : { ...(typeof given.trace === 'object' ? given.trace : {}), file, ...(options.signals !== undefined && { signals: options.signals }) };
      if (trace !== undefined) traced = trace.file;
      const { trace: _, ...rest } = given;
      const sim = simulate(definition, { ...rest, ...(options.engine !== undefined && { engine: options.engine }), ...(options.coverage === true && { coverage: rest.coverage || true }), ...(trace !== undefined && { trace }) });
      open.push(sim);
      if (options.interrupted !== undefined) askBetweenEdges(sim.engine, options.interrupted);
      return sim;
    },
  };
  return { context, finish: () => open.forEach((s) => s.close()), traced: () => traced, coverage: () => open.map((s) => s.coverage()) };
}
