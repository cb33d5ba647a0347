import { knownKeys } from '../diag/index.ts';
import { elaborate } from '../hdl/elaborate.ts';
import type { Definition } from '../hdl/module.ts';
import { likelyEqual, miter } from './miter.ts';
import { OPTIONS, proveWith, type ProofReport, type ProveOptions } from './prove.ts';

/**
 * Proves that two modules with the same ports give the same outputs in every cycle, whatever the inputs. Each output is a property of the
 * report. Registers and memories of the same name in both are tried as lemmas, which is what makes two versions of one module easy. Asserts
 * and assumes of both modules hold for both together.
 *
 * Errors: those of `miter` and `prove`.
 */
export async function equivalent(a: Definition, b: Definition, options: ProveOptions = {}): Promise<ProofReport> {
  knownKeys('equivalent', options, OPTIONS);
  const both = miter(a, b);
  return proveWith(both, options, likelyEqual(elaborate(both)));
}
