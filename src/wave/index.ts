export { MAX_TRACE_WIDTH, planTrace, vcdName, type Radix, type TraceEnum, type Tracer, type TraceScope, type TraceVar } from './declare.ts';
export { closeOnExit, type Closable } from './exit.ts';
export { FileSink, MemorySink, NullSink, type ByteSink } from './sink.ts';
export { VcdWriter, type VcdOptions } from './vcd-writer.ts';
