import { bit, module, simulate, uint, vec, type Mutant } from '../../src/index.ts';

/** Counts to two and begins again. */
export const Third = module('Third', { in: { go: bit }, out: { n: uint(2) } }, ({ go }, hw) => {
  const n = hw.reg('n', uint(2), { reset: 0 });
  const last = n.eq(2);
  hw.when(go, () => n.next(last.mux(0, n.add(1))));
  return { n };
});

/** Its outputs over all inputs: nothing that can be told is left out. */
export function testAll(mutant: Mutant): void {
  const sim = simulate(mutant.apply(Third));
  let want = 0;
  for (const go of [1, 1, 0, 1, 1, 1, 0, 0, 1]) {
    sim.in.go = go;
    if (sim.out.n !== want) throw new Error(`n is ${sim.out.n} instead of ${want}`);
    if (go === 1) want = (want + 1) % 3;
    sim.step();
  }
}

/** Never stops, and never begins again. */
export function testWeak(mutant: Mutant): void {
  const sim = simulate(mutant.apply(Third));
  sim.in.go = 1;
  sim.step();
  if (sim.out.n !== 1) throw new Error('it does not count');
}

export function testForever(mutant: Mutant): void {
  while (mutant.mutation !== undefined);
}

/** Something of every kind, two levels deep. */
export const Inner = module('Inner', { in: { a: uint(6), b: uint(6), which: bit }, out: { x: uint(6), flag: bit } }, ({ a, b, which }, hw) => {
  const x = hw.wire('x', uint(6), { default: 1 });
  hw.when(a.lt(b), () => x.set(a.add(b))).elsewhen(which, () => x.set(a.xor(b).or(3)));
  return { x, flag: a.slice(3, 1).ne(b.slice(2, 0)).and(which.not()) };
});

export const Outer = module('Outer', { in: { a: uint(6), b: uint(6), which: bit, v: vec(4, uint(3)) }, out: { sum: uint(6), least: uint(3), word: uint(6), twice: uint(7) } }, ({ a, b, which, v }, hw) => {
  const one = hw.instance('one', Inner, { a, b, which });
  const two = hw.instance('two', Inner, { a: one.out.x, b: a, which: one.out.flag });
  const memory = hw.mem('memory', 8, uint(6));
  const sum = hw.reg('sum', uint(6), { reset: 5 });
  const pick = hw.reg('pick', uint(2), { reset: 1 });
  hw.when(two.out.flag, () => {
    sum.next(sum.sub(two.out.x));
    memory.write(a.slice(2, 0), sum);
  }).otherwise(() => pick.next(a.slice(1, 0)));
  const least = v.at(pick);
  const seen = hw.reg('seen', uint(2), { reset: 0 });
  seen.next(seen.add(1));
  hw.assert(seen.le(3), 'what only asserts look at is no hardware');
  return { sum, least: which.mux(least, v.at(0).min(v.at(3))), word: memory.read(b.slice(5, 3)), twice: sum.zext(7).shl(which) };
});
