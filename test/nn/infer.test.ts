import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactEngine, goldenInference, inferWith, loadModel, quantise, type MatrixEngine } from '../../src/nn/index.ts';
import { networks, problem, smallNet } from './helpers.ts';

/** The exact engine behind the batched call. */
class BatchEngine extends ExactEngine implements MatrixEngine {
  mvmBatch(layer: string, inputs: Uint8Array, count: number): Int32Array {
    const size = inputs.length / count;
    return Int32Array.from(Array.from({ length: count }, (_, i) => [...this.mvm(layer, inputs.subarray(i * size, (i + 1) * size))]).flat());
  }
}

describe('inferWith', () => {
  it('equals direct convolution in every accumulator and activation, on random networks', () => {
    fc.assert(
      fc.property(networks, fc.constantFrom('channel' as const, 'layer' as const), ({ net, calibration, image }, weights) => {
        const model = quantise(net, calibration, { weights });
        const golden = goldenInference(model, image);
        for (const engine of [new ExactEngine(), new BatchEngine()]) {
          loadModel(engine, model);
          expect(inferWith(engine, model, image)).toEqual(golden);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ends with activations when the network does', () => {
    const { net, calibration, image } = fc.sample(networks, { numRuns: 1, seed: 1 })[0]!;
    const ending = { ...net, layers: [...net.layers, { op: 'relu' as const, name: 'end' }] };
    const model = quantise(ending, { ...calibration, ranges: { ...calibration.ranges, dense: 1 } });
    const engine = new ExactEngine();
    loadModel(engine, model);
    const result = inferWith(engine, model, image);
    expect(result).toEqual(goldenInference(model, image));
    expect(result.logits).toEqual(Int32Array.from(result.layers.at(-1)!.outputs!));
  });

  it('refuses images and engines of another size', () => {
    const model = quantise(smallNet(), { inputScale: 1, ranges: { c1: 9 } });
    const broken: MatrixEngine = { load: () => undefined, mvm: () => new Int32Array(1) };
    expect(problem(() => inferWith(broken, model, new Uint8Array(3)))).toBe('image-size: network "small" takes 2 x 6 x 6 = 72 values and got 3');
    expect(problem(() => inferWith(broken, model, new Uint8Array(72)))).toBe('engine-size: the engine returned 1 sums for layer "c1" instead of 4');
    const batch: MatrixEngine = { ...broken, mvmBatch: () => new Int32Array(5) };
    expect(problem(() => inferWith(batch, model, new Uint8Array(72)))).toBe('engine-size: the engine returned 5 sums for layer "c1" instead of 144');
  });
});
