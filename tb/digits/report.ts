import Table from 'cli-table3';
import type { SweepRow } from './sweep.ts';

export interface ImageRow {
  readonly image: string;
  readonly label: number | undefined;
  readonly prediction: number;
  readonly cycles: number;
  readonly mvms: number;
  readonly saturations: number;
  /** Compared with the golden network, because no ADC saturated. */
  readonly exact: boolean;
}

export interface LayerRow {
  readonly layer: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly crossbars: number;
  readonly mvms: number;
  readonly cycles: number;
  readonly programmingCycles: number;
  readonly conversions: number;
  readonly saturations: number;
}

export function imageLine({ image, label, prediction, cycles, mvms, saturations, exact }: ImageRow): string {
  const verdict = label === undefined ? '' : label === prediction ? '  right' : '  WRONG';
  return `${image.padEnd(14)} label ${label ?? '-'}  read ${prediction}${verdict.padEnd(8)} ${String(cycles).padStart(8)} cycles ${String(mvms).padStart(5)} MVMs ${String(saturations).padStart(6)} saturations${exact ? '  = golden' : ''}`;
}

type Cell = string | number;

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const t = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) t.push([...row]);
  return t.toString();
}

export function layerTable(rows: readonly LayerRow[]): string {
  const total = (of: (r: LayerRow) => number): number => rows.reduce((sum, r) => sum + of(r), 0);
  return table(
    ['layer', 'matrix', 'crossbars', 'MVMs', 'cycles', 'programming', 'conversions', 'saturations'],
    [
      ...rows.map((r) => [r.layer, `${r.outputs} x ${r.inputs}`, r.crossbars, r.mvms, r.cycles, r.programmingCycles, r.conversions, r.saturations]),
      ['total', '', total((r) => r.crossbars), total((r) => r.mvms), total((r) => r.cycles), total((r) => r.programmingCycles), total((r) => r.conversions), total((r) => r.saturations)],
    ],
  );
}

export function sweepTable(rows: readonly SweepRow[]): string {
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
  return table(
    ['ADC bits', 'accuracy', 'as exact integers', 'saturated conversions'],
    rows.map((r) => [String(r.adcBits), percent(r.accuracy), percent(r.agreement), `${((100 * r.saturations) / r.conversions).toFixed(4)} %`]),
  );
}
