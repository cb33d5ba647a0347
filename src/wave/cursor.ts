import { closeSync, openSync, readSync } from 'node:fs';
import { fail } from '../diag/index.ts';
import { digitsToValue, type WaveValue } from './value.ts';
import { VcdParser } from './vcd-parser.ts';
import type { VcdHeader } from './vcd-syntax.ts';

/** All changes of one moment. */
interface Moment {
  readonly time: number;
  readonly slots: number[];
  readonly values: WaveValue[];
}

const CHUNK = 1 << 18;

/** A VCD file that is read moment by moment, in constant memory: for who reads two of them side by side. */
export class VcdCursor {
  readonly header: VcdHeader;
  /** Current value of each slot; undefined before the first. */
  readonly values: (WaveValue | undefined)[];
  readonly #fd: number;
  readonly #parser: VcdParser;
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #moments: Moment[] = [];
  #at = 0;
  #ended = false;
  /** The moment that was taken last, in ticks. */
  last = 0;

  /** Errors: `wave-file`, and those of `VcdParser`. */
  constructor(readonly path: string) {
    let header: VcdHeader | undefined;
    const change = (slot: number, value: WaveValue): void => {
      const last = this.#moments.at(-1) ?? this.#begin(0);
      last.slots.push(slot);
      last.values.push(value);
    };
    this.#parser = new VcdParser(
      {
        header: (h) => void (header = h),
        time: (ticks) => {
          this.#begin(ticks);
          return undefined;
        },
        bits: (slot, digits, from, to) => change(slot, digitsToValue(digits, from, to, header!.slots[slot]!.width)),
        real: change,
        string: change,
      },
      { file: path },
    );
    try {
      this.#fd = openSync(path, 'r');
    } catch (error) {
      fail('wave-file', `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    try {
      while (header === undefined && this.#read());
    } catch (error) {
      this.close();
      throw error;
    }
    this.header = header!;
    this.values = this.header.slots.map(() => undefined);
  }

  /** The next moment, in ticks; undefined at the end of the file. */
  peek(): Moment | undefined {
    // The newest one may go on in the next chunk.
    while (this.#moments.length - this.#at < 2 && this.#read());
    return this.#moments[this.#at];
  }

  /** Is the next moment the last, and nothing but a time stamp? */
  atEnd(): boolean {
    return this.peek()?.slots.length === 0 && this.#moments.length - this.#at === 1;
  }

  /** Takes the next moment; what has changed in it, with the values brought up to date. */
  next(): Moment | undefined {
    const moment = this.peek();
    if (moment === undefined) return undefined;
    this.last = moment.time;
    moment.slots.forEach((slot, i) => (this.values[slot] = moment.values[i]));
    if (++this.#at > 1000) {
      this.#moments.splice(0, this.#at);
      this.#at = 0;
    }
    return moment;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #begin(time: number): Moment {
    const last = this.#moments.at(-1);
    if (last?.time === time) return last;
    const moment = { time, slots: [], values: [] };
    this.#moments.push(moment);
    return moment;
  }

  #read(): boolean {
    if (this.#ended) return false;
    const got = readSync(this.#fd, this.#chunk, 0, CHUNK, null);
    if (got === 0) {
      this.#ended = true;
      this.#parser.end();
    } else this.#parser.push(this.#chunk.subarray(0, got));
    return true;
  }
}
