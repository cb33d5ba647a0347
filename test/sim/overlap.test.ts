import { expect, it } from 'vitest';
import { bit, engineNames, model, module, simulate, uint, vec } from '../../src/index.ts';

/** Words that swap places: what is stored first must not be what the next store reads. */
it.each(engineNames)('%s: a memory word whose halves change places', (engine) => {
  const Swap = module('Swap', { in: { go: bit }, out: { q: uint(64) } }, ({ go }, hw) => {
    const memory = hw.mem('memory', 2, uint(64), { initial: [0x1111111122222222n, 3n] });
    const word = memory.read(0);
    hw.when(go, () => memory.write(0, word.slice(31, 0).cat(word.slice(63, 32))));
    return { q: word };
  });
  const sim = simulate(Swap, { engine });
  sim.in.go = 1;
  sim.step();
  expect(sim.out.q).toBe(0x2222222211111111n);
});

it.each(engineNames)('%s: a lane whose halves change places', (engine) => {
  const Swap = module('Swap', { in: { go: bit, i: uint(1) }, out: { q: vec(2, uint(64)) } }, ({ go, i }, hw) => {
    const lanes = hw.reg('lanes', vec(2, uint(64)), { reset: [0x1111111122222222n, 5n] });
    const lane = lanes.at(i);
    hw.when(go, () => lanes.nextAt(i, lane.slice(31, 0).cat(lane.slice(63, 32))));
    return { q: lanes };
  });
  const sim = simulate(Swap, { engine });
  sim.in.go = 1;
  sim.step();
  expect(sim.out.q).toEqual([0x2222222211111111n, 5n]);
});

it.each(engineNames)('%s: a model that fires another sees it fire an edge later', (engine) => {
  const Delay = model('Delay', { in: { fire: bit, d: uint(8) }, out: { q: uint(8), odd: bit }, fire: 'fire' }, () => ({
    clock: (io) => {
      const d = io.in['d']!.get();
      io.out['q']!.set(d + 1);
      io.out['odd']!.set(d & 1);
    },
  }));
  const Pair = module('Pair', { in: { d: uint(8) }, out: { a: uint(8), b: uint(8) } }, ({ d }, hw) => {
    const first = hw.instance('first', Delay, { fire: hw.lit(1, 1), d });
    const second = hw.instance('second', Delay, { fire: first.out.odd, d: first.out.q });
    return { a: first.out.q, b: second.out.q };
  });
  const sim = simulate(Pair, { engine });
  const seen: number[][] = [];
  for (const d of [1, 2, 3, 4, 5, 6]) {
    sim.in.d = d;
    sim.step();
    seen.push([sim.out.a, sim.out.b]);
  }
  expect(seen).toEqual([[2, 0], [3, 3], [4, 3], [5, 5], [6, 5], [7, 7]]);
});
