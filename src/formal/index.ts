export { equivalent } from './equivalent.ts';
export { miter } from './miter.ts';
export { replay } from './play.ts';
export { prove, type ProofReport, type PropertyReport, type ProveOptions } from './prove.ts';
export type { Shown as ProofRun } from './counterexample.ts';
export type { Source as ProofSource } from './testbench.ts';
export { missingProver, solverNames, type SolverName } from './tools.ts';
