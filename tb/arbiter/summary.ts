import { starvedBy, type Policy } from '../../src/index.ts';
import type { Run } from './channel.ts';
import { PHASES } from './commands.ts';
import type { HostRequest } from './host.ts';
import type { PimWork } from './work.ts';

/** One policy under one load. Cycles, unless said otherwise. */
export interface Summary {
  readonly policy: string;
  readonly rate: number;
  readonly cycles: number;
  readonly hostEnd: number;
  readonly pimEnd: number;
  /** The host alone and then PIM alone take so many times these cycles. */
  readonly gain: number;
  /** Bytes a cycle, until the last host request is answered. */
  readonly bandwidth: number;
  readonly latency: { readonly mean: number; readonly p99: number; readonly longest: number };
  /** Until the last PIM request is done. */
  readonly triggersPerCycle: number;
  readonly switchesToPim: Readonly<Record<string, number>>;
  readonly switchesToHost: Readonly<Record<string, number>>;
  readonly phases: Readonly<Record<(typeof PHASES)[number], number>>;
  readonly toPim: { readonly mean: number; readonly longest: number };
  readonly toHost: { readonly mean: number; readonly longest: number };
  readonly rowsLost: number;
  readonly hostWaitLongest: number;
  readonly pimWaitLongest: number;
  /** Parts of the requests of a class that were done when the other class had finished. */
  readonly hostMeanwhile: number;
  readonly pimMeanwhile: number;
  /** Classes that may wait for ever, by the rule. */
  readonly starves: readonly string[];
}

const sum = (list: Iterable<number>): number => [...list].reduce((a, b) => a + b, 0);
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

export function summarise(policy: Policy, rate: number, run: Run, host: readonly HostRequest[], work: PimWork, burstBytes: number, serial: number): Summary {
  const { statistics: s, latencies } = run;
  const sorted = [...latencies].sort((a, b) => a - b);
  const phase = (...of: readonly (typeof PHASES)[number][]): number => sum(of.map((p) => s.phaseCycles[PHASES.indexOf(p)]!));
  const reasons = (counts: readonly number[], terms: Policy['toPim']): Record<string, number> => Object.fromEntries(['idle', ...terms.map((t) => t.reason)].map((name, i) => [name, counts[i]!]));
  return {
    policy: policy.name,
    rate,
    cycles: run.cycles,
    hostEnd: run.hostEnd,
    pimEnd: run.pimEnd,
    gain: serial / run.cycles,
    bandwidth: ratio(host.length * burstBytes, run.hostEnd),
    latency: { mean: ratio(sum(sorted), sorted.length), p99: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0, longest: sorted.at(-1) ?? 0 },
    triggersPerCycle: ratio(work.triggers, run.pimEnd),
    switchesToPim: reasons(s.switchesToPim, policy.toPim),
    switchesToHost: reasons(s.switchesToHost, policy.toHost),
    phases: Object.fromEntries(PHASES.map((p) => [p, phase(p)])) as Summary['phases'],
    toPim: { mean: ratio(phase('DRAIN', 'CLOSE', 'ENTER'), sum(s.switchesToPim)), longest: s.toPimLongest },
    toHost: { mean: ratio(phase('FINISH', 'LEAVE'), sum(s.switchesToHost)), longest: s.toHostLongest },
    rowsLost: s.rowsLost,
    hostWaitLongest: s.hostWaitLongest,
    pimWaitLongest: s.pimWaitLongest,
    hostMeanwhile: ratio(run.hostDoneFirst, host.length),
    pimMeanwhile: ratio(run.pimDoneFirst, work.requests.length),
    starves: starvedBy(policy),
  };
}

/** What one round trip costs on average, from the phases and the commands in them. */
export interface RoundTrip {
  readonly load: string;
  readonly trips: number;
  readonly phases: Readonly<Record<string, number>>;
  readonly toPim: number;
  readonly toHost: number;
  /** Commands of both pseudo-channels, by kind. */
  readonly commands: Readonly<Record<string, number>>;
  /** Cycles without a command. */
  readonly waits: number;
}

const AWAY = ['DRAIN', 'CLOSE', 'ENTER'] as const;
const BACK = ['FINISH', 'LEAVE'] as const;

export function roundTrip(load: string, { statistics: s, commands }: Run): RoundTrip {
  const [out, back] = [sum(s.switchesToPim), sum(s.switchesToHost)];
  const each = (p: (typeof PHASES)[number], trips: number): number => ratio(s.phaseCycles[PHASES.indexOf(p)]!, trips);
  const phases = Object.fromEntries([...AWAY.map((p) => [p, each(p, out)] as const), ...BACK.map((p) => [p, each(p, back)] as const)]);
  const total: Record<string, number> = {};
  for (const [list, trips] of [[AWAY, out], [BACK, back]] as const) {
    for (const p of list) for (const [kind, n] of Object.entries(commands.counts[PHASES.indexOf(p)]!)) total[kind] = (total[kind] ?? 0) + ratio(n, trips);
  } // prettier-ignore
  const { busy = 0, ...kinds } = total;
  const toPim = sum(AWAY.map((p) => phases[p]!));
  const toHost = sum(BACK.map((p) => phases[p]!));
  return { load, trips: back, phases, toPim, toHost, commands: kinds, waits: toPim + toHost - busy };
}
