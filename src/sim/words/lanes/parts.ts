import type { Word } from '../../../ir/words.ts';
import { VECTOR_BYTES, type WordGraph } from '../graph.ts';
import { laneOp, type LaneOp, type LaneSize, type SimdOp } from './simd.ts';

/**
 * The lanes of a Vec in vectors ("parts") of 16 bytes, lane 0 first. What stands in the last part beyond the last lane is arbitrary.
 *
 * A number lies zero-extended in lanes of 1, 2 or 4 bytes. A bit has two forms: a mask, which is 0 or -1 in each lane of some size, and flags,
 * which are words with a bit for each lane; the bits beyond the last lane are 0.
 */
export type Parts = readonly Word[];

const EXTEND = {
  1: { s: ['i16x8.extend_low_i8x16_s', 'i16x8.extend_high_i8x16_s'], u: ['i16x8.extend_low_i8x16_u', 'i16x8.extend_high_i8x16_u'] },
  2: { s: ['i32x4.extend_low_i16x8_s', 'i32x4.extend_high_i16x8_s'], u: ['i32x4.extend_low_i16x8_u', 'i32x4.extend_high_i16x8_u'] },
} as const satisfies Record<1 | 2, Record<'s' | 'u', readonly [SimdOp, SimdOp]>>;
const NARROW = {
  2: { s: 'i8x16.narrow_i16x8_s', u: 'i8x16.narrow_i16x8_u' },
  4: { s: 'i16x8.narrow_i32x4_s', u: 'i16x8.narrow_i32x4_u' },
} as const satisfies Record<2 | 4, Record<'s' | 'u', SimdOp>>;

const bytesOf = (value: number, size: LaneSize): number[] => Array.from({ length: size }, (_, k) => (value >>> (8 * k)) & 255);

export class PartsOf {
  constructor(
    readonly g: WordGraph,
    readonly lanes: number,
  ) {}

  count(size: LaneSize): number {
    return Math.ceil((this.lanes * size) / VECTOR_BYTES);
  }

  /** One value in each lane. */
  splat(size: LaneSize, word: Word): Word {
    const c = this.g.constantOf(word);
    if (c !== undefined) return this.constant(size, () => c);
    return this.g.simd(laneOp(size, 'splat'), [word]);
  }
  constant(size: LaneSize, value: (lane: number) => number, first = 0): Word {
    return this.g.vconst(Array.from({ length: VECTOR_BYTES / size }, (_, i) => bytesOf(value(first + i), size)).flat());
  }
  /** A number for each lane, 0 beyond the last. */
  constants(size: LaneSize, value: (lane: number) => number): Parts {
    const each = VECTOR_BYTES / size;
    return Array.from({ length: this.count(size) }, (_, p) => this.constant(size, (i) => (i < this.lanes ? value(i) : 0), p * each));
  }
  uniform(size: LaneSize, word: Word): Parts {
    return new Array<Word>(this.count(size)).fill(this.splat(size, word));
  }
  map(size: LaneSize, op: LaneOp, ...args: readonly Parts[]): Parts {
    return this.simd(laneOp(size, op), ...args);
  }
  simd(op: SimdOp, ...args: readonly Parts[]): Parts {
    return args[0]!.map((_, p) => this.g.simd(op, args.map((a) => a[p]!)));
  }
  /** A shift of all lanes by the same amount. */
  shift(size: LaneSize, op: 'shl' | 'shr_u', parts: Parts, by: Word): Parts {
    return parts.map((p) => this.g.simd(laneOp(size, op), [p, by]));
  }

  /** Lanes of another size. Numbers ('u') must fit into it; masks are signed. */
  resize(parts: Parts, from: LaneSize, to: LaneSize, sign: 's' | 'u'): Parts {
    if (from === to) return parts;
    if (from < to) {
      const half = from as 1 | 2;
      const wider = Array.from({ length: this.count((2 * half) as LaneSize) }, (_, j) => this.g.simd(EXTEND[half][sign][j % 2]!, [parts[j >> 1]!]));
      return this.resize(wider, (2 * half) as LaneSize, to, sign);
    }
    const double = from as 2 | 4;
    const size = (double / 2) as LaneSize;
    const narrower = Array.from({ length: this.count(size) }, (_, j) => this.g.simd(NARROW[double][sign], [parts[2 * j]!, parts[2 * j + 1] ?? parts[2 * j]!]));
    return this.resize(narrower, size, to, sign);
  }

  flagsOf(masks: Parts, size: LaneSize): Parts {
    const { g } = this;
    // One instruction does if the lanes are in one part; otherwise bytes first.
    if (masks.length > 1 && size > 1) return this.flagsOf(this.resize(masks, size, 1, 's'), 1);
    const bits = masks.map((m) => g.simdWord(laneOp(size, 'bitmask'), VECTOR_BYTES / size, m));
    return Array.from({ length: Math.ceil(this.lanes / 32) }, (_, k) => {
      const [low, high] = [bits[2 * k]!, bits[2 * k + 1]];
      return g.trunc(high === undefined ? low : g.or(low, g.shl(high, 16, 32)), Math.min(32, this.lanes - 32 * k));
    });
  }

  masksOf(flags: Parts, size: LaneSize): Parts {
    const { g } = this;
    const bit = this.constant(1, (i) => 1 << (i % 8));
    const masks = Array.from({ length: this.count(1) }, (_, p) => {
      const two = 2 * (p % 2);
      const spread = g.simd('i8x16.swizzle', [this.splat(4, flags[p >> 1]!), this.constant(1, (i) => two + (i >> 3))]);
      return g.simd('i8x16.eq', [g.simd('v128.and', [spread, bit]), bit]);
    });
    return this.resize(masks, 1, size, 's');
  }

  /** Vectors from words, one a lane. */
  build(size: LaneSize, words: readonly Word[]): Parts {
    const { g } = this;
    const each = VECTOR_BYTES / size;
    return Array.from({ length: this.count(size) }, (_, p) => {
      const mine = words.slice(p * each, (p + 1) * each);
      const constants = mine.map((w) => g.constantOf(w));
      // Constants come in one piece; if there are none, the first word goes everywhere.
      const some = constants.some((c) => c !== undefined);
      let part = some ? this.constant(size, (i) => constants[i] ?? 0) : this.splat(size, mine[0]!);
      mine.forEach((w, i) => {
        if (constants[i] === undefined && (some || w !== mine[0])) part = g.simd(laneOp(size, 'replace_lane'), [part, w], i);
      });
      return part;
    });
  }

  /** Lane i of the result is the given lane of some parts. */
  permute(size: LaneSize, source: (lane: number) => { readonly parts: Parts; readonly lane: number }): Parts {
    const { g } = this;
    const each = VECTOR_BYTES / size;
    return Array.from({ length: this.count(size) }, (_, p) => {
      const from = Array.from({ length: Math.min(each, this.lanes - p * each) }, (_, i) => {
        const { parts, lane } = source(p * each + i);
        return { vector: parts[Math.floor(lane / each)]!, first: (lane % each) * size };
      });
      const vectors = [...new Set(from.map((f) => f.vector))];
      /** Lanes that `pick` knows where to find; the others stay as they are. */
      const combine = (a: Word, b: Word, pick: (vector: Word) => number | undefined): Word =>
        g.shuffle(a, b, Array.from({ length: VECTOR_BYTES }, (_, i) => {
          const lane = from[Math.floor(i / size)];
          const base = lane && pick(lane.vector);
          return base === undefined ? i : base + lane!.first + (i % size);
        })); // prettier-ignore
      const [first, second] = [vectors[0]!, vectors[1] ?? vectors[0]!];
      let part = combine(first, second, (v) => (v === first ? 0 : v === second ? VECTOR_BYTES : undefined));
      for (const next of vectors.slice(2)) part = combine(part, next, (v) => (v === next ? VECTOR_BYTES : undefined));
      return part;
    });
  }

  /** All lanes combined into one word. Lanes beyond the last are given the value `neutral`. */
  reduce(size: LaneSize, parts: Parts, width: number, neutral: number, combine: (a: Word, b: Word) => Word): Word {
    const { g } = this;
    const each = VECTOR_BYTES / size;
    const rest = this.lanes % each;
    const filled = [...parts];
    if (rest !== 0 && parts.length > 1) {
      const inside = this.constant(size, (i) => (i < rest ? -1 : 0));
      filled[parts.length - 1] = g.simd('v128.bitselect', [parts.at(-1)!, this.splat(size, g.constant(neutral)), inside]);
    }
    let all = filled.reduce(combine);
    let lanes = parts.length > 1 ? each : this.lanes;
    while (lanes > 1) {
      const half = Math.ceil(lanes / 2);
      // An odd lane in the middle is combined with the neutral value, by being left out of the moved half.
      const upper = lanes - half;
      const shuffled = g.shuffle(all, this.splat(size, g.constant(neutral)), Array.from({ length: VECTOR_BYTES }, (_, i) => {
        const lane = Math.floor(i / size);
        return lane < upper ? i + half * size : VECTOR_BYTES + i;
      })); // prettier-ignore
      all = combine(all, shuffled);
      lanes = half;
    }
    return g.trunc(this.extract(size, all, 0, 8 * size), width);
  }

  extract(size: LaneSize, part: Word, lane: number, width: number): Word {
    const op = size === 4 ? 'i32x4.extract_lane' : size === 2 ? 'i16x8.extract_lane_u' : 'i8x16.extract_lane_u';
    const bytes = this.g.bytesOf(part);
    if (bytes !== undefined) return this.g.constant(bytes.slice(lane * size, (lane + 1) * size).reduceRight((v, b) => v * 256 + b, 0));
    return this.g.simdWord(op, width, part, lane);
  }
}
