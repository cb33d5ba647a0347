import type { BurstPlace, BurstWrite } from '../layout.ts';
import type { PimMachine } from '../machine.ts';
import type { PimRequest } from '../requests.ts';
import type { PimBackend } from './kernel.ts';

/** The reference machine as what carries kernels out. */
export class MachineBackend implements PimBackend {
  constructor(readonly machine: PimMachine) {}

  pim(requests: Iterable<PimRequest>): void {
    this.machine.run(requests);
  }

  read(bursts: readonly BurstPlace[]): Uint32Array[] {
    return bursts.map(({ pseudoChannel, bank, row, column }) => this.machine.memory.read(pseudoChannel, this.#unit(bank), this.#inUnit(bank), row, column).slice());
  }

  write(bursts: readonly BurstWrite[]): void {
    for (const { pseudoChannel, bank, row, column, words } of bursts) this.machine.memory.write(pseudoChannel, this.#unit(bank), this.#inUnit(bank), row, column, words);
  }

  #unit(bank: number): number {
    return Math.floor(bank / this.machine.config.banksPerUnit);
  }

  #inUnit(bank: number): number {
    return bank % this.machine.config.banksPerUnit;
  }
}
