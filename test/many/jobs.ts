import { WordlineError } from '../../src/diag/index.ts';
import type { JobContext } from '../../src/many/index.ts';

/** Jobs for the tests: each behaves as its point says. They do not load the kit, which takes a thread longer than what they do. */

/** Point 0 ends when all others have ended. */
export function lastFirst(point: string, { index, shared }: JobContext<{ readonly ended: Int32Array; readonly order: Int32Array }>): string {
  const { ended, order } = shared;
  const all = order.length;
  while (index === 0 && Atomics.load(ended, 0) < all - 1) Atomics.wait(ended, 0, Atomics.load(ended, 0));
  order[Atomics.add(ended, 0, 1)] = index;
  Atomics.notify(ended, 0);
  return `${point}!`;
}

export const draw = (_: unknown, { index, seed }: JobContext): { index: number; seed: number } => ({ index, seed });

interface Weights {
  readonly weights: Float64Array;
  readonly sums: Float64Array;
  readonly scale: { readonly by: Int8Array };
  readonly adder: object;
}

/** A product with shared weights, written where it belongs. */
export function product(x: number, { index, shared: { weights, sums, scale } }: JobContext<Weights>): boolean {
  sums[index] = weights.reduce((sum, w) => sum + w * x, 0) * scale.by[0]!;
  return [weights, sums, scale.by].every((a) => a.buffer instanceof SharedArrayBuffer);
}

interface Wasm {
  readonly Instance: new (module: object) => { readonly exports: { readonly add: (a: number, b: number) => number } };
}

/** With a WebAssembly module that the main thread has compiled. */
export function add([a, b]: readonly [number, number], { shared }: JobContext<{ readonly adder: object }>): number {
  const { Instance } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
  return new Instance(shared.adder).exports.add(a, b);
}

export type Trouble = 'none' | 'throw' | 'problem' | 'text' | 'exit' | 'memory' | 'timer' | 'function' | 'forever' | 'hang';

export async function trouble(how: Trouble): Promise<unknown> {
  switch (how) {
    case 'none':
      return 'fine';
    case 'throw':
      throw new TypeError('the sums differ', { cause: new Error('at 7') });
    case 'problem':
      throw new WordlineError([{ code: 'first-problem', message: 'one thing', where: [{ file: 'a.ts', line: 3, column: 4 }], hint: 'do this' }]);
    case 'text':
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a job may
      throw 'just a text';
    case 'exit':
      return process.exit(3);
    case 'memory': {
      const kept: object[][] = [];
      for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })));
    }
    case 'timer':
      setTimeout(() => {
        throw new Error('too late');
      }, 1);
      return new Promise((done) => setTimeout(done, 60_000));
    case 'function':
      return () => 1;
    case 'forever':
      for (;;);
    case 'hang':
      return new Promise((done) => setTimeout(done, 60_000));
  }
}

/** `fail` fails once some others have ended. */
export function failsLast(kind: 'fail' | 'ok' | 'forever', { shared: { ended, before } }: JobContext<{ readonly ended: Int32Array; readonly before: number }>): string {
  if (kind === 'fail') {
    while (Atomics.load(ended, 0) < before) Atomics.wait(ended, 0, 0);
    throw new Error('failed in the end');
  }
  for (; kind === 'forever'; );
  Atomics.add(ended, 0, 1);
  Atomics.notify(ended, 0);
  return kind;
}

export const notAFunction = 1;
