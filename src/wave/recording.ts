import { createHash } from 'node:crypto';
import { fail } from '../diag/index.ts';
import { placedVars, planTrace, type Radix, type TraceEnum, type Tracer, type TracePlan, type TraceScope, type TraceSlot } from './declare.ts';
import { compileGlob, matchPaths, splitPatterns } from './glob.ts';
import type { WaveValue } from './value.ts';

/** A time in ticks and the value from then on. */
export type Change = readonly [time: number, value: WaveValue];

export interface RecordedSignal {
  /** Dotted, e.g. `top.core.adc`. */
  readonly path: string;
  readonly kind: 'bits' | 'real' | 'event' | 'string';
  /** Bits. */
  readonly width: number;
  readonly radix?: Radix;
  readonly enum?: TraceEnum;
  /** In the order of time; for an event every occurrence. Aliases share one array. */
  readonly changes: readonly Change[];
}

/** Waves in memory: what pictures are made from. Times are ticks of `timescalePs` picoseconds. */
export interface Recording {
  readonly timescalePs: number;
  /** First and last moment covered, in ticks. */
  readonly startTime: number;
  readonly endTime: number;
  readonly signals: readonly RecordedSignal[];
}

/** A part of a recording. */
export interface WindowOptions {
  /** Glob over dotted paths (see `compileGlob`); default all. A signal that was picked by several patterns appears once. */
  readonly signals?: string | readonly string[];
  /** Picoseconds; default the start of the recording. */
  readonly fromPs?: number;
  /** Picoseconds; default the end of the recording. */
  readonly toPs?: number;
}

/**
 * The signals and the stretch of time asked for. Signals come in the order of the patterns, so that a picture's rows can be arranged. The
 * value at the start of the window becomes a change at its start.
 *
 * Errors: `wave-glob-empty`, `wave-window` (empty, or outside the recording).
 */
export function cropRecording(recording: Recording, { signals, fromPs, toPs }: WindowOptions): Recording {
  const { timescalePs } = recording;
  const from = fromPs === undefined ? recording.startTime : fromPs / timescalePs;
  const to = toPs === undefined ? recording.endTime : toPs / timescalePs;
  if (!(from <= to) || from > recording.endTime || to < recording.startTime) {
    fail('wave-window', `no part of the recording lies between ${from * timescalePs} ps and ${to * timescalePs} ps`, {
      hint: `it covers ${recording.startTime * timescalePs} ps to ${recording.endTime * timescalePs} ps`,
    });
  }
  const chosen = signals === undefined ? recording.signals : pick(recording, signals);
  if (from === recording.startTime && to === recording.endTime) return { ...recording, signals: chosen };
  return {
    timescalePs,
    startTime: from,
    endTime: to,
    signals: chosen.map((signal) => ({ ...signal, changes: cropChanges(signal, from, to) })),
  };
}

/** One radix for all vectors, or one for each glob. What a signal says itself goes before the former and after the latter. */
export type RadixChoice = Radix | Readonly<Record<string, Radix>>;

/** Gives signals a radix for a picture. Errors: `wave-glob-empty`. */
export function withRadix(recording: Recording, choice: RadixChoice | undefined): Recording {
  if (choice === undefined) return recording;
  if (typeof choice === 'string') {
    const signals = recording.signals.map((s) => (s.radix === undefined && s.enum === undefined && s.width > 1 ? { ...s, radix: choice } : s));
    return { ...recording, signals };
  }
  let { signals } = recording;
  for (const [glob, radix] of Object.entries(choice)) {
    matchPaths(glob, signals.map((s) => s.path));
    const matches = compileGlob(glob);
    signals = signals.map((s) => (matches(s.path) ? { ...s, radix } : s));
  }
  return { ...recording, signals };
}

function pick(recording: Recording, patterns: string | readonly string[]): RecordedSignal[] {
  const paths = recording.signals.map((s) => s.path);
  const list = splitPatterns(patterns);
  const allowed = new Set(matchPaths(list, paths));
  const ordered = new Set(list.filter((p) => !p.startsWith('!')).flatMap((p) => matchPaths(p, paths)));
  const order = [...(ordered.size === 0 ? allowed : ordered)].filter((path) => allowed.has(path));
  const byPath = new Map(recording.signals.map((s) => [s.path, s]));
  return order.map((path) => byPath.get(path)!);
}

function cropChanges({ kind, changes }: RecordedSignal, from: number, to: number): Change[] {
  const inside = changes.filter(([time]) => time >= from && time <= to);
  if (kind === 'event' || inside[0]?.[0] === from) return inside;
  const before = changes.findLast(([time]) => time < from);
  return before === undefined ? inside : [[from, before[1]], ...inside];
}

/** The value of a signal at a time in ticks; undefined before its first. */
export function valueAt({ changes }: RecordedSignal, time: number): WaveValue | undefined {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (changes[middle]![0] <= time) low = middle + 1;
    else high = middle;
  }
  return changes[low - 1]?.[1];
}

/** Twelve hex digits of the SHA-256 of every signal and change: two recordings with the same digest hold the same waves. */
export function digest(recording: Recording): string {
  const hash = createHash('sha256');
  hash.update(`${recording.timescalePs} ${recording.startTime} ${recording.endTime}\n`);
  for (const { path, kind, width, changes } of recording.signals) {
    hash.update(`${kind} ${width} ${path}\n`);
    for (const [time, value] of changes) hash.update(`${time} ${Object.is(value, -0) ? '-0' : String(value)}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}

/** Takes samples of a state image like a `VcdWriter` and keeps them as a {@link Recording}. For windows, not for gigabytes. */
export class Recorder implements Tracer {
  readonly #plan: TracePlan;
  readonly #changes: Change[][];
  #start: number | undefined;
  #end = 0;
  #off = false;

  /** Errors are those of `planTrace`. */
  constructor(top: TraceScope) {
    this.#plan = planTrace(top);
    this.#changes = this.#plan.slots.map(() => []);
  }

  sample(timePs: number, words: Int32Array, reals?: Float64Array): void {
    if (this.#off) fail('wave-state', `a sample at ${timePs} ps while the recording is off`, { hint: 'call on(...) with the image first' });
    this.#advance(timePs);
    this.#take(timePs, words, reals);
  }

  off(timePs: number): void {
    if (this.#off) fail('wave-state', `the recording is turned off at ${timePs} ps and is off already`);
    this.#advance(timePs);
    this.#off = true;
    this.#plan.slots.forEach(({ kind, width }, i) => {
      if (kind !== 'event') this.#put(i, timePs, kind === 'bits' ? 'x'.repeat(width) : NaN);
    });
  }

  on(timePs: number, words: Int32Array, reals?: Float64Array): void {
    if (!this.#off) fail('wave-state', `the recording is turned on at ${timePs} ps and is not off`);
    this.#advance(timePs);
    this.#off = false;
    this.#take(timePs, words, reals);
  }

  close(timePs?: number): void {
    if (timePs !== undefined && timePs > this.#end) this.#end = timePs;
  }

  /** What has been taken so far. */
  recording(): Recording {
    const signals = [...placedVars(this.#plan.top)].map(({ path, slot, variable }): RecordedSignal => ({
      path,
      kind: this.#plan.slots[slot]!.kind,
      width: variable.width,
      ...(variable.radix === undefined ? {} : { radix: variable.radix }),
      ...(variable.enum === undefined ? {} : { enum: variable.enum }),
      changes: this.#changes[slot]!,
    }));
    return { timescalePs: 1, startTime: this.#start ?? 0, endTime: this.#end, signals };
  }

  #advance(timePs: number): void {
    if (!Number.isSafeInteger(timePs) || timePs < 0 || (this.#start !== undefined && timePs <= this.#end)) {
      fail('wave-time', `a sample at ${timePs} ps after ${this.#start === undefined ? 'the start' : `one at ${this.#end} ps`}`, {
        hint: 'times are whole picoseconds from 0 on and each is later than the one before',
      });
    }
    this.#start ??= timePs;
    this.#end = timePs;
  }

  #take(timePs: number, words: Int32Array, reals: Float64Array | undefined): void {
    const plan = this.#plan;
    if (words.length < plan.words || (reals?.length ?? 0) < plan.reals) {
      fail('wave-image', `the state image has ${words.length} words and ${reals?.length ?? 0} reals; the traced variables reach to ${plan.words} and ${plan.reals}`);
    }
    plan.slots.forEach((slot, i) => {
      if (slot.kind !== 'event') this.#put(i, timePs, slot.kind === 'real' ? reals![slot.offset]! : bitsOf(slot, words));
      else if (words[slot.offset] !== 0) this.#changes[i]!.push([timePs, 1]);
    });
  }

  #put(slot: number, timePs: number, value: WaveValue): void {
    const changes = this.#changes[slot]!;
    const last = changes.at(-1);
    if (last === undefined || !Object.is(last[1], value)) changes.push([timePs, value]);
  }
}

function bitsOf({ width, offset, words: count }: TraceSlot, words: Int32Array): number | bigint {
  if (width <= 32) return words[offset]! >>> 0;
  let value = 0n;
  for (let w = offset + count - 1; w >= offset; w--) value = (value << 32n) | BigInt(words[w]! >>> 0);
  return value;
}
