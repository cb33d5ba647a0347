export { goldenBatchNormBackward, goldenNormalise, goldenStatistics, type GoldenGradients, type GoldenStatistics } from './batch-norm.ts';
export { goldenAdd, goldenRelu, goldenReluBackward, goldenSgd, type GoldenSgd } from './elementwise.ts';
export type { GoldenShape, GoldenTensor } from './order.ts';
export { goldenAveragePool, goldenAveragePoolBackward, goldenMaxPool, goldenMaxPoolBackward, type GoldenWindow } from './pooling.ts';
