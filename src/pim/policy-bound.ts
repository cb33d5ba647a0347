import { OBSERVATIONS, type Clause, type ConditionTuple, type Policy, type Term } from './policy.ts';

/** Who uses the memory. */
export type PimClass = 'host' | 'pim';

/**
 * What ends a turn at the latest while a request of the other class waits: so many `requests` have been served in it, or so many since the waiting
 * one came (`passed`), or since the queue of the owner was as long as it can be (`older`: all that came before are gone), and so many `cycles` are over.
 */
export interface TurnLimit {
  readonly reason: string;
  readonly requests: number;
  readonly passed: number;
  readonly older: boolean;
  readonly cycles: number;
}

const GROWTH = { request: 'requests', bypass: 'passed', cycle: 'cycles', queue: 'older' } as const;

/** The value from which on a clause holds, or nothing if the clause need not come true. */
function threshold({ observation, is, value }: Clause, conditions: ConditionTuple): number | undefined {
  const number = typeof value === 'number' ? value : conditions[value];
  if (is === '>=' || is === '>') return is === '>' ? number + 1 : number;
  return is === '==' && OBSERVATIONS[observation].bits === 1 && number === 1 ? 1 : undefined;
}

/** Holds whenever a request of the class waits. */
const isWaiting = (clause: Clause, waiting: PimClass, conditions: ConditionTuple): boolean => clause.observation === `${waiting}Count` && (threshold(clause, conditions) ?? 2) <= 1;

function limitOf({ reason, all }: Term, waiting: PimClass, conditions: ConditionTuple): TurnLimit | undefined {
  const limit = { reason, requests: 1, passed: 0, older: false, cycles: 0 };
  for (const clause of all.filter((c) => !isWaiting(c, waiting, conditions))) {
    const about = OBSERVATIONS[clause.observation];
    const from = threshold(clause, conditions);
    if (!('grows' in about) || from === undefined || from > 2 ** about.bits - 1) return undefined;
    const field = GROWTH[about.grows];
    if (field === 'older') limit.older ||= from > 0;
    else limit[field] = Math.max(limit[field], from);
  }
  return limit;
}

/** Services of a queue of `entries` after which a limit is reached. */
export const limitServices = ({ requests, passed, older }: TurnLimit, entries: number): number => Math.max(requests, passed === 0 ? 0 : passed + entries, older ? entries : 0);

/** The first term that is sure to come true while the other class waits; without one that class may starve. */
export const turnLimit = ({ toHost, toPim, conditions }: Policy, waiting: PimClass): TurnLimit | undefined =>
  (waiting === 'host' ? toHost : toPim).map((t) => limitOf(t, waiting, conditions)).find((l) => l !== undefined);

/** Classes that wait for ever if the other one always has requests, by what the policy says of the ends of turns. */
export const starvedBy = (policy: Policy): PimClass[] => (policy.partition === true ? [] : (['host', 'pim'] as const).filter((waiting) => turnLimit(policy, waiting) === undefined));

/** What the memory and those that use it may take, in cycles in which no refresh is due or under way. */
export interface ArbiterEnvironment {
  /**
   * L: a command that may be given is given within L cycles, data move within L cycles, and one request is served at a time; so it is at most 2 L from one
   * service to the next while requests wait.
   */
  readonly latency: number;
  /** Requests that wait in each queue at most. */
  readonly entries: number;
}

/** Cycles of a turn at most, from when the other class waits: max(cycles, 2 L services) + 1. */
export const turnCyclesBound = (limit: TurnLimit, { latency, entries }: ArbiterEnvironment): number => Math.max(limit.cycles, 2 * latency * limitServices(limit, entries)) + 1;

/** Cycles for which requests of a class wait at most without one of them being served: 2 L + 5 (L + 1) + L + the other's turn. A request with n before it: n + 1 times that. */
export function waitBound(policy: Policy, waiting: PimClass, environment: ArbiterEnvironment): number | undefined {
  const limit = turnLimit(policy, waiting);
  const { latency } = environment;
  return limit === undefined || policy.partition === true ? undefined : 3 * latency + 5 * (latency + 1) + turnCyclesBound(limit, environment);
}
