import type { AddressMapping, DramCommandEvent, DramPreset, DramRequest } from '../../src/dram/index.ts';
import { earliest, event, openRow } from './oracle.ts';

/**
 * What a controller would do that has nothing to choose: requests in order, each command as early as the second telling of the rules allows,
 * rows left open.
 */
export function serve(requests: Iterable<DramRequest>, mapping: AddressMapping, preset: DramPreset): DramCommandEvent[] {
  const events: DramCommandEvent[] = [];
  for (const { address, write, cycle } of requests) {
    const { pseudoChannel, group, bank, row, column } = mapping.locate(address);
    const put = (command: 'ACT' | 'PRE' | 'RD' | 'WR'): void => {
      const next = event(command, 0, { pseudoChannel, group, bank, row, column });
      events.push({ ...next, cycle: Math.max(cycle, events.at(-1)?.cycle ?? 0, ...earliest(events, next, preset).values()) });
    };
    const open = openRow(events, pseudoChannel, group, bank);
    if (open !== undefined && open !== row) put('PRE');
    if (open !== row) put('ACT');
    put(write ? 'WR' : 'RD');
  }
  return events;
}
