import { bit, inp, interfaceOf, out, uint, type Flip, type Inside, type Signal } from '../../src/index.ts';

/**
 * Words of `width` bits with a handshake: a word moves at the clock edge at which `valid` and `ready` are both 1. The sender must not wait for
 * `ready` before it shows `valid`. A module that sends has an end `to: stream(w)`, one that receives `from: flip(stream(w))`.
 */
export const stream = <const W extends number>(width: W) => interfaceOf(`Stream${width}`, { valid: out(bit), ready: inp(bit), data: out(uint(width)) });

type Members = ReturnType<typeof stream<number>>['members'];
export interface StreamEnds {
  readonly from: Inside<Flip<Members>>;
  readonly to: Inside<Members>;
}

/** A queue as its properties see it: what moves in this cycle, and the words that wait. */
export interface QueueView {
  readonly push: Signal<1>;
  readonly pop: Signal<1>;
  /** Words in the queue. */
  readonly count: Signal;
  /** The word with `ahead` words before it. */
  readonly word: (ahead: Signal) => Signal;
}

/** 1 in the cycles at whose end a word moves. */
export const moves = ({ valid, ready }: { readonly valid: Signal<1>; readonly ready: Signal<1> }): Signal<1> => valid.and(ready);
