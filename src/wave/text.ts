import { fail } from '../diag/index.ts';
import { cropRecording, digest, withRadix, type RadixChoice, type RecordedSignal, type Recording, type WindowOptions } from './recording.ts';
import { cutText, timeText, valueText, type WaveValue } from './value.ts';

export interface TextWaveOptions extends WindowOptions {
  /** Characters of the longest line; default 100. What does not fit is cut off at the right, and the first line says so. */
  readonly width?: number;
  /** Time of one column; default the largest that shows every change of the window, i.e. their greatest common divisor. */
  readonly stepPs?: number;
  /** Characters of one column, 2 to 16; default as few as show every value, but 4 at most where wider ones would cut off the end. */
  readonly cell?: number;
  /** How to show vectors that do not say it themselves, default hex; or a radix for each glob, e.g. `{ '**.count': 'dec' }`. */
  readonly radix?: RadixChoice;
}

/**
 * Waves as text, for inline snapshots:
 *
 *     0 .. 40 ns, 5 ns a column
 *     clk    /‾\_/‾\_/‾\_/‾\_
 *     enable ____/‾‾‾‾‾‾‾‾‾‾‾
 *     value  X00     X01 X02
 *     3 signals, 12 changes, digest 5a3c1b0d9e21
 *
 * A bit is high, low, `x` or `z`; a vector is a cell that begins with `X` where it changes; an event is `!`; `*` in place of an edge or an
 * `X` means that more than one change lies in that column. A value that does not fit is cut at `…`: numbers keep their low digits, names and reals their beginning. The last line's digest is over
 * the whole recording, all signals and all times, so that a cropped picture still pins everything.
 *
 * Errors: `wave-glob-empty`, `wave-window`, `wave-picture` for a bad width, step or cell.
 */
export function textWave(recording: Recording, options: TextWaveOptions = {}): string {
  const { timescalePs } = recording;
  const part = withRadix(cropRecording(recording, options), options.radix);
  const { width = 100 } = options;
  if (!(width >= 20)) fail('wave-picture', `a text wave of ${width} characters is too narrow`, { hint: 'give it 20 or more' });
  if (options.cell !== undefined && !(Number.isInteger(options.cell) && options.cell >= 2 && options.cell <= 16)) {
    fail('wave-picture', `a column cannot be ${options.cell} characters wide`, { hint: '2 to 16' });
  }
  if (options.stepPs !== undefined && !(options.stepPs > 0)) fail('wave-picture', `a column cannot stand for ${options.stepPs} ps`);
  const from = part.startTime;
  const step = options.stepPs === undefined ? commonStep(part) : options.stepPs / timescalePs;
  const names = shortNames(part.signals.map((s) => s.path));
  const nameWidth = Math.max(...names.map((n) => n.length)) + 1;
  const total = Math.max(1, Math.ceil((part.endTime - from) / step));
  const cell = options.cell ?? fittingCell(part, from, step, Math.max(4, Math.min(12, Math.floor((width - nameWidth) / total))));
  const columns = Math.max(1, Math.min(total, Math.floor((width - nameWidth) / cell)));

  const end = from + columns * step;
  const cropped = end < part.endTime ? ` (of ${timeText(part.endTime * timescalePs)})` : '';
  const lines = [`${timeText(from * timescalePs)} .. ${timeText(Math.min(end, part.endTime) * timescalePs)}${cropped}, ${timeText(step * timescalePs)} a column`];
  part.signals.forEach((signal, i) => lines.push((names[i]!.padEnd(nameWidth) + row(signal, from, step, columns, cell)).trimEnd()));
  const all = recording.signals;
  const changes = all.reduce((sum, s) => sum + s.changes.length, 0);
  lines.push(`${all.length} signal${all.length === 1 ? '' : 's'}, ${changes} change${changes === 1 ? '' : 's'}, digest ${digest(recording)}`);
  return lines.join('\n');
}

/** Paths without the scopes that all of them share. */
export function shortNames(paths: readonly string[]): string[] {
  const first = paths[0] ?? '';
  let common = first.lastIndexOf('.') + 1;
  for (const path of paths) {
    while (common > 0 && !path.startsWith(first.slice(0, common))) common = first.lastIndexOf('.', common - 2) + 1;
  }
  return paths.map((path) => path.slice(common));
}

/** The greatest common divisor of the distances of all changes from the start, and of the window itself. */
function commonStep({ signals, startTime, endTime }: Recording): number {
  let step = endTime - startTime;
  for (const { changes } of signals) for (const [time] of changes) step = gcd(step, time - startTime);
  // Windows need not begin on a tick, and then there is no divisor.
  return step > 0 && Number.isInteger(step) ? step : Math.max(1, Math.ceil((endTime - startTime) / 64));
}

function gcd(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/** The narrowest column in which every value can be read; a value may run on until the next change. */
function fittingCell({ signals, endTime }: Recording, from: number, step: number, most: number): number {
  let cell = 2;
  for (const signal of signals) {
    if (isBit(signal) || signal.kind === 'event') continue;
    signal.changes.forEach(([time, value], i) => {
      const until = signal.changes[i + 1]?.[0] ?? endTime;
      const columns = Math.max(1, Math.floor((until - from) / step) - Math.floor((time - from) / step));
      const need = Math.ceil((valueText(value, signal).length + 1) / columns);
      cell = Math.max(cell, Math.min(most, need));
    });
  }
  return cell;
}

function isBit({ kind, width, enum: names, radix }: RecordedSignal): boolean {
  return kind === 'bits' && width === 1 && names === undefined && radix !== 'enum';
}

function row(signal: RecordedSignal, from: number, step: number, columns: number, cell: number): string {
  // What each column begins with and how often it changes there.
  const values: (WaveValue | undefined)[] = Array<WaveValue | undefined>(columns).fill(undefined);
  const counts = new Uint32Array(columns);
  for (const [time, value] of signal.changes) {
    const column = Math.floor((time - from) / step);
    if (column >= columns) break;
    values[column] = value;
    counts[column]!++;
  }
  if (signal.kind === 'event') return [...counts].map((n) => (n > 1 ? '*' : n === 1 ? '!' : ' ').padEnd(cell)).join('');
  return isBit(signal) ? bitRow(values, counts, cell) : vectorRow(values, counts, cell, (value, room) => cutText(valueText(value, signal), room, signal).padEnd(room));
}

const LEVEL: Readonly<Record<string, string>> = { '0': '_', '1': '‾', x: 'x', z: 'z' };

function bitRow(values: readonly (WaveValue | undefined)[], counts: Uint32Array, cell: number): string {
  let out = '';
  let level = ' ';
  values.forEach((value, i) => {
    const next = value === undefined ? level : (LEVEL[String(value)] ?? 'x');
    const rises = level === '_' && next === '‾';
    const falls = level === '‾' && next === '_';
    // The first column has no edge: what was before the window is not known.
    out += (counts[i]! > 1 ? '*' : rises ? '/' : falls ? '\\' : next) + next.repeat(cell - 1);
    level = next;
  });
  return out;
}

function vectorRow(values: readonly (WaveValue | undefined)[], counts: Uint32Array, cell: number, show: (value: WaveValue, room: number) => string): string {
  let out = '';
  for (let i = 0; i < values.length; ) {
    let stop = i + 1;
    while (stop < values.length && counts[stop] === 0) stop++;
    const room = (stop - i) * cell - 1;
    const value = values[i];
    const mark = value === undefined ? ' ' : counts[i]! > 1 ? '*' : 'X';
    out += mark + (value === undefined ? ' '.repeat(room) : show(value, room));
    i = stop;
  }
  return out;
}
