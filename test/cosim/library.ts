import type { ModuleDefinition } from '../../src/index.ts';
import * as lib from '../../rtl/lib/index.ts';

const half = lib.BINARY16;
const mini = { exponent: 4, fraction: 3 };

/** Blocks of the library with parameters that reach their corners: a power of two and none, one bit and more than a word. */
const table: { readonly [name: string]: readonly unknown[] } = {
  AgedArbiter: [lib.AgedArbiter({ n: 4, cap: 3 }), lib.AgedArbiter({ n: 5, cap: 2, checks: true })],
  AsyncFifo: [lib.AsyncFifo({ depth: 4, width: 9 }), lib.AsyncFifo({ depth: 8, width: 40, stages: 3 })],
  AsyncFifoProperties: [lib.AsyncFifoProperties({ depth: 4, width: 4 })],
  BitSynchroniser: [lib.BitSynchroniser({}), lib.BitSynchroniser({ width: 5, stages: 3 })],
  Fifo: [lib.Fifo({ depth: 1, width: 1 }), lib.Fifo({ depth: 5, width: 33 })],
  FifoProperties: [lib.FifoProperties({ depth: 3, width: 8 })],
  FloatAdd: [lib.FloatAdd({ format: half }), lib.FloatAdd({ format: lib.BINARY32 })],
  FloatAddPipeline: [lib.FloatAddPipeline({ format: half, stages: 2 })],
  FloatCompare: [lib.FloatCompare({ format: half })],
  FloatComparePipeline: [lib.FloatComparePipeline({ format: mini, stages: 1 })],
  FloatConvert: [lib.FloatConvert({ from: half, to: lib.BINARY32 }), lib.FloatConvert({ from: lib.BINARY32, to: half })],
  FloatConvertPipeline: [lib.FloatConvertPipeline({ from: half, to: mini, stages: 1 })],
  FloatExtreme: [lib.FloatExtreme({ format: half, operation: 'maximum' })],
  FloatExtremePipeline: [lib.FloatExtremePipeline({ format: mini, operation: 'minimum', stages: 1 })],
  FloatMultiply: [lib.FloatMultiply({ format: half }), lib.FloatMultiply({ format: lib.BINARY32 })],
  FloatMultiplyPipeline: [lib.FloatMultiplyPipeline({ format: half, stages: 2 })],
  FloatMultiplyAdd: [lib.FloatMultiplyAdd({ format: half }), lib.FloatMultiplyAdd({ format: half, fused: true })],
  FloatMultiplyAddPipeline: [lib.FloatMultiplyAddPipeline({ format: mini, stages: 2 })],
  FloatRelu: [lib.FloatRelu({ format: half })],
  FloatReluPipeline: [lib.FloatReluPipeline({ format: mini, stages: 1 })],
  FloatSubtract: [lib.FloatSubtract({ format: half })],
  FloatSubtractPipeline: [lib.FloatSubtractPipeline({ format: mini, stages: 1 })],
  FloatToInteger: [lib.FloatToInteger({ format: half, width: 16 })],
  FloatToIntegerPipeline: [lib.FloatToIntegerPipeline({ format: mini, width: 8, stages: 1 })],
  GrayCounter: [lib.GrayCounter({ width: 1 }), lib.GrayCounter({ width: 7 })],
  IntegerToFloat: [lib.IntegerToFloat({ format: half, width: 16 })],
  IntegerToFloatPipeline: [lib.IntegerToFloatPipeline({ format: mini, width: 8, signed: true, stages: 1 })],
  Lfsr: [lib.Lfsr({ width: 2 }), lib.Lfsr({ width: 48 })],
  MatrixArbiter: [lib.MatrixArbiter({ n: 1 }), lib.MatrixArbiter({ n: 6, checks: true })],
  MemoryFifo: [lib.MemoryFifo({ depth: 2, width: 1 }), lib.MemoryFifo({ depth: 7, width: 20 })],
  MemoryFifoProperties: [lib.MemoryFifoProperties({ depth: 3, width: 8 })],
  ModuloCounter: [lib.ModuloCounter({ modulus: 1 }), lib.ModuloCounter({ modulus: 10 })],
  PipelineRegister: [lib.PipelineRegister({ width: 12 })],
  PipelineRegisterProperties: [lib.PipelineRegisterProperties({ width: 4 })],
  PriorityArbiter: [lib.PriorityArbiter({ n: 1 }), lib.PriorityArbiter({ n: 40 })],
  PulseSynchroniser: [lib.PulseSynchroniser({}), lib.PulseSynchroniser({ stages: 3 })],
  PulseSynchroniserProperties: [lib.PulseSynchroniserProperties({})],
  RoundRobinArbiter: [lib.RoundRobinArbiter({ n: 3 }), lib.RoundRobinArbiter({ n: 8, hold: true, checks: true })],
  SaturatingCounter: [lib.SaturatingCounter({ most: 1 }), lib.SaturatingCounter({ most: 9 })],
  ShiftRegister: [lib.ShiftRegister({ length: 1, width: 4 }), lib.ShiftRegister({ length: 6, width: 17 })],
  SkidBuffer: [lib.SkidBuffer({ width: 12 })],
  SkidBufferProperties: [lib.SkidBufferProperties({ width: 4 })],
  Timer: [lib.Timer({ width: 6 }), lib.Timer({ width: 4, longest: true })],
  UpDownCounter: [lib.UpDownCounter({ width: 1 }), lib.UpDownCounter({ width: 6 })],
  WordSynchroniser: [lib.WordSynchroniser({ width: 8 }), lib.WordSynchroniser({ width: 3, stages: 3 })],
  WordSynchroniserProperties: [lib.WordSynchroniserProperties({ width: 4 })],
};

/** Every block that `rtl/lib` exports; a new one belongs into the table. */
export function libraryBlocks(): ModuleDefinition[] {
  const exported = Object.entries(lib).filter(([name, value]) => /^[A-Z][a-z]/.test(name) && typeof value === 'function');
  const missing = exported.map(([name]) => name).filter((name) => !Object.hasOwn(table, name));
  if (missing.length > 0) throw new Error(`${missing.join(', ')} of rtl/lib: give parameters in ${import.meta.filename}`);
  return Object.values(table).flat() as ModuleDefinition[];
}
