import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { bit, Lockstep, model, module, readVcd, simulate, uint, type LockstepOptions, type LockstepResult, type ModuleDefinition, type Simulation, type ToolName } from '../../src/index.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';
import { circuit, recipes } from '../sim/random-circuit.ts';
import { need, seedOf } from './helpers.ts';

const SEED = seedOf(90210);

const twin = (extra: string): string => `module Acc (input clk, input rst, input [7:0] x, output reg [7:0] sum = 0);\n  always @(posedge clk) if (!rst) sum <= sum + x${extra};\nendmodule`;
/** Sums up; what it has summed so far lies where no other simulator can see it. */
const Acc = (verilog?: string) =>
  model('Acc', { in: { x: uint(8) }, out: { sum: uint(8) }, ...(verilog !== undefined && { verilog }) }, () => {
    let sum = 0;
    return {
      clock: ({ in: { x }, out }) => {
        sum = (sum + x!.get()) & 255;
        out['sum']!.set(sum);
      },
      save: () => sum,
      restore: (state) => void (sum = state as number),
    };
  });

/** A model, a memory, registers in two clock domains and a path without a register. */
const Mixed = (verilog?: string) =>
  module('Mixed', { domains: ['clk', 'slow'], in: { x: uint(8), y: uint(40) }, out: { sum: uint(8), word: uint(8), sky: uint(40), ticks: uint(5) } }, ({ x, y }, hw) => {
    const { sum } = hw.instance('acc', Acc(verilog), { x }).out;
    const words = hw.mem('words', 8, uint(8));
    hw.when(x.bit(3), () => words.write(x.slice(2, 0), sum));
    const last = hw.reg('last', uint(40), { reset: 3 });
    last.next(y.add(last));
    const ticks = hw.in('slow', () => {
      const n = hw.reg('n', uint(5), { reset: 0 });
      n.next(n.add(1));
      return n;
    });
    return { sum, word: words.read(x.slice(2, 0)), sky: last.xor(y), ticks };
  });

/** Everything that a testbench may do, by chance. */
function play(sim: Simulation<never, never, never>, inputs: Readonly<Record<string, number>>, next: () => number, actions: number, { memory, restores }: { memory?: string; restores?: boolean } = {}): void {
  const ports = sim.in as Record<string, number | bigint>;
  const names = Object.keys(inputs);
  const { signals } = sim;
  const domains = sim.design.flat.domains;
  let snapshot = sim.snapshot();
  for (let i = 0; i < actions; i++) {
    const kind = next() % 12;
    if (kind < 5) {
      const name = names[next() % names.length]!;
      const value = randomBits(next, inputs[name]!);
      ports[name] = inputs[name]! <= 32 ? Number(value) : value;
    } else if (kind < 7) sim.peek(signals[next() % signals.length]!);
    else if (kind < 9) sim.step(next() % 4, domains[next() % domains.length]);
    else if (kind === 9) sim.setReset(next() % 2 === 0, domains[next() % domains.length]);
    else if (kind === 10 && memory !== undefined) sim.memory(memory).write(next() % sim.memory(memory).depth, next() & 255);
    else if (kind === 11 && restores === true) {
      if (next() % 2 === 0) snapshot = sim.snapshot();
      else sim.restore(snapshot);
    }
  }
}

function listen(options: LockstepOptions, body: () => void): LockstepResult[] {
  const lockstep = new Lockstep(options);
  onTestFinished(() => lockstep.close());
  lockstep.start();
  body();
  return lockstep.compare();
}

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wordline-testbench-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const clocks = { clk: { period: 1000 }, slow: { period: 2700, phase: -300 } };
const start = (definition: ModuleDefinition, options = {}): Simulation<never, never, never> => simulate(definition as never, { clocks, ...options });

function everything(tool: ToolName) {
  return (context: TestContext): void => {
    need(context, tool);
    const results = listen({ with: tool }, () => {
      for (const [i, engine] of (['interp', 'js', 'wasm'] as const).entries()) {
        using sim = start(Mixed() as never, { engine });
        play(sim, { x: 8, y: 40 }, randomWords(SEED + i), 300, { memory: 'words', restores: true });
      }
    });
    expect(results).toHaveLength(3);
    for (const result of results) {
      expect(result).toMatchObject({ module: 'Mixed', replayed: ['acc'], memories: 1 });
      expect(result.difference).toBeUndefined();
      expect(result.signals).toBeGreaterThanOrEqual(9);
      expect(result.runs).toBeGreaterThan(2);
      expect(result.edges).toBeGreaterThan(30);
    }
  };
}

describe('a testbench in lockstep', () => {
  it('Icarus: looks and pokes between edges, resets, memory writes, two clocks, snapshots, a model without Verilog, on each engine', everything('icarus'));
  it('Verilator: the same', everything('verilator'), 60_000);

  it(`random circuits with random testbenches (seed ${SEED})`, (context) => {
    need(context, 'icarus');
    const all = fc.sample(recipes, { seed: SEED, numRuns: 12 });
    const results = listen({}, () => {
      for (const recipe of all) {
        const definition = circuit(recipe);
        using sim = simulate(definition as never) as unknown as Simulation<never, never, never>;
        const inputs = Object.fromEntries([...sim.design.flat.inputs].filter(([name, id]) => sim.design.flat.nodes[id]!.lanes === 1 && name in (sim.in as object)).map(([name, id]) => [name, sim.design.flat.nodes[id]!.width]));
        if (Object.keys(inputs).length > 0) play(sim, inputs, randomWords(recipe.stimulus), 150, { restores: true });
      }
    });
    expect(results.map((r) => r.difference)).toEqual(all.map(() => undefined));
    expect(results.reduce((n, r) => n + r.samples, 0)).toBeGreaterThan(500);
  }, 60_000);

  it('compares what a testbench looked at between two edges', (context) => {
    need(context, 'icarus');
    // No clock at all: there is nothing but looks.
    const Sum = module('Sum', { in: { a: uint(8) }, out: { b: uint(8) } }, ({ a }) => ({ b: a.add(1) }));
    const [result] = listen({}, () => {
      const sim = simulate(Sum);
      for (const a of [1, 2, 3]) {
        sim.in.a = a;
        expect(sim.out.b).toBe(a + 1);
      }
    });
    expect(result).toMatchObject({ edges: 0, samples: 3, runs: 1, signals: 2 });
    expect(result!.difference).toBeUndefined();
  });

  it('a trace that is being written does not take cycles past it', (context) => {
    need(context, 'icarus');
    const [result] = listen({}, () => {
      using sim = start(Mixed() as never, { trace: join(folderOf(), 'a.vcd') });
      sim.step(50);
    });
    expect(result!.edges).toBeGreaterThanOrEqual(50);
    const One = module('One', { out: { n: uint(8) } }, (_, hw) => {
      const n = hw.reg('n', uint(8), { reset: 0 });
      n.next(n.add(1));
      return { n };
    });
    const [one] = listen({}, () => {
      using sim = simulate(One, { trace: join(folderOf(), 'b.vcd') });
      sim.step(3000);
    });
    expect(one).toMatchObject({ edges: 3000, samples: 3001 });
    expect(one!.difference).toBeUndefined();
  });

  it('stops listening after as many edges as asked for, and compares only outputs if asked to', (context) => {
    need(context, 'icarus');
    const [result] = listen({ limit: 20, signals: 'outputs' }, () => {
      using sim = start(Mixed() as never);
      sim.step(1000);
    });
    expect(result).toMatchObject({ edges: 20, signals: 4, memories: 0 });
  });
});

describe('what differs', () => {
  it('is told with signal, cycle, time and values, and a wave of both sides', (context) => {
    need(context, 'icarus');
    const waves = folderOf();
    const [result] = listen({ waves }, () => {
      using sim = start(Mixed(twin(' + (x == 77)')) as never);
      const ports = sim.in as Record<string, number>;
      sim.step(10);
      ports['x'] = 77;
      sim.step();
      ports['x'] = 1;
      sim.step(5);
    });
    expect(result!.difference).toEqual({
      signal: 'sum',
      all: ['sum', 'acc.sum'],
      cycle: expect.any(Number) as number,
      edge: 11,
      timePs: 11_000,
      ours: '4d',
      theirs: '4e',
      sides: ['wasm', 'icarus'],
      wave: join(waves, 'Mixed.vcd'),
    });
    const both = readVcd(join(waves, 'Mixed.vcd'));
    const at = (path: string, time: number): unknown => both.signals.find((s) => s.path === `Mixed.${path}`)!.changes.filter(([t]) => t <= time).at(-1)?.[1];
    expect(['ours.sum', 'theirs.sum', 'differs.sum', 'differs.acc.sum', 'different'].map((p) => [at(p, 10_999), at(p, 11_000)])).toEqual([[0, 77], [0, 78], [0, 1], [0, 1], [0, 1]]);
    // Clocks stand above both sides, at their own times: edges of `slow` are at 2400 ps and every 2700 ps.
    expect(both.signals.find((s) => s.path === 'Mixed.slow')!.changes.filter(([, v]) => v === 1).map(([t]) => t)).toEqual([2400, 5100, 7800, 10_500, 13_200, 15_900]);
  });

  it('each simulation that differs has a wave of its own', (context) => {
    need(context, 'icarus');
    const waves = folderOf();
    listen({ waves }, () => {
      for (let i = 0; i < 2; i++) {
        using sim = start(Mixed(twin(' + 1')) as never);
        sim.step(2);
      }
    });
    expect(readdirSync(waves).sort()).toEqual(['Mixed-2.vcd', 'Mixed.vcd']);
  });

  it('a twin that agrees takes part', (context) => {
    need(context, 'icarus');
    const [result] = listen({}, () => {
      using sim = start(Mixed(twin('')) as never);
      play(sim, { x: 8, y: 40 }, randomWords(SEED), 100, { memory: 'words' });
    });
    expect(result).toMatchObject({ replayed: [] });
    expect(result!.difference).toBeUndefined();
  });
});

describe('what cannot be compared', () => {
  it('a snapshot of another run', (context) => {
    need(context, 'icarus');
    const sim = start(Mixed() as never);
    const before = sim.snapshot();
    expect(() => listen({}, () => start(Mixed() as never).restore(before))).toThrow(/not taken in this run[^]*\[cosim-restore\][^]*take the snapshot in the same run/);
  });

  it('a design that has no Verilog, as soon as it is simulated', (context) => {
    need(context, 'icarus');
    const Two = module('Two', { domains: ['a', 'b'], in: { x: bit } }, ({ x }, hw) => {
      const m = hw.mem('m', 2, bit);
      hw.in('a', () => m.write(x, x));
      hw.in('b', () => m.write(x, x));
      return {};
    });
    expect(() => listen({}, () => void simulate(Two as never))).toThrow(/memory "m" of module Two is written in clock domains "a" and "b" \[memory-two-clocks\]/);
  });

  it('without the tool nothing is run', () => {
    const path = process.env['PATH'];
    onTestFinished(() => void (process.env['PATH'] = path));
    process.env['PATH'] = '';
    expect(() => new Lockstep({ with: 'verilator' })).toThrow(/verilator is not installed[^]*\[missing-tool\][^]*apt-get install/);
  });

  it('leaves nothing behind', (context) => {
    need(context, 'icarus');
    const before = readdirSync(tmpdir()).filter((f) => f.startsWith('wordline-lockstep-')).length;
    const lockstep = new Lockstep();
    lockstep.start();
    start(Mixed() as never).step();
    lockstep.compare();
    lockstep.close();
    expect(readdirSync(tmpdir()).filter((f) => f.startsWith('wordline-lockstep-')).length).toBe(before);
  });
});
