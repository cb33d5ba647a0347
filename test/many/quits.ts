import { z } from 'zod';
import { testbench } from '../../src/index.ts';

export const quits = testbench({
  name: 'quits',
  summary: 'ends its thread',
  parameters: z.strictObject({ quit: z.boolean().default(false), note: z.string().default('') }),
  run({ params, seed }) {
    if (params.quit) process.exit(0);
    return params.note === '' ? seed : `${params.note} ${seed}`;
  },
});
