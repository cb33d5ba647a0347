import { fail } from '../diag/index.ts';
import { placedVars, planTrace, type Tracer, type TracePlan, type TraceScope } from './declare.ts';
import { closeOnExit } from './exit.ts';
import type { ImageScanner } from './scan.ts';
import type { ByteSink } from './sink.ts';
import { BYTE_DIGITS, identifierCode, realText, timescaleText } from './vcd-format.ts';
import { headerLines } from './vcd-header.ts';
import { packSlots, type Run } from './vcd-layout.ts';

export interface VcdOptions {
  /** Picoseconds of one tick of the file: 1, 10 or 100 of ps, ns, us, ms or s. Default 1. */
  readonly timescalePs?: number;
  /** Written as it is; without it the file has no date, and the same run gives the same bytes. */
  readonly date?: string;
  readonly version?: string;
  readonly comment?: string;
}

const BLOCK = 1 << 20;
/** Longest line apart from a vector's digits: a real or a time stamp with its code, and the 8 byte stores that run past the end. */
const SLACK = 128;

const enum State {
  Fresh,
  On,
  Off,
  Closed,
}

/**
 * Writes a Value Change Dump (IEEE 1364-2005, section 18) from samples of a state image.
 *
 * A sample compares run by run, eight or sixteen words a test, and writes only the slots that differ. No string is made for a change of bits.
 * Memory is constant: one block and one packed image, whatever the length of the trace.
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
  readonly #block: Uint8Array;
  readonly #view: DataView;
  readonly #limit: number;

  readonly #runs: readonly Run[];
  readonly #owner: Int32Array;
  readonly #previous: Int32Array;
  readonly #previousReals: Float64Array;

  // See PackedSlots.
  readonly #first: Int32Array;
  readonly #count: Int32Array;
  readonly #width: Int32Array;
  readonly #unused: Int32Array;
  readonly #suffix: Float64Array;
  readonly #suffixLength: Uint8Array;
  readonly #events: readonly { readonly offset: number; readonly text: string }[];
  readonly #reals: readonly { readonly offset: number; readonly text: string }[];

  #state: State = State.Fresh;
  #used = 0;
  #timePs = -1;
  #stampedPs = -1;

  constructor(sink: ByteSink, top: TraceScope, options: VcdOptions = {}) {
    const timescalePs = options.timescalePs ?? 1;
    const timescale = timescaleText(timescalePs);
    if (timescale === undefined) {
      fail('wave-timescale', `a VCD file cannot have a timescale of ${timescalePs} ps`, { hint: 'use 1, 10 or 100 of ps (1), ns (1e3), us (1e6), ms (1e9) or s (1e12)' });
    }
    this.plan = planTrace(top);
    this.#sink = sink;
    this.#timescalePs = timescalePs;

    const slots = this.plan.slots.map((slot, index) => ({ ...slot, code: identifierCode(index) }));
    const layout = packSlots(this.plan.slots);
    this.#runs = layout.runs;
    this.#owner = layout.owner;
    this.#previous = new Int32Array(layout.owner.length);
    this.#first = layout.first;
    this.#count = layout.count;
    this.#width = layout.width;
    this.#unused = layout.unused;
    this.#suffix = layout.suffix;
    this.#suffixLength = layout.suffixLength;
    this.#events = slots.filter((s) => s.kind === 'event').map(({ offset, code }) => ({ offset, text: `1${code}\n` }));
    this.#reals = slots.filter((s) => s.kind === 'real').map(({ offset, code }) => ({ offset, text: ` ${code}\n` }));
    this.#previousReals = new Float64Array(this.#reals.length);

    const widest = layout.count.reduce((max, words) => Math.max(max, words * 32), 0);
    this.#limit = BLOCK;
    this.#block = new Uint8Array(BLOCK + widest + SLACK);
    this.#view = new DataView(this.#block.buffer);
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
    this.#checkImage(words, reals);
    for (const run of this.#runs) {
      if (run.scanner === undefined) this.#scan(run, words);
      else this.#scanLong(run, run.scanner, words);
    }
    if (this.#events.length > 0) this.#dumpEvents(words);
    if (reals !== undefined && this.#reals.length > 0) this.#scanReals(reals);
  }

  /** Stops recording: every value becomes unknown in the file until {@link on}. */
  off(timePs: number): void {
    if (this.#state === State.Off) fail('wave-state', `the dump is turned off at ${timePs} ps and is off already`);
    this.#advance(timePs);
    this.#state = State.Off;
    this.#stamp();
    this.#text('$dumpoff\n');
    for (let i = 0; i < this.#width.length; i++) this.#changeToX(i);
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
    const used = this.#used;
    this.#used = 0;
    if (used > 0) this.#sink.write(this.#block.subarray(0, used));
  }

  /**
   * Ends the file. `timePs` becomes a last time stamp, so that viewers show the last cycle in its full length; without it, the time of the
   * last sample. Closing again does nothing.
   */
  close(timePs?: number): void {
    if (this.#state === State.Closed) return;
    if (timePs !== undefined && timePs > this.#timePs) this.#advance(timePs);
    if (this.#timePs > this.#stampedPs) this.#stamp();
    this.#state = State.Closed;
    this.#forget();
    try {
      this.flush();
    } finally {
      this.#sink.close();
    }
  }

  #dumpAll(keyword: string, timePs: number, words: Int32Array, reals: Float64Array | undefined): void {
    this.#advance(timePs);
    this.#checkImage(words, reals);
    this.#state = State.On;
    this.#stamp();
    this.#text(`${keyword}\n`);
    for (const run of this.#runs) {
      const part = words.subarray(run.image, run.image + run.length);
      if (run.scanner === undefined) this.#previous.set(part, run.packed);
      else run.scanner.reset(part);
      for (let k = 0; k < run.length; ) {
        const slot = this.#owner[run.packed + k]!;
        this.#change(slot, words, run.image + k);
        k += this.#count[slot]!;
      }
    }
    this.#reals.forEach(({ offset, text }, i) => {
      const value = reals![offset]!;
      this.#previousReals[i] = value;
      this.#text(`r${realText(value)}${text}`);
    });
    this.#text('$end\n');
    this.#dumpEvents(words);
  }

  /** Finds the words that differ in one run and writes their slots. */
  #scan({ image, packed, length }: Run, words: Int32Array): void {
    const previous = this.#previous;
    const owner = this.#owner;
    let k = 0;
    while (k < length) {
      let a = image + k;
      let b = packed + k;
      // Most words of most samples are as before; one branch for eight of them.
      while (
        k + 8 <= length &&
        ((words[a]! ^ previous[b]!) |
          (words[a + 1]! ^ previous[b + 1]!) |
          (words[a + 2]! ^ previous[b + 2]!) |
          (words[a + 3]! ^ previous[b + 3]!) |
          (words[a + 4]! ^ previous[b + 4]!) |
          (words[a + 5]! ^ previous[b + 5]!) |
          (words[a + 6]! ^ previous[b + 6]!) |
          (words[a + 7]! ^ previous[b + 7]!)) ===
          0
      ) {
        k += 8;
        a += 8;
        b += 8;
      }
      const stop = Math.min(length, k + 8);
      while (k < stop) {
        if (words[image + k] === previous[packed + k]) {
          k++;
          continue;
        }
        const slot = owner[packed + k]!;
        const first = this.#first[slot]!;
        const count = this.#count[slot]!;
        const from = image + first - packed;
        for (let w = 0; w < count; w++) previous[first + w] = words[from + w]!;
        if (this.#stampedPs !== this.#timePs) this.#stamp();
        this.#change(slot, words, from);
        k = first - packed + count;
      }
    }
  }

  #scanLong({ image, packed, length }: Run, scanner: ImageScanner, words: Int32Array): void {
    const count = scanner.scan(image === 0 && length === words.length ? words : words.subarray(image, image + length));
    if (count === 0) return;
    this.#stamp();
    const hits = scanner.hits;
    const owner = this.#owner;
    let last = -1;
    for (let h = 0; h < count; h++) {
      const hit = hits[h]!;
      const word = packed + ((hit & ~15) >> 2);
      for (let mask = hit & 15; mask !== 0; mask &= mask - 1) {
        const slot = owner[word + 31 - Math.clz32(mask & -mask)]!;
        // Several words of one vector may differ; it is written once.
        if (slot === last) continue;
        last = slot;
        this.#change(slot, words, image + this.#first[slot]! - packed);
      }
    }
  }

  /** Writes one slot: `1!` for a scalar, `b101 !` without leading zeros for a vector. */
  #change(slot: number, words: Int32Array, from: number): void {
    if (this.#used >= this.#limit) this.flush();
    const block = this.#block;
    const view = this.#view;
    let at = this.#used;
    let w = from + this.#count[slot]! - 1;
    if ((words[w]! & this.#unused[slot]!) !== 0) this.#tooLarge(from, this.#width[slot]!, words[w]!);
    if (this.#width[slot] === 1) block[at++] = 48 + words[from]!;
    else {
      block[at++] = 98; // b
      while (w > from && words[w] === 0) w--;
      let word = words[w]!;
      if (word === 0) block[at++] = 48;
      else {
        // The first digit goes to the top of the word; the zeros behind the last are overwritten by what follows.
        const digits = 32 - Math.clz32(word);
        word <<= 32 - digits;
        view.setFloat64(at, BYTE_DIGITS[word >>> 24]!, true);
        if (digits > 8) view.setFloat64(at + 8, BYTE_DIGITS[(word >>> 16) & 255]!, true);
        if (digits > 16) {
          view.setFloat64(at + 16, BYTE_DIGITS[(word >>> 8) & 255]!, true);
          view.setFloat64(at + 24, BYTE_DIGITS[word & 255]!, true);
        }
        at += digits;
        while (--w >= from) {
          word = words[w]!;
          view.setFloat64(at, BYTE_DIGITS[word >>> 24]!, true);
          view.setFloat64(at + 8, BYTE_DIGITS[(word >>> 16) & 255]!, true);
          view.setFloat64(at + 16, BYTE_DIGITS[(word >>> 8) & 255]!, true);
          view.setFloat64(at + 24, BYTE_DIGITS[word & 255]!, true);
          at += 32;
        }
      }
    }
    view.setFloat64(at, this.#suffix[slot]!, true);
    this.#used = at + this.#suffixLength[slot]!;
  }

  #changeToX(slot: number): void {
    if (this.#used >= this.#limit) this.flush();
    if (this.#width[slot]! > 1) this.#block[this.#used++] = 98;
    this.#block[this.#used++] = 120;
    this.#view.setFloat64(this.#used, this.#suffix[slot]!, true);
    this.#used += this.#suffixLength[slot]!;
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
  #tooLarge(offset: number, width: number, word: number): never {
    const name = [...placedVars(this.plan.top)].find(({ variable: v }) => v.offset === offset && v.width === width && v.type !== 'real')?.path;
    fail('wave-image', `"${name}" has ${width} bit${width === 1 ? '' : 's'} and its last word is 0x${(word >>> 0).toString(16)} at ${this.#timePs} ps`, {
      hint: 'the unused high bits of a value in the image are zero',
    });
  }

  #checkImage(words: Int32Array, reals: Float64Array | undefined): void {
    if (words.length < this.plan.words) {
      fail('wave-image', `the state image has ${words.length} words and the traced variables reach to ${this.plan.words}`);
    }
    if ((reals?.length ?? 0) < this.plan.reals) {
      fail('wave-image', `the state image has ${reals?.length ?? 0} reals and the traced variables reach to ${this.plan.reals}`);
    }
  }

  /** `#time`, once a sample. */
  #stamp(): void {
    if (this.#stampedPs === this.#timePs) return;
    this.#stampedPs = this.#timePs;
    if (this.#used >= this.#limit) this.flush();
    const block = this.#block;
    let value = this.#timePs / this.#timescalePs;
    let digits = 1;
    for (let bound = 10; bound <= value; bound *= 10) digits++;
    block[this.#used++] = 35; // #
    for (let at = this.#used + digits - 1; at >= this.#used; at--) {
      const rest = Math.floor(value / 10);
      block[at] = 48 + (value - rest * 10);
      value = rest;
    }
    this.#used += digits;
    block[this.#used++] = 10;
  }

  /** For everything that is not a change of bits; never longer than the block allows. */
  #text(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    if (this.#used + bytes.length > this.#block.length) this.flush();
    if (bytes.length > this.#block.length) return this.#sink.write(bytes);
    this.#block.set(bytes, this.#used);
    this.#used += bytes.length;
  }
}
