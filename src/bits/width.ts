/**
 * Arithmetic on widths in the type system, so that `Bits<256>.cat(Bits<300>)` is a `Bits<556>` in the editor.
 *
 * Numbers are added as strings of decimal digits, least significant first, one table look-up a digit: the recursion is as deep as the
 * number has digits, and 4096 costs no more than 4. Whatever is not one literal (`number`, a union) makes the result `number`, and the
 * same rule is then checked when the program runs.
 */

/** `A + B`. */
export type Add<A extends number, B extends number> = Both<A, B> extends true ? ToNumber<SumText<`${A}`, `${B}`>> : number;

/** `A - B`, and `number` where that is negative. */
export type Sub<A extends number, B extends number> = Both<A, B> extends true ? ToNumber<DifferenceText<`${A}`, `${B}`>> : number;

/** `A * B`. */
export type Mul<A extends number, B extends number> = Both<A, B> extends true ? ToNumber<ProductText<`${A}`, `${B}`>> : number;

/** `A + 1`. */
export type Inc<A extends number> = Add<A, 1>;

/** Width of bits `Hi` down to `Lo`. */
export type SliceWidth<Hi extends number, Lo extends number> = Both<Hi, Lo> extends true ? Inc<Sub<Hi, Lo>> : number;

/** ceil(log2(W)) for W up to 2^20. */
export type Clog2<W extends number> = Literal<W> extends true ? FirstPower<`${W}`, Powers> : number;

/** Width of an index into W things: Clog2, but at least 1. */
export type IndexWidth<W extends number> = Literal<W> extends true ? (W extends 1 ? 1 : Clog2<W>) : number;

/** Width of a count of up to W things. */
export type CountWidth<W extends number> = Clog2<Inc<W>>;

/** Anything that has a width: a value or a signal. */
export interface Wide<W extends number = number> {
  readonly width: W;
}

/** Width of a value of width W with the list L below it. */
export type CatWidth<W extends number, L extends readonly Wide[]> = number extends L['length']
  ? number
  : L extends readonly [Wide<infer V>, ...infer Rest extends readonly Wide[]]
    ? CatWidth<Add<W, V>, Rest>
    : W;

/** `unknown` where widths W and V can be equal; otherwise a type that nothing has and that says why. Use as `Bits<V> & Match<W, V>`. */
export type Match<W extends number, V extends number> = [V] extends [W] ? unknown : [W] extends [V] ? unknown : WidthError<W, V>;

export interface WidthError<W extends number, V extends number> {
  readonly widthError: `width ${V} where ${W} is needed`;
}

type Literal<N extends number> = number extends N ? false : IsUnion<N> extends true ? false : true;
type IsUnion<N, All = N> = N extends unknown ? ([All] extends [N] ? false : true) : never;
type Both<A extends number, B extends number> = Literal<A> extends true ? Literal<B> : false;

// ---- digits ---------------------------------------------------------------------------------------------------------------------

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
type Carry = '0' | '1';

/** Row a, column b: carry and digit of a + b. Row 10 is reached with a carry coming in. */
type Row0 = ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'];
type Row1 = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'];
type Row2 = ['02', '03', '04', '05', '06', '07', '08', '09', '10', '11'];
type Row3 = ['03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];
type Row4 = ['04', '05', '06', '07', '08', '09', '10', '11', '12', '13'];
type Row5 = ['05', '06', '07', '08', '09', '10', '11', '12', '13', '14'];
type Row6 = ['06', '07', '08', '09', '10', '11', '12', '13', '14', '15'];
type Row7 = ['07', '08', '09', '10', '11', '12', '13', '14', '15', '16'];
type Row8 = ['08', '09', '10', '11', '12', '13', '14', '15', '16', '17'];
type Row9 = ['09', '10', '11', '12', '13', '14', '15', '16', '17', '18'];
type Row10 = ['10', '11', '12', '13', '14', '15', '16', '17', '18', '19'];
type Sums = [
  [Row0, Row1, Row2, Row3, Row4, Row5, Row6, Row7, Row8, Row9],
  [Row1, Row2, Row3, Row4, Row5, Row6, Row7, Row8, Row9, Row10],
];
type NinesComplement = ['9', '8', '7', '6', '5', '4', '3', '2', '1', '0'];

type Reverse<S extends string, R extends string = ''> = S extends `${infer H}${infer T}` ? Reverse<T, `${H}${R}`> : R;

/** X + Y + C for reversed X and Y: the carry out, and the digits the right way round. */
type Columns<X extends string, Y extends string, C extends Carry, R extends string = ''> = X extends `${infer A extends Digit}${infer X1}`
  ? Y extends `${infer B extends Digit}${infer Y1}`
    ? NextColumn<Sums[C][A][B], X1, Y1, R>
    : NextColumn<Sums[C][A]['0'], X1, '', R>
  : Y extends `${infer B extends Digit}${infer Y1}`
    ? NextColumn<Sums[C]['0'][B], '', Y1, R>
    : [C, R];
type NextColumn<S extends string, X extends string, Y extends string, R extends string> = S extends `${infer C extends Carry}${infer D}`
  ? Columns<X, Y, C, `${D}${R}`>
  : never;

type SumText<A extends string, B extends string> =
  Columns<Reverse<A>, Reverse<B>, '0'> extends [infer C, infer R extends string] ? (C extends '1' ? `1${R}` : R) : never;

/** A - B is A plus the nines' complement of B plus one; the carry out says that it is not negative. */
type DifferenceText<A extends string, B extends string> =
  Columns<Reverse<A>, Nines<Reverse<A>, Reverse<B>>, '1'> extends ['1', infer R extends string] ? StripZeros<R> : 'negative';

/** Nines' complement of Y in as many digits as X has; `-` where Y is longer. */
type Nines<X extends string, Y extends string, R extends string = ''> = X extends `${string}${infer X1}`
  ? Y extends `${infer B extends Digit}${infer Y1}`
    ? Nines<X1, Y1, `${R}${NinesComplement[B]}`>
    : Nines<X1, '', `${R}9`>
  : Y extends ''
    ? R
    : '-';

type StripZeros<S extends string> = S extends `0${infer R}` ? (R extends '' ? S : StripZeros<R>) : S;

/** Long multiplication, most significant digit of B first. */
type ProductText<A extends string, B extends string, R extends string = '0'> = B extends `${infer D extends Digit}${infer B1}`
  ? ProductText<A, B1, SumText<`${R}0`, TimesDigit<A>[D]>>
  : StripZeros<R>;
/** Evaluated one element at a time: the type checker resolves a property of an interface only when it is asked for. */
interface TimesDigit<A extends string> {
  '0': '0';
  '1': A;
  '2': SumText<A, A>;
  '3': SumText<this['2'], A>;
  '4': SumText<this['2'], this['2']>;
  '5': SumText<this['4'], A>;
  '6': SumText<this['4'], this['2']>;
  '7': SumText<this['6'], A>;
  '8': SumText<this['4'], this['4']>;
  '9': SumText<this['8'], A>;
}

type ToNumber<S extends string> = S extends `${infer N extends number}` ? N : number;

// prettier-ignore
type Powers = ['1', '2', '4', '8', '16', '32', '64', '128', '256', '512', '1024', '2048', '4096', '8192', '16384', '32768', '65536',
  '131072', '262144', '524288', '1048576'];

/** Index of the first power of two that is not below W. */
type FirstPower<W extends string, P extends readonly string[], Passed extends readonly unknown[] = []> = P extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? DifferenceText<H, W> extends 'negative'
    ? FirstPower<W, T, [...Passed, H]>
    : Passed['length'] & number
  : number;
