export { replicate, type ReplicateOptions } from './replicate.ts';
