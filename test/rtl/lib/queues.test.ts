import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineNames, simulate, type EngineName, type ModuleDefinition, type Simulation } from '../../../src/index.ts';
import { Fifo, FifoProperties, MemoryFifo, MemoryFifoProperties, PipelineRegister, PipelineRegisterProperties, SkidBuffer, SkidBufferProperties } from '../../../rtl/lib/index.ts';
import { explore, type Model } from './explore.ts';
import { fifoModel, memoryFifoModel, pipelineModel, queueDrive, skidModel, type QueueInputs, type QueueOutputs } from './models.ts';

type Queue = ReturnType<typeof Fifo>;
const as = (definition: unknown): Queue => definition as Queue;
const model = (m: unknown) => m as Model<{ readonly words: readonly number[] }, QueueInputs, QueueOutputs>;
const drive = { set: (sim: Simulation<never, never, never>, i: QueueInputs) => queueDrive.set(sim, i), get: (sim: Simulation<never, never, never>) => queueDrive.get(sim) };

/** Where nothing waits, the data may be anything; a block without a count says -1. */
function same(got: QueueOutputs, want: QueueOutputs, ...more: unknown[]): void {
  const expected = { ...want, data: want.data ?? got.data, count: got.count === -1 ? -1 : want.count };
  if (JSON.stringify(got) !== JSON.stringify(expected)) expect({ got, more }).toEqual({ got: expected, more });
}

const everyInput: QueueInputs[] = [0, 1].flatMap((valid) => [0, 1].flatMap((data) => [0, 1].map((ready) => ({ valid, data, ready }))));

const small: [string, Queue, unknown][] = [
  ...[1, 2, 3, 4].map((depth): [string, Queue, unknown] => [`Fifo of ${depth}`, Fifo({ depth, width: 1 }), fifoModel(depth)]),
  ...[2, 3, 4].map((depth): [string, Queue, unknown] => [`MemoryFifo of ${depth}`, as(MemoryFifo({ depth, width: 1 })), memoryFifoModel(depth)]),
  ['PipelineRegister', as(PipelineRegister({ width: 1 })), pipelineModel],
  ['SkidBuffer', as(SkidBuffer({ width: 1 })), skidModel],
];

const engines: EngineName[] = ['interp', 'wasm'];
describe.each(engines)('on %s, in every state and under every input', (engine) => {
  it.each(small)('%s does what a list does', (_, definition, oracle) => {
    const states = explore(definition as never, engine, model(oracle), drive, everyInput, same);
    expect(states).toBeGreaterThan(2);
  });
});

const large: [string, (depth: number, width: number) => Queue, (depth: number) => unknown][] = [
  ['Fifo', (depth, width) => Fifo({ depth, width }), fifoModel],
  ['MemoryFifo', (depth, width) => as(MemoryFifo({ depth: depth + 1, width })), (depth) => memoryFifoModel(depth + 1)],
  ['SkidBuffer', (_, width) => as(SkidBuffer({ width })), () => skidModel],
  ['PipelineRegister', (_, width) => as(PipelineRegister({ width })), () => pipelineModel],
];
it.each(large)('%s of any depth does what a list does, on every engine', (_, make, oracle) => {
  const cycles = fc.array(fc.record({ valid: fc.nat(1), data: fc.nat(255), ready: fc.nat(1) }), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...engineNames), cycles, (depth, engine, work) => {
      const sim = simulate(make(depth, 8), { engine });
      const list = model(oracle(depth));
      let state = list.start;
      for (const inputs of work) {
        queueDrive.set(sim, inputs);
        same(queueDrive.get(sim), list.outputs(state, inputs), inputs, state);
        sim.step();
        state = list.next(state, inputs);
      }
    }),
    { numRuns: 60 },
  );
});

it.each(large)('%s moves a word a cycle, and holds words of any width', (_, make) => {
  for (const width of [33, 64, 100]) {
    const sim = simulate(make(3, width));
    const word = (i: number): bigint => (BigInt(i) * 0x9e3779b97f4a7c15f39cc0605cedc835n) & ((1n << BigInt(width)) - 1n);
    const got: bigint[] = [];
    let sent = 0;
    sim.io.from.valid = 1;
    sim.io.to.ready = 1;
    for (let cycle = 0; cycle < 40; cycle++) {
      sim.io.from.data = word(sent);
      if (sim.io.from.ready === 1) sent++;
      if (sim.io.to.valid === 1) got.push(BigInt(sim.io.to.data));
      sim.step();
    }
    expect(got).toEqual(got.map((_unused, i) => word(i)));
    expect(got.length).toBeGreaterThanOrEqual(38);
  }
});

const watched: [string, ModuleDefinition][] = [
  ['Fifo', FifoProperties({ depth: 3, width: 4 }) as unknown as ModuleDefinition],
  ['MemoryFifo', MemoryFifoProperties({ depth: 4, width: 4 }) as unknown as ModuleDefinition],
  ['PipelineRegister', PipelineRegisterProperties({ width: 4 }) as unknown as ModuleDefinition],
  ['SkidBuffer', SkidBufferProperties({ width: 4 }) as unknown as ModuleDefinition],
];
it.each(watched)('the properties of %s hold in long runs, and every cover is hit', (_, definition) => {
  for (const engine of engines) {
    const sim = simulate(definition as unknown as ReturnType<typeof FifoProperties>, { engine });
    for (const { valid, data, ready, mark, busy } of fc.sample(fc.record({ valid: fc.nat(1), data: fc.nat(15), ready: fc.nat(1), mark: fc.nat(1), busy: fc.nat(1) }), { seed: 5, numRuns: 1500 })) {
      queueDrive.set(sim, { valid: valid | busy, data, ready });
      sim.in.mark = mark;
      sim.step();
    }
    expect(sim.covers().filter((c) => c.hits === 0)).toEqual([]);
  }
});
