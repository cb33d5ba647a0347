import { module, uint } from '../../src/index.ts';

/** 64-bit xorshift generator. The seed is an input and not a parameter, so that all instances are the same module. */
export const Lfsr64 = module('Lfsr64', { in: { seed: uint(64) }, out: { q: uint(64) } }, ({ seed }, hw) => {
  const q = hw.reg('state', uint(64));
  const a = q.xor(q.shl(13));
  const b = a.xor(a.shr(7));
  const c = b.xor(b.shl(17));
  hw.when(hw.reset(), () => q.next(seed)).otherwise(() => q.next(c));
  return { q };
});
