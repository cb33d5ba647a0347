import type { Add, CatWidth, CountWidth, Inc, IndexWidth, Match, Mul, SliceWidth } from '../bits/index.ts';
import { fail, Origin } from '../diag/index.ts';
import type { NodeId } from '../ir/netlist.ts';
import type { OpName } from '../ir/operators/index.ts';
import { describeShape, type Shape } from '../ir/shape.ts';
import type { Builder } from './builder.ts';

/** Any signal or Vec of signals. */
export type AnySignal = Signal<number, number>;

/** What an operator takes beside a signal: a signal, or a literal that fits it. */
export type Operand = AnySignal | number | bigint;

/**
 * `unknown` where T may stand beside a signal of W bits and N lanes: the same width, and as many lanes or one value for all of them.
 * Otherwise a type that nothing has and that says why. Widths that are not literals are compared when the module is elaborated.
 */
export type Fit<W extends number, N extends number, T> = T extends AnySignal ? Match<W, T['width']> & LanesMatch<N, T['lanes']> : unknown;
/** The same as the type of a parameter. It also knows that a width that is a type parameter equals itself, so that helpers can be generic. */
export type Fitting<W extends number, N extends number, V extends number, M extends number> = (Signal<V, M> & Match<W, V> & LanesMatch<N, M>) | number | bigint;
type LanesMatch<N extends number, M extends number> = [M] extends [N | 1] ? unknown : [N] extends [M] ? unknown : LanesError<N, M>;
export interface LanesError<N extends number, M extends number> {
  readonly lanesError: `${M} lanes where ${N} are needed`;
}

/**
 * A value in the hardware: W bits in each of N lanes (one, unless it is a Vec). Operators make new signals; on a Vec they work lane by
 * lane. Names and meanings are those of `Bits`: arithmetic wraps at W, and what reads two's complement says so in its name.
 */
export class Signal<W extends number = number, N extends number = 1> {
  readonly width: W;
  readonly lanes: N;

  constructor(
    /** @internal */ readonly builder: Builder,
    /** @internal */ readonly id: NodeId,
  ) {
    const { width, lanes } = builder.shape(id);
    this.width = width as W;
    this.lanes = lanes as N;
  }

  // ---- same width -----------------------------------------------------------------------------------------------------------------

  add<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('add', other);
  }
  sub<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('sub', other);
  }
  and<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('and', other);
  }
  or<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('or', other);
  }
  xor<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('xor', other);
  }
  min<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('min', other);
  }
  max<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('max', other);
  }
  minS<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('minS', other);
  }
  maxS<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('maxS', other);
  }
  /** Unsigned difference, zero instead of negative. */
  subSat<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<W, N> {
    return this.#binary('subSat', other);
  }
  not(): Signal<W, N> {
    return this.#unary('not');
  }
  neg(): Signal<W, N> {
    return this.#unary('neg');
  }

  // ---- wider ----------------------------------------------------------------------------------------------------------------------

  addWide<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<Inc<W>, N> {
    return this.#binary('addWide', other);
  }
  /** Two's-complement difference of two unsigned values, one bit wider. */
  subWide<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<Inc<W>, N> {
    return this.#binary('subWide', other);
  }
  mul<V extends number>(other: Signal<V, N>): Signal<Add<W, V>, N> {
    return this.#free('mul', other);
  }
  mulS<V extends number>(other: Signal<V, N>): Signal<Add<W, V>, N> {
    return this.#free('mulS', other);
  }

  // ---- comparisons ----------------------------------------------------------------------------------------------------------------

  eq<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('eq', other);
  }
  ne<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('ne', other);
  }
  lt<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('lt', other);
  }
  le<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('le', other);
  }
  gt<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('lt', other, true);
  }
  ge<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('le', other, true);
  }
  ltS<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('ltS', other);
  }
  leS<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('leS', other);
  }
  gtS<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('ltS', other, true);
  }
  geS<V extends number, M extends number>(other: Fitting<W, N, V, M>): Signal<1, N> {
    return this.#binary('leS', other, true);
  }

  // ---- shifts and bits ------------------------------------------------------------------------------------------------------------

  shl(by: number | Signal<number, N>): Signal<W, N> {
    return this.#shift('shl', by);
  }
  shr(by: number | Signal<number, N>): Signal<W, N> {
    return this.#shift('shr', by);
  }
  /** Arithmetic shift right: the sign fills. */
  sra(by: number | Signal<number, N>): Signal<W, N> {
    return this.#shift('sra', by);
  }
  /** Bits `hi` down to `lo`. */
  slice<const Hi extends number, const Lo extends number>(hi: Hi, lo: Lo): Signal<SliceWidth<Hi, Lo>, N> {
    const origin = Origin.here();
    if (!(Number.isInteger(hi) && Number.isInteger(lo) && lo >= 0 && hi >= lo && hi < this.width)) {
      this.builder.report('bad-slice', `slice: bits ${hi} to ${lo} of a ${this.width}-bit value`, [origin]);
      return this.#make(this.builder.constant(0n, { width: Math.max(1, hi - lo + 1) || 1, lanes: this.lanes }, origin));
    }
    return this.#make(this.builder.op('slice', [this.id], [lo, hi - lo + 1], origin));
  }
  /** One bit; a position given by a signal reads 0 beyond the end. */
  bit(position: number | Signal<number, N>): Signal<1, N> {
    return typeof position === 'number' ? (this.slice<number, number>(position, position) as Signal<1, N>) : this.#free('bitAt', position);
  }
  /** This value above the others: `a.cat(b)` has a in its high bits. */
  cat<const L extends readonly Signal<number, N>[]>(...lower: L): Signal<CatWidth<W, L>, N> {
    const origin = Origin.here();
    return this.#make(this.builder.op('cat', [this.id, ...lower.map((s) => this.builder.own(s, origin))], [], origin));
  }
  repeat(times: number): Signal<number, N> {
    const origin = Origin.here();
    if (!Number.isInteger(times) || times < 1) {
      this.builder.report('bad-count', `repeat: ${times} times`, [origin]);
      return this;
    }
    return times === 1 ? this : this.#make(this.builder.op('cat', Array.from({ length: times }, () => this.id), [], origin));
  }
  zext<const V extends number>(width: V): Signal<V, N> {
    return this.#resize('zext', width);
  }
  sext<const V extends number>(width: V): Signal<V, N> {
    return this.#resize('sext', width);
  }
  trunc<const V extends number>(width: V): Signal<V, N> {
    const origin = Origin.here();
    if (width === (this.width as number)) return this as unknown as Signal<V, N>;
    if (!Number.isInteger(width) || width < 1 || width > this.width) {
      this.builder.report('width-mismatch', `trunc: ${this.width} bits to ${width}`, [origin], width > this.width ? 'extend with zext or sext' : undefined);
      return this.#make(this.builder.constant(0n, { width: Math.max(1, width), lanes: this.lanes }, origin));
    }
    return this.#make(this.builder.op('slice', [this.id], [0, width], origin));
  }
  reverse(): Signal<W, N> {
    return this.#unary('reverse');
  }
  reduceAnd(): Signal<1, N> {
    return this.#unary('reduceAnd');
  }
  reduceOr(): Signal<1, N> {
    return this.#unary('reduceOr');
  }
  reduceXor(): Signal<1, N> {
    return this.#unary('reduceXor');
  }
  /** Number of set bits. */
  count(): Signal<CountWidth<W>, N> {
    return this.#unary('count');
  }
  /** Index of the lowest set bit, 0 if none is set. */
  firstOne(): Signal<IndexWidth<W>, N> {
    return this.#unary('firstOne');
  }
  /** Only the lowest set bit. */
  lowestOne(): Signal<W, N> {
    return this.#binary('and', this.neg());
  }
  /** `length` bits of which bit number `value` is set. */
  oneHot<const V extends number>(length: V): Signal<V, N> {
    return this.#make(this.builder.op('oneHot', [this.id], [length], Origin.here()));
  }
  /** On a one-bit signal: `ifTrue` where it is 1. One side may be a literal. */
  mux<V extends number, M extends number, X extends number, L extends number>(ifTrue: Signal<V, M>, ifFalse: Fitting<V, M, X, L>): Signal<V, M>;
  mux<V extends number, M extends number>(ifTrue: number | bigint, ifFalse: Signal<V, M>): Signal<V, M>;
  mux(ifTrue: Operand, ifFalse: Operand): AnySignal {
    const origin = Origin.here();
    const { builder } = this;
    const given = ifTrue instanceof Signal ? ifTrue : ifFalse;
    if (!(given instanceof Signal)) fail('bad-operand', 'mux: two literals have no width', { where: [origin], hint: 'make one of them with hw.lit' });
    const like = given.builder === builder ? given : new Signal<number, number>(builder, builder.own(given, origin));
    const [a, b] = [ifTrue, ifFalse].map((side) => (side === given ? like.id : like.operand(side, origin))) as [NodeId, NodeId];
    // One condition may choose whole Vecs.
    const select = this.lanes === (1 as number) && like.lanes > 1 ? builder.op('splat', [this.id], [like.lanes], origin) : this.id;
    return new Signal(builder, builder.op('mux', [select, a, b], [], origin));
  }

  // ---- Vec ------------------------------------------------------------------------------------------------------------------------

  /** One lane; a number given by a signal reads 0 beyond the last lane. */
  at(lane: number | Signal): Signal<W> {
    const origin = Origin.here();
    if (typeof lane === 'number') {
      if (!Number.isInteger(lane) || lane < 0 || lane >= this.lanes) {
        this.builder.report('bad-lane', `lane ${lane} of a Vec of ${this.lanes}`, [origin]);
        return new Signal(this.builder, this.builder.constant(0n, { width: this.width, lanes: 1 }, origin));
      }
      return new Signal(this.builder, this.builder.op('lane', [this.id], [lane], origin));
    }
    return new Signal(this.builder, this.builder.op('at', [this.id, this.builder.own(lane, origin)], [], origin));
  }
  /** In each lane, the lane of this Vec that `indices` names there. */
  gather<M extends number>(indices: Signal<number, M>): Signal<W, M> {
    const origin = Origin.here();
    return new Signal(this.builder, this.builder.op('gather', [this.id, this.builder.own(indices, origin)], [], origin));
  }
  /** The Vec with one lane replaced. */
  insert(lane: Signal, value: Signal<W>): Signal<W, N> {
    const origin = Origin.here();
    return this.#make(this.builder.op('insert', [this.id, this.builder.own(lane, origin), this.builder.own(value, origin)], [], origin));
  }
  /** The lanes as separate signals. */
  toArray(): Signal<W>[] {
    return Array.from({ length: this.lanes }, (_, i) => this.at(i));
  }
  /** All lanes as one number, lane 0 in the low bits. */
  bits(): Signal<Mul<W, N>> {
    return this.lanes === (1 as number) ? (this as AnySignal as Signal<Mul<W, N>>) : new Signal(this.builder, this.builder.op('bits', [this.id], [], Origin.here()));
  }
  /** This number cut into lanes. */
  unbits<const M extends number>(lanes: M): Signal<number, M> {
    return new Signal(this.builder, this.builder.op('unbits', [this.id], [lanes], Origin.here()));
  }
  /** The same value in `lanes` lanes. */
  splat<const M extends number>(lanes: M): Signal<W, M> {
    return new Signal(this.builder, this.builder.op('splat', [this.id], [lanes], Origin.here()));
  }
  /** Is the bit set in any (every) lane? */
  any(): Signal<1> {
    return this.#foldBit('any', 'foldOr');
  }
  all(): Signal<1> {
    return this.#foldBit('all', 'foldAnd');
  }
  foldAnd(): Signal<W> {
    return this.#fold('foldAnd');
  }
  foldOr(): Signal<W> {
    return this.#fold('foldOr');
  }
  foldXor(): Signal<W> {
    return this.#fold('foldXor');
  }
  /** Sum of the lanes, wrapping at W: extend them first if it must not. */
  foldAdd(): Signal<W> {
    return this.#fold('foldAdd');
  }
  foldMin(): Signal<W> {
    return this.#fold('foldMin');
  }
  foldMax(): Signal<W> {
    return this.#fold('foldMax');
  }
  /** Number of the lane with the least value among those where `valid` is 1; the lowest such lane, 0 if there is none. */
  argMin(valid: Signal<1, N>): Signal<IndexWidth<N>> {
    const origin = Origin.here();
    return new Signal(this.builder, this.builder.op('argMin', [this.builder.own(valid, origin), this.id], [], origin));
  }

  // ---- inside ---------------------------------------------------------------------------------------------------------------------

  toString(): string {
    return `${this.builder.node(this.id).name ?? 'a signal'} (${describeShape(this.#shape)})`;
  }

  /** JavaScript's own operators would make nonsense of a signal: `a + b`, `a < b` and `-a` are errors that say so. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    return fail('signal-as-value', `${this.toString()} has no value while the hardware is being described`, { where: [Origin.here()], hint: 'use its methods: add, eq, lt, mux, ...' });
  }

  /** @internal Node of an operand, made to fit `want` where it is a literal or one value for all lanes. */
  operand(other: AnySignal | number | bigint, origin: Origin): NodeId {
    if (!(other instanceof Signal)) return this.builder.literal(other, this.#shape, origin);
    const id = this.builder.own(other, origin);
    return other.lanes === 1 && this.lanes > 1 ? this.builder.op('splat', [id], [this.lanes], origin) : id;
  }

  get #shape(): Shape {
    return { width: this.width, lanes: this.lanes };
  }

  #make<V extends number>(id: NodeId): Signal<V, N> {
    return new Signal<V, N>(this.builder, id);
  }

  #binary<V extends number>(op: OpName, other: AnySignal | number | bigint, swapped = false): Signal<V, N> {
    const origin = Origin.here();
    const b = this.operand(other, origin);
    return this.#make(this.builder.op(op, swapped ? [b, this.id] : [this.id, b], [], origin));
  }

  #free<V extends number>(op: OpName, other: AnySignal): Signal<V, N> {
    const origin = Origin.here();
    return this.#make(this.builder.op(op, [this.id, this.builder.own(other, origin)], [], origin));
  }

  #unary<V extends number>(op: OpName): Signal<V, N> {
    return this.#make(this.builder.op(op, [this.id], [], Origin.here()));
  }

  #fold(op: OpName): Signal<W> {
    return this.lanes === (1 as number) ? (this as unknown as Signal<W>) : new Signal<W>(this.builder, this.builder.op(op, [this.id], [], Origin.here()));
  }

  #foldBit(what: string, op: OpName): Signal<1> {
    const origin = Origin.here();
    if (this.width === (1 as number)) return this.#fold(op) as Signal<number> as Signal<1>;
    this.builder.report('width-mismatch', `${what}: lanes of ${this.width} bits where 1 bit is needed`, [origin], 'compare first, or use foldOr or foldAnd');
    return new Signal(this.builder, this.builder.constant(0n, { width: 1, lanes: 1 }, origin));
  }

  #shift(op: 'shl' | 'shr' | 'sra', by: number | AnySignal): Signal<W, N> {
    const origin = Origin.here();
    if (typeof by !== 'number') return this.#make(this.builder.op(op, [this.id, this.builder.own(by, origin)], [], origin));
    if (!Number.isInteger(by) || by < 0) {
      this.builder.report('bad-shift', `${op} by ${by}`, [origin]);
      return this;
    }
    if (by === 0) return this;
    const { width, lanes } = this;
    const kept = width - by;
    if (op === 'sra') {
      const high = this.builder.op('slice', [this.id], [Math.min(by, width - 1), Math.max(1, kept)], origin);
      return this.#make(this.builder.op('sext', [high], [width], origin));
    }
    if (kept <= 0) return this.#make(this.builder.constant(0n, { width, lanes }, origin));
    if (op === 'shr') return this.#make(this.builder.op('zext', [this.builder.op('slice', [this.id], [by, kept], origin)], [width], origin));
    const low = this.builder.op('slice', [this.id], [0, kept], origin);
    return this.#make(this.builder.op('cat', [low, this.builder.constant(0n, { width: by, lanes }, origin)], [], origin));
  }

  #resize<V extends number>(op: 'zext' | 'sext', width: V): Signal<V, N> {
    if (width === (this.width as number)) return this as unknown as Signal<V, N>;
    return this.#make(this.builder.op(op, [this.id], [width], Origin.here()));
  }
}
