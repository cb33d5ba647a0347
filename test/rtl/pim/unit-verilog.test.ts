import { expect, it } from 'vitest';
import { ControlWrites, directionOf, encodePim, Lockstep, pimConfig, simulate, trigger, type PimInstruction, type PimOptions } from '../../../src/index.ts';
import { PimSpace, PimUnit } from '../../../rtl/pim/unit.ts';
import { need } from '../../cosim/helpers.ts';
import { NONE } from '../../pim/arbitrary.ts';
import { random } from '../dram/traffic.ts';
import { someBurst, UnitBench } from './unit-bench.ts';

const op = (name: PimInstruction['op'], rest: Partial<PimInstruction> = {}): PimInstruction => ({ ...NONE, op: name, ...rest });
const at = <S extends string>(space: S, index = 0): { space: S; index: number } => ({ space, index });

/** One of each instruction, in two loops. */
const PROGRAM: readonly PimInstruction[] = [
  op('FILL', { aam: true, destination: at('A'), sources: [at('BANK')] }),
  op('MAC', { destination: at('B', 1), sources: [at('BANK'), at('M', 1)] }),
  op('MAD', { destination: at('B', 2), sources: [at('A', 3), at('M', 2)] }),
  op('ADD', { destination: at('B', 3), sources: [at('A', 1), at('BANK')] }),
  op('SUB', { destination: at('B', 4), sources: [at('S', 1), at('B', 1)] }),
  op('MUL', { aam: true, destination: at('B'), sources: [at('A'), at('A')] }),
  { ...NONE, op: 'JUMP', target: 2, count: 2 },
  op('MAX', { destination: at('A', 5), sources: [at('A', 1), at('B', 2)] }),
  op('GATE', { destination: at('A', 6), sources: [at('A', 2), at('B', 3)] }),
  op('MOV', { relu: true, destination: at('BANK'), sources: [at('B', 4)] }),
  op('NOP'),
  { ...NONE, op: 'JUMP', target: 0, count: 5 },
  op('EXIT'),
];

it.for<PimOptions>([{}, { format: 'binary32', fused: true, registers: 16, multiplyCycles: 3, addCycles: 2 }])('Icarus runs a unit as we do: %j', (options, context) => {
  need(context, 'icarus');
  const config = pimConfig(options);
  const next = random(31);
  const lockstep = new Lockstep({ with: 'icarus' });
  try {
    lockstep.start();
    const sim = simulate(PimUnit({ config, enforce: false }));
    const load = (loadSpace: number, loadIndex: number, loadData: Uint32Array): void => {
      Object.assign(sim.in, { load: 1, loadSpace, loadIndex, loadData: [...loadData] });
      sim.step(1);
      sim.in.load = 0;
    };
    sim.step(2);
    const words = PROGRAM.map(encodePim);
    for (let i = 0; i < words.length; i += config.words) load(PimSpace.CRF, i / config.words, Uint32Array.from({ length: config.words }, (_, w) => words[i + w] ?? 0));
    load(PimSpace.SRF, 0, someBurst(next, config));
    for (const space of [PimSpace.A, PimSpace.B]) for (let i = 0; i < config.registers; i++) load(space, i, someBurst(next, config));
    for (const round of [0, 1, 2]) {
      Object.assign(sim.in, { start: 1, clear: Number(round === 2) });
      sim.step(1);
      Object.assign(sim.in, { start: 0, clear: 0 });
      sim.step(1);
      // More triggers than there are instructions, some of them too early or in the wrong direction: errors are outputs too.
      for (let i = 0; i < 110; i++) {
        const stores = PROGRAM[sim.out.counter]?.destination?.space === 'BANK';
        Object.assign(sim.in, { trigger: 1, write: Number(next(20) === 0 ? next(2) : stores), column: next(config.preset.organisation.burstsPerRow), bank: [...someBurst(next, config)] });
        sim.step(1);
        sim.in.trigger = 0;
        sim.step(3 + next(2));
      }
    }
    expect(lockstep.compare().map(({ difference, replayed }) => difference ?? replayed)).toEqual([[]]);
  } finally {
    lockstep.close();
  }
});

it('Icarus runs the units of a pseudo-channel as we do', (context) => {
  need(context, 'icarus');
  const next = random(37);
  const lockstep = new Lockstep({ with: 'icarus' });
  try {
    lockstep.start();
    const bench = new UnitBench(pimConfig({ banksPerUnit: 4 }));
    const { config } = bench;
    for (let u = 0; u < config.units; u++) for (let c = 0; c < 4; c++) bench.machine.memory.write(0, u, 0, 0, c, someBurst(next, config));
    const program = [op('FILL', { destination: at('A', 1), sources: [at('BANK')] }), op('MUL', { destination: at('B'), sources: [at('A', 1), at('BANK')] }), op('NOP'), op('MOV', { destination: at('BANK'), sources: [at('B')] }), op('EXIT')];
    for (let round = 0; round < 8; round++) {
      bench.start(program, new ControlWrites(config));
      for (const instruction of program.slice(0, -1)) bench.give(trigger(0, 0, next(4), directionOf(instruction) === 'WR'), 4, instruction);
    }
    expect(lockstep.compare().map(({ difference, replayed }) => difference ?? replayed)).toEqual([[]]);
  } finally {
    lockstep.close();
  }
});
