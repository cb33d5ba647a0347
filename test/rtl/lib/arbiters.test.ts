import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate, type EngineName } from '../../../src/index.ts';
import { AgedArbiter, MatrixArbiter, PriorityArbiter, RoundRobinArbiter } from '../../../rtl/lib/index.ts';
import { explore, type Model } from './explore.ts';
import { agedModel, holdModel, matrixModel, roundRobinModel, type ArbiterInputs, type Granted } from './models.ts';

type Arbiter = ReturnType<typeof MatrixArbiter>;
interface Kind {
  readonly make: (n: number, checks: boolean) => Arbiter;
  readonly model: (n: number) => Model<unknown, ArbiterInputs, Granted>;
  /** Others served before a request. */
  readonly bound: (n: number) => number;
}
const of = <S>(m: (n: number) => Model<S, ArbiterInputs, Granted>) => m as unknown as Kind['model'];
const kinds: [string, Kind][] = [
  ['round robin', { make: (n, checks) => RoundRobinArbiter({ n, checks }), model: of(roundRobinModel), bound: (n) => n - 1 }],
  ['round robin with hold', { make: (n, checks) => RoundRobinArbiter({ n, checks, hold: true }), model: of(holdModel), bound: (n) => n - 1 }],
  ['least recently granted', { make: (n, checks) => MatrixArbiter({ n, checks }), model: of(matrixModel), bound: (n) => n - 1 }],
  ['priority with a cap of 1', { make: (n, checks) => AgedArbiter({ n, cap: 1, checks }), model: of((n) => agedModel(n, 1)), bound: (n) => 1 + Math.max(0, n - 2) }],
  ['priority with a cap of 3', { make: (n, checks) => AgedArbiter({ n, cap: 3, checks }), model: of((n) => agedModel(n, 3)), bound: (n) => 3 + Math.max(0, n - 2) }],
];
const engines: EngineName[] = ['interp', 'wasm'];

interface Sim {
  readonly in: { requests: number | bigint; accept: number };
  readonly out: { readonly grant: number | bigint; readonly index: number | bigint; readonly valid: number };
}
const read = ({ out }: Sim) => ({ valid: out.valid, index: Number(out.index), grant: BigInt(out.grant) });
const expected = (i: Granted) => ({ valid: +(i !== undefined), index: i ?? 0, grant: i === undefined ? 0n : 1n << BigInt(i) });
const check = (sim: Sim, i: Granted, ...more: unknown[]): void => {
  const [got, want] = [read(sim), expected(i)];
  if (got.valid !== want.valid || got.index !== want.index || got.grant !== want.grant) expect({ got, more }).toEqual({ got: want, more });
};

describe.each(kinds)('%s', (_, { make, model, bound }) => {
  it.each([1, 2, 3])('is its model in every state and under every input, for %i', (n) => {
    const inputs = Array.from({ length: 2 ** (n + 1) }, (_unused, i) => ({ requests: i >> 1, accept: i & 1 }));
    for (const engine of engines) {
      const drive = { set: (sim: Sim, i: ArbiterInputs): void => void Object.assign(sim.in, i), get: (sim: Sim) => sim };
      const oracle = model(n);
      explore(make(n, true), engine, { ...oracle, outputs: (s, i) => oracle.outputs(s, i) as never }, drive as never, inputs, (sim, i, ...more) => check(sim, i, ...more));
    }
  });

  it('is its model for any number of requesters, and no request waits longer than promised', () => {
    const work = fc.array(fc.record({ keep: fc.nat(), add: fc.nat(), accept: fc.constantFrom(0, 1, 1) }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.constantFrom(...engines), work, (n, engine, cycles) => {
        const sim = simulate(make(n, true), { engine });
        const oracle = model(n);
        const mask = 2 ** n - 1;
        let state = oracle.start;
        let requests = 0;
        const waited = new Array<number>(n).fill(0);
        for (const { keep, add, accept } of cycles) {
          requests = ((requests & (keep | add)) | (add & ~keep)) & mask;
          Object.assign(sim.in, { requests, accept });
          const i = oracle.outputs(state, { requests, accept });
          check(sim, i);
          sim.step();
          for (let j = 0; j < n; j++) {
            const served = accept === 1 && i !== undefined;
            waited[j] = ((requests >> j) & 1) === 0 || (served && i === j) ? 0 : waited[j]! + +served;
            expect(waited[j]).toBeLessThanOrEqual(bound(n));
          }
          state = oracle.next(state, { requests, accept });
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([2, 5, 40])('keeps its promise to the letter among %i who all request', (n) => {
    const sim = simulate(make(n, true));
    Object.assign(sim.in, { requests: (1n << BigInt(n)) - 1n, accept: 1 });
    sim.step(6 * n);
    expect(sim.covers().filter(({ hits }) => hits === 0)).toEqual([]);
  });
});

it('fixed priority grants the lowest number', () => {
  for (const engine of engines) {
    for (const n of [1, 4, 7]) {
      const sim = simulate(PriorityArbiter({ n }), { engine });
      for (let requests = 0; requests < 2 ** n; requests++) {
        sim.in.requests = requests;
        check(sim as never, requests === 0 ? undefined : 31 - Math.clz32(requests & -requests), requests);
        sim.step();
      }
    }
  }
});

it('holds a grant that is not accepted, and for as long as a packet lasts', () => {
  const sim = simulate(RoundRobinArbiter({ n: 3, hold: true, checks: true }));
  const index = (requests: number, accept: number): number => {
    Object.assign(sim.in, { requests, accept });
    const i = sim.out.index;
    sim.step();
    return Number(i);
  };
  expect([index(0b100, 0), index(0b111, 0), index(0b111, 1), index(0b111, 0), index(0b110, 1)]).toEqual([2, 2, 2, 0, 1]);
});
