import { bit, indexWidth, uint, vec, type Hardware, type Reg, type Signal } from '../../src/index.ts';
import type { ControllerConfig, ControllerShape } from './config.ts';
import type { TimingPlan } from './timing.ts';

/** What refreshing needs to know in a cycle. A word has a bit for each bank. */
export interface RefreshView {
  /** Nobody waits. */
  readonly idle: Signal<1>;
  /** Commands may be given at all. */
  readonly awake: Signal<1>;
  /** Nothing new begins: the channel is somebody else's. */
  readonly given: Signal<1>;
  readonly open: Signal;
  /** Banks that may be closed, and banks that may be activated or refreshed if they are closed. */
  readonly mayClose: Signal;
  readonly mayRefresh: Signal;
}

/** What refreshing wants to be on the row bus, before anything else. */
export interface RefreshWish {
  readonly pre: Signal<1>;
  readonly closeAll: Signal<1>;
  readonly ref: Signal<1>;
  readonly refsb: Signal<1>;
  /** Flat bank number; of a pseudo-channel its first bank. */
  readonly bank: Signal;
}

/** Enough for what a preset allows of all banks, one by one. */
export const OWED_BITS = 10;
const MOST_OWED = 2 ** OWED_BITS - 1;

/** Bits of the pseudo-channels, spread over their banks. */
export function overBanks(perPc: readonly Signal<1>[], { banksPerPseudoChannel }: ControllerShape): Signal {
  return perPc.map((s): Signal => s.sext<number>(banksPerPseudoChannel)).reduce((low, high): Signal => high.cat(low));
}

/**
 * Refreshes fall due at fixed times, whatever happened before. They are given when nobody waits, or at once when more than `postpone` are owed:
 * then the banks that are to be refreshed get no other command, so that nothing else decides when.
 */
export class Refresh {
  /** Banks that must not be used. */
  readonly blocked: Signal;
  /** A refresh waits for nothing but the state of its banks. */
  readonly active: Signal<1>;
  /** More are owed than may wait. */
  readonly forced: Signal<1>;
  /** Refreshes owed: of the pseudo-channel that owes most. */
  readonly owed: Signal;

  readonly #active: readonly Reg<1>[];
  readonly #recovering: readonly Reg[];
  readonly #owed: Reg<number, number>;
  readonly #target: Reg | undefined;
  readonly #parties: number;

  constructor(
    private readonly hw: Hardware,
    private readonly config: ControllerConfig,
    private readonly shape: ControllerShape,
    private readonly plan: TimingPlan,
  ) {
    const perBank = config.refresh === 'per-bank';
    this.#parties = config.refresh === 'none' ? 0 : perBank ? 1 : shape.pseudoChannels;
    const parties = Array.from({ length: this.#parties }, (_, p) => p);
    this.#active = parties.map((p) => hw.reg(`refreshing${p}`, bit, { reset: 0 }));
    this.#recovering = perBank ? [] : parties.map((p) => hw.reg(`rfc${p}`, uint<number>(indexWidth(plan.tRFC)), { reset: 0 }));
    this.#owed = hw.reg('owed', vec(Math.max(1, this.#parties), uint<number>(OWED_BITS)), { reset: 0 });
    this.#target = perBank ? hw.reg('refreshTarget', uint<number>(shape.bankBits), { reset: 0 }) : undefined;
    const none = hw.lit(1, 0);
    this.active = this.#active.reduce<Signal<1>>((a, b) => a.or(b), none);
    this.owed = this.#owed.foldMax();
    this.forced = this.owed.gt(config.postpone);
    const bank = this.#bank();
    this.blocked = perBank
      ? this.#active[0]!.mux(bank.oneHot(shape.banks), hw.lit<number>(shape.banks, 0))
      : overBanks(Array.from({ length: shape.pseudoChannels }, (_, p) => this.#active[p]?.or(this.#recovering[p]!.ne(0)) ?? none), shape);
  }

  /** Banks take turns between the pseudo-channels, so that two refreshes next to each other share nothing. */
  #bank(): Signal {
    const target = this.#target;
    if (target === undefined) return this.hw.lit<number>(this.shape.bankBits, 0);
    return this.shape.pseudoChannels === 1 ? target : target.bit(0).cat(target.slice(target.width - 1, 1));
  }

  /** Counts, begins and ends. What it returns goes to the row bus in this cycle, whatever else would. */
  update(view: RefreshView): RefreshWish {
    const { hw, config, shape } = this;
    const perBank = config.refresh === 'per-bank';
    const interval = perBank ? Math.floor(config.preset.timing.tREFI / shape.banks) : config.preset.timing.tREFI;
    const none = hw.lit(1, 0);
    const wish = { pre: none, closeAll: none, ref: none, refsb: none, bank: this.#bank() };
    let taken: Signal<1> = none;
    this.#active.forEach((active, p) => {
      // At the same time in both pseudo-channels: a stream over both would stand still twice otherwise.
      const left = hw.reg(`refreshIn${p}`, uint<number>(indexWidth(interval + 1)), { reset: interval - 1 });
      const due = left.eq(0);
      hw.when(due, () => left.next(interval - 1)).otherwise(() => left.next(left.sub(1)));
      const owed = this.#owed.at(p);
      const begin = view.awake.and(view.given.not()).and(owed.gt(config.postpone).or(owed.ne(0).and(view.idle)));

      let done: Signal<1>;
      if (perBank) {
        const isOpen = view.open.bit(wish.bank);
        wish.pre = active.and(view.awake).and(isOpen).and(view.mayClose.bit(wish.bank));
        done = wish.refsb = active.and(view.awake).and(isOpen.not()).and(view.mayRefresh.bit(wish.bank));
        hw.when(done, () => this.#target!.next(this.#target!.add(1)));
      } else {
        const of = (word: Signal): Signal => word.slice<number, number>((p + 1) * shape.banksPerPseudoChannel - 1, p * shape.banksPerPseudoChannel);
        const isOpen = of(view.open).reduceOr();
        const mine = active.and(view.awake).and(taken.not());
        const close = mine.and(isOpen).and(of(view.mayClose).reduceAnd());
        const recovering = this.#recovering[p]!;
        done = mine.and(isOpen.not()).and(of(view.mayRefresh).reduceAnd()).and(recovering.eq(0));
        wish.closeAll = wish.closeAll.or(close);
        wish.ref = wish.ref.or(done);
        wish.bank = close.or(done).mux(hw.lit<number>(shape.bankBits, p * shape.banksPerPseudoChannel), wish.bank);
        taken = taken.or(close).or(done);
        hw.when(done, () => recovering.next(this.plan.tRFC - 1)).elsewhen(recovering.ne(0), () => recovering.next(recovering.sub(1)));
      }
      hw.when(done, () => active.next(0)).elsewhen(begin, () => active.next(1));
      // Whoever has the channel for too long loses count, and not the debt.
      hw.when(due.ne(done), () => this.#owed.nextAt(p, due.mux(owed.eq(MOST_OWED).mux(owed, owed.add(1)), owed.sub(1))));
    });
    if (this.#parties === 0) this.#owed.next(this.#owed);
    return wish;
  }
}
