/**
 * Finds among numbered things those that may equal a new one, by a hash of what they are: no text is made just to be looked up. Whoever
 * asks walks a short chain and compares.
 * ```ts
 * for (let id = chains.first(hash); id !== -1; id = chains.next(id)) if (isEqual(id)) return id;
 * chains.add(hash, newId);
 * ```
 */
export class Chains {
  /** Last thing added to each bucket, and before each thing the one added before it; plus 1, so that 0 is the end. */
  #heads = new Int32Array(1024);
  #links = new Int32Array(1024);
  #hashes = new Int32Array(1024);
  #ids: number[] = [];

  first(hash: number): number {
    return this.#heads[hash & (this.#heads.length - 1)]! - 1;
  }

  next(id: number): number {
    return this.#links[id]! - 1;
  }

  /** `id` is a small number that has not been added before; `hash` any 32 bits of which the low ones are well mixed. */
  add(hash: number, id: number): void {
    if (id >= this.#links.length) {
      const size = 2 ** Math.ceil(Math.log2(id + 1));
      this.#links = grown(this.#links, size);
      this.#hashes = grown(this.#hashes, size);
    }
    this.#hashes[id] = hash;
    this.#ids.push(id);
    if (this.#ids.length <= this.#heads.length) return this.#link(id);
    this.#heads = new Int32Array(2 * this.#heads.length);
    for (const other of this.#ids) this.#link(other);
  }

  #link(id: number): void {
    const bucket = this.#hashes[id]! & (this.#heads.length - 1);
    this.#links[id] = this.#heads[bucket]!;
    this.#heads[bucket] = id + 1;
  }
}

function grown(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}

/** Puts one more number into a hash. */
export const mix = (hash: number, x: number): number => {
  const h = Math.imul(hash ^ x, 0x9e3779b1);
  return h ^ (h >>> 15);
};
