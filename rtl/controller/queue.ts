import { indexWidth, uint, vec, type Hardware, type Reg, type Signal } from '../../src/index.ts';

/** A Vec whose number of lanes is known when it is elaborated. */
export type Lanes = Signal<number, number>;
export type LaneReg = Reg<number, number>;

/** What the bank commands of a cycle do to rows: whose waiting requests become hits, and whose no longer are. */
export interface RowChange {
  readonly activate: Signal<1>;
  /** One bank, or all of a pseudo-channel. */
  readonly close: Signal<1>;
  readonly closeAll: Signal<1>;
  readonly bank: Signal;
  readonly row: Signal;
  /** Bits of a flat bank number below the pseudo-channel. */
  readonly pcShift: number;
}

/**
 * Requests in the order of their age: the lane is the age, 0 the oldest, so that the oldest of some is the first set bit. When one leaves, the
 * younger ones move down. Whether an entry's row is open is kept as a bit of its own, changed where rows are opened and closed; so the rows
 * need not be compared in every cycle.
 */
export class AgedQueue {
  readonly count: Signal;
  readonly valid: Lanes;
  readonly hit: LaneReg;
  readonly #count: Reg;
  readonly #fields: ReadonlyMap<string, LaneReg>;
  /** One field more, that moves along but changes where it stands: see `carry`. */
  readonly #carried: { readonly lanes: LaneReg; readonly now: Lanes; readonly fresh: number }[] = [];

  constructor(
    private readonly hw: Hardware,
    private readonly name: string,
    readonly length: number,
    widths: Readonly<Record<string, number>>,
  ) {
    this.#count = hw.reg(`${name}Count`, uint<number>(indexWidth(length + 1)), { reset: 0 });
    this.count = this.#count;
    this.valid = hw.lanes(length, 8).lt(this.#count.zext(8));
    this.hit = hw.reg(`${name}Hit`, vec(length, uint<number>(1)), { reset: 0 });
    this.#fields = new Map(Object.entries(widths).map(([field, width]) => [field, hw.reg(`${name}_${field}`, vec(length, uint<number>(width)), { reset: 0 })]));
  }

  field(name: string): LaneReg {
    return this.#fields.get(name)!;
  }
  get indexBits(): number {
    return indexWidth(this.length);
  }

  /** State of each entry that changes while it waits: `now` is what it becomes in this cycle, before entries move. */
  carry(lanes: LaneReg, now: Lanes, fresh = 0): void {
    this.#carried.push({ lanes, now, fresh });
  }

  /** Entries of an address. */
  matching(address: Readonly<Record<string, Signal>>): Lanes {
    return Object.entries(address).reduce<Lanes>((all, [field, value]) => all.and(this.field(field).eq(value)), this.valid);
  }

  /** What the hits become by this cycle's row command. */
  #rowsChanged({ activate, close, closeAll, bank, row, pcShift }: RowChange): Lanes {
    const banks = this.field('bank');
    const same = banks.eq(bank);
    const closed = close.mux(this.hit.and(same.not()), this.hit);
    const allClosed = pcShift < bank.width ? closeAll.mux(this.hit.and(banks.slice(bank.width - 1, pcShift).ne(bank.slice(bank.width - 1, pcShift))), closed) : closeAll.mux(this.hit.and(0), closed);
    return activate.mux(same.mux(this.field('row').eq(row), this.hit), allClosed);
  }

  /**
   * The clock edge. `take` lane `at`, and `put` an entry behind the youngest, whose row is open if `hit` is 1.
   */
  update(change: RowChange, take: { readonly when: Signal<1>; readonly at: Signal }, put: { readonly when: Signal<1>; readonly hit: Signal<1>; readonly values: Readonly<Record<string, Signal>> }): void {
    const { hw } = this;
    const position = this.#count.sub(take.when.zext(this.#count.width)).trunc(Math.min(this.#count.width, this.indexBits));
    const from = hw.lanes(this.length, 8).ge(take.at.zext(8));
    const moved = (now: Lanes): Lanes => {
      const lanes = now.toArray();
      return take.when.mux(from.mux(hw.vec([...lanes.slice(1), lanes[this.length - 1]!]), now), now);
    };
    const next = (lanes: LaneReg, now: Lanes, fresh: Signal): void => {
      const after = moved(now);
      lanes.next(put.when.mux(after.insert(position, fresh), after));
    };
    for (const [name, lanes] of this.#fields) hw.when(take.when.or(put.when), () => next(lanes, lanes, put.values[name]!));
    const touched = take.when.or(put.when).or(change.activate).or(change.close).or(change.closeAll);
    hw.when(touched, () => next(this.hit, this.#rowsChanged(change), put.hit));
    for (const { lanes, now, fresh } of this.#carried) next(lanes, now, hw.lit(lanes.width, fresh));
    hw.when(put.when.and(take.when.not()), () => this.#count.next(this.#count.add(1))).elsewhen(take.when.and(put.when.not()), () => this.#count.next(this.#count.sub(1)));
    hw.assert(take.when.and(take.at.zext(8).ge(this.#count.zext(8))).not(), `${this.name}: only what waits is taken`);
    hw.assert(put.when.and(this.#count.eq(this.length)).not(), `${this.name}: nothing is put into a full queue`);
  }
}
