import type { Design } from '../hdl/elaborate.ts';
import type { Engine } from './engine.ts';

/** A simulation that begins, before its first edge. Times are picoseconds. */
export interface Started {
  readonly design: Design;
  readonly engine: Engine;
  /** In the order of the design's domains. */
  readonly periods: readonly number[];
  /** When the next clock ticks. */
  readonly nextEdge: () => number;
}

type Listener = (started: Started) => void;
const listeners = new Set<Listener>();

/** Calls `listener` with every simulation that starts from now on, whoever starts it; the result ends that. */
export function listenToSimulations(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function announce(started: Started): void {
  for (const listener of listeners) listener(started);
}
