import { decode, encode, type Endian } from './buffer.ts';
import { bitsOf, checkCount, checkWidth, exactNumber, fit, integer, literal, mismatch, reject, show } from './check.ts';
import { clog2, indexWidth, lowestIndex, maskOf, popcount, powerOf, signed } from './math.ts';
import { digits, verilog, type LiteralWidth } from './text.ts';
import type { Add, CatWidth, CountWidth, Inc, IndexWidth, Match, Mul, SliceWidth } from './width.ts';

/** What a same-width operator takes: a value of the same width, or a literal that fits it (negative in two's complement). */
export type Operand<W extends number, V extends number> = Bits<W> | (Bits<V> & Match<W, V>) | number | bigint;

/**
 * An immutable value of W bits, stored as an unsigned bigint below 2^W.
 *
 * Arithmetic wraps at W; `addWide`, `subWide` and `mul` return the width that loses nothing. Values carry no sign: an operator that reads
 * two's complement says so in its name (`ltS`, `sra`, `mulS`). The names are those of hardware signals, so that one function
 * runs on both.
 *
 * `out W`: a `Bits<8>` is a `Bits<number>`. The checker believes this only while W itself stays out of computed types, which is why
 * methods that return one take the width from a `this` parameter.
 */
export class Bits<out W extends number = number> {
  readonly width: W;
  /** The unsigned value. */
  readonly value: bigint;

  /** The door without checks: width is legal and 0 <= value < 2^width. */
  private constructor(width: W, value: bigint) {
    this.width = width;
    this.value = value;
  }

  // ---- constructors ---------------------------------------------------------------------------------------------------------------

  /** `value` must fit as unsigned or as two's complement: -2^(width-1) to 2^width-1. */
  static of<W extends number>(width: W, value: number | bigint): Bits<W> {
    checkWidth(width);
    return new Bits(width, fit(width, value));
  }
  /** The low `width` bits of any integer. */
  static wrap<W extends number>(width: W, value: number | bigint): Bits<W> {
    checkWidth(width);
    return new Bits(width, integer(value) & maskOf(width));
  }
  static zero<W extends number>(width: W): Bits<W> {
    checkWidth(width);
    return new Bits(width, 0n);
  }
  static ones<W extends number>(width: W): Bits<W> {
    checkWidth(width);
    return new Bits(width, maskOf(width));
  }
  /** One bit. */
  static bool(value: boolean): Bits<1> {
    return value ? ONE : ZERO;
  }
  /** Digits 0 and 1, most significant first, `_` between them; as wide as it has digits unless a width is given. */
  static fromBinary(text: string): Bits;
  static fromBinary<W extends number>(text: string, width: W): Bits<W>;
  static fromBinary(text: string, width?: number): Bits {
    const { value, count } = digits(text, 'b');
    return Bits.of(width ?? count, value);
  }
  /** Hexadecimal digits, `_` between them. */
  static fromHex<W extends number>(width: W, text: string): Bits<W> {
    return Bits.of(width, digits(text, 'h').value);
  }
  /** Exactly ceil(width / 8) bytes. */
  static fromBuffer<W extends number>(width: W, buffer: Uint8Array, endian: Endian): Bits<W> {
    return new Bits(width, decode(width, buffer, endian));
  }
  /** A sized Verilog literal: `8'hff`, `12'd100`, `4'b1010`, `6'o17`. */
  static parse<const T extends string>(text: T): Bits<LiteralWidth<T>> {
    const { width, value } = verilog(text);
    checkWidth(width);
    return make(width, fit(width, value));
  }

  // ---- readings -------------------------------------------------------------------------------------------------------------------

  toBigInt(): bigint {
    return this.value;
  }
  /** Two's complement. */
  toSignedBigInt(): bigint {
    return signed(this.value, this.width);
  }
  /** Unsigned; an error above 2^53 - 1. */
  toNumber(): number {
    return exactNumber(this.value);
  }
  /** Two's complement; an error beyond 2^53 - 1 either side. */
  toSignedNumber(): number {
    return exactNumber(signed(this.value, this.width));
  }
  /** All W binary digits. */
  toBinary(): string {
    return this.value.toString(2).padStart(this.width, '0');
  }
  /** All ceil(W / 4) hexadecimal digits. */
  toHex(): string {
    return this.value.toString(16).padStart(Math.ceil(this.width / 4), '0');
  }
  toBuffer(endian: Endian): Buffer {
    return encode(this.width, this.value, endian);
  }
  /** A Verilog literal that `Bits.parse` reads back. */
  toString(): string {
    return `${this.width}'h${this.toHex()}`;
  }
  toJSON(): string {
    return this.toString();
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
  /** Same width and same value, as a boolean; `eq` is the operator. */
  equals(other: Bits): boolean {
    return this.width === other.width && this.value === other.value;
  }

  // ---- arithmetic, wrapping at W ---------------------------------------------------------------------------------------------------

  add<V extends number>(other: Operand<W, V>): Bits<W> {
    const sum = this.value + this.#operand('add', other);
    return new Bits(this.width, sum > maskOf(this.width) ? sum - powerOf(this.width) : sum);
  }
  sub<V extends number>(other: Operand<W, V>): Bits<W> {
    const difference = this.value - this.#operand('sub', other);
    return new Bits(this.width, difference < 0n ? difference + powerOf(this.width) : difference);
  }
  /** Two's complement negation. */
  neg(): Bits<W> {
    return this.value === 0n ? this : new Bits(this.width, powerOf(this.width) - this.value);
  }
  /** Unsigned; 0 instead of a negative difference. */
  subSat<V extends number>(other: Operand<W, V>): Bits<W> {
    const difference = this.value - this.#operand('subSat', other);
    return new Bits(this.width, difference < 0n ? 0n : difference);
  }
  min<V extends number>(other: Operand<W, V>): Bits<W> {
    const o = this.#operand('min', other);
    return o < this.value ? new Bits(this.width, o) : this;
  }
  max<V extends number>(other: Operand<W, V>): Bits<W> {
    const o = this.#operand('max', other);
    return o > this.value ? new Bits(this.width, o) : this;
  }
  minS<V extends number>(other: Operand<W, V>): Bits<W> {
    const o = this.#operand('minS', other);
    return signed(o, this.width) < signed(this.value, this.width) ? new Bits(this.width, o) : this;
  }
  maxS<V extends number>(other: Operand<W, V>): Bits<W> {
    const o = this.#operand('maxS', other);
    return signed(o, this.width) > signed(this.value, this.width) ? new Bits(this.width, o) : this;
  }

  // ---- arithmetic that loses nothing -----------------------------------------------------------------------------------------------

  /** The sum with its carry, W + 1 bits. */
  addWide<X extends number, V extends number>(this: Bits<X>, other: Operand<NoInfer<X>, V>): Bits<Inc<X>> {
    return make(this.width + 1, this.value + this.#operand('addWide', other));
  }
  /** The difference of two unsigned values as two's complement of W + 1 bits; the top bit is the borrow. */
  subWide<X extends number, V extends number>(this: Bits<X>, other: Operand<NoInfer<X>, V>): Bits<Inc<X>> {
    const difference = this.value - this.#operand('subWide', other);
    return make(this.width + 1, difference < 0n ? difference + powerOf(this.width + 1) : difference);
  }
  /** Unsigned product of W + V bits; a literal counts as W bits wide. */
  mul<X extends number, V extends number>(this: Bits<X>, other: Bits<V>): Bits<Add<X, V>>;
  mul<X extends number>(this: Bits<X>, literal: number | bigint): Bits<Add<X, X>>;
  mul(other: Bits | number | bigint): Bits {
    const o = this.#factor('mul', other);
    return make(this.width + o.width, this.value * o.value);
  }
  /** Signed product of W + V bits; a literal counts as W bits wide. */
  mulS<X extends number, V extends number>(this: Bits<X>, other: Bits<V>): Bits<Add<X, V>>;
  mulS<X extends number>(this: Bits<X>, literal: number | bigint): Bits<Add<X, X>>;
  mulS(other: Bits | number | bigint): Bits {
    const o = this.#factor('mulS', other);
    const product = signed(this.value, this.width) * signed(o.value, o.width);
    return make(this.width + o.width, product < 0n ? product + powerOf(this.width + o.width) : product);
  }

  // ---- logic ----------------------------------------------------------------------------------------------------------------------

  and<V extends number>(other: Operand<W, V>): Bits<W> {
    return new Bits(this.width, this.value & this.#operand('and', other));
  }
  or<V extends number>(other: Operand<W, V>): Bits<W> {
    return new Bits(this.width, this.value | this.#operand('or', other));
  }
  xor<V extends number>(other: Operand<W, V>): Bits<W> {
    return new Bits(this.width, this.value ^ this.#operand('xor', other));
  }
  not(): Bits<W> {
    return new Bits(this.width, this.value ^ maskOf(this.width));
  }

  // ---- comparisons ----------------------------------------------------------------------------------------------------------------

  eq<V extends number>(other: Operand<W, V>): Bits<1> {
    return this.value === this.#operand('eq', other) ? ONE : ZERO;
  }
  ne<V extends number>(other: Operand<W, V>): Bits<1> {
    return this.value === this.#operand('ne', other) ? ZERO : ONE;
  }
  lt<V extends number>(other: Operand<W, V>): Bits<1> {
    return this.value < this.#operand('lt', other) ? ONE : ZERO;
  }
  le<V extends number>(other: Operand<W, V>): Bits<1> {
    return this.value <= this.#operand('le', other) ? ONE : ZERO;
  }
  gt<V extends number>(other: Operand<W, V>): Bits<1> {
    return this.value > this.#operand('gt', other) ? ONE : ZERO;
  }
  ge<V extends number>(other: Operand<W, V>): Bits<1> {
    return this.value >= this.#operand('ge', other) ? ONE : ZERO;
  }
  ltS<V extends number>(other: Operand<W, V>): Bits<1> {
    return signed(this.value, this.width) < signed(this.#operand('ltS', other), this.width) ? ONE : ZERO;
  }
  leS<V extends number>(other: Operand<W, V>): Bits<1> {
    return signed(this.value, this.width) <= signed(this.#operand('leS', other), this.width) ? ONE : ZERO;
  }
  gtS<V extends number>(other: Operand<W, V>): Bits<1> {
    return signed(this.value, this.width) > signed(this.#operand('gtS', other), this.width) ? ONE : ZERO;
  }
  geS<V extends number>(other: Operand<W, V>): Bits<1> {
    return signed(this.value, this.width) >= signed(this.#operand('geS', other), this.width) ? ONE : ZERO;
  }

  // ---- shifts: amounts of W and more are not an error ------------------------------------------------------------------------------

  shl(amount: number | Bits): Bits<W> {
    const n = this.#amount('shl', amount);
    return new Bits(this.width, n >= this.width ? 0n : (this.value << BigInt(n)) & maskOf(this.width));
  }
  /** Zeros come in from above. */
  shr(amount: number | Bits): Bits<W> {
    const n = this.#amount('shr', amount);
    return new Bits(this.width, n >= this.width ? 0n : this.value >> BigInt(n));
  }
  /** The sign bit comes in from above. */
  sra(amount: number | Bits): Bits<W> {
    const n = this.#amount('sra', amount);
    return new Bits(this.width, (signed(this.value, this.width) >> BigInt(n)) & maskOf(this.width));
  }

  // ---- structure ------------------------------------------------------------------------------------------------------------------

  /** Bits `hi` down to `lo`, both included, counted from the least significant one. */
  slice<Hi extends number, Lo extends number>(hi: Hi, lo: Lo): Bits<SliceWidth<Hi, Lo>> {
    if (!Number.isInteger(hi) || !Number.isInteger(lo) || lo < 0 || hi < lo || hi >= this.width) {
      reject('index-range', `slice(${show(hi)}, ${show(lo)}) of ${bitsOf(this.width)}: needs ${this.width - 1} >= hi >= lo >= 0`);
    }
    const width = hi - lo + 1;
    return make(width, (this.value >> BigInt(lo)) & maskOf(width));
  }
  /** One bit. A constant index must be in range; a dynamic one out of range reads 0. */
  bit(index: number | Bits): Bits<1> {
    if (!(index instanceof Bits)) checkCount(`bit of ${bitsOf(this.width)}:`, index, 0, this.width - 1);
    else if (index.value >= BigInt(this.width)) return ZERO;
    const at = index instanceof Bits ? index.value : BigInt(index);
    return ((this.value >> at) & 1n) === 1n ? ONE : ZERO;
  }
  /** Verilog's `{this, ...lower}`: this is the most significant part. */
  cat<X extends number, L extends readonly Bits[]>(this: Bits<X>, ...lower: L): Bits<CatWidth<X, L>> {
    let width: number = this.width;
    let value = this.value;
    for (const part of lower) {
      if (!(part instanceof Bits)) reject('bad-operand', `cat: ${show(part)} is not a Bits`, 'a literal has no width: Bits.of(width, value)');
      width += part.width;
      value = (value << BigInt(part.width)) | part.value;
    }
    return make(width, value);
  }
  /** `times` copies side by side. */
  repeat<X extends number, N extends number>(this: Bits<X>, times: N): Bits<Mul<X, N>> {
    checkCount('repeat count', times, 1);
    checkWidth(this.width * times);
    return make(this.width * times, BigInt(`0b${this.toBinary().repeat(times)}`));
  }
  /** Zeros above, up to `width`. */
  zext<V extends number>(width: V): Bits<V> {
    return make(this.#longer('zext', width), this.value);
  }
  /** Copies of the sign bit above, up to `width`. */
  sext<V extends number>(width: V): Bits<V> {
    this.#longer('sext', width);
    const negative = this.value >= powerOf(this.width - 1);
    return make(width, negative ? this.value | (maskOf(width) ^ maskOf(this.width)) : this.value);
  }
  /** The low `width` bits. */
  trunc<V extends number>(width: V): Bits<V> {
    checkWidth(width);
    if (width > this.width) reject('width-mismatch', `trunc to ${bitsOf(width)} of ${bitsOf(this.width)}`, 'zext and sext make it longer');
    return make(width, this.value & maskOf(width));
  }
  /** Bit 0 becomes the most significant one. */
  reverse(): Bits<W> {
    return new Bits(this.width, BigInt(`0b${Array.from(this.toBinary()).reverse().join('')}`));
  }

  // ---- reductions -----------------------------------------------------------------------------------------------------------------

  reduceAnd(): Bits<1> {
    return this.value === maskOf(this.width) ? ONE : ZERO;
  }
  reduceOr(): Bits<1> {
    return this.value === 0n ? ZERO : ONE;
  }
  /** Parity. */
  reduceXor(): Bits<1> {
    return (popcount(this.value) & 1) === 1 ? ONE : ZERO;
  }
  /** How many bits are one; clog2(W + 1) bits. */
  count<X extends number>(this: Bits<X>): Bits<CountWidth<X>> {
    return make(clog2(this.width + 1), BigInt(popcount(this.value)));
  }
  /** Index of the lowest one, 0 if there is none; max(1, clog2(W)) bits. */
  firstOne<X extends number>(this: Bits<X>): Bits<IndexWidth<X>> {
    return make(indexWidth(this.width), BigInt(lowestIndex(this.value)));
  }
  /** The lowest one alone. */
  lowestOne(): Bits<W> {
    return new Bits(this.width, this.value & -this.value);
  }
  /** `width` bits of which number `value` is one; none if it is out of range. */
  oneHot<N extends number>(width: N): Bits<N> {
    checkWidth(width);
    return new Bits(width, this.value < BigInt(width) ? 1n << this.value : 0n);
  }
  /** `ifTrue` where this bit is one. One of the two may be a literal. */
  mux<X extends number, V extends number, U extends number>(
    this: Bits<X> & Match<1, X>,
    ifTrue: Bits<V>,
    ifFalse: Operand<NoInfer<V>, U>,
  ): Bits<V>;
  mux<X extends number, V extends number>(this: Bits<X> & Match<1, X>, ifTrue: number | bigint, ifFalse: Bits<V>): Bits<V>;
  mux(ifTrue: Bits | number | bigint, ifFalse: Bits | number | bigint): Bits {
    return choose(this, ifTrue, ifFalse);
  }

  // ---- checks ---------------------------------------------------------------------------------------------------------------------

  #operand(name: string, other: Bits | number | bigint): bigint {
    if (!(other instanceof Bits)) return fit(this.width, literal(name, other));
    if (other.width !== this.width) mismatch(name, this.width, other.width);
    return other.value;
  }

  #factor(name: string, other: Bits | number | bigint): Bits {
    return other instanceof Bits ? other : new Bits<number>(this.width, fit(this.width, literal(name, other)));
  }

  /** Amounts are cut at W, which shifts everything out. */
  #amount(name: string, amount: number | Bits): number {
    if (amount instanceof Bits) return amount.value >= BigInt(this.width) ? this.width : Number(amount.value);
    return Math.min(checkCount(`${name} amount`, amount, 0), this.width);
  }

  #longer(name: string, width: number): number {
    checkWidth(width);
    if (width < this.width) reject('width-mismatch', `${name} to ${bitsOf(width)} of ${bitsOf(this.width)}`, 'trunc makes it shorter');
    return width;
  }

  /** @internal Without checks; the caller knows that the width is V. */
  static unchecked<V extends number>(width: number, value: bigint): Bits<V> {
    return new Bits<V>(width as V, value);
  }
}

const ZERO = Bits.of(1, 0);
const ONE = Bits.of(1, 1);

/** A value whose width the type system computes by the same rule as the program. */
function make<V extends number>(width: number, value: bigint): Bits<V> {
  checkWidth(width);
  return Bits.unchecked<V>(width, value);
}

function choose(condition: Bits, ifTrue: Bits | number | bigint, ifFalse: Bits | number | bigint): Bits {
  if (condition.width !== 1) reject('width-mismatch', `mux: the condition is ${bitsOf(condition.width)} wide`, 'compare it, or reduceOr');
  const model = ifTrue instanceof Bits ? ifTrue : ifFalse;
  if (!(model instanceof Bits)) return reject('width-unknown', 'mux of two literals has no width', 'write one as Bits.of(width, value)');
  const t = ifTrue instanceof Bits ? ifTrue : Bits.of(model.width, literal('mux', ifTrue));
  const f = ifFalse instanceof Bits ? ifFalse : Bits.of(model.width, literal('mux', ifFalse));
  if (t.width !== f.width) mismatch('mux', t.width, f.width);
  return condition.value === 1n ? t : f;
}
