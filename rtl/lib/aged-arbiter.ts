import { indexWidth, module, parametric, type Signal } from '../../src/index.ts';
import { arbiterPorts, arbiterRules, countOthers, granted, type ArbiterParameters } from './arbiter.ts';
import { countWidth } from './modular.ts';
import { checkParameters, whole } from './parameters.ts';

export interface AgedParameters extends ArbiterParameters {
  /** Services of others after which a request is urgent, at least 1. */
  readonly cap: number;
}

/**
 * Fixed priority with a cap on age: the requester of the lowest number, unless a request has seen `cap` others served; then the oldest, the
 * lowest number among equals. At most cap + n - 2 others are served before a request: by then all that became urgent with it have gone.
 */
export const AgedArbiter = parametric((p: AgedParameters) => {
  checkParameters('AgedArbiter', p, { ...arbiterRules, cap: whole(1) });
  const { n, cap, checks = false } = p;
  const most = cap + Math.max(0, n - 2);
  return module(`AgedArbiter${n}Cap${cap}`, arbiterPorts(n), ({ requests, accept }, hw) => {
    const index = hw.wire('chosen', { kind: 'bits', width: indexWidth(n) });
    const valid = requests.ne(0);
    const grant = granted(hw, requests, valid.mux(index.oneHot(n), 0));
    const age = countOthers(hw, 'age', requests, grant, accept, most);
    const urgent = requests.unbits(n).and(age.ge(cap)) as Signal<1, number>;
    index.set(urgent.any().mux(age.not().argMin(urgent), requests.firstOne()));
    hw.assert(age.le(most).all(), `nobody waits for more than ${most} others`);
    hw.cover(urgent.any(), 'somebody is urgent');
    if (!checks) return grant;

    // Ages grow together, so that nobody overtakes who is urgent: it waits at most for those that go before it now.
    const lanes = hw.lanes(n, indexWidth(n));
    const sum = countWidth(most + n + 1);
    const place = hw.vec(age.toArray().map((own, i) => age.gt(own).or(age.eq(own).and(lanes.lt(i))).bits().count()));
    hw.assert(age.lt(cap).or(age.zext(sum).add(place.zext(sum)).le(most)).all(), 'who is urgent is served in time');
    hw.cover(age.eq(most).any(), `somebody waits for ${most} others`);
    return grant;
  });
});
