import { describe, expect, it } from 'vitest';
import { elaborate, prove, type ModuleDefinition } from '../../src/index.ts';
import { AsyncFifoProperties, Fifo, FifoProperties, MatrixArbiter, MemoryFifoProperties, PulseSynchroniserProperties, RoundRobinArbiter, SkidBufferProperties, WordSynchroniserProperties } from '../../rtl/lib/index.ts';
import { needProver } from './helpers.ts';

/** Blocks of the library with the properties that they carry: asserts are proved for all runs, covers are reached. */
const blocks: readonly (readonly [string, () => unknown])[] = [
  ['a queue', () => Fifo({ depth: 5, width: 3 })],
  ['a queue, and a word that is followed through it', () => FifoProperties({ depth: 4, width: 2 })],
  ['a queue in a memory', () => MemoryFifoProperties({ depth: 3, width: 2 })],
  ['a skid buffer', () => SkidBufferProperties({ width: 3 })],
  ['a round-robin arbiter, which lets nobody wait too long', () => RoundRobinArbiter({ n: 4, checks: true })],
  ['a matrix arbiter', () => MatrixArbiter({ n: 3, checks: true })],
  ['an asynchronous queue under every order of ticks', () => AsyncFifoProperties({ depth: 4, width: 2 })],
  ['a word synchroniser', () => WordSynchroniserProperties({ width: 2 })],
  ['a pulse synchroniser', () => PulseSynchroniserProperties({})],
];

describe('the library', () => {
  for (const [title, make] of blocks) {
    it(`${title}: every assert is proved, every cover reached`, { timeout: 450_000 }, async (context) => {
      needProver(context);
      const definition = make() as ModuleDefinition;
      expect([...elaborate(definition).flat.checkPaths.keys()].some((c) => c.check === 'assert')).toBe(true);
      const { properties } = await prove(definition, { depth: 24, timeout: 400 });
      expect(properties.filter((p) => p.status !== 'proved' && p.status !== 'covered').map((p) => [p.message, p.status, p.cycles, p.reason])).toEqual([]);
    });
  }
});
