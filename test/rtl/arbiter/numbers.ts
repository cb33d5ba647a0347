import { policiesWith, type Policy } from '../../../src/index.ts';

/** Every policy with numbers so small that everything that they bring about comes soon. */
export const SMALL = policiesWith({ cap: 2, batch: 2, conditions: { hostLow: 0, hostHigh: 2, pimLow: 0, pimHigh: 2, minRows: 1, maxSlice: 6 } });
/** Those that hand over. */
export const TURNS: readonly Policy[] = [...SMALL.values()].filter((p) => p.partition !== true);
