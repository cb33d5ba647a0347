import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ExactEngine, goldenInference, imageAt, inferFloat, inferWith, loadModel, matrixLayers, pixelsToFloat, quantiseModel, readImages, readOnnx } from '../../src/nn/index.ts';

// The network that the demonstrations run, as it lies in the repository.
const net = readOnnx(new Uint8Array(readFileSync('models/digits.onnx')), 'models/digits.onnx');
const images = readImages('models/digits-images.idx3-ubyte.gz');
const model = quantiseModel(net);
const engine = new ExactEngine();
loadModel(engine, model);

function right(predict: (pixels: Uint8Array) => number): number {
  return Array.from({ length: images.count }, (_, i) => i).filter((i) => predict(imageAt(images, i)) === images.labels?.[i]).length;
}

it('has matrices that suit 128 x 128 crossbars', () => {
  expect(matrixLayers(model)).toEqual([
    { name: 'conv1', inputs: 25, outputs: 8, mvms: 576 },
    { name: 'conv2', inputs: 200, outputs: 16, mvms: 64 },
    { name: 'dense1', inputs: 256, outputs: 64, mvms: 1 },
    { name: 'dense2', inputs: 64, outputs: 10, mvms: 1 },
  ]);
});

it('gives the golden accumulators and activations on real images', () => {
  for (let i = 0; i < 20; i++) expect(inferWith(engine, model, imageAt(images, i))).toEqual(goldenInference(model, imageAt(images, i)));
});

it('reads at least the stated share of the thousand images, in float and in integers', () => {
  expect(images.count).toBe(1000);
  expect(right((pixels) => inferFloat(net, pixelsToFloat(pixels)).prediction)).toBe(993);
  expect(right((pixels) => goldenInference(model, pixels).prediction)).toBe(993);
});
