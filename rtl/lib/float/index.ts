export { FloatAdd, FloatAddPipeline, FloatSubtract, FloatSubtractPipeline } from './add.ts';
export { FloatMultiply, FloatMultiplyPipeline } from './multiply.ts';
export { BFLOAT16, BINARY16, BINARY32, BINARY64, type FloatFormat } from './format.ts';
export { nanRules, type NanRule } from './nan.ts';
