import Table from 'cli-table3';
import type { RoundTrip, Summary } from './summary.ts';

type Cell = string | number;

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const t = new Table({ head: [...head], colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')), style: { head: [], border: [], compact: true } });
  t.push(...rows.map((row) => [...row]));
  return t.toString();
}

const percent = (part: number): string => `${Math.round(100 * part)} %`;
const HEAD = ['policy', 'cycles', 'serial / this', 'host B/cycle', 'latency', 'p99', 'triggers/cycle', 'switches', 'handing over', 'rows lost', 'host waits', 'PIM waits', 'host done', 'PIM done', 'starves'];

export const loadTable = (rows: readonly Summary[]): string =>
  table(HEAD, rows.map((r) => {
      const { DRAIN, CLOSE, ENTER, FINISH, LEAVE } = r.phases;
      return [
        r.policy, r.cycles, r.gain.toFixed(2), r.bandwidth.toFixed(2), r.latency.mean.toFixed(0), r.latency.p99, r.triggersPerCycle.toFixed(3), count(r.switchesToPim) + count(r.switchesToHost),
        percent((DRAIN + CLOSE + ENTER + FINISH + LEAVE) / r.cycles), r.rowsLost, r.hostWaitLongest, r.pimWaitLongest, percent(r.hostMeanwhile), percent(r.pimMeanwhile), r.starves.join(', ') || '-',
      ];
    }),
  ); // prettier-ignore

export const LEGEND = [
  'latency: cycles from when the host has a request to its answer; waits: longest time in which requests wait and none is served;',
  'done: part of a class that was done when the other class had finished; starves: who may wait for ever, by the rule',
].join('\n');

const count = (reasons: Readonly<Record<string, number>>): number => Object.values(reasons).reduce((a, b) => a + b, 0);
const told = (reasons: Readonly<Record<string, number>>): string => Object.entries(reasons).filter(([, n]) => n > 0).map(([name, n]) => `${name} ${n}`).join(', ') || '-'; // prettier-ignore

export const switchTable = (rows: readonly Summary[]): string =>
  table(
    ['policy', 'to PIM', 'to host', 'DRAIN', 'CLOSE', 'ENTER', 'each', 'longest', 'FINISH', 'LEAVE', 'each', 'longest'],
    rows.map(({ policy, switchesToPim, switchesToHost, phases: p, toPim, toHost }) => [policy, told(switchesToPim), told(switchesToHost), p.DRAIN, p.CLOSE, p.ENTER, toPim.mean.toFixed(0), toPim.longest, p.FINISH, p.LEAVE, toHost.mean.toFixed(0), toHost.longest]),
  );

export function tripTable(trips: readonly RoundTrip[]): string {
  const kinds = [...new Set(trips.flatMap((t) => Object.keys(t.commands)))];
  const cell = (n: number): string => n.toFixed(1);
  return table(
    ['load', 'trips', 'DRAIN', 'CLOSE', 'ENTER', 'to PIM', 'FINISH', 'LEAVE', 'back', 'both', ...kinds, 'no command'],
    trips.map(({ load, trips: n, phases: p, toPim, toHost, commands, waits }) => [load, n, cell(p['DRAIN']!), cell(p['CLOSE']!), cell(p['ENTER']!), cell(toPim), cell(p['FINISH']!), cell(p['LEAVE']!), cell(toHost), cell(toPim + toHost), ...kinds.map((k) => cell(commands[k] ?? 0)), cell(waits)]),
  );
}
