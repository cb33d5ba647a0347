import { z } from 'zod';
import { bit, module, testbench, uint } from '../src/index.ts';

/** Counts the cycles in which it is enabled, and stops at 200. */
export const Counter = module('Counter', { in: { enable: bit }, out: { value: uint(8) } }, ({ enable }, hw) => {
  const value = hw.reg('count', uint(8), { reset: 0 });
  hw.when(enable.and(value.lt(200)), () => value.next(value.add(1)));
  hw.assert(value.le(200), 'the counter stays within its range');
  return { value };
});

export const counter = testbench({
  name: 'counter',
  summary: 'a counter that is enabled now and then',
  parameters: z.strictObject({
    limit: z.number().int().min(1).max(200).default(10).describe('count up to this value'),
    gap: z.number().int().min(0).default(1).describe('cycles without enable after each with it'),
  }),
  async run({ params: { limit, gap }, simulate, progress, print }) {
    const sim = simulate(Counter, { trace: 'waves/counter.vcd' });
    const done = progress('counting', limit);
    sim.process('driver', async (task) => {
      for (let n = 1; n <= limit; n++) {
        sim.in.enable = 1;
        await task.step();
        sim.in.enable = 0;
        await task.step(gap);
        done(n);
      }
    });
    sim.process('watcher', async (task) => {
      const cycles = await task.until(() => sim.out.value === limit, { message: `the count ${limit}` });
      print(`${limit} was reached after ${cycles} cycles`);
    });
    const cycles = await sim.run();
    sim.expect('count', limit);
    return { cycles, value: sim.out.value };
  },
});
