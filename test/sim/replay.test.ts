import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bit, engineNames, model, module, readVcd, simulate, uint, WordlineError, type AnySignal, type EngineName, type ModuleDefinition, type Signal, type SimulateOptions, type Simulation, type WaveValue } from '../../src/index.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';
import { bitsOf } from '../../src/ir/shape.ts';
import { Journal } from '../../src/sim/replay.ts';
import { expectProblems, onEveryEngine, problemsOf } from '../hdl/helpers.ts';
import { circuit, recipes, type Recipe } from './random-circuit.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SEED = Number(process.env['WORDLINE_SEED'] ?? 20231109);
let files = 0;
const fresh = (): string => join(folder, `${files++}.vcd`);

type Waves = readonly { readonly path: string; readonly changes: readonly (readonly [number, WaveValue])[] }[];

/** What a file shows from a time on: the values at that time and the changes after it, which are found by looking at each signal's list. */
function cut(file: string, fromPs: number, toPs = Infinity): { readonly end: number; readonly signals: Waves } {
  const { signals, endTime, timescalePs } = readVcd(file);
  return {
    end: Math.min(endTime * timescalePs, toPs),
    signals: signals.map(({ path, changes }) => {
      const all = changes.map(([time, value]) => [time * timescalePs, value] as const);
      const before = all.findLast(([time]) => time <= fromPs)!;
      return { path, changes: [[fromPs, before[1]], ...all.filter(([time]) => time > fromPs && time < toPs)] };
    }),
  };
}

const startOf = (file: string): number => {
  const { startTime, timescalePs } = readVcd(file);
  return startTime * timescalePs;
};

type Sim = Simulation<Record<string, never>, Record<string, never>, Record<string, never>>;
const start = (definition: ModuleDefinition, options: SimulateOptions): Sim => simulate(definition, options) as unknown as Sim;
const clocks = { fast: { period: 700 }, slow: { period: 1500, phase: 200 } };
const clocksOf = (definition: ModuleDefinition): SimulateOptions => ({ clocks: Object.fromEntries(Object.entries(clocks).filter(([name]) => (definition.ports.domains ?? []).includes(name))) });

/** A testbench of random inputs, resets, memory writes and steps; always the same for a recipe. */
function drive(sim: Sim, recipe: Recipe, steps: number): void {
  const next = randomWords(recipe.stimulus);
  const { flat } = sim.design;
  for (let n = 0; n < steps; n++) {
    for (const id of flat.inputs.values()) if (n === 0 || next() % 3 === 0) sim.engine.poke(id, randomBits(next, bitsOf(flat.nodes[id]!)));
    if (next() % 16 === 0) sim.setReset(next() % 2 === 0, flat.domains[next() % flat.domains.length]);
    for (const m of flat.memories) if (next() % 10 === 0) sim.memory(m.path).write(next() % m.depth, randomBits(next, m.width));
    if (flat.domains.length > 1 && next() % 8 === 0) sim.tick(flat.domains[next() % flat.domains.length]!);
    sim.step(next() % 5, flat.domains[next() % flat.domains.length]);
  }
}

/** A random circuit beside an assertion that fails at the first cycle from `after` on in which the parity of an input is odd. */
const failing = (recipe: Recipe, after: number): ModuleDefinition => {
  const inner = circuit({ ...recipe, domains: 1 });
  return module('Failing', { in: inner.ports.in ?? {} }, (ins, hw) => {
    hw.instance('u', inner as never, ins as never);
    const n = hw.reg('n', uint(16), { reset: 0 });
    n.next(n.add(1));
    hw.assert(n.lt(after).or(((ins as Record<string, AnySignal>)['in0'] as Signal).reduceXor().not()), 'even');
    return {};
  });
};

const messageOf = (action: () => void): string => {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
};

describe('a trace of a window', () => {
  it(`is the cut of the trace of all cycles, on random circuits of several clocks (seed ${SEED})`, () => {
    fc.assert(
      fc.property(recipes, fc.nat(40), fc.integer({ min: 1, max: 30 }), fc.boolean(), fc.constantFrom<EngineName>('wasm', 'wasm', 'js'), (recipe, from, length, byTime, engine) => {
        const definition = circuit(recipe);
        const run = (options: SimulateOptions): Sim => {
          const sim = start(definition, { ...clocksOf(definition), ...options });
          drive(sim, recipe, 30);
          return sim;
        };
        const [full, part] = [fresh(), fresh()];
        run({ engine: 'interp', trace: { file: full, gtkw: false } }).close();
        const window = byTime ? `${from}ns:${from + length}ns` : `${from}:${from + length}`;
        const sim = run({ engine, trace: { file: part, gtkw: false }, traceWindow: window });
        const ended = byTime ? sim.time : sim.cycle();
        if ((byTime && ended < 1000 * (from + 3)) || ended < from) {
          // Perhaps too early for the window: then there is no file, and that is said.
          const said = messageOf(() => sim.close());
          expect(existsSync(part)).toBe(said === '');
          if (said !== '') return expect(said).toContain('[empty-window]');
        }
        sim.close();
        const begin = startOf(part);
        const seen = cut(part, begin);
        expect(seen).toEqual(cut(full, begin, seen.end));
        if (byTime) expect(begin).toBeLessThanOrEqual(1000 * from);
      }),
      { numRuns: 60, seed: SEED },
    );
  });

  onEveryEngine('has the cycles that were asked for, in cycles or in times', (_, engine) => {
    const Count = module('Count', { out: { n: uint(16) } }, (__, hw) => {
      const n = hw.reg('n', uint(16), { reset: 0 });
      n.next(n.add(1));
      return { n };
    });
    const shown = (traceWindow: SimulateOptions['traceWindow'], steps: readonly number[]): unknown => {
      const file = fresh();
      const sim = simulate(Count, { engine, trace: { file, signals: '**.n' }, traceWindow: traceWindow! });
      for (const n of steps) sim.step(n);
      // What is over is in the file already.
      sim.close();
      const { signals, endTime } = readVcd(file);
      return [signals[0]!.changes.map(([, value]) => value), endTime];
    };
    for (const steps of [[100], [7, 3, 1, 1, 88], Array.from({ length: 100 }, () => 1)]) {
      expect(shown('10:13', steps)).toEqual([[10, 11, 12], 13_000]);
      expect(shown({ cycles: [10, 13] }, steps)).toEqual([[10, 11, 12], 13_000]);
      expect(shown('98:', steps)).toEqual([[98, 99, 100], 101_000]);
      expect(shown(':2', steps)).toEqual([[0, 1], 2000]);
      // Those that have a part in it.
      expect(shown('10.5ns:12ns', steps)).toEqual([[10, 11], 12_000]);
      expect(shown({ ps: [10_000, 12_001] }, steps)).toEqual([[10, 11, 12], 13_000]);
    }
  });

  it('is refused if it cannot be one', () => {
    const M = module('M', { out: { y: bit } }, (_, hw) => ({ y: hw.lit(1, 1) }));
    const trace = fresh();
    for (const [window, why] of [['5', /a colon/], [':', /a colon/], ['7:3', /ends before it begins/], ['1:2ns', /a cycle and the other a time/], ['1parsec:', /is not a time/]] as const) {
      expect(() => simulate(M, { trace, traceWindow: window })).toThrow(why);
    }
    expectProblems(() => simulate(M, { traceWindow: '1:2' }), ['no-trace', 'a window of no trace', 'simulate(']);
    expectProblems(() => simulate(M, { trace, traceOnFailure: 0 }), ['bad-count', 'traceOnFailure: 0 is not a number of cycles', 'simulate(']);
    expect(() => simulate(M, { trace, traceOnFailure: 5, traceWindow: '1:2' })).toThrow(/\[no-trace\]/);
    expect(existsSync(trace)).toBe(false);
  });
});

describe('a trace on failure', () => {
  it(`is the end of the trace of all cycles, on random circuits and assertions (seed ${SEED})`, () => {
    let failed = 0;
    fc.assert(
      fc.property(recipes, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom<EngineName>('wasm', 'wasm', 'js'), (recipe, after, cycles, engine) => {
        const definition = failing(recipe, after);
        const [full, end] = [fresh(), fresh()];
        const traced = start(definition, { engine: 'interp', trace: { file: full, gtkw: false } });
        const expected = messageOf(() => drive(traced, { ...recipe, domains: 1 }, 40));
        traced.close();
        const sim = start(definition, { engine, trace: { file: end, gtkw: false }, traceOnFailure: cycles });
        const said = messageOf(() => drive(sim, { ...recipe, domains: 1 }, 40));
        sim.close();
        if (expected === '') {
          expect([said, existsSync(end)]).toEqual(['', false]);
          return;
        }
        failed++;
        const many = Math.min(cycles, sim.cycle() + 1);
        expect(said.split('\n')[0]).toBe(expected);
        expect(said).toMatch(new RegExp(`hint: waves of the last ${many} cycles: .*\\.vcd$`));
        const begin = startOf(end);
        expect(begin).toBe(1000 * (sim.cycle() - many + 1));
        expect(cut(end, begin)).toEqual(cut(full, begin));
      }),
      { numRuns: 60, seed: SEED },
    );
    expect(failed).toBeGreaterThan(20);
  });

  it(`is the end of the trace of all cycles also after an error of the testbench, with several clocks that tick as told (seed ${SEED})`, () => {
    fc.assert(
      fc.property(recipes, fc.integer({ min: 1, max: 20 }), fc.constantFrom(...engineNames), (recipe, cycles, engine) => {
        const definition = circuit(recipe);
        const [full, end] = [fresh(), fresh()];
        const run = (options: SimulateOptions): Sim => {
          const sim = start(definition, { ...clocksOf(definition), ...options });
          drive(sim, recipe, 20);
          return sim;
        };
        run({ engine: 'interp', trace: { file: full, gtkw: false } }).close();
        const sim = run({ engine, trace: { file: end, gtkw: false }, traceOnFailure: cycles });
        const error = new Error('no good');
        expect(sim.explain(error)).toBe(error);
        expect(error.message).toMatch(/^no good\n {2}hint: waves of the last \d+ cycles: /);
        const begin = startOf(end);
        expect(cut(end, begin)).toEqual(cut(full, begin));
      }),
      { numRuns: 40, seed: SEED },
    );
  });

  const Sum = module('Sum', { in: { x: uint(8) }, out: { total: uint(24) } }, ({ x }, hw) => {
    const total = hw.reg('total', uint(24), { reset: 0 });
    total.next(total.add(x.zext(24)));
    return { total };
  });

  onEveryEngine('comes with a failed expect, a wait without end and a failed process', async (_, engine) => {
    const attempts: readonly ((sim: ReturnType<typeof simulate<{ x: ReturnType<typeof uint<8>> }, { total: ReturnType<typeof uint<24>> }, Record<string, never>>>) => unknown)[] = [
      (sim) => sim.expect('total', 0),
      (sim) => sim.until(() => false, { limit: 5, message: 'never' }),
      async (sim) => {
        sim.process('driver', async (task) => {
          await task.step(5);
          throw new Error('process');
        });
        await sim.run();
      },
    ];
    for (const attempt of attempts) {
      const file = fresh();
      const sim = simulate(Sum, { engine, trace: file, traceOnFailure: 4 }) as never as Parameters<typeof attempt>[0];
      sim.in.x = 3;
      sim.step(50);
      let said = '';
      try {
        await attempt(sim);
      } catch (error) {
        // Telling it again does not write it again.
        expect(sim.explain(error)).toBe(error);
        said = (error as Error).message;
      }
      expect(said).toContain('waves of the last 4 cycles: ');
      const last = readVcd(file).signals.find((s) => s.path === 'Sum.total')!.changes.at(-1)!;
      expect(last).toEqual([sim.time, sim.out.total]);
      expect(existsSync(file.replace('.vcd', '.gtkw'))).toBe(true);
    }
  });

  it('says in the hint of a problem where it is', () => {
    const sim = simulate(Sum, { trace: fresh(), traceOnFailure: 4 });
    const [problem] = problemsOf(() => sim.expect('total', 1));
    expect(problem).toMatchObject({ code: 'expect-failed', hint: expect.stringContaining('waves of the last 1 cycles: ') as string });
    const own = new WordlineError({ code: 'mine', message: 'm', hint: 'do this' });
    expect((sim.explain(own) as WordlineError).problems[0]).toMatchObject({ code: 'mine', hint: expect.stringMatching(/^do this; waves of/) as string });
    expect(sim.explain(undefined)).toBeUndefined();
  });

  it('does not hide the failure if it cannot be written', () => {
    const sim = simulate(Sum, { trace: '/dev/null/x.vcd', traceOnFailure: 4 });
    const [problem] = problemsOf(() => sim.expect('total', 1));
    expect(problem).toMatchObject({ code: 'expect-failed', hint: expect.stringContaining('could not be written: cannot open /dev/null/x.vcd') as string });
  });

  it('begins where a snapshot was brought back', () => {
    const file = fresh();
    const sim = simulate(Sum, { trace: file, traceOnFailure: 100 });
    sim.in.x = 1;
    sim.step(10);
    const snapshot = sim.snapshot();
    sim.step(70);
    sim.restore(snapshot);
    sim.step(3);
    expect(() => sim.expect('total', 0)).toThrow(/last 4 cycles/);
    expect(readVcd(file).signals.find((s) => s.path === 'Sum.total')!.changes.map(([, v]) => v)).toEqual([10, 11, 12, 13]);
  });

  /** Counts the edges since it was made, and throws at some of them. */
  const counter = (remembers: boolean, throwsAt: number): ModuleDefinition => {
    const Tally = model('Tally', { in: {}, out: { n: uint(16) } }, () => {
      let n = 0;
      return {
        clock: ({ out }) => {
          if (++n === throwsAt) throw new Error('enough');
          out['n']!.set(n);
        },
        ...(remembers && { save: () => n, restore: (s: unknown) => void (n = s as number) }),
      };
    });
    return module('M', { out: { n: uint(16) } }, (_, hw) => ({ n: hw.instance('tally', Tally).out.n }));
  };

  onEveryEngine('finds the edge at which a model has thrown', (_, engine) => {
    for (const step of [1, 7, 1000]) {
      const file = fresh();
      const sim = start(counter(true, 234), { engine, trace: file, traceOnFailure: 5 });
      expect(() => {
        for (;;) sim.step(step);
      }).toThrow(/^enough\n {2}hint: waves of the last 5 cycles/);
      expect(readVcd(file).signals.find((s) => s.path === 'M.n')!.changes).toEqual([229, 230, 231, 232, 233].map((n) => [1000 * n, n]));
    }
  });

  onEveryEngine('is not written if the cycles cannot be repeated, and the models that forget are named', (_, engine) => {
    const file = fresh();
    const sim = start(counter(false, -1), { engine, trace: file, traceOnFailure: 5 });
    for (let i = 0; i < 50; i++) sim.step(1);
    expect(() => sim.expect('n', 0)).toThrow(/no waves: the last cycles went another way when they were run again; models without save and restore: tally/);
    expect([existsSync(file), existsSync(file.replace('.vcd', '.gtkw'))]).toEqual([false, false]);
  });
});

describe('a journal', () => {
  it('can always go back as far as it must, and forgets what lies further', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 300 }), (reach, steps) => {
        const sim = simulate(module('M', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }) => ({ y: x })));
        let edges = 0;
        let taken = 0;
        const journal = new Journal(sim.engine, () => (taken++, edges), reach);
        for (const n of steps) {
          sim.in.x = n;
          for (let left = n; left > 0; ) {
            const some = Math.min(left, journal.room);
            edges += some;
            journal.passed(some);
            left -= some;
          }
          const { state, happened } = journal.back();
          const since = happened.reduce((sum, h) => sum + ('edges' in h ? h.edges : 0), 0);
          expect(state + since).toBe(edges);
          expect(since).toBeGreaterThanOrEqual(Math.min(reach, edges));
        }
        expect(taken).toBeLessThanOrEqual(1 + edges / reach);
      }),
      { numRuns: 30, seed: SEED },
    );
  });
});
