/**
 * The loops that a functional MVM spends its time in, as a WebAssembly module with 128-bit SIMD: written here byte by byte, so that
 * nothing has to be installed or built. One instance, with its own memory, belongs to one crossbar.
 */
export interface SimdKernel {
  readonly memory: ArrayBuffer;
  /**
   * Adds rows of signed bytes. `list` holds `count` >= 1 byte addresses of rows of `stride` bytes (a multiple of 64); `out` gets `stride`
   * 32-bit sums. `chunk` rows must not overflow a signed byte, nor all of them 16 bits.
   */
  rowSums(list: number, count: number, stride: number, out: number, chunk: number): void;
  /** `to[i] += from[i] * weight` over `bytes` bytes of 32-bit lanes. */
  addScaled(from: number, to: number, bytes: number, weight: number): void;
  /**
   * A pass through the ADC: each 32-bit sum plus `floor` is clipped to `low..high`, weighted and added to `acc`; where it was clipped, the
   * lane of `counters` goes up by one.
   */
  convert(sums: number, acc: number, counters: number, bytes: number, floor: number, low: number, high: number, weight: number): void;
  /**
   * Dot products of 16-bit vectors: `x` of `bytes` bytes (a multiple of 16, zero padded) with each of the vectors that lie one after the
   * other at `w`; 32-bit wrapping results from `out` up to `outEnd` (at least one).
   */
  dot(x: number, w: number, bytes: number, out: number, outEnd: number): void;
}

/** Bytes of a row of `units` bytes as `rowSums` wants it. */
export const rowStride = (units: number): number => Math.ceil(units / 64) * 64;

/** The part of WebAssembly used here; Node's own types declare the namespace without its values. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

let compiled: object | undefined;

/** An instance over a fresh memory of at least `bytes` bytes, all zero. */
export function simdKernel(bytes: number): SimdKernel {
  compiled ??= new wasm.Module(encode());
  const memory = new wasm.Memory({ initial: Math.ceil(bytes / 65536) });
  const { exports } = new wasm.Instance(compiled, { k: { m: memory } });
  return { memory: memory.buffer, ...(exports as Omit<SimdKernel, 'memory'>) };
}

// ---- the encoding; opcodes are those of the WebAssembly core specification 2.0

type Code = readonly (number | Code)[];

const I32 = 0x7f;
const V128 = 0x7b;
const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const i32 = (value: number): Code => [0x41, sleb(value)];
const add = (a: Code, b: Code): Code => [a, b, 0x6a];
const less = (a: Code, b: Code): Code => [a, b, 0x49]; // unsigned
const shl = (a: Code, by: number): Code => [a, i32(by), 0x74];
const load32 = (address: Code): Code => [address, 0x28, 2, 0];
const store32 = (address: Code, value: Code): Code => [address, value, 0x36, 2, 0];
const loop = (...body: Code[]): Code => [0x03, 0x40, body, 0x0b];
const again = (condition: Code): Code => [condition, 0x0d, 0];
const when = (condition: Code, ...body: Code[]): Code => [condition, 0x04, 0x40, body, 0x0b];

const simd = (op: number): Code => [0xfd, leb(op)];
const load128 = (address: Code, offset: number): Code => [address, simd(0x00), 0, leb(offset)];
const store128 = (address: Code, offset: number, value: Code): Code => [address, value, simd(0x0b), 0, leb(offset)];
const zero128: Code = [simd(0x0c), new Array<number>(16).fill(0)];
const addBytes = (a: Code, b: Code): Code => [a, b, simd(0x6e)];
const addHalves = (a: Code, b: Code): Code => [a, b, simd(0x8e)];
const addWords = (a: Code, b: Code): Code => [a, b, simd(0xae)];
const dotHalves = (a: Code, b: Code): Code => [a, b, simd(0xba)];
/** Sign-extends the low or high half of the lanes: bytes to 16 bits, 16 to 32. */
const widenBytes = (a: Code, high: number): Code => [a, simd(0x87 + high)];
const widenHalves = (a: Code, high: number): Code => [a, simd(0xa7 + high)];
const splat = (a: Code): Code => [a, simd(0x11)];
const mulWords = (a: Code, b: Code): Code => [a, b, simd(0xb5)];
const subWords = (a: Code, b: Code): Code => [a, b, simd(0xb1)];
const minWords = (a: Code, b: Code): Code => [a, b, simd(0xb6)];
const maxWords = (a: Code, b: Code): Code => [a, b, simd(0xb8)];
/** All ones, which is -1, where the lanes differ. */
const differs = (a: Code, b: Code): Code => [a, b, simd(0x38)];
const lane = (a: Code, index: number): Code => [a, simd(0x1b), index];

function rowSumsBody(): Code {
  const [list, count, stride, out, chunk, block, p, end, listEnd, row] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const bytes = [10, 11, 12, 13]; // 64 columns, summed in bytes for a chunk of rows
  const halves = [14, 15, 16, 17, 18, 19, 20, 21]; // the same 64, over all rows
  const target = add(get(out), shl(get(block), 2));
  return [
    assign(listEnd, add(get(list), shl(get(count), 2))),
    loop(
      halves.map((h) => assign(h, zero128)),
      assign(p, get(list)),
      loop(
        bytes.map((b) => assign(b, zero128)),
        assign(end, add(get(p), shl(get(chunk), 2))),
        when(less(get(listEnd), get(end)), assign(end, get(listEnd))),
        loop(
          assign(row, add(load32(get(p)), get(block))),
          bytes.map((b, i) => assign(b, addBytes(get(b), load128(get(row), i * 16)))),
          assign(p, add(get(p), i32(4))),
          again(less(get(p), get(end))),
        ),
        halves.map((h, i) => assign(h, addHalves(get(h), widenBytes(get(bytes[i >> 1]!), i & 1)))),
        again(less(get(p), get(listEnd))),
      ),
      halves.map((h, i) => [store128(target, i * 32, widenHalves(get(h), 0)), store128(target, i * 32 + 16, widenHalves(get(h), 1))]),
      assign(block, add(get(block), i32(64))),
      again(less(get(block), get(stride))),
    ),
  ];
}

function addScaledBody(): Code {
  const [from, to, bytes, weight, end, w] = [0, 1, 2, 3, 4, 5];
  return [
    assign(end, add(get(to), get(bytes))),
    assign(w, splat(get(weight))),
    loop(
      store128(get(to), 0, addWords(load128(get(to), 0), mulWords(load128(get(from), 0), get(w)))),
      assign(from, add(get(from), i32(16))),
      assign(to, add(get(to), i32(16))),
      again(less(get(to), get(end))),
    ),
  ];
}

function convertBody(): Code {
  const [sums, acc, counters, bytes, floor, low, high, weight, end, f, l, h, w, sum, code] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
  return [
    assign(end, add(get(sums), get(bytes))),
    [[f, floor], [l, low], [h, high], [w, weight]].map(([vector, scalar]) => assign(vector!, splat(get(scalar!)))),
    loop(
      assign(sum, addWords(load128(get(sums), 0), get(f))),
      assign(code, minWords(maxWords(get(sum), get(l)), get(h))),
      store128(get(acc), 0, addWords(load128(get(acc), 0), mulWords(get(code), get(w)))),
      store128(get(counters), 0, subWords(load128(get(counters), 0), differs(get(sum), get(code)))),
      [sums, acc, counters].map((p) => assign(p, add(get(p), i32(16)))),
      again(less(get(sums), get(end))),
    ),
  ];
}

function dotBody(): Code {
  const [x, w, bytes, out, outEnd, p, end, sum] = [0, 1, 2, 3, 4, 5, 6, 7];
  return [
    assign(end, add(get(x), get(bytes))),
    loop(
      assign(sum, zero128),
      assign(p, get(x)),
      loop(
        assign(sum, addWords(get(sum), dotHalves(load128(get(p), 0), load128(get(w), 0)))),
        assign(w, add(get(w), i32(16))),
        assign(p, add(get(p), i32(16))),
        again(less(get(p), get(end))),
      ),
      store32(get(out), add(add(lane(get(sum), 0), lane(get(sum), 1)), add(lane(get(sum), 2), lane(get(sum), 3)))),
      assign(out, add(get(out), i32(4))),
      again(less(get(out), get(outEnd))),
    ),
  ];
}

/** `local = value`. */
function assign(local: number, value: Code): Code {
  return [value, set(local)];
}

function encode(): Uint8Array<ArrayBuffer> {
  const name = (text: string): Code => [text.length, [...text].map((c) => c.charCodeAt(0))];
  const signature = (parameters: number): Code => [0x60, parameters, new Array<number>(parameters).fill(I32), 0];
  const section = (id: number, content: Code): Code => {
    const bytes = flatten(content);
    return [id, leb(bytes.length), bytes];
  };
  const body = (locals: readonly (readonly [number, number])[], code: Code): Code => {
    const bytes = flatten([locals.length, locals.map(([n, type]) => [n, type]), code, 0x0b]);
    return [leb(bytes.length), bytes];
  };
  return Uint8Array.from(
    flatten([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [3, signature(5), signature(4), signature(8)]),
      section(2, [1, name('k'), name('m'), 0x02, 0x00, 1]), // the memory
      section(3, [4, 0, 0, 1, 2]), // which signature each function has
      section(7, [4, name('rowSums'), 0, 0, name('dot'), 0, 1, name('addScaled'), 0, 2, name('convert'), 0, 3]),
      section(10, [
        4,
        body([[5, I32], [12, V128]], rowSumsBody()),
        body([[2, I32], [1, V128]], dotBody()),
        body([[1, I32], [1, V128]], addScaledBody()),
        body([[1, I32], [6, V128]], convertBody()),
      ]),
    ]),
  );
}

function flatten(code: Code): number[] {
  return code.flatMap((c) => (typeof c === 'number' ? [c] : flatten(c)));
}

function leb(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...leb(value >>> 7)];
}

function sleb(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  return (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0) ? [low] : [low | 0x80, ...sleb(rest)];
}
