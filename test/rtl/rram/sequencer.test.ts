import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossbarConfig, derive, simulate, weightMatrix, type CrossbarConfig } from '../../../src/index.ts';
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

it('writes every register in the cycle that the contract names', () => {
  const latency = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: 6 });
  const timing = fc.record({ inputBuffer: latency(0), dac: latency(1), read: latency(1), sampleHold: latency(1), adc: latency(1), shiftAdd: latency(1), output: latency(1) });
  const configs = fc.record({ timing, pipelined: fc.boolean(), adcs: fc.integer({ min: 1, max: 7 }), dacs: fc.integer({ min: 2, max: 5 }), inputBits: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(configs, (options) => {
      const config = crossbarConfig({ rows: 5, columns: 7, ...options });
      const { timing: t, passes, turns, rowGroups } = derive(config);
      const { inputBuffer, dac, adc, shiftAdd, output } = config.timing;
      // docs/crossbar.md, section 6: "by the start of cycle x" is an enable in cycle x - 1.
      const expected: string[] = [];
      const by = (x: number, what: string): void => void expected.push(`${x - 1} ${what}`);
      for (let p = 0; p < passes; p++) {
        const f = p * t.passInterval;
        const e = f + t.front;
        by(f + inputBuffer + dac, `drive ${Math.floor(p / rowGroups)},${p % rowGroups}`);
        by(e, 'sample');
        for (let turn = 0; turn < turns; turn++) {
          const c = e + turn * t.turnInterval + adc;
          by(c, `capture ${p},${turn}`);
          by(c + shiftAdd, 'sum');
          by(c + shiftAdd + output, `add ${turn}`);
        }
      }
      by(t.mvm + 1, 'done');

      const sim = simulate(Sequencer(sequencerParameters(config)));
      sim.in.start = 1;
      sim.step();
      sim.in.start = 0;
      const seen: string[] = [];
      for (let cycle = 0; cycle < t.mvm + 3; cycle++) {
        const o = sim.out;
        const note = (on: number | bigint, what: string): void => void (on === 1 && seen.push(`${cycle} ${what}`));
        note(o.drive, `drive ${o.digit},${o.group}`);
        note(o.sample, 'sample');
        note(o.capture, `capture ${o.backPass},${o.turn}`);
        note(o.sum, 'sum');
        note(o.add, `add ${o.addTurn}`);
        note(o.done, 'done');
        expect(o.busy).toBe(cycle < t.mvm ? 1 : 0);
        sim.step();
      }
      expect(seen.sort()).toEqual(expected.sort());
    }),
    { numRuns: 60 },
  );
});
