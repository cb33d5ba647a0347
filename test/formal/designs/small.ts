import { bit, module, parametric, uint } from '../../../src/index.ts';

/** Counts to `top` and starts again. `broken`: it forgets to. */
export const Wrap = parametric((p: { top: number; broken?: boolean }) =>
  module('Wrap', { in: { enable: bit }, out: { value: uint(6) } }, ({ enable }, hw) => {
    const value = hw.reg('value', uint(6), { reset: 0 });
    hw.when(enable, () => value.next(p.broken === true ? value.add(1) : value.eq(p.top).mux(hw.lit(6, 0), value.add(1))));
    hw.assert(value.le(p.top), 'not beyond the top');
    hw.cover(value.eq(p.top), 'the top');
    return { value };
  }),
);

/** Who asked longest ago is served first, of two. `broken`: the other one's turn is forgotten when both ask. */
export const Turns = parametric((p: { broken: boolean }) =>
  module('Turns', { in: { a: bit, b: bit }, out: { toA: bit, toB: bit } }, ({ a, b }, hw) => {
    const last = hw.reg('last', bit, { reset: 0 }); // 1: a was served last
    const toA = a.and(b.not().or(p.broken ? hw.lit(1, 1) : last.not()));
    const toB = b.and(toA.not());
    hw.when(toA.or(toB), () => last.next(toA));
    const waited = hw.reg('waited', uint(2), { reset: 0 });
    waited.next(b.and(toB.not()).mux(waited.eq(3).mux(waited, waited.add(1)), hw.lit(2, 0)));
    hw.assert(toA.and(toB).not(), 'one at a time');
    hw.assert(waited.le(1), 'b waits one cycle at most');
    hw.assert(waited.eq(0).or(last), 'while b waits a was last');
    hw.cover(toB.and(a), 'b before a');
    return { toA, toB };
  }),
);

/** A queue of four with one word followed. `broken`: it takes a word when it is full and none leaves. */
export const Queue = parametric((p: { broken: boolean }) =>
  module('Queue', { in: { push: bit, pop: bit, data: uint(4), mark: bit }, out: { first: uint(4) } }, ({ push, pop, data, mark }, hw) => {
    const memory = hw.mem('words', 4, uint(4));
    const [head, count] = [hw.reg('head', uint(2), { reset: 0 }), hw.reg('count', uint(3), { reset: 0 })];
    const takes = push.and(p.broken ? count.le(4) : count.lt(4));
    const gives = pop.and(count.ne(0));
    hw.when(takes, () => memory.write(head.add(count.trunc(2)), data));
    hw.when(gives, () => head.next(head.add(1)));
    count.next(p.broken ? count.add(takes.and(count.lt(4)).zext(3)).sub(gives.zext(3)) : count.add(takes.zext(3)).sub(gives.zext(3)));
    const [following, word, ahead] = [hw.reg('following', bit, { reset: 0 }), hw.reg('word', uint(4)), hw.reg('ahead', uint(3))];
    hw.when(following.not().and(takes).and(mark), () => {
      following.next(1);
      word.next(data);
      ahead.next(count.sub(gives.zext(3)));
    }).elsewhen(following.and(gives), () => {
      ahead.next(ahead.sub(1));
      hw.when(ahead.eq(0), () => {
        following.next(0);
        hw.assert(memory.read(head).eq(word), 'the word leaves as it came');
      });
    });
    hw.assert(count.le(4), 'no more than four');
    hw.assert(following.not().or(ahead.lt(count)), 'the word is in the queue');
    hw.assert(following.not().or(memory.read(head.add(ahead.trunc(2))).eq(word)), 'the word is in its place');
    hw.cover(count.eq(4), 'full');
    return { first: memory.read(head) };
  }),
);

/** A toggle that crosses from one clock to another, through two registers. The reader never sees more changes than there were. */
export const Cross = parametric((p: { broken: boolean }) =>
  module('Cross', { domains: ['write', 'read'], in: { send: bit }, out: { got: uint(2) } }, ({ send }, hw) => {
    const level = hw.reg('level', bit, { reset: 0 });
    hw.when(send, () => level.next(level.not()));
    const got = hw.in('read', () => {
      const [first, second, third] = [hw.reg('first', bit, { reset: 0, synchroniser: true }), hw.reg('second', bit, { reset: 0 }), hw.reg('third', bit, { reset: 0 })];
      first.next(level);
      second.next(first);
      third.next(second);
      const got = hw.reg('got', uint(2), { reset: 0 });
      hw.when(second.ne(third), () => got.next(got.add(1)));
      hw.assert(got.eq(0).or(got.ne(p.broken ? 2 : 0)), 'not so many');
      hw.cover(got.eq(1), 'one arrives');
      return got;
    });
    return { got };
  }),
);

