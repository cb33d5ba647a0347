import { module, uint, type Hardware, type Signal } from '../../src/index.ts';

/** IEEE half precision with subnormals flushed to zero, round to nearest even. Twins of `fp16mul` and `fp16add` in `simd.v`. */

const two = { in: { a: uint(16), b: uint(16) }, out: { y: uint(16) } } as const;
const exponent = (x: Signal<16>): Signal<5> => x.slice(14, 10);

/** First condition that holds selects. */
function choose<W extends number>(otherwise: Signal<W>, ...cases: readonly (readonly [Signal<1>, Signal<W>])[]): Signal<W> {
  return cases.reduceRight<Signal>((rest, [when, value]) => when.mux(value as Signal, rest), otherwise as Signal) as Signal<W>;
}

const infinity = (hw: Hardware, sign: Signal<1>): Signal<16> => sign.cat(hw.lit(15, 0x7c00));
const zero = (hw: Hardware, sign: Signal<1>): Signal<16> => sign.cat(hw.lit(15, 0));

export const Fp16Mul = module('Fp16Mul', two, ({ a, b }, hw) => {
  const sign = a.bit(15).xor(b.bit(15));
  const [aZero, bZero] = [exponent(a).eq(0), exponent(b).eq(0)];
  const [aInf, bInf] = [exponent(a).reduceAnd(), exponent(b).reduceAnd()];
  const one = hw.lit(1, 1);
  const p = one.cat(a.slice(9, 0)).mul(one.cat(b.slice(9, 0)));
  const carry = p.bit(21);
  const m = carry.mux(p.slice(21, 11), p.slice(20, 10));
  const guard = carry.mux(p.bit(10), p.bit(9));
  const sticky = carry.mux(p.slice(9, 0).reduceOr(), p.slice(8, 0).reduceOr());
  const up = guard.and(sticky.or(m.bit(0)));
  const rounded = m.zext(12).add(up.zext(12));
  const e = exponent(a).zext(8).add(exponent(b).zext(8)).sub(15).add(carry.zext(8)).add(rounded.bit(11).zext(8));
  const under = e.bit(7).or(e.eq(0));
  const over = e.bit(7).not().and(e.ge(31));
  const mantissa = rounded.bit(11).mux(rounded.slice(10, 1), rounded.slice(9, 0));
  return {
    y: choose(
      sign.cat(e.slice(4, 0), mantissa),
      [aInf.or(bInf), aZero.or(bZero).mux(hw.lit(16, 0x7e00), infinity(hw, sign))],
      [aZero.or(bZero).or(under), zero(hw, sign)],
      [over, infinity(hw, sign)],
    ),
  };
});

export const Fp16Add = module('Fp16Add', two, ({ a, b }, hw) => {
  const swap = b.slice(14, 0).gt(a.slice(14, 0));
  const h = swap.mux(b, a);
  const l = swap.mux(a, b);
  const [lZero, hZero, hInf] = [exponent(l).eq(0), exponent(h).eq(0), exponent(h).reduceAnd()];
  const distance = exponent(h).sub(exponent(l));
  const [g1, g2, g13] = [hw.lit(1, 0), hw.lit(2, 1), hw.lit(13, 0)];
  const low = g1.cat(lZero.not(), l.slice(9, 0).and(lZero.not().sext(10)), g13).shr(distance);
  const high = g2.cat(h.slice(9, 0), g13);
  const sum = a.bit(15).xor(b.bit(15)).mux(high.sub(low), high.add(low));
  const isZero = sum.eq(0);
  // Normalise: shift out 8, 4, 2, 1 leading zeros.
  let n: Signal<25> = sum;
  const shifted: Signal<1>[] = [];
  for (const by of [8, 4, 2, 1]) {
    const clear = n.slice(24, 25 - by).eq(0);
    n = clear.mux(n.shl(by), n);
    shifted.push(clear);
  }
  const up = n.bit(13).and(n.slice(12, 0).reduceOr().or(n.bit(14)));
  const rounded = n.slice(24, 14).zext(12).add(up.zext(12));
  const leading = hw.cat(...(shifted as Signal[])).zext(7);
  const e = exponent(h).zext(7).add(1).sub(leading).add(rounded.bit(11).zext(7));
  const under = e.bit(6).or(e.eq(0));
  const over = e.bit(6).not().and(e.ge(31));
  const mantissa = rounded.bit(11).mux(rounded.slice(10, 1), rounded.slice(9, 0));
  const sign = h.bit(15);
  return {
    y: choose(sign.cat(e.slice(4, 0), mantissa), [hInf, infinity(hw, sign)], [hZero.or(isZero).or(under), zero(hw, sign.and(l.bit(15)))], [over, infinity(hw, sign)]),
  };
});
