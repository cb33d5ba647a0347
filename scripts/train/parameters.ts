import type { Random } from './random.ts';

/** The network that is trained: LeNet-5's shape (conv, pool, conv, pool, dense, dense) with widths that suit 128 x 128 crossbars. */
export const NET = {
  side: 28,
  kernel: 5,
  channels1: 8,
  side1: 24,
  pooled1: 12,
  channels2: 16,
  side2: 8,
  pooled2: 4,
  patch1: 25,
  patch2: 200,
  flat: 256,
  hidden: 64,
  classes: 10,
} as const;

/** One array a tensor; weights are outputs x inputs (C, KY, KX), as ONNX stores them. */
export interface Parameters {
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
  readonly w3: Float64Array;
  readonly b3: Float64Array;
  readonly w4: Float64Array;
  readonly b4: Float64Array;
}

const SIZES: Record<keyof Parameters, number> = {
  w1: NET.channels1 * NET.patch1,
  b1: NET.channels1,
  w2: NET.channels2 * NET.patch2,
  b2: NET.channels2,
  w3: NET.hidden * NET.flat,
  b3: NET.hidden,
  w4: NET.classes * NET.hidden,
  b4: NET.classes,
};

export const NAMES = Object.keys(SIZES) as (keyof Parameters)[];

export function zeros(): Parameters {
  return Object.fromEntries(NAMES.map((name) => [name, new Float64Array(SIZES[name])])) as unknown as Parameters;
}

/** He initialisation (uniform), the usual start for ReLU networks; biases start at 0. */
export function initial(random: Random): Parameters {
  const p = zeros();
  const fill = (w: Float64Array, inputs: number): void => {
    const bound = Math.sqrt(6 / inputs);
    for (let i = 0; i < w.length; i++) w[i] = (2 * random.next() - 1) * bound;
  };
  fill(p.w1, NET.patch1);
  fill(p.w2, NET.patch2);
  fill(p.w3, NET.flat);
  fill(p.w4, NET.hidden);
  return p;
}
