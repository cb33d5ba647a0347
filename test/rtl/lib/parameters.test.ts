import { expect, it } from 'vitest';
import { AgedArbiter, AsyncFifo, Fifo, Lfsr, MemoryFifo, RoundRobinArbiter, Timer, WordSynchroniser } from '../../../rtl/lib/index.ts';

it('a parameter that a block cannot be made with is an error that says what it must be', () => {
  expect(() => Fifo({ depth: 0, width: 8 })).toThrow('Fifo: depth must be a whole number of at least 1, not 0 [bad-parameter]');
  expect(() => Fifo({ depth: 1.5, width: -1 })).toThrow(/depth must .*\n.*width must/);
  expect(() => MemoryFifo({ depth: 1, width: 8 })).toThrow('depth must be a whole number of at least 2');
  expect(() => AsyncFifo({ depth: 6, width: 8 })).toThrow('depth must be a whole number of at least 2 that is a power of two, not 6');
  expect(() => AsyncFifo({ depth: 4, width: 8, stages: 1 })).toThrow('stages must be a whole number of at least 2, not 1');
  expect(() => Lfsr({ width: 65 })).toThrow('width must be a whole number from 2 to 64, not 65');
  expect(() => AgedArbiter({ n: 4, cap: 0 })).toThrow('cap must be');
  expect(() => RoundRobinArbiter({ n: 4, checks: 1 as unknown as boolean })).toThrow('checks must be true or false, not 1');
  expect(() => WordSynchroniser({} as { width: number })).toThrow('width must be a whole number of at least 1, not undefined');
});

it('a parameter that a block does not have is an error with the nearest name', () => {
  expect(() => Fifo({ depth: 4, width: 8, depht: 2 } as { depth: number; width: number })).toThrow('Fifo has no parameter "depht" [unknown-option]\n  hint: did you mean "depth"?');
  expect(() => Timer({ width: 4, longst: true } as { width: number })).toThrow('did you mean "longest"?');
});
