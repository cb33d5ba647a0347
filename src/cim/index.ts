export { crossbarConfig, type CrossbarConfig, type CrossbarOptions, type CrossbarTiming, type InputCoding, type OffsetCorrection, type WeightCoding } from './config.ts';
export type { Crossbar } from './crossbar.ts';
export { derive, mvmCycles, type CrossbarDerived, type InputDigit, type PassTiming, type Range, type RegisterWidths } from './derived.ts';
export { FastCrossbar } from './fast-mvm.ts';
export { goldenMvm, type GoldenMvm } from './golden.ts';
export { Saturations } from './saturations.ts';
export { programCells, weightMatrix, type Cells, type WeightMatrix } from './weights.ts';
export { TiledEngine, type LayerStatistics, type TilePlace } from './tiled.ts';
export { rowStride, simdKernel, type SimdKernel } from './simd-kernel.ts';
