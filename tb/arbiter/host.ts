import type { ControllerShape } from '../../rtl/controller/index.ts';
import type { BurstPlace } from '../../src/index.ts';
import { randomFrom } from './random.ts';

export interface HostRequest {
  /** The cycle in which the host has it. */
  readonly at: number;
  readonly write: boolean;
  /** Of the channel. */
  readonly bank: number;
  readonly row: number;
  readonly column: number;
  /** In all words of a burst that is written. */
  readonly value: number;
}

export interface HostTraffic {
  readonly seed: number;
  /** Requests a cycle, on average. */
  readonly rate: number;
  /** Cycles in which requests come. */
  readonly cycles: number;
  /** The first of its rows, and how many there are in each bank. */
  readonly row: number;
  readonly rows: number;
}

/** The same requests on the banks of a unit that PIM leaves to the host: those from the `first` on. */
export const onHostBanks = (list: readonly HostRequest[], first: number, banksPerUnit: number): HostRequest[] =>
  list.map((r) => ({ ...r, bank: r.bank - (r.bank % banksPerUnit) + first + (r.bank % (banksPerUnit - first)) }));

/** Every burst read from PIM's banks and written to the host's, or the other way round, as fast as the controller takes it. */
export function copies(bursts: readonly BurstPlace[], first: number, banksPerUnit: number, banksPerPseudoChannel: number): HostRequest[] {
  return bursts.flatMap(({ pseudoChannel, bank, row, column }) => {
    const read = { at: 0, write: false, bank: pseudoChannel * banksPerPseudoChannel + bank, row, column, value: 0 };
    return [read, ...onHostBanks([{ ...read, write: true }], first, banksPerUnit)];
  });
}

const WRITES = 1 / 3;
const NEXT_COLUMN = 0.6;

/**
 * Requests that come whether or not the memory is free: each cycle has one with the same probability. Most go to the next column of the row before, the others
 * to any bank and row.
 */
export function hostTraffic({ seed, rate, cycles, row, rows }: HostTraffic, shape: Pick<ControllerShape, 'banks'>, columns: number): HostRequest[] {
  const random = randomFrom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const list: HostRequest[] = [];
  let place = { bank: 0, row, column: 0 };
  for (let at = 0; at < cycles; at++) {
    if (random() >= rate) continue;
    place = random() < NEXT_COLUMN ? { ...place, column: (place.column + 1) % columns } : { bank: below(shape.banks), row: row + below(rows), column: below(columns) };
    list.push({ at, write: random() < WRITES, ...place, value: below(2 ** 32) });
  }
  return list;
}
