import { bit, indexWidth, inp, interfaceOf, out, uint, vec, type Flip, type Hardware, type Inside, type Signal } from '../../src/index.ts';
import { increment } from '../lib/modular.ts';
import type { ControllerShape, PimShape } from './config.ts';
import { ARRIVAL_BITS } from './guest.ts';

/**
 * PIM requests, seen from who makes them: accepted at the edge at which `valid` and `ready` are 1, done in order, each in all pseudo-channels.
 * `execute` 0 writes: a control register, or the same data to cells of all units. 1 triggers an instruction. `bank` is a number in the unit.
 */
export const pimRequestPort = (shape: ControllerShape, { banksPerUnit }: PimShape) =>
  interfaceOf('PimRequests', {
    valid: out(bit),
    ready: inp(bit),
    execute: out(bit),
    write: out(bit),
    bank: out(uint<number>(indexWidth(banksPerUnit))),
    row: out(uint<number>(shape.rowBits)),
    column: out(uint<number>(shape.columnBits)),
    data: out(vec<number, ReturnType<typeof uint<32>>>(shape.words, uint(32))),
  });
export type PimRequestEnd = Inside<Flip<ReturnType<typeof pimRequestPort>['members']>>;

/** Where a request goes to. */
interface Place {
  readonly bank: Signal;
  readonly row: Signal;
}

export interface PimHead extends Place {
  readonly valid: Signal<1>;
  readonly execute: Signal<1>;
  readonly write: Signal<1>;
  readonly column: Signal;
  readonly arrival: Signal;
  readonly data: Signal;
}

/**
 * Requests in the order in which they came, in a memory. Besides the first one it knows the first whose bank is another one, which it finds by
 * looking at one a cycle: nobody before it needs that bank, so that its row may be opened early.
 */
export class PimQueue {
  readonly count: Signal;
  readonly head: PimHead;
  /** Of the next request with another bank, if it has been found. */
  readonly next: Place & { readonly found: Signal<1>; readonly execute: Signal<1> };
  readonly accepts: Signal<1>;
  readonly #update: (pop: Signal<1>) => void;

  constructor(hw: Hardware, shape: ControllerShape, { banksPerUnit }: PimShape, entries: number, request: PimRequestEnd, arrival: Signal) {
    const widths = { execute: 1, write: 1, bank: indexWidth(banksPerUnit), row: shape.rowBits, column: shape.columnBits, arrival: ARRIVAL_BITS };
    const names = Object.keys(widths) as (keyof typeof widths)[];
    const places = hw.mem('pimPlaces', entries, uint<number>(names.reduce((sum, n) => sum + widths[n], 0)));
    const data = hw.mem('pimData', entries, uint<number>(32 * shape.words));
    const pointer = (name: string, reset = 0) => hw.reg(name, uint<number>(indexWidth(entries)), { reset });
    const [head, tail, scan] = [pointer('pimHead'), pointer('pimTail'), pointer('pimScan', 1)];
    const bits = indexWidth(entries + 1);
    const count = hw.reg('pimWaiting', uint<number>(bits), { reset: 0 });
    /** How far `scan` is behind the head: all before it have the head's bank. */
    const ahead = hw.reg('pimAhead', uint<number>(bits), { reset: 1 });
    const found = hw.reg('pimFound', bit, { reset: 0 });
    const nextBank = hw.reg('pimNextBank', uint<number>(widths.bank));
    const nextExecute = hw.reg('pimNextExecute', bit);
    const nextRow = hw.reg('pimNextRow', uint<number>(widths.row));

    const at = (address: Signal): Readonly<Record<keyof typeof widths, Signal>> => {
      const word = places.read(address);
      let from = 0;
      return Object.fromEntries(names.map((n) => [n, word.slice<number, number>((from += widths[n]) - 1, from - widths[n])])) as Record<keyof typeof widths, Signal>;
    };
    const first = at(head);
    this.count = count;
    this.head = { ...first, valid: count.ne(0), execute: first.execute as Signal<1>, write: first.write as Signal<1>, data: data.read(head) };
    this.next = { found, bank: nextBank, row: nextRow, execute: nextExecute };
    request.ready.set(count.ne(entries));
    this.accepts = hw.name('pimAccepts', request.valid.and(request.ready));

    this.#update = (pop) => {
      hw.when(this.accepts, () => {
        const fields = { execute: request.execute, write: request.write, bank: request.bank, row: request.row, column: request.column, arrival };
        places.write(tail, hw.cat(...names.map((n): Signal => fields[n]).reverse()));
        data.write(tail, request.data.bits());
        tail.next(increment(tail, entries));
      });
      hw.when(pop, () => head.next(increment(head, entries)));
      hw.when(this.accepts.ne(pop), () => count.next(pop.mux(count.sub(1), count.add(1))));

      const here = at(scan);
      const looks = found.not().and(ahead.lt(count));
      const other = here.bank.ne(first.bank);
      const passes = looks.and(other.not());
      const overtaken = pop.and(ahead.eq(1));
      hw.when(overtaken, () => {
        found.next(0);
        scan.next(increment(increment(head, entries), entries));
      }).elsewhen(looks, () => {
        found.next(other);
        nextBank.next(here.bank);
        nextRow.next(here.row);
        nextExecute.next(here.execute as Signal<1>);
        hw.when(passes, () => scan.next(increment(scan, entries)));
      });
      hw.when(overtaken.not().and(passes.ne(pop)), () => ahead.next(pop.mux(ahead.sub(1), ahead.add(1))));
      hw.assert(pop.and(count.eq(0)).not(), 'only what waits is done');
      hw.assert(ahead.ne(0), 'the next row is behind the first request');
    };
  }

  /** The clock edge. */
  update(pop: Signal<1>): void {
    this.#update(pop);
  }
}
