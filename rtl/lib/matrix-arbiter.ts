import { indexWidth, module, parametric, uint, vec } from '../../src/index.ts';
import { arbiterPorts, arbiterRules, boundedWait, granted, type ArbiterParameters } from './arbiter.ts';
import { countWidth } from './modular.ts';
import { checkParameters } from './parameters.ts';

/**
 * Least recently granted: of those that request, the one whose last service lies furthest back. Who is served goes to the end of the order,
 * so that at most n - 1 others are served before a request. The order is a matrix of who goes before whom (W. J. Dally and B. Towles,
 * "Principles and Practices of Interconnection Networks", 2004, section 18.5): n^2 bits, and a grant after two levels of gates and an OR.
 */
export const MatrixArbiter = parametric((p: ArbiterParameters) => {
  checkParameters('MatrixArbiter', p, arbiterRules);
  const { n, checks = false } = p;
  return module(`MatrixArbiter${n}`, arbiterPorts(n), ({ requests, accept }, hw) => {
    // Lane i has the bits of all that go before i.
    const before = hw.reg('before', vec(n, uint(n)), { reset: Array.from({ length: n }, (_, i) => (1n << BigInt(i)) - 1n) });
    const blocked = before.and(requests).reduceOr().bits();
    const grant = granted(hw, requests, requests.and(blocked.not()));
    const rest = grant.grant.not();
    hw.when(grant.valid.and(accept), () => before.next(grant.grant.unbits(n).mux(rest.splat(n), before.and(rest))));

    const self = hw.lanes(n, indexWidth(n)).oneHot(n);
    const after = hw.vec(Array.from({ length: n }, (_, i) => before.bit(i).bits()));
    hw.assert(before.and(self).eq(0).all(), 'nobody goes before itself');
    hw.assert(before.xor(after).eq(self.not()).all(), 'of two, one goes before the other');
    const places = before.count();
    hw.assert(places.oneHot(n).foldOr().eq((1n << BigInt(n)) - 1n), 'every place is taken once');
    if (!checks) return grant;

    const others = boundedWait(hw, requests, grant, accept, n - 1);
    const sum = countWidth(2 * n);
    hw.assert(others.zext(sum).add(places.zext(sum)).lt(n).all(), 'who has waited longer has come forward');
    return grant;
  });
});
