import { expect, it, type TestContext } from 'vitest';
import { dramPreset, Lockstep, simulate, type ToolName } from '../../../src/index.ts';
import { BankState, ColumnKind, RowKind } from '../../../rtl/dram/index.ts';
import { need } from '../../cosim/helpers.ts';
import { drive, isRow, type Cmd } from './bench.ts';
import { PinLoop } from './pin-loop.ts';
import { legalTurn, random, Twins } from './traffic.ts';

/** Runs a testbench, and then the exported Verilog in another simulator from the same inputs: where they differ, and what the models were replaced with. */
function compare(context: TestContext, tool: ToolName, run: () => void): unknown[] {
  need(context, tool);
  const lockstep = new Lockstep({ with: tool });
  try {
    lockstep.start();
    run();
    return lockstep.compare().map(({ difference, replayed }) => difference ?? replayed);
  } finally {
    lockstep.close();
  }
}

it.for(['samsung-hbm2', 'dramsim3-hbm2-4gb', 'qv100-hbm2'])('Icarus runs the device with its cells as we do: %s', (name, context) => {
  const run = (): void => {
    const preset = dramPreset(name);
    const twins = new Twins(preset, { twinRows: 4 });
    const next = random(29);
    for (let cycle = 0; cycle < 1600; cycle++) {
      const turn = legalTurn(preset, twins.reference, next, cycle);
      twins.reference.step(turn.commands, turn.wdq, turn.dm);
      twins.send(turn);
    }
  };
  expect(compare(context, 'icarus', run)).toEqual([[]]);
});

it('Icarus finds the same violations in any commands whatsoever', (context) => {
  const run = (): void => {
    const sim = simulate(BankState({ preset: dramPreset('hbm2e-3200'), enforce: false }));
    const next = random(31);
    const kinds = [...RowKind.names, ...ColumnKind.names].filter((n) => !n.endsWith('NOP')) as Cmd['command'][];
    const some = (all: typeof kinds): Cmd[] => (next(3) === 0 ? [] : [{ command: all[next(all.length)]!, pc: next(2), ba: next(16), sid: Number(next(20) === 0), row: next(9) }]);
    for (let cycle = 0; cycle < 1200; cycle++) {
      drive(sim.io.command, [...some(kinds.filter(isRow)), ...some(kinds.filter((k) => !isRow(k)))]);
      sim.step(next(12) === 0 ? 1 + next(60) : 1);
    }
  };
  expect(compare(context, 'icarus', run)).toEqual([[]]);
});

it.for(['HBM2', 'HBM2E'] as const)('Icarus encodes and decodes as we do: %s', (standard, context) => {
  const run = (): void => {
    const sim = simulate(PinLoop({ standard }));
    for (const row of ['ACT', 'PRE', 'PREA', 'REFSB', 'REF'] as const) {
      for (const column of ['RD', 'WRA', 'MRS'] as const) {
        for (const parity of [0, 1]) {
          Object.assign(sim.in, { on: 1, parity, rowKind: RowKind[row], columnKind: ColumnKind[column] });
          sim.step(41);
          sim.in.on = 0;
          sim.step(4);
        }
      }
    }
    expect(sim.out.sent).toBeGreaterThan(1000);
  };
  expect(compare(context, 'icarus', run)).toEqual([[]]);
});
