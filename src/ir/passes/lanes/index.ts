export { replicate } from './replicate.ts';
