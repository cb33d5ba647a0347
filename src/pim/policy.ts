/**
 * What a policy may look at, and how wide it is. Counts of a turn begin at 0 with it and stay at their largest value. `grows`: while a request of
 * the other class waits, services of the class that owns the memory (or cycles) bring it to any value, so that a term of such observations alone
 * ends a turn.
 */
export const OBSERVATIONS = {
  hostCount: { bits: 9, meaning: 'host requests that wait' },
  hostReads: { bits: 8, meaning: 'host reads that wait' },
  hostWrites: { bits: 8, meaning: 'host writes that wait' },
  hostHit: { bits: 1, meaning: 'a host request that waits hits an open row' },
  hostOlder: { bits: 1, grows: 'queue', meaning: 'the oldest host request came before the first PIM request' },
  pimOlder: { bits: 1, grows: 'queue', meaning: 'a PIM request waits, and no host request came before the first one' },
  pimCount: { bits: 8, meaning: 'PIM requests that wait' },
  pimNewRow: { bits: 1, meaning: 'the first PIM request needs another row than the last one' },
  turnRequests: { bits: 16, grows: 'request', meaning: 'requests served in this turn' },
  turnRows: { bits: 16, meaning: 'rows that PIM is done with in this turn' },
  turnCycles: { bits: 16, grows: 'cycle', meaning: 'cycles of this turn' },
  bypasses: { bits: 16, grows: 'bypass', meaning: 'requests served in this turn while an older one of the other class waited' },
} as const satisfies Record<string, { readonly bits: number; readonly grows?: 'queue' | 'request' | 'cycle' | 'bypass'; readonly meaning: string }>;

export type Observation = keyof typeof OBSERVATIONS;

/** The condition tuple of a layer, with the widths of its control registers. */
export const CONDITIONS = {
  hostLow: { bits: 8, meaning: 'so few host requests may wait for PIM' },
  hostHigh: { bits: 8, meaning: 'so many host requests take the memory back' },
  pimLow: { bits: 8, meaning: 'so few PIM requests leave the memory to the host' },
  pimHigh: { bits: 8, meaning: 'so many PIM requests take the memory' },
  minRows: { bits: 8, meaning: 'rows that PIM is done with before its turn ends for the sake of counts' },
  maxSlice: { bits: 16, meaning: 'cycles of a turn after which it ends if the other class waits' },
} as const;

export type Condition = keyof typeof CONDITIONS;
export type ConditionTuple = Readonly<Record<Condition, number>>;

export const COMPARISONS = ['<', '<=', '==', '!=', '>=', '>'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** `observation is value`; a name as value is a field of the condition tuple. */
export interface Clause {
  readonly observation: Observation;
  readonly is: Comparison;
  readonly value: number | Condition;
}

/** A reason for a hand-over: all its clauses hold. The first of a list that does is the one that is told. */
export interface Term {
  readonly reason: string;
  readonly all: readonly Clause[];
}

/**
 * When the memory changes hands. Two rules hold besides, in every policy: only a class with a request waiting is given the memory, and a turn serves a
 * request before it ends, unless it has none; if it has none, and the other class has, it ends for the reason `idle`.
 */
export interface Policy {
  readonly name: string;
  readonly summary: string;
  /** Values of the condition registers until others are loaded. */
  readonly conditions: ConditionTuple;
  /** Values for layers, by name. */
  readonly layers?: Readonly<Record<string, ConditionTuple>>;
  readonly toPim: readonly Term[];
  readonly toHost: readonly Term[];
  /** Both classes go at any time, each on banks of its own: nothing is handed over. */
  readonly partition?: boolean;
}

/** Terms in a list: counters of reasons have eight lanes, one of them for `idle`. */
export const MOST_TERMS = 7;
export const IDLE = 'idle';

/**
 * Marks after the watermarks that models of exclusive PIM modes have (64 entries: 56 high, 32 low); the published rule gives its kinds of conditions and
 * no numbers, so that these are our choice.
 */
export const DEFAULT_CONDITIONS: ConditionTuple = Object.freeze({ hostLow: 8, hostHigh: 32, pimLow: 4, pimHigh: 32, minRows: 2, maxSlice: 2000 });

/** `reason: clause, clause ...`, each clause `observation is value`, of names that are known to be right. */
const term = (reason: string, ...clauses: readonly string[]): Term => ({
  reason,
  all: clauses.map((text) => {
    const [observation, is, value] = text.split(' ') as [Observation, Comparison, string];
    return { observation, is, value: value in CONDITIONS ? (value as Condition) : Number(value) };
  }),
});

const SLICE = term('maxSlice', 'turnCycles >= maxSlice');
/** Numbers that policies are made with. */
export interface PolicyNumbers {
  /** Of `fr-fcfs-cap`: requests that pass an older one of the other class. */
  readonly cap: number;
  /** Of `round-robin-requests`. */
  readonly batch: number;
  readonly conditions: ConditionTuple;
}

export const POLICY_NUMBERS: PolicyNumbers = Object.freeze({ cap: 16, batch: 32, conditions: DEFAULT_CONDITIONS });

const policy = (name: string, summary: string, toPim: readonly Term[], toHost: readonly Term[], more: Partial<Policy> = {}): Omit<Policy, 'conditions'> => ({ name, summary, toPim, toHost, ...more });

const set = ({ cap, batch }: PolicyNumbers) => [
  policy(
    'paper',
    'conditions of the layer: queued requests of both classes, rows of a turn, its length',
    [term('hostLow', 'hostCount <= hostLow', 'pimCount > pimLow'), term('pimHigh', 'pimCount >= pimHigh', 'hostCount < hostHigh'), SLICE],
    [term('hostHigh', 'hostCount >= hostHigh', 'turnRows >= minRows'), term('pimLow', 'pimCount <= pimLow', 'hostCount > hostLow', 'turnRows >= minRows'), SLICE],
  ),
  policy('mem-first', 'PIM only while no host request waits', [], [term('host', 'hostCount >= 1')]),
  policy('pim-first', 'the host only while no PIM request waits', [term('pim', 'pimCount >= 1')], []),
  policy('fcfs', 'the class of the oldest request', [term('older', 'pimOlder == 1')], [term('older', 'hostOlder == 1')]),
  policy(
    'fr-fcfs-cap',
    `open rows first, then the class of the oldest request; at most ${cap} requests pass an older one of the other class`,
    [term('older', 'pimOlder == 1', 'hostHit == 0'), term('cap', `bypasses >= ${cap}`)],
    [term('older', 'hostOlder == 1', 'pimNewRow == 1'), term('cap', `bypasses >= ${cap}`)],
  ),
  policy('host-watermark', 'the host when many of its requests wait, until few do', [term('hostLow', 'hostCount < hostLow', 'hostWrites < hostHigh')], [term('hostHigh', 'hostCount >= hostHigh'), term('writesHigh', 'hostWrites >= hostHigh')]),
  policy('pim-watermark', 'PIM when many of its requests wait, until few do', [term('pimHigh', 'pimCount >= pimHigh')], [term('pimLow', 'pimCount < pimLow')]),
  policy('round-robin-requests', `${batch} requests of each class in turn`, [term('requests', `turnRequests >= ${batch}`)], [term('requests', `turnRequests >= ${batch}`)]),
  policy('round-robin-time', 'turns of maxSlice cycles', [SLICE], [SLICE]),
  policy('bank-partition', 'disjoint banks, nothing is handed over', [], [], { partition: true }),
];

/** The same policies with other numbers. */
export const policiesWith = (numbers: Partial<PolicyNumbers> = {}): ReadonlyMap<string, Policy> => {
  const all = { ...POLICY_NUMBERS, ...numbers };
  return new Map(set(all).map((p) => [p.name, Object.freeze({ ...p, conditions: all.conditions })]));
};

/** The policies by name. */
export const POLICIES = policiesWith();
