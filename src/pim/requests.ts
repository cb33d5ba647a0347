import { controlRow } from '../dram/check-pim.ts';
import { fail, knownKeys } from '../diag/index.ts';
import type { PimConfig } from './config.ts';
import { PIM_WORDS } from './isa.ts';

/** One piece of PIM work for all pseudo-channels of a channel alike. */
export interface PimRequest {
  /** A trigger, in AB_PIM; otherwise a write in AB: a control register, or data for cells. */
  readonly execute: boolean;
  readonly write: boolean;
  /** The bank in each unit. */
  readonly bank: number;
  readonly row: number;
  readonly column: number;
  /** Words of 32 bits of a burst; of writes that do not execute. */
  readonly data?: Uint32Array;
}

/** Bits of word 0 of what is written to `CONF_ROW`, column 0. Whoever carries requests out sets `execute`. */
export const CONF_BITS = { execute: 1, start: 2, clear: 4 } as const;
/** Columns of `CONF_ROW`. */
export const CONF_COLUMNS = { mode: 0, scalars: 1, program: 4 } as const;

/** Triggers one instruction in every unit. `write` is what a store needs. */
export const trigger = (bank: number, row: number, column: number, write = false): PimRequest => ({ execute: true, write, bank, row, column });

/** The same burst to the cells of one bank of all units. */
export const storeAll = (bank: number, row: number, column: number, data: Uint32Array): PimRequest => ({ execute: false, write: true, bank, row, column, data });

/** Writes of control registers. They name bank 0: a control row is in every bank. */
export class ControlWrites {
  constructor(private readonly config: PimConfig) {}

  /** Instruction and loop counters to 0, EXIT forgotten; with `clear`, A and B to +0. */
  start(options: { readonly clear?: boolean } = {}): PimRequest {
    knownKeys('start', options, ['clear']);
    const { clear = false } = options;
    return this.#conf(CONF_COLUMNS.mode, [CONF_BITS.start + (clear ? CONF_BITS.clear : 0)]);
  }

  /** A and B to +0 and nothing else. */
  clear(): PimRequest {
    return this.#conf(CONF_COLUMNS.mode, [CONF_BITS.clear]);
  }

  /** Loads the instruction memory; what lies behind the program in its last burst becomes NOP. Errors: `pim-long`, `pim-word`. */
  program(words: ArrayLike<number>): PimRequest[] {
    if (words.length > PIM_WORDS) fail('pim-long', `a program has ${words.length} words; the instruction memory has ${PIM_WORDS}`, { hint: 'use JUMP for what repeats, or run it in parts' });
    const all = Array.from(words);
    const bad = all.findIndex((w) => w >>> 0 !== w);
    if (bad >= 0) fail('pim-word', `word ${bad} of a program is ${String(all[bad])}`, { hint: 'a whole number from 0 to 4294967295' });
    const { words: each } = this.config;
    return Array.from({ length: Math.ceil(all.length / each) }, (_, i) => this.#conf(CONF_COLUMNS.program + i, all.slice(i * each, (i + 1) * each)));
  }

  /** Loads all scalars, as bits of the format; those that are not given become +0. Errors: `pim-scalars`, `pim-lanes`. */
  scalars(given: { readonly m?: ArrayLike<number>; readonly s?: ArrayLike<number> }): PimRequest {
    knownKeys('scalars', given, ['m', 's']);
    const { m = [], s = [] } = given;
    const { lanes, scalars } = this.config;
    for (const [name, list] of Object.entries({ M: m, S: s })) if (list.length > scalars) fail('pim-scalars', `${list.length} scalars for ${name}, which has ${scalars}`);
    const all = Array.from({ length: lanes }, (_, i) => (i < scalars ? m[i] : s[i - scalars]) ?? 0);
    return this.#conf(CONF_COLUMNS.scalars, packLanes(all, this.config));
  }

  /** Loads a vector register with the words of a burst, the same in all units. Errors: `pim-register`, `pim-lanes`. */
  register(space: 'A' | 'B', index: number, data: ArrayLike<number>): PimRequest {
    if ((space !== 'A' && space !== 'B') || !Number.isInteger(index) || index < 0 || index >= this.config.registers) fail('pim-register', `there is no ${space}[${index}]`, { hint: `A[0] to A[${this.config.registers - 1}], and B` });
    if (data.length > this.config.words) fail('pim-lanes', `${data.length} words for a burst of ${this.config.words}`, { hint: 'packLanes makes words of lanes' });
    return { execute: false, write: true, bank: 0, row: controlRow(space === 'A' ? 'A_ROW' : 'B_ROW', this.config.preset.organisation), column: index, data: this.#burst(data) };
  }

  #conf(column: number, data: ArrayLike<number>): PimRequest {
    return { execute: false, write: true, bank: 0, row: controlRow('CONF_ROW', this.config.preset.organisation), column, data: this.#burst(data) };
  }

  #burst(data: ArrayLike<number>): Uint32Array {
    const burst = new Uint32Array(this.config.words);
    burst.set(data);
    return burst;
  }
}

/** Bits of the lanes of a burst, lane 0 in the low bits of word 0; lanes that are not given are 0. Errors: `pim-lanes`. */
export function packLanes(lanes: ArrayLike<number>, { width, words }: Pick<PimConfig, 'width' | 'words'>): Uint32Array {
  const burst = new Uint32Array(words);
  const perWord = 32 / width;
  if (lanes.length > words * perWord) fail('pim-lanes', `${lanes.length} lanes for a burst of ${words * perWord}`);
  const most = 2 ** width - 1;
  for (let i = 0; i < lanes.length; i++) {
    const lane = lanes[i]!;
    if (lane >>> 0 !== lane || lane > most) fail('pim-lanes', `lane ${i} is ${String(lane)}`, { hint: `bits of a number, 0 to ${most}; packValues takes numbers` });
    burst[Math.floor(i / perWord)]! |= lane << (width * (i % perWord));
  }
  return burst;
}

export function unpackLanes(burst: Uint32Array, { width }: Pick<PimConfig, 'width'>): number[] {
  const perWord = 32 / width;
  return Array.from({ length: burst.length * perWord }, (_, i) => (width === 32 ? burst[i]! : (burst[Math.floor(i / perWord)]! >>> (width * (i % perWord))) & 0xffff));
}
