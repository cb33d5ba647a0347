import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlWrites, directionOf, pimConfig, trigger, WordlineError, type PimInstruction, type PimOptions } from '../../../src/index.ts';
import { NONE, nestedProgram } from '../../pim/arbitrary.ts';
import { random } from '../dram/traffic.ts';
import { someBurst, UnitBench, unrolled } from './unit-bench.ts';

const CONFIGS: readonly PimOptions[] = [
  {},
  { registers: 16, fused: true },
  { registers: 32, banksPerUnit: 2 },
  { format: 'binary32' },
  { format: 'binary32', registers: 16, fused: true, banksPerUnit: 2 },
  { multiplyCycles: 1, addCycles: 1 },
  { multiplyCycles: 1, addCycles: 4, registers: 16 },
  { multiplyCycles: 3, addCycles: 1 },
  { preset: 'dramsim3-hbm2-4gb' },
];

/** Cells, registers and scalars with anything in them. */
function fill(bench: UnitBench, next: (n: number) => number): ControlWrites {
  const { config } = bench;
  const writes = new ControlWrites(config);
  for (let u = 0; u < config.units; u++) for (let c = 0; c < 4; c++) bench.machine.memory.write(0, u, c % config.banksPerUnit, 0, c, someBurst(next, config));
  const { lanes, width } = config;
  const scalars = someBurst(next, config);
  const each = width === 32 ? [...scalars] : [...new Uint16Array(scalars.buffer)];
  bench.fill('SRF', 0, scalars, writes.scalars({ m: each.slice(0, lanes / 2), s: each.slice(lanes / 2) }));
  for (const space of ['A', 'B'] as const) {
    for (let i = 0; i < config.registers; i++) {
      const data = someBurst(next, config);
      bench.fill(space, i, data, writes.register(space, i, data));
    }
  }
  return writes;
}

describe.each(CONFIGS)('units %j', (options) => {
  it('do what the machine of the instruction set does, after every trigger of random programs', () => {
    const config = pimConfig(options);
    const { tCCDL } = config.preset.timing;
    const bench = new UnitBench(config);
    let triggers = 0;
    fc.assert(
      fc.property(nestedProgram(config), fc.nat(), (program, seed) => {
        const next = random(seed);
        bench.step(tCCDL * 2);
        const writes = fill(bench, next);
        bench.start(program, writes);
        bench.compare();
        const instructions = unrolled(program).slice(0, 60);
        for (const instruction of instructions) {
          const needs = directionOf(instruction);
          const write = needs === 'any' ? next(2) === 1 : needs === 'WR';
          const request = trigger(next(config.banksPerUnit), 0, next(4), write);
          try {
            bench.give(request, tCCDL + (next(4) === 0 ? next(5) : 0), instruction);
            triggers++;
          } catch (error) {
            // The machine says that this is a hazard. Whether the units say so too is another test.
            if (error instanceof WordlineError && error.code === 'pim-hazard') return;
            throw error;
          }
        }
        bench.step(tCCDL * 2);
        bench.compare();
        if (instructions.length === unrolled(program).length) bench.sim.expect('over', 1);
      }),
      { numRuns: 25 },
    );
    expect(triggers).toBeGreaterThan(60);
  });
});

const op = (name: PimInstruction['op'], rest: Partial<PimInstruction> = {}): PimInstruction => ({ ...NONE, op: name, ...rest });
const jump = (target: number, count: number): PimInstruction => op('JUMP', { target, count });
const at = <S extends string>(space: S, index = 0): { space: S; index: number } => ({ space, index });

it.each([
  [false, 0x0000],
  [true, 0x0010],
])('0x3C01 * 0x3C01 + 0xBC02, fused: %s', (fused, result) => {
  const config = pimConfig({ fused });
  const bench = new UnitBench(config);
  const same = (bits: number): number[] => Array.from({ length: config.words }, () => bits * 0x10001);
  bench.load('A', 0, same(0x3c01));
  bench.load('B', 1, same(0xbc02));
  const writes = new ControlWrites(config);
  bench.machine.run([writes.register('A', 0, same(0x3c01)), writes.register('B', 1, same(0xbc02))]);
  const mac = op('MAC', { destination: at('B', 1), sources: [at('A'), at('A')] });
  bench.start([mac, op('EXIT')], writes);
  bench.give(trigger(0, 0, 0), 10, mac);
  bench.sim.expect('unit0.B1', Array.from({ length: config.lanes }, () => result));
});

it('follows loops inside loops, four deep, and back to back', () => {
  const program = [op('NOP'), op('NOP'), op('NOP'), jump(2, 2), jump(1, 1), jump(1, 3), jump(0, 2), op('NOP'), op('EXIT')];
  const bench = new UnitBench(pimConfig());
  bench.start(program, new ControlWrites(bench.config));
  // Which word each trigger executes, by a walk of its own.
  const counts = new Map<number, number>();
  const words: number[] = [];
  for (let word = 0; program[word]!.op !== 'EXIT'; ) {
    const { op: name, target, count } = program[word]!;
    if (name === 'JUMP') {
      const so = counts.get(word) ?? 0;
      counts.set(word, so < count ? so + 1 : 0);
      word = so < count ? target : word + 1;
    } else {
      words.push(word++);
    }
  }
  expect(words.length).toBeGreaterThan(80);
  for (const word of words) {
    bench.sim.expect('counter', word);
    bench.sim.expect('over', 0);
    bench.give(trigger(0, 0, 0), 4, op('NOP'));
  }
  bench.sim.expect('over', 1);
  bench.pulse('start');
  bench.step(1);
  bench.sim.expect('over', 0);
  bench.sim.expect('counter', 0);
});

it('jumps as often as the largest count says', () => {
  const bench = new UnitBench(pimConfig());
  bench.start([op('NOP'), jump(0, 0xffff), op('EXIT')], new ControlWrites(bench.config));
  const { sim } = bench;
  let triggers = 0;
  for (; sim.out.over === 0; triggers++) {
    sim.in.trigger = 1;
    sim.step(1);
    sim.in.trigger = 0;
    sim.step(1);
  }
  expect(triggers).toBe(0x10000);
});

it('start and clear do what they say and no more', () => {
  const bench = new UnitBench(pimConfig());
  const writes = fill(bench, random(5));
  bench.start([op('NOP'), op('EXIT')], writes);
  bench.give(trigger(0, 0, 0), 4, op('NOP'));
  bench.machine.give(writes.clear());
  bench.pulse('clear');
  bench.compare();
  bench.sim.expect('over', 1);
  bench.machine.give(writes.start({ clear: true }));
  bench.pulse('start', 'clear');
  bench.step(1);
  bench.compare();
  bench.sim.expect('over', 0);
});

it('goes on from a snapshot as it went on before', () => {
  const bench = new UnitBench(pimConfig());
  const writes = fill(bench, random(7));
  const mac = op('MAC', { destination: at('A', 3), sources: [at('BANK'), at('M', 1)] });
  bench.start([mac, jump(0, 9), op('EXIT')], writes);
  bench.give(trigger(0, 0, 1), 8, mac);
  const { sim } = bench;
  bench.offer(trigger(0, 0, 2));
  sim.step(1);
  sim.in.trigger = 0;
  sim.step(1);
  const saved = sim.snapshot();
  const rest = (): unknown[] => {
    const seen: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      sim.step(8);
      seen.push(sim.peek('unit0.A3'), sim.out.counter, sim.out.busy);
      bench.offer(trigger(1, 0, 1));
      sim.step(1);
      sim.in.trigger = 0;
    }
    return seen;
  };
  const first = rest();
  sim.restore(saved);
  expect(rest()).toEqual(first);
  expect(new Set(first.map(String)).size).toBeGreaterThan(3);
});
