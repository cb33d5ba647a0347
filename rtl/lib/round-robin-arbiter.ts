import { bit, indexWidth, module, parametric, uint } from '../../src/index.ts';
import { arbiterPorts, arbiterRules, boundedWait, granted, type ArbiterParameters } from './arbiter.ts';
import { countWidth } from './modular.ts';
import { checkParameters, flag, optional } from './parameters.ts';

export interface RoundRobinParameters extends ArbiterParameters {
  /**
   * A grant that is not accepted stays where it is as long as its owner requests; default false. Accept the last beat of a packet only, and
   * the owner keeps its grant for all of it.
   */
  readonly hold?: boolean;
}

/**
 * Round robin: the search begins behind the requester that was granted last, and takes the first that requests. At most n - 1 others are
 * served before a request, whoever else requests. Work-conserving: somebody is granted whenever anybody requests.
 */
export const RoundRobinArbiter = parametric((p: RoundRobinParameters) => {
  checkParameters('RoundRobinArbiter', p, { ...arbiterRules, hold: optional(flag) });
  const { n, hold = false, checks = false } = p;
  return module(`RoundRobinArbiter${n}${hold ? 'Hold' : ''}`, arbiterPorts(n), ({ requests, accept }, hw) => {
    const width = indexWidth(n);
    const last = hw.reg('last', uint(width), { reset: n - 1 });
    const lanes = hw.lanes(n, width);
    const later = requests.and(lanes.gt(last).bits());
    const next = later.ne(0).mux(later, requests).lowestOne();
    const owner = last.oneHot(n);
    const held = hold ? hw.reg('held', bit, { reset: 0 }) : undefined;
    const grant = granted(hw, requests, held === undefined ? next : held.and(requests.and(owner).ne(0)).mux(owner, next));
    hw.when(held === undefined ? grant.valid.and(accept) : grant.valid, () => last.next(grant.index));
    held?.next(grant.valid.and(accept.not()));
    hw.assert(last.zext(width + 1).lt(n), 'the last one is a requester');
    if (!checks) return grant;

    // Each service brings the search closer to who waits: what it has waited and how far the search has to go add up to less than n. A grant
    // that is held is a service still to come, of others for all but its owner.
    const others = boundedWait(hw, requests, grant, accept, n - 1);
    const sum = countWidth(3 * n);
    const wide = lanes.zext(sum);
    const behind = wide.sub(last.zext(sum)).sub(1);
    const distance = lanes.gt(last).mux(behind, behind.add(n));
    const owed = others.zext(sum).add(distance);
    const within = held === undefined ? owed.lt(n) : owed.add(held.zext(sum)).lt(n).or(lanes.eq(last).and(held));
    hw.assert(within.all(), 'the search reaches everybody in time');
    return grant;
  });
});
