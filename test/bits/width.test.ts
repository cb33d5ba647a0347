import { describe, expectTypeOf, it } from 'vitest';
import { Bits, type Add, type Clog2, type IndexWidth, type Match, type Mul, type SliceWidth, type Sub } from '../../src/bits/index.ts';

describe('width arithmetic on literal types', () => {
  it('adds with carries over any number of digits', () => {
    expectTypeOf<Add<0, 0>>().toEqualTypeOf<0>();
    expectTypeOf<Add<5, 5>>().toEqualTypeOf<10>();
    expectTypeOf<Add<256, 300>>().toEqualTypeOf<556>();
    expectTypeOf<Add<4095, 1>>().toEqualTypeOf<4096>();
    expectTypeOf<Add<1, 4095>>().toEqualTypeOf<4096>();
    expectTypeOf<Add<8192, 8192>>().toEqualTypeOf<16384>();
    expectTypeOf<Add<999_999, 1>>().toEqualTypeOf<1_000_000>();
  });

  it('subtracts, and gives number below zero', () => {
    expectTypeOf<Sub<7, 7>>().toEqualTypeOf<0>();
    expectTypeOf<Sub<1000, 1>>().toEqualTypeOf<999>();
    expectTypeOf<Sub<4096, 4095>>().toEqualTypeOf<1>();
    expectTypeOf<Sub<12, 8192>>().toEqualTypeOf<number>();
    expectTypeOf<Sub<3, 4>>().toEqualTypeOf<number>();
  });

  it('multiplies', () => {
    expectTypeOf<Mul<16, 16>>().toEqualTypeOf<256>();
    expectTypeOf<Mul<0, 37>>().toEqualTypeOf<0>();
    expectTypeOf<Mul<987, 654>>().toEqualTypeOf<645_498>();
    expectTypeOf<Mul<1, 1000>>().toEqualTypeOf<1000>();
  });

  it('knows the width of a slice', () => {
    expectTypeOf<SliceWidth<7, 4>>().toEqualTypeOf<4>();
    expectTypeOf<SliceWidth<0, 0>>().toEqualTypeOf<1>();
    expectTypeOf<SliceWidth<4095, 0>>().toEqualTypeOf<4096>();
    expectTypeOf<SliceWidth<3, 5>>().toEqualTypeOf<number>();
  });

  it('takes logarithms', () => {
    expectTypeOf<[Clog2<1>, Clog2<2>, Clog2<3>, Clog2<4>, Clog2<5>]>().toEqualTypeOf<[0, 1, 2, 2, 3]>();
    expectTypeOf<[Clog2<1024>, Clog2<1025>, Clog2<8192>, Clog2<1_048_576>]>().toEqualTypeOf<[10, 11, 13, 20]>();
    expectTypeOf<[IndexWidth<1>, IndexWidth<2>, IndexWidth<17>]>().toEqualTypeOf<[1, 1, 5]>();
  });

  it('falls back to number for what is not one literal', () => {
    expectTypeOf<Add<number, 1>>().toEqualTypeOf<number>();
    expectTypeOf<Add<1, number>>().toEqualTypeOf<number>();
    expectTypeOf<Add<8 | 16, 1>>().toEqualTypeOf<number>();
    expectTypeOf<SliceWidth<number, 0>>().toEqualTypeOf<number>();
    expectTypeOf<[Clog2<number>, IndexWidth<number>, IndexWidth<1 | 2>]>().toEqualTypeOf<[number, number, number]>();
    expectTypeOf<Mul<8, number>>().toEqualTypeOf<number>();
  });

  it('says why two widths do not match', () => {
    expectTypeOf<Match<8, 8>>().toEqualTypeOf<unknown>();
    expectTypeOf<Match<8, number>>().toEqualTypeOf<unknown>();
    expectTypeOf<Match<number, 8>>().toEqualTypeOf<unknown>();
    expectTypeOf<Match<8, 9>>().toEqualTypeOf<{ readonly widthError: 'width 9 where 8 is needed' }>();
  });
});

describe('Bits carries its width in its type', () => {
  const a = Bits.of(8, 200);
  const b = Bits.of(9, 5);
  const n: Bits = Bits.of(8, 3);

  it('refuses operands of another width', () => {
    // Never called: the errors are the type checker's.
    const _bad = (): void => {
      // @ts-expect-error widths 8 and 9
      a.add(b);
      // @ts-expect-error widths 8 and 9
      a.eq(b);
      // @ts-expect-error widths 8 and 9
      a.subWide(b);
      // @ts-expect-error widths 8 and 9
      Bits.ones(1).mux(a, b);
      // @ts-expect-error the condition has 8 bits
      a.mux(a, a);
      // @ts-expect-error widths 8 and 9
      const _c: Bits<9> = a;
      // @ts-expect-error not a number
      a.add('1');
    };
    expectTypeOf(_bad).toBeFunction();
  });

  it('computes the widths of results', () => {
    expectTypeOf(a.add(a)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(a.add(1)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(a.addWide(1n)).toEqualTypeOf<Bits<9>>();
    expectTypeOf(a.mul(b)).toEqualTypeOf<Bits<17>>();
    expectTypeOf(a.mulS(3)).toEqualTypeOf<Bits<16>>();
    expectTypeOf(a.cat(b)).toEqualTypeOf<Bits<17>>();
    expectTypeOf(a.cat(b, b, a)).toEqualTypeOf<Bits<34>>();
    expectTypeOf(Bits.zero(256).cat(Bits.zero(300))).toEqualTypeOf<Bits<556>>();
    expectTypeOf(Bits.zero(4095).cat(Bits.zero(1))).toEqualTypeOf<Bits<4096>>();
    expectTypeOf(a.slice(7, 4)).toEqualTypeOf<Bits<4>>();
    expectTypeOf(a.repeat(16)).toEqualTypeOf<Bits<128>>();
    expectTypeOf(a.count()).toEqualTypeOf<Bits<4>>();
    expectTypeOf(a.firstOne()).toEqualTypeOf<Bits<3>>();
    expectTypeOf(a.oneHot(256)).toEqualTypeOf<Bits<256>>();
    expectTypeOf(a.lt(3)).toEqualTypeOf<Bits<1>>();
    expectTypeOf(a.lt(3).mux(a, 0)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(a.sext(12)).toEqualTypeOf<Bits<12>>();
    expectTypeOf(Bits.parse("12'd100")).toEqualTypeOf<Bits<12>>();
    expectTypeOf(Bits.fromBinary('1010')).toEqualTypeOf<Bits>();
  });

  it('accepts widths that are known only when the program runs', () => {
    expectTypeOf(a.add(n)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(n.add(a)).toEqualTypeOf<Bits>();
    expectTypeOf(n.cat(a)).toEqualTypeOf<Bits>();
    expectTypeOf(a.cat(...[n, n])).toEqualTypeOf<Bits>();
    const list: Bits[] = [a, b];
    expectTypeOf(list).toEqualTypeOf<Bits[]>();
    expectTypeOf(n.bit(0).mux(n, n)).toEqualTypeOf<Bits>();
  });

  it('lets functions be generic in the width', () => {
    const average = <W extends number>(x: Bits<W>, y: Bits<W>): Bits<W> => x.and(y).add(x.xor(y).shr(1));
    const clamp = <W extends number>(x: Bits<W>, most: Bits<W>): Bits<W> => x.gt(most).mux(most, x);
    expectTypeOf(average(a, a)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(clamp(a, a)).toEqualTypeOf<Bits<8>>();
    const strict = <W extends number>(x: Bits<W>, y: NoInfer<Bits<W>>): Bits<W> => x.add(y);
    // @ts-expect-error widths 8 and 9
    const _bad = (): Bits => strict(a, b);
  });
});
