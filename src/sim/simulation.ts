import { relative } from 'node:path';
import { fail, knownKeys, Origin, suggest, WordlineError } from '../diag/index.ts';
import { coverageOptions, coverageProbe, type CoverageOptions, type CoverageProbe } from '../coverage/instrument.ts';
import type { CoverageExclusion, CoverageReport } from '../coverage/report.ts';
import { elaborate, type Design } from '../hdl/elaborate.ts';
import type { Interfaces, ModuleDefinition } from '../hdl/module.ts';
import type { Fields } from '../hdl/types.ts';
import type { NodeId } from '../ir/netlist.ts';
import type { Recording } from '../wave/index.ts';
import type { Engine, EngineName, EngineState } from './engine.ts';
import { involved, show } from './failure.ts';
import { InterpEngine } from './interp/engine.ts';
import { JsEngine } from './js/engine.ts';
import { announce } from './started.ts';
import { WasmEngine } from './wasm/engine.ts';
import { Names } from './names.ts';
import { fromBits, lanesToBits, portObject, toBits, type InputPorts, type InterfacePorts, type OutputPorts } from './ports.ts';
import { checkCount, Processes, type Process, type Task } from './process.ts';
import { forgetful, Journal, sameState, withNote, type Happening } from './replay.ts';
import { Timeline, type Moment } from './timeline.ts';
import type { TraceWindow } from './trace-window.ts';
import { Tracers, type TraceOptions } from './tracers.ts';

export interface ClockOptions {
  /** Picoseconds; default 1000. */
  readonly period?: number;
  /** Time of the first edge less one period; default 0, so that the first edge is after one period. */
  readonly phase?: number;
}

export interface SimulateOptions {
  readonly engine?: EngineName;
  readonly clocks?: Readonly<Record<string, ClockOptions>>;
  readonly trace?: string | TraceOptions;
  /** Trace only these cycles, and run at full speed before and after. */
  readonly traceWindow?: TraceWindow;
  /**
   * Trace only if something fails: then the last so many cycles are run again from a checkpoint, and written to the file of `trace`. Until
   * then the simulation runs at nearly full speed, and no file is made.
   */
  readonly traceOnFailure?: number;
  /** Keep a recording in memory, for text waves; `true` for all signals or a glob. */
  readonly record?: boolean | string;
  /** Stop at failed assertions (default), or let them pass. */
  readonly checks?: boolean;
  /** Count what the run reaches, for `coverage()`: all kinds, or those named. */
  readonly coverage?: boolean | CoverageOptions;
}

export interface UntilOptions {
  /** Clock edges after which waiting is given up; default 100,000. */
  readonly limit?: number;
  /** What is being waited for, for the message. */
  readonly message?: string;
}

/** Everything that `restore` brings back. */
export interface Snapshot extends Moment {
  readonly engine: EngineState;
  /** What it is a state of. */
  readonly of: { readonly module: string; readonly engine: EngineName; readonly coverage: string };
}

export interface SignalHandle {
  readonly path: string;
  readonly width: number;
  get(): number | bigint;
  getBig(): bigint;
}

/** The domains that tick in a design of one clock. */
const FIRST_CLOCK: readonly number[] = [0];

/** Edges between two calls of `onEdges`, in a long run of them. */
const BREATH = 1000;

const engines: Readonly<Record<EngineName, new (design: Design) => Engine>> = { interp: InterpEngine, js: JsEngine, wasm: WasmEngine };
export const engineNames = Object.keys(engines) as EngineName[];

/**
 * A design at work. Time is in picoseconds and starts at 0 with registers at their initial values. `step` moves to just after a clock edge,
 * where inputs can be set and outputs read; combinational outputs follow inputs at once.
 */
export class Simulation<I extends Fields, O extends Fields, B extends Interfaces> {
  readonly in: InputPorts<I>;
  readonly out: OutputPorts<O>;
  readonly io: InterfacePorts<B>;
  readonly design: Design;
  readonly engine: Engine;
  readonly #names: Names;
  readonly #definition: ModuleDefinition<I, O, B>;
  readonly #options: SimulateOptions;
  readonly #line: Timeline;
  readonly #tracers: Tracers;
  readonly #journal: Journal<Snapshot> | undefined;
  readonly #processes = new Processes();
  readonly #checks: boolean;
  readonly #coverage: { readonly probe: CoverageProbe; readonly exclude: readonly CoverageExclusion[] } | undefined;
  /** Edges asked for in a tick that a model's error has ended. */
  #torn: number | undefined;
  #closed = false;
  /** Called between clock edges, at least once in a thousand; what it throws ends the step. */
  onEdges: (() => void) | undefined;

  constructor(definition: ModuleDefinition<I, O, B>, options: SimulateOptions = {}) {
    knownKeys('simulate', options, ['engine', 'clocks', 'trace', 'traceWindow', 'traceOnFailure', 'record', 'checks', 'coverage']);
    this.#definition = definition;
    this.#options = options;
    this.design = elaborate(definition);
    const { flat } = this.design;
    const name = options.engine ?? 'wasm';
    const make = engines[name] as (new (design: Design) => Engine) | undefined;
    if (make === undefined) fail('unknown-engine', `there is no engine "${name}"`, { where: [Origin.here()], hint: suggest(name, engineNames) });
    const coverage = coverageOptions(options.coverage);
    const probe = coverage && coverageProbe(this.design, coverage);
    this.#coverage = probe && { probe, exclude: coverage.exclude ?? [] };
    this.engine = new make(probe?.design ?? this.design);
    this.#names = new Names(flat);
    this.#checks = options.checks ?? true;
    for (const [given, clock] of Object.entries(options.clocks ?? {})) {
      knownKeys(`clock "${given}"`, clock, ['period', 'phase']);
      if (!flat.domains.includes(given)) fail('unknown-domain', `${flat.name} has no clock domain "${given}"`, { where: [Origin.here()], hint: suggest(given, flat.domains) });
    }
    const clocks = flat.domains.map((domain, i) => {
      const { period = 1000 } = options.clocks?.[domain] ?? {};
      const { phase = 0 } = options.clocks?.[domain] ?? {};
      if (!Number.isInteger(phase) || phase <= -period) fail('bad-clock', `clock "${domain}": a phase is a whole number of picoseconds above minus one period, not ${phase}`, { where: [Origin.here()] });
      if (!Number.isInteger(period) || period < 2) fail('bad-clock', `clock "${domain}": a period is a whole number of picoseconds of at least 2, not ${period}`, { where: [Origin.here()] });
      return { name: domain, domain: i, period };
    });
    this.#line = new Timeline(clocks, flat.domains.map((domain) => options.clocks?.[domain]?.phase ?? 0));
    // Before anybody looks at the engine: who listens in may have to stand between.
    announce({ design: this.design, engine: this.engine, periods: clocks.map((c) => c.period), nextEdge: () => this.#line.nextEdge });
    this.#tracers = new Tracers(this.engine, flat, this.#line);

    const { ports } = definition;
    const node = (leafed: string): NodeId => flat.inputs.get(leafed) ?? flat.outputs.get(leafed)!;
    this.in = portObject(this.engine, 'input', ports.in ?? {}, '', node, () => true) as InputPorts<I>;
    this.out = portObject(this.engine, 'output', ports.out ?? {}, '', node, () => false) as OutputPorts<O>;
    this.io = Object.fromEntries(
      Object.entries(ports.io ?? {}).map(([end, { members }]) => {
        const types = Object.fromEntries(Object.entries(members).map(([k, m]) => [k, m.type]));
        return [end, portObject(this.engine, `signal of ${end}`, types, end, node, (k) => members[k]!.direction === 'in')];
      }),
    ) as InterfacePorts<B>;

    const { trace, traceWindow, traceOnFailure: reach, record } = options;
    if (trace === undefined && (traceWindow ?? reach) !== undefined) fail('no-trace', 'a window of no trace', { where: [Origin.here()], hint: 'name a file: { trace: "waves/top.vcd" }, or --trace on the command line' });
    if (reach !== undefined) {
      if (!Number.isInteger(reach) || reach < 1) fail('bad-count', `traceOnFailure: ${reach} is not a number of cycles`, { where: [Origin.here()] });
      if (traceWindow !== undefined) fail('no-trace', 'a window is traced at once and a failure afterwards', { where: [Origin.here()], hint: 'give traceWindow or traceOnFailure' });
      this.#journal = new Journal(this.engine, () => this.snapshot(), reach);
    } else if (trace !== undefined) this.#tracers.file(typeof trace === 'string' ? { file: trace } : trace, traceWindow);
    if (record !== undefined && record !== false) this.#tracers.record(record === true ? undefined : record);
  }

  // ---- time -----------------------------------------------------------------------------------------------------------------------

  /** Picoseconds since the start. */
  get time(): number {
    return this.#line.time;
  }

  /** Clock edges so far, of the default clock or the one named. */
  cycle(domain?: string): number {
    return this.#line.edges[domain === undefined ? 0 : this.#domain(domain)]!;
  }

  /** Moves on by `count` edges of a clock (default: the first). Other clocks tick in between as their periods say. */
  step(count = 1, domain?: string): void {
    if (this.#processes.busy) fail('step-in-process', 'time belongs to the scheduler while processes run', { where: [Origin.here()], hint: 'await task.step()' });
    this.#step(count, domain);
  }

  #step(count: number, domain?: string): void {
    const d = domain === undefined ? 0 : this.#domain(domain);
    const { clocks, edges } = this.#line;
    if (clocks.length === 0) fail('no-clock', `module ${this.design.flat.name} has no clock`, { where: [Origin.here()] });
    if (!Number.isInteger(count) || count < 0) checkCount(count, Origin.here());
    if (clocks.length === 1) {
      for (let left = count; left > 0; ) left -= this.#stretch(left);
      return;
    }
    const goal = edges[d]! + count;
    while (edges[d]! < goal) {
      this.onEdges?.();
      this.#edge();
    }
  }

  /** Moves on by up to `most` edges of the only clock, as many as can be done at once. */
  #stretch(most: number): number {
    this.onEdges?.();
    const room = Math.min(most, this.#tracers.steady, this.#journal?.room ?? Infinity, this.onEdges === undefined ? Infinity : BREATH);
    let done: number | undefined;
    if (!this.#tracers.wanted()) {
      done = this.#tick(FIRST_CLOCK, room);
      this.#line.pass(done);
      this.#journal?.passed(done);
    } else if (!Object.hasOwn(this.engine, 'tick')) {
      // Who has put himself in the place of `tick` wants to hear of each edge.
      done = this.#tracers.stream(room, this.#checks);
    }
    if (done === undefined) {
      this.#edge();
      return 1;
    }
    if (done < room) this.#assertionFailed(this.engine.failed!);
    return done;
  }

  #tick(domains: readonly number[], count: number): number {
    try {
      return this.engine.tick(domains, count, this.#checks);
    } catch (error) {
      this.#torn = count;
      throw this.explain(error);
    }
  }

  /**
   * One edge at which exactly these clocks tick, as soon as the period of each allows it: for a sequence of ticks that periods do not make.
   * A clock that is not named and whose turn it would be waits one more period.
   */
  tick(first: string, ...others: readonly string[]): void {
    if (this.#processes.busy) fail('step-in-process', 'time belongs to the scheduler while processes run', { where: [Origin.here()], hint: 'await task.step()' });
    const ticking = [first, ...others].map((name) => this.#domain(name));
    this.#journal?.together([first, ...others]);
    this.#line.together(ticking);
    this.onEdges?.();
    this.#edge();
  }

  #edge(): void {
    const { clocks, nextEdge, next } = this.#line;
    const ticking = clocks.filter((c) => next[c.domain] === nextEdge).map((c) => c.domain);
    this.#tracers.sample();
    if (this.#tick(ticking, 1) === 0) this.#assertionFailed(this.engine.failed!);
    this.#line.tick(ticking);
    this.#journal?.passed(1);
  }

  /** Steps until the condition holds; the number of edges that took. */
  until(condition: () => boolean, { limit = 100_000, message }: UntilOptions = {}): number {
    for (let n = 0; n < limit; n++) {
      if (condition()) return n;
      this.step();
    }
    if (condition()) return limit;
    throw this.explain(new WordlineError({ code: 'timeout', message: `${message ?? 'a condition'}: not reached within ${limit} cycles (now cycle ${this.cycle()}, ${this.#line.time} ps)`, where: [Origin.here()] }));
  }

  /** Holds a domain (default: all) in reset for some edges of it. */
  reset(cycles = 1, domain?: string): void {
    const which = domain === undefined ? this.#line.clocks.map((c) => c.domain) : [this.#domain(domain)];
    const goals = which.map((d) => this.#line.edges[d]! + cycles);
    for (const d of which) this.#setReset(d, true);
    which.forEach((d, i) => this.step(Math.max(0, goals[i]! - this.#line.edges[d]!), this.#line.clocks[d]!.name));
    for (const d of which) this.#setReset(d, false);
  }

  /** Drives the reset of a domain by hand. */
  setReset(on: boolean, domain?: string): void {
    this.#setReset(domain === undefined ? 0 : this.#domain(domain), on);
  }

  #setReset(domain: number, on: boolean): void {
    this.#line.resets[domain] = on;
    this.engine.setReset(domain, on);
  }

  #domain(name: string): number {
    const d = this.design.flat.domains.indexOf(name);
    return d >= 0 ? d : fail('unknown-domain', `there is no clock domain "${name}"`, { where: [Origin.here()], hint: suggest(name, this.design.flat.domains) });
  }

  // ---- looking --------------------------------------------------------------------------------------------------------------------

  /** Any named signal by its dotted path below the top. */
  peek(path: string): number | bigint {
    return this.signal(path).get();
  }

  /** A signal to look at often. */
  signal(path: string): SignalHandle {
    const { node } = this.#names.signal(path);
    const { width, lanes, view } = this.design.flat.nodes[node]!;
    const signed = view?.signed === true;
    return {
      path,
      width: width * lanes,
      get: () => (lanes === 1 ? fromBits(width, signed, this.engine.peek(node)) : this.engine.peek(node)),
      getBig: () => this.engine.peek(node),
    };
  }

  /** Names of all signals. */
  get signals(): string[] {
    return [...this.#names.signals.keys()];
  }

  /** A memory by its dotted path. */
  memory(path: string): { readonly depth: number; read(address: number): bigint; write(address: number, value: number | bigint): void } {
    const id = this.#names.memory(path);
    const { depth, width } = this.design.flat.memories[id]!;
    const check = (address: number): number =>
      Number.isInteger(address) && address >= 0 && address < depth ? address : fail('bad-address', `address ${address} of memory "${path}" with ${depth} words`, { where: [Origin.here()] });
    return {
      depth,
      read: (address) => this.engine.readMemory(id, check(address)),
      write: (address, value) => this.engine.writeMemory(id, check(address), toBits(`memory "${path}"`, width, value)),
    };
  }

  /** How often each `cover` was hit. */
  covers(): { readonly message: string; readonly path: string; readonly hits: number }[] {
    const { flat } = this.design;
    return [...flat.checkPaths].map(([c, path], i) => ({ c, path, hits: this.engine.covers[i]! })).filter(({ c }) => c.check === 'cover').map(({ c, path, hits }) => ({ message: c.message, path, hits }));
  }

  /** Kinds of coverage that are counted: with them, the engine's state is another. */
  get #counted(): string {
    return this.#coverage?.probe.kinds.join() ?? '';
  }

  /** What has been reached so far. Errors: `no-coverage` without the option, `coverage-exclusion`. */
  coverage(): CoverageReport {
    if (this.#coverage === undefined) fail('no-coverage', 'this simulation counts no coverage', { where: [Origin.here()], hint: 'simulate with { coverage: true }' });
    return this.#coverage.probe.collect(this.engine, this.#coverage.exclude);
  }

  /** Compares a signal with what the test expects, an array for a Vec, and says where, when and what if they differ. */
  expect(path: string, expected: number | bigint | readonly (number | bigint)[], message?: string): void {
    const { node } = this.#names.signal(path);
    const { width, lanes } = this.design.flat.nodes[node]!;
    const got = this.engine.peek(node);
    const wanted = Array.isArray(expected) ? lanesToBits(`signal "${path}"`, width, lanes, expected as readonly unknown[]) : toBits(`signal "${path}"`, width * lanes, expected);
    if (got === wanted) return;
    const { flat } = this.design;
    const problem = {
      code: 'expect-failed',
      message: `${message === undefined ? '' : `${message}: `}${path} is ${show(flat, node, got)}, expected ${show(flat, node, wanted)} at ${this.#line.time} ps (cycle ${this.cycle()})`,
      where: [Origin.here()],
    };
    throw this.explain(new WordlineError(problem));
  }

  #assertionFailed(index: number): never {
    const { flat } = this.design;
    const [check, path] = [...flat.checkPaths][index]!;
    const values = involved(flat, this.#names, this.engine, check);
    const problem = {
      code: `${check.check}-failed`,
      message: `${check.check} "${check.message}" failed in ${[flat.name, path].filter((p) => p !== '').join('.')} at ${this.#line.nextEdge} ps (cycle ${this.#line.edges[check.domain]!})${values.length > 0 ? `: ${values.join(', ')}` : ''}`,
      where: [check.origin],
    };
    throw this.explain(new WordlineError(problem));
  }

  // ---- snapshots ------------------------------------------------------------------------------------------------------------------

  snapshot(): Snapshot {
    return { ...this.#line.save(), engine: this.engine.save(), of: { module: this.design.flat.name, engine: this.engine.name, coverage: this.#counted } };
  }

  /** Goes back to a snapshot of this simulation or of another one of the same module on the same engine. A trace that is being written cannot go back in time. */
  restore(s: Snapshot): void {
    if (this.#tracers.forward && s.time < this.#line.time) fail('trace-backwards', 'a simulation that is being traced cannot go back in time', { where: [Origin.here()], hint: 'restore into a simulation without trace, or switch it off first' });
    const { module, engine } = s.of;
    if (module !== this.design.flat.name || engine !== this.engine.name) {
      fail('foreign-snapshot', `a snapshot of ${module} on engine ${engine} in a simulation of ${this.design.flat.name} on engine ${this.engine.name}`, { where: [Origin.here()] });
    }
    if (s.of.coverage !== this.#counted) fail('foreign-snapshot', `a snapshot of ${module} with other coverage than this simulation counts`, { where: [Origin.here()], hint: 'give both simulations the same option `coverage`' });
    this.engine.restore(s.engine);
    this.#line.restore(s);
    this.#journal?.restart();
  }

  // ---- processes ------------------------------------------------------------------------------------------------------------------

  /** Adds a test process. Processes run one after the other, in the order in which they were added, between clock edges. */
  process(name: string, body: (task: Task) => Promise<void>): Process {
    return this.#processes.add(name, body);
  }

  /** Runs until all processes have ended; the number of edges that took. */
  async run({ limit = 1_000_000 }: { readonly limit?: number } = {}): Promise<number> {
    try {
      return await this.#processes.run({ step: (n) => this.#step(n), cycle: () => this.cycle(), time: () => this.#line.time }, limit);
    } catch (error) {
      throw this.explain(error);
    }
  }

  // ---- waves ----------------------------------------------------------------------------------------------------------------------

  /** Switches tracing off and on, for windows. */
  traceOff(): void {
    this.#tracers.off();
  }
  traceOn(): void {
    this.#tracers.on();
  }

  /** What has been recorded so far. */
  recording(): Recording {
    return this.#tracers.recording() ?? fail('no-recording', 'nothing was recorded', { where: [Origin.here()], hint: 'simulate with { record: true }' });
  }

  // ---- failures -------------------------------------------------------------------------------------------------------------------

  /**
   * What a testbench does with an error that it ends with: `catch (error) { throw sim.explain(error); }`. With `traceOnFailure` this writes the
   * waves of the last cycles and says in the error where they are. For failed assertions, `expect`, `until` and processes it has been done.
   */
  explain(error: unknown): unknown {
    if (this.#journal === undefined || explained.has(error as object) || (error instanceof WordlineError && error.code === 'interrupted')) return error;
    let note: string;
    try {
      note = this.#replay(this.#journal);
    } catch (second) {
      note = `the waves of the last cycles could not be written: ${second instanceof Error ? second.message : String(second)}`;
    }
    if (this.#torn !== undefined) this.#journal.restart();
    this.#torn = undefined;
    const told = withNote(error, note);
    if (typeof told === 'object' && told !== null) explained.add(told);
    return told;
  }

  /** Runs the last cycles again in a simulation of its own, with waves; says where they are. */
  #replay(journal: Journal<Snapshot>): string {
    const { trace, traceOnFailure, traceWindow: _, record: __, ...rest } = this.#options;
    const { state, happened } = journal.back();
    const again = (waves: SimulateOptions): Simulation<I, O, B> => {
      const replica = new Simulation(this.#definition, { ...rest, checks: false, ...waves });
      replica.restore(state);
      for (const h of happened) replica.#repeat(h);
      return replica;
    };
    // A model's error says nothing of the edge at which it happened: it is looked for.
    let more = 0;
    if (this.#torn !== undefined) for (const probe = again({}); more < this.#torn && probe.#survives(); ) more++;
    const now = (this.#line.edges[0] ?? 0) + more;
    const first = Math.max(state.edges[0] ?? 0, now - traceOnFailure! + 1);
    const options = typeof trace === 'string' ? { file: trace } : trace!;
    const replica = again({ trace: { ...options, startOff: false }, traceWindow: { cycles: [first, Infinity] } });
    for (let i = 0; i < more; i++) replica.#edge();
    const same = this.#torn === undefined ? sameState(this.design.flat, this.engine, replica.engine) : !replica.#survives();
    replica.close();
    if (same) return `waves of the last ${now - first + 1} cycles: ${relative(process.cwd(), options.file) || options.file}`;
    replica.#tracers.discard();
    const models = forgetful(this.design.flat);
    return `no waves: the last cycles went another way when they were run again${models.length > 0 ? `; models without save and restore: ${models.join(', ')}` : ''}`;
  }

  #repeat(h: Happening): void {
    if ('edges' in h) {
      const { clocks } = this.#line;
      for (let left = h.edges; left > 0; ) {
        if (clocks.length === 1) left -= this.#stretch(left);
        else {
          this.#edge();
          left--;
        }
      }
    } else if ('together' in h) this.#line.together(h.together.map((name) => this.#domain(name)));
    else if (h.call === 'setReset') this.#setReset(h.args[0] as number, h.args[1] as boolean);
    else (this.engine[h.call] as (...args: unknown[]) => void)(...h.args);
  }

  #survives(): boolean {
    try {
      this.#edge();
      return true;
    } catch {
      return false;
    }
  }

  // ---- end ------------------------------------------------------------------------------------------------------------------------

  /** Ends the simulation and its waves. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tracers.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Errors that have been looked at. */
const explained = new WeakSet();

/** Elaborates a module and starts a simulation of it. */
export function simulate<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, options: SimulateOptions = {}): Simulation<I, O, B> {
  return new Simulation(definition, options);
}
