import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bit, equivalent, miter, module, parametric, replay, simulate, uint, vec, type ModuleDefinition, type Signal } from '../../src/index.ts';
import { seedOf } from '../cosim/helpers.ts';
import { expectProblems } from '../hdl/helpers.ts';
import { needProver, property, verdicts } from './helpers.ts';
import { Queue } from './designs/small.ts';

const SEED = seedOf(11);

/** The sum of eight numbers. */
const Sum = parametric((p: { how: 'chain' | 'tree' | 'forgets' }) =>
  module('Sum', { in: { x: vec(8, uint(5)) }, out: { sum: uint(5) } }, ({ x }) => {
    const all = x.toArray();
    const pairwise = (list: Signal<5>[]): Signal<5> => (list.length === 1 ? list[0]! : pairwise(list.flatMap((a, i) => (i % 2 === 0 ? [a.add(list[i + 1]!)] : []))));
    return { sum: p.how === 'chain' ? all.reduce((a, b) => a.add(b)) : p.how === 'tree' ? pairwise(all) : all.slice(1).reduce((a, b) => a.add(b)) };
  }),
);

/** The lowest of four requests, by a chain of conditions or by arithmetic. */
const Grant = parametric((p: { how: 'chain' | 'arithmetic' }) =>
  module('Grant', { in: { request: uint(4) }, out: { grant: uint(4), count: uint(3) } }, ({ request }, hw) => {
    const grant = p.how === 'arithmetic' ? hw.wire('grant_', uint(4)) : hw.wire('grant_', uint(4), { default: 0 });
    if (p.how === 'arithmetic') grant.set(request.and(request.neg()));
    else {
      let chain = hw.when(request.bit(0), () => grant.set(1));
      for (let i = 1; i < 4; i++) chain = chain.elsewhen(request.bit(i), () => grant.set(2 ** i));
    }
    // The same register with the same meaning, written in two ways.
    const count = hw.reg('count', uint(3), { reset: 0 });
    if (p.how === 'arithmetic') count.next(count.add(request.ne(0).zext(3)));
    else hw.when(grant.reduceOr(), () => count.next(count.add(1)));
    return { grant, count };
  }),
);

describe('equivalent', () => {
  it('a tree of adders is a chain of adders, and not one that forgets an input', async (context) => {
    needProver(context);
    expect((await equivalent(Sum({ how: 'tree' }), Sum({ how: 'chain' }))).result).toBe('proved');
    const different = await equivalent(Sum({ how: 'tree' }), Sum({ how: 'forgets' }));
    const { cycle, run, status } = property(different, 'both have the same sum');
    expect([status, cycle, run!.cycles.length]).toEqual(['failed', 0, 1]);
    expect(() => replay(simulate(miter(Sum({ how: 'tree' }), Sum({ how: 'forgets' }))), run!.cycles)).toThrow('both have the same sum');
  });

  it('two ways to write an arbiter with a register', async (context) => {
    needProver(context);
    const report = await equivalent(Grant({ how: 'chain' }), Grant({ how: 'arithmetic' }));
    expect(verdicts(report)).toEqual({ 'both have the same grant': 'proved', 'both have the same count': 'proved' });
  });

  it('memories count as state that may be the same; a queue that is broken differs first when it has overflowed', async (context) => {
    needProver(context);
    const good = Queue({ broken: false });
    expect(verdicts(await equivalent(good, good, { depth: 3 }))['both have the same first']).toBe('proved');
    const broken = await equivalent(good, Queue({ broken: true }), { depth: 7, k: 0 });
    expect(property(broken, 'both have the same first')).toMatchObject({ status: 'failed', cycle: 5 });
  });

  it(`identities of arithmetic hold at random widths, and near misses do not (seed ${SEED})`, async (context) => {
    needProver(context);
    const laws: readonly (readonly [string, (a: Signal, b: Signal) => readonly [Signal, Signal], boolean])[] = [
      ['a - b is a + ~b + 1', (a, b) => [a.sub(b), a.add(b.not()).add(1)], true],
      ['de Morgan', (a, b) => [a.and(b).not(), a.not().or(b.not())], true],
      ['or is no sum', (a, b) => [a.or(b), a.add(b)], false],
      ['xor and carry', (a, b) => [a.add(b), a.xor(b).add(a.and(b).shl(1))], true],
    ];
    for (const width of fc.sample(fc.integer({ min: 2, max: 12 }), { seed: SEED, numRuns: 1 })) {
      const side = (i: 0 | 1): ModuleDefinition =>
        module('Laws', { in: { a: uint<number>(width), b: uint<number>(width) }, out: Object.fromEntries(laws.map((_, n) => [`y${n}`, uint<number>(width)])) }, ({ a, b }) => Object.fromEntries(laws.map(([, law], n) => [`y${n}`, law(a, b)[i]])) as never) as unknown as ModuleDefinition;
      const report = await equivalent(side(0), side(1));
      laws.forEach(([law, , holds], n) => expect([law, property(report, `both have the same y${n}`).status]).toEqual([law, holds ? 'proved' : 'failed']));
    }
  });

  it('modules with different ports or clocks are refused, and say how they differ', () => {
    const A = module('A', { in: { x: uint(4), y: bit }, out: { z: uint(4) } }, ({ x }) => ({ z: x }));
    const B = module('B', { in: { x: uint(5) }, out: { z: uint(4) } }, ({ x }) => ({ z: x.trunc(4) }));
    expectProblems(() => miter(A, B), ['different-ports', 'A and B have different ports: input "x" has 4 bits in A and 5 bits in B; input "y" is only in A', "module('A'", "module('B'"]);
    const Two = module('Two', { domains: ['p', 'q'], out: { z: bit } }, (_, hw) => ({ z: hw.reg('r', bit) }));
    const Other = module('Other', { domains: ['p', 'w'], out: { z: bit } }, (_, hw) => ({ z: hw.reg('r', bit) }));
    expectProblems(() => miter(Two, Other), ['different-clocks', 'clock domain "w" is not in both of Two (p, q) and Other (p, w)', "module('Two'", "module('Other'"]);
    const Mixed = module('Mixed', { domains: ['p', 'q'], out: { z: bit } }, (_, hw) => ({ z: hw.reg('r', bit).xor(hw.in('q', () => hw.reg('s', bit))) }));
    expectProblems(() => miter(Mixed, Mixed), ['mixed-output', /output "z" depends on state of clock domains "p" and "q"/, "module('Mixed'"]);
    const Mute = module('Mute', { in: { x: bit } }, () => ({}));
    expectProblems(() => miter(Mute, Mute), ['nothing-to-prove', /have no outputs to compare/, "module('Mute'", "module('Mute'"]);
  });
});
