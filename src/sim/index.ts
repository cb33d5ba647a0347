export type { Engine, EngineName, EngineState, Observer } from './engine.ts';
export { InterpEngine } from './interp/engine.ts';
export { JsEngine } from './js/engine.ts';
export { WasmEngine } from './wasm/engine.ts';
export type { InputPorts, OutputPorts, ValueOf } from './ports.ts';
export type { Process, Task } from './process.ts';
export { engineNames, simulate, Simulation, type ClockOptions, type SignalHandle, type SimulateOptions, type Snapshot, type TraceOptions, type UntilOptions } from './simulation.ts';
export { makeContext, Testbench, testbench, type Reporter, type TestbenchContext, type TestbenchDefinition, type TestbenchOptions } from './testbench.ts';
