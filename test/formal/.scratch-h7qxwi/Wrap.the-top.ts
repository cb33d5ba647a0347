// Written by wordline prove: cover "the top" is hit in cycle 2.
import { z } from 'zod';
import { replay, testbench } from '../../../src/index.ts';
import { Wrap } from '../designs/small.ts';

/** One line a cycle: inputs that change. */
const cycles = [
  { in: { enable: 1 } }, // 0
  {}, // 1
  { in: { enable: 0 } }, // 2
];

export const run = testbench({
  name: 'Wrap.the-top',
  summary: 'cover "the top" is hit in cycle 2',
  parameters: z.strictObject({}),
  run({ simulate }) {
    const sim = simulate(Wrap({ top: 2, broken: true }));
    replay(sim, cycles);
    const cover = sim.covers().find((c) => c.message === 'the top' && c.path === '');
    if (cover === undefined || cover.hits === 0) throw new Error('cover "the top" was not hit');
    return { hits: cover.hits };
  },
});
