import { simulate } from '../../src/index.ts';
import { Mc } from '../../bench/designs/mc.ts';

export interface Channel {
  readonly seed: bigint;
  readonly cycles: number;
}

/** A memory channel; its checksum. */
export function channel({ seed, cycles }: Channel): bigint {
  const sim = simulate(Mc({ rate: 255 }));
  sim.in.seed = seed;
  sim.reset();
  sim.step(cycles);
  return sim.out.csum;
}
