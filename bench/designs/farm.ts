import { bit, module, uint } from '../../src/index.ts';
import { Fp16Add, Fp16Mul } from './fp16.ts';

/** Sixteen workers that take turns: one multiplies and adds while the others have nothing to do, as channels and cores often do not. */

const WORKERS = 16;
const LANES = 16;
/** Cycles of a turn, as bits. */
const TURN = 8;

const Worker = module('Worker', { in: { go: bit, seed: uint(64) }, out: { csum: uint(64) } }, ({ go, seed }, hw) => {
  const q = hw.reg('state', uint(64));
  const a = q.xor(q.shl(13));
  const b = a.xor(a.shr(7));
  hw.when(hw.reset(), () => q.next(seed)).elsewhen(go, () => q.next(b.xor(b.shl(17))));
  const valid = hw.reg('valid', bit, { reset: 0 });
  valid.next(go);
  const sums = Array.from({ length: LANES }, (_, i) => {
    const at = (3 * i) % 32;
    const operand = (from: number) => hw.cat(q.bit(from), hw.lit(4, 7), q.slice(from + 11, from + 1));
    const product = hw.reg(`product${i}`, uint(16), { reset: 0 });
    const sum = hw.reg(`sum${i}`, uint(16), { reset: 0 });
    const mul = hw.instance(`mul${i}`, Fp16Mul, { a: operand(at), b: operand(at + 16) });
    const add = hw.instance(`add${i}`, Fp16Add, { a: sum, b: product });
    hw.when(go, () => product.next(mul.out.y));
    hw.when(valid, () => sum.next(add.out.y));
    return sum;
  });
  const csum = hw.reg('sum', uint(64), { reset: 0 });
  const packed = hw.vec(sums).bits();
  hw.when(valid, () => csum.next(csum.slice(62, 0).cat(csum.bit(63)).xor(packed.unbits(4).foldXor())));
  return { csum };
});

export const FarmTop = module('FarmTop', { out: { csum: uint(64) } }, (_, hw) => {
  const time = hw.reg('time', uint(TURN + 4), { reset: 0 });
  time.next(time.add(1));
  const turn = time.slice(TURN + 3, TURN);
  const sums = Array.from({ length: WORKERS }, (__, i) => {
    const seed = hw.lit(64, BigInt.asUintN(64, 0x9e3779b97f4a7c15n * BigInt(i + 1)));
    return hw.instance(`worker${i}`, Worker, { go: turn.eq(i), seed }).out.csum;
  });
  return { csum: hw.vec(sums).foldXor() };
});
