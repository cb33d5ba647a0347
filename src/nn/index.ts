export { calibrate, calibrationOf, CALIBRATION_KEY, withCalibration, type CalibrateOptions, type Calibration } from './calibrate.ts';
export { ExactEngine, type MatrixEngine, type MatrixLayer } from './engine.ts';
export { inferFloat, pixelsToFloat, type FloatResult } from './float.ts';
export { goldenInference } from './golden.ts';
export {
  graph,
  inputShape,
  type AveragePoolLayer,
  type ConvLayer,
  type DenseLayer,
  type FlattenLayer,
  type Graph,
  type GraphParts,
  type Layer,
  type MaxPoolLayer,
  type ReluLayer,
} from './graph.ts';
export { readIdx, writeIdx, type Idx } from './idx.ts';
export { im2col, im2colDense, type Patches } from './im2col.ts';
export { checkImages, imageAt, readImages, sliceImages, type ImageSet } from './images.ts';
export { inferWith, loadModel } from './infer.ts';
export { ONNX_OPERATORS, readOnnx } from './onnx-read.ts';
export { writeOnnx } from './onnx-write.ts';
export { readPgm, writePgm, type Pgm } from './pgm.ts';
export { CALIBRATION_IMAGES, quantise, quantiseModel, type QuantiseOptions } from './quantise.ts';
export {
  matrixLayers,
  type InferenceResult,
  type LayerTrace,
  type Matrix,
  type MatrixSummary,
  type QuantisedAveragePool,
  type QuantisedConv,
  type QuantisedDense,
  type QuantisedLayer,
  type QuantisedMaxPool,
  type QuantisedModel,
  type QuantisedPool,
  type Requant,
} from './quantised.ts';
export { encodeScale, MOST_SHIFT, MULTIPLIER_BITS, requantise, type FixedScale } from './requant.ts';
export { argMax, sizeOf, textOf, windowed, type Shape, type Window } from './shape.ts';
