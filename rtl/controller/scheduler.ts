import { uint, type Hardware, type Signal } from '../../src/index.ts';
import type { ControllerConfig } from './config.ts';
import type { Lanes } from './queue.ts';

/** A choice among the entries of the queue that is served. */
export interface Choice {
  readonly found: Signal<1>;
  readonly index: Signal;
}

export interface Choices {
  readonly column: Choice;
  readonly row: Choice;
  /** Banks for which a hit waits in the queue that is served. */
  readonly hits: Signal;
}

/** Banks that may have which command next: a word has a bit for each. */
export interface BankWords {
  readonly open: Signal;
  readonly mayAccess: Signal;
  readonly mayActivate: Signal;
  readonly mayClose: Signal;
  readonly blocked: Signal;
}

/**
 * First ready, first come first served: of the requests whose row is open and whose column command is legal the oldest, and of the others the
 * oldest whose bank can be opened, or closed because no hit waits for it. When the oldest of all has been overtaken `ageCap` times, only what
 * is for it is done, and its bank is closed whoever else would still hit.
 */
export function choose(hw: Hardware, queue: { readonly valid: Lanes; readonly hit: Lanes; readonly bank: Lanes; readonly length: number }, banks: BankWords, starved: Signal<1>): Choices {
  const { valid, hit, bank, length } = queue;
  const ofBank = (word: Signal): Lanes => word.splat(length).bit(bank);
  const waitingHits = valid.and(hit);
  const total = banks.open.width;
  const hits = waitingHits.mux(bank.oneHot<number>(total), hw.lit<number>(total, 0).splat(length)).foldOr();
  const spare = hits.not().or(starved.mux(bank.at(0).oneHot<number>(total), hw.lit<number>(total, 0)));
  const free = banks.blocked.not();
  const accessible = waitingHits.and(ofBank(banks.mayAccess.and(free))).bits();
  const openable = banks.mayActivate.and(banks.open.not()).or(banks.mayClose.and(banks.open).and(spare)).and(free);
  const movable = valid.and(hit.not()).and(ofBank(openable)).bits();
  const pick = (ready: Signal): Choice => {
    const first = ready.bit(0);
    return { found: starved.mux(first, ready.reduceOr()), index: starved.mux(0, ready.firstOne()) };
  };
  return { column: pick(accessible), row: pick(movable), hits };
}

/** Banks to which `choose` would give a column command if timing allowed it. */
export function columnsWanted(hw: Hardware, { valid, hit, bank }: { readonly valid: Lanes; readonly hit: Lanes; readonly bank: Lanes }, blocked: Signal, starved: Signal<1>): Signal {
  const none = hw.lit<number>(blocked.width, 0);
  const hits = valid.and(hit);
  const first = hits.at(0).mux(bank.at(0).oneHot<number>(blocked.width), none);
  return starved.mux(first, hits.mux(bank.oneHot<number>(blocked.width), none.splat(valid.lanes)).foldOr()).and(blocked.not());
}

/** Counts how often the oldest entry was overtaken. */
export function overtaken(hw: Hardware, name: string, take: Choice, cap: number): Signal<1> {
  const count = hw.reg(`${name}Overtaken`, uint(8), { reset: 0 });
  hw.when(take.found, () => {
    hw.when(take.index.eq(0), () => count.next(0)).otherwise(() => count.next(count.add(1)));
  });
  hw.assert(count.le(cap), `${name}: the oldest is overtaken at most ${cap} times`);
  return count.ge(cap);
}

/** Requests that a direction serves at least before the other one may interrupt it; our choice. */
const TURN = 16;

/**
 * Reads or writes: which queue is served. Reads, until writes are many or old or nobody reads; then writes, until few are left. While both
 * wait, either gets at least `TURN` requests (or all it has) before the other, and writes at most as many as their queue is long.
 */
export function direction(
  hw: Hardware,
  config: ControllerConfig,
  view: { readonly reads: Signal; readonly writes: Signal; readonly read: Signal<1>; readonly write: Signal<1>; readonly needRead: Signal<1>; readonly needWrite: Signal<1> },
): Signal<1> {
  const draining = hw.reg('draining', uint(1), { reset: 0 });
  const waited = hw.reg('writesWaited', uint(16), { reset: 0 });
  const served = hw.reg('served', uint(8), { reset: 0 });
  const [noReads, noWrites] = [view.reads.eq(0), view.writes.eq(0)];
  const turn = served.ge(TURN);
  const wanted = view.writes.ge(config.high).or(waited.ge(config.wait)).or(view.needWrite);
  const begin = noWrites.not().and(view.needRead.not()).and(noReads.or(turn.and(wanted)));
  const enough = turn.and(view.writes.le(config.low)).or(served.ge(Math.max(TURN, config.writes)));
  const end = noReads.not().and(noWrites.or(view.needRead).or(enough.and(view.needWrite.not())));
  const change = draining.mux(end, begin);
  hw.when(change, () => {
    draining.next(draining.not());
    served.next(0);
    waited.next(0);
  }).otherwise(() => {
    hw.when(view.read.or(view.write).and(served.ne(255)), () => served.next(served.add(1)));
    hw.when(draining.not().and(noWrites.not()).and(waited.ne(65535)), () => waited.next(waited.add(1)));
  });
  return draining;
}
