import { fail } from '../diag/index.ts';
import { placedVars, planTrace, type Tracer, type TracePlan, type TraceScope } from './declare.ts';
import { closeOnExit } from './exit.ts';
import { pictureWords, WaveEncoder, type TraceKernel } from './scan.ts';
import type { ByteSink } from './sink.ts';
import { identifierCode, realText, timescaleText } from './vcd-format.ts';
import { headerLines } from './vcd-header.ts';
import { packSlots, type Packing } from './vcd-layout.ts';
import { ownMemory, type LinearMemory } from './wasm.ts';

/** An image that lies in memory of WebAssembly already, and need not be copied to be compared. Its slots do not overlap. */
export interface LivePicture {
  readonly memory: LinearMemory;
  /** `pictureWords` of the traced variables long. */
  readonly words: Int32Array;
}

/** Cycles of one clock, for {@link VcdWriter.stream}. Times are picoseconds. */
export interface Cycles {
  /** Start of the first of them. */
  readonly startPs: number;
  readonly periodPs: number;
  /** From the start of a cycle until the clock falls; less than a period. */
  readonly fallPs: number;
  /** Word of the image that is the clock. */
  readonly clock: number;
}

export interface VcdOptions {
  /** Picoseconds of one tick of the file: 1, 10 or 100 of ps, ns, us, ms or s. Default 1. */
  readonly timescalePs?: number;
  /** Written as it is; without it the file has no date, and the same run gives the same bytes. */
  readonly date?: string;
  readonly version?: string;
  readonly comment?: string;
  /** The image of all samples, if it is one and the same and can be compared where it lies. */
  readonly picture?: LivePicture;
}

const enum State {
  Fresh,
  On,
  Off,
  Closed,
}

/**
 * Writes a Value Change Dump (IEEE 1364-2005, section 18) from samples of a state image.
 *
 * A sample finds and writes what differs without a string for a change of bits (see {@link WaveEncoder}). Memory is constant: one block and
 * two pictures, whatever the length of the trace.
 *
 * Times are picoseconds, grow strictly, and are multiples of the timescale. A sample in which nothing changes costs no bytes.
 *
 * Errors: `wave-timescale`, `wave-time`, `wave-image` (too short, or bits above a value), `wave-state` (sample while off, on while on), `wave-closed`, and those
 * of `planTrace`.
 */
export class VcdWriter implements Tracer {
  readonly plan: TracePlan;
  readonly #sink: ByteSink;
  readonly #forget: () => void;
  readonly #timescalePs: number;
  readonly #encoder: WaveEncoder;
  readonly #packing: Packing;
  readonly #live: Int32Array | undefined;
  readonly #seen: ReadonlySet<number>;
  readonly #events: readonly { readonly offset: number; readonly text: string }[];
  readonly #reals: readonly { readonly offset: number; readonly text: string }[];
  readonly #previousReals: Float64Array;

  #state: State = State.Fresh;
  #timePs = -1;

  constructor(sink: ByteSink, top: TraceScope, options: VcdOptions = {}) {
    const timescalePs = options.timescalePs ?? 1;
    const timescale = timescaleText(timescalePs);
    if (timescale === undefined) {
      fail('wave-timescale', `a VCD file cannot have a timescale of ${timescalePs} ps`, { hint: 'use 1, 10 or 100 of ps (1), ns (1e3), us (1e6), ms (1e9) or s (1e12)' });
    }
    this.plan = planTrace(top);
    this.#sink = sink;
    this.#timescalePs = timescalePs;
    const { slots, words } = this.plan;
    const { picture } = options;
    if (picture !== undefined && picture.words.length < pictureWords(words)) {
      fail('wave-image', `the picture has ${picture.words.length} words and ${pictureWords(words)} are compared`, { hint: 'its length is pictureWords(words)' });
    }
    this.#live = picture?.words;
    this.#packing = picture === undefined ? packSlots(slots) : { slots, runs: [{ image: 0, picture: 0, length: words }], words };
    this.#encoder = new WaveEncoder(this.#packing.slots, this.#packing.words, picture?.memory ?? ownMemory(), picture?.words);
    this.#encoder.stamped = -1;
    this.#seen = new Set(slots.filter((s) => s.kind === 'bits').map((s) => s.offset));
    const coded = slots.map((slot, index) => ({ ...slot, code: identifierCode(index) }));
    this.#events = coded.filter((s) => s.kind === 'event').map(({ offset, code }) => ({ offset, text: `1${code}\n` }));
    this.#reals = coded.filter((s) => s.kind === 'real').map(({ offset, code }) => ({ offset, text: ` ${code}\n` }));
    this.#previousReals = new Float64Array(this.#reals.length);
    for (const line of headerLines(this.plan, { timescale, date: options.date, version: options.version, comment: options.comment })) this.#text(line);
    this.#forget = closeOnExit(this);
  }

  /** Records the image at a time. The first call writes every value, later calls what has changed. */
  sample(timePs: number, words: Int32Array, reals?: Float64Array): void {
    if (this.#state !== State.On) {
      if (this.#state === State.Fresh) return this.#dumpAll('$dumpvars', timePs, words, reals);
      if (this.#state === State.Off) fail('wave-state', `a sample at ${timePs} ps while the dump is off`, { hint: 'call on(...) with the image first' });
    }
    this.#advance(timePs);
    this.#take(words, reals);
    if (this.#encoder.full) this.flush();
    this.#encoder.sample(this.#ticks);
    this.#checkWidths();
    if (this.#events.length > 0) this.#dumpEvents(words);
    if (reals !== undefined && this.#reals.length > 0) this.#scanReals(reals);
  }

  /**
   * Runs a kernel that brings the picture up to date and then moves on by a clock edge, up to `count` times, and records each cycle: as two
   * samples, at its start and when the clock falls. Only with a `picture`, while the dump is on, and without reals and events.
   * What is recorded is the same as from single samples; from one full block to the next nothing but WebAssembly runs.
   *
   * @param done told how many cycles are over, now and then and also before an error of the kernel is passed on; the kernel stops in the next one
   */
  stream(kernel: TraceKernel, count: number, { startPs, periodPs, fallPs, clock }: Cycles, done: (cycles: number) => void): void {
    if (this.#state !== State.On || this.#live === undefined) fail('wave-state', 'cycles are streamed from a picture, after the first sample', { hint: 'give the option picture, and call sample(...) first' });
    const encoder = this.#encoder;
    const scale = this.#timescalePs;
    const last = (cycles: number): void => {
      this.#timePs = startPs + (cycles - 1) * periodPs + fallPs;
    };
    let over = 0;
    while (over < count) {
      this.#live[clock] = 1;
      const beat = { start: (startPs + over * periodPs) / scale, period: periodPs / scale, fall: fallPs / scale, clock: this.#seen.has(clock) ? clock : undefined };
      if (encoder.full) this.flush();
      let cycles: number;
      try {
        cycles = encoder.run(kernel, count - over, beat);
      } catch (error) {
        // The cycle in which a model threw is recorded like any other.
        const start = encoder.interrupted * scale;
        const whole = Math.round((start - startPs) / periodPs);
        if (whole > 0) last(whole);
        this.sample(start, this.#live);
        this.#live[clock] = 0;
        this.sample(start + fallPs, this.#live);
        done(whole - over);
        throw error;
      }
      const stopped = cycles < count - over && encoder.stopped;
      over += cycles;
      last(stopped ? over + 1 : over);
      done(cycles);
      this.#checkWidths();
      if (stopped) return;
    }
  }

  /** Stops recording: every value becomes unknown in the file until {@link on}. */
  off(timePs: number): void {
    if (this.#state === State.Off) fail('wave-state', `the dump is turned off at ${timePs} ps and is off already`);
    this.#advance(timePs);
    this.#state = State.Off;
    this.#stamp();
    this.#text('$dumpoff\n');
    const order = [...this.#packing.slots.keys()].filter((i) => this.#packing.slots[i]!.kind === 'bits').sort((a, b) => this.#packing.slots[a]!.offset - this.#packing.slots[b]!.offset);
    for (const i of order) this.#text(`${this.#packing.slots[i]!.width > 1 ? 'bx ' : 'x'}${identifierCode(i)}\n`);
    for (const { text } of this.#reals) this.#text(`rnan${text}`);
    this.#text('$end\n');
  }

  /** Goes on recording after {@link off}, with every value of the image. */
  on(timePs: number, words: Int32Array, reals?: Float64Array): void {
    if (this.#state !== State.Off) fail('wave-state', `the dump is turned on at ${timePs} ps and is not off`, { hint: 'the first sample(...) starts it' });
    this.#dumpAll('$dumpon', timePs, words, reals);
  }

  /** Hands everything to the sink. */
  flush(): void {
    const bytes = this.#encoder.take();
    if (bytes.length > 0) this.#sink.write(bytes);
  }

  /**
   * Ends the file. `timePs` becomes a last time stamp, so that viewers show the last cycle in its full length; without it, the time of the
   * last sample. Closing again does nothing.
   */
  close(timePs?: number): void {
    if (this.#state === State.Closed) return;
    if (timePs !== undefined && timePs > this.#timePs) this.#advance(timePs);
    if (this.#ticks > this.#encoder.stamped) this.#stamp();
    this.#state = State.Closed;
    this.#forget();
    try {
      this.flush();
    } finally {
      this.#sink.close();
    }
  }

  get #ticks(): number {
    return this.#timePs / this.#timescalePs;
  }

  /** Takes over the image of a sample, unless it is the picture itself. */
  #take(words: Int32Array, reals: Float64Array | undefined): void {
    if (words.length < this.plan.words) {
      fail('wave-image', `the state image has ${words.length} words and the traced variables reach to ${this.plan.words}`);
    }
    if ((reals?.length ?? 0) < this.plan.reals) {
      fail('wave-image', `the state image has ${reals?.length ?? 0} reals and the traced variables reach to ${this.plan.reals}`);
    }
    if (words === this.#live) return;
    const { picture } = this.#encoder;
    for (const run of this.#packing.runs) picture.set(run.length === words.length ? words : words.subarray(run.image, run.image + run.length), run.picture);
  }

  #dumpAll(keyword: string, timePs: number, words: Int32Array, reals: Float64Array | undefined): void {
    this.#advance(timePs);
    this.#take(words, reals);
    this.#state = State.On;
    this.#stamp();
    this.#text(`${keyword}\n`);
    if (this.#encoder.full) this.flush();
    this.#encoder.all();
    this.#checkWidths();
    this.#reals.forEach(({ offset, text }, i) => {
      const value = reals![offset]!;
      this.#previousReals[i] = value;
      this.#text(`r${realText(value)}${text}`);
    });
    this.#text('$end\n');
    this.#dumpEvents(words);
  }

  #scanReals(reals: Float64Array): void {
    for (let i = 0; i < this.#reals.length; i++) {
      const { offset, text } = this.#reals[i]!;
      const value = reals[offset]!;
      if (Object.is(value, this.#previousReals[i])) continue;
      this.#previousReals[i] = value;
      this.#stamp();
      this.#text(`r${realText(value)}${text}`);
    }
  }

  #dumpEvents(words: Int32Array): void {
    for (const { offset, text } of this.#events) {
      if (words[offset] === 0) continue;
      this.#stamp();
      this.#text(text);
    }
  }

  #advance(timePs: number): void {
    if (this.#state === State.Closed) fail('wave-closed', `the waveform was closed and gets a sample at ${timePs} ps`);
    if (!(timePs > this.#timePs) || !Number.isSafeInteger(timePs)) {
      fail('wave-time', `a sample at ${timePs} ps after ${this.#timePs < 0 ? 'the start' : `one at ${this.#timePs} ps`}`, {
        hint: 'times are whole picoseconds from 0 on and each is later than the one before',
      });
    }
    if (this.#timescalePs > 1 && timePs % this.#timescalePs !== 0) {
      fail('wave-time', `${timePs} ps is not a multiple of the file's timescale of ${timescaleText(this.#timescalePs)}`, { hint: 'use a finer timescalePs' });
    }
    this.#timePs = timePs;
  }

  /** A kernel that leaves bits above a value would make a file that no reader accepts. */
  #checkWidths(): void {
    const at = this.#encoder.overflow();
    if (at === undefined) return;
    const slot = this.#packing.slots.findIndex((s) => s.kind === 'bits' && s.offset <= at && at < s.offset + s.words);
    const { path, variable } = [...placedVars(this.plan.top)].find((v) => v.slot === slot)!;
    fail('wave-image', `"${path}" has ${variable.width} bit${variable.width === 1 ? '' : 's'} and its last word is 0x${(this.#encoder.picture[at]! >>> 0).toString(16)} at ${this.#timePs} ps`, {
      hint: 'the unused high bits of a value in the image are zero',
    });
  }

  /** `#time`, once a sample. */
  #stamp(): void {
    if (this.#encoder.stamped === this.#ticks) return;
    this.#encoder.stamped = this.#ticks;
    this.#text(`#${this.#ticks}\n`);
  }

  /** For everything that is not a change of bits. */
  #text(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    if (this.#encoder.text(bytes)) return;
    this.flush();
    if (!this.#encoder.text(bytes)) this.#sink.write(bytes);
  }
}
