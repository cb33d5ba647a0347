/// <reference types="node" preserve="true" />
export * from './bits/index.ts';
export { fail, formatProblem, suggest, WordlineError, type Location, type Problem } from './diag/index.ts';
export * from './hdl/index.ts';
export type { ModelBehaviour, ModelIo, ModelPort } from './ir/netlist.ts';
export * from './sim/index.ts';
export * from './many/index.ts';
export * from './wave/index.ts';
export * from './nn/index.ts';
export * from './cim/index.ts';
export * from './dram/index.ts';
export * from './pim/index.ts';
export * from './export/index.ts';
export * from './coverage/index.ts';
export * from './formal/index.ts';
export * from './mutate/index.ts';
