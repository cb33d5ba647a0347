import { expect, it } from 'vitest';
import { dramPreset, Lockstep } from '../../../src/index.ts';
import { need } from '../../cosim/helpers.ts';
import { DeviceBench } from './device-bench.ts';

it.for([['samsung-hbm2', 4], ['qv100-hbm2', 2]] as const)('Icarus runs the device with modes, registers, triggers and stores as we do: %s', ([name, banksPerUnit], context) => {
  need(context, 'icarus');
  const lockstep = new Lockstep({ with: 'icarus' });
  try {
    lockstep.start();
    const bench = new DeviceBench(dramPreset(name), { banksPerUnit, twinRows: 8, enforce: false });
    const low = { ba: 1 };
    bench.inRow(3, low, () => bench.write({ ...low, column: 2 }, [0x3c003c00, 0x40004200, 7, 8, 9]));
    bench.visit(1);
    bench.inRow(4, low, () => bench.write({ ...low, column: 1 }, [1, 2, 3]));
    // MOV A[0], BANK; MOV BANK, A[0]; EXIT
    bench.control(3, 0, [[4, [0x30020000, 0x32000000, 0x20000000]], [0, [3]]]); // prettier-ignore
    bench.inRow(3, low, () => {
      bench.read({ ...low, column: 2 });
      bench.send({ command: 'WR', ...low, column: 5 });
      bench.send({ command: 'WR', ...low, column: 5 });
    });
    bench.control(3, 0, [[0, [0]]]);
    bench.visit(2);
    bench.inRow(3, low, () => expect(bench.read({ ...low, column: 5 }).slice(0, 5)).toEqual([0x3c003c00, 0x40004200, 7, 8, 9]));
    expect(lockstep.compare().map(({ difference, replayed }) => difference ?? replayed)).toEqual([[]]);
  } finally {
    lockstep.close();
  }
});
