import type { Design } from '../../hdl/elaborate.ts';
import type { NodeId } from '../../ir/netlist.ts';
import { bitsOf } from '../../ir/shape.ts';
import { wordCount } from '../../ir/words.ts';
import type { Engine, EngineName } from '../../sim/engine.ts';
import { InterpEngine } from '../../sim/interp/engine.ts';
import { JsEngine } from '../../sim/js/engine.ts';
import { loadBig, type Place } from '../../sim/layout.ts';
import { Names } from '../../sim/names.ts';
import { Trace } from '../../sim/trace.ts';
import { FileSink, VcdWriter } from '../../wave/index.ts';
import type { VerilogExport } from '../verilog/export.ts';
import type { PackedCycle } from './stimulus.ts';

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

/** Everything that has a name on both sides. */
export function watchAll({ flat }: Design, { paths, ends }: VerilogExport): Watch {
  const names = new Names(flat);
  const signals = [...names.signals].flatMap(([path, { node }]) => {
    const verilog = paths.get(path);
    return verilog === undefined ? [] : [{ path, verilog, node, bits: bitsOf(flat.nodes[node]!) }];
  });
  const unread = [...ends].map(([node, verilog]) => ({ path: verilog, verilog, node, bits: bitsOf(flat.nodes[node]!) }));
  const memories = [...names.memories].flatMap(([path, memory]) => {
    const verilog = paths.get(path);
    const { depth, width } = flat.memories[memory]!;
    return verilog === undefined ? [] : [{ path, verilog, memory, depth, bits: width }];
  });
  return { signals: [...signals, ...unread], memories };
}

/** All hexadecimal digits, as Verilog's %h prints them. */
export const hex = (value: bigint, bits: number): string => value.toString(16).padStart(Math.ceil(bits / 4), '0');

/** Values in hexadecimal: `[cycle][signal]`, and at the end `[memory][address]`. */
export interface Observed {
  readonly cycles: readonly (readonly string[])[];
  readonly memories: readonly (readonly string[])[];
}

const PERIOD = 1000;

/** What our engine makes of the stimulus. */
export function observe(design: Design, stimulus: readonly PackedCycle[], { signals, memories }: Watch, engineName: EngineName, vcd?: string): Observed {
  const { flat } = design;
  const engine: Engine = engineName === 'interp' ? new InterpEngine(design) : new JsEngine(design);
  const observer = engine.observe(signals.map((s) => s.node));
  const places = signals.map(({ node }, i): Place => {
    const { width, lanes } = flat.nodes[node]!;
    return { first: observer.offsets[i]!, width, lanes, wordsPerLane: wordCount(width) };
  });
  const inputs = [...flat.inputs.values()];
  const trace = vcd === undefined ? undefined : new Trace(engine, flat, flat.domains.map((name, domain) => ({ name, domain, period: PERIOD })), undefined);
  const writer = trace === undefined ? undefined : new VcdWriter(new FileSink(vcd!), trace.scope);
  const lastEdge: (number | undefined)[] = flat.domains.map(() => undefined);
  const cycles = stimulus.map((cycle, n) => {
    cycle.inputs.forEach((value, i) => engine.poke(inputs[i]!, value));
    cycle.resets.forEach((on, d) => engine.setReset(d, on));
    observer.settle();
    const values = places.map((p, i) => hex(loadBig(observer.image, p), signals[i]!.bits));
    trace?.cycle(writer!, n * PERIOD, (n + 1) * PERIOD, (d) => lastEdge[d], (d) => cycle.resets[d]!, false);
    const ticking = cycle.ticks.flatMap((on, d) => (on ? [d] : []));
    for (const d of ticking) lastEdge[d] = (n + 1) * PERIOD;
    // A failed assertion is no concern of this comparison.
    if (ticking.length > 0) engine.tick(ticking, 1, false);
    return values;
  });
  writer?.close(stimulus.length * PERIOD);
  return { cycles, memories: memories.map(({ memory, depth, bits }) => Array.from({ length: depth }, (_, a) => hex(engine.readMemory(memory, a), bits))) };
}
