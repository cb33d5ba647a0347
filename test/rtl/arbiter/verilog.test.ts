import { expect, it } from 'vitest';
import { Lockstep, POLICIES, type ToolName } from '../../../src/index.ts';
import { need } from '../../cosim/helpers.ts';
import { traffic } from './traffic.ts';

it.for(['icarus', 'verilator'] as ToolName[])('arbiters in lockstep with their Verilog in %s', { timeout: 120_000 }, (tool, context) => {
  need(context, tool);
  for (const name of tool === 'icarus' ? POLICIES.keys() : ['paper', 'fr-fcfs-cap']) {
    const lockstep = new Lockstep({ with: tool });
    try {
      lockstep.start();
      traffic(POLICIES.get(name)!, 2500, 9);
      const [found, ...more] = lockstep.compare();
      expect(more).toEqual([]);
      expect(found!.difference).toBeUndefined();
      expect(found!.replayed).toEqual([]);
      expect(found!.edges).toBeGreaterThan(2000);
    } finally {
      lockstep.close();
    }
  }
});
