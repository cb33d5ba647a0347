import { uint, type Hardware, type Signal } from '../../../src/index.ts';
import { turnCyclesBound, turnLimit, waitBound, type ArbiterEnvironment, type TurnLimit } from '../../../src/pim/policy-bound.ts';
import type { Policy } from '../../../src/pim/policy.ts';
import type { Flight, Waiting } from './environment.ts';
import { Owner, Phase } from './observe.ts';

interface Class extends Waiting {
  readonly flight: Flight;
  readonly served: Signal<1>;
}

export interface BoundsView {
  readonly policy: Policy;
  readonly environment: ArbiterEnvironment;
  readonly turns: { readonly phase: Signal; readonly turnCycles: Signal; readonly turnRequests: Signal; readonly bypasses: Signal };
  readonly host: Class;
  readonly pim: Class;
  readonly live: Signal<1>;
  readonly idle: Signal;
  readonly can: Signal<1>;
  readonly allBank: Signal<1>;
  readonly hostRows: Signal<1>;
  readonly pimRows: Signal<1>;
  readonly older: Signal<1>;
  readonly elders: Signal;
}

/** Bits of sums of the proof: any bound with counts of a turn of 16 bits fits. */
const BITS = 20;

/**
 * Every class is served within its bound. What makes it a proof is a measure: how long it takes from here at most, phase by phase, so that what has been
 * waited and what may come add up to no more than the bound, in every state. Where a policy gives no bound, a cover shows how long it can last.
 */
export function waitBounds(hw: Hardware, view: BoundsView): void {
  const { policy, environment, turns, host, pim, live, idle, allBank, hostRows, pimRows, older, elders } = view;
  const { latency, entries } = environment;
  const { phase, turnCycles, turnRequests, bypasses } = turns;
  const n = (value: number): Signal => hw.lit(BITS, value);
  const up = (x: Signal): Signal => x.zext(BITS);
  const least = (x: Signal, from: number): Signal => from === 0 ? n(0) : up(x).ge(from).mux(n(0), n(from).sub(up(x)));
  const most = (a: Signal, b: Signal): Signal => a.gt(b).mux(a, b);

  const doing = n(latency).sub(up(idle));
  const landing = ({ flying, age }: Flight): Signal => flying.mux(n(latency).sub(up(age)), 0);
  /** Until the next service of a class that may be served. */
  const serving = (c: Class): Signal => c.flight.flying.mux(landing(c.flight).add(latency), doing);
  const step = latency + 1;

  /** Until a turn ends that has gone so far. */
  function turnLeft(limit: TurnLimit, c: Class, name: number): Signal {
    const aged = older.eq(name).mux(up(elders), 0);
    const services = [
      least(turnRequests, limit.requests),
      ...(limit.passed > 0 ? [least(bypasses, limit.passed).add(aged)] : []),
      ...(limit.older ? [aged] : []),
    ].reduce(most); // prettier-ignore
    const served = services.eq(0).mux(n(0), serving(c).add(services.sub(1).mul(n(2 * latency)).trunc(BITS)));
    // Without requests it ends at once.
    return c.count.eq(0).mux(n(0), most(served, least(turnCycles, limit.cycles))).add(1);
  }

  const walk = [
    { phase: Phase.DRAIN, left: landing(host.flight).add(1) },
    { phase: Phase.CLOSE, left: hostRows.mux(doing, 0).add(1) },
    { phase: Phase.ENTER, left: allBank.mux(n(0), doing).add(1) },
    { phase: Phase.FINISH, left: landing(pim.flight).add(1) },
    { phase: Phase.LEAVE, left: allBank.or(pimRows).mux(doing, 0).add(1) },
  ];
  const sides = [
    { name: 'host', own: host, code: Owner.HOST, turn: Phase.HOST, other: pim, otherCode: Owner.PIM, otherTurn: Phase.PIM, away: [Phase.DRAIN, Phase.CLOSE, Phase.ENTER], back: [Phase.FINISH, Phase.LEAVE] },
    { name: 'pim', own: pim, code: Owner.PIM, turn: Phase.PIM, other: host, otherCode: Owner.HOST, otherTurn: Phase.HOST, away: [Phase.FINISH, Phase.LEAVE], back: [Phase.DRAIN, Phase.CLOSE, Phase.ENTER] },
  ] as const; // prettier-ignore
  for (const { name, own, turn, other, otherCode, otherTurn, away, back } of sides) {
    const bound = waitBound(policy, name, environment);
    const limit = turnLimit(policy, name);
    const waited = hw.reg(`${name}Waited`, uint(BITS), { reset: 0 });
    const waits = own.count.ne(0);
    hw.when(waits.not().or(own.served), () => waited.next(0)).elsewhen(live.and(waited.ne(2 ** BITS - 1)), () => waited.next(waited.add(1)));
    if (bound === undefined || limit === undefined) {
      hw.cover(waited.eq(8 * step), `${name} waits for as long as ${8 * step} cycles and may wait for ever`);
      continue;
    }
    const turnBound = turnCyclesBound(limit, { latency, entries });
    const path = [...away, otherTurn, ...back];
    const whole = (p: number): number => (p === otherTurn ? turnBound : step);
    const afterwards = (p: number): number => path.slice(path.indexOf(p as never) + 1).reduce((sum, q) => sum + whole(q), latency);
    const left = (p: number): Signal => p === otherTurn ? turnLeft(limit, other, otherCode) : walk.find((w) => w.phase === p)!.left;
    // In its own turn the class is served before the turn may end, or has been and then has all the way before it.
    const useful = turnRequests.ne(0);
    const own2 = serving(own);
    const rest = path.reduce((sum, p) => phase.eq(p).mux(left(p).add(afterwards(p)), sum), useful.mux(own2.add(path.reduce((sum, p) => sum + whole(p), latency)), own2));
    hw.assert(waits.not().or(phase.eq(turn).and(useful.not()).mux(up(waited).add(own2), up(waited).add(rest)).le(bound)), `what ${name} has waited and what is left are no more than its bound`);
    hw.assert(waited.le(bound), `${name} waits for no more than ${bound} cycles without being served`);
    hw.cover(waited.ge(Math.floor(bound / 2)), `${name} waits for half of its bound`);
  }
}
