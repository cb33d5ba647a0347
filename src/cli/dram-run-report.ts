import { BUCKETS, CAUSES, ROW_OUTCOMES, type LatencySummary } from '../../rtl/controller/index.ts';
import type { Activity } from '../dram/activity.ts';
import type { BusTime } from '../dram/bus-time.ts';
import { Distribution, type LatencyNumbers } from '../dram/distribution.ts';
import { ENERGY_SCALE, ENERGY_SOURCE, type EnergyReport } from '../dram/energy.ts';
import { DRAM_COMMANDS, type DramPreset } from '../dram/preset.ts';
import { causeCycles, type CauseBucket, type CauseCycles } from './dram-causes.ts';
import { plainTable } from './dram-preset.ts';
import type { RequestPlayer } from './dram-player.ts';
import { durationText, rateText } from './progress.ts';

type Direction = 'reads' | 'writes';
const DIRECTIONS: readonly Direction[] = ['reads', 'writes'];
/** What a request found in its bank; reads that a queued write answered never went there. */
type Found = Readonly<Record<(typeof ROW_OUTCOMES)[number], number>>;
type Histogram = LatencySummary['reads']['histogram'];

export interface Bandwidth {
  /** On the data bus. */
  readonly bytes: number;
  readonly GBps: number;
  readonly peakGBps: number;
  /** Of the peak, 0 to 1. */
  readonly share: number;
  /** The same, without the time in which a pseudo-channel is being refreshed (tRFC from each REF). */
  readonly betweenRefreshes: { readonly GBps: number; readonly share: number };
}

/** All that a run tells; `--json` prints it. */
export interface DramRunReport {
  readonly requests: { readonly from: string; readonly reads: number; readonly writes: number; readonly forwarded: number };
  readonly preset: string;
  readonly mapping: string;
  readonly controller: Readonly<Record<string, string | number | Readonly<Record<string, number>>>>;
  readonly cycles: number;
  readonly ns: number;
  readonly bandwidth: Bandwidth;
  /** Cycles of the data buses of all pseudo-channels; they add up to cycles x pseudo-channels. */
  readonly busCycles: BusTime;
  /** Cycles from acceptance to answer; a write is answered by its command. */
  readonly latency: Readonly<Record<Direction | 'all', LatencyNumbers>>;
  readonly tCKps: number;
  /** Cycles from when a request comes until it is accepted; absent if the trace has no time. */
  readonly acceptance?: LatencyNumbers;
  readonly rows: Readonly<Record<Direction, Found>>;
  /** By what requests found in their bank: bucket b counts latencies from 2^(b-1) to 2^b - 1. Without reads that a queued write answered. */
  readonly histogram: Readonly<Record<Direction, Histogram>>;
  /** Cycles of each cause; they add up to `latency.<direction>.total`. */
  readonly stalls: Readonly<Record<Direction, CauseCycles>>;
  /** The same by how long requests took. */
  readonly causes: Readonly<Record<Direction, readonly CauseBucket[]>>;
  readonly commands: Activity['counts'];
  readonly energy: EnergyReport & { readonly scale: string };
  readonly simulation: { readonly cycles: number; readonly seconds: number; readonly cyclesPerSecond: number };
  readonly files: readonly string[];
}

export function bandwidthOf({ cycles, counts, refreshing }: Activity, { organisation, tCK }: DramPreset): Bandwidth {
  const { burstBytes, burstCycles, pseudoChannels } = organisation;
  const bytes = burstBytes * (['RD', 'RDA', 'WR', 'WRA'] as const).reduce((sum, c) => sum + (counts[c] ?? 0), 0);
  const peakGBps = (pseudoChannels * burstBytes * 1000) / (burstCycles * tCK);
  const share = (bytes * burstCycles) / (burstBytes * pseudoChannels * cycles);
  const free = cycles * pseudoChannels - refreshing;
  const between = free === 0 ? 0 : (bytes * burstCycles) / (burstBytes * free);
  return { bytes, GBps: share * peakGBps, peakGBps, share, betweenRefreshes: { GBps: between * peakGBps, share: between } };
}

/** The parts of a report that are measured in the player and in the controller. */
export function measured({ latency, acceptance, causes }: RequestPlayer, { reads, writes, forwarded }: LatencySummary, timed: boolean): Pick<DramRunReport, 'latency' | 'acceptance' | 'rows' | 'histogram' | 'stalls' | 'causes'> & { readonly forwarded: number } {
  const found = (histogram: Histogram): Found => Object.fromEntries(ROW_OUTCOMES.map((o) => [o, histogram[o].reduce((a, b) => a + b, 0)])) as unknown as Found;
  return {
    latency: { reads: latency.reads.numbers, writes: latency.writes.numbers, all: Distribution.of(latency.reads, latency.writes).numbers },
    ...(timed && { acceptance: acceptance.numbers }),
    rows: { reads: found(reads.histogram), writes: found(writes.histogram) },
    histogram: { reads: reads.histogram, writes: writes.histogram },
    stalls: { reads: causeCycles((c) => reads.cycles[c]), writes: causeCycles((c) => writes.cycles[c]) },
    causes: { reads: causes.reads.buckets, writes: causes.writes.buckets },
    forwarded,
  };
}

const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
/** A number that a table lines up with others. */
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
const shareOf = (part: number, whole: number): number | '' => (whole === 0 ? '' : round((100 * part) / whole, 1));
const LATENCIES = ['mean', 'p50', 'p90', 'p99', 'max'] as const;

/** The report for people. */
export function reportText(report: DramRunReport): string {
  const { requests, preset, mapping, controller, cycles, ns, bandwidth: b, commands, simulation } = report;
  const counted = DRAM_COMMANDS.filter((c) => (commands[c] ?? 0) > 0).map((c) => `${c} ${commands[c]}`).join(', ');
  const settings = Object.entries(controller).map(([k, v]) => `${k} ${typeof v === 'object' ? Object.entries(v).map(([name, n]) => `${name}:${n}`).join(' ') : v}`).join(', ');
  const bandwidth = ({ GBps, share }: { readonly GBps: number; readonly share: number }): string => `${GBps.toFixed(2)} GB/s, ${percent(share, 1)} of ${b.peakGBps.toFixed(2)} GB/s`;
  return [
    `${requests.from}: reads ${requests.reads}, writes ${requests.writes}`,
    `${preset}, mapping "${mapping}"`,
    `controller: ${settings}`,
    '',
    `time       ${cycles} cycles, ${round(ns, 3)} ns`,
    `bandwidth  ${bandwidth(b)}; between refreshes ${bandwidth(b.betweenRefreshes)}`,
    `commands   ${counted}`,
    '',
    busTable(report),
    latencyTable(report),
    histogramTable(report),
    stallTable(report),
    causeTable(report),
    rowTable(report),
    energyText(report),
    ...report.files.map((f) => `wrote ${f}`),
    `simulated ${simulation.cycles} cycles in ${durationText(simulation.seconds)}: ${rateText(simulation.cyclesPerSecond)} cycles/s`,
    '',
  ].join('\n');
}

function busTable({ busCycles: { data, noRequest, rules, controller } }: DramRunReport): string {
  const parts = { data, ...rules, 'no request': noRequest, 'the controller': controller };
  const all = Object.values(parts).reduce((a, b) => a + b, 0);
  const refresh = rules['tRFC'] ?? 0;
  const cells = Object.entries(parts).filter(([name, n]) => n > 0 || name === 'data').map(([name, n]) => [name, n, shareOf(n, all), name === 'tRFC' ? '' : shareOf(n, all - refresh)]); // prettier-ignore
  return `what the cycles of the data bus went to; a rule has those that it kept the next burst away\n${plainTable(['', 'cycles', '%', '% without tRFC'], cells)}\n`;
}

const spanText = (from: number, to: number): string => (from === to ? String(from) : `${from} to ${to}`);

function histogramTable({ histogram }: DramRunReport): string {
  const classes = DIRECTIONS.flatMap((d) => ROW_OUTCOMES.map((o) => [`${d.slice(0, -1)} ${o}`, histogram[d][o]] as const)).filter(([, counts]) => counts.some((n) => n > 0));
  const used = Array.from({ length: BUCKETS }, (_, b) => b).filter((b) => classes.some(([, counts]) => counts[b]! > 0));
  const cells = used.map((b) => [spanText(b === 0 ? 0 : 2 ** (b - 1), 2 ** b - 1), ...classes.map(([, counts]) => (counts[b] === 0 ? '' : counts[b]!))]);
  return classes.length === 0 ? '' : `how many took how long, by what they found in their bank\n${plainTable(['cycles', ...classes.map(([name]) => name)], cells)}\n`;
}

function latencyTable({ latency, acceptance, tCKps }: DramRunReport): string {
  const rows = ([...DIRECTIONS, 'all'] as const)
    .filter((d) => latency[d].count > 0)
    .map((d): readonly [string, LatencyNumbers] => [d, latency[d]])
    .concat(acceptance === undefined ? [] : [['before acceptance', acceptance]]);
  const cells = rows.flatMap(([name, n]) => [
    [name, 'cycles', ...LATENCIES.map((l) => round(n[l], 1))],
    ['', 'ns', ...LATENCIES.map((l) => round((n[l] * tCKps) / 1000, 1))],
  ]);
  return `latency from acceptance to answer (of a write: to its command)\n${plainTable(['', '', ...LATENCIES], cells)}\n`;
}

function rowTable({ rows, requests }: DramRunReport): string {
  const cells = DIRECTIONS.map((d) => {
    const { hit, closed, conflict } = rows[d];
    return [d, hit, closed, conflict, shareOf(hit, hit + closed + conflict)];
  });
  const forwarded = requests.forwarded === 0 ? '' : `${requests.forwarded} reads were answered by queued writes\n`;
  return `rows that requests found when they came\n${plainTable(['', 'hits', 'misses (closed)', 'conflicts', 'hits %'], cells)}\n${forwarded}`;
}

function stallTable({ stalls, latency }: DramRunReport): string {
  const seen = DIRECTIONS.filter((d) => latency[d].count > 0);
  const line = (name: string, of: (d: Direction) => number): (string | number)[] => [name, ...seen.flatMap((d) => [of(d), round(of(d) / latency[d].count, 2), shareOf(of(d), latency[d].total)])];
  const met = CAUSES.filter((cause) => seen.some((d) => stalls[d][cause] > 0));
  const cells = [...met.map((cause) => line(cause, (d) => stalls[d][cause])), line('latency', (d) => latency[d].total)];
  return `what the cycles of requests went to; causes add up to the latency\n${plainTable(['cause', ...seen.flatMap((d) => [`${d}: cycles`, 'a request', '%'])], cells)}\n`;
}

function causeTable({ causes, stalls }: DramRunReport): string {
  const met = CAUSES.filter((cause) => DIRECTIONS.some((d) => stalls[d][cause] > 0));
  const cells = DIRECTIONS.flatMap((d) => causes[d].map(({ from, to, requests, cycles }) => [d, spanText(from, to), requests, ...met.map((cause) => round(cycles[cause] / requests, 1))]));
  return `mean cycles of each cause, by how long requests took\n${plainTable(['', 'cycles', 'requests', ...met], cells)}\n`;
}

function energyText({ energy }: DramRunReport): string {
  const { parts, nJ, mW, pJPerByte, scale } = energy;
  const cells = parts.filter((p) => p.amount > 0).map((p) => [p.name, Number(p.value.toPrecision(6)), p.unit, p.amount, round(p.nJ, 1), shareOf(p.nJ, nJ), p.source === ENERGY_SOURCE ? p.formula : [p.source, p.formula].filter((t) => t !== '').join(': ')]);
  const byte = pJPerByte === undefined ? '' : `, ${pJPerByte.toFixed(1)} pJ a byte`;
  return [
    `energy ${nJ.toFixed(1)} nJ, ${mW.toFixed(1)} mW${byte}, without the interface`,
    `currents of ${ENERGY_SOURCE}, of a channel of 128 bits; fitted ${scale}`,
    plainTable(['parameter', 'value', 'unit', 'times', 'nJ', '%', 'of'], cells),
    '',
  ].join('\n');
}

export const energyPart = (energy: EnergyReport): DramRunReport['energy'] => ({ ...energy, scale: ENERGY_SCALE });
