export { Arbiter, policyOf, type ArbiterOptions } from './arbiter.ts';
export { Owner, Phase } from './observe.ts';
export { arbiterStatistics } from './statistics.ts';
export { arbiterInputs, ArbiterTurns, ownershipOutputs } from './turns.ts';
export { ArbiterSystem, type ArbiterSystemOptions } from './system.ts';
