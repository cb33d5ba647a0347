export { batchNormBackward, batchNormForward, batchNormGradient, batchNormNormalise, batchNormReductions, batchNormStatistics, type BackwardTensors, type NormaliseOptions, type StatisticsOptions } from './batch-norm.ts';
export { FLOPS, kernelCost, phaseCost, type KernelCost } from './cost.ts';
export { reluBackward, reluForward, residualAdd, sgdMomentum } from './elementwise.ts';
export { runKernel, sequence, type HostPhase, type HostValues, type Kernel, type PimBackend, type PimPhase } from './kernel.ts';
export { MachineBackend } from './machine-backend.ts';
export { averagePoolBackward, averagePoolForward, maxPoolBackward, maxPoolForward } from './pooling.ts';
