/** A feature map without its batch: N is always 1. Values lie in the order C, H, W. A vector of n is n x 1 x 1. */
export interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** The sliding window of a convolution or pool, in values. */
export interface Window {
  /** Rows, columns. */
  readonly kernel: readonly [y: number, x: number];
  readonly stride: readonly [y: number, x: number];
  /** Rows and columns of zeros around the map (a max pool ignores them). */
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
}

export function sizeOf({ channels, height, width }: Shape): number {
  return channels * height * width;
}

/** `8 x 12 x 12`. */
export function textOf({ channels, height, width }: Shape): string {
  return `${channels} x ${height} x ${width}`;
}

/** The map that a window makes when it slides over `input`: floor((size + pads - kernel) / stride) + 1 a dimension. */
export function windowed(input: Shape, { kernel, stride, pads }: Window, channels: number): Shape {
  return {
    channels,
    height: Math.floor((input.height + pads[0] + pads[2] - kernel[0]) / stride[0]) + 1,
    width: Math.floor((input.width + pads[1] + pads[3] - kernel[1]) / stride[1]) + 1,
  };
}

/** What is wrong with a window over `input`, or undefined. */
export function windowProblem(input: Shape, { kernel, stride, pads }: Window): string | undefined {
  const whole = (n: number): boolean => Number.isSafeInteger(n) && n < 2 ** 20;
  if (!kernel.every((n) => whole(n) && n > 0)) return `the kernel is ${kernel.join(' x ')}`;
  if (!stride.every((n) => whole(n) && n > 0)) return `the stride is ${stride.join(' x ')}`;
  if (!pads.every((n) => whole(n) && n >= 0)) return `the pads are ${pads.join(', ')}`;
  const [height, width] = [input.height + pads[0] + pads[2], input.width + pads[1] + pads[3]];
  if (kernel[0] > height || kernel[1] > width) return `the kernel ${kernel.join(' x ')} does not fit the padded input ${height} x ${width}`;
  return undefined;
}

/** Pools only: a window that lies in the padding altogether has no value. */
export function poolProblem({ kernel, pads }: Window): string | undefined {
  const inside = pads[0] < kernel[0] && pads[2] < kernel[0] && pads[1] < kernel[1] && pads[3] < kernel[1];
  return inside ? undefined : `the pads ${pads.join(', ')} must be smaller than the kernel ${kernel.join(' x ')}`;
}

/** A name from a file as it may stand in a one-line message. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name);
}

/** The index of the largest value; the lowest such index when several are equal. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
