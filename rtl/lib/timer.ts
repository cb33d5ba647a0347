import { bit, module, parametric, uint } from '../../src/index.ts';
import { checkParameters, flag, optional, whole } from './parameters.ts';

export interface TimerParameters {
  /** Bits of a number of cycles. */
  readonly width: number;
  /** A load never shortens the time that is left, as constraints between commands need it; default false. */
  readonly longest?: boolean;
}

/** Counts down to 0 and stays there. In the cycle after a `load`, `left` is `cycles`; `done` while it is 0. */
export const Timer = parametric((p: TimerParameters) => {
  checkParameters('Timer', p, { width: whole(1), longest: optional(flag) });
  const { width, longest = false } = p;
  return module(`Timer${width}${longest ? 'Longest' : ''}`, { in: { load: bit, cycles: uint(width) }, out: { left: uint(width), done: bit } }, ({ load, cycles }, hw) => {
    const left = hw.reg('left', uint(width), { reset: 0 });
    const fewer = left.subSat(1);
    left.next(load.mux(longest ? cycles.max(fewer) : cycles, fewer));
    hw.cover(load.and(left.ne(0)), 'loaded before it is done');
    hw.cover(load.not().and(left.eq(1)), 'runs out');
    return { left, done: left.eq(0) };
  });
});
