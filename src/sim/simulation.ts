import { basename } from 'node:path';
import { fail, knownKeys, Origin, suggest, WordlineError } from '../diag/index.ts';
import { coverageOptions, coverageProbe, type CoverageOptions, type CoverageProbe } from '../coverage/instrument.ts';
import type { CoverageExclusion, CoverageReport } from '../coverage/report.ts';
import { elaborate, type Design } from '../hdl/elaborate.ts';
import type { Interfaces, ModuleDefinition } from '../hdl/module.ts';
import type { Fields } from '../hdl/types.ts';
import type { NodeId } from '../ir/netlist.ts';
import { closeOnExit, FileSink, Recorder, VcdWriter, writeGtkw, type Recording, type Tracer } from '../wave/index.ts';
import type { Engine, EngineName, EngineState } from './engine.ts';
import { involved, show } from './failure.ts';
import { InterpEngine } from './interp/engine.ts';
import { JsEngine } from './js/engine.ts';
import { announce } from './started.ts';
import { WasmEngine } from './wasm/engine.ts';
import { Names } from './names.ts';
import { fromBits, portObject, toBits, type InputPorts, type InterfacePorts, type OutputPorts } from './ports.ts';
import { checkCount, Processes, type Process, type Task } from './process.ts';
import { Trace } from './trace.ts';

export interface ClockOptions {
  /** Picoseconds; default 1000. */
  readonly period?: number;
  /** Time of the first edge less one period; default 0, so that the first edge is after one period. */
  readonly phase?: number;
}

export interface TraceOptions {
  readonly file: string;
  /** Glob over dotted names, e.g. `top.core.**`; several separated by commas. Default: everything. */
  readonly signals?: string;
  /** Also write `<file>.gtkw` and translate files beside the VCD (default true). */
  readonly gtkw?: boolean;
  /** Write nothing until `trace.on()`. */
  readonly startOff?: boolean;
}

export interface SimulateOptions {
  readonly engine?: EngineName;
  readonly clocks?: Readonly<Record<string, ClockOptions>>;
  readonly trace?: string | TraceOptions;
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
export interface Snapshot {
  readonly engine: EngineState;
  readonly time: number;
  readonly edges: readonly number[];
  readonly next: readonly number[];
  readonly last: readonly (number | undefined)[];
  readonly resets: readonly boolean[];
  /** What it is a state of. */
  readonly of: { readonly module: string; readonly engine: EngineName; readonly coverage: string };
}

export interface SignalHandle {
  readonly path: string;
  readonly width: number;
  get(): number | bigint;
  getBig(): bigint;
}

interface Clock {
  readonly name: string;
  readonly domain: number;
  readonly period: number;
}

/** A trace that is being written. */
interface Running {
  readonly trace: Trace;
  readonly to: Tracer;
  /** Writes the save file so that it opens on the stretch of time that was written. */
  readonly save?: (fromPs: number, toPs: number) => void;
  on: boolean;
  resume: boolean;
  /** First and last moment that was written. */
  from: number | undefined;
  until: number;
}


/** The domains that tick in a design of one clock. */
const FIRST_CLOCK: readonly number[] = [0];

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
  readonly #clocks: readonly Clock[];
  readonly #tracers: Running[] = [];
  readonly #processes = new Processes();
  readonly #checks: boolean;
  readonly #reset: boolean[];
  #recorder: Recorder | undefined;
  readonly #coverage: { readonly probe: CoverageProbe; readonly exclude: readonly CoverageExclusion[] } | undefined;
  #time = 0;
  #edges: number[];
  #next: number[];
  /** When each clock last ticked. */
  #last: (number | undefined)[];
  #lastSampled = -1;
  #closed = false;

  constructor(definition: ModuleDefinition<I, O, B>, options: SimulateOptions = {}) {
    knownKeys('simulate', options, ['engine', 'clocks', 'trace', 'record', 'checks', 'coverage']);
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
    this.#clocks = flat.domains.map((domain, i) => {
      const { period = 1000 } = options.clocks?.[domain] ?? {};
      const { phase = 0 } = options.clocks?.[domain] ?? {};
      if (!Number.isInteger(phase) || phase <= -period) fail('bad-clock', `clock "${domain}": a phase is a whole number of picoseconds above minus one period, not ${phase}`, { where: [Origin.here()] });
      if (!Number.isInteger(period) || period < 2) fail('bad-clock', `clock "${domain}": a period is a whole number of picoseconds of at least 2, not ${period}`, { where: [Origin.here()] });
      return { name: domain, domain: i, period };
    });
    this.#next = flat.domains.map((domain, i) => (options.clocks?.[domain]?.phase ?? 0) + this.#clocks[i]!.period);
    this.#edges = flat.domains.map(() => 0);
    this.#last = flat.domains.map(() => undefined);
    this.#reset = flat.domains.map(() => false);

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

    if (options.trace !== undefined) this.#traceTo(typeof options.trace === 'string' ? { file: options.trace } : options.trace);
    if (options.record !== undefined && options.record !== false) {
      const trace = new Trace(this.engine, flat, this.#clocks, options.record === true ? undefined : options.record);
      this.#recorder = new Recorder(trace.scope);
      this.#tracers.push({ trace, to: this.#recorder, on: true, resume: false, from: undefined, until: 0 });
    }
    announce({ design: this.design, engine: this.engine, periods: this.#clocks.map((c) => c.period), nextEdge: () => this.#nextEdge() });
  }

  #traceTo(options: TraceOptions): void {
    knownKeys('trace', options, ['file', 'signals', 'gtkw', 'startOff']);
    const { file, signals, gtkw = true, startOff = false } = options;
    const trace = new Trace(this.engine, this.design.flat, this.#clocks, signals);
    const to = new VcdWriter(new FileSink(file), trace.scope);
    closeOnExit(to);
    const save = (window: { fromPs?: number; toPs?: number }): void => void writeGtkw(file.replace(/\.vcd$/, '') + '.gtkw', trace.scope, { dumpfile: basename(file), ...window });
    if (gtkw) save({});
    this.#tracers.push({ trace, to, on: !startOff, resume: false, from: undefined, until: 0, ...(gtkw && { save: (fromPs: number, toPs: number) => save({ fromPs, toPs }) }) });
  }

  // ---- time -----------------------------------------------------------------------------------------------------------------------

  /** Picoseconds since the start. */
  get time(): number {
    return this.#time;
  }

  /** Clock edges so far, of the default clock or the one named. */
  cycle(domain?: string): number {
    return this.#edges[domain === undefined ? 0 : this.#domain(domain)]!;
  }

  /** Moves on by `count` edges of a clock (default: the first). Other clocks tick in between as their periods say. */
  step(count = 1, domain?: string): void {
    if (this.#processes.busy) fail('step-in-process', 'time belongs to the scheduler while processes run', { where: [Origin.here()], hint: 'await task.step()' });
    this.#step(count, domain);
  }

  #step(count: number, domain?: string): void {
    const d = domain === undefined ? 0 : this.#domain(domain);
    if (this.#clocks.length === 0) fail('no-clock', `module ${this.design.flat.name} has no clock`, { where: [Origin.here()] });
    if (!Number.isInteger(count) || count < 0) checkCount(count, Origin.here());
    if (this.#clocks.length === 1 && !this.#tracers.some((t) => t.on)) {
      const done = this.engine.tick(FIRST_CLOCK, count, this.#checks);
      this.#edges[0]! += done;
      this.#time += done > 0 ? this.#next[0]! - this.#time + (done - 1) * this.#clocks[0]!.period : 0;
      this.#next[0]! += done * this.#clocks[0]!.period;
      if (done > 0) this.#last[0] = this.#time;
      if (done < count) this.#assertionFailed(this.engine.failed!);
      return;
    }
    const goal = this.#edges[d]! + count;
    while (this.#edges[d]! < goal) this.#edge();
  }

  /**
   * One edge at which exactly these clocks tick, as soon as the period of each allows it: for a sequence of ticks that periods do not make.
   * A clock that is not named and whose turn it would be waits one more period.
   */
  tick(first: string, ...others: readonly string[]): void {
    if (this.#processes.busy) fail('step-in-process', 'time belongs to the scheduler while processes run', { where: [Origin.here()], hint: 'await task.step()' });
    const ticking = [first, ...others].map((name) => this.#domain(name));
    const at = Math.max(...ticking.map((d) => this.#next[d]!));
    for (const { domain, period } of this.#clocks) {
      if (ticking.includes(domain)) this.#next[domain] = at;
      else if (this.#next[domain]! <= at) this.#next[domain] = at + period;
    }
    this.#edge();
  }

  #edge(): void {
    const at = Math.min(...this.#next);
    const ticking = this.#clocks.filter((c) => this.#next[c.domain] === at).map((c) => c.domain);
    this.#sample(at);
    if (this.engine.tick(ticking, 1, this.#checks) === 0) this.#assertionFailed(this.engine.failed!);
    this.#time = at;
    for (const d of ticking) {
      this.#edges[d]!++;
      this.#last[d] = at;
      this.#next[d]! += this.#clocks[d]!.period;
    }
  }

  /** Writes the cycle that ends at `end`: only now are its inputs final. */
  #sample(end: number): void {
    if (this.#lastSampled === this.#time) return;
    for (const t of this.#tracers) {
      if (!t.on) continue;
      t.trace.cycle(t.to, this.#time, end, (d) => this.#last[d], (d) => this.#reset[d]!, t.resume);
      t.from ??= this.#time;
      t.until = end;
      t.resume = false;
    }
    this.#lastSampled = this.#time;
  }

  /** Steps until the condition holds; the number of edges that took. */
  until(condition: () => boolean, { limit = 100_000, message }: UntilOptions = {}): number {
    for (let n = 0; n < limit; n++) {
      if (condition()) return n;
      this.step();
    }
    if (condition()) return limit;
    return fail('timeout', `${message ?? 'a condition'}: not reached within ${limit} cycles (now cycle ${this.cycle()}, ${this.#time} ps)`, { where: [Origin.here()] });
  }

  /** Holds a domain (default: all) in reset for some edges of it. */
  reset(cycles = 1, domain?: string): void {
    const which = domain === undefined ? this.#clocks.map((c) => c.domain) : [this.#domain(domain)];
    const goals = which.map((d) => this.#edges[d]! + cycles);
    for (const d of which) this.#setReset(d, true);
    which.forEach((d, i) => this.step(Math.max(0, goals[i]! - this.#edges[d]!), this.#clocks[d]!.name));
    for (const d of which) this.#setReset(d, false);
  }

  /** Drives the reset of a domain by hand. */
  setReset(on: boolean, domain?: string): void {
    this.#setReset(domain === undefined ? 0 : this.#domain(domain), on);
  }

  #setReset(domain: number, on: boolean): void {
    this.#reset[domain] = on;
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
      write: (address, value) => this.engine.writeMemory(id, check(address), toBits(path, width, value)),
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

  /** Compares a signal with what the test expects, and says where, when and what if they differ. */
  expect(path: string, expected: number | bigint, message?: string): void {
    const { node } = this.#names.signal(path);
    const { width, lanes } = this.design.flat.nodes[node]!;
    const got = this.engine.peek(node);
    if (got === toBits(path, width * lanes, expected)) return;
    const { flat } = this.design;
    fail(
      'expect-failed',
      `${message === undefined ? '' : `${message}: `}${path} is ${show(flat, node, got)}, expected ${show(flat, node, toBits(path, width * lanes, expected))} at ${this.#time} ps (cycle ${this.cycle()})`,
      { where: [Origin.here()] },
    );
  }

  #assertionFailed(index: number): never {
    const { flat } = this.design;
    const [check, path] = [...flat.checkPaths][index]!;
    const values = involved(flat, this.#names, this.engine, check);
    throw new WordlineError({
      code: `${check.check}-failed`,
      message: `${check.check} "${check.message}" failed in ${[flat.name, path].filter((p) => p !== '').join('.')} at ${Math.min(...this.#next)} ps (cycle ${this.#edges[check.domain]!})${values.length > 0 ? `: ${values.join(', ')}` : ''}`,
      where: [check.origin],
    });
  }

  // ---- snapshots ------------------------------------------------------------------------------------------------------------------

  snapshot(): Snapshot {
    return { engine: this.engine.save(), time: this.#time, edges: [...this.#edges], next: [...this.#next], last: [...this.#last], resets: [...this.#reset], of: { module: this.design.flat.name, engine: this.engine.name, coverage: this.#counted } };
  }

  /** Goes back to a snapshot of this simulation or of another one of the same module on the same engine. A trace that is being written cannot go back in time. */
  restore(s: Snapshot): void {
    if (this.#tracers.some((t) => t.on) && s.time < this.#time) fail('trace-backwards', 'a simulation that is being traced cannot go back in time', { where: [Origin.here()], hint: 'restore into a simulation without trace, or switch it off first' });
    const { module, engine } = s.of;
    if (module !== this.design.flat.name || engine !== this.engine.name) {
      fail('foreign-snapshot', `a snapshot of ${module} on engine ${engine} in a simulation of ${this.design.flat.name} on engine ${this.engine.name}`, { where: [Origin.here()] });
    }
    if (s.of.coverage !== this.#counted) fail('foreign-snapshot', `a snapshot of ${module} with other coverage than this simulation counts`, { where: [Origin.here()], hint: 'give both simulations the same option `coverage`' });
    this.engine.restore(s.engine);
    this.#time = s.time;
    this.#edges = [...s.edges];
    this.#next = [...s.next];
    this.#last = [...s.last];
    s.resets.forEach((on, d) => (this.#reset[d] = on));
  }

  // ---- processes ------------------------------------------------------------------------------------------------------------------

  /** Adds a test process. Processes run one after the other, in the order in which they were added, between clock edges. */
  process(name: string, body: (task: Task) => Promise<void>): Process {
    return this.#processes.add(name, body);
  }

  /** Runs until all processes have ended; the number of edges that took. */
  async run({ limit = 1_000_000 }: { readonly limit?: number } = {}): Promise<number> {
    return this.#processes.run({ step: (n) => this.#step(n), cycle: () => this.cycle(), time: () => this.#time }, limit);
  }

  // ---- waves ----------------------------------------------------------------------------------------------------------------------

  /** Switches tracing off and on, for windows. */
  traceOff(): void {
    for (const t of this.#tracers) {
      if (t.on && t.from !== undefined) t.to.off(this.#time);
      t.on = false;
    }
  }
  traceOn(): void {
    for (const t of this.#tracers) {
      if (!t.on) t.resume = t.from !== undefined;
      t.on = true;
    }
  }

  /** What has been recorded so far. */
  recording(): Recording {
    if (this.#recorder === undefined) fail('no-recording', 'nothing was recorded', { where: [Origin.here()], hint: 'simulate with { record: true }' });
    this.#sample(this.#nextEdge());
    return this.#recorder.recording();
  }

  #nextEdge(): number {
    return this.#clocks.length === 0 ? this.#time + 1000 : Math.min(...this.#next);
  }

  /** Ends the simulation and its waves. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const end = this.#nextEdge();
    this.#sample(end);
    for (const { to, on, save, from, until } of this.#tracers) {
      to.close(on ? end : undefined);
      // Opened on the window that was written, if it was one.
      if (save !== undefined && from !== undefined && (from > 0 || !on)) save(from, until);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Elaborates a module and starts a simulation of it. */
export function simulate<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, options: SimulateOptions = {}): Simulation<I, O, B> {
  return new Simulation(definition, options);
}
