import type { Word, Words } from '../../../ir/words.ts';
import type { WordGraph } from '../graph.ts';
import { PartsOf, type Parts } from './parts.ts';
import { sizeOf, type LaneSize } from './simd.ts';

/**
 * The same operators on all lanes of a Vec at once: the machine words that the operator table computes with are here whole Vecs, one word of up
 * to 32 bits in each lane. So elementwise operators need no second description.
 */
export class LaneWords implements Words {
  readonly parts: PartsOf;
  readonly #values: LaneValue[] = [];
  readonly #ids = new Map<string, Word>();
  /** What a difference or comparison was made of, for saturating subtraction, least and greatest. */
  readonly #differences = new Map<Word, readonly [Word, Word]>();
  readonly #comparisons = new Map<Word, readonly [Word, Word]>();

  constructor(
    private readonly g: WordGraph,
    readonly lanes: number,
  ) {
    this.parts = new PartsOf(g, lanes);
  }

  #value(x: Word): LaneValue {
    return this.#values[x]!;
  }
  #intern(key: string, value: LaneValue): Word {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#values.length;
      this.#values.push(value);
      this.#ids.set(key, id);
    }
    return id;
  }

  // ---- making values ----------------------------------------------------------------------------------------------------------------

  /** The same word in each lane. */
  uniform(word: Word): Word {
    return this.#intern(`u${word}`, { kind: 'uniform', width: this.g.widthOf(word), word });
  }
  number(size: LaneSize, parts: Parts, width: number, lane?: LaneReader): Word {
    if (width === 1) return this.mask(size, this.parts.simd('v128.not', this.parts.map(size, 'eq', parts, this.#all(size, 0))));
    return this.#intern(`n${size}:${width}:${parts.join()}`, { kind: 'number', width, size, parts, ...(lane && { lane }) });
  }
  mask(size: LaneSize, parts: Parts, lane?: LaneReader): Word {
    return this.#intern(`m${size}:${parts.join()}`, { kind: 'bool', width: 1, masks: new Map([[size, parts]]), ...(lane && { lane }) });
  }
  flags(words: Parts): Word {
    if (words.every((w) => this.g.constantOf(w) === 0)) return this.constant(0);
    return this.#intern(`f${words.join()}`, { kind: 'bool', width: 1, masks: new Map(), flags: words });
  }
  /** A word for each lane. */
  build(words: readonly Word[]): Word {
    const { g } = this;
    if (words.every((w) => w === words[0])) return this.uniform(words[0]!);
    const width = Math.max(...words.map((w) => g.widthOf(w)));
    if (width > 1) return this.number(sizeOf(width), this.parts.build(sizeOf(width), words), width);
    return this.flags(
      Array.from({ length: Math.ceil(this.lanes / 32) }, (_, k) => words.slice(32 * k, 32 * k + 32).reduce((all, w, i) => g.or(all, g.shl(w, i, 32)), g.constant(0))),
    );
  }
  /** Lanes that lie one behind the other in words. */
  wholeWords(words: readonly Word[]): Parts {
    return Array.from({ length: Math.ceil(words.length / 4) }, (_, p) => new PartsOf(this.g, 4).build(4, words.slice(4 * p, 4 * p + 4))[0]!);
  }
  /** The Vec with one lane replaced. `rest`: words of the index above the first. */
  insert(vec: Word, index: Word, rest: readonly Word[], value: Word): Word {
    const { g } = this;
    // An index that is out of reach is made to name no lane.
    const small = sizeOf(32 - Math.clz32(this.lanes));
    const outside = rest.reduce((any, w) => g.or(any, g.nonzero(w)), g.constant(0));
    const limit = 2 ** (8 * small) - 1;
    const low = g.widthOf(index) <= 8 * small ? index : g.mux(g.ltu(index, g.constant(this.lanes)), index, g.constant(limit));
    const at = g.mux(outside, g.constant(limit), low);
    const numbers = this.number(small, this.parts.constants(small, (i) => i), 8 * small);
    return this.mux(this.eq(numbers, this.uniform(at)), this.uniform(value), vec);
  }
  /** Lane i is lane `lane` of `of`, of a Vec that may have another number of lanes. */
  permuted(sources: readonly { readonly of: LaneWords; readonly value: Word; readonly lane: number }[]): Word {
    const width = Math.max(...sources.map(({ of, value }) => of.widthOf(value)));
    if (width === 1) return this.mask(1, this.parts.permute(1, (i) => ({ parts: sources[i]!.of.maskOf(sources[i]!.value, 1), lane: sources[i]!.lane })));
    const size = sizeOf(width);
    return this.number(size, this.parts.permute(size, (i) => ({ parts: sources[i]!.of.numberOf(sources[i]!.value, size), lane: sources[i]!.lane })), width);
  }

  // ---- looking at values ------------------------------------------------------------------------------------------------------------

  widthOf(x: Word): number {
    return this.#value(x).width;
  }
  constantOf(x: Word): number | undefined {
    const v = this.#value(x);
    return v.kind === 'uniform' ? this.g.constantOf(v.word) : undefined;
  }
  uniformOf(x: Word): Word | undefined {
    const v = this.#value(x);
    return v.kind === 'uniform' ? v.word : undefined;
  }

  #all(size: LaneSize, value: number): Parts {
    return this.parts.uniform(size, this.g.constant(value));
  }

  /** The low bits that fit into lanes of this size, zero-extended. */
  numberOf(x: Word, size: LaneSize): Parts {
    const v = this.#value(x);
    switch (v.kind) {
      case 'uniform':
        return this.parts.uniform(size, this.g.trunc(v.word, 8 * size));
      case 'bool':
        return this.parts.simd('v128.and', this.maskOf(x, size), this.#all(size, 1));
      case 'number': {
        const fitting = v.size > size && v.width > 8 * size ? this.parts.simd('v128.and', v.parts, this.#all(v.size, 2 ** (8 * size) - 1)) : v.parts;
        return this.parts.resize(fitting, v.size, size, 'u');
      }
      case 'shifted':
      case 'signed':
        return this.numberOf(this.#settled(x), size);
    }
  }

  /** A bit as 0 or -1 in lanes of this size. */
  maskOf(x: Word, size: LaneSize): Parts {
    const v = this.#value(x);
    if (v.kind === 'uniform') return this.parts.uniform(size, this.g.sub(this.g.constant(0), v.word, 32));
    if (v.kind !== 'bool') throw new Error('not a bit');
    let mask = v.masks.get(size);
    if (mask === undefined) {
      const other = v.masks.entries().next();
      mask = other.done === true ? this.parts.masksOf(v.flags!, size) : this.parts.resize(other.value[1], other.value[0], size, 's');
      v.masks.set(size, mask);
    }
    return mask;
  }

  /** A bit as words of 32 lanes. */
  flagsOf(x: Word): Parts {
    const v = this.#value(x);
    const { g } = this;
    if (v.kind === 'uniform') {
      return Array.from({ length: Math.ceil(this.lanes / 32) }, (_, k) => g.trunc(g.sub(g.constant(0), v.word, 32), Math.min(32, this.lanes - 32 * k)));
    }
    if (v.kind !== 'bool') throw new Error('not a bit');
    if (v.flags === undefined) {
      const [size, masks] = v.masks.entries().next().value!;
      v.flags = this.parts.flagsOf(masks, size);
    }
    return v.flags;
  }

  /** The word in one lane. */
  lane(x: Word, i: number): Word {
    const { g } = this;
    const v = this.#value(x);
    switch (v.kind) {
      case 'uniform':
        return v.word;
      case 'number': {
        if (v.lane !== undefined) return v.lane(g.constant(i));
        const each = 16 / v.size;
        return this.parts.extract(v.size, v.parts[Math.floor(i / each)]!, i % each, v.width);
      }
      case 'bool': {
        if (v.lane !== undefined) return v.lane(g.constant(i));
        if (v.flags !== undefined) return g.trunc(g.shr(v.flags[i >> 5]!, i & 31), 1);
        const [size, parts] = v.masks.entries().next().value!;
        const each = 16 / size;
        return g.trunc(this.parts.extract(size, parts[Math.floor(i / each)]!, i % each, 8 * size), 1);
      }
      case 'shifted':
        return g.shrBy(v.word, this.lane(v.by, i));
      case 'signed':
        return g.signed(this.lane(v.of, i), v.from);
    }
  }

  /** The lane that a word names, if the value lies in memory. */
  reader(x: Word): LaneReader | undefined {
    const v = this.#value(x);
    return v.kind === 'number' || v.kind === 'bool' ? v.lane : undefined;
  }

  /** Forms that stand for something not worked out yet become numbers. */
  #settled(x: Word): Word {
    const v = this.#value(x);
    if (v.kind === 'signed') {
      const up = this.parts.shift(4, 'shl', this.numberOf(v.of, 4), this.g.constant(32 - v.from));
      return this.number(4, up.map((p) => this.g.simd('i32x4.shr_s', [p, this.g.constant(32 - v.from)])), 32);
    }
    if (v.kind === 'shifted') return this.#barrel(this.uniform(v.word), v.by, v.width, 'shr_u');
    return x;
  }

  /** Done on words where all operands are the same in each lane. */
  #words(args: readonly Word[], f: (...words: Word[]) => Word): Word | undefined {
    const words = args.map((a) => this.uniformOf(a));
    return words.includes(undefined) ? undefined : this.uniform(f(...(words as Word[])));
  }
  /** Done lane by lane on words: what vectors have no instruction for. */
  #laneByLane(args: readonly Word[], f: (...words: Word[]) => Word): Word {
    return this.build(Array.from({ length: this.lanes }, (_, i) => f(...args.map((a) => this.lane(a, i)))));
  }

  constant(value: number): Word {
    return this.uniform(this.g.constant(value));
  }
  trunc(x: Word, width: number): Word {
    const v = this.#value(x);
    if (v.width <= width) return x;
    if (v.kind === 'uniform') return this.uniform(this.g.trunc(v.word, width));
    if (width === 1) return this.#bit(x, 0);
    if (v.kind === 'signed' && width <= v.from) return this.trunc(v.of, width);
    const size = sizeOf(width);
    const parts = this.numberOf(x, size);
    return this.number(size, width === 8 * size ? parts : this.parts.simd('v128.and', parts, this.#all(size, 2 ** width - 1)), width);
  }

  /** One bit of a number. */
  #bit(x: Word, bit: number): Word {
    const v = this.#value(x);
    if (v.kind === 'shifted' && bit === 0) return this.#pick(v.word, v.by);
    if (v.kind === 'signed') return this.#bit(bit < v.from ? v.of : x, Math.min(bit, v.from - 1));
    if (v.kind === 'bool') return x;
    if (v.kind !== 'number') return this.#bit(this.#settled(x), bit);
    // The sign of a lane is a comparison; any other bit is compared with itself.
    if (bit === 8 * v.size - 1) return this.mask(v.size, this.parts.map(v.size, 'lt_s', v.parts, this.#all(v.size, 0)));
    const only = this.#all(v.size, 2 ** bit);
    return this.mask(v.size, this.parts.map(v.size, 'eq', this.parts.simd('v128.and', v.parts, only), only));
  }

  /** Bit `by` of a word, in each lane another one: 0 beyond its end. */
  #pick(word: Word, by: Word): Word {
    const { g } = this;
    const width = g.widthOf(word);
    const table = new PartsOf(g, width);
    // The table is 0 beyond its end.
    const masks = table.masksOf([word], 1);
    return this.mask(1, this.#swizzled(masks, 16 * masks.length, this.#index(by, 1, width), 1));
  }

  // ---- lookups: indices in lanes ------------------------------------------------------------------------------------------------------

  /** Indices in lanes of a size; those that are out of reach are made to name nothing. */
  #index(by: Word, size: LaneSize, length: number): Parts {
    if (length > BEYOND) throw new Error('too long a table');
    // Byte addresses must fit into bytes.
    if (this.widthOf(by) <= 8 - Math.log2(size)) return this.numberOf(by, size);
    const own = sizeOf(this.widthOf(by));
    const least = this.parts.map(own, 'min_u', this.numberOf(by, own), this.#all(own, BEYOND));
    return this.numberOf(this.number(own, least, 8), size);
  }

  /** Entries of a table (in lanes of `size`, `length` of them) at the indices; 0 where there is none. */
  #swizzled(table: Parts, length: number, index: Parts, size: LaneSize): Parts {
    const { g, parts } = this;
    // In bytes: each byte of a lane has its own address.
    const bytes =
      size === 1
        ? index
        : size === 2
          ? parts.map(2, 'add', parts.simd('v128.or', parts.shift(2, 'shl', index, g.constant(1)), parts.shift(2, 'shl', index, g.constant(9))), this.#all(2, 0x0100))
          : parts.map(4, 'add', parts.simd('i32x4.mul', index, this.#all(4, 0x04040404)), this.#all(4, 0x03020100));
    const each = 16 / size;
    const rest = length % each;
    return bytes.map((at) =>
      table
        .map((t, p) => {
          const inside = p + 1 === table.length && rest !== 0 ? g.simd('v128.and', [t, this.parts.constant(size, (i) => (i < rest ? -1 : 0))]) : t;
          const from = p === 0 ? at : g.simd('i8x16.sub', [at, this.parts.splat(1, g.constant(16 * p))]);
          return g.simd('i8x16.swizzle', [inside, from]);
        })
        .reduce((a, b) => g.simd('v128.or', [a, b])),
    );
  }

  /** In each lane, the lane of another Vec that the index names; 0 if there is none. */
  gather(from: LaneWords, x: Word, index: Word): Word {
    const width = from.widthOf(x);
    const uniform = this.uniformOf(index);
    const size = width === 1 ? 1 : sizeOf(width);
    if (uniform !== undefined && this.lanes > 1) return this.uniform(new LaneWords(this.g, 1).gatherOne(from, x, uniform));
    if (from.lanes > BEYOND) return this.#laneByLane([index], (i) => this.g.trunc(selectLane(this.g, from, x, i), width));
    const table = width === 1 ? from.maskOf(x, 1) : from.numberOf(x, size);
    const found = this.#swizzled(table, from.lanes, this.#index(index, size, from.lanes), size);
    return width === 1 ? this.mask(1, found) : this.number(size, found, width);
  }
  /** Of a Vec of one lane: the lane of another Vec that a word names. */
  gatherOne(from: LaneWords, x: Word, index: Word): Word {
    const width = from.widthOf(x);
    const uniform = from.uniformOf(x);
    const { g } = this;
    if (uniform !== undefined) return g.mux(g.ltu(index, g.constant(from.lanes)), uniform, g.constant(0));
    if (from.lanes > BEYOND || width === 1) return selectLane(g, from, x, index);
    const size = sizeOf(width);
    const reach = g.mux(g.ltu(index, g.constant(from.lanes)), index, g.constant(BEYOND));
    const found = this.#swizzled(from.numberOf(x, size), from.lanes, this.parts.uniform(size, g.widthOf(index) <= 5 ? index : reach), size);
    return this.lane(this.number(size, found, width), 0);
  }

  // ---- bitwise ----------------------------------------------------------------------------------------------------------------------

  #bitwise(op: 'and' | 'or' | 'xor', a: Word, b: Word): Word {
    const uniform = this.#words([a, b], (x, y) => this.g[op](x, y));
    if (uniform !== undefined) return uniform;
    if (a === b) return op === 'xor' ? this.constant(0) : a;
    const [x, y] = this.constantOf(a) !== undefined ? [b, a] : [a, b];
    const c = this.constantOf(y);
    const [wx, wy] = [this.widthOf(x), this.widthOf(y)];
    if (c === 0) return op === 'and' ? y : x;
    if (op === 'and') {
      if (c !== undefined && isMask(c)) return this.trunc(x, wy);
      const width = Math.min(wx, wy);
      if (wx !== wy) return this.#bitwise('and', this.trunc(x, width), this.trunc(y, width));
    }
    if (c === 1 && op === 'or' && wx === 1) return y;
    if (wx === 1 && wy === 1) return this.#bits(op, x, y);
    const width = op === 'and' ? Math.min(wx, wy) : Math.max(wx, wy);
    const size = sizeOf(width);
    return this.number(size, this.parts.simd(`v128.${op}`, this.numberOf(x, size), this.numberOf(y, size)), width);
  }

  /** Between bits: on flags if they have them, else on masks. */
  #bits(op: 'and' | 'or' | 'xor', x: Word, y: Word): Word {
    const [a, b] = [this.#value(x), this.#value(y)];
    const hasMask = (v: LaneValue): boolean => v.kind === 'bool' && v.masks.size > 0;
    const flags = (v: LaneValue): boolean => v.kind === 'uniform' || (v.kind === 'bool' && v.flags !== undefined);
    if (flags(a) && flags(b) && !(hasMask(a) && hasMask(b))) {
      const [f, h] = [this.flagsOf(x), this.flagsOf(y)];
      return this.flags(f.map((w, k) => this.g[op](w, h[k]!)));
    }
    const sizes = [a, b].flatMap((v) => (v.kind === 'bool' ? [...v.masks.keys()] : []));
    const size = Math.min(...sizes) as LaneSize;
    if (op === 'xor' && this.constantOf(y) === 1) return this.mask(size, this.parts.simd('v128.not', this.maskOf(x, size)));
    return this.mask(size, this.parts.simd(`v128.${op}`, this.maskOf(x, size), this.maskOf(y, size)));
  }

  and(a: Word, b: Word): Word {
    return this.#bitwise('and', a, b);
  }
  or(a: Word, b: Word): Word {
    return this.#bitwise('or', a, b);
  }
  xor(a: Word, b: Word): Word {
    return this.#bitwise('xor', a, b);
  }
  not(x: Word, width: number): Word {
    return this.xor(x, this.constant(width >= 32 ? 0xffffffff : 2 ** width - 1));
  }

  // ---- arithmetic -------------------------------------------------------------------------------------------------------------------

  /** An operator that wraps at `width`; `natural` bits hold any result. */
  #wrapping(size: LaneSize, parts: Parts, width: number, natural: number): Word {
    const exact = natural <= width || width >= 8 * size;
    const bits = Math.min(width, natural, 32);
    if (bits === 1) return this.#bit(this.#intern(`n${size}:${8 * size}:${parts.join()}`, { kind: 'number', width: 8 * size, size, parts }), 0);
    return this.number(size, exact ? parts : this.parts.simd('v128.and', parts, this.#all(size, 2 ** width - 1)), bits);
  }
  add(a: Word, b: Word, width: number): Word {
    const uniform = this.#words([a, b], (x, y) => this.g.add(x, y, width));
    if (uniform !== undefined) return uniform;
    if (this.constantOf(a) === 0) return this.trunc(b, width);
    if (this.constantOf(b) === 0) return this.trunc(a, width);
    const natural = Math.max(this.widthOf(a), this.widthOf(b)) + 1;
    const size = sizeOf(Math.min(width, natural));
    return this.#wrapping(size, this.parts.map(size, 'add', this.numberOf(a, size), this.numberOf(b, size)), width, natural);
  }
  sub(a: Word, b: Word, width: number): Word {
    const uniform = this.#words([a, b], (x, y) => this.g.sub(x, y, width));
    if (uniform !== undefined) return uniform;
    if (this.constantOf(b) === 0) return this.trunc(a, width);
    const size = sizeOf(width);
    const difference = this.#wrapping(size, this.parts.map(size, 'sub', this.numberOf(a, size), this.numberOf(b, size)), width, 64);
    this.#differences.set(difference, [a, b]);
    return difference;
  }
  mul(a: Word, b: Word, width: number): Word {
    const uniform = this.#words([a, b], (x, y) => this.g.mul(x, y, width));
    if (uniform !== undefined) return uniform;
    for (const [x, y] of [[a, b], [b, a]] as const) {
      const c = this.constantOf(y);
      if (c === 0) return y;
      if (c !== undefined && (c & (c - 1)) === 0) return this.shl(x, 31 - Math.clz32(c), width);
    }
    const natural = this.widthOf(a) + this.widthOf(b);
    const size = Math.max(2, sizeOf(Math.min(width, natural))) as 2 | 4;
    const product = this.parts.simd(size === 2 ? 'i16x8.mul' : 'i32x4.mul', this.numberOf(a, size), this.numberOf(b, size));
    return this.#wrapping(size, product, width, natural);
  }
  mulHigh(a: Word, b: Word): Word {
    if (this.widthOf(a) + this.widthOf(b) <= 32) return this.constant(0);
    return this.#words([a, b], (x, y) => this.g.mulHigh(x, y)) ?? this.#laneByLane([a, b], (x, y) => this.g.mulHigh(x, y));
  }

  // ---- shifts -----------------------------------------------------------------------------------------------------------------------

  shl(x: Word, by: number, width: number): Word {
    const uniform = this.#words([x], (w) => this.g.shl(w, by, width));
    if (uniform !== undefined) return uniform;
    if (by >= width) return this.constant(0);
    const kept = this.trunc(x, Math.min(32, width - by));
    if (by === 0) return kept;
    const w = Math.min(32, this.widthOf(kept) + by);
    const size = sizeOf(w);
    if (this.widthOf(kept) === 1) return this.number(size, this.parts.simd('v128.and', this.maskOf(kept, size), this.#all(size, 2 ** by)), w);
    return this.number(size, this.parts.shift(size, 'shl', this.numberOf(kept, size), this.g.constant(by)), w);
  }
  shr(x: Word, by: number): Word {
    const uniform = this.#words([x], (w) => this.g.shr(w, by));
    if (uniform !== undefined) return uniform;
    if (by === 0) return x;
    const v = this.#value(x);
    if (by >= v.width) return this.constant(0);
    if (by === v.width - 1) return this.#bit(x, by);
    if (v.kind !== 'number') return this.shr(this.#settled(x), by);
    return this.number(v.size, this.parts.shift(v.size, 'shr_u', v.parts, this.g.constant(by)), v.width - by);
  }
  shlBy(x: Word, by: Word, width: number): Word {
    const uniform = this.#words([x, by], (a, b) => this.g.shlBy(a, b, width));
    if (uniform !== undefined) return uniform;
    const c = this.constantOf(by);
    if (c !== undefined) return this.shl(x, c & 31, width);
    const natural = Math.min(32, this.widthOf(x) + 2 ** Math.min(5, this.widthOf(by)) - 1);
    if (this.constantOf(x) === 1) return this.#powerOfTwo(by, Math.min(width, natural));
    return this.trunc(this.#barrel(x, by, Math.min(width, natural), 'shl'), width);
  }
  shrBy(x: Word, by: Word): Word {
    const uniform = this.#words([x, by], (a, b) => this.g.shrBy(a, b));
    if (uniform !== undefined) return uniform;
    const c = this.constantOf(by);
    if (c !== undefined) return this.shr(x, c & 31);
    const word = this.uniformOf(x);
    // Often only one bit of it is wanted: see #pick.
    if (word !== undefined) return this.#intern(`s${word}:${by}`, { kind: 'shifted', width: this.g.widthOf(word), word, by });
    return this.#barrel(x, by, this.widthOf(x), 'shr_u');
  }
  sarBy(x: Word, by: Word): Word {
    return this.#words([x, by], (a, b) => this.g.sarBy(a, b)) ?? this.#laneByLane([x, by], (a, b) => this.g.sarBy(a, b));
  }

  /** Shifts by an amount below 32: one step for each of its bits. */
  #barrel(x: Word, by: Word, width: number, op: 'shl' | 'shr_u'): Word {
    const word = this.uniformOf(by);
    if (word !== undefined) {
      // The instruction takes the amount modulo the lane.
      const size = (2 ** this.g.widthOf(word) <= 8 ? sizeOf(width) : 2 ** this.g.widthOf(word) <= 16 ? Math.max(2, sizeOf(width)) : 4) as LaneSize;
      return this.#wrapping(size, this.parts.shift(size, op, this.numberOf(x, size), word), width, op === 'shl' ? 64 : width);
    }
    let all = x;
    for (let bit = 0; bit < Math.min(5, this.widthOf(by)); bit++) {
      const on = this.trunc(this.shr(by, bit), 1);
      all = this.mux(on, op === 'shl' ? this.shl(all, 2 ** bit, width) : this.shr(all, 2 ** bit), this.trunc(all, width));
    }
    return all;
  }

  /** 1 << by, in each lane another one: from a table of bytes. */
  #powerOfTwo(by: Word, width: number): Word {
    const { g, parts } = this;
    const size = sizeOf(width);
    const index = this.#index(by, size, 32);
    // In byte k of a lane stand bits 8k to 8k + 7.
    const inAllBytes = size === 1 ? index : parts.simd('i8x16.swizzle', index, index.map(() => parts.constant(1, (i) => i - (i % size))));
    const bytes = inAllBytes.map((at) => {
      const local = size === 1 ? at : g.simd('i8x16.sub', [at, parts.constant(1, (i) => 8 * (i % size))]);
      return g.simd('i8x16.swizzle', [parts.constant(1, (i) => (i < 8 ? 2 ** i : 0)), local]);
    });
    return this.#wrapping(size, bytes, width, width >= 8 * size ? width : 64);
  }

  signed(x: Word, from: number): Word {
    const uniform = this.#words([x], (w) => this.g.signed(w, from));
    if (uniform !== undefined) return uniform;
    if (from >= 32 || this.widthOf(x) < from) return x;
    return this.#intern(`x${x}:${from}`, { kind: 'signed', width: 32, of: x, from });
  }

  // ---- tests ------------------------------------------------------------------------------------------------------------------------

  eq(a: Word, b: Word): Word {
    const uniform = this.#words([a, b], (x, y) => this.g.eq(x, y));
    if (uniform !== undefined) return uniform;
    if (a === b) return this.constant(1);
    const [x, y] = this.constantOf(a) !== undefined ? [b, a] : [a, b];
    const c = this.constantOf(y);
    if (c !== undefined && c > 2 ** this.widthOf(x) - 1) return this.constant(0);
    if (this.widthOf(x) === 1 && this.widthOf(y) === 1) return c === 1 ? x : this.not(c === 0 ? x : this.xor(x, y), 1);
    const size = sizeOf(Math.max(this.widthOf(x), this.widthOf(y)));
    return this.mask(size, this.parts.map(size, 'eq', this.numberOf(x, size), this.numberOf(y, size)));
  }
  nonzero(x: Word): Word {
    return this.widthOf(x) === 1 ? x : this.not(this.eq(x, this.constant(0)), 1);
  }
  ltu(a: Word, b: Word): Word {
    const uniform = this.#words([a, b], (x, y) => this.g.ltu(x, y));
    if (uniform !== undefined) return uniform;
    const [c, d] = [this.constantOf(a), this.constantOf(b)];
    if (a === b || d === 0) return this.constant(0);
    if (d !== undefined && d > 2 ** this.widthOf(a) - 1) return this.constant(1);
    if (c === 0) return this.nonzero(b);
    if (this.widthOf(a) === 1 && this.widthOf(b) === 1) return this.and(this.not(a, 1), b);
    const size = sizeOf(Math.max(this.widthOf(a), this.widthOf(b)));
    const less = d === 1 ? this.eq(a, this.constant(0)) : this.mask(size, this.parts.map(size, 'lt_u', this.numberOf(a, size), this.numberOf(b, size)));
    this.#comparisons.set(less, [a, b]);
    return less;
  }
  lts(a: Word, b: Word): Word {
    const uniform = this.#words([a, b], (x, y) => this.g.lts(x, y));
    if (uniform !== undefined) return uniform;
    if (a === b) return this.constant(0);
    if (this.widthOf(a) < 32 && this.widthOf(b) < 32) return this.ltu(a, b);
    // Values extended from few bits are compared in small lanes, shifted up to the sign.
    const bits = Math.max(this.#signedBits(a), this.#signedBits(b));
    const size = sizeOf(bits);
    const up = (x: Word): Parts => {
      const parts = this.numberOf(this.trunc(x, bits), size);
      return bits === 8 * size ? parts : this.parts.shift(size, 'shl', parts, this.g.constant(8 * size - bits));
    };
    return this.mask(size, this.parts.map(size, 'lt_s', up(a), up(b)));
  }
  /** Bits of two's complement that hold the value. */
  #signedBits(x: Word): number {
    const v = this.#value(x);
    const c = this.constantOf(x);
    if (c !== undefined) return 33 - Math.clz32((c | 0) < 0 ? ~c : c);
    return v.kind === 'signed' ? v.from : Math.min(32, v.width + 1);
  }

  mux(select: Word, ifTrue: Word, ifFalse: Word): Word {
    const c = this.constantOf(select);
    if (c !== undefined) return c === 1 ? ifTrue : ifFalse;
    if (ifTrue === ifFalse) return ifTrue;
    const uniform = this.#words([select, ifTrue, ifFalse], (s, x, y) => this.g.mux(s, x, y));
    if (uniform !== undefined) return uniform;
    const width = Math.max(this.widthOf(ifTrue), this.widthOf(ifFalse));
    const [t, f] = [this.constantOf(ifTrue), this.constantOf(ifFalse)];
    if (width === 1) {
      if (f === 0) return this.and(select, ifTrue);
      if (t === 1) return this.or(select, ifFalse);
      if (t === 0) return this.and(this.not(select, 1), ifFalse);
      if (f === 1) return this.or(this.not(select, 1), ifTrue);
    }
    const whole = this.uniformOf(select);
    if (width === 1) return this.#muxBits(select, whole, ifTrue, ifFalse);
    const size = sizeOf(width);
    const known = this.#known(select, ifTrue, ifFalse, size);
    if (known !== undefined) return known;
    const [a, b] = [this.numberOf(ifTrue, size), this.numberOf(ifFalse, size)];
    if (whole !== undefined) return this.number(size, a.map((p, i) => this.g.vmux(whole, p, b[i]!)), width);
    const mask = this.maskOf(select, size);
    if (f === 0) return this.number(size, this.parts.simd('v128.and', a, mask), width);
    if (t === 0) return this.number(size, this.parts.simd('v128.andnot', b, mask), width);
    return this.number(size, this.parts.simd('v128.bitselect', a, b, mask), width);
  }

  #muxBits(select: Word, whole: Word | undefined, ifTrue: Word, ifFalse: Word): Word {
    const [a, b] = [this.#value(ifTrue), this.#value(ifFalse)];
    const masks = (v: LaneValue): boolean => v.kind === 'bool' && v.masks.size > 0;
    if (whole !== undefined) {
      if (!masks(a) && !masks(b)) {
        const [x, y] = [this.flagsOf(ifTrue), this.flagsOf(ifFalse)];
        return this.flags(x.map((w, k) => this.g.mux(whole, w, y[k]!)));
      }
      const size = Math.min(...[a, b].flatMap((v) => (v.kind === 'bool' ? [...v.masks.keys()] : []))) as LaneSize;
      const [x, y] = [this.maskOf(ifTrue, size), this.maskOf(ifFalse, size)];
      return this.mask(size, x.map((w, k) => this.g.vmux(whole, w, y[k]!)));
    }
    const s = this.#value(select);
    if (![s, a, b].some(masks)) return this.or(this.and(select, ifTrue), this.and(this.not(select, 1), ifFalse));
    const size = Math.min(...[s, a, b].flatMap((v) => (v.kind === 'bool' ? [...v.masks.keys()] : []))) as LaneSize;
    return this.mask(size, this.parts.simd('v128.bitselect', this.maskOf(ifTrue, size), this.maskOf(ifFalse, size), this.maskOf(select, size)));
  }

  /** Saturating differences, least and greatest have instructions of their own. */
  #known(select: Word, ifTrue: Word, ifFalse: Word, size: LaneSize): Word | undefined {
    const compared = this.#comparisons.get(select);
    if (compared === undefined) return undefined;
    const [a, b] = compared;
    const width = Math.max(this.widthOf(ifTrue), this.widthOf(ifFalse));
    const parts = (op: LaneOpOf): Word => this.number(size, this.parts.map(size, op, this.numberOf(a, size), this.numberOf(b, size)), width);
    if (sizeOf(Math.max(this.widthOf(a), this.widthOf(b))) > size) return undefined;
    if (ifTrue === a && ifFalse === b) return parts('min_u');
    if (ifTrue === b && ifFalse === a) return parts('max_u');
    const difference = this.#differences.get(ifFalse);
    if (this.constantOf(ifTrue) !== 0 || difference === undefined || difference[0] !== a || difference[1] !== b) return undefined;
    if (this.widthOf(a) > this.widthOf(ifFalse)) return undefined;
    const saturated =
      size === 4
        ? this.parts.map(4, 'sub', this.parts.map(4, 'max_u', this.numberOf(a, 4), this.numberOf(b, 4)), this.numberOf(b, 4))
        : this.parts.simd(size === 1 ? 'i8x16.sub_sat_u' : 'i16x8.sub_sat_u', this.numberOf(a, size), this.numberOf(b, size));
    return this.number(size, saturated, this.widthOf(a));
  }

  // ---- counting ---------------------------------------------------------------------------------------------------------------------

  popcount(x: Word): Word {
    const uniform = this.#words([x], (w) => this.g.popcount(w));
    if (uniform !== undefined) return uniform;
    if (this.widthOf(x) === 1) return x;
    const size = sizeOf(this.widthOf(x));
    let parts = this.parts.simd('i8x16.popcnt', this.numberOf(x, size));
    if (size > 1) parts = this.parts.simd('i16x8.extadd_pairwise_i8x16_u', parts);
    if (size > 2) parts = this.parts.simd('i32x4.extadd_pairwise_i16x8_u', parts);
    return this.number(size, parts, 6);
  }
  parity(x: Word): Word {
    const uniform = this.#words([x], (w) => this.g.parity(w));
    return uniform ?? (this.widthOf(x) === 1 ? x : this.trunc(this.popcount(x), 1));
  }
  ctz(x: Word): Word {
    const uniform = this.#words([x], (w) => this.g.ctz(w));
    if (uniform !== undefined) return uniform;
    if (this.widthOf(x) === 1) return this.constant(0);
    const width = this.widthOf(x);
    const below = this.and(this.not(x, width), this.sub(x, this.constant(1), width));
    return this.trunc(this.popcount(below), 5);
  }

  /** A few entries are chosen between; of many the lanes are looked at one by one. */
  lookup(entries: readonly Word[], index: Word): Word {
    const uniform = this.#words([...entries, index], (...words) => this.g.lookup(words.slice(0, -1), words.at(-1)!));
    if (uniform !== undefined) return uniform;
    const reach = Math.min(entries.length, 2 ** this.widthOf(index));
    if (reach > 16) return this.#laneByLane([...entries, index], (...words) => this.g.lookup(words.slice(0, -1), words.at(-1)!));
    const choose = (lo: number, size: number): Word => {
      if (lo >= reach) return this.constant(0);
      if (size === 1) return entries[lo]!;
      const half = size / 2;
      return this.mux(this.trunc(this.shr(index, Math.log2(half)), 1), choose(lo + half, half), choose(lo, half));
    };
    return choose(0, 2 ** Math.ceil(Math.log2(reach)));
  }
}

type LaneOpOf = 'min_u' | 'max_u';

/** The lane that a word names, from memory if the value lies there. */
export type LaneReader = (index: Word) => Word;

/** How the lanes of a value are known. */
type LaneValue =
  /** The same word in each. */
  | { readonly kind: 'uniform'; readonly width: number; readonly word: Word }
  | { readonly kind: 'number'; readonly width: number; readonly size: LaneSize; readonly parts: Parts; readonly lane?: LaneReader }
  /** A bit, as masks of some lane sizes or as flags; other forms are added as they are asked for. */
  | { readonly kind: 'bool'; readonly width: 1; readonly masks: Map<LaneSize, Parts>; flags?: Parts; readonly lane?: LaneReader }
  /** A word shifted right by a number of each lane's own. */
  | { readonly kind: 'shifted'; readonly width: number; readonly word: Word; readonly by: Word }
  /** The low `from` bits of another value, sign-extended to 32. */
  | { readonly kind: 'signed'; readonly width: 32; readonly of: Word; readonly from: number };

/** Lanes of a table that indices in vectors can reach, and an index that is beyond. */
export const LONGEST_TABLE = 63;
const BEYOND = LONGEST_TABLE;

const isMask = (c: number): boolean => c !== 0 && (c & (c + 1)) === 0;

/** Lane `index` by a chain of choices: flags are shifted, numbers looked up in a table. */
function selectLane(g: WordGraph, from: LaneWords, x: Word, index: Word): Word {
  if (from.widthOf(x) === 1) {
    const flags = from.flagsOf(x);
    const low = g.trunc(index, 5);
    const high = g.shr(index, 5);
    return flags.map((word, k) => g.and(g.trunc(g.shrBy(word, low), 1), g.eq(high, g.constant(k)))).reduce((a, b) => g.or(a, b));
  }
  const entries = Array.from({ length: 2 ** Math.ceil(Math.log2(from.lanes)) }, (_, i) => (i < from.lanes ? from.lane(x, i) : g.constant(0)));
  const bits = Math.log2(entries.length);
  return g.mux(g.eq(g.shr(index, bits), g.constant(0)), g.lookup(entries, g.trunc(index, bits)), g.constant(0));
}

