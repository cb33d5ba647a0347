import { describe, expect, it } from 'vitest';
import { bit, module, mutants, mutate, simulate, type Mutant, type MutationReport, type WordlineError } from '../../src/index.ts';
import { seeded } from '../dram/streams.ts';
import { needProver } from '../formal/helpers.ts';
import { Inner, Outer, testAll, testWeak, Third } from './designs.ts';

const lines = (all: readonly Mutant[]): string[] => all.map(({ mutation: m }) => `${m!.kind}: ${m!.what}`);
const survivors = ({ results }: MutationReport): string[] => results.filter((r) => r.status === 'survived').map((r) => r.what);
const caught = async (work: Promise<unknown>): Promise<string> => work.then(() => 'nothing', (error: WordlineError) => `${error.problems[0]!.code}: ${error.problems[0]!.message}`);

describe('mutants', () => {
  it('of a tiny block are those that a person would write down', () => {
    expect(lines(mutants(Third))).toEqual([
      'reset: n begins with 1 instead of 0',
      'operator: n == 2 became n != 2',
      'constant: n == 2 became n == 3',
      'constant: n == 2 became n == 1',
      'operator: n + 1 became n - 1',
      'constant: n + 1 became n + 2',
      'constant: n + 1 became n + 0',
      'multiplexer: mux(n == 2, 0, n + 1) became mux(n == 2, n + 1, 0)',
      'multiplexer: mux(n == 2, 0, n + 1) became 0',
      'multiplexer: mux(n == 2, 0, n + 1) became n + 1',
      'constant: mux(n == 2, 0, n + 1) became mux(n == 2, 1, n + 1)',
      'constant: mux(n == 2, 0, n + 1) became mux(n == 2, 3, n + 1)',
      'condition: when go became when not go',
      'condition: when go became always',
      'condition: when go became never',
      'assignment: n no longer gets mux(n == 2, 0, n + 1)',
    ]);
  });

  it('know the line and column of what they change', () => {
    const where = mutants(Third).find((m) => m.mutation!.what.startsWith('n == 2 became n != 2'))!.mutation!.where!;
    expect(where.file.endsWith('test/mutate/designs.ts')).toBe(true);
    expect([where.line, where.column]).toEqual([6, 18]);
  });

  it('are in all module types below, or where one asks for them', () => {
    const modules = (all: readonly Mutant[]): string[] => [...new Set(all.map((m) => m.mutation!.module))];
    expect(modules(mutants(Outer))).toEqual(['Outer', 'Inner']);
    expect(modules(mutants(Outer, { below: false }))).toEqual(['Outer']);
    expect(modules(mutants(Outer, { modules: ['Inner'] }))).toEqual(['Inner']);
    expect(new Set(mutants(Outer).map((m) => m.mutation!.kind)).size).toBe(9);
  });

  it('leave alone what only asserts look at', () => {
    expect(lines(mutants(Outer)).filter((l) => l.includes('seen'))).toEqual([]);
  });

  it('of an instance are in all larger designs, and the original stays as it is', () => {
    const mutant = mutants(Inner).find((m) => m.mutation!.what === 'a < b became a <= b')!;
    const run = (definition: typeof Inner): number => {
      const sim = simulate(definition);
      Object.assign(sim.in, { a: 9, b: 9, which: 0 });
      return sim.out.x;
    };
    expect([run(Inner), run(mutant.apply(Inner)), run(Inner)]).toEqual([1, 18, 1]);
    expect(mutant.apply(Inner)).toBe(mutant.apply(Inner));
    expect(mutant.apply(Outer)).not.toBe(Outer);
    expect(mutant.apply(Third)).toBe(Third);
  });

  it('are hardware: all engines agree on each', () => {
    const random = seeded(7);
    const below = (n: number): number => Math.floor(random() * n);
    for (const mutant of mutants(Outer)) {
      const top = mutant.apply(Outer);
      const sims = (['interp', 'js', 'wasm'] as const).map((engine) => simulate(top, { engine }));
      for (let cycle = 0; cycle < 12; cycle++) {
        const inputs = { a: below(64), b: below(64), which: below(2), v: [below(8), below(8), below(8), below(8)] };
        const [interp, ...rest] = sims.map((sim) => {
          Object.assign(sim.in, inputs);
          const { sum, least, word, twice } = sim.out;
          sim.step();
          return { sum, least, word, twice };
        });
        for (const other of rest) expect(other, mutant.mutation!.what).toEqual(interp);
      }
    }
  });
});

describe('mutate', () => {
  it('a test that looks at everything lets nothing through; the report adds up', async () => {
    const report = await mutate(Third, { tests: testAll });
    expect(survivors(report)).toEqual([]);
    expect(report).toMatchObject({ module: 'Third', mutants: 16, tried: 16, killed: 16, score: 100 });
    expect(report.results[1]).toMatchObject({ status: 'killed', by: 'test', message: 'n is 0 instead of 1' });
  });

  it('a weak test has survivors, which say what it does not look at', async () => {
    const report = await mutate(Third, { tests: testWeak, equivalence: false });
    expect(survivors(report)).toEqual([
      'n == 2 became n == 3',
      'n == 2 became n == 1',
      'mux(n == 2, 0, n + 1) became n + 1',
      'mux(n == 2, 0, n + 1) became mux(n == 2, 1, n + 1)',
      'mux(n == 2, 0, n + 1) became mux(n == 2, 3, n + 1)',
      'when go became always',
    ]);
    expect(report.score).toBe(100 * (10 / 16));
  });

  /** An absorbed term: some of its mutants are the same hardware. */
  const Absorbed = module('Absorbed', { in: { a: bit, b: bit }, out: { y: bit } }, ({ a, b }) => ({ y: a.or(a.and(b)) }));
  const INPUTS = Array.from({ length: 4 }, (_, i) => ({ a: i & 1, b: i >> 1 }));
  const tableOf = (definition: typeof Absorbed): string => {
    const sim = simulate(definition);
    return INPUTS.map((inputs) => {
      Object.assign(sim.in, inputs);
      return sim.out.y;
    }).join('');
  };

  it('who is equivalent is proved, and is who has the same truth table', async (context) => {
    needProver(context);
    const table = tableOf(Absorbed);
    const same = mutants(Absorbed).filter((m) => tableOf(m.apply(Absorbed)) === table).map((m) => m.mutation!.index);
    expect(same.length).toBe(2);
    // A test that never sets b: what it misses is either equivalent or a survivor.
    const report = await mutate(Absorbed, { tests: (m) => { if (tableOf(m.apply(Absorbed)).slice(0, 2) !== table.slice(0, 2)) throw new Error('another table'); } });
    expect(report.results.filter((r) => r.status === 'equivalent').map((r) => r.index)).toEqual(same);
    expect(report.killed + report.survived + report.equivalent).toBe(report.tried);
    expect(report.survived).toBeGreaterThan(0);
  });

  it('tests run in their order, and the first that throws is named', async () => {
    const tests = { weak: testWeak, all: testAll };
    const report = await mutate(Third, { tests, equivalence: false });
    expect(new Set(report.results.map((r) => r.by))).toEqual(new Set(['weak', 'all']));
    expect(report.results.filter((r) => r.by === 'all').map((r) => r.what)).toEqual(survivors(await mutate(Third, { tests: testWeak, equivalence: false })));
  });

  it('a sample is chosen by its seed', async () => {
    const numbers = async (seed: number): Promise<number[]> => (await mutate(Third, { tests: testAll, limit: 5, seed })).results.map((r) => r.index);
    expect(await numbers(3)).toEqual(await numbers(3));
    expect(await numbers(3)).not.toEqual(await numbers(4));
    expect(await numbers(3)).toHaveLength(5);
  });

  it('a test that waits too long is ended, and counts as not killed', async () => {
    const report = await mutate(Third, {
      tests: async (mutant, { signal }) => {
        if (mutant.mutation !== undefined) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to stop'))));
      },
      timeout: 0.05,
      limit: 2,
    });
    expect(report).toMatchObject({ timedOut: 2, killed: 0, score: 0 });
  });

  it('refuses what says nothing', async () => {
    const failing = (): void => {
      throw new Error('always red');
    };
    const Wire = module('Wire', { in: { a: bit }, out: { y: bit } }, ({ a }) => ({ y: a }));
    expect(await caught(mutate(Third, { tests: { always: failing } }))).toBe('mutation-baseline: on the unchanged hardware, the test "always" fails: always red');
    expect(await caught(mutate(Wire, { tests: () => undefined }))).toBe('no-mutants: there is nothing in Wire to change');
    expect(await caught(mutate(Third, { tests: testAll, limit: 0 }))).toContain('bad-option: a limit');
    expect(await caught(mutate(Third, { tests: testAll, timeout: 0 }))).toContain('bad-option: a timeout');
    expect(await caught(mutate(Third, { tests: testAll, seed: -1 }))).toContain('bad-option: a seed');
    expect(await caught(mutate(Third, { test: testAll } as never))).toContain('unknown-option');
    const stopped = AbortSignal.abort();
    expect(await caught(mutate(Third, { tests: testAll, signal: stopped }))).toContain('interrupted');
  });
});
