import { readFileSync } from 'node:fs';
import { checkImages, fail, imageAt, matrixLayers, quantiseModel, readImages, readOnnx, sliceImages, type ImageSet, type QuantisedModel } from '../../src/index.ts';

export interface Job {
  readonly model: QuantisedModel;
  readonly images: ImageSet;
  /** Inputs x outputs and products per image, by layer. */
  readonly layers: ReturnType<typeof matrixLayers>;
}

/** Reads network and images and makes sure that they fit each other. Every mistake in them is a WordlineError that says which file. */
export function readJob(modelPath: string, imagesPath: string, labelsPath: string | undefined): Job {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(modelPath));
  } catch {
    fail('model-path', `cannot read the model ${modelPath}`, { hint: 'give the path of an ONNX file' });
  }
  const graph = readOnnx(bytes, modelPath);
  const images = readImages(imagesPath, labelsPath);
  const model = quantiseModel(graph, images);
  checkImages(images, model.input);
  const layers = matrixLayers(model);
  if (layers.length === 0) fail('no-matrix', `${modelPath} has no convolution and no dense layer: there is nothing for a crossbar to do`);
  return { model, images, layers };
}

/** `count` images from number `first` on, with their pixels and, if known, labels. */
export function choose(images: ImageSet, first: number, count: number): { index: number; name: string; pixels: Uint8Array; label: number | undefined }[] {
  if (first >= images.count) fail('image-index', `image ${first} was asked for and there are ${images.count} (0 to ${images.count - 1})`);
  const some = sliceImages(images, first, count);
  return Array.from({ length: some.count }, (_, i) => ({ index: first + i, name: some.names[i]!, pixels: imageAt(some, i), label: some.labels?.[i] }));
}
