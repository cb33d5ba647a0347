export { PIM_FORMATS, pimConfig, type PimConfig, type PimFormat, type PimOptions } from './config.ts';
export {
  clashOf, decodePim, DESTINATION_SPACES, directionOf, encodePim, isVector, JUMP_FIELDS, PIM_FIELDS, PIM_INSTRUCTIONS, PIM_JUMPS, PIM_OPS, PIM_WORDS, SOURCE_SPACES,
  type DestinationSpace, type PimInstruction, type PimInstructionForm, type PimKind, type PimOp, type PimOperand, type PimSpace, type SourceSpace,
} from './isa.ts'; // prettier-ignore
export { CONF_BITS, CONF_COLUMNS, ControlWrites, packLanes, storeAll, trigger, unpackLanes, type PimRequest } from './requests.ts';
export { PimCells, type PimMemory } from './cells.ts';
export { PimMachine, type PimUnitState } from './machine.ts';
export { disassemble, instructionText } from './disassembler.ts';
export { assemble, type AssembleOptions, type PimAssembly, type PimLine } from './assembler.ts';
export { checkPimWords, type PimEntry } from './check.ts';
export { listPim, type ListedWord, type PimListing } from './listing.ts';
export {
  burstsOf, collectTensor, layoutCost, pimGeometry, placeTensor, TensorMemory,
  type BurstPlace, type BurstWrite, type LayoutCost, type PimGeometry, type Region, type Tensor, type TensorOptions, type TensorShape,
} from './layout.ts'; // prettier-ignore
export * from './kernels/index.ts';
export * from './golden/index.ts';
export {
  COMPARISONS, CONDITIONS, DEFAULT_CONDITIONS, MOST_TERMS, OBSERVATIONS, POLICIES, policiesWith,
  type Clause, type Comparison, type Condition, type ConditionTuple, type Observation, type Policy, type PolicyNumbers, type Term,
} from './policy.ts'; // prettier-ignore
export { limitServices, starvedBy, turnCyclesBound, turnLimit, waitBound, type ArbiterEnvironment, type PimClass, type TurnLimit } from './policy-bound.ts';
export { readPolicy } from './policy-file.ts';
