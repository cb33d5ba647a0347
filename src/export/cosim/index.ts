export { cosim, cosimAll, describeDifference, type CosimJob, type CosimOptions, type CosimResult, type Difference } from './cosim.ts';
export { randomStimulus, type StimulusCycle } from './stimulus.ts';
export { missingProgram, toolNames, type ToolName } from './tools.ts';
