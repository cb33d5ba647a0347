import { prove, simulate, type Mutant, type MutationTestContext } from '../../../src/index.ts';
import { RoundRobinArbiter } from '../../../rtl/lib/index.ts';
import { seeded } from '../../dram/streams.ts';

const Checked = RoundRobinArbiter({ n: 4, checks: true });

/** The block's own asserts, under random requests. */
export function testAsserts(mutant: Mutant, { seed }: MutationTestContext): void {
  const sim = simulate(mutant.apply(Checked));
  const random = seeded(seed);
  for (let cycle = 0; cycle < 400; cycle++) {
    sim.in.requests = Math.floor(random() * 16);
    sim.in.accept = random() < 0.7 ? 1 : 0;
    sim.step();
  }
}

/** What chance did not find, within a few cycles. */
export async function testProof(mutant: Mutant, { signal }: MutationTestContext): Promise<void> {
  const { properties } = await prove(mutant.apply(Checked), { depth: 8, k: 0, signal });
  const failed = properties.find((p) => p.kind === 'assert' && p.status === 'failed');
  if (failed !== undefined) throw new Error(`${failed.message}, in cycle ${failed.cycle}`);
}
