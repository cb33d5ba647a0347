import { fail } from '../diag/index.ts';
import { cropRecording, valueAt, withRadix, type RadixChoice, type RecordedSignal, type Recording, type WindowOptions } from './recording.ts';
import { shortNames } from './text.ts';
import { cutText, timeText, valueText, type WaveValue } from './value.ts';

export interface SvgWaveOptions extends WindowOptions {
  /** Pixels of the whole picture; default 900. */
  readonly width?: number;
  /** How to show vectors that do not say it themselves, default hex; or a radix for each glob. */
  readonly radix?: RadixChoice;
  /** Above the picture. */
  readonly title?: string;
}

const ROW = 28;
const HIGH = 5;
const LOW = 22;
const MIDDLE = (HIGH + LOW) / 2;
const CHAR = 6.7;
const EDGE = 3;
const AXIS = 24;

/** Colours follow the reader's light or dark page; the fallback background keeps the picture readable where styles are stripped. */
const STYLE = `
.bg{fill:#fff}.grid{stroke:#d8dee6}.name,.time,.value{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1f2933}.title{font:bold 13px sans-serif;fill:#1f2933}
.time{fill:#66717f;text-anchor:middle}.name{text-anchor:end}.value{text-anchor:middle}
.bit{fill:none;stroke:#12805c;stroke-width:1.5}.bus{fill:#e6f4ef;stroke:#12805c}.odd{fill:#fde2e2;stroke:#c53030}.dense{fill:#12805c;fill-opacity:.45;stroke:none}.event{stroke:#b7791f;stroke-width:1.5;fill:none}
@media (prefers-color-scheme:dark){.bg{fill:#0d1117}.grid{stroke:#2a313a}.name,.value,.title{fill:#e6edf3}.time{fill:#8b949e}.bit,.bus{stroke:#3fb68b}.bus{fill:#12352a}.odd{fill:#4a1d1d;stroke:#f47067}.dense{fill:#3fb68b}}
`.trim();

/**
 * An SVG picture of a window: bits as lines, vectors as hexagons with values or names, events as arrows, a time axis. Values that are
 * unknown are red; stretches with changes closer than two pixels are a solid band, so that nothing is left out without being seen.
 *
 * Errors: `wave-glob-empty`, `wave-window`, `wave-picture`.
 */
export function svgWave(recording: Recording, options: SvgWaveOptions = {}): string {
  const part = withRadix(cropRecording(recording, options), options.radix);
  const { width = 900, title } = options;
  const { timescalePs, startTime, endTime, signals } = part;
  const names = shortNames(signals.map((s) => s.path));
  const left = Math.ceil(Math.max(...names.map((n) => n.length)) * CHAR) + 16;
  const right = width - 24;
  if (!(right - left >= 100)) fail('wave-picture', `a picture of ${width} pixels has no room beside names of ${left} pixels`, { hint: 'give a larger width or fewer scopes' });
  if (endTime === startTime) fail('wave-window', 'a picture needs a stretch of time, and the window is one moment');
  const top = title === undefined ? 4 : 26;
  const height = top + signals.length * ROW + AXIS;
  const x = (time: number): number => left + ((time - startTime) / (endTime - startTime)) * (right - left);

  const out = [`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`, `<style>${STYLE}</style>`, `<rect class="bg" width="${width}" height="${height}"/>`];
  if (title !== undefined) out.push(`<title>${escape(title)}</title>`, `<text class="title" x="8" y="17">${escape(title)}</text>`);
  const bottom = top + signals.length * ROW;
  for (const time of ticks(startTime * timescalePs, endTime * timescalePs, Math.floor((right - left) / 90))) {
    const at = round(x(time / timescalePs));
    out.push(`<path class="grid" d="M${at} ${top}V${bottom}"/>`, `<text class="time" x="${at}" y="${bottom + 15}">${timeText(time)}</text>`);
  }
  signals.forEach((signal, i) => {
    const y = top + i * ROW;
    out.push(`<text class="name" x="${left - 8}" y="${y + MIDDLE + 4}">${escape(names[i]!)}</text>`);
    if (signal.kind === 'event') out.push(eventPath(signal, x, y));
    else if (signal.kind === 'bits' && signal.width === 1 && signal.enum === undefined) out.push(...bitPaths(signal, part, x, y));
    else out.push(...busPaths(signal, part, x, y));
  });
  out.push('</svg>');
  return `${out.filter((line) => line !== '').join('\n')}\n`;
}

type Scale = (time: number) => number;

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly value: WaveValue | undefined;
  /** More than one change within two pixels. */
  readonly dense: boolean;
}

/** The window cut at the changes; neighbours that are too narrow to tell apart become one dense piece. */
function pieces(signal: RecordedSignal, { startTime, endTime }: Recording, x: Scale): Piece[] {
  const list: Piece[] = [];
  const add = (piece: Piece): void => {
    const last = list.at(-1);
    if (piece.dense && last?.dense === true) list[list.length - 1] = { ...last, to: piece.to, value: piece.value };
    else list.push(piece);
  };
  const changes = signal.changes.filter(([time]) => time > startTime && time < endTime);
  let from = startTime;
  let value = valueAt(signal, startTime);
  for (const [time, next] of changes) {
    add({ from: x(from), to: x(time), value, dense: x(time) - x(from) < 2 });
    from = time;
    value = next;
  }
  add({ from: x(from), to: x(endTime), value, dense: false });
  return list;
}

const isKnown = (value: WaveValue | undefined, { kind }: RecordedSignal): boolean => kind === 'string' || typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value));

function bitPaths(signal: RecordedSignal, part: Recording, x: Scale, y: number): string[] {
  const out: string[] = [];
  let path = '';
  for (const { from, to, value, dense } of pieces(signal, part, x)) {
    if (dense) out.push(`<path class="dense" d="M${round(from)} ${y + HIGH}H${round(to)}V${y + LOW}H${round(from)}z"/>`);
    const level = dense ? undefined : value === 1 ? y + HIGH : value === 0 ? y + LOW : undefined;
    if (level === undefined) {
      if (path !== '') out.push(`<path class="bit" d="${path}"/>`);
      path = '';
      if (!dense && value !== undefined) out.push(box(from, to, y, 'odd'));
    } else path += `${path === '' ? `M${round(from)} ${level}` : `V${level}`}H${round(to)}`;
  }
  if (path !== '') out.push(`<path class="bit" d="${path}"/>`);
  return out;
}

function busPaths(signal: RecordedSignal, part: Recording, x: Scale, y: number): string[] {
  return pieces(signal, part, x).flatMap(({ from, to, value, dense }) => {
    if (dense) return [`<path class="dense" d="M${round(from)} ${y + HIGH}H${round(to)}V${y + LOW}H${round(from)}z"/>`];
    if (value === undefined) return [];
    const shape = box(from, to, y, isKnown(value, signal) ? 'bus' : 'odd');
    const room = Math.floor((to - from - 2 * EDGE) / CHAR);
    if (room < 1) return [shape];
    const label = cutText(valueText(value, signal), room, signal);
    return [shape, `<text class="value" x="${round((from + to) / 2)}" y="${y + MIDDLE + 4}">${escape(label)}</text>`];
  });
}

function eventPath({ changes }: RecordedSignal, x: Scale, y: number): string {
  const path = changes.map(([time]) => `M${round(x(time))} ${y + LOW}V${y + HIGH}l-3 5m3 -5l3 5`).join('');
  return path === '' ? '' : `<path class="event" d="${path}"/>`;
}

/** A hexagon, or a rectangle where there is no room for its corners. */
function box(from: number, to: number, y: number, style: string): string {
  const edge = Math.min(EDGE, (to - from) / 2);
  const [a, b, c, d] = [from, from + edge, to - edge, to].map(round);
  return `<path class="${style}" d="M${a} ${y + MIDDLE}L${b} ${y + HIGH}H${c}L${d} ${y + MIDDLE}L${c} ${y + LOW}H${b}z"/>`;
}

/** Round times, at most `count` of them. */
function ticks(fromPs: number, toPs: number, count: number): number[] {
  const rough = (toPs - fromPs) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough) ?? 10 * power;
  const list: number[] = [];
  for (let n = Math.ceil(fromPs / step); n * step <= toPs; n++) list.push(n * step);
  return list;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
