import { NAMES, zeros, type Parameters } from './parameters.ts';

/** Adam (Kingma and Ba, 2015) with decoupled weight decay on the weights, not on the biases. */
export class Adam {
  readonly #m = zeros();
  readonly #v = zeros();
  #step = 0;

  /** Moves `p` against `gradient` (a sum over `batch` images) and clears the gradient. */
  update(p: Parameters, gradient: Parameters, batch: number, rate: number, decay: number): void {
    const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
    this.#step++;
    const bias1 = 1 - beta1 ** this.#step;
    const bias2 = 1 - beta2 ** this.#step;
    for (const name of NAMES) {
      const [w, g, m, v] = [p[name], gradient[name], this.#m[name], this.#v[name]];
      const keep = 1 - (name.startsWith('w') ? rate * decay : 0);
      for (let i = 0; i < w.length; i++) {
        const d = g[i]! / batch;
        const mi = (m[i] = beta1 * m[i]! + (1 - beta1) * d);
        const vi = (v[i] = beta2 * v[i]! + (1 - beta2) * d * d);
        w[i] = keep * w[i]! - (rate * mi) / bias1 / (Math.sqrt(vi / bias2) + epsilon);
      }
      g.fill(0);
    }
  }
}
