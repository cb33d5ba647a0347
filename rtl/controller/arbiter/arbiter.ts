import { module, parametric } from '../../../src/index.ts';
import { fail, knownKeys, suggest } from '../../../src/diag/index.ts';
import { POLICIES, type Policy } from '../../../src/pim/policy.ts';
import { ArbiterStatistics, arbiterStatistics } from './statistics.ts';
import { arbiterInputs, ArbiterTurns, ownershipOutputs } from './turns.ts';

export interface ArbiterOptions {
  /** A policy or the name of one of {@link POLICIES}; default `paper`. */
  readonly policy?: Policy | string;
}

/** @throws WordlineError `pim-policy` for a name that nobody has, and for what is no policy. */
export function policyOf(policy: Policy | string = 'paper'): Policy {
  if (typeof policy === 'object' && typeof policy.name === 'string' && Array.isArray(policy.toPim) && Array.isArray(policy.toHost)) return policy;
  if (typeof policy !== 'string') return fail('pim-policy', 'a policy has a name, toPim and toHost', { hint: 'give the name of one, or what readPolicy makes of a file: it tells every mistake with its place' });
  return POLICIES.get(policy) ?? fail('pim-policy', `there is no policy "${policy}"`, { hint: suggest(policy, [...POLICIES.keys()]) });
}

/**
 * Who owns the memory of a channel: the host's queues or the PIM sequencer. Handing over takes the phases DRAIN (no new host commands, data under
 * way), CLOSE (rows), ENTER (mode commands), and back FINISH (data under way), LEAVE (rows, mode commands).
 */
export const Arbiter = parametric((options: ArbiterOptions) => {
  knownKeys('an arbiter', options, ['policy']);
  const { policy: given } = options;
  const policy = policyOf(given);
  return module(`Arbiter_${policy.name.replaceAll(/\W/g, '_')}`, { in: arbiterInputs, out: { ...ownershipOutputs, ...arbiterStatistics } }, (inputs, hw) => {
    const { owner, phase, hostGo, closeRows, pimGo, leave, toPim, toHost, reason } = hw.instance('turns', ArbiterTurns({ policy, turnBits: 16 }), inputs).out;
    const { hostHit, hostServed, pimServed, hostReads, hostWrites, pimCount } = inputs;
    const statistics = hw.instance('statistics', ArbiterStatistics, { phase, toPim, toHost, reason, hostHit, hostServed, pimServed, hostReads, hostWrites, pimCount });
    return { owner, phase, hostGo, closeRows, pimGo, leave, ...statistics.out };
  });
});
