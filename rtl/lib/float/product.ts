import type { Signal } from '../../../src/index.ts';
import { jam } from './shift.ts';

/** Words up to this width stay vectors where units stand side by side. */
const LANE = 32;

/**
 * The high bits of x * y, for factors of one width: `width + 3` of them, of which the last one also says whether any below was 1. Factors
 * of more than 16 bits are multiplied in halves, so that nothing is wider than a lane.
 */
export function productHigh(x: Signal, y: Signal): Signal {
  const p = x.width;
  if (2 * p <= LANE) return jam(x.mul(y), p - 3);
  const k = Math.ceil(p / 2);
  const high = (s: Signal): Signal => s.slice<number, number>(p - 1, k).zext<number>(k);
  const low = (s: Signal): Signal => s.trunc<number>(k);
  // x y = hh 2^2k + (hl + lh) 2^k + ll: what ll carries into the middle is its upper half.
  const product = (s: Signal, t: Signal): Signal => s.mul(t);
  const ll = product(low(x), low(y));
  const [hl, lh, carried] = [product(high(x), low(y)), product(low(x), high(y)), ll.shr(k)].map((s) => s.zext<number>(2 * k + 1)) as [Signal, Signal, Signal];
  const middle = hl.add(lh).add(carried);
  const top = product(high(x), high(y)).add(middle.shr(k).trunc<number>(2 * k));
  // Of the 4k bits the product has 2p; of the middle those are kept that the factors' width asks for.
  const sticky = low(ll).reduceOr();
  const wanted = p + 3 - 2 * (p - k);
  const rest = jam(middle.trunc<number>(k), k - wanted);
  return top.trunc<number>(2 * (p - k)).cat(rest.or(sticky.zext<number>(wanted)));
}
