import { CONF_PARTITION, controlRow, type ControlRow } from '../../src/dram/index.ts';
import { bit, flip, indexWidth, module, parametric, uint, type DramPreset, type Hardware, type Signal } from '../../src/index.ts';
import { controllerShape, type PimShape } from './config.ts';
import { ARRIVAL_BITS, guestPort } from './guest.ts';
import { PimQueue, pimRequestPort } from './pim-queue.ts';

export interface SequencerParameters {
  readonly preset: DramPreset;
  readonly pim: PimShape & { readonly multiplyCycles: number; readonly addCycles: number };
  /** Requests that wait. */
  readonly entries: number;
}

/** What a pseudo-channel is to get next. */
interface Wish {
  readonly activate: Signal<1>;
  readonly close: Signal<1>;
  readonly closeAll: Signal<1>;
  readonly rowBank: Signal;
  readonly row: Signal;
  readonly read: Signal<1>;
  readonly write: Signal<1>;
  readonly onBus: Signal<1>;
  readonly columnBank: Signal;
  readonly column: Signal;
  /** The column command is a mode command of the sequencer's own, which sets `execute`. */
  readonly own: Signal<1>;
  readonly execute: Signal<1>;
}

/** Counts down from what it was set to. */
function countdown(hw: Hardware, name: string, when: Signal<1>, cycles: number): Signal<1> {
  if (cycles <= 0) return hw.lit(1, 1);
  const left = hw.reg(name, uint<number>(indexWidth(cycles + 1)), { reset: 0 });
  hw.when(when, () => left.next(cycles)).elsewhen(left.ne(0), () => left.next(left.sub(1)));
  return left.eq(0);
}

/**
 * The queue of PIM requests and who gives their commands: each request to pseudo-channel 0 and then 1, rows and modes as it needs them, while
 * `pimGo`. With `leave` it takes the memory back to single-bank mode with all rows closed. It looks at the state of banks only, so that it goes on
 * wherever it was interrupted, by a refresh or by the host.
 */
export const PimSequencer = parametric(({ preset, pim, entries }: SequencerParameters) => {
  const shape = controllerShape(preset);
  const { organisation, timing } = preset;
  const { banksPerUnit, partition = 0 } = pim;
  const unitBanks = partition === 0 ? banksPerUnit : partition;
  const row = (name: ControlRow): number => controlRow(name, organisation);
  const rows = { AB_ROW: row('AB_ROW'), SB_ROW: row('SB_ROW'), CONF_ROW: row('CONF_ROW'), B_ROW: row('B_ROW') };
  const pcs = Array.from({ length: shape.pseudoChannels }, (_, p) => p);
  /** Cycles from a write to its effect, and from a trigger to the last of its. */
  const arrives = timing.WL + shape.beats;
  const lands = pim.multiplyCycles + pim.addCycles + 1;
  return module(
    `PimSequencer_${preset.name.replaceAll(/\W/g, '_')}`,
    {
      io: { request: flip(pimRequestPort(shape, pim)), guest: guestPort(shape, pim) },
      in: { pimGo: bit, leave: bit, arrival: uint(ARRIVAL_BITS) },
      out: {
        /** Requests that wait, and done so far. */
        count: uint(8),
        done: uint(32),
        /** All that was accepted has had its effect. */
        idle: bit,
        accepts: bit,
        oldest: uint(ARRIVAL_BITS),
        newRow: bit,
        served: bit,
        /** Another row than before is needed: the last one is done with. */
        opened: bit,
        quiet: bit,
        /** The mode that the first request needs is reached, and the partition in force. */
        inPim: bit,
        singleBank: bit,
        /** A bit for each pseudo-channel: in all-bank PIM mode. */
        executing: uint<number>(shape.pseudoChannels),
      },
    },
    ({ request, guest, pimGo, leave, arrival }, hw) => {
      const queue = new PimQueue(hw, shape, pim, entries, request, arrival);
      const { head, next } = queue;
      const executing = hw.reg('executing', uint<number>(pcs.length), { reset: 0 });
      // A bit for each pseudo-channel: it has been told which banks are PIM's.
      const parted = partition === 0 ? undefined : hw.reg('parted', uint<number>(pcs.length), { reset: 0 });
      const given = hw.reg('given', uint<number>(pcs.length), { reset: 0 });
      const isControl = head.row.ge(rows.B_ROW);
      const isConf = head.row.eq(rows.CONF_ROW).and(head.column.eq(0)).and(head.execute.not());
      const settled: Signal<1>[] = [];
      const quiet: Signal<1>[] = [];
      const reached: Signal<1>[] = [];

      const wishes = pcs.map((p): Wish => {
        const open = guest.open.slice<number, number>((p + 1) * banksPerUnit - 1, p * banksPerUnit).and(2 ** unitBanks - 1);
        const rowOf = (bank: Signal): Signal => guest.rows.at((pcs.length === 1 ? bank : hw.lit(1, p).cat(bank)));
        const opened = (bank: Signal, row: Signal): Signal<1> => open.bit(bank).and(rowOf(bank).eq(row));
        const column = guest.columnGiven.bit(p);
        const data = hw.wire(`onBus${p}`, bit);
        const isOwn = hw.wire(`ownMode${p}`, bit);
        settled.push(countdown(hw, `settle${p}`, column.and(data), arrives - 1));
        // From a mode command to its effect no other row is open.
        const changed = countdown(hw, `change${p}`, column.and(isOwn), arrives - 1);
        const landed = countdown(hw, `land${p}`, column.and(data.not()), lands - arrives);
        quiet.push(countdown(hw, `busy${p}`, column, Math.max(arrives, lands)));

        const allBank = guest.allBank.bit(p);
        const switching = guest.switching.bit(p);
        const now = executing.bit(p);
        // A control register can be written in both modes.
        const wanted = leave.not().and(head.valid.mux(head.execute.or(isControl.and(now)), now));
        const single = allBank.not();
        const enter = single.and(pimGo).and(leave.not());
        const inMode = allBank.and(switching.not());
        const stale = parted === undefined ? now.ne(wanted) : now.ne(wanted).or(parted.bit(p).not());
        const change = inMode.and(pimGo.or(leave)).and(stale);
        const stays = inMode.and(stale.not());
        reached.push(parted === undefined ? stays : stays.and(changed));

        const confOpen = Array.from({ length: banksPerUnit }, (_, b) => opened(hw.lit<number>(indexWidth(banksPerUnit), b), hw.lit<number>(shape.rowBits, rows.CONF_ROW)));
        const hasConf = confOpen.reduce((a, b) => a.or(b));
        const confBank = hw.cat(...[...confOpen].reverse()).firstOne();
        const alone = hasConf.and(open.sub(1).and(open).eq(0));
        // A mode command does not take the bank that the request at the head needs next.
        const confPlace = partition === 0 ? head.bank.xor(1) : partition === 1 ? hw.lit<number>(head.bank.width, 0) : head.bank.eq(0).mux(hw.lit<number>(head.bank.width, 1), 0);
        const out = stays.and(leave).and(settled[p]!);
        const work = stays.and(pimGo).and(leave.not()).and(head.valid).and(changed);
        const mine = work.and(given.bit(p).not());
        const hit = opened(head.bank, head.row);
        const early = work.and(next.found).and(next.execute.eq(now)).and(given.bit(p).or(hit)).and(opened(next.bank, next.row).not());

        const toOpen = (when: Signal<1>, bank: Signal): readonly [Signal<1>, Signal<1>] => [when.and(open.bit(bank).not()), when.and(open.bit(bank))];
        const confActivate = change.and(open.eq(0));
        const [activate, close] = toOpen(mine.and(hit.not()), head.bank);
        const [earlyActivate, earlyClose] = toOpen(early, next.bank);
        const inMotion = switching.and(pimGo.or(leave));
        const modeActivate = enter.and(switching.not()).or(out.and(open.eq(0)));
        const zero = hw.lit<number>(head.bank.width, 0);
        const ready = mine.and(hit).and(head.execute.mux(settled[p]!, landed)).and(p === 0 ? hw.lit(1, 1) : given.bit(p - 1));
        const own = change.and(alone).and(landed);
        const onBus = own.or(head.execute.not());
        data.set(onBus);
        isOwn.set(change);
        const closeAll = out.and(open.ne(0)).or(change.and(open.ne(0)).and(alone.not()));
        // PREA would close the host's rows, too.
        const oneByOne = partition === 0 ? hw.lit(1, 0) : closeAll;
        return {
          activate: modeActivate.or(confActivate).or(activate).or(earlyActivate),
          close: inMotion.or(close).or(earlyClose).or(oneByOne),
          closeAll: closeAll.and(oneByOne.not()),
          rowBank: modeActivate.or(inMotion).mux(zero, oneByOne.mux(open.firstOne(), change.mux(confPlace, early.mux(next.bank, head.bank)))),
          row: enter.mux(hw.lit<number>(shape.rowBits, rows.AB_ROW), out.mux(hw.lit<number>(shape.rowBits, rows.SB_ROW), change.mux(hw.lit<number>(shape.rowBits, rows.CONF_ROW), early.mux(next.row, head.row)))),
          read: ready.and(head.write.not()),
          write: own.or(ready.and(head.write)),
          onBus: own.or(ready.and(onBus)),
          columnBank: change.mux(confBank, head.bank),
          column: change.mux(hw.lit<number>(shape.columnBits, 0), head.column),
          own: change,
          execute: wanted,
        };
      });

      const word = (of: (w: Wish) => Signal): Signal => hw.cat(...wishes.map(of).reverse());
      for (const name of ['activate', 'close', 'closeAll', 'read', 'write', 'onBus'] as const) guest[name].set(word((w) => w[name]));
      for (const name of ['rowBank', 'row', 'columnBank', 'column'] as const) guest[name].set(hw.vec(wishes.map((w) => w[name])));

      // ---- what is given ------------------------------------------------------------------------------------------------------------
      const ownGiven = guest.columnGiven.and(word((w) => w.own));
      const headGiven = guest.columnGiven.and(word((w) => w.own.not()));
      const words = head.data.unbits<number>(shape.words).toArray() as Signal<32>[];
      const software = words[0]!;
      const bitOf = (of: (p: number) => Signal<1>): Signal<1> => pcs.map((p) => guest.columnGiven.bit(p).and(of(p))).reduce((a, b) => a.or(b));
      const { shift, bits } = CONF_PARTITION;
      const ownWord = hw.lit(32, partition << shift).or(bitOf((p) => wishes[p]!.execute).zext(32));
      const confWord = hw.cat(software.slice(31, shift + bits), hw.lit(bits, partition), software.slice(shift - 1, 1), bitOf((p) => executing.bit(p)));
      const sends = ownGiven.ne(0);
      guest.data.set(hw.vec([sends.mux(ownWord, isConf.mux(confWord, software)), ...words.slice(1)]));
      const executes = pcs.map((p) => guest.columnGiven.bit(p).mux(wishes[p]!.own.mux(wishes[p]!.execute, executing.bit(p)), executing.bit(p)));
      executing.next(hw.cat(...executes.reverse()));
      parted?.next(parted.or(ownGiven));

      const last = pcs.length - 1;
      const pop = hw.name('pops', headGiven.bit(last));
      given.next(pop.mux(hw.lit<number>(given.width, 0), given.or(headGiven)));
      queue.update(pop);
      const done = hw.reg('done', uint(32), { reset: 0 });
      const lastPlace = hw.reg('lastPlace', uint<number>(head.bank.width + head.row.width + 1), { reset: 0 });
      const place = hw.lit(1, 1).cat(head.bank, head.row);
      hw.when(pop, () => {
        done.next(done.add(1));
        lastPlace.next(place);
      });
      const newRow = head.valid.and(lastPlace.ne(place));
      // Rows are opened early, and again after refreshes: what counts is that one is done with.
      const told = hw.reg('rowTold', bit, { reset: 0 });
      const turnsOver = newRow.and(lastPlace.bit(lastPlace.width - 1)).and(told.not());
      told.next(pop.not().and(newRow));

      const { accepts } = queue;
      hw.assert(accepts.and(request.bank.gt(unitBanks - 1)).not(), 'PIM requests are for banks of PIM');
      hw.assert(accepts.and(request.row.gt(rows.CONF_ROW)).not(), 'PIM requests leave the mode rows alone');
      hw.assert(accepts.and(request.execute).and(request.row.ge(rows.B_ROW)).not(), 'a trigger is of a data row');
      hw.assert(accepts.and(request.execute.not()).and(request.write.not()).not(), 'what triggers nothing writes');
      const calm = quiet.reduce((a, b) => a.and(b));
      guest.busy.set(head.valid.or(pimGo).or(leave).or(calm.not()));
      return {
        count: queue.count.zext<number>(8) as Signal<8>,
        done: done,
        idle: head.valid.not().and(calm),
        accepts,
        oldest: head.arrival as Signal<16>,
        newRow,
        served: pop,
        opened: turnsOver,
        quiet: calm,
        inPim: reached.reduce((a, b) => a.and(b)),
        singleBank: guest.allBank.or(guest.switching).eq(0),
        executing,
      };
    },
  );
});
