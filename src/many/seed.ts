/** The last steps of MurmurHash3 (A. Appleby, public domain): a permutation of 32-bit words in which every input bit moves every output bit. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * The seed of point `index`, from 0 to 2^32 - 1: different for every index below 2^32, and for index 0 the seed itself, so that a run of
 * one point with a seed of the list repeats that point.
 */
export function pointSeed(seed: number, index: number): number {
  return (seed ^ mix(index)) >>> 0;
}
