import { module, parametric, uint } from '../../src/index.ts';
import { granted, grantPorts } from './arbiter.ts';
import { checkParameters, whole } from './parameters.ts';

/**
 * Fixed priority: the requester of the lowest number, at once. Nothing bounds the wait of the others while it goes on requesting. No state.
 */
export const PriorityArbiter = parametric((p: { readonly n: number }) => {
  checkParameters('PriorityArbiter', p, { n: whole(1) });
  return module(`PriorityArbiter${p.n}`, { in: { requests: uint(p.n) }, out: grantPorts(p.n) }, ({ requests }, hw) => {
    const grant = granted(hw, requests, requests.lowestOne());
    hw.assert(requests.bit(0).not().or(grant.grant.bit(0)), 'number 0 never waits');
    return grant;
  });
});
