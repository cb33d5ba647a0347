import { bit, uint, vec, type Hardware, type Signal } from '../../src/index.ts';
import { overBanks } from './refresh.ts';
import type { ControllerShape } from './config.ts';

/** Columns of a class after which the other one has its turn, if it waits; our choice. */
export const COLUMN_TURN = 32;

/**
 * Who goes first where host and PIM have banks of their own and are active at once. A bit of each list is a pseudo-channel's.
 *
 * Columns: an all-bank column is one of each bank group, so that none of the host's fits between two that are tCCDL apart. They take turns of at most
 * `COLUMN_TURN`, which end early when the class has nothing more whose row is open; so the data bus seldom turns.
 *
 * Rows: an ACT of all units needs a window without others, which never comes while the host opens rows. So it is waited for: the host opens none until
 * it has been given, and may then open some for `calmAfter` cycles before the next one is waited for.
 */
export class Sharing {
  /** Row commands of the guest go before those of the host. */
  readonly guestFirst: readonly Signal<1>[];
  /** Whose turn it is: 1 the guest's. */
  readonly #side: Signal<1>;
  readonly #host: Signal<1>;
  readonly #guest: Signal<1>;

  constructor(
    hw: Hardware,
    private readonly shape: ControllerShape,
    calmAfter: number,
    private readonly view: {
      /** The guest wants a column, or to open a row, and waits for nothing but timing. */
      readonly guestColumn: readonly Signal<1>[];
      readonly guestOpens: readonly Signal<1>[];
      /** Banks to which the host has a column command that waits for nothing but timing. */
      readonly hostColumns: Signal;
    },
  ) {
    const calm = hw.reg('calmIn', vec(shape.pseudoChannels, uint(16)), { reset: 0 });
    this.guestFirst = calm.toArray().map((left) => left.eq(0));
    // One turn for all pseudo-channels, since a PIM request goes to one after the other.
    const side = hw.reg('columnSide', bit, { reset: 0 });
    const used = hw.reg('columnsUsed', uint(8), { reset: 0 });
    this.#side = side;
    this.#host = hw.name('hostHasColumn', view.hostColumns.reduceOr());
    this.#guest = hw.name('guestHasColumn', view.guestColumn.reduce((a, b) => a.or(b)));
    this.update = (opened, given) => {
      calm.next(hw.vec(this.guestFirst.map((_, p) => opened.bit(p).mux(hw.lit(16, calmAfter), calm.at(hw.lit(1, p)).subSat(1)))));
      const [own, other] = [side.mux(this.#guest, this.#host), side.mux(this.#host, this.#guest)];
      const change = other.and(own.not().or(used.ge(COLUMN_TURN)));
      side.next(side.xor(change));
      hw.when(change, () => used.next(0)).elsewhen(given.and(used.lt(COLUMN_TURN)), () => used.next(used.add(1)));
    };
  }

  /** The clock edge. `opened`: pseudo-channels in which the guest opens a row; `given`: somebody gives a column command. */
  readonly update: (opened: Signal, given: Signal<1>) => void;

  /** The guest may give no column command. */
  get guestHeld(): Signal<1> {
    return this.#side.not().and(this.#host);
  }

  /** The host gives no column command now, and opens no row of these banks. */
  get hostHeld(): { readonly columns: Signal<1>; readonly rows: Signal } {
    const { guestOpens } = this.view;
    return { columns: this.#side.and(this.#guest), rows: overBanks(this.guestFirst.map((first, p) => first.and(guestOpens[p]!)), this.shape) };
  }
}
