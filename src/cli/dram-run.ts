import { closeSync, openSync, writeSync } from 'node:fs';
import { controllerConfig, LatencyReport } from '../../rtl/controller/index.ts';
import { fail } from '../diag/index.ts';
import { ChannelActivity } from '../dram/activity.ts';
import { commandCsvLine, WORDLINE_HEADER } from '../dram/command-formats.ts';
import type { DramCommandEvent } from '../dram/command.ts';
import { energyOf, energyTable } from '../dram/energy.ts';
import { addressMapping, DRAM_MAPPINGS } from '../dram/mapping.ts';
import { simulate } from '../sim/simulation.ts';
import { CONTROLLER_PATH, playedChannel, RequestPlayer } from './dram-player.ts';
import { choosePreset } from './dram-preset.ts';
import { controllerOptions, countRequests, notOverwriting, sourceOf, type DramRunOptions } from './dram-run-options.ts';
import { bandwidthOf, energyPart, measured, reportText, type DramRunReport } from './dram-run-report.ts';
import { interrupted } from './interrupt.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';
import { EXIT } from './report.ts';
import { Staging } from './staging.ts';

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
  const { reads, writes, ageCap, refresh, postpone, powerDown } = controllerConfig(given);
  const energy = energyTable(options.energy);
  const source = sourceOf(file, options, preset, mapping, io);
  notOverwriting(source, [options.commands, options.trace], io);
  const { count, timed } = countRequests(source);

  const files = [options.commands, options.trace].filter((f) => f !== undefined);
  const staging = new Staging(io);
  const interrupt = io.interrupt?.();
  const progress = new Progress(io);
  try {
    await interrupt?.ready;
    const csv = options.commands === undefined ? undefined : new CommandFile(staging.file(options.commands));
    const trace = options.trace === undefined ? undefined : staging.file(options.trace);
    const activity = new ChannelActivity(preset);
    const player = new RequestPlayer(source.requests(), preset, (event) => {
      activity.push(event);
      csv?.push(event);
    });
    const done = progress.start('requests', count);
    const { seconds, simulated, summary } = play(player, { mapping: mapping.text, given, ...(trace !== undefined && { trace }) }, () => {
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
      controller: { reads, writes, rowPolicy: given.rowPolicy ?? 'open', ageCap, refresh, postpone, powerDown },
      cycles: busy.cycles,
      ns: (busy.cycles * preset.tCK) / 1000,
      bandwidth: bandwidthOf(busy, preset),
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
    staging.discard();
  }
}

interface Setting {
  readonly mapping: string;
  readonly given: Parameters<typeof controllerConfig>[0];
  readonly trace?: string;
}

/** Simulates until the player has seen everything. Errors: `dram-stuck`, and what stops a simulation. */
function play(player: RequestPlayer, { mapping, given, trace }: Setting, look: () => void) {
  const sim = simulate(playedChannel(player, mapping, given), { clocks: { clk: { period: given.preset.tCK } }, ...(trace !== undefined && { trace }) });
  try {
    sim.reset(1);
    const latencies = new LatencyReport(sim, CONTROLLER_PATH);
    const start = performance.now();
    while (player.cycles === undefined) {
      sim.step(SLICE);
      look();
      if (player.quietFor() > PATIENCE) fail('dram-stuck', `no request has been answered for ${PATIENCE} cycles, up to cycle ${sim.cycle()}`, { hint: `are there cycles beside refreshes? ${given.preset.name} has tREFI ${given.preset.timing.tREFI} and tRFC ${given.preset.timing.tRFC}` });
    }
    return { seconds: (performance.now() - start) / 1000, simulated: sim.cycle(), summary: latencies.summary() };
  } finally {
    sim.close();
  }
}

/** Commands as CSV, written in large pieces. */
class CommandFile {
  readonly #fd: number;
  #text = `${WORDLINE_HEADER}\n`;

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
  }
  push(event: DramCommandEvent): void {
    this.#text += commandCsvLine(event);
    if (this.#text.length > 1 << 16) this.#flush();
  }
  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }
  #flush(): void {
    writeSync(this.#fd, this.#text);
    this.#text = '';
  }
}
