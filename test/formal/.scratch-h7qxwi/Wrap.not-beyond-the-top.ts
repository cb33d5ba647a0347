// Written by wordline prove: assert "not beyond the top" fails in cycle 3.
import { z } from 'zod';
import { replay, testbench } from '../../../src/index.ts';
import { Wrap } from '../designs/small.ts';

/** One line a cycle: inputs that change. */
const cycles = [
  { in: { enable: 1 } }, // 0
  {}, // 1
  {}, // 2
  { in: { enable: 0 } }, // 3
];

export const run = testbench({
  name: 'Wrap.not-beyond-the-top',
  summary: 'assert "not beyond the top" fails in cycle 3',
  parameters: z.strictObject({}),
  run({ simulate }) {
    const sim = simulate(Wrap({ top: 2, broken: true }));
    replay(sim, cycles);
    throw new Error('assert "not beyond the top" did not fail');
  },
});
