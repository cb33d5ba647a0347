import type { TraceSlot } from './declare.ts';
import { identifierCode } from './vcd-format.ts';
import { block, br, brIf, call, constant, f64, get, i32, i64, load, load64, loop, set, store, store64, store8, storeF64, tee, TYPE, v128, WASM, wasmModule, when, whenElse, type Code, type LinearMemory, type WasmFunction } from './wasm.ts';

/** Brings the picture up to date and moves `count` (always 1) clock edges on; fewer if it had to stop. */
export type TraceKernel = (count: number) => number;

/** Where clock edges lie, in ticks of the file. */
export interface Beat {
  /** Start of the first cycle. */
  readonly start: number;
  readonly period: number;
  /** From the start of a cycle until its clock falls; less than a period. */
  readonly fall: number;
  /** Word of the picture that is the clock, 1 throughout; undefined if nobody sees it. */
  readonly clock: number | undefined;
}

/** Bytes from which the block is given to the sink. */
const BLOCK = 1 << 20;
/** A time stamp, and the stores that run past the end of a line. */
const SLACK = 128;
/** Words compared at a time. */
const STEP = 16;

/** Words of a picture, rounded up to whole steps of the comparison. */
export const pictureWords = (words: number): number => Math.max(1, Math.ceil(words / STEP)) * STEP;

/**
 * Finds what differs between a picture and the one before, and writes it as lines of a VCD file: all in WebAssembly, which compares sixteen words
 * and makes sixteen binary digits at a time, where JavaScript takes one after the other. It can also drive a simulation's kernel itself,
 * so that nothing but WebAssembly runs from one full block to the next.
 *
 *     memory   [ state ][ picture ][ previous ][ line ends, 16 bytes a word ][ block ]
 *
 * A slot is a run of words in the picture, least significant first; slots do not overlap, words between them may hold anything.
 */
export class WaveEncoder {
  readonly picture: Int32Array;
  readonly #previous: Int32Array;
  readonly #memory: LinearMemory;
  readonly #state: Int32Array;
  readonly #times: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #module: object;
  readonly #block: number;
  readonly #scan: (time: number) => void;
  readonly #runs = new WeakMap<TraceKernel, Run>();

  /** @param picture where the picture lies already, `pictureWords` long; else it gets a place of its own */
  constructor(slots: readonly TraceSlot[], words: number, memory: LinearMemory, picture?: Int32Array) {
    const size = pictureWords(words);
    const ints = (length: number): Int32Array => {
      // First: growing makes another buffer, of which the old ones are the beginning.
      const at = memory.allocate(4 * length);
      return new Int32Array(memory.memory.buffer, at, length);
    };
    this.#memory = memory;
    this.#state = ints(STATE / 4);
    this.#times = new Float64Array(this.#state.buffer, this.#state.byteOffset, STATE / 8);
    this.picture = picture ?? ints(size);
    this.#previous = ints(size);
    const lines = ints(4 * size);
    const longest = describe(slots, lines);
    this.#block = memory.allocate(BLOCK + longest + SLACK);
    this.#bytes = new Uint8Array(memory.memory.buffer, this.#block, BLOCK + longest + SLACK);
    this.#state[OUT_AT / 4] = this.#block;
    this.#module = wasmModule(
      functions({ state: this.#state.byteOffset, picture: this.picture.byteOffset, size, previous: this.#previous.byteOffset, lines: lines.byteOffset, limit: this.#block + BLOCK }),
    );
    this.#scan = this.#instance((count) => count).scan;
  }

  #instance(kernel: TraceKernel): Exports {
    return new WASM.Instance(this.#module, { e: { m: this.#memory.memory, k: kernel } }).exports as Exports;
  }

  /** Must the block be taken before more is written? */
  get full(): boolean {
    return this.#state[OUT_AT / 4]! >= this.#block + BLOCK;
  }

  /** The time stamp written last, in ticks. */
  get stamped(): number {
    return this.#times[STAMPED / 8]!;
  }
  set stamped(time: number) {
    this.#times[STAMPED / 8] = time;
  }

  /** Writes what differs, under a time stamp if anything does; without one if `time` is negative. */
  sample(time: number): void {
    this.#scan(time);
  }

  /** Writes every slot, without a time stamp. */
  all(): void {
    for (let i = 0; i < this.#previous.length; i++) this.#previous[i] = ~this.picture[i]!;
    this.#scan(-1);
  }

  /** Slot with bits above its width that was written since the last question: its first word, or undefined. */
  overflow(): number | undefined {
    const found = this.#state[BAD / 4]!;
    this.#state[BAD / 4] = 0;
    return found === 0 ? undefined : (found - this.picture.byteOffset) >> 2;
  }

  /**
   * Runs a kernel edge by edge and writes each cycle, until the block is full or the kernel stops. If the kernel is a function of
   * WebAssembly, it is called without JavaScript in between.
   *
   * @returns cycles done; a cycle that ends in a stop is written and not counted.
   */
  run(kernel: TraceKernel, count: number, { start, period, fall, clock }: Beat): number {
    let run = this.#runs.get(kernel);
    if (run === undefined) this.#runs.set(kernel, (run = this.#instance(kernel).run));
    return run(count, start, period, fall, clock === undefined ? 0 : this.picture.byteOffset + 4 * clock);
  }

  /** Did the kernel stop in the last cycle of `run`? */
  get stopped(): boolean {
    return this.#state[GOES_ON_AT / 4] === 0;
  }

  /** Start of the cycle that `run` was in when its kernel threw. */
  get interrupted(): number {
    return this.#times[TIME_AT / 8]!;
  }

  /** Writes text, if there is room for it. */
  text(bytes: Uint8Array): boolean {
    const at = this.#state[OUT_AT / 4]! - this.#block;
    if (at + bytes.length > this.#bytes.length) return false;
    this.#bytes.set(bytes, at);
    this.#state[OUT_AT / 4]! += bytes.length;
    return true;
  }

  /** What has been written; it is overwritten by what comes next. */
  take(): Uint8Array {
    const length = this.#state[OUT_AT / 4]! - this.#block;
    this.#state[OUT_AT / 4] = this.#block;
    return this.#bytes.subarray(0, length);
  }
}

type Run = (count: number, time: number, period: number, fall: number, clock: number) => number;
interface Exports {
  readonly scan: (time: number) => void;
  readonly run: Run;
}

/** What a slot's line ends with, for each of its words; returns the length of all lines together. */
function describe(slots: readonly TraceSlot[], lines: Int32Array): number {
  const bytes = new Uint8Array(lines.buffer, lines.byteOffset, lines.byteLength);
  let longest = 0;
  slots.forEach(({ width, words, offset, kind }, index) => {
    if (kind !== 'bits') return;
    const vector = width > 1 ? 1 : 0;
    const end = `${vector === 1 ? ' ' : ''}${identifierCode(index)}\n`;
    longest += 32 * words + 1 + end.length;
    for (let w = 0; w < words; w++) {
      const at = offset + w;
      bytes.set(Buffer.from(end), 16 * at);
      lines[4 * at + 2] = width % 32 === 0 ? 0 : -1 << width % 32;
      lines[4 * at + 3] = end.length | (vector << 4) | (w << 5) | (words << 16);
    }
  });
  return longest;
}

/** Byte offsets in the state: next byte of the block, a slot that overflowed, the last time stamp, the cycle that `run` is in, does it go on? */
const [OUT_AT, BAD, STAMPED, TIME_AT, GOES_ON_AT, STATE] = [0, 4, 8, 16, 24, 64];
/** Byte offsets in the description of a word: bits above the width; length of the end, is it a vector, word of the slot, words of it. */
const [UNUSED, META_AT] = [8, 12];

interface Places {
  readonly state: number;
  readonly picture: number;
  readonly size: number;
  readonly previous: number;
  readonly lines: number;
  /** Address at which the block counts as full. */
  readonly limit: number;
}

/** Function numbers, in the order below; 0 is the kernel. */
const [KERNEL, NUMBER, STAMP, SCAN] = [0, 1, 2, 3];

function functions(at: Places): WasmFunction[] {
  const { i32: int, f64: float } = TYPE;
  const ints = (count: number): number[] => Array.from({ length: count }, () => int);
  return [
    { parameters: ints(3), results: [int], locals: ints(3), code: number() },
    { parameters: [int, float], results: [int], locals: ints(2), code: stamp() },
    { name: 'scan', parameters: [float], results: [], locals: [...ints(12), TYPE.v128], code: scan(at) },
    { name: 'run', parameters: [int, float, float, float, int], results: [int], locals: ints(4), code: run(at) },
  ];
}

const ZERO = 48; // '0'
const assign = (local: number, value: Code): Code => [...value, ...set(local)];
const add = (local: number, value: Code): Code => assign(local, i32.add(get(local), value));

/** `number(out, value, least)`: writes a decimal number of at least so many digits; returns the address behind it. */
function number(): Code {
  const [OUT, VALUE, LEAST, REST, END, AT] = [0, 1, 2, 3, 4, 5];
  const tenth = (of: number): Code => i32.divU(get(of), constant(10));
  return [
    ...assign(REST, get(VALUE)),
    ...assign(END, get(OUT)),
    ...loop(add(END, constant(1)), assign(REST, tenth(REST)), brIf(get(REST), 0)),
    ...when(i32.ltU(get(END), i32.add(get(OUT), get(LEAST))), assign(END, i32.add(get(OUT), get(LEAST)))),
    ...assign(AT, get(END)),
    ...loop(
      add(AT, constant(-1)),
      assign(REST, tenth(VALUE)),
      store8(get(AT), i32.add(i32.sub(get(VALUE), i32.mul(get(REST), constant(10))), constant(ZERO))),
      assign(VALUE, get(REST)),
      brIf(i32.gtU(get(AT), get(OUT)), 0),
    ),
    ...get(END),
  ];
}

/** `stamp(out, time)`: writes `#time` and a newline; returns the address behind it. In numbers of 32 bits, whose division by ten is cheap. */
function stamp(): Code {
  const [OUT, TIME, HIGH, LOW] = [0, 1, 2, 3];
  const billion = i64.constant(1_000_000_000);
  const digits = (of: number, least: number): Code => assign(OUT, [...get(OUT), ...get(of), ...constant(least), ...call(NUMBER)]);
  return [
    ...store8(get(OUT), constant(35)), // #
    ...add(OUT, constant(1)),
    ...assign(LOW, i32.ofI64(i64.remU(i64.ofF64(get(TIME)), billion))),
    ...assign(HIGH, i32.ofI64(i64.divU(i64.ofF64(get(TIME)), billion))),
    ...whenElse(get(HIGH), [...digits(HIGH, 1), ...digits(LOW, 9)], digits(LOW, 1)),
    ...store8(get(OUT), constant(10)),
    ...i32.add(get(OUT), constant(1)),
  ];
}

/** Bytes of a word that make sixteen digits, most significant first, and the bit of its byte that each digit shows. */
const eight = (value: number): number[] => Array.from({ length: 8 }, () => value);
const [UPPER, LOWER] = [[...eight(3), ...eight(2)], [...eight(1), ...eight(0)]];
const BITS = v128.bytes([...UPPER.keys()].map((i) => 128 >> i % 8));
const ZEROS = v128.bytes([...eight(ZERO), ...eight(ZERO)]);

/** `scan(time)`: see `WaveEncoder.sample`. Addresses of words count from the start of the picture. */
function scan({ state, picture, size, previous, lines }: Places): Code {
  const [TIME, OUT, START, FIRST, AT, MASK, WORD, LINE, META, VALUE, LAST, BASE, SHIFT, SPREAD] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
  const current = (k: number): Code => v128.load(get(AT), picture + 16 * k);
  const differ = (k: number): Code => v128.ne32(current(k), v128.load(get(AT), previous + 16 * k));
  /** Sixteen digits at OUT + offset. All bits are compared with what they are alone, so that a one gives -1. */
  const digits = (bytes: readonly number[], offset: number): Code =>
    v128.store(get(OUT), v128.sub8(ZEROS, v128.eq8(v128.and(v128.shuffle(get(SPREAD), bytes), BITS), BITS)), offset);
  const word = (value: Code): Code => [...assign(SPREAD, v128.splat(value)), ...digits(UPPER, 0), ...digits(LOWER, 16)];
  /** VALUE without its leading zeros. What is stored behind the last digit is overwritten by what follows. */
  const firstWord: Code = [
    ...assign(SHIFT, i32.clz(i32.or(get(VALUE), constant(1)))),
    ...word(i32.shl(get(VALUE), get(SHIFT))),
    ...add(OUT, i32.sub(constant(32), get(SHIFT))),
  ];
  const end: Code = [...store64(get(OUT), load64(get(LINE), lines)), ...add(OUT, i32.and(get(META), constant(15)))];
  const check: Code = when(i32.and(get(VALUE), load(get(LINE), lines + UNUSED)), store(constant(state), i32.add(get(WORD), constant(picture)), BAD));
  const words: Code = i32.shrU(get(META), constant(16));
  /** One word: the `b` that a scalar does not have is overwritten by its digit. */
  const narrow: Code = [
    ...assign(VALUE, load(get(WORD), picture)),
    ...check,
    ...store8(get(OUT), constant(98)),
    ...add(OUT, i32.and(i32.shrU(get(META), constant(4)), constant(1))),
    ...firstWord,
    ...end,
  ];
  /** Several words, from the highest that is not zero down; several of them may differ, and the slot is written once. */
  const wide: Code = block(
    assign(WORD, i32.sub(get(WORD), i32.shl(i32.and(i32.shrU(get(META), constant(5)), constant(2047)), constant(2)))),
    brIf(i32.eq(i32.add(get(WORD), constant(1)), get(LAST)), 0),
    assign(LAST, i32.add(get(WORD), constant(1))),
    assign(BASE, get(WORD)),
    add(WORD, i32.shl(i32.sub(words, constant(1)), constant(2))),
    assign(VALUE, load(get(WORD), picture)),
    check,
    block(loop(brIf(get(VALUE), 1), brIf(i32.eq(get(WORD), get(BASE)), 1), add(WORD, constant(-4)), assign(VALUE, load(get(WORD), picture)), br(0))),
    store8(get(OUT), constant(98)),
    add(OUT, constant(1)),
    firstWord,
    block(loop(brIf(i32.eq(get(WORD), get(BASE)), 1), add(WORD, constant(-4)), word(load(get(WORD), picture)), add(OUT, constant(32)), br(0))),
    end,
  );
  return [
    ...assign(START, load(constant(state), OUT_AT)),
    ...assign(FIRST, get(START)),
    ...when(f64.ge(get(TIME), f64.zero), assign(FIRST, [...get(START), ...get(TIME), ...call(STAMP)])),
    ...assign(OUT, get(FIRST)),
    ...loop(
      assign(MASK, v128.bitmask8(v128.narrow16(v128.narrow32(differ(0), differ(1)), v128.narrow32(differ(2), differ(3))))),
      when(
        get(MASK),
        ...[0, 1, 2, 3].map((k) => v128.store(get(AT), current(k), previous + 16 * k)),
        loop(
          assign(WORD, i32.add(get(AT), i32.shl(i32.ctz(get(MASK)), constant(2)))),
          assign(LINE, i32.shl(get(WORD), constant(2))),
          assign(META, load(get(LINE), lines + META_AT)),
          // Words between the slots have no line.
          when(words, whenElse(i32.eq(words, constant(1)), narrow, wide)),
          brIf([...i32.and(get(MASK), i32.sub(get(MASK), constant(1))), ...tee(MASK)], 0),
        ),
      ),
      add(AT, constant(64)),
      brIf(i32.ltU(get(AT), constant(4 * size)), 0),
    ),
    ...when(
      i32.ne(get(OUT), get(FIRST)),
      store(constant(state), get(OUT), OUT_AT),
      when(f64.ge(get(TIME), f64.zero), storeF64(constant(state), get(TIME), STAMPED)),
    ),
  ];
}

/** `run(count, time, period, fall, clock)`: see `WaveEncoder.run`; `clock` is the address of its word, or 0. */
function run({ state, picture, previous, lines, limit }: Places): Code {
  const [COUNT, TIME, PERIOD, FALL, CLOCK, DONE, GOES_ON, OUT, LINE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const falls: Code = f64.add(get(TIME), get(FALL));
  return [
    ...block(
      loop(
        brIf(i32.geU(get(DONE), get(COUNT)), 1),
        brIf(i32.geU(load(constant(state), OUT_AT), constant(limit)), 1),
        storeF64(constant(state), get(TIME), TIME_AT),
        assign(GOES_ON, [...constant(1), ...call(KERNEL)]),
        store(constant(state), get(GOES_ON), GOES_ON_AT),
        [...get(TIME), ...call(SCAN)],
        when(
          get(CLOCK),
          assign(OUT, [...load(constant(state), OUT_AT), ...falls, ...call(STAMP)]),
          assign(LINE, i32.shl(i32.sub(get(CLOCK), constant(picture)), constant(2))),
          store8(get(OUT), constant(ZERO)),
          store64(get(OUT), load64(get(LINE), lines), 1),
          store(constant(state), i32.add(i32.add(get(OUT), constant(1)), i32.and(load(get(LINE), lines + META_AT), constant(15))), OUT_AT),
          store(get(CLOCK), constant(0), previous - picture),
          storeF64(constant(state), falls, STAMPED),
        ),
        brIf(i32.eqz(get(GOES_ON)), 1),
        add(DONE, constant(1)),
        assign(TIME, f64.add(get(TIME), get(PERIOD))),
        br(0),
      ),
    ),
    ...get(DONE),
  ];
}
