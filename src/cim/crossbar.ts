import type { CrossbarConfig } from './config.ts';
import type { Saturations } from './saturations.ts';
import type { WeightMatrix } from './weights.ts';

/** One crossbar, whatever computes it: the fast model here, or a driver of the RTL. Same arithmetic, same counters. */
export interface Crossbar {
  readonly config: CrossbarConfig;
  /** Programs a matrix of up to columns x rows weights, resets the saturation counters. */
  program(weights: WeightMatrix): void;
  /** One matrix-vector product: as many inputs as the programmed matrix has, one 32-bit result an output. */
  mvm(inputs: ArrayLike<number>): Int32Array;
  /** Since `program` or `reset`. */
  readonly saturations: Saturations;
}
