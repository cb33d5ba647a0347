import { bit, indexWidth, uint, type Hardware, type Signal } from '../../src/index.ts';
import type { Issue } from './banks.ts';
import type { ControllerConfig } from './config.ts';
import type { TimingPlan } from './timing.ts';

export interface Power {
  /** Commands may be given. */
  readonly awake: Signal<1>;
  readonly enter: Signal<1>;
  readonly exit: Signal<1>;
  /** Call once commands are known. */
  readonly update: (issues: readonly Issue[]) => void;
}

/** Clock enable down after `powerDown` idle cycles; up again when a request or a refresh waits. Rows stay open meanwhile. */
export function power(hw: Hardware, config: ControllerConfig, plan: TimingPlan, view: { readonly idle: Signal<1>; readonly wake: Signal<1> }): Power {
  const none = hw.lit(1, 0);
  if (config.powerDown === 0) return { awake: hw.lit(1, 1), enter: none, exit: none, update: () => undefined };
  const { entry, exit: tXP, low, high } = plan.powerDown;
  const longest = Math.max(low, high, tXP, ...entry.values());
  const timer = (name: string): ReturnType<typeof make> => make(name);
  const make = (name: string) => hw.reg(name, uint<number>(indexWidth(longest + 1)), { reset: 0 });
  const down = hw.reg('poweredDown', bit, { reset: 0 });
  const idleFor = hw.reg('idleFor', uint(16), { reset: 0 });
  const toEntry = timer('t_pde');
  const toExit = timer('t_pdx');
  const waking = timer('t_xp');

  const quiet = view.idle.and(view.wake.not()).and(down.not());
  hw.when(quiet, () => hw.when(idleFor.ne(config.powerDown), () => idleFor.next(idleFor.add(1)))).otherwise(() => idleFor.next(0));
  const enter = quiet.and(idleFor.eq(config.powerDown)).and(toEntry.eq(0)).and(waking.eq(0));
  const exit = down.and(view.wake).and(toExit.eq(0));
  hw.when(enter, () => {
    down.next(1);
    toExit.next(low - 1);
  }).otherwise(() => toExit.next(toExit.subSat(1)));
  hw.when(exit, () => {
    down.next(0);
    waking.next(tXP - 1);
  }).otherwise(() => waking.next(waking.subSat(1)));
  return {
    awake: down.not().and(waking.eq(0)),
    enter,
    exit,
    update: (issues) => {
      const kinds: (readonly [Signal<1>, number])[] = [...issues.flatMap((i) => [...i.kinds].map(([c, is]) => [is, entry.get(c) ?? 0] as const)), [exit, high]];
      const now = kinds.filter(([, cycles]) => cycles > 1).reduce<Signal>((t, [is, cycles]) => is.mux(t.max(cycles - 1), t), toEntry.subSat(1));
      toEntry.next(now);
    },
  };
}
