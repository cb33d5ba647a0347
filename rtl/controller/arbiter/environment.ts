import { bit, indexWidth, uint, type Hardware, type Signal } from '../../../src/index.ts';
import { countWidth } from '../../lib/modular.ts';
import { Owner } from './observe.ts';

/** Data of one class under way: from the cycle after the command until they `land`, `latency` cycles at most. */
export interface Flight {
  readonly flying: Signal<1>;
  readonly age: Signal;
  readonly lands: Signal<1>;
}

export function flight(hw: Hardware, name: string, latency: number, starts: Signal<1>, lands: Signal<1>, lost: Signal<1>): Flight {
  const flying = hw.reg(`${name}Flying`, bit, { reset: 0 });
  const age = hw.reg(`${name}FlightAge`, uint(indexWidth(latency)), { reset: 0 });
  hw.assume(flying.not().or(age.ne(latency - 1)).or(lands), `data of ${name} have moved after ${latency} cycles`);
  const done = flying.and(lands).and(lost.not());
  hw.when(starts, () => {
    flying.next(1);
    age.next(0);
  })
    .elsewhen(done.or(lost), () => flying.next(0))
    .elsewhen(flying, () => age.next(age.add(1)));
  hw.assert(age.le(latency - 1), `data of ${name} are never older`);
  return { flying, age, lands: done };
}

export interface Waiting {
  readonly count: Signal;
  /** A request comes in this cycle. */
  readonly comes: Signal<1>;
}

/** Requests of a class that wait, in their order. What has come is waiting, under way or done: the three are counted apart. */
export function waiting(hw: Hardware, name: string, entries: number, offered: Signal<1>, served: Signal<1>): Waiting {
  const count = hw.reg(`${name}Waiting`, uint(countWidth(entries)), { reset: 0 });
  const comes = offered.and(count.ne(entries));
  const step = comes.zext(count.width).sub(served.zext(count.width));
  count.next(count.add(step));
  hw.assert(count.le(entries), `no more than ${entries} requests of ${name} wait`);
  hw.assert(served.not().or(count.ne(0)), `nothing of ${name} is served that has not come`);
  return { count, comes };
}

/** Come = waiting + under way + done, modulo 16: nothing is lost, nothing twice. */
export function conserved(hw: Hardware, name: string, { count, comes }: Waiting, { flying, lands }: Flight): void {
  const width = Math.max(4, count.width);
  const come = hw.reg(`${name}Come`, uint(width), { reset: 0 });
  const done = hw.reg(`${name}Done`, uint(width), { reset: 0 });
  come.next(come.add(comes.zext(width)));
  done.next(done.add(lands.zext(width)));
  hw.assert(come.sub(done).eq(count.zext(width).add(flying.zext(width))), `no request of ${name} is lost or served twice`);
}

/** One request, any one (`mark`), has its turn when those before it have had theirs. */
export function inOrder(hw: Hardware, name: string, { count, comes }: Waiting, served: Signal<1>, mark: Signal<1>): void {
  const followed = hw.reg(`${name}Followed`, bit, { reset: 0 });
  const ahead = hw.reg(`${name}Ahead`, uint(count.width), { reset: 0 });
  const left = count.sub(served.zext(count.width));
  hw.when(followed.not(), () => {
    hw.when(comes.and(mark), () => {
      followed.next(1);
      ahead.next(left);
    });
  }).elsewhen(served, () => hw.when(ahead.eq(0), () => followed.next(0)).otherwise(() => ahead.next(ahead.sub(1))));
  hw.assert(followed.not().or(ahead.lt(count)), `a request of ${name} waits until it is its turn`);
  hw.cover(followed.and(served).and(ahead.eq(0)), `a request of ${name} is served in its turn`);
}

export interface Order {
  /** Whose oldest request came first, while both classes wait. */
  readonly older: Signal<1>;
  /** Requests of that class that came before the first of the other. */
  readonly elders: Signal;
}

interface Side {
  readonly waiting: Waiting;
  readonly served: Signal<1>;
}

/**
 * Who is older, without the order of all that wait: when a new request becomes the first of its class, `choice` says how many of the other class came
 * before it, within what is possible. That is every order there is.
 */
export function order(hw: Hardware, entries: number, host: Side, pim: Side, choice: Signal): Order {
  const width = countWidth(entries);
  const older = hw.reg('older', bit, { reset: 0 });
  const elders = hw.reg('elders', uint(width), { reset: 0 });
  const after = ({ waiting: { count, comes }, served }: Side): Signal => count.add(comes.zext(width)).sub(served.zext(width));
  const left = ({ waiting: { count }, served }: Side): Signal => count.sub(served.zext(width));
  const both = host.waiting.count.ne(0).and(pim.waiting.count.ne(0));
  const sides = [
    { own: host, other: pim, name: Owner.HOST, otherName: Owner.PIM },
    { own: pim, other: host, name: Owner.PIM, otherName: Owner.HOST },
  ];
  const meet = after(host).ne(0).and(after(pim).ne(0));
  // Both wait from now on: who had some left is the older one with all of them; of two that come together the host's.
  hw.when(meet, () => {
    const hostFirst = left(host).ne(0).or(left(pim).eq(0));
    hw.when(left(host).eq(0).or(left(pim).eq(0)), () => {
      older.next(hostFirst.mux(hw.lit(1, Owner.HOST), Owner.PIM));
      elders.next(hostFirst.mux(left(host).ne(0).mux(left(host), 1), left(pim)));
    }).otherwise(() => {
      for (const { own, other, name, otherName } of sides) {
        hw.when(both.and(older.eq(name)), () => {
          hw.when(own.served, () => {
            hw.when(elders.gt(1), () => elders.next(elders.sub(1))).otherwise(() => {
              hw.assume(choice.ne(0).and(choice.le(left(other))), 'of those that wait');
              older.next(hw.lit(1, otherName));
              elders.next(choice);
            });
          }).elsewhen(other.served, () => {
            hw.assume(choice.ge(elders).and(choice.le(left(own))), 'of those that wait');
            elders.next(choice);
          });
        });
      }
    });
  });
  for (const { own, name } of sides) hw.assert(both.and(older.eq(name)).not().or(elders.ne(0).and(elders.le(own.waiting.count))), `the elders of the ${name === Owner.HOST ? 'host' : 'PIM'} wait`);
  return { older, elders };
}
