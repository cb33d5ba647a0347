import { bit, module, uint, type Signal } from '../../src/index.ts';
import { Fp16Add, Fp16Mul } from './fp16.ts';
import { Lfsr64 } from './lfsr.ts';

/** 16 FP16 lanes with a register file of 16 x 256 bits that feed themselves. Twin of `bench/verilog/simd.v`. */

const LANES = 16;

export const Lane = module('Lane', { in: { en1: bit, en2: bit, op1: uint(2), op2: uint(2), a: uint(16), b: uint(16), c: uint(16) }, out: { y: uint(16) } }, (i, hw) => {
  // Stage 1 multiplies (or passes), stage 2 adds (or passes, or applies ReLU).
  const product = hw.instance('mul', Fp16Mul, { a: i.a, b: i.b }).out.y;
  const pr = hw.reg('pr', uint(16), { reset: 0 });
  const cr = hw.reg('cr', uint(16), { reset: 0 });
  const ar = hw.reg('ar', uint(16), { reset: 0 });
  hw.when(i.en1, () => {
    const pass = i.op1.eq(1);
    pr.next(pass.mux(i.a, product));
    cr.next(pass.mux(i.b, i.c));
    ar.next(i.a);
  });
  const sum = hw.instance('add', Fp16Add, { a: pr, b: cr }).out.y;
  const yr = hw.reg('yr', uint(16), { reset: 0 });
  hw.when(i.en2, () => {
    hw.switch(i.op2)
      .case(0, () => yr.next(pr))
      .case(3, () => yr.next(ar.bit(15).mux(cr, ar)))
      .default(() => yr.next(sum));
  });
  return { y: yr };
});

export const Simd = module('Simd', { in: { seed: uint(64) }, out: { csum: uint(64) } }, ({ seed }, hw) => {
  const rnd = hw.name('rnd', hw.instance('lfsr', Lfsr64, { seed }).out.q);
  // An outside operand with exponents near the bias.
  const outside = hw.vec(
    Array.from({ length: LANES }, (_, g) => {
      const at = (3 * g) % 48;
      const w = rnd.slice(at + 15, at).xor((0x1357 * g) & 0xffff);
      return hw.cat(w.bit(15), w.bit(12).mux(hw.lit(3, 3), 4), w.slice(11, 0));
    }),
  ).bits();
  const files = hw.mem('files', 16, uint(256));

  // ---- issue ----------------------------------------------------------------------------------------------------------------------
  const issue = rnd.slice(5, 3).ne(0);
  const valid = [0, 1, 2].map((i) => hw.reg(`v${i}`, bit, { reset: 0 }));
  const op = [0, 1].map((i) => hw.reg(`o${i}`, uint(2), { reset: 0 }));
  const to = [0, 1, 2].map((i) => hw.reg(`d${i}`, uint(4), { reset: 0 }));
  const [a, b, c] = ['a0', 'b0', 'c0'].map((name) => hw.reg(name, uint(256), { reset: 0 }));
  valid[0]!.next(issue);
  op[0]!.next(rnd.slice(7, 6));
  to[0]!.next(rnd.slice(11, 8));
  for (const pipe of [valid, op, to]) pipe.slice(1).forEach((stage, i) => stage.next(pipe[i]!));
  hw.when(issue, () => {
    a!.next(rnd.slice(62, 61).ne(0).mux(outside.slice(111, 0).cat(outside.slice(255, 112)), files.read(rnd.slice(15, 12))));
    b!.next(rnd.bit(60).mux(outside as Signal<256>, files.read(rnd.slice(19, 16))));
    c!.next(files.read(rnd.slice(23, 20)));
  });

  // ---- lanes ----------------------------------------------------------------------------------------------------------------------
  const y = hw
    .vec(
      Array.from({ length: LANES }, (_, g) => {
        const lane = (s: Signal): Signal<16> => s.shr(16 * g).trunc(16);
        return hw.instance(`lane${g}`, Lane, { en1: valid[0]!, en2: valid[1]!, op1: op[0]!, op2: op[1]!, a: lane(a!), b: lane(b!), c: lane(c!) }).out.y;
      }),
    )
    .bits() as Signal<256>;
  hw.when(valid[2]!, () => files.write(to[2]!, y));

  const csum = hw.reg('sum', uint(64), { reset: 1 });
  const rotated = csum.slice(60, 0).cat(csum.slice(63, 61));
  csum.next(rotated.xor(valid[2]!.mux(y.unbits(4).foldXor(), 0)));
  return { csum };
});

/** With the seed of the Verilog twin. */
export const SimdTop = module('SimdTop', { out: { csum: uint(64) } }, (_, hw) => ({ csum: hw.instance('simd', Simd, { seed: 0xd1b54a32d192ed03n }).out.csum }));
