import { Chains, mix } from '../../ir/chains.ts';
import type { Word, Words } from '../../ir/words.ts';
import type { LaneSize, SimdOp } from './lanes/simd.ts';

/**
 * Word operations. All values are 32-bit words; `width` bounds the used bits, the others are zero.
 *
 * | op       | k             | meaning                                            |
 * |----------|---------------|----------------------------------------------------|
 * | `const`  | value (int32) |                                                    |
 * | `slot`   | slot          | a word of the state                                |
 * | `load`   | first slot    | word `k + a * stride` of the state                 |
 * | `mem`    | word          | word `a * stride + k` of memory `memory`           |
 * | `table`  |               | a table of the arguments, built in this cycle      |
 * | `lookup` |               | entry b of table a                                 |
 * | `lane8`, `lane16`, `lane32` | byte | lane `a` of a packed Vec at byte `k` of the state |
 * | `vload`  | byte          | 16 bytes of a packed Vec at byte `k` of the state  |
 * | `vconst` | constant      | 16 bytes of `constants`                            |
 *
 * Values of 16 bytes have width `VECTOR`; on them work `mux` (with a word as the condition), shuffles of two (by the bytes in constant `k`) and
 * the instructions of `SIMD`.
 */
export type WordOp =
  | 'const' | 'slot' | 'load' | 'mem' | 'table' | 'lookup'
  | 'and' | 'or' | 'xor' | 'add' | 'sub' | 'mul' | 'mulh'
  | 'shl' | 'shr' | 'shlv' | 'shrv' | 'sarv' | 'sext'
  | 'eq' | 'ltu' | 'lts' | 'mux' | 'parity' | 'popcount' | 'ctz'
  | 'lane8' | 'lane16' | 'lane32' | 'vload' | 'vconst' | 'i8x16.shuffle' | SimdOp; // prettier-ignore

/** Width of a vector. */
export const VECTOR = 128;
export const VECTOR_BYTES = 16;
/** Region of vectors that are loaded from words of the state, where lanes are not packed. */
export const IN_WORDS = -1;

export interface WordNode {
  readonly op: WordOp;
  readonly width: number;
  readonly args: readonly Word[];
  readonly k: number;
  /** Of `load` and `mem`. */
  readonly stride: number;
  /** Of `mem`: which memory. Of `load`: which region of state, for ordering. */
  readonly resource: number;
}

const sameWords = (a: readonly Word[], b: readonly Word[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

const maskOf = (width: number): number => (width >= 32 ? 0xffffffff : 2 ** width - 1);

/** Word expressions, each existing once, with constants folded as they are made. */
export class WordGraph implements Words {
  readonly nodes: WordNode[] = [];
  readonly #chains = new Chains();

  #make(op: WordOp, width: number, args: readonly Word[], k = 0, stride = 0, resource = 0): Word {
    // The second and the last letter tell operators apart; what differs only in its stride or resource is rare.
    let hash = mix(mix(op.charCodeAt(1) + 256 * op.charCodeAt(op.length - 1), width), k);
    for (let i = 0; i < args.length; i++) hash = mix(hash, args[i]!);
    for (let id = this.#chains.first(hash); id !== -1; id = this.#chains.next(id)) {
      const n = this.nodes[id]!;
      if (n.op === op && n.width === width && n.k === k && n.stride === stride && n.resource === resource && sameWords(n.args, args)) return id;
    }
    const id = this.nodes.length;
    this.nodes.push({ op, width, args, k, stride, resource });
    this.#chains.add(hash, id);
    return id;
  }

  node(x: Word): WordNode {
    return this.nodes[x]!;
  }
  widthOf(x: Word): number {
    return this.nodes[x]!.width;
  }
  constantOf(x: Word): number | undefined {
    const n = this.nodes[x]!;
    return n.op === 'const' ? n.k >>> 0 : undefined;
  }

  constant(value: number): Word {
    const v = value >>> 0;
    return this.#make('const', 32 - Math.clz32(v) || 1, [], v | 0);
  }
  slot(slot: number, width: number): Word {
    return this.#make('slot', width, [], slot);
  }
  load(first: number, stride: number, index: Word, width: number, region: number): Word {
    const i = this.constantOf(index);
    return i !== undefined ? this.slot(first + i * stride, width) : this.#make('load', width, [index], first, stride, region);
  }
  memory(memory: number, address: Word, word: number, stride: number, width: number): Word {
    return this.#make('mem', width, [address], word, stride, memory);
  }

  // ---- vectors --------------------------------------------------------------------------------------------------------------------

  readonly constants: Uint8Array[] = [];
  readonly #constantIds = new Map<string, number>();

  #constantId(bytes: readonly number[]): number {
    const key = bytes.join();
    let id = this.#constantIds.get(key);
    if (id === undefined) {
      id = this.constants.length;
      this.constants.push(Uint8Array.from(bytes));
      this.#constantIds.set(key, id);
    }
    return id;
  }
  isVector(x: Word): boolean {
    return this.nodes[x]!.width === VECTOR;
  }
  /** The bytes of a vector if it is a constant. */
  bytesOf(x: Word): Uint8Array | undefined {
    const n = this.nodes[x]!;
    return n.op === 'vconst' ? this.constants[n.k] : undefined;
  }
  vconst(bytes: readonly number[]): Word {
    return this.#make('vconst', VECTOR, [], this.#constantId(bytes));
  }
  vload(byte: number, region: number): Word {
    return this.#make('vload', VECTOR, [], byte, 0, region);
  }
  /** One lane of a packed Vec. */
  laneLoad(size: LaneSize, byte: number, index: Word, width: number, region: number): Word {
    return this.#make(`lane${size === 1 ? 8 : size === 2 ? 16 : 32}`, width, [index], byte, size, region);
  }
  /** Byte i of the result is byte `bytes[i]` of the 32 bytes of a and b. */
  shuffle(a: Word, b: Word, bytes: readonly number[]): Word {
    const [x, y] = [this.bytesOf(a), this.bytesOf(b)];
    if (x !== undefined && y !== undefined) return this.vconst(bytes.map((i) => (i < VECTOR_BYTES ? x[i]! : y[i - VECTOR_BYTES]!)));
    if (bytes.every((i, at) => i === at)) return a;
    if (bytes.every((i, at) => i === at + VECTOR_BYTES)) return b;
    return this.#make('i8x16.shuffle', VECTOR, [a, b], this.#constantId(bytes));
  }
  simd(op: SimdOp, args: readonly Word[], k = 0): Word {
    return this.#make(op, VECTOR, args, k);
  }
  /** An instruction that makes a word of a vector. */
  simdWord(op: SimdOp, width: number, x: Word, k = 0): Word {
    return this.#make(op, width, [x], k);
  }
  vmux(select: Word, ifTrue: Word, ifFalse: Word): Word {
    const s = this.constantOf(select);
    if (s !== undefined) return s === 1 ? ifTrue : ifFalse;
    return ifTrue === ifFalse ? ifTrue : this.#make('mux', VECTOR, [select, ifTrue, ifFalse]);
  }

  // ---- bitwise --------------------------------------------------------------------------------------------------------------------

  and(x: Word, y: Word): Word {
    let [a, b] = this.#constantLast(x, y);
    const c = this.constantOf(b);
    const d = this.constantOf(a);
    if (c !== undefined) {
      if (d !== undefined) return this.constant(c & d);
      const useful = c & maskOf(this.widthOf(a));
      if (useful === 0) return this.constant(0);
      if (useful >>> 0 === maskOf(this.widthOf(a))) return a;
      const inner = this.nodes[a]!;
      if (inner.op === 'and' && this.constantOf(inner.args[1]!) !== undefined) return this.and(inner.args[0]!, this.constant(useful & this.constantOf(inner.args[1]!)!));
      b = this.constant(useful);
    } else if (a === b) return a;
    else if (a > b) [a, b] = [b, a];
    return this.#make('and', Math.min(this.widthOf(a), this.widthOf(b)), [a, b]);
  }

  or(x: Word, y: Word): Word {
    let [a, b] = this.#constantLast(x, y);
    const c = this.constantOf(b);
    if (c !== undefined) {
      const d = this.constantOf(a);
      if (d !== undefined) return this.constant(c | d);
      if (c === 0) return a;
      if (c === maskOf(Math.max(this.widthOf(a), this.widthOf(b)))) return b;
    } else if (a === b) return a;
    else if (a > b) [a, b] = [b, a];
    return this.#make('or', Math.max(this.widthOf(a), this.widthOf(b)), [a, b]);
  }

  xor(x: Word, y: Word): Word {
    let [a, b] = this.#constantLast(x, y);
    const c = this.constantOf(b);
    if (c !== undefined) {
      const d = this.constantOf(a);
      if (d !== undefined) return this.constant(c ^ d);
      if (c === 0) return a;
      const inner = this.nodes[a]!;
      const e = inner.op === 'xor' ? this.constantOf(inner.args[1]!) : undefined;
      if (e !== undefined) return this.xor(inner.args[0]!, this.constant(c ^ e));
    } else if (a === b) return this.constant(0);
    else if (a > b) [a, b] = [b, a];
    return this.#make('xor', Math.max(this.widthOf(a), this.widthOf(b)), [a, b]);
  }

  not(x: Word, width: number): Word {
    return this.xor(x, this.constant(maskOf(width)));
  }

  trunc(x: Word, width: number): Word {
    return this.widthOf(x) <= width ? x : this.and(x, this.constant(maskOf(width)));
  }

  #constantLast(x: Word, y: Word): [Word, Word] {
    return this.nodes[x]!.op === 'const' ? [y, x] : [x, y];
  }

  // ---- arithmetic -----------------------------------------------------------------------------------------------------------------

  add(x: Word, y: Word, width: number): Word {
    const [a, b] = this.#constantLast(x, y);
    const c = this.constantOf(b);
    if (c !== undefined) {
      const d = this.constantOf(a);
      if (d !== undefined) return this.constant((c + d) & maskOf(width));
      if (c === 0) return this.trunc(a, width);
    }
    const natural = Math.max(this.widthOf(a), this.widthOf(b)) + 1;
    // k = 1: the sum cannot exceed its width, so nothing needs to be cut off.
    return this.#make('add', Math.min(width, natural, 32), c === undefined && a > b ? [b, a] : [a, b], natural <= width ? 1 : 0);
  }

  sub(x: Word, y: Word, width: number): Word {
    if (x === y) return this.constant(0);
    const c = this.constantOf(y);
    const d = this.constantOf(x);
    if (c !== undefined && d !== undefined) return this.constant((d - c) & maskOf(width));
    if (c === 0) return this.trunc(x, width);
    return this.#make('sub', Math.min(width, 32), [x, y]);
  }

  mul(x: Word, y: Word, width: number): Word {
    const [a, b] = this.#constantLast(x, y);
    const c = this.constantOf(b);
    if (c !== undefined) {
      const d = this.constantOf(a);
      if (d !== undefined) return this.constant(Math.imul(c, d) & maskOf(width));
      if (c === 0) return b;
      if (c === 1) return this.trunc(a, width);
      if ((c & (c - 1)) === 0) return this.shl(a, 31 - Math.clz32(c), width);
    }
    const natural = this.widthOf(a) + this.widthOf(b);
    return this.#make('mul', Math.min(width, natural, 32), c === undefined && a > b ? [b, a] : [a, b], natural <= width ? 1 : 0);
  }

  mulHigh(x: Word, y: Word): Word {
    const natural = this.widthOf(x) + this.widthOf(y);
    if (natural <= 32) return this.constant(0);
    const [a, b] = this.#constantLast(x, y);
    const [c, d] = [this.constantOf(a), this.constantOf(b)];
    if (c !== undefined && d !== undefined) return this.constant(Number((BigInt(c) * BigInt(d)) >> 32n));
    return this.#make('mulh', Math.min(32, natural - 32), a > b && d === undefined ? [b, a] : [a, b]);
  }

  // ---- shifts ---------------------------------------------------------------------------------------------------------------------

  shl(x: Word, by: number, width: number): Word {
    if (by >= width) return this.constant(0);
    const kept = this.trunc(x, Math.min(32, width - by));
    if (by === 0) return kept;
    const n = this.nodes[kept]!;
    if (n.op === 'const') return this.constant(n.k << by);
    return this.#make('shl', Math.min(32, n.width + by), [kept], by);
  }

  shr(x: Word, by: number): Word {
    if (by === 0) return x;
    const n = this.nodes[x]!;
    if (by >= n.width) return this.constant(0);
    if (n.op === 'const') return this.constant(n.k >>> by);
    if (n.op === 'shr') return this.shr(n.args[0]!, n.k + by);
    if (n.op === 'shl' && n.width === this.widthOf(n.args[0]!) + n.k) return by >= n.k ? this.shr(n.args[0]!, by - n.k) : this.shl(n.args[0]!, n.k - by, 32);
    return this.#make('shr', n.width - by, [x], by);
  }

  shlBy(x: Word, by: Word, width: number): Word {
    const c = this.constantOf(by);
    if (c !== undefined) return this.shl(x, c & 31, width);
    if (this.constantOf(x) === 0) return x;
    const natural = this.widthOf(x) + maskOf(Math.min(5, this.widthOf(by)));
    return this.#make('shlv', Math.min(width, natural, 32), [x, by], natural <= width ? 1 : 0);
  }
  shrBy(x: Word, by: Word): Word {
    const c = this.constantOf(by);
    if (c !== undefined) return this.shr(x, c & 31);
    return this.constantOf(x) === 0 ? x : this.#make('shrv', this.widthOf(x), [x, by]);
  }
  sarBy(x: Word, by: Word): Word {
    const [c, d] = [this.constantOf(x), this.constantOf(by)];
    if (c !== undefined && d !== undefined) return this.constant((c | 0) >> (d & 31));
    if (d === 0) return x;
    return this.widthOf(x) < 32 ? this.shrBy(x, by) : this.#make('sarv', 32, [x, by]);
  }
  signed(x: Word, from: number): Word {
    const c = this.constantOf(x);
    if (c !== undefined) return this.constant((c << (32 - from)) >> (32 - from));
    return from >= 32 || this.widthOf(x) < from ? x : this.#make('sext', 32, [x], from);
  }

  // ---- tests ----------------------------------------------------------------------------------------------------------------------

  eq(x: Word, y: Word): Word {
    const [a, b] = this.#constantLast(x, y);
    if (a === b) return this.constant(1);
    const [c, d] = [this.constantOf(b), this.constantOf(a)];
    if (c !== undefined) {
      if (d !== undefined) return this.constant(c === d ? 1 : 0);
      if (c > maskOf(this.widthOf(a))) return this.constant(0);
      if (this.widthOf(a) === 1) return c === 1 ? a : this.not(a, 1);
      if (c === 0 && this.nodes[a]!.op === 'shl') return this.eq(this.nodes[a]!.args[0]!, b);
    } else if (this.widthOf(a) === 1 && this.widthOf(b) === 1) return this.not(this.xor(a, b), 1);
    return this.#make('eq', 1, c === undefined && a > b ? [b, a] : [a, b]);
  }
  nonzero(x: Word): Word {
    return this.widthOf(x) === 1 ? x : this.not(this.eq(x, this.constant(0)), 1);
  }
  ltu(x: Word, y: Word): Word {
    if (x === y) return this.constant(0);
    const [c, d] = [this.constantOf(x), this.constantOf(y)];
    if (c !== undefined && d !== undefined) return this.constant(c < d ? 1 : 0);
    if (d === 0) return this.constant(0);
    if (d !== undefined && d > maskOf(this.widthOf(x))) return this.constant(1);
    if (d === 1) return this.not(this.nonzero(x), 1);
    if (c === 0) return this.nonzero(y);
    return this.#make('ltu', 1, [x, y]);
  }
  lts(x: Word, y: Word): Word {
    if (x === y) return this.constant(0);
    const [c, d] = [this.constantOf(x), this.constantOf(y)];
    if (c !== undefined && d !== undefined) return this.constant((c | 0) < (d | 0) ? 1 : 0);
    if (this.widthOf(x) < 32 && this.widthOf(y) < 32) return this.ltu(x, y);
    return this.#make('lts', 1, [x, y]);
  }

  mux(select: Word, ifTrue: Word, ifFalse: Word): Word {
    const s = this.constantOf(select);
    if (s !== undefined) return s === 1 ? ifTrue : ifFalse;
    if (ifTrue === ifFalse) return ifTrue;
    const n = this.nodes[select]!;
    if (n.op === 'xor' && this.constantOf(n.args[1]!) === 1) return this.mux(n.args[0]!, ifFalse, ifTrue);
    const [c, d] = [this.constantOf(ifTrue), this.constantOf(ifFalse)];
    const width = Math.max(this.widthOf(ifTrue), this.widthOf(ifFalse));
    if (width === 1) {
      if (d === 0) return this.and(select, ifTrue);
      if (c === 1) return this.or(select, ifFalse);
      if (c === 0) return this.and(this.not(select, 1), ifFalse);
      if (d === 1) return this.or(this.not(select, 1), ifTrue);
    }
    return this.#make('mux', width, [select, ifTrue, ifFalse]);
  }

  parity(x: Word): Word {
    const c = this.constantOf(x);
    if (c !== undefined) return this.constant(popcount(c) & 1);
    return this.widthOf(x) === 1 ? x : this.#make('parity', 1, [x]);
  }
  popcount(x: Word): Word {
    const c = this.constantOf(x);
    if (c !== undefined) return this.constant(popcount(c));
    return this.widthOf(x) === 1 ? x : this.#make('popcount', 6, [x]);
  }
  ctz(x: Word): Word {
    const c = this.constantOf(x);
    if (c !== undefined) return this.constant(c === 0 ? 0 : 31 - Math.clz32(c & -c));
    return this.widthOf(x) === 1 ? this.constant(0) : this.#make('ctz', 5, [x]);
  }

  lookup(entries: readonly Word[], index: Word): Word {
    const c = this.constantOf(index);
    if (c !== undefined) return entries[c] ?? this.constant(0);
    const reach = Math.min(entries.length, maskOf(this.widthOf(index)) + 1);
    // A few entries are cheaper as a tree of multiplexers than as stores and a load.
    if (reach <= 4) {
      const choose = (lo: number, size: number): Word => {
        if (lo >= reach) return this.constant(0);
        if (size === 1) return entries[lo]!;
        const half = size / 2;
        return this.mux(this.trunc(this.shr(index, Math.log2(half)), 1), choose(lo + half, half), choose(lo, half));
      };
      return choose(0, 2 ** Math.ceil(Math.log2(reach)));
    }
    const used = entries.slice(0, reach);
    const table = this.#make('table', 32, used);
    return this.#make('lookup', Math.max(...used.map((e) => this.widthOf(e))), [table, index]);
  }
}

export function popcount(x: number): number {
  let v = x - ((x >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
