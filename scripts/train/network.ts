import { NET, type Parameters } from './parameters.ts';

/** A local copy: reading it through the module in the inner loops cost more than the arithmetic. */
const KERNEL = NET.kernel;

/**
 * Forward and backward pass for one image at a time. Two kinds of zeros carry the speed: pixels and ReLU outputs that are 0 are skipped
 * in the convolutions, and behind a max pool only the winner of each window has a gradient.
 */
export class Network {
  readonly image = new Float64Array(NET.side * NET.side);
  readonly logits = new Float64Array(NET.classes);
  readonly #pool1 = new Pooled(NET.channels1, NET.side1);
  readonly #pool2 = new Pooled(NET.channels2, NET.side2);
  readonly #hidden = new Float64Array(NET.hidden);
  readonly #dLogits = new Float64Array(NET.classes);
  readonly #dHidden = new Float64Array(NET.hidden);
  readonly #dPool2 = new Float64Array(NET.flat);
  readonly #dPool1 = new Float64Array(NET.channels1 * NET.pooled1 ** 2);
  readonly #t1 = new Float64Array(NET.channels1 * NET.patch1);
  readonly #t2 = new Float64Array(NET.channels2 * NET.patch2);
  readonly #p: Parameters;

  constructor(parameters: Parameters) {
    this.#p = parameters;
    this.refresh();
  }

  /** To be called after the parameters changed: the convolutions read a copy that is transposed to inputs x outputs. */
  refresh(): void {
    transpose(this.#p.w1, NET.channels1, NET.patch1, this.#t1);
    transpose(this.#p.w2, NET.channels2, NET.patch2, this.#t2);
  }

  /** Logits of `this.image` (pixels 0 to 1). Returns the most likely class. */
  forward(): number {
    const p = this.#p;
    convolve8(this.image, 1, NET.side, this.#t1, p.b1, NET.channels1, this.#pool1.wide);
    this.#pool1.forward();
    convolve8(this.#pool1.out, NET.channels1, NET.pooled1, this.#t2, p.b2, NET.channels2, this.#pool2.wide);
    this.#pool2.forward();
    dense(this.#pool2.out, p.w3, p.b3, this.#hidden);
    for (let i = 0; i < NET.hidden; i++) if (this.#hidden[i]! < 0) this.#hidden[i] = 0;
    dense(this.#hidden, p.w4, p.b4, this.logits);
    return argMax(this.logits);
  }

  /** Adds the gradient of softmax cross entropy after a `forward`; returns the loss in nats. */
  backward(label: number, gradient: Parameters): number {
    const p = this.#p;
    const top = this.logits[argMax(this.logits)]!;
    let sum = 0;
    for (let i = 0; i < NET.classes; i++) sum += this.#dLogits[i] = Math.exp(this.logits[i]! - top);
    for (let i = 0; i < NET.classes; i++) this.#dLogits[i]! /= sum;
    const loss = -Math.log(Math.max(this.#dLogits[label]!, 1e-30));
    this.#dLogits[label]! -= 1;

    denseBackward(this.#hidden, p.w4, this.#dLogits, gradient.w4, gradient.b4, this.#dHidden);
    for (let i = 0; i < NET.hidden; i++) if (this.#hidden[i] === 0) this.#dHidden[i] = 0;
    denseBackward(this.#pool2.out, p.w3, this.#dHidden, gradient.w3, gradient.b3, this.#dPool2);
    const { pool2, pool1 } = { pool2: this.#pool2, pool1: this.#pool1 };
    this.#dPool1.fill(0);
    convolveBackward(pool1.out, NET.channels1, NET.pooled1, p.w2, pool2, this.#dPool2, gradient.w2, gradient.b2, this.#dPool1);
    convolveBackward(this.image, 1, NET.side, p.w1, pool1, this.#dPool1, gradient.w1, gradient.b1, undefined);
    return loss;
  }
}

/** A convolution's output (`wide`, channels x side x side), and its 2 x 2 max pool with ReLU, which remembers who won. */
class Pooled {
  readonly wide: Float64Array;
  readonly out: Float64Array;
  readonly winner: Int32Array;
  readonly channels: number;
  readonly side: number;

  constructor(channels: number, side: number) {
    this.channels = channels;
    this.side = side;
    this.wide = new Float64Array(channels * side * side);
    this.out = new Float64Array((channels * side * side) / 4);
    this.winner = new Int32Array(this.out.length);
  }

  forward(): void {
    const { wide, out, winner, side } = this;
    let o = 0;
    for (let row = 0; row < this.channels * side; row += 2) {
      for (let x = 0; x < side; x += 2, o++) {
        const i = row * side + x;
        let best = i;
        if (wide[i + 1]! > wide[best]!) best = i + 1;
        if (wide[i + side]! > wide[best]!) best = i + side;
        if (wide[i + side + 1]! > wide[best]!) best = i + side + 1;
        winner[o] = best;
        out[o] = Math.max(0, wide[best]!);
      }
    }
  }
}

export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function transpose(w: Float64Array, rows: number, columns: number, out: Float64Array): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = w[r * columns + c]!;
}

/** 5 x 5 convolution, no padding; eight output channels at a time in local variables, so that an input is read once for all of them. */
function convolve8(input: Float64Array, channels: number, side: number, t: Float64Array, bias: Float64Array, outputs: number, out: Float64Array): void {
  const wide = side - KERNEL + 1;
  const plane = wide * wide;
  for (let block = 0; block < outputs; block += 8) {
    for (let y = 0; y < wide; y++) {
      for (let x = 0; x < wide; x++) {
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        let e = 0;
        let f = 0;
        let g = 0;
        let h = 0;
        let k = block;
        for (let channel = 0; channel < channels; channel++) {
          for (let ky = 0; ky < KERNEL; ky++) {
            const row = (channel * side + y + ky) * side + x;
            for (let kx = 0; kx < KERNEL; kx++, k += outputs) {
              const v = input[row + kx]!;
              if (v === 0) continue;
              a += v * t[k]!;
              b += v * t[k + 1]!;
              c += v * t[k + 2]!;
              d += v * t[k + 3]!;
              e += v * t[k + 4]!;
              f += v * t[k + 5]!;
              g += v * t[k + 6]!;
              h += v * t[k + 7]!;
            }
          }
        }
        let o = block * plane + y * wide + x;
        out[o] = a + bias[block]!;
        out[(o += plane)] = b + bias[block + 1]!;
        out[(o += plane)] = c + bias[block + 2]!;
        out[(o += plane)] = d + bias[block + 3]!;
        out[(o += plane)] = e + bias[block + 4]!;
        out[(o += plane)] = f + bias[block + 5]!;
        out[(o += plane)] = g + bias[block + 6]!;
        out[(o += plane)] = h + bias[block + 7]!;
      }
    }
  }
}

/** From the gradient of the pooled outputs to weights, biases and (when asked for) the convolution's input. */
function convolveBackward(
  input: Float64Array,
  channels: number,
  side: number,
  w: Float64Array,
  pool: Pooled,
  dOut: Float64Array,
  dW: Float64Array,
  dBias: Float64Array,
  dInput: Float64Array | undefined,
): void {
  const wide = pool.side;
  const patch = channels * KERNEL * KERNEL;
  for (let o = 0; o < dOut.length; o++) {
    const g = dOut[o]!;
    if (g === 0 || pool.out[o] === 0) continue;
    const at = pool.winner[o]!;
    const channelOut = Math.floor(at / (wide * wide));
    const y = Math.floor(at / wide) % wide;
    const x = at % wide;
    dBias[channelOut]! += g;
    let k = channelOut * patch;
    for (let channel = 0; channel < channels; channel++) {
      for (let ky = 0; ky < KERNEL; ky++) {
        const row = (channel * side + y + ky) * side + x;
        for (let kx = 0; kx < KERNEL; kx++, k++) {
          dW[k]! += g * input[row + kx]!;
          if (dInput !== undefined) dInput[row + kx]! += g * w[k]!;
        }
      }
    }
  }
}

function dense(input: Float64Array, w: Float64Array, bias: Float64Array, out: Float64Array): void {
  const inputs = input.length;
  for (let o = 0; o < out.length; o++) {
    let sum = bias[o]!;
    for (let i = 0, k = o * inputs; i < inputs; i++, k++) sum += input[i]! * w[k]!;
    out[o] = sum;
  }
}

function denseBackward(input: Float64Array, w: Float64Array, dOut: Float64Array, dW: Float64Array, dBias: Float64Array, dInput: Float64Array): void {
  const inputs = input.length;
  dInput.fill(0);
  for (let o = 0; o < dOut.length; o++) {
    const g = dOut[o]!;
    if (g === 0) continue;
    dBias[o]! += g;
    for (let i = 0, k = o * inputs; i < inputs; i++, k++) {
      dW[k]! += g * input[i]!;
      dInput[i]! += g * w[k]!;
    }
  }
}
