import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fail, suggest } from '../diag/index.ts';
import type { Radix } from '../wave/declare.ts';
import { summary, summaryText } from '../wave/summary.ts';
import { svgWave } from '../wave/svg.ts';
import { textWave } from '../wave/text.ts';
import { timeText } from '../wave/value.ts';
import { readVcd, type VcdFile } from '../wave/vcd-reader.ts';
import { saveFileHints, withHints } from './gtkw.ts';
import type { Io } from './io.ts';
import { jsonValue } from './json.ts';
import { existing } from './load.ts';
import { EXIT } from './report.ts';
import { parseTime } from '../wave/times.ts';

export interface WaveOptions {
  readonly signals?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: boolean;
  /** A file, or `-`. */
  readonly svg?: string;
  readonly radix?: string;
  readonly width?: string;
  readonly json?: boolean;
}

export const RADIXES: readonly Radix[] = ['bin', 'oct', 'dec', 'signed', 'hex', 'ascii', 'real'];

/** Shows what is in a VCD: a summary of all of it, or a window as text, as a picture or as changes in JSON. */
export function wave(file: string, options: WaveOptions, io: Io): number {
  const path = existing(file, io);
  const { signals, json = false } = options;
  const fromPs = options.from === undefined ? undefined : parseTime(options.from, '--from');
  const toPs = options.to === undefined ? undefined : parseTime(options.to, '--to');
  const radix = parseRadix(options.radix);
  const width = parseWidth(options.width);
  const window = { ...(signals !== undefined && { signals }), ...(fromPs !== undefined && { fromPs }), ...(toPs !== undefined && { toPs }) };
  // Who asks for a window wants to see it.
  const wanted = options.text === true || options.svg !== undefined || radix !== undefined || Object.keys(window).length > 0;
  if (!wanted) {
    const s = summary(path);
    io.out(json ? `${JSON.stringify(jsonValue({ file, ...s }))}\n` : `${summaryText(s)}\n`);
    return EXIT.ok;
  }

  // A run that goes on still writes: what is there is shown.
  const read = withHints(readVcd(path, { ...window, allowTruncated: true }), saveFileHints(path));
  if (read.truncated !== undefined) io.err(`${io.colors.err.yellow('warning:')} ${file} is cut off: ${read.truncated}\n`);
  // A radix that is asked for goes before the one in the save file.
  const choice = radix === undefined ? {} : { radix: Object.fromEntries(read.signals.filter((s) => s.kind === 'bits' && s.width > 1).map((s) => [s.path, radix])) };
  if (options.svg !== undefined) {
    const svg = svgWave(read, { ...window, ...choice, title: titleOf(file, read), ...(width !== undefined && { width }) });
    if (options.svg === '-') io.out(`${svg}\n`);
    else {
      const to = resolve(io.cwd, options.svg);
      try {
        writeFileSync(to, svg);
      } catch (error) {
        fail('wave-file', `cannot write ${options.svg}: ${error instanceof Error ? error.message : String(error)}`);
      }
      io.err(`wrote ${options.svg}\n`);
    }
  }
  if (json && options.svg !== '-') io.out(`${JSON.stringify(asJson(file, read))}\n`);
  else if (options.text === true || options.svg === undefined) io.out(`${textWave(read, { ...window, ...choice, width: width ?? Math.max(60, io.columns) })}\n`);
  return EXIT.ok;
}

function parseRadix(name: string | undefined): Radix | undefined {
  if (name === undefined) return undefined;
  return RADIXES.find((r) => r === name) ?? fail('bad-option', `--radix ${name} is not a radix`, { hint: suggest(name, RADIXES) });
}

function parseWidth(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const width = Number(text);
  return Number.isInteger(width) && width > 0 ? width : fail('bad-option', `--width ${text} is not a positive whole number`, { hint: 'characters for text, pixels for SVG' });
}

function titleOf(file: string, { startTime, endTime, timescalePs }: VcdFile): string {
  return `${basename(file)}  ${timeText(startTime * timescalePs)} .. ${timeText(endTime * timescalePs)}`;
}

/** Changes as `[picoseconds, value]`. */
function asJson(file: string, { signals, startTime, endTime, timescalePs }: VcdFile): unknown {
  return {
    file,
    startPs: startTime * timescalePs,
    endPs: endTime * timescalePs,
    signals: signals.map(({ path, kind, width, changes }) => ({ path, kind, width, changes: changes.map(([time, value]) => [time * timescalePs, jsonValue(value)]) })),
  };
}
