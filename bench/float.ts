import { FloatAdd, FloatMultiply, BINARY16 } from '../rtl/lib/index.ts';
import type { Definition } from '../src/index.ts';
import { runMany } from '../test/rtl/float/many.ts';
import { codec } from '../test/rtl/float/oracle.ts';

/**
 * Every pair of binary16 operands, 2^32 of them, through the hardware of an operation, compared with doubles rounded once. Rows are first operands: a
 * share of them is a fair sample, as they are taken evenly.
 */
const operations: Readonly<Record<string, { unit: Definition; exactly: (x: number, y: number) => number }>> = {
  // Sums and products of two binary16 numbers are doubles.
  add: { unit: FloatAdd({ format: BINARY16 }), exactly: (x, y) => x + y },
  multiply: { unit: FloatMultiply({ format: BINARY16 }), exactly: (x, y) => x * y },
};
export const floatOperations = Object.keys(operations);

export interface FloatReport {
  readonly operation: string;
  readonly pairs: number;
  readonly wrong: number;
  readonly cpuSeconds: number;
}

const ROW = 2 ** 16;
const LANES = 64;

/** One row of `every` is run. */
export function floatBench(operation: string, every: number, progress: (share: number) => void): FloatReport {
  const { unit, exactly } = operations[operation]!;
  const { value, bits } = codec(BINARY16);
  const values = Float64Array.from({ length: ROW }, (_, i) => value(i));
  let [a, b, wrong] = [0, 0, 0];
  const started = process.cpuUsage();
  const pairs = runMany(
    unit,
    ['y'],
    {
      fill: ([as, bs]) => {
        if (b === ROW) {
          [a, b] = [a + every, 0];
          if (a % (every * 256) === 0) progress(a / ROW);
        }
        if (a >= ROW) return false;
        if (b === 0) as!.fill(a);
        for (let i = 0; i < LANES; i++) bs![i] = b++;
        return true;
      },
      check: ([as, bs], [ys]) => {
        const x = values[as![0]!]!;
        const first = bs![0]!;
        for (let i = 0; i < LANES; i++) if (ys![i] !== bits(exactly(x, values[first + i]!))) wrong++;
      },
    },
    LANES,
  );
  const { user, system } = process.cpuUsage(started);
  return { operation, pairs, wrong, cpuSeconds: (user + system) / 1e6 };
}
