import { bit, indexWidth, inp, interfaceOf, out, uint, vec, type Flip, type Hardware, type Inside, type Reg, type Signal } from '../../src/index.ts';
import { controlRow, type Organisation } from '../../src/dram/index.ts';
import type { ControllerShape, PimShape } from './config.ts';

type Word = ReturnType<typeof uint<32>>;
const lanes = (n: number, width: number) => vec<number, ReturnType<typeof uint<number>>>(n, uint<number>(width));

/**
 * The second client of a controller, seen from there: it proposes a row and a column command for each pseudo-channel (a bit or lane each) and is
 * told in the same cycle which is given. Banks are numbers in their PIM unit. A command speaks to the bank of that number in all units in
 * all-bank mode, and to that of the first unit otherwise; `closeAll` is PREA. What is proposed must fit the rows that are open.
 */
export const guestPort = (shape: ControllerShape, { banksPerUnit }: PimShape) => {
  const pcs = uint<number>(shape.pseudoChannels);
  return interfaceOf('DramGuest', {
    activate: out(pcs),
    close: out(pcs),
    closeAll: out(pcs),
    rowBank: out(lanes(shape.pseudoChannels, indexWidth(banksPerUnit))),
    row: out(lanes(shape.pseudoChannels, shape.rowBits)),
    read: out(pcs),
    write: out(pcs),
    /** The write has data on DQ: `data`, of the write that is given. Its reads have none. */
    onBus: out(pcs),
    columnBank: out(lanes(shape.pseudoChannels, indexWidth(banksPerUnit))),
    column: out(lanes(shape.pseudoChannels, shape.columnBits)),
    data: out(vec<number, Word>(shape.words, uint(32))),
    /** The memory must not sleep. */
    busy: out(bit),
    /** At most one bit each. */
    rowGiven: inp(pcs),
    columnGiven: inp(pcs),
    /** In all-bank mode, or all-bank PIM mode. */
    allBank: inp(pcs),
    /** A row that changes the mode when it is closed is open. */
    switching: inp(pcs),
    /** Of the banks of the first unit in each pseudo-channel. */
    open: inp(uint<number>(shape.pseudoChannels * banksPerUnit)),
    rows: inp(lanes(shape.pseudoChannels * banksPerUnit, shape.rowBits)),
  });
};
export type GuestEnd = Inside<Flip<ReturnType<typeof guestPort>['members']>>;

/** A choice among proposals, its bank as the controller numbers them. */
interface Given {
  readonly found: Signal<1>;
  /** A bit for each pseudo-channel, at most one of them 1. */
  readonly which: Signal;
  readonly bank: Signal;
  readonly all: Signal<1>;
}

/** Says which of a guest's proposals may be given, and keeps the mode of each pseudo-channel, which whoever closes a row can change. */
export class Guest {
  /** A bit for each pseudo-channel. */
  readonly mode: Reg;
  readonly switching: Reg;
  readonly #pcs: readonly number[];
  readonly #place: number;

  constructor(
    private readonly hw: Hardware,
    private readonly shape: ControllerShape,
    private readonly pim: PimShape,
    private readonly port: GuestEnd,
  ) {
    this.#pcs = Array.from({ length: shape.pseudoChannels }, (_, p) => p);
    this.#place = indexWidth(pim.banksPerUnit);
    this.mode = hw.reg('allBank', uint<number>(shape.pseudoChannels), { reset: 0 });
    this.switching = hw.reg('switching', uint<number>(shape.pseudoChannels), { reset: 0 });
  }

  modeOf(pc: Signal): Signal<1> {
    return this.mode.bit(pc);
  }

  /** Of pseudo-channel p and the unit-bank `bank`: may the command that it stands for be given to whomever it speaks to? */
  #may(word: Signal, p: number, bank: Signal): Signal<1> {
    const { banksPerUnit } = this.pim;
    const units = this.shape.banksPerPseudoChannel / banksPerUnit;
    const of = (u: number): Signal => word.slice<number, number>(p * this.shape.banksPerPseudoChannel + (u + 1) * banksPerUnit - 1, p * this.shape.banksPerPseudoChannel + u * banksPerUnit);
    const inAll = Array.from({ length: units }, (_, u) => of(u)).reduce((a, b): Signal => a.and(b));
    return this.mode.bit(p).mux(inAll.bit(bank), of(0).bit(bank));
  }

  #ofPc(word: Signal, p: number): Signal {
    return word.slice<number, number>((p + 1) * this.shape.banksPerPseudoChannel - 1, p * this.shape.banksPerPseudoChannel);
  }

  #given(ready: readonly Signal<1>[], banks: Signal<number, number>, all: (p: number) => Signal<1>): Given {
    const { hw, shape } = this;
    const which = ready.map((r, p) => ready.slice(0, p).reduce((a, b) => a.and(b.not()), r));
    const flat = (p: number): Signal => hw.lit<number>(shape.bankBits - this.#place, (p * shape.banksPerPseudoChannel) / this.pim.banksPerUnit).cat(banks.at(p));
    const choose = <S extends Signal>(of: (p: number) => S): Signal => this.#pcs.slice(1).reduce<Signal>((rest, p) => which[p]!.mux(of(p), rest), of(0));
    return { found: ready.reduce((a, b) => a.or(b)), which: hw.cat(...[...which].reverse()), bank: choose(flat), all: choose(all) as Signal<1> };
  }

  /** The row command that goes out if `free`, of a pseudo-channel each. Words have a bit for each bank; `fourActivates` and `anyActivate` one for each pseudo-channel. */
  rows(view: { readonly free: readonly Signal<1>[]; readonly mayBegin: Signal<1>; readonly mayActivate: Signal; readonly mayClose: Signal; readonly blocked: Signal; readonly noneActivated: readonly Signal<1>[]; readonly oneMore: readonly Signal<1>[] }): Given & { readonly needsBus: readonly Signal<1>[]; readonly activate: Signal<1>; readonly close: Signal<1>; readonly closeAll: Signal<1>; readonly row: Signal } {
    const { hw, port } = this;
    const usable = view.blocked.not();
    const activatesSoon = this.#pcs.map((p) => {
      const mayMore = this.mode.bit(p).mux(view.noneActivated[p]!, view.oneMore[p]!);
      return port.activate.bit(p).and(mayMore).and(this.#may(view.mayActivate.and(usable), p, port.rowBank.at(p)));
    });
    const activates = activatesSoon.map((a) => a.and(view.mayBegin));
    const closes = this.#pcs.map((p) => port.close.bit(p).and(this.#may(view.mayClose.and(usable), p, port.rowBank.at(p))));
    const closesAll = this.#pcs.map((p) => port.closeAll.bit(p).and(this.#ofPc(view.mayClose.and(usable), p).reduceAnd()));
    const given = this.#given(
      this.#pcs.map((p) => view.free[p]!.and(activates[p]!.or(closes[p]!).or(closesAll[p]!))),
      port.rowBank,
      (p) => this.mode.bit(p),
    );
    const some = (proposed: Signal): Signal<1> => given.which.and(proposed).reduceOr();
    port.rowGiven.set(given.which);
    const closeAll = some(port.closeAll);
    return {
      ...given,
      /** An ACT waits for nothing but the bus, which must be free in the cycle before. */
      needsBus: activatesSoon.map((a) => a.and(view.mayBegin.not())),
      activate: some(port.activate),
      close: some(port.close),
      closeAll,
      row: this.#pcs.slice(1).reduce<Signal>((rest, p) => given.which.bit(p).mux(port.row.at(p), rest), port.row.at(hw.lit(1, 0))),
    };
  }

  /** The column command that goes out if `free`, of a pseudo-channel each. Words have a bit for each bank. */
  columns(view: { readonly free: readonly Signal<1>[]; readonly mayRead: Signal; readonly mayWrite: Signal; readonly blocked: Signal }): Given & { readonly read: Signal<1>; readonly write: Signal<1>; readonly onBus: Signal<1>; readonly column: Signal } {
    const { hw, port } = this;
    const usable = view.blocked.not();
    const ready = this.#pcs.map((p) => {
      const bank = port.columnBank.at(p);
      return view.free[p]!.and(port.read.bit(p).and(this.#may(view.mayRead.and(usable), p, bank)).or(port.write.bit(p).and(this.#may(view.mayWrite.and(usable), p, bank))));
    });
    const given = this.#given(ready, port.columnBank, (p) => this.mode.bit(p));
    port.columnGiven.set(given.which);
    const some = (proposed: Signal): Signal<1> => given.which.and(proposed).reduceOr();
    const write = some(port.write);
    return {
      ...given,
      read: some(port.read),
      write,
      onBus: write.and(some(port.onBus)),
      column: this.#pcs.slice(1).reduce<Signal>((rest, p) => given.which.bit(p).mux(port.column.at(p), rest), port.column.at(hw.lit(1, 0))),
    };
  }

  /** Banks that are PIM's, a bit each. */
  get pimBanks(): Signal {
    const { banksPerUnit, partition = 0 } = this.pim;
    const own = partition === 0 ? banksPerUnit : partition;
    return this.hw.cat(...Array.from({ length: this.shape.banks }, (_, i) => this.hw.lit(1, i % banksPerUnit < own ? 1 : 0)).reverse());
  }

  /** What it wants in each pseudo-channel, and what banks are refreshed does not keep it from. */
  wants(blocked: Signal): { readonly columns: readonly Signal<1>[]; readonly opens: readonly Signal<1>[] } {
    const usable = blocked.not();
    const { port } = this;
    return {
      columns: this.#pcs.map((p) => port.read.bit(p).or(port.write.bit(p)).and(this.#may(usable, p, port.columnBank.at(p)))),
      opens: this.#pcs.map((p) => port.activate.bit(p).and(this.#may(usable, p, port.rowBank.at(p)))),
    };
  }

  /** The clock edge. `activated`: rows that the guest opens; `closes`: pseudo-channels in which rows are closed, by whomever. */
  update(organisation: Organisation, activated: { readonly when: Signal<1>; readonly which: Signal; readonly row: Signal }, closes: Signal): void {
    const { hw } = this;
    const [AB_ROW, SB_ROW] = [controlRow('AB_ROW', organisation), controlRow('SB_ROW', organisation)];
    const none = hw.lit<number>(this.mode.width, 0);
    const isMode = activated.row.eq(AB_ROW).or(activated.row.eq(SB_ROW));
    const begins = activated.when.and(isMode).mux(activated.which, none);
    const ends = this.switching.and(closes);
    this.switching.next(this.switching.or(begins).and(ends.not()));
    this.mode.next(this.mode.xor(ends));
    hw.assert(activated.when.and(activated.row.eq(AB_ROW)).and(this.mode.and(activated.which).reduceOr()).not(), 'all-bank mode is entered once');
    hw.assert(activated.when.and(activated.row.eq(SB_ROW)).and(this.mode.not().and(activated.which).reduceOr()).not(), 'all-bank mode is left once');
  }

  /** What the guest sees of the banks. */
  show(open: Signal, openRow: Signal<number, number>): void {
    const { hw, port, shape } = this;
    const first = this.#pcs.flatMap((p) => Array.from({ length: this.pim.banksPerUnit }, (_, b) => p * shape.banksPerPseudoChannel + b));
    port.allBank.set(this.mode);
    port.switching.set(this.switching);
    port.open.set(hw.cat(...first.map((i) => open.bit(i)).reverse()));
    port.rows.set(hw.vec(first.map((i) => openRow.at(hw.lit<number>(shape.bankBits, i)))));
  }
}

/** Bits of a place in the order of arrival. */
export const ARRIVAL_BITS = 16;

/**
 * The order in which two classes of requests came, as numbers that go up where the class changes. While a request waits, each change needs a place
 * in its own class's queue, so that numbers of waiting requests are never 2^15 apart. Of two that come in the same cycle the host's is first.
 */
export function arrivalOrder(hw: Hardware, host: Signal<1>, guest: Signal<1>): { readonly host: Signal; readonly guest: Signal; readonly before: (host: Signal, guest: Signal) => Signal<1> } {
  const now = hw.reg('arrivals', uint<number>(ARRIVAL_BITS), { reset: 0 });
  const last = hw.reg('lastArrival', bit, { reset: 0 });
  const ofHost = last.mux(now.add(1), now);
  const after = host.mux(ofHost, now);
  const ofGuest = host.or(last.not()).mux(after.add(1), after);
  now.next(guest.mux(ofGuest, after));
  last.next(guest.or(last.and(host.not())));
  return { host: ofHost, guest: ofGuest, before: (a, b) => b.sub(a).bit(ARRIVAL_BITS - 1).not() };
}
