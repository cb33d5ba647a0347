import { bit, module, uint, vec, type Signal } from '../../../src/index.ts';
import { MOST_TERMS } from '../../../src/pim/policy.ts';
import { Phase } from './observe.ts';
import { REASON_BITS } from './turns.ts';

const PHASES = 7;
const reasons = vec(MOST_TERMS + 1, uint(32));

/** Counters, which wrap at 2^32. */
export const arbiterStatistics = {
  /** Hand-overs by reason: lane 0 is `idle`, then the terms of the policy. */
  switchesToPim: reasons,
  switchesToHost: reasons,
  /** Cycles in each phase, in the order of `Phase`. */
  phaseCycles: vec(PHASES, uint(32)),
  /** Cycles from the end of a turn to the beginning of the other one. */
  toPimCycles: uint(32),
  toPimLongest: uint(32),
  toHostCycles: uint(32),
  toHostLongest: uint(32),
  /** Hand-overs that closed a row which a waiting host request would have hit. */
  rowsLost: uint(32),
  hostServedCount: uint(32),
  pimServedCount: uint(32),
  /** Cycles that requests waited, added up over all of them. */
  hostWaitCycles: uint(32),
  pimWaitCycles: uint(32),
  /** Longest time for which requests waited and none of them was served. */
  hostWaitLongest: uint(32),
  pimWaitLongest: uint(32),
} as const;

/** Counts what an arbiter does; nothing depends on it. */
export const ArbiterStatistics = module(
  'ArbiterStatistics',
  {
    in: { phase: Phase, toPim: bit, toHost: bit, reason: uint(REASON_BITS), hostHit: bit, hostServed: bit, pimServed: bit, hostReads: uint(8), hostWrites: uint(8), pimCount: uint(8) },
    out: arbiterStatistics,
  },
  ({ phase, toPim, toHost, reason, hostHit, hostServed, pimServed, hostReads, hostWrites, pimCount }, hw) => {
    const counter = (name: string) => hw.reg(name, uint(32), { reset: 0 });
    const total = (name: string, by: Signal<1>, amount?: Signal): Signal<32> => {
      const sum = counter(name);
      hw.when(by, () => sum.next(sum.add(amount?.zext(32) ?? 1)));
      return sum;
    };
    const counted = (name: string, by: Signal<1>, lane: Signal, lanes: number) => {
      const counts = hw.reg(name, vec(lanes, uint(32)), { reset: 0 });
      hw.when(by, () => counts.nextAt(lane, counts.at(lane).add(1)));
      return counts;
    };
    /** Cycles in which `on` holds without a break; the longest such time. `broken` begins anew. */
    const longest = (name: string, on: Signal<1>, broken: Signal<1>): Signal<32> => {
      const now = counter(`${name}Now`);
      const most = counter(name);
      const next = now.add(1);
      now.next(on.and(broken.not()).mux(next, 0));
      hw.when(on.and(next.gt(most)), () => most.next(next));
      return most;
    };
    const one = hw.lit(1, 1);
    const none = hw.lit(1, 0);
    const comingIn = phase.eq(Phase.DRAIN).or(phase.eq(Phase.CLOSE)).or(phase.eq(Phase.ENTER));
    const goingOut = phase.eq(Phase.FINISH).or(phase.eq(Phase.LEAVE));
    const waiting = hostReads.zext(9).add(hostWrites.zext(9));
    return {
      switchesToPim: counted('switchesToPim', toPim, reason, MOST_TERMS + 1),
      switchesToHost: counted('switchesToHost', toHost, reason, MOST_TERMS + 1),
      phaseCycles: counted('phaseCycles', one, phase, PHASES),
      toPimCycles: total('toPimCycles', comingIn),
      toPimLongest: longest('toPimLongest', comingIn, none),
      toHostCycles: total('toHostCycles', goingOut),
      toHostLongest: longest('toHostLongest', goingOut, none),
      rowsLost: total('rowsLost', toPim.and(hostHit)),
      hostServedCount: total('hostServedCount', hostServed),
      pimServedCount: total('pimServedCount', pimServed),
      hostWaitCycles: total('hostWaitCycles', one, waiting),
      pimWaitCycles: total('pimWaitCycles', one, pimCount),
      hostWaitLongest: longest('hostWaitLongest', waiting.ne(0), hostServed),
      pimWaitLongest: longest('pimWaitLongest', pimCount.ne(0), pimServed),
    };
  },
);
