import { laneArithmetic } from './arithmetic.ts';
import type { GoldenShape, GoldenTensor } from './order.ts';

export interface GoldenWindow {
  readonly kernel: readonly [y: number, x: number];
  readonly stride: readonly [y: number, x: number];
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
}

type Visit = (place: number, values: number[]) => void;

/** Calls `visit` with the place of each window in the output (N x C x OH x OW) and the indices of its values, row by row; -1 beyond the edge. */
function eachWindow({ images, channels, height, width }: GoldenTensor, { kernel, stride, pads }: GoldenWindow, visit: Visit): number {
  const down = Math.floor((height + pads[0] + pads[2] - kernel[0]) / stride[0]) + 1;
  const across = Math.floor((width + pads[1] + pads[3] - kernel[1]) / stride[1]) + 1;
  let place = 0;
  for (let map = 0; map < images * channels; map++) {
    for (let oy = 0; oy < down; oy++) {
      for (let ox = 0; ox < across; ox++, place++) {
        const indices: number[] = [];
        for (let y = oy * stride[0] - pads[0]; y < oy * stride[0] - pads[0] + kernel[0]; y++) {
          for (let x = ox * stride[1] - pads[1]; x < ox * stride[1] - pads[1] + kernel[1]; x++) indices.push(y < 0 || x < 0 || y >= height || x >= width ? -1 : (map * height + y) * width + x);
        }
        visit(place, indices);
      }
    }
  }
  return place;
}

/** Adds up what overlapping windows give to a value; the first is taken as it is, so that -0 stays. */
function gather(n: number): { readonly dx: Float64Array; readonly give: (i: number, g: number) => void } {
  const dx = new Float64Array(n);
  const given = new Set<number>();
  return {
    dx,
    give(i, g) {
      dx[i] = given.has(i) ? dx[i]! + g : g;
      given.add(i);
    },
  };
}

/** N x C x OH x OW. A NaN in a window comes out. */
export function goldenMaxPool(tensor: GoldenTensor, window: GoldenWindow, x: Float64Array): Float64Array {
  const y: number[] = [];
  eachWindow(tensor, window, (_, indices) => y.push(Math.max(...indices.filter((i) => i >= 0).map((i) => x[i]!))));
  return Float64Array.from(y);
}

/** The gradient of a window goes to the first of its largest values; gradients of overlapping windows are added in doubles, window by window. */
export function goldenMaxPoolBackward(tensor: GoldenTensor, window: GoldenWindow, x: Float64Array, dy: Float64Array): Float64Array {
  const { dx, give } = gather(x.length);
  eachWindow(tensor, window, (place, indices) => {
    const inside = indices.filter((i) => i >= 0);
    const largest = Math.max(...inside.map((i) => x[i]!));
    const first = inside.find((i) => x[i]! === largest)!;
    for (const i of inside) give(i, i === first ? dy[place]! : 0);
  });
  return dx;
}

/** Each value times 1 / (values of a window), rounded, added in order: what lies beyond the edge counts as 0. */
export function goldenAveragePool({ format, fused }: GoldenShape, tensor: GoldenTensor, window: GoldenWindow, x: Float64Array): Float64Array {
  const { round, mul, mac } = laneArithmetic(format, fused);
  const part = round(1 / (window.kernel[0] * window.kernel[1]));
  const y: number[] = [];
  const valueAt = (i: number): number => (i < 0 ? 0 : x[i]!);
  eachWindow(tensor, window, (_, [first, ...others]) => y.push(others.reduce((sum, i) => mac(valueAt(i), part, sum), mul(valueAt(first!), part))));
  return Float64Array.from(y);
}

/** dy / (values of a window) to each of them; sums as of the maximum. */
export function goldenAveragePoolBackward({ format }: GoldenShape, tensor: GoldenTensor, window: GoldenWindow, dy: Float64Array): Float64Array {
  const { round, mul } = laneArithmetic(format);
  const part = round(1 / (window.kernel[0] * window.kernel[1]));
  const { dx, give } = gather(tensor.images * tensor.channels * tensor.height * tensor.width);
  eachWindow(tensor, window, (place, indices) => {
    for (const i of indices) if (i >= 0) give(i, mul(dy[place]!, part));
  });
  return dx;
}
