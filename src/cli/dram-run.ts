import { controllerConfig, LatencyReport } from '../../rtl/controller/index.ts';
import { fail } from '../diag/index.ts';
import { ChannelActivity } from '../dram/activity.ts';
import { BusTimeCounter } from '../dram/bus-time.ts';
import { commandCsvLine, WORDLINE_HEADER } from '../dram/command-formats.ts';
import { energyOf, energyTable } from '../dram/energy.ts';
import { addressMapping, DRAM_MAPPINGS, type AddressMapping } from '../dram/mapping.ts';
import { simulate } from '../sim/simulation.ts';
import { Window } from '../sim/trace-window.ts';
import { CONTROLLER_PATH, pinsOf, playedChannel, RequestPlayer } from './dram-player.ts';
import { choosePreset } from './dram-preset.ts';
import { controllerOptions, countRequests, notOverwriting, sourceOf, type DramRunOptions } from './dram-run-options.ts';
import { bandwidthOf, energyPart, measured, reportText, type DramRunReport } from './dram-run-report.ts';
import { interrupted } from './interrupt.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';
import { EXIT } from './report.ts';
import { Staging, TextFile } from './staging.ts';

/** Cycles between looks at progress and at Ctrl-C; as many may be simulated after the end. */
const SLICE = 64;
/** Cycles without an answer in which a controller that works answers; latencies are counted in 16 bits. */
const PATIENCE = 65_535;

/** Runs a request trace through the controller in hardware, and tells what it took. Files get their names when all is done. */
export async function runRequests(file: string | undefined, options: DramRunOptions, io: Io): Promise<number> {
  const preset = choosePreset(options.preset, io);
  const named: Readonly<Record<string, string>> = DRAM_MAPPINGS;
  const mapping = addressMapping(named[options.mapping] ?? options.mapping, preset.organisation);
  const given = controllerOptions(options, preset);
  const { reads, writes, ageCap, high, low, wait, refresh, postpone, powerDown } = controllerConfig(given);
  const energy = energyTable(options.energy);
  const waves = waveOptions(options);
  const files = [options.commands, options.trace].filter((f) => f !== undefined);
  const source = sourceOf(file, options, preset, mapping, io);
  notOverwriting(source, files, io);
  const { count, timed } = countRequests(source);

  const staging = new Staging(io);
  const interrupt = io.interrupt?.();
  const progress = new Progress(io);
  let csv: TextFile | undefined;
  try {
    await interrupt?.ready;
    csv = options.commands === undefined ? undefined : new TextFile(staging.file(options.commands), options.commands);
    csv?.write(`${WORDLINE_HEADER}\n`);
    const trace = options.trace === undefined ? undefined : staging.file(options.trace);
    const activity = new ChannelActivity(preset);
    const busTime = new BusTimeCounter(preset);
    const player = new RequestPlayer(source.requests(), preset, mapping, {
      command(event) {
        activity.push(event);
        busTime.push(event);
        csv?.write(commandCsvLine(event));
      },
      wanted: (pseudoChannel, cycle) => busTime.wanted(pseudoChannel, cycle),
    });
    const done = progress.start('requests', count);
    const { seconds, simulated, summary } = play(player, { mapping, given, ...waves, ...(trace !== undefined && { trace }) }, () => {
      if (interrupt?.requested() === true) throw interrupted();
      done(player.answered);
    });
    csv?.close();
    progress.stop();
    staging.keep();

    const busy = activity.until(player.cycles!);
    const { forwarded, ...numbers } = measured(player, summary, timed);
    const report: DramRunReport = {
      requests: { from: source.name, reads: numbers.latency.reads.count, writes: numbers.latency.writes.count, forwarded },
      preset: preset.name,
      mapping: mapping.text,
      controller: { reads, writes, rowPolicy: given.rowPolicy ?? 'open', ageCap, drain: { high, low, wait }, refresh, postpone, powerDown },
      cycles: busy.cycles,
      ns: (busy.cycles * preset.tCK) / 1000,
      bandwidth: bandwidthOf(busy, preset),
      busCycles: busTime.until(busy.cycles),
      tCKps: preset.tCK,
      ...numbers,
      commands: busy.counts,
      energy: energyPart(energyOf(busy, preset, energy)),
      simulation: { cycles: simulated, seconds, cyclesPerSecond: simulated / Math.max(seconds, 1e-6) },
      files,
    };
    io.out(options.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
    return EXIT.ok;
  } finally {
    progress.stop();
    interrupt?.stop();
    csv?.abandon();
    staging.discard();
  }
}

/** Errors: `usage`, `bad-window`. */
function waveOptions({ trace, signals, traceWindow }: DramRunOptions): Pick<Setting, 'signals' | 'traceWindow'> {
  if (trace === undefined && (signals ?? traceWindow) !== undefined) fail('usage', `--${signals === undefined ? 'trace-window' : 'signals'} without waves`, { hint: 'name a file with --trace' });
  if (traceWindow !== undefined) new Window(traceWindow);
  return { ...(signals !== undefined && { signals }), ...(traceWindow !== undefined && { traceWindow }) };
}

interface Setting {
  readonly mapping: AddressMapping;
  readonly given: Parameters<typeof controllerConfig>[0];
  readonly trace?: string;
  readonly signals?: string;
  readonly traceWindow?: string;
}

/** Simulates until the player has seen everything. Errors: `dram-stuck`, and what stops a simulation. */
function play(player: RequestPlayer, { mapping, given, trace, signals, traceWindow }: Setting, look: () => void) {
  const { preset } = given;
  const pins = trace === undefined ? undefined : pinsOf(preset.organisation);
  const sim = simulate(playedChannel(player, mapping.text, given, pins), {
    clocks: { clk: { period: preset.tCK } },
    ...(trace !== undefined && { trace: { file: trace, ...(signals !== undefined && { signals }) } }),
    ...(traceWindow !== undefined && { traceWindow }),
  });
  try {
    sim.reset(1);
    const latencies = new LatencyReport(sim, CONTROLLER_PATH);
    const start = performance.now();
    while (player.cycles === undefined) {
      sim.step(SLICE);
      look();
      if (player.quietFor() > PATIENCE) fail('dram-stuck', `no request has been answered for ${PATIENCE} cycles, up to cycle ${sim.cycle()}`, { hint: `are there cycles beside refreshes? ${preset.name} has tREFI ${preset.timing.tREFI} and tRFC ${preset.timing.tRFC}` });
    }
    return { seconds: (performance.now() - start) / 1000, simulated: sim.cycle(), summary: latencies.summary() };
  } finally {
    sim.close();
  }
}
