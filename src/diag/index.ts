export { fail, formatProblem, WordlineError, type Problem } from './error.ts';
export { knownKeys } from './keys.ts';
export { formatLocation, Origin, type Location } from './location.ts';
export { nearest, suggest } from './nearest.ts';
