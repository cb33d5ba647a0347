import { z } from 'zod';
import type { Interfaces, ModuleDefinition } from '../hdl/module.ts';
import type { CoverageReport } from '../coverage/report.ts';
import { fail } from '../diag/index.ts';
import type { Fields } from '../hdl/types.ts';
import { simulate, type SimulateOptions, type Simulation } from './simulation.ts';

/** What the person or program that started a testbench wants of it. */
export interface TestbenchOptions {
  /** For every random choice. */
  readonly seed: number;
  /** The VCD to write; absent: the testbench decides. */
  readonly trace?: string;
  /** Which signals go into it. */
  readonly signals?: string;
  /** Which cycles go into it: `'1000:1500'`, or times. */
  readonly traceWindow?: string;
  /** Written only if the run fails, with so many of its last cycles. */
  readonly traceOnFailure?: number;
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
  /** A strict zod object with defaults and descriptions; its keys are the options of the command line. Absent: there are none. */
  readonly parameters?: S;
  /** Does the work; returns the result, which `--json` prints. Throws if what it tests is wrong. */
  readonly run: (context: TestbenchContext<z.infer<S>>) => unknown;
}

/** A runnable testbench: a value that a file under `tb/` exports and `wordline run` finds. */
export class Testbench<S extends z.ZodObject = z.ZodObject> {
  /** Of the definition, or those of a testbench that has none. */
  readonly parameters: S;

  constructor(readonly definition: TestbenchDefinition<S>) {
    this.parameters = definition.parameters ?? (z.strictObject({}) as unknown as S);
  }
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

/** Makes the context of a run; simulations it starts are closed by `finish`, and `explain` tells them of the error that ended it. `traced` is the VCD of the first one that writes one, `coverage` what each has reached. */
export function makeContext<P>(params: P, options: TestbenchOptions, reporter: Reporter): { context: TestbenchContext<P>; finish: () => void; explain: (error: unknown) => unknown; traced: () => string | undefined; coverage: () => CoverageReport[] } {
  const open: { close(): void; explain(error: unknown): unknown; coverage(): CoverageReport }[] = [];
  let traced: string | undefined;
  const context: TestbenchContext<P> = {
    ...options,
    ...reporter,
    params,
    simulate(definition, given = {}) {
      const file = options.trace ?? (typeof given.trace === 'string' ? given.trace : given.trace?.file);
      // One file, one simulation: the first one that is started.
      const trace = file === undefined || traced !== undefined ? undefined : { ...(typeof given.trace === 'object' ? given.trace : {}), file, ...(options.signals !== undefined && { signals: options.signals }) };
      const later = traced !== undefined;
      if (trace !== undefined) traced = trace.file;
      const { trace: _, traceWindow = options.traceWindow, traceOnFailure = options.traceOnFailure, ...rest } = given;
      const waves = { ...(trace !== undefined && { trace }), ...(traceWindow !== undefined && { traceWindow }), ...(traceOnFailure !== undefined && { traceOnFailure }) };
      const sim = simulate(definition, { ...rest, ...(options.engine !== undefined && { engine: options.engine }), ...(options.coverage === true && { coverage: rest.coverage || true }), ...(!later && waves) });
      open.push(sim);
      if (options.interrupted !== undefined) {
        sim.onEdges = () => {
          if (options.interrupted!()) fail('interrupted', 'interrupted');
        };
      }
      return sim;
    },
  };
  return { context, finish: () => open.forEach((s) => s.close()), explain: (error) => open.reduce((e, s) => s.explain(e), error), traced: () => traced, coverage: () => open.map((s) => s.coverage()) };
}
