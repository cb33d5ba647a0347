import type { Design } from '../../hdl/elaborate.ts';
import type { NodeId } from '../../ir/netlist.ts';
import { bitsOf } from '../../ir/shape.ts';
import { wordCount } from '../../ir/words.ts';
import type { Engine, Observer } from '../../sim/engine.ts';
import { loadBig, type Place } from '../../sim/layout.ts';
import { Names } from '../../sim/names.ts';
import type { VerilogExport } from '../verilog/export.ts';

/** Something that both sides are asked for: a signal in every cycle, or a memory at the end. */
export interface Watched {
  /** Dotted path below the top. */
  readonly path: string;
  readonly verilog: string;
  readonly bits: number;
}
export interface WatchedSignal extends Watched {
  readonly node: NodeId;
}
export interface WatchedMemory extends Watched {
  readonly memory: number;
  readonly depth: number;
}

export interface Watch {
  readonly signals: readonly WatchedSignal[];
  readonly memories: readonly WatchedMemory[];
}

/** Everything that has a name on both sides, ports of models among it; or only the outputs of the top. */
export function watchAll({ flat }: Design, { paths, ports, ends, instances }: VerilogExport, which: 'all' | 'outputs' = 'all'): Watch {
  const watched = (path: string, verilog: string, node: NodeId): WatchedSignal => ({ path, verilog, node, bits: bitsOf(flat.nodes[node]!) });
  const outputs = [...flat.outputs].map(([name, node]) => watched(name, ports.get(name)!, node));
  if (which === 'outputs') return { signals: outputs, memories: [] };
  const names = new Names(flat);
  const signals = [...names.signals].flatMap(([path, { node }]) => {
    const verilog = paths.get(path);
    return verilog === undefined ? [] : [watched(path, verilog, node)];
  });
  const known = new Set(signals.map((s) => s.path));
  const models = flat.models.flatMap(({ path, inputs, outputs: out }) => [...inputs, ...out].map(([port, node]) => watched(`${path}.${port}`, `${instances.get(path)!}.${port}`, node)));
  const unread = [...ends].map(([node, verilog]) => watched(verilog, verilog, node));
  const memories = [...names.memories].flatMap(([path, memory]) => {
    const verilog = paths.get(path);
    const { depth, width } = flat.memories[memory]!;
    return verilog === undefined ? [] : [{ path, verilog, memory, depth, bits: width }];
  });
  return { signals: [...outputs.filter((o) => !known.has(o.path)), ...signals, ...models, ...unread], memories };
}

/** All hexadecimal digits, as Verilog's %h prints them. */
export const hex = (value: bigint, bits: number): string => value.toString(16).padStart(Math.ceil(bits / 4), '0');

/** Nodes of an engine, looked at together. */
export class View {
  readonly #observer: Observer;
  readonly #places: readonly Place[];

  constructor(
    engine: Engine,
    { flat }: Design,
    private readonly nodes: readonly NodeId[],
  ) {
    this.#observer = engine.observe(nodes);
    this.#places = nodes.map((id, i): Place => {
      const { width, lanes } = flat.nodes[id]!;
      return { first: this.#observer.offsets[i]!, width, lanes, wordsPerLane: wordCount(width) };
    });
  }

  settle(): Int32Array {
    this.#observer.settle();
    return this.#observer.image;
  }

  /** Calls `changed` with each node whose words are not those of `before`, and brings `before` up to date. */
  changes(before: Int32Array, changed: (i: number, value: bigint) => void): void {
    const { image } = this.#observer;
    for (let i = 0; i < this.nodes.length; i++) {
      const { first, lanes, wordsPerLane } = this.#places[i]!;
      let same = true;
      for (let w = first; w < first + lanes * wordsPerLane; w++) {
        if (before[w] !== image[w]) same = false;
        before[w] = image[w]!;
      }
      if (!same) changed(i, loadBig(image, this.#places[i]!));
    }
  }
}

/** Lines as the other simulator prints them: the time, and every watched value in hexadecimal. Only what changes is written anew. */
export class Printer {
  readonly #view: View;
  readonly #before: Int32Array;
  readonly #texts: string[];

  constructor(
    private readonly engine: Engine,
    design: Design,
    private readonly watch: Watch,
  ) {
    this.#view = new View(engine, design, watch.signals.map((s) => s.node));
    this.#before = new Int32Array(this.#view.settle().length);
    this.#texts = watch.signals.map(({ bits }) => hex(0n, bits));
  }

  line(timeFs: number): string {
    this.#view.settle();
    this.#view.changes(this.#before, (i, value) => (this.#texts[i] = hex(value, this.watch.signals[i]!.bits)));
    return [timeFs, ...this.#texts].join(' ');
  }

  memories(): string[] {
    return this.watch.memories.map(({ memory, depth, bits }, i) => [`memory${i}`, ...Array.from({ length: depth }, (_, a) => hex(this.engine.readMemory(memory, a), bits))].join(' '));
  }
}
