export { MUTATION_KINDS, type MutationKind } from './changes.ts';
export { type EquivalenceOptions, type MutantStatus, type MutationTest, type MutationTestContext, type MutationTests } from './judge.ts';
export { mutants, type Mutant, type Mutation, type MutantOptions } from './mutant.ts';
export { mutate, type MutateOptions, type MutationReport, type MutationResult } from './run.ts';
