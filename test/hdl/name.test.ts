import { expect, it } from 'vitest';
import { bit, engineNames, module, simulate, uint } from '../../src/index.ts';

it('a name given inside a when is a name always', () => {
  const M = module('M', { in: { on: bit, x: uint(8) }, out: { y: uint(8) } }, ({ on, x }, hw) => {
    const y = hw.reg('y', uint(8), { reset: 0 });
    hw.when(on, () => y.next(hw.name('twice', x.shl(1))));
    return { y };
  });
  for (const engine of engineNames) {
    const sim = simulate(M, { engine });
    sim.in.x = 5;
    sim.in.on = 0;
    expect(sim.peek('twice')).toBe(10);
    sim.step();
    expect(sim.out.y).toBe(0);
    sim.in.on = 1;
    sim.step();
    expect(sim.out.y).toBe(10);
  }
});
