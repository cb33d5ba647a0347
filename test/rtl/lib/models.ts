import type { Model } from './explore.ts';

/** One cycle of a queue: does the sender offer a word, and does the receiver take one? */
export interface QueueInputs {
  readonly valid: number;
  readonly data: number;
  readonly ready: number;
}
export interface QueueOutputs {
  readonly valid: number;
  /** Undefined: whatever it is. */
  readonly data: number | undefined;
  readonly ready: number;
  readonly count: number;
}

/** A queue of plain numbers; `accepts` and `shows` say when it takes a word and when it has one to give. */
export function queueModel<S extends { readonly words: readonly number[] }>(
  start: S,
  accepts: (state: S, inputs: QueueInputs) => boolean,
  shows: (state: S) => boolean,
  step: (state: S, words: readonly number[]) => S,
): Model<S, QueueInputs, QueueOutputs> {
  return {
    start,
    outputs: (s, given) => ({ valid: +shows(s), data: shows(s) ? s.words[0]! : undefined, ready: +accepts(s, given), count: s.words.length }),
    next: (s, given) => {
      const left = shows(s) && given.ready === 1 ? s.words.slice(1) : s.words;
      return step(s, given.valid === 1 && accepts(s, given) ? [...left, given.data] : left);
    },
  };
}

interface Plain {
  readonly words: readonly number[];
}
const plain = (accepts: (s: Plain, inputs: QueueInputs) => boolean) => queueModel<Plain>({ words: [] }, accepts, ({ words }) => words.length > 0, (_, words) => ({ words }));
export const fifoModel = (depth: number) => plain(({ words }) => words.length < depth);
export const pipelineModel = plain(({ words }, { ready }) => words.length === 0 || ready === 1);
export const skidModel = fifoModel(2);

/** A word is shown from the second cycle after it came: `shown` of the words have come forward. */
export const memoryFifoModel = (depth: number): Model<{ readonly words: readonly number[]; readonly shown: boolean }, QueueInputs, QueueOutputs> => {
  const stored = ({ words, shown }: { words: readonly number[]; shown: boolean }): number => words.length - +shown;
  const accepts = (s: { words: readonly number[]; shown: boolean }): boolean => stored(s) < depth - 1;
  return {
    start: { words: [], shown: false },
    outputs: (s) => ({ valid: +s.shown, data: s.shown ? s.words[0]! : undefined, ready: +accepts(s), count: s.words.length }),
    next: (s, { valid, data, ready }) => {
      const gone = s.shown && ready === 1;
      const left = gone ? s.words.slice(1) : s.words;
      return { words: valid === 1 && accepts(s) ? [...left, data] : left, shown: (s.shown && !gone) || stored(s) > 0 };
    },
  };
};

interface QueueSim {
  readonly io: { readonly from: { valid: number; data: number | bigint; readonly ready: number }; readonly to: { readonly valid: number; readonly data: number | bigint; ready: number } };
  readonly out: { readonly count?: number | bigint };
}
export const queueDrive = {
  set: ({ io }: QueueSim, { valid, data, ready }: QueueInputs): void => {
    Object.assign(io.from, { valid, data });
    io.to.ready = ready;
  },
  get: ({ io, out }: QueueSim): QueueOutputs => ({ valid: io.to.valid, data: Number(io.to.data), ready: io.from.ready, count: 'count' in out ? Number(out.count) : -1 }),
};

// ---- arbiters -----------------------------------------------------------------------------------------------------------------

export interface ArbiterInputs {
  readonly requests: number;
  readonly accept: number;
}
/** Number of who is granted, or undefined. */
export type Granted = number | undefined;

const requesters = (n: number, requests: number): number[] => Array.from({ length: n }, (_, i) => i).filter((i) => ((requests >> i) & 1) === 1);

/** `order`: who is asked first, second, ...; who was served goes to the end, by itself or with all before it. */
const byOrder = (n: number, served: (order: readonly number[], i: number) => number[]): Model<readonly number[], ArbiterInputs, Granted> => {
  const pick = (order: readonly number[], { requests }: ArbiterInputs): Granted => order.find((i) => requesters(n, requests).includes(i));
  return {
    start: Array.from({ length: n }, (_, i) => i),
    outputs: pick,
    next: (order, given) => {
      const i = pick(order, given);
      return i === undefined || given.accept === 0 ? order : served(order, i);
    },
  };
};
export const matrixModel = (n: number) => byOrder(n, (order, i) => [...order.filter((j) => j !== i), i]);
export const roundRobinModel = (n: number) => byOrder(n, (_, i) => Array.from({ length: n }, (_unused, k) => (i + 1 + k) % n));

export const holdModel = (n: number): Model<{ readonly order: readonly number[]; readonly owner: number | null }, ArbiterInputs, Granted> => {
  const pick = (s: { order: readonly number[]; owner: number | null }, { requests }: ArbiterInputs): Granted => {
    const asking = requesters(n, requests);
    return s.owner !== null && asking.includes(s.owner) ? s.owner : s.order.find((i) => asking.includes(i));
  };
  return {
    start: { order: Array.from({ length: n }, (_, i) => i), owner: null },
    outputs: pick,
    next: (s, given) => {
      const i = pick(s, given);
      if (i === undefined) return { order: s.order, owner: null };
      return { order: Array.from({ length: n }, (_, k) => (i + 1 + k) % n), owner: given.accept === 1 ? null : i };
    },
  };
};

export const agedModel = (n: number, cap: number): Model<readonly number[], ArbiterInputs, Granted> => {
  const pick = (age: readonly number[], { requests }: ArbiterInputs): Granted => {
    const asking = requesters(n, requests);
    const urgent = asking.filter((i) => age[i]! >= cap).sort((a, b) => age[b]! - age[a]! || a - b);
    return urgent[0] ?? asking[0];
  };
  return {
    start: Array.from({ length: n }, () => 0),
    outputs: pick,
    next: (age, given) => {
      const i = pick(age, given);
      const asking = requesters(n, given.requests);
      return age.map((a, j) => (!asking.includes(j) || (j === i && given.accept === 1) ? 0 : a + (i !== undefined && given.accept === 1 ? 1 : 0)));
    },
  };
};
