import { fail, suggest } from '../diag/index.ts';
import { quote } from './shape.ts';

/** A weight matrix that an engine is to keep. */
export interface MatrixLayer {
  readonly name: string;
  /** outputs x inputs, row-major, -127 to 127. */
  readonly weights: Int8Array;
  readonly inputs: number;
  readonly outputs: number;
}

/** Anything that multiplies stored matrices with vectors: integers, a crossbar model, hardware. Tiling is the engine's business. */
export interface MatrixEngine {
  /** Stores a matrix under its name; once, before the images. */
  load(layer: MatrixLayer): void;
  /** `inputs` values of 0 to 255 to `outputs` int32 sums, without bias. */
  mvm(layer: string, input: Uint8Array): Int32Array;
  /** `count` vectors at once, count x inputs to count x outputs, both row-major. Without it `mvm` is called `count` times. */
  mvmBatch?(layer: string, inputs: Uint8Array, count: number): Int32Array;
}

/** Plain integer arithmetic: what a perfect crossbar would give. */
export class ExactEngine implements MatrixEngine {
  readonly #layers = new Map<string, MatrixLayer>();

  /** @throws WordlineError `engine-size`, `engine-layer` (a name used twice) */
  load(layer: MatrixLayer): void {
    const { name, weights, inputs, outputs } = layer;
    if (this.#layers.has(name)) fail('engine-layer', `layer ${quote(name)} is already loaded`);
    if (weights.length !== inputs * outputs) fail('engine-size', `layer ${quote(name)} has ${weights.length} weights for ${outputs} outputs x ${inputs} inputs`);
    this.#layers.set(name, layer);
  }

  /** @throws WordlineError `engine-layer` (not loaded), `engine-size` */
  mvm(name: string, input: Uint8Array): Int32Array {
    const { weights, inputs, outputs } = this.#layers.get(name) ?? fail('engine-layer', `layer ${quote(name)} is not loaded`, { hint: suggest(name, this.#layers.keys()) });
    if (input.length !== inputs) fail('engine-size', `layer ${quote(name)} takes ${inputs} inputs and got ${input.length}`);
    const out = new Int32Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0, k = o * inputs; i < inputs; i++, k++) sum += weights[k]! * input[i]!;
      out[o] = sum;
    }
    return out;
  }
}
