import { z } from 'zod';
import { module, testbench, uint } from '../../../src/index.ts';

const Counter = module('Counter', { out: { n: uint(16) } }, (_, hw) => {
  const n = hw.reg('n', uint(16), { reset: 0 });
  n.next(n.add(1));
  hw.assert(n.ne(500), 'never five hundred');
  return { n };
});

/** Fails in hardware, or in its own code, or not at all. */
export const unlucky = testbench({
  name: 'unlucky',
  summary: 'fails as it is told',
  parameters: z.strictObject({ how: z.enum(['assert', 'throw', 'not']).default('assert') }),
  run({ params: { how }, simulate }) {
    const sim = simulate(Counter);
    sim.step(how === 'assert' ? 1000 : 100);
    if (how === 'throw') throw new Error('no good');
  },
});
