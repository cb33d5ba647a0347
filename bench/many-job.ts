import { simulate } from '../src/index.ts';
import { Mc } from './designs/mc.ts';

export interface Channel {
  readonly seed: bigint;
  readonly cycles: number;
}

export interface Measured {
  readonly csum: bigint;
  /** Milliseconds until the first cycle: elaboration and compilation. */
  readonly setup: number;
  readonly run: number;
}

/** One memory channel, and how long it took. */
export function channel({ seed, cycles }: Channel): Measured {
  const start = performance.now();
  const sim = simulate(Mc({ rate: 255 }));
  sim.in.seed = seed;
  sim.reset();
  sim.step(1);
  const ready = performance.now();
  sim.step(cycles - 1);
  return { csum: sim.out.csum, setup: ready - start, run: performance.now() - ready };
}
