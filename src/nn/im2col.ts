import { sizeOf, windowed, type Shape, type Window } from './shape.ts';

/** A convolution's input as a matrix: one row a patch (an output pixel), one column a weight. */
export interface Patches {
  readonly count: number;
  /** Values a patch: C * KY * KX. */
  readonly size: number;
  /**
   * count x size, row-major. Patches go along the output row by row (y, then x); the values of a patch are in the order C, KY, KX, which
   * is the order of an ONNX weight, so that patch times weight row is the output. Padding is 0.
   */
  readonly values: Uint8Array;
}

/**
 * Unfolds a map into patches; 8-bit activations have zero point 0, so that a padding of 0 is exact.
 * @param values C x H x W
 */
export function im2col(values: Uint8Array, input: Shape, window: Window): Patches {
  const { kernel, stride, pads } = window;
  const { height, width } = windowed(input, window, 1);
  const size = input.channels * kernel[0] * kernel[1];
  const out = new Uint8Array(height * width * size);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [top, left] = [y * stride[0] - pads[0], x * stride[1] - pads[1]];
      for (let c = 0; c < input.channels; c++) {
        for (let iy = top; iy < top + kernel[0]; iy++) {
          const row = (c * input.height + iy) * input.width;
          const rowInside = iy >= 0 && iy < input.height;
          for (let ix = left; ix < left + kernel[1]; ix++, at++) {
            if (rowInside && ix >= 0 && ix < input.width) out[at] = values[row + ix]!;
          }
        }
      }
    }
  }
  return { count: height * width, size, values: out };
}

/** A dense layer's input: one patch, the vector itself. */
export function im2colDense(values: Uint8Array, input: Shape): Patches {
  return { count: 1, size: sizeOf(input), values };
}
