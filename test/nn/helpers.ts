import fc from 'fast-check';
import { expect } from 'vitest';
import { WordlineError } from '../../src/diag/index.ts';
import { graph, type Calibration, type Graph, type Layer, type Shape, type Window } from '../../src/nn/index.ts';

/** The first problem of a WordlineError that `action` must throw, as `code: message`. */
export function problem(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (!(error instanceof WordlineError)) throw error;
    expect(error.message.split('\n').every((line) => line.length > 0)).toBe(true);
    const [first] = error.problems;
    return `${first?.code}: ${first?.message}`;
  }
  return 'nothing was thrown';
}

/** A small generator of numbers, seeded, for weights and pixels. */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

export function randomFloats(length: number, next: () => number): Float32Array {
  return Float32Array.from({ length }, () => 2 * next() - 1);
}

export function randomPixels(length: number, next: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(256 * next()));
}

export const plainWindow = (kernel: number, stride = 1, pad = 0): Window => ({ kernel: [kernel, kernel], stride: [stride, stride], pads: [pad, pad, pad, pad] });

/** A small image network with everything in it: 2 x 6 x 6 to 3 logits. */
export function smallNet(): Graph {
  const next = random(7);
  return graph({
    name: 'small',
    input: { channels: 2, height: 6, width: 6 },
    layers: [
      { op: 'conv', name: 'c1', outputs: 4, weights: randomFloats(4 * 2 * 9, next), bias: randomFloats(4, next), ...plainWindow(3, 1, 1) },
      { op: 'relu', name: 'r1' },
      { op: 'maxPool', name: 'p1', ...plainWindow(2, 2) },
      { op: 'averagePool', name: 'p2', countPadding: false, ...plainWindow(2, 1, 1) },
      { op: 'flatten', name: 'f' },
      { op: 'dense', name: 'd1', outputs: 3, weights: randomFloats(3 * 64, next), bias: randomFloats(3, next) },
    ],
  });
}

const windows = fc.record({
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  pads: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)),
});

type Step = { window: Window; outputs: number; pool: 'maxPool' | 'averagePool' | 'none'; poolWindow: Window; countPadding: boolean };

const steps: fc.Arbitrary<Step> = fc.record({
  window: windows,
  outputs: fc.integer({ min: 1, max: 4 }),
  pool: fc.constantFrom('maxPool', 'averagePool', 'none'),
  poolWindow: windows,
  countPadding: fc.boolean(),
});

/** Random networks with windows that fit, calibrations that let some values saturate, and an image each. */
export const networks = fc
  .record({
    input: fc.record({ channels: fc.integer({ min: 1, max: 3 }), height: fc.integer({ min: 5, max: 9 }), width: fc.integer({ min: 5, max: 9 }) }),
    steps: fc.array(steps, { maxLength: 3 }),
    classes: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer(),
  })
  .map(({ input, steps, classes, seed }) => build(input, steps, classes, seed));

function fits(shape: Shape, { kernel, pads }: Window): boolean {
  return kernel[0] <= shape.height + pads[0] + pads[2] && kernel[1] <= shape.width + pads[1] + pads[3];
}

function build(input: Shape, steps: readonly Step[], classes: number, seed: number): { net: Graph; calibration: Calibration; image: Uint8Array } {
  const next = random(seed);
  const layers: Layer[] = [];
  const ranges: Record<string, number> = {};
  let shape = input;
  const add = (layer: Layer): void => {
    layers.push(layer);
    shape = graph({ name: 'random', input, layers }).shapes.at(-1)!;
  };
  for (const [i, { window, outputs, pool, poolWindow, countPadding }] of steps.entries()) {
    if (!fits(shape, window)) break;
    const inputs = shape.channels * window.kernel[0] * window.kernel[1];
    add({ op: 'conv', name: `conv${i}`, outputs, weights: randomFloats(outputs * inputs, next), bias: randomFloats(outputs, next), ...window });
    add({ op: 'relu', name: `relu${i}` });
    ranges[`conv${i}`] = 0.5 + 3 * next();
    const inside = { ...poolWindow, pads: poolWindow.pads.map((p, d) => Math.min(p, poolWindow.kernel[d % 2]! - 1)) as [number, number, number, number] };
    if (pool === 'none' || !fits(shape, inside)) continue;
    add(pool === 'maxPool' ? { op: pool, name: `pool${i}`, ...inside } : { op: pool, name: `pool${i}`, countPadding, ...inside });
  }
  add({ op: 'flatten', name: 'flatten' });
  add({ op: 'dense', name: 'dense', outputs: classes, weights: randomFloats(classes * shape.channels, next), bias: randomFloats(classes, next) });
  const image = randomPixels(input.channels * input.height * input.width, next);
  return { net: graph({ name: 'random', input, layers }), calibration: { inputScale: 1 / 255, ranges }, image };
}
