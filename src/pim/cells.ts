import type { PimConfig } from './config.ts';

/** The cells behind the units of a channel, in bursts of words of 32 bits. */
export interface PimMemory {
  /** What is read may be used until the next call only, and not changed. */
  read(pseudoChannel: number, unit: number, bank: number, row: number, column: number): Uint32Array;
  write(pseudoChannel: number, unit: number, bank: number, row: number, column: number, data: Uint32Array): void;
}

/** Rows come into being when they are first used; what was never written is 0. */
export class PimCells implements PimMemory {
  readonly #rows = new Map<number, Uint32Array>();

  constructor(private readonly config: Pick<PimConfig, 'preset' | 'units' | 'banksPerUnit' | 'words'>) {}

  read(pseudoChannel: number, unit: number, bank: number, row: number, column: number): Uint32Array {
    const { words } = this.config;
    return this.#row(pseudoChannel, unit, bank, row).subarray(column * words, (column + 1) * words);
  }

  write(pseudoChannel: number, unit: number, bank: number, row: number, column: number, data: Uint32Array): void {
    this.#row(pseudoChannel, unit, bank, row).set(data, column * this.config.words);
  }

  #row(pseudoChannel: number, unit: number, bank: number, row: number): Uint32Array {
    const { preset, units, banksPerUnit, words } = this.config;
    const { rows, burstsPerRow } = preset.organisation;
    const key = ((pseudoChannel * units + unit) * banksPerUnit + bank) * rows + row;
    let cells = this.#rows.get(key);
    if (cells === undefined) this.#rows.set(key, (cells = new Uint32Array(burstsPerRow * words)));
    return cells;
  }
}
