import { describe, expect, it } from 'vitest';
import { crossbarConfig, simulate, weightMatrix, type CrossbarConfig } from '../../../src/index.ts';
import { RtlCrossbar, Sequencer, sequencerParameters } from '../../../rtl/rram/index.ts';
import { fixture, type CycleTable } from '../../cim/fixtures.ts';

const { rows } = fixture<CycleTable>('pimsim_mvm_cycles');
const configOf = ([size, dacs, dacBits, adcs, adc, pipelined, inputBits]: CycleTable['rows'][number]): CrossbarConfig =>
  crossbarConfig({ rows: size, columns: size, dacs, dacBits, adcs, inputBits, pipelined: pipelined === 1, timing: { adc } });

/** Cycles from the one after `start` is accepted to `done`, on the sequencer, which alone keeps the time. */
function cyclesOf(config: CrossbarConfig, expected: number): number {
  const sim = simulate(Sequencer(sequencerParameters(config)));
  sim.in.start = 1;
  sim.step();
  sim.in.start = 0;
  // Nearly there in one call, then edge by edge; `busy` shows that it was not over before.
  sim.step(expected - 2);
  expect(sim.out.busy).toBe(1);
  return expected - 2 + sim.until(() => sim.out.done === 1);
}

describe('cycles of an MVM', () => {
  it('are those of all 1,584 rows of pimsim-nn, on the sequencer', () => {
    const known = new Map<string, number>();
    const differ = rows.filter((row) => {
      const config = configOf(row);
      const key = JSON.stringify(sequencerParameters(config));
      let cycles = known.get(key);
      if (cycles === undefined) known.set(key, (cycles = cyclesOf(config, row[7])));
      return cycles !== row[7];
    });
    expect(differ).toEqual([]);
    expect(known.size).toBe(768);
  });

  // The core only adds what the sequencer enables, so a sample is enough: the smallest arrays, every kind of timing.
  const sample = rows.filter(([size, , , adcs, , , inputBits], i) => size === 64 && adcs >= 8 && inputBits === 8 && i % 5 === 0);
  it.each(sample)('are those of the table on the whole core: %i rows, %i DACs of %i bits, %i ADCs of %i cycles, pipelined %i, %i bits: %i', (...row) => {
    const crossbar = new RtlCrossbar(configOf(row));
    crossbar.program(weightMatrix([[1, -2, 3]]));
    expect([...crossbar.mvm([5, 6, 7])]).toEqual([14]);
    expect(crossbar.mvmCycles).toBe(row[7]);
    // And again from the cycle of `done` on.
    expect([...crossbar.mvm([1, 1, 1])]).toEqual([2]);
    expect(crossbar.mvmCycles).toBe(row[7]);
    crossbar.close();
  });
});
