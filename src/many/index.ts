export type { AnyJob, Job, JobContext, Outcome, PointOf, ResultOf, SharedOf } from './job.ts';
export { runMany, settleMany, type ManyOptions } from './run.ts';
export type { ManyProgress } from './schedule.ts';
export { pointSeed } from './seed.ts';
export { share } from './share.ts';
