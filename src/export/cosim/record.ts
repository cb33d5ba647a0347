import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail, Origin } from '../../diag/index.ts';
import type { EngineState } from '../../sim/engine.ts';
import type { Started } from '../../sim/started.ts';
import { LineFile } from './lines.ts';
import { Script, type Column, type ScriptState } from './script.ts';
import { scriptName } from './testbench.ts';
import { Printer, View, type Watch } from './watch.ts';

/** A stretch of a simulation that another simulator can repeat from the start: up to its end, or up to a `restore`. */
export interface Segment {
  /** With the script and what our engine printed, `ours.txt`. */
  readonly folder: string;
  readonly samples: number;
  /** Clock edges, of any clock. */
  readonly edges: number;
}

/** Where a snapshot was taken. */
interface Mark {
  readonly script: { readonly path: string; readonly bytes: number; readonly state: ScriptState };
  readonly lines: { readonly path: string; readonly bytes: number };
  readonly samples: number;
  readonly edges: number;
  readonly last: readonly number[];
  readonly resets: readonly boolean[];
}

const marks = new WeakMap<EngineState, Mark>();

export const oursName = 'ours.txt';

/**
 * Listens to a running simulation: writes down what its testbench does as a script, and what is watched just before every edge and wherever
 * the testbench looks after it has changed an input. The inputs themselves are read from the engine, however they came there.
 *
 * After a `restore` a new segment begins with a copy of all that led to the snapshot.
 */
export class SimulationRecording {
  readonly segments: Segment[] = [];
  readonly #driven: View;
  readonly #drivenBefore: Int32Array;
  readonly #values: bigint[];
  readonly #printer: Printer;
  #script: Script;
  #scriptFile: LineFile;
  #lines: LineFile;
  #opened = 0;
  #samples = 0;
  #edges = 0;
  /** Samples and edges that the segment has from the one before. */
  #inherited = 0;
  /** Last edge of each clock. */
  #last: number[];
  #resets: boolean[];
  /** Something may have changed since the last sample. */
  #touched = true;
  /** Our own looks at the engine are none of the testbench's. */
  #busy = false;
  #ended = false;

  constructor(
    private readonly started: Started,
    private readonly folder: string,
    private readonly columns: readonly Column[],
    watch: Watch,
    /** Edges after which nothing more is written. */
    private readonly limit: number,
  ) {
    const { design, engine, periods } = started;
    const nodes = columns.flatMap((c) => (c.node === undefined ? [] : [c.node]));
    this.#driven = new View(engine, design, nodes);
    this.#drivenBefore = new Int32Array(this.#driven.settle().length);
    this.#values = columns.map(() => 0n);
    this.#printer = new Printer(engine, design, watch);
    this.#last = periods.map(() => -Infinity);
    this.#resets = periods.map(() => false);
    [this.#scriptFile, this.#lines] = this.#open();
    this.#script = new Script(columns, periods, this.#scriptFile.put);
    this.#listen();
  }

  /** Ends the recording; the engine goes on without. */
  end(): void {
    if (this.#ended) return;
    this.#close();
    this.#ended = true;
  }

  #open(from?: Mark): [LineFile, LineFile] {
    const folder = join(this.folder, `segment${this.#opened++}`);
    mkdirSync(folder, { recursive: true });
    return [new LineFile(join(folder, scriptName(0)), from && { from: from.script.path, bytes: from.script.bytes }), new LineFile(join(folder, oursName), from && { from: from.lines.path, bytes: from.lines.bytes })];
  }

  #close(): void {
    // What the last edge has made.
    if (this.#samples > 0) this.#sample();
    this.#quietly(() => this.#printer.memories().forEach(this.#lines.put));
    this.#scriptFile.close();
    this.#lines.close();
    // A restore right after another one leaves nothing behind.
    if (this.#samples > this.#inherited) this.segments.push({ folder: join(this.#lines.path, '..'), samples: this.#samples, edges: this.#edges });
  }

  #quietly<T>(action: () => T): T {
    const before = this.#busy;
    this.#busy = true;
    try {
      return action();
    } finally {
      this.#busy = before;
    }
  }

  /** Inputs, resets and replayed outputs, and everything that is watched. */
  #sample(): void {
    if (!this.#touched) return;
    this.#quietly(() => {
      this.#driven.settle();
      const at = this.columns.flatMap((c, i) => (c.node === undefined ? [] : [i]));
      this.#driven.changes(this.#drivenBefore, (i, value) => (this.#values[at[i]!] = value));
      const firstReset = this.columns.findIndex((c) => c.kind === 'reset');
      this.#resets.forEach((on, d) => (this.#values[firstReset + d] = on ? 1n : 0n));
      this.#script.inputs(this.#values);
      this.#lines.put(this.#printer.line(this.#script.sample()));
    });
    this.#samples++;
    this.#touched = false;
  }

  #edge(domains: readonly number[]): void {
    // A long run of one clock is one call: the simulation's own time stands still in it.
    const at = Math.max(this.started.nextEdge(), ...domains.map((d) => this.#last[d]! + this.started.periods[d]!));
    for (const d of domains) this.#last[d] = at;
    this.#script.edge(at, domains);
    this.#edges++;
    this.#touched = true;
  }

  #mark(): Mark {
    return {
      script: { path: this.#scriptFile.path, bytes: this.#scriptFile.flush(), state: this.#script.state() },
      lines: { path: this.#lines.path, bytes: this.#lines.flush() },
      samples: this.#samples,
      edges: this.#edges,
      last: [...this.#last],
      resets: [...this.#resets],
    };
  }

  #goBack(mark: Mark): void {
    this.#close();
    [this.#scriptFile, this.#lines] = this.#open(mark);
    this.#script = new Script(this.columns, this.started.periods, this.#scriptFile.put, mark.script.state);
    this.#inherited = this.#samples = mark.samples;
    this.#edges = mark.edges;
    this.#last = [...mark.last];
    this.#resets = [...mark.resets];
    this.#touched = true;
  }

  /** Puts itself between the simulation and its engine. */
  #listen(): void {
    const { engine } = this.started;
    const heard = <A extends unknown[], R>(act: (...args: A) => R, before: (...args: NoInfer<A>) => void) => (...args: A): R => {
      if (!this.#busy && !this.#ended) before(...args);
      return act.apply(engine, args);
    };
    const looks = (): void => this.#sample();
    const touches = (): void => void (this.#touched = true);
    engine.peek = heard(engine.peek.bind(engine), looks);
    engine.peekNumber = heard(engine.peekNumber.bind(engine), looks);
    engine.peekLanes = heard(engine.peekLanes.bind(engine), looks);
    engine.poke = heard(engine.poke.bind(engine), touches);
    engine.pokeNumber = heard(engine.pokeNumber.bind(engine), touches);
    engine.pokeLanes = heard(engine.pokeLanes.bind(engine), touches);
    engine.setReset = heard(engine.setReset.bind(engine), (domain, on) => {
      this.#resets[domain] = on;
      this.#touched = true;
    });
    engine.writeMemory = heard(engine.writeMemory.bind(engine), (memory, address, value) => {
      this.#script.memory(memory, address, value);
      this.#touched = true;
    });
    // A trace that takes edges by itself would take them past us.
    const observe = engine.observe.bind(engine);
    engine.observe = (nodes, extra) => {
      const observer = observe(nodes, extra);
      return { image: observer.image, offsets: observer.offsets, settle: () => observer.settle() };
    };
    const restore = engine.restore.bind(engine);
    engine.restore = (state) => {
      const mark = marks.get(state);
      if (!this.#ended && mark === undefined) {
        fail('cosim-restore', 'a snapshot was restored that was not taken in this run: no other simulator can get to that state', {
          where: [Origin.here()],
          hint: 'take the snapshot in the same run of the testbench, so that what led to it can be repeated',
        });
      }
      if (!this.#ended) this.#goBack(mark!);
      restore(state);
    };
    const save = engine.save.bind(engine);
    engine.save = () => {
      const state = save();
      if (!this.#ended) marks.set(state, this.#mark());
      return state;
    };
    const tick = engine.tick.bind(engine);
    engine.tick = (domains, count, checks) => {
      for (let done = 0; done < count; done++) {
        if (this.#ended) return done + tick(domains, count - done, checks);
        this.#sample();
        const ticked = this.#quietly(() => tick(domains, 1, checks));
        if (ticked === 0) return done;
        this.#edge(domains);
        if (this.#edges >= this.limit) this.end();
      }
      return count;
    };
  }
}
