import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fail, knownKeys, Origin } from '../diag/index.ts';
import type { Flat } from '../ir/flatten.ts';
import { closeOnExit, FileSink, Recorder, VcdWriter, writeGtkw, type Recording, type Tracer } from '../wave/index.ts';
import type { Engine } from './engine.ts';
import type { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';
import { Window, type TraceWindow } from './trace-window.ts';

export interface TraceOptions {
  readonly file: string;
  /** Glob over dotted names, e.g. `top.core.**`; several separated by commas. Default: everything. */
  readonly signals?: string;
  /** Also write `<file>.gtkw` and translate files beside the VCD (default true). */
  readonly gtkw?: boolean;
  /** Write nothing until `traceOn()`. */
  readonly startOff?: boolean;
}

/** A trace that is being written. */
interface Running {
  readonly trace: Trace;
  readonly to: Tracer;
  /** The same, if it can be streamed to. */
  readonly stream?: VcdWriter | undefined;
  /** Cycles that it is about; absent: all. */
  readonly window?: Window | undefined;
  /** Writes the save file so that it opens on the stretch of time that was written. */
  readonly save?: ((fromPs: number, toPs: number) => void) | undefined;
  /** Takes the files away again. */
  readonly discard?: () => void;
  on: boolean;
  /** It was switched off, and the file does not say so yet: nothing may have passed when it is switched on again. */
  pausing: boolean;
  resume: boolean;
  /** The window is behind us, and the file is closed. */
  over: boolean;
  /** First and last moment that was written. */
  from: number | undefined;
  until: number;
}

/** The waves of a simulation, on their way to files and into memory. */
export class Tracers {
  readonly #all: Running[] = [];
  #recorder: Recorder | undefined;
  /** Start of the cycle that was recorded last. */
  #sampled = -1;

  constructor(
    private readonly engine: Engine,
    private readonly flat: Flat,
    private readonly line: Timeline,
  ) {}

  /** Errors: those of files, globs and windows, and `unknown-option`. */
  file(options: TraceOptions, within: TraceWindow | undefined): void {
    knownKeys('trace', options, ['file', 'signals', 'gtkw', 'startOff']);
    const { file, signals, gtkw = true, startOff = false } = options;
    const window = within === undefined ? undefined : new Window(within, Origin.here());
    const trace = new Trace(this.engine, this.flat, this.line, signals);
    const { picture } = trace;
    const to = new VcdWriter(new FileSink(file), trace.scope, picture && { picture });
    closeOnExit(to);
    const saveFile = file.replace(/\.vcd$/, '') + '.gtkw';
    const save = (range: { fromPs?: number; toPs?: number }): void => void writeGtkw(saveFile, trace.scope, { dumpfile: basename(file), ...range });
    if (gtkw) save({});
    this.#all.push({
      ...{ trace, to, window, on: !startOff, pausing: false, resume: false, over: false, from: undefined, until: 0 },
      stream: picture && to,
      save: gtkw ? (fromPs, toPs) => save({ fromPs, toPs }) : undefined,
      discard: () => [file, ...(gtkw ? [saveFile] : [])].forEach((f) => rmSync(f, { force: true })),
    });
  }

  record(signals: string | undefined): void {
    const trace = new Trace(this.engine, this.flat, this.line, signals);
    this.#recorder = new Recorder(trace.scope);
    this.#all.push({ trace, to: this.#recorder, on: true, pausing: false, resume: false, over: false, from: undefined, until: 0 });
  }

  /** Is the cycle that begins now recorded? Files whose window is behind us are closed. */
  wanted(): boolean {
    for (const t of this.#all) {
      this.#finish(t);
      if (t.pausing) t.to.off(this.line.time);
      t.pausing = false;
    }
    return this.#all.some((t) => this.#wants(t));
  }

  #wants({ on, over, window }: Running): boolean {
    return on && !over && (window === undefined || window.includes(this.line));
  }

  /** Is anything written, or will be, if time goes on? Then it cannot go back. */
  get forward(): boolean {
    return this.#all.some((t) => t.on && !t.over && t.from !== undefined);
  }

  /** In a design of one clock: edges from now on in which `wanted` stays what it is. */
  get steady(): number {
    return Math.min(Infinity, ...this.#all.map(({ window }) => window?.steady(this.line) ?? Infinity));
  }

  /** Records the cycle that ends at the next edge: only now are its inputs final. */
  sample(): void {
    const wanted = this.wanted();
    if (this.#sampled === this.line.time) return;
    this.#sampled = this.line.time;
    if (!wanted) return;
    for (const t of this.#all) {
      if (!this.#wants(t)) continue;
      t.trace.cycle(t.to, t.resume);
      t.from ??= this.line.time;
      t.until = this.line.nextEdge;
      t.resume = false;
    }
  }

  /** Closes a file whose window is behind us. */
  #finish(t: Running): void {
    if (t.over || t.from === undefined || t.window?.over(this.line) !== true) return;
    t.over = true;
    t.to.close(t.until);
    t.save?.(t.from, t.until);
  }

  /**
   * In a design of one clock: records up to `count` cycles and passes them, all in WebAssembly, if only one file is written and has begun;
   * else undefined. Fewer edges than asked for: a check failed.
   */
  stream(count: number, checks: boolean): number | undefined {
    const busy = this.#all.filter((t) => this.#wants(t));
    const [t] = busy;
    const { line } = this;
    if (t?.stream === undefined || busy.length > 1 || t.from === undefined || t.resume || this.#sampled === line.time || line.last[0] !== line.time) return undefined;
    let edges = 0;
    const passed = (more: number): void => {
      line.pass(more);
      edges += more;
    };
    const note = (): void => {
      // A cycle that ends in a failed check, or in a model's error, has been recorded and not passed.
      this.#sampled = edges < count ? line.time : line.time - line.clocks[0]!.period;
      t.until = edges < count ? line.nextEdge : line.time;
    };
    try {
      t.trace.stream(t.stream, count, checks, passed);
    } finally {
      note();
    }
    return edges;
  }

  off(): void {
    for (const t of this.#all) {
      if (t.on && !t.over && t.from !== undefined && !t.resume) t.pausing = true;
      t.on = false;
    }
  }

  on(): void {
    for (const t of this.#all) {
      if (!t.on && !t.pausing) t.resume = t.from !== undefined;
      t.on = true;
      t.pausing = false;
    }
  }

  recording(): Recording | undefined {
    if (this.#recorder !== undefined) this.sample();
    return this.#recorder?.recording();
  }

  /** Records the last cycle and closes everything. Errors: `empty-window`. */
  close(): void {
    this.sample();
    const end = this.line.nextEdge;
    const empty = this.#all.filter((t) => t.window !== undefined && t.from === undefined && t.on);
    for (const t of this.#all) {
      if (t.over) continue;
      t.to.close(this.#wants(t) ? end : t.window !== undefined && t.from !== undefined ? t.until : undefined);
      // Opened on the part that was written, if it was one.
      if (t.from !== undefined && (t.from > 0 || !t.on)) t.save?.(t.from, t.until);
    }
    if (empty.length === 0) return;
    this.discard();
    fail('empty-window', `the run ended at cycle ${this.line.edges[0] ?? 0} (${this.line.time} ps), before the window of its trace: nothing was written`);
  }

  /** Takes the files away again. */
  discard(): void {
    for (const { discard } of this.#all) discard?.();
  }
}
