export { describeDifference, type Difference } from './compare.ts';
export { cosim, cosimAll, type CosimJob, type CosimOptions, type CosimResult } from './cosim.ts';
export { Lockstep, type LockstepOptions, type LockstepResult } from './lockstep.ts';
export { randomStimulus, type StimulusCycle } from './stimulus.ts';
export { missingProgram, toolNames, type ToolName } from './tools.ts';
