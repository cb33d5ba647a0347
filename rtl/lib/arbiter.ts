import { bit, indexWidth, uint, vec, type Hardware, type Reg, type Signal } from '../../src/index.ts';
import { countWidth } from './modular.ts';
import { flag, optional, whole, type Rule } from './parameters.ts';

export interface ArbiterParameters {
  /** Requesters. */
  readonly n: number;
  /** Counts how long each request waits and asserts that none waits longer than promised, with what a proof of that needs; default false. */
  readonly checks?: boolean;
}

export const arbiterRules = { n: whole(1), checks: optional(flag) } satisfies Readonly<Record<string, Rule>>;

/**
 * Requests bit by bit; a requester may withdraw. The grant is of the same cycle. `accept` says that the grant is used at the end of this
 * cycle: only that counts as service, and only then does the order change.
 */
export const arbiterPorts = (n: number) => ({ in: { requests: uint(n), accept: bit }, out: grantPorts(n) });
export const grantPorts = (n: number) => ({
  /** One bit of the requests, or none. */
  grant: uint(n),
  /** Its number, 0 if there is none. */
  index: uint(indexWidth(n)),
  /** Somebody is granted. */
  valid: bit,
});

export interface Grant {
  readonly grant: Signal;
  readonly index: Signal;
  readonly valid: Signal<1>;
}

/** The outputs of an arbiter for the one bit (or none) that it picked, and what holds for every arbiter. */
export function granted(hw: Hardware, requests: Signal, picked: Signal): Grant {
  const grant = hw.name('picked', picked);
  const index = grant.firstOne();
  const valid = requests.ne(0);
  hw.assert(grant.count().le(1), 'one grant at most');
  hw.assert(grant.and(requests.not()).eq(0), 'who is granted has requested');
  hw.assert(valid.eq(grant.ne(0)), 'somebody is granted whenever anybody requests');
  hw.assert(valid.not().or(index.oneHot(grant.width).eq(grant)), 'the index is that of the grant');
  hw.cover(requests.count().ge(Math.min(2, grant.width)), 'several request');
  return { grant, index, valid };
}

/** In each lane, how many others have been served since its request came, at most `most`. */
export function countOthers(hw: Hardware, name: string, requests: Signal, { grant, valid }: Grant, accept: Signal<1>, most: number): Reg<number, number> {
  const n = requests.width;
  const others = hw.reg(name, vec(n, uint(countWidth(most + 1))), { reset: 0 });
  const served = accept.and(valid);
  const waits = requests.and(served.mux(grant.not(), requests));
  const overtaken = served.mux(grant.not(), 0);
  others.next(waits.unbits(n).mux(others.add(overtaken.unbits(n).zext(others.width)), 0));
  return others;
}

/** Asserts that no request sees more than `most` others served before it, and returns how many it has seen. */
export function boundedWait(hw: Hardware, requests: Signal, grant: Grant, accept: Signal<1>, most: number): Signal<number, number> {
  const others = countOthers(hw, 'others', requests, grant, accept, most);
  hw.assert(others.le(most).all(), `nobody waits for more than ${most} others`);
  hw.cover(others.eq(most).any(), `somebody waits for ${most} others`);
  return others;
}
