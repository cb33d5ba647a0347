import type { Design } from '../../hdl/elaborate.ts';
import type { Engine, EngineName } from '../../sim/engine.ts';
import { InterpEngine } from '../../sim/interp/engine.ts';
import { JsEngine } from '../../sim/js/engine.ts';
import { Timeline } from '../../sim/timeline.ts';
import { Trace } from '../../sim/trace.ts';
import { WasmEngine } from '../../sim/wasm/engine.ts';
import { FileSink, VcdWriter } from '../../wave/index.ts';
import { LineFile } from './lines.ts';
import { Script, type Column } from './script.ts';
import type { PackedCycle } from './stimulus.ts';
import { Printer, type Watch } from './watch.ts';

/** Picoseconds from one edge to the next, for stimulus that counts cycles. */
const PERIOD = 1000;

const engines: Readonly<Record<EngineName, new (design: Design) => Engine>> = { interp: InterpEngine, js: JsEngine, wasm: WasmEngine };

/** The stimulus as a script; the femtosecond of each sample. */
export function writeScript(path: string, { flat }: Design, columns: readonly Column[], stimulus: readonly PackedCycle[], check: () => void): number[] {
  const file = new LineFile(path);
  const script = new Script(columns, flat.domains.map(() => PERIOD), file.put);
  const times = stimulus.map(({ inputs, resets, ticks }, n) => {
    check();
    script.inputs([...inputs, ...resets.map((on) => (on ? 1n : 0n))]);
    const time = script.sample();
    script.edge((n + 1) * PERIOD, ticks.flatMap((on, d) => (on ? [d] : [])));
    return time;
  });
  file.close();
  return times;
}

/** What one of our engines makes of the stimulus, as lines. */
export function observe(path: string, design: Design, stimulus: readonly PackedCycle[], times: readonly number[], watch: Watch, name: EngineName, check: () => void, vcd?: string): void {
  const { flat } = design;
  const engine = new engines[name](design);
  const printer = new Printer(engine, design, watch);
  const inputs = [...flat.inputs.values()];
  const line = new Timeline(flat.domains.map((domain, i) => ({ name: domain, domain: i, period: PERIOD })), flat.domains.map(() => 0));
  const trace = vcd === undefined ? undefined : new Trace(engine, flat, line, undefined);
  const writer = trace === undefined ? undefined : new VcdWriter(new FileSink(vcd!), trace.scope);
  const file = new LineFile(path);
  stimulus.forEach((cycle, n) => {
    check();
    cycle.inputs.forEach((value, i) => engine.poke(inputs[i]!, value));
    cycle.resets.forEach((on, d) => engine.setReset(d, on));
    file.put(printer.line(times[n]!));
    const ticking = cycle.ticks.flatMap((on, d) => (on ? [d] : []));
    line.next.fill((n + 1) * PERIOD);
    line.resets = [...cycle.resets];
    trace?.cycle(writer!, false);
    line.time = (n + 1) * PERIOD;
    for (const d of ticking) line.last[d] = line.time;
    // A failed assertion is no concern of this comparison.
    if (ticking.length > 0) engine.tick(ticking, 1, false);
  });
  printer.memories().forEach(file.put);
  writer?.close(stimulus.length * PERIOD);
  file.close();
}
