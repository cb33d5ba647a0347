import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bit, module, simulate, uint, type EngineName, type Hardware, type ModuleDefinition, type Signal } from '../../../src/index.ts';
import { AsyncFifo, AsyncFifoProperties, BitSynchroniser, Lfsr, moves, PulseSynchroniser, PulseSynchroniserProperties, WordSynchroniser, WordSynchroniserProperties } from '../../../rtl/lib/index.ts';

const engines: EngineName[] = ['interp', 'wasm'];
/** Periods without a common measure worth the name, in picoseconds, either side the faster. */
const periods: [number, number][] = [[1000, 1000], [997, 1009], [700, 3001], [3001, 700], [1000, 333], [541, 5003]]; // prettier-ignore
const DOMAINS = ['source', 'target'] as const;

/** 1 in `eighths` of 8 cycles, by chance. */
const mood = (hw: Hardware, name: string, eighths: number, domain: string): Signal<1> =>
  hw.instance(name, Lfsr({ width: 23 }), { enable: 1 }, { domains: { clk: domain } }).out.state.trunc(3).zext(4).lt(eighths);

/** Sends 0, 1, 2, ... through a block and checks that they arrive, all in hardware, each side at its own clock. */
const harness = (name: string, offers: number, takes: number, place: (hw: Hardware) => ReturnType<typeof placed>) =>
  module(`${name}${offers}${takes}`, { domains: DOMAINS, out: { sent: uint(32), arrived: uint(32) } }, (_, hw) => {
    const { from, to } = place(hw);
    const sent = hw.in('source', () => hw.reg('sent', uint(32), { reset: 0 }));
    const arrived = hw.in('target', () => hw.reg('arrived', uint(32), { reset: 0 }));
    from.valid.set(mood(hw, 'offers', offers, 'source'));
    from.data.set(sent.trunc(9));
    to.ready.set(mood(hw, 'takes', takes, 'target'));
    hw.in('source', () => hw.when(moves(from), () => sent.next(sent.add(1))));
    hw.in('target', () =>
      hw.when(moves(to), () => {
        hw.assert(to.data.eq(arrived.trunc(9)), 'words arrive as they were sent, in order', { arrived });
        arrived.next(arrived.add(1));
      }),
    );
    return { sent, arrived };
  });
const placed = (hw: Hardware, depth: number, stages: number) => hw.instance('fifo', AsyncFifo({ depth, width: 9, stages }), {}, { domains: { write: 'source', read: 'target' } }).io;
const words = (hw: Hardware, stages: number) => hw.instance('words', WordSynchroniser({ width: 9, stages }), {}).io;

describe.each(engines)('between clocks of any periods, on %s', (engine) => {
  const cycles = engine === 'interp' ? 200 : 1500;
  it.each(periods)('words arrive, from %i ps to %i ps', (source, target) => {
    for (const [offers, takes] of [[8, 8], [3, 8], [8, 2]] as const) {
      const blocks: [ModuleDefinition, number][] = [
        ...[2, 8].flatMap((depth) => [2, 3].map((stages): [ModuleDefinition, number] => [harness('Queue', offers, takes, (hw) => placed(hw, depth, stages)) as unknown as ModuleDefinition, depth + 1])),
        [harness('Words', offers, takes, (hw) => words(hw, 2)), 2],
      ];
      for (const [block, capacity] of engine === 'interp' ? blocks.slice(-2) : blocks) {
        const sim = simulate(block as unknown as ReturnType<typeof harness>, { engine, clocks: { source: { period: source, phase: 17 }, target: { period: target } } });
        sim.step(cycles, source > target ? 'source' : 'target');
        const { sent, arrived } = sim.out;
        expect(arrived).toBeGreaterThan(cycles / 50);
        expect(sent - arrived).toBeLessThanOrEqual(capacity);
        expect(sent).toBeGreaterThanOrEqual(arrived);
      }
    }
  });

  it.each(periods)('as many pulses arrive as were sent, from %i ps to %i ps', (source, target) => {
    const gap = Math.floor(target / source) + 1;
    const Pulses = module('Pulses', { domains: DOMAINS, out: { sent: uint(32), arrived: uint(32) } }, (_, hw) => {
      const { left, sent } = hw.in('source', () => ({ left: hw.reg('left', uint(8), { reset: gap }), sent: hw.reg('sent', uint(32), { reset: 0 }) }));
      const pulse = left.eq(0);
      hw.in('source', () => {
        left.next(pulse.mux(gap - 1, left.sub(1)));
        hw.when(pulse, () => sent.next(sent.add(1)));
      });
      const { output } = hw.instance('pulses', PulseSynchroniser({ stages: 3 }), { pulse }).out;
      const arrived = hw.in('target', () => hw.reg('arrived', uint(32), { reset: 0 }));
      hw.in('target', () => hw.when(output, () => arrived.next(arrived.add(1))));
      return { sent, arrived };
    });
    const sim = simulate(Pulses, { engine, clocks: { source: { period: source }, target: { period: target, phase: 5 } } });
    sim.step(cycles, 'source');
    expect(sim.out.arrived).toBeGreaterThan(10);
    // What is on its way: the stages and an edge on either side.
    expect(sim.out.sent - sim.out.arrived).toBeLessThanOrEqual(5);
    expect(sim.out.sent).toBeGreaterThanOrEqual(sim.out.arrived);
  });
});

it.each([2, 3, 4])('a level arrives after %i edges', (stages) => {
  const Level = module(`Level${stages}`, { domains: DOMAINS, in: { x: bit }, out: { y: bit } }, ({ x }, hw) => {
    const held = hw.reg('held', bit, { reset: 0 });
    held.next(x);
    return { y: hw.instance('level', BitSynchroniser({ stages }), { input: held }, { domains: { clk: 'target' } }).out.output as Signal<1> };
  });
  for (const engine of engines) {
    const sim = simulate(Level, { engine, clocks: { source: { period: 300 }, target: { period: 1000, phase: 50 } } });
    sim.in.x = 1;
    sim.step(1, 'source');
    sim.step(stages - 1, 'target');
    expect(sim.out.y).toBe(0);
    sim.step(1, 'target');
    expect(sim.out.y).toBe(1);
  }
});

const oneDomain: [string, ReturnType<typeof AsyncFifoProperties>][] = [
  ...[2, 4].flatMap((depth) => [2, 3].map((stages): [string, ReturnType<typeof AsyncFifoProperties>] => [`AsyncFifo of ${depth}, ${stages} stages`, AsyncFifoProperties({ depth, width: 4, stages })])),
  ['WordSynchroniser', WordSynchroniserProperties({ width: 4 }) as unknown as ReturnType<typeof AsyncFifoProperties>],
];
it.each(oneDomain)('the properties of %s hold whatever way the ticks fall, and every cover is hit', (_, definition) => {
  const some = fc.integer({ min: 0, max: 1 });
  for (const engine of engines) {
    const sim = simulate(definition, { engine });
    for (const { write, read, valid, ready, data, mark } of fc.sample(fc.record({ write: some, read: some, valid: some, ready: some, data: fc.nat(15), mark: some }), { seed: 9, numRuns: 4000 })) {
      // Long stretches in which one side is slow, so that the queue runs full and empty.
      const phase = (sim.cycle() >> 6) & 3;
      Object.assign(sim.in, { writeTick: phase === 1 ? 1 : write, readTick: phase === 2 ? 1 : read, mark });
      Object.assign(sim.io.from, { valid: phase === 2 ? valid & write : 1, data });
      sim.io.to.ready = phase === 1 ? 0 : ready;
      sim.step();
    }
    expect(sim.covers().filter(({ hits }) => hits === 0)).toEqual([]);
  }
});

it('pulses an edge apart arrive one for one whatever way the ticks fall', () => {
  for (const engine of engines) {
    const sim = simulate(PulseSynchroniserProperties({ stages: 2 }), { engine });
    for (const { source, target, pulse } of fc.sample(fc.record({ source: fc.nat(1), target: fc.nat(1), pulse: fc.nat(1) }), { seed: 3, numRuns: 2000 })) {
      const spaced = sim.peek('level') === sim.peek('seen1') || target === 1;
      Object.assign(sim.in, { sourceTick: source, targetTick: target, pulse: spaced ? pulse : 0 });
      sim.step();
    }
    expect(sim.covers().filter(({ hits }) => hits === 0)).toEqual([]);
  }
});
