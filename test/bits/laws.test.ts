import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bits, clog2 } from '../../src/bits/index.ts';

/** Small widths, word boundaries, and anything up to 4096. */
const width = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom(31, 32, 33, 63, 64, 65, 127, 128, 1023, 1024, 1025, 4095, 4096),
  fc.integer({ min: 1, max: 4096 }),
);

/** Random, sparse and dense values: corner cases of carries live where most bits are equal. */
const ofWidth = (w: number): fc.Arbitrary<Bits> =>
  fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(w)) - 1n }).map((v) => Bits.of<number>(w, v)),
    fc.integer({ min: 0, max: w - 1 }).map((i) => Bits.of<number>(w, 1n << BigInt(i))),
    fc.integer({ min: 0, max: w - 1 }).map((i) => Bits.of<number>(w, 1n << BigInt(i)).not()),
    fc.constantFrom(Bits.zero<number>(w), Bits.ones<number>(w)),
  );
const one = width.chain(ofWidth);
const two = width.chain((w) => fc.tuple(ofWidth(w), ofWidth(w)));
const three = width.chain((w) => fc.tuple(ofWidth(w), ofWidth(w), ofWidth(w)));
const RUNS = { numRuns: 300, seed: 20_241_122 };

const U = (w: number, v: bigint): Bits => Bits.of<number>(w, BigInt.asUintN(w, v));
const same = (a: Bits, b: Bits): void => {
  if (!a.equals(b)) expect(a.toString()).toBe(b.toString());
};

describe('against BigInt at up to 4096 bits', () => {
  it('arithmetic', () => {
    fc.assert(
      fc.property(two, ([a, b]) => {
        const [w, x, y, sx, sy] = [a.width, a.value, b.value, BigInt.asIntN(a.width, a.value), BigInt.asIntN(a.width, b.value)];
        same(a.add(b), U(w, x + y));
        same(a.sub(b), U(w, x - y));
        same(a.neg(), U(w, -x));
        same(a.addWide(b), U(w + 1, x + y));
        same(a.subWide(b), U(w + 1, x - y));
        same(a.mul(b), U(2 * w, x * y));
        same(a.mulS(b), U(2 * w, sx * sy));
        same(a.subSat(b), U(w, x > y ? x - y : 0n));
        same(a.minS(b), U(w, sx < sy ? sx : sy));
        same(a.maxS(b), U(w, sx > sy ? sx : sy));
        expect([a.lt(b), a.le(b), a.gt(b), a.ge(b), a.eq(b), a.ne(b)].map((c) => c.value === 1n)).toEqual([x < y, x <= y, x > y, x >= y, x === y, x !== y]);
        expect([a.ltS(b), a.leS(b), a.gtS(b), a.geS(b)].map((c) => c.value === 1n)).toEqual([sx < sy, sx <= sy, sx > sy, sx >= sy]);
        expect(a.toSignedBigInt()).toBe(sx);
      }),
      RUNS,
    );
  });

  it('logic and shifts', () => {
    fc.assert(
      fc.property(two, fc.nat(5000), ([a, b], n) => {
        const [w, x, y] = [a.width, a.value, b.value];
        same(a.and(b), U(w, x & y));
        same(a.or(b), U(w, x | y));
        same(a.xor(b), U(w, x ^ y));
        same(a.not(), U(w, ~x));
        const amount = Bits.of(13, n);
        same(a.shl(amount), U(w, x << BigInt(n)));
        same(a.shr(n), U(w, x >> BigInt(n)));
        same(a.sra(amount), U(w, BigInt.asIntN(w, x) >> BigInt(n)));
        same(a.bit(amount), U(1, x >> BigInt(n)));
        same(a.shl(b), y < BigInt(w) ? U(w, x << y) : Bits.zero<number>(w));
      }),
      RUNS,
    );
  });
});

describe('laws', () => {
  it('rings', () => {
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        same(a.add(b).add(c), a.add(b.add(c)));
        same(a.sub(b).add(b), a);
        same(a.neg().neg(), a);
        same(a.add(a.neg()), Bits.zero<number>(a.width));
        same(a.not().add(1), a.neg());
        same(a.mul(b), b.mul(a));
        same(a.mul(b.add(c)).trunc(a.width), a.mul(b).trunc(a.width).add(a.mul(c).trunc(a.width)));
        same(a.mulS(b).trunc(a.width), a.mul(b).trunc(a.width));
        same(a.and(b).not(), a.not().or(b.not()));
        same(a.and(b).add(a.or(b)), a.add(b));
        same(a.xor(b).xor(b), a);
        same(a.subSat(b).add(a.min(b)), a);
        same(a.min(b).addWide(a.max(b)), a.addWide(b));
        same(a.lt(b), a.subWide(b).bit(a.width));
      }),
      RUNS,
    );
  });

  it('structure', () => {
    fc.assert(
      fc.property(one, one, fc.nat(4096), fc.integer({ min: 1, max: 5 }), (a, b, n, times) => {
        const [w, v] = [a.width, b.width];
        const ab = a.cat(b);
        same(ab.slice(w + v - 1, v), a);
        same(ab.trunc(v), b);
        same(a.reverse().reverse(), a);
        same(ab.reverse(), b.reverse().cat(a.reverse()));
        same(a.repeat(times), a.cat(...Array.from({ length: times - 1 }, () => a)));
        same(a.zext(w + n).trunc(w), a);
        expect(a.sext(w + n).toSignedBigInt()).toBe(a.toSignedBigInt());
        const lo = n % w;
        same(a.slice(w - 1, lo), a.shr(lo).trunc(w - lo));
        same(a.bit(lo).cat(a.slice(w - 1, lo)).trunc(w - lo), a.slice(w - 1, lo));
      }),
      RUNS,
    );
  });

  it('reductions and indices', () => {
    fc.assert(
      fc.property(one, (a) => {
        const digits = a.toBinary();
        expect(a.count().toNumber()).toBe(digits.replaceAll('0', '').length);
        expect(a.count().width).toBe(clog2(a.width + 1));
        same(a.reduceXor(), a.count().bit(0));
        same(a.reduceAnd(), a.not().reduceOr().not());
        same(a.lowestOne(), a.and(a.neg()));
        expect(a.firstOne().toNumber()).toBe(Math.max(0, [...digits].reverse().indexOf('1')));
        if (a.value !== 0n) same(a.firstOne().oneHot(a.width), a.lowestOne());
      }),
      RUNS,
    );
  });

  it('conversions come back', () => {
    fc.assert(
      fc.property(one, (a) => {
        const w = a.width;
        same(Bits.fromBinary(a.toBinary()), a);
        same(Bits.fromHex(w, a.toHex()), a);
        same(Bits.parse(a.toString()), a);
        same(Bits.parse(`${w}'d${a.value}`), a);
        same(Bits.parse(`${w}'b${a.toBinary()}`), a);
        same(Bits.parse(`${w}'o${a.value.toString(8)}`), a);
        same(Bits.of<number>(w, a.toSignedBigInt()), a);
        same(Bits.wrap<number>(w, a.value + (1n << BigInt(w))), a);
        for (const endian of ['le', 'be'] as const) same(Bits.fromBuffer<number>(w, a.toBuffer(endian), endian), a);
        expect(Buffer.from(a.toBuffer('le')).reverse().equals(a.toBuffer('be'))).toBe(true);
        expect(a.toBuffer('be').toString('hex')).toBe(a.value.toString(16).padStart(2 * Math.ceil(w / 8), '0'));
      }),
      RUNS,
    );
  });
});
